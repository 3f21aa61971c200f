mod holds;
mod play;
mod stage;
mod worker;

use clap::Args;

use super::App;
use crate::front::cli::env;
use crate::front::cli::error::Failure;
use crate::model::AgentId;
use stage::{Folder, Stage};

/// Show jit at work on a remote and clones of its own
///
/// In a temporary folder, four people share a bare repository. A lead breaks an epic into
/// tasks with dependencies and gates; two edit the same task without knowing, and settle it;
/// two claim the same task at once; then worker processes in every clone race for the tasks
/// until everything is done. It ends with the event log of the remote as plain 'git log'
/// prints it, and a check that no issue was ever held twice.
#[derive(Args)]
#[command(after_help = "Examples:\n  jit demo\n  jit demo --keep")]
pub(crate) struct DemoArgs {
    /// Leave the folder for exploring
    #[arg(long)]
    keep: bool,
    /// How many worker processes race in each clone
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=16))]
    workers: u16,
    /// Be one of the workers
    #[arg(long, value_name = "AGENT", hide = true)]
    worker: Option<String>,
}

impl DemoArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        if let Some(agent) = &self.worker {
            return worker::work(&AgentId::parse(agent)?);
        }
        if app.ui.is_json() {
            return Err(Failure::usage("the demonstration is for people and has no --json"));
        }
        let folder = Folder::create(&app.jit.context().new_id().simple().to_string(), self.keep)?;
        let mut stage = Stage::new(app.ui, env::current_program()?, folder.path())?;
        play::play(&mut stage, self.workers)?;
        if self.keep {
            let place = folder.path().display();
            app.ui.result(&format!("\nThe remote is {place}/hub.git, and the clones are beside it"))?;
        }
        Ok(())
    }
}
