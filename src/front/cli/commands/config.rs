use clap::{Args, Subcommand};

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::{render, respond};
use crate::front::wire::{SettingList, SettingObject};
use crate::model::settings::SettingKey;
use crate::ops::Outcome;

/// Manage the project's settings
#[derive(Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print a setting
    #[command(after_help = "Example:\n  jit config get strict_gates")]
    Get(GetArgs),
    /// List all settings
    #[command(visible_alias = "ls", after_help = "Example:\n  jit config list")]
    List(ListArgs),
    /// Change a setting for everyone who shares the tracker
    ///
    /// 'filter.NAME' saves a filter, which is then used as '@NAME' wherever a filter is taken.
    #[command(after_help = "Examples:\n  jit config set claim.ttl 4h\n  \
        jit config set filter.mine 'assignee:me state:open'")]
    Set(SetArgs),
    /// Give a setting its default back, or forget a saved filter
    #[command(after_help = "Example:\n  jit config unset claim.ttl")]
    Unset(UnsetArgs),
}

/// One setting.
#[derive(Args)]
pub(crate) struct GetArgs {
    /// Its name; 'config list' shows all
    key: String,
}

/// All settings.
#[derive(Args)]
pub(crate) struct ListArgs {}

/// One setting and its value.
#[derive(Args)]
pub(crate) struct SetArgs {
    /// Its name; 'config list' shows all
    key: String,
    /// Its new value
    #[arg(allow_hyphen_values = true)]
    value: String,
}

/// One setting.
#[derive(Args)]
pub(crate) struct UnsetArgs {
    /// Its name; 'config list' shows all
    key: String,
}

impl ConfigCommand {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        match self {
            Self::Get(args) => args.run(app),
            Self::List(args) => args.run(app),
            Self::Set(args) => args.run(app),
            Self::Unset(args) => args.run(app),
        }
    }
}

impl GetArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        // What can be no setting is refused without looking.
        SettingKey::parse(&self.key)?;
        let settings = app.jit.settings()?;
        let key = settings.find(&self.key)?;
        if app.ui.is_json() {
            return Ok(app.ui.json(&SettingObject::new(&settings, key))?);
        }
        Ok(app.ui.result(&settings.get(key))?)
    }
}

impl ListArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let settings = app.jit.settings()?;
        if app.ui.is_json() {
            return Ok(app.ui.json(&SettingList::new(&settings))?);
        }
        Ok(app.ui.result(&render::config::list(&settings))?)
    }
}

impl SetArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let key = SettingKey::parse(&self.key)?;
        let outcome = app.jit.config_set(key, &self.value)?;
        answer(app, &outcome, key)
    }
}

impl UnsetArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let key = app.jit.settings()?.find(&self.key)?;
        let outcome = app.jit.config_unset(key)?;
        answer(app, &outcome, key)
    }
}

fn answer(app: &mut App<'_>, outcome: &Outcome, key: SettingKey) -> Result<(), Failure> {
    respond::warnings(app.ui, outcome);
    let settings = &outcome.tracker.settings;
    if app.ui.is_json() {
        return Ok(app.ui.json(&SettingObject::new(settings, key))?);
    }
    if app.ui.is_quiet() {
        return Ok(());
    }
    let value = settings.get(key);
    let text = if value.is_empty() { format!("{key} is not set") } else { format!("{key} = {value}") };
    Ok(app.ui.result(&text)?)
}
