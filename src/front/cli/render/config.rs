//! Settings for people.

use super::text::clean;
use crate::model::Settings;
use crate::model::settings::SettingKey;

/// Each setting with its value and what it does.
pub(crate) fn list(settings: &Settings) -> String {
    let line = |key: SettingKey| match key {
        SettingKey::Filter(_) => format!("{key:<14}{}\n", clean(&settings.get(key))),
        _ => format!("{key:<14}{:<8}{}\n", settings.get(key), key.about()),
    };
    settings.keys().map(line).collect()
}
