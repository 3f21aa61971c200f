use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::App;
use crate::front::cli::error::Failure;
use crate::front::wire::GeneratedObject;
use crate::ops::{CommandExecutor, Plan};
use crate::store::Storage;

#[derive(Subcommand)]
pub(crate) enum DevCommand {
    Generate(GenerateArgs),
}

/// Make up a project to try or to measure on
///
/// The tracker gets issues of all states with dependencies, gates, labels and descriptions
/// of some 500 bytes, and the history that led there. The same numbers and seed give the
/// same history, to the last commit id. Nothing is generated where there is a tracker.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  jit dev generate --issues 1000 sample\n  jit dev generate --issues 10000 --events 1000000 large"
)]
pub(crate) struct GenerateArgs {
    /// How many issues
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=10_000_000))]
    issues: u32,
    /// How many commits change each issue, a thousand issues at a time
    #[arg(long, value_name = "K", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=100))]
    commits_per_issue: u16,
    /// How many commits follow that change one issue each [default: a tenth of the issues]
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u32).range(0..=100_000_000))]
    events: Option<u32>,
    /// Chooses everything else
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    seed: u64,
    /// Where the repository is or will be [default: the one we are in]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

impl DevCommand {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        match self {
            Self::Generate(args) => args.run(app),
        }
    }
}

impl GenerateArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let count = |number: u32| usize::try_from(number).expect("32 bits fit");
        let plan = Plan {
            issues: count(self.issues),
            commits_per_issue: self.commits_per_issue.into(),
            events: count(self.events.unwrap_or(self.issues / 10)),
            seed: self.seed,
        };
        let here = self.folder.is_some();
        let storage = Storage::new(self.folder.unwrap_or_else(|| PathBuf::from(".")));
        let jit = CommandExecutor::with_context(storage, app.jit.context().clone());
        let generated = jit.generate(&plan, here)?;
        if app.ui.is_json() {
            return Ok(app.ui.json(&GeneratedObject::from(&generated))?);
        }
        let (issues, commits) = (generated.issues, generated.commits);
        let place = generated.git_dir.display();
        app.ui.note(&format!(
            "Generated {issues} issues in {commits} commits: {} in {place}",
            generated.ref_name
        ));
        Ok(())
    }
}
