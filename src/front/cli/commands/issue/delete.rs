use clap::Args;

use crate::front::cli::commands::App;
use crate::front::cli::error::Failure;
use crate::front::cli::{input, respond};
use crate::front::wire::Deleted;

/// Delete issues and the dependencies on them
///
/// Their history stays: 'git show <commit>:issues/...' still reads them. To close an issue
/// that will not be done, reject it instead.
#[derive(Args)]
#[command(after_help = "Example:\n  jit issue delete 3f2a")]
pub(crate) struct DeleteArgs {
    /// The issues
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
}

impl DeleteArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let outcome = app.jit.delete(&input::ids(&self.ids)?)?;
        if app.ui.is_json() {
            return Ok(app.ui.json(&Deleted::new(&outcome.ids))?);
        }
        respond::issues_changed(app.ui, "Deleted", &outcome)
    }
}
