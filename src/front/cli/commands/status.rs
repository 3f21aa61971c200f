use clap::Args;

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::{render, respond};
use crate::front::wire::StatusObject;

/// Count issues by state and show who holds what
#[derive(Args)]
#[command(after_help = "Example:\n  jit status")]
pub(crate) struct StatusArgs {}

impl StatusArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let summary = app.jit.status()?;
        respond::damage(app.ui, &summary.tracker);
        let status = StatusObject::new(&summary);
        if app.ui.is_json() {
            return Ok(app.ui.json(&status)?);
        }
        let times = app.ui.times();
        Ok(app.ui.result(&render::status::status(&status, times))?)
    }
}
