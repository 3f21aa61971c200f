use clap::Args;

use crate::front::cli::commands::App;
use crate::front::cli::error::Failure;
use crate::front::cli::{input, respond};

/// Decide that an issue will not be done
///
/// Issues that depend on it may then go ahead.
#[derive(Args)]
#[command(after_help = "Example:\n  jit issue reject 3f2a 'duplicate of 77b1'")]
pub(crate) struct RejectArgs {
    /// The issue
    id: String,
    /// Why, for the log
    reason: Option<String>,
    /// Why, for the log
    #[arg(long = "reason", value_name = "TEXT", allow_hyphen_values = true, conflicts_with = "reason")]
    reason_option: Option<String>,
}

impl RejectArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let reason = self.reason.or(self.reason_option);
        let outcome = app.jit.reject(&[input::id(&self.id)?], reason.as_deref())?;
        respond::issues_changed(app.ui, "Rejected", &outcome)
    }
}
