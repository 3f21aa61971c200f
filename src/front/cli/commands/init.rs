use clap::Args;

use super::App;
use crate::front::cli::error::Failure;
use crate::front::wire::InitObject;

/// Make a tracker in this repository
///
/// Where there is no git repository, one is made first. A tracker that exists is left as
/// it is, so this can be run twice.
#[derive(Args)]
#[command(after_help = "Example:\n  jit init")]
pub(crate) struct InitArgs {}

impl InitArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let made = app.jit.init()?;
        if app.ui.is_json() {
            return Ok(app.ui.json(&InitObject::from(&made))?);
        }
        let git_dir = made.git_dir.display();
        if made.repository_created {
            app.ui.note(&format!("made a git repository: {git_dir}"));
        }
        let what = if made.tracker_created { "Initialized tracker" } else { "Tracker exists" };
        app.ui.note(&format!("{what}: {} in {git_dir}", made.ref_name));
        if let Some(remote) = made.remote.filter(|_| made.tracker_created) {
            let name = &made.ref_name;
            app.ui.note(&format!(
                "if {remote} has a tracker, this is another one; to have that one instead: \
                 git fetch {remote} +{name}:{name}"
            ));
        }
        Ok(())
    }
}
