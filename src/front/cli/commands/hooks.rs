use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::render;
use crate::front::wire::HookObject;
use crate::model::link::Meant;
use crate::ops::HookChange;

/// Name the issue you work on in each of your commits
#[derive(Subcommand)]
pub(crate) enum HooksCommand {
    /// Install the hook that adds the trailer Jit-Issue to your commits
    ///
    /// The trailer names the issue that you hold; if you hold several, the one that the branch is
    /// named after. Hooks of other tools stay and keep working, and whatever goes wrong in this
    /// one, the commit is made.
    #[command(after_help = "Example:\n  jit hooks install")]
    Install(InstallArgs),
    /// Take the hook away, and leave those of other tools as they were
    #[command(after_help = "Example:\n  jit hooks uninstall")]
    Uninstall(UninstallArgs),
    /// Show whether the hook is installed, and which issue a commit would name now
    #[command(after_help = "Example:\n  jit hooks status")]
    Status(StatusArgs),
    /// Add the trailer to a commit message, which git asks the hook for
    #[command(hide = true, after_help = "Example:\n  jit hooks commit-msg .git/COMMIT_EDITMSG")]
    CommitMsg(CommitMsgArgs),
}

/// Where.
#[derive(Args)]
pub(crate) struct InstallArgs {
    /// Also where core.hooksPath is outside of the repository, for all repositories that use it
    #[arg(long)]
    global: bool,
}

/// Nothing.
#[derive(Args)]
pub(crate) struct UninstallArgs {}

/// Nothing.
#[derive(Args)]
pub(crate) struct StatusArgs {}

/// The message.
#[derive(Args)]
pub(crate) struct CommitMsgArgs {
    /// The file that has it
    file: PathBuf,
}

impl HooksCommand {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        match self {
            Self::Install(InstallArgs { global }) => {
                let change = app.jit.install_hook(global)?;
                answer(app, "Installed", &change)
            }
            Self::Uninstall(UninstallArgs {}) => {
                let change = app.jit.uninstall_hook()?;
                answer(app, "Removed", &change)
            }
            Self::Status(args) => args.run(app),
            Self::CommitMsg(args) => args.run(app),
        }
    }
}

fn answer(app: &mut App<'_>, verb: &str, change: &HookChange) -> Result<(), Failure> {
    if app.ui.is_json() {
        let meant = app.jit.commit_issue()?;
        return Ok(app.ui.json(&HookObject::changed(change, &meant))?);
    }
    let verb = if change.changed { verb } else { "Unchanged" };
    Ok(app.ui.result(&format!("{verb} hook: {}", change.state.path.display()))?)
}

impl StatusArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let (state, meant) = (app.jit.hook()?, app.jit.commit_issue()?);
        if app.ui.is_json() {
            return Ok(app.ui.json(&HookObject::new(&state, &meant))?);
        }
        Ok(app.ui.result(&render::code::hook(&state, &meant))?)
    }
}

impl CommitMsgArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        if let Meant::Unclear(why) = app.jit.name_in_commit(&self.file)? {
            app.ui.warn(&format!("this commit names no issue: {why}"));
        }
        Ok(())
    }
}
