//! Settings as JSON.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::Settings;
use crate::model::settings::SettingKey;

/// One setting of the project.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "setting")]
pub(crate) struct SettingObject {
    /// Its dotted name.
    pub(crate) key: Cow<'static, str>,
    /// Its value, as text.
    pub(crate) value: String,
    /// The value it has unless set, as text.
    pub(crate) default: String,
    /// What it does, in one line.
    pub(crate) about: &'static str,
}

impl SettingObject {
    /// Describes the setting `key` of `settings`.
    pub(crate) fn new(settings: &Settings, key: SettingKey) -> Self {
        Self {
            key: key.name(),
            value: settings.get(key),
            default: Settings::default().get(key),
            about: key.about(),
        }
    }
}

/// The settings of the project, by name.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "setting_list")]
pub(crate) struct SettingList {
    /// The settings.
    pub(crate) settings: Vec<SettingObject>,
    /// How many.
    pub(crate) count: usize,
}

impl SettingList {
    /// Describes all of `settings`.
    pub(crate) fn new(settings: &Settings) -> Self {
        let settings: Vec<SettingObject> =
            settings.keys().map(|key| SettingObject::new(settings, key)).collect();
        Self { count: settings.len(), settings }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_shows_its_value_beside_its_default() {
        let settings = Settings { strict_gates: true, ..Settings::default() };
        let json = serde_json::to_value(SettingList::new(&settings)).unwrap();
        assert_eq!(json["count"], SettingKey::ALL.len());
        let settings = json["settings"].as_array().unwrap();
        let strict = settings.iter().find(|setting| setting["key"] == "strict_gates").unwrap();
        assert_eq!((&strict["value"], &strict["default"]), (&"true".into(), &"false".into()));
    }
}
