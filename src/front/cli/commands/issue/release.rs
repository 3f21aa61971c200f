use clap::Args;

use crate::front::cli::commands::App;
use crate::front::cli::error::Failure;
use crate::front::cli::{input, respond};

/// Give an issue up, so that others can claim it
///
/// Anyone may release an issue, also one that another agent holds and has forgotten.
#[derive(Args)]
#[command(after_help = "Example:\n  jit issue release 3f2a 'timeout'")]
pub(crate) struct ReleaseArgs {
    /// The issue
    id: String,
    /// Why, for the log
    reason: Option<String>,
    /// Why, for the log
    #[arg(long = "reason", value_name = "TEXT", allow_hyphen_values = true, conflicts_with = "reason")]
    reason_option: Option<String>,
}

impl ReleaseArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let reason = self.reason.or(self.reason_option);
        let outcome = app.jit.release(&input::id(&self.id)?, reason.as_deref())?;
        respond::issues_changed(app.ui, "Released", &outcome)
    }
}
