//! Settings for people.

use crate::model::Settings;
use crate::model::settings::SettingKey;

/// Each setting with its value and what it does.
pub(crate) fn list(settings: &Settings) -> String {
    let line = |key: &SettingKey| format!("{key:<14}{:<8}{}\n", settings.get(*key), key.about());
    SettingKey::ALL.iter().map(line).collect()
}
