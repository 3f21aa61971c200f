use clap::Args;

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::render;
use crate::front::wire::ClosedObject;
use crate::ops::Closing;

/// Finish the issues that commits on the main branch say they close
///
/// Such a commit has the trailer 'Closes-Jit: ID'. Made for CI: it can run any number of times.
/// An issue whose gates are pending becomes gated, and one that was finished and opened again
/// since the commit was made stays open.
#[derive(Args)]
#[command(after_help = "Examples:\n  jit close-merged --sync\n  jit close-merged --branch main --dry-run")]
pub(crate) struct CloseMergedArgs {
    /// The branch that work is merged to, here and at the remotes [default: the remote's main branch]
    #[arg(long, value_name = "BRANCH")]
    branch: Option<String>,
    /// Tell what would be closed, and change nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

impl CloseMergedArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let request = Closing { branch: self.branch, dry_run: self.dry_run };
        let closed = app.jit.close_merged(&request)?;
        for warning in closed.warnings.iter().cloned().chain(render::code::refused(&closed)) {
            app.ui.warn(&warning);
        }
        if app.ui.is_json() {
            return Ok(app.ui.json(&ClosedObject::new(&closed, request.dry_run))?);
        }
        let lines = render::code::closed(&closed, request.dry_run, app.ui.is_quiet());
        if lines.is_empty() {
            app.ui.note(&format!("nothing to close: no commit on {} closes an open issue", closed.branch));
            return Ok(());
        }
        Ok(app.ui.result(&lines)?)
    }
}
