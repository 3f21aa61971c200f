//! Reading and changing the project's settings.

use super::mutate::{Outcome, Reach};
use super::{CommandExecutor, Error};
use crate::model::Settings;
use crate::model::settings::{self, SettingKey};

impl CommandExecutor {
    /// The project's settings.
    pub fn settings(&self) -> Result<Settings, Error> {
        let repo = self.storage.open()?;
        Ok(self.snapshot(&repo)?.settings)
    }

    /// Changes one setting.
    pub fn config_set(&self, key: SettingKey, value: &str) -> Result<Outcome, Error> {
        self.mutate(None, &[], Reach::Named, |draft, _| settings::set(draft, key, value))
    }

    /// Gives one setting its default back.
    pub fn config_unset(&self, key: SettingKey) -> Result<Outcome, Error> {
        self.config_set(key, &Settings::default().get(key))
    }
}
