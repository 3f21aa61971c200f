use clap::Args;

use crate::front::cli::commands::App;
use crate::front::cli::error::Failure;
use crate::front::cli::{input, respond};

/// Remark on an issue
#[derive(Args)]
#[command(
    after_help = "Examples:\n  jit issue comment 3f2a 'Blocked on the design'\n  git diff --stat | jit comment 3f2a -"
)]
pub(crate) struct CommentArgs {
    /// The issue
    id: String,
    /// What to say; '-' reads it from standard input
    text: String,
}

impl CommentArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let body = input::text_or_stdin(&self.text)?;
        let outcome = app.jit.comment(&input::id(&self.id)?, &body)?;
        respond::issues_changed(app.ui, "Updated", &outcome)
    }
}
