use clap::Args;

use super::App;
use crate::front::cli::error::Failure;
use crate::front::wire::InitObject;

/// Make a tracker in this repository
///
/// Where the repository has a remote with a tracker, that one is taken over. Where there is
/// no git repository, one is made first. A tracker that exists is left as it is, so this can
/// be run twice.
#[derive(Args)]
#[command(after_help = "Example:\n  jit init")]
pub(crate) struct InitArgs {}

impl InitArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let made = app.jit.init()?;
        for warning in &made.warnings {
            app.ui.warn(warning);
        }
        if app.ui.is_json() {
            return Ok(app.ui.json(&InitObject::from(&made))?);
        }
        let git_dir = made.git_dir.display();
        if made.repository_created {
            app.ui.note(&format!("made a git repository: {git_dir}"));
        }
        let what = match &made.adopted_from {
            Some(remote) => format!("Adopted the tracker of {remote}"),
            None if made.tracker_created => "Initialized tracker".to_owned(),
            None => "Tracker exists".to_owned(),
        };
        app.ui.note(&format!("{what}: {} in {git_dir}", made.ref_name));
        Ok(())
    }
}
