use clap::Args;

use crate::front::cli::commands::App;
use crate::front::cli::error::Failure;
use crate::front::cli::{input, respond};

/// Attach files of the repository to an issue
///
/// What is kept is a link to the file as a commit has it, so it never changes; nothing is
/// copied. The commit is HEAD unless another is named behind an '@'. Attach a file again to link
/// a newer version of it.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  jit issue attach 3f2a README\n  jit issue attach 3f2a README@HEAD~1 --json"
)]
pub(crate) struct AttachArgs {
    /// The issue
    id: String,
    /// The files, as path or path@revision
    #[arg(required = true, value_name = "PATH[@REV]", value_hint = clap::ValueHint::FilePath)]
    files: Vec<String>,
}

/// Detach files from an issue
///
/// A path means every version of it that is attached; with a commit behind an '@', that one.
#[derive(Args)]
#[command(after_help = "Example:\n  jit issue detach 3f2a README")]
pub(crate) struct DetachArgs {
    /// The issue
    id: String,
    /// The files, as path or path@commit
    #[arg(required = true, value_name = "PATH[@COMMIT]")]
    files: Vec<String>,
}

impl AttachArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let outcome = app.jit.attach(&input::id(&self.id)?, &self.files)?;
        respond::issues_changed(app.ui, "Updated", &outcome)
    }
}

impl DetachArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let outcome = app.jit.detach(&input::id(&self.id)?, &self.files)?;
        respond::issues_changed(app.ui, "Updated", &outcome)
    }
}
