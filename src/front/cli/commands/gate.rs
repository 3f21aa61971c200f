use clap::{Args, Subcommand};

use super::App;
use super::registry::{AddArgs, ListArgs};
use crate::front::cli::error::Failure;
use crate::front::cli::respond::{self, Shape};
use crate::front::cli::{input, render};
use crate::front::wire::{CheckReport, failed_checks};
use crate::model::GateResult;

/// Manage the gates of issues
#[derive(Subcommand)]
pub(crate) enum GateCommand {
    /// Make an issue require gates
    #[command(after_help = "Example:\n  jit gate add 3f2a unit-tests review")]
    Add(IssueGates),
    /// Run the checkers of an issue's gates and record the results
    ///
    /// Without gates, all that have a checker run. Exit status 4 if one fails.
    #[command(after_help = "Example:\n  jit gate check 3f2a unit-tests")]
    Check(CheckArgs),
    /// Put a gate into the registry [same as: registry add]
    #[command(after_help = "Example:\n  jit gate define unit-tests --auto --checker 'cargo test'")]
    Define(AddArgs),
    /// Record that gates failed
    #[command(after_help = "Example:\n  jit gate fail 3f2a review --reason 'no tests' --by human:ada")]
    Fail(FailArgs),
    /// List the gates that the project knows [same as: registry list]
    #[command(after_help = "Example:\n  jit gate list")]
    List(ListArgs),
    /// Record that gates passed
    ///
    /// The last gate to pass completes an issue that was gated.
    #[command(after_help = "Example:\n  jit gate pass 3f2a unit-tests --by ci:github-actions")]
    Pass(IssueGates),
    /// Make an issue not require gates any more
    #[command(visible_alias = "remove", after_help = "Example:\n  jit gate rm 3f2a review")]
    Rm(IssueGates),
}

/// An issue and some of its gates.
#[derive(Args)]
pub(crate) struct IssueGates {
    /// The issue
    id: String,
    /// The gates
    #[arg(required = true, value_name = "GATE")]
    gates: Vec<String>,
}

/// An issue, some of its gates, and why they failed.
#[derive(Args)]
pub(crate) struct FailArgs {
    #[command(flatten)]
    which: IssueGates,
    /// Why, for the log
    #[arg(long, allow_hyphen_values = true)]
    reason: Option<String>,
}

/// An issue, and which of its gates to check.
#[derive(Args)]
pub(crate) struct CheckArgs {
    /// The issue
    id: String,
    /// The gates; all that have a checker unless said
    #[arg(value_name = "GATE")]
    gates: Vec<String>,
}

impl GateCommand {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let outcome = match self {
            Self::Check(args) => return args.run(app),
            Self::Define(args) => return args.run(app),
            Self::List(args) => return args.run(app),
            Self::Add(args) => {
                let outcome = app.jit.gate_add(&input::id(&args.id)?, &input::gate_keys(&args.gates)?)?;
                return respond::issues_changed(app.ui, "Updated", &outcome);
            }
            Self::Rm(args) => app.jit.gate_remove(&input::id(&args.id)?, &input::gate_keys(&args.gates)?)?,
            Self::Pass(args) => report(app, &args, &GateResult::Passed)?,
            Self::Fail(args) => report(app, &args.which, &GateResult::Failed { reason: args.reason })?,
        };
        respond::issues_moved(app.ui, &outcome, Shape::One)
    }
}

fn report(app: &App<'_>, args: &IssueGates, result: &GateResult) -> Result<crate::ops::Outcome, Failure> {
    Ok(app.jit.gate_report(&input::id(&args.id)?, &input::gate_keys(&args.gates)?, result)?)
}

impl CheckArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let outcome = app.jit.gate_check(&input::id(&self.id)?, &input::gate_keys(&self.gates)?)?;
        respond::warnings(app.ui, &outcome);
        let failed = failed_checks(&outcome);
        if outcome.value.is_empty() {
            app.ui.note("no gate of this issue has a checker");
        }
        if app.ui.is_json() && failed.is_none() {
            app.ui.json(&CheckReport::new(&outcome))?;
        } else if !app.ui.is_json() {
            for check in &outcome.value {
                app.ui.result(&render::check::check(check))?;
            }
        }
        let Some((refusal, value)) = failed else { return Ok(()) };
        Err(Failure::Detailed { refusal: Box::new(refusal), key: "checks", value })
    }
}
