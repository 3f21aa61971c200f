use clap::Args;

use crate::front::cli::commands::App;
use crate::front::cli::error::Failure;
use crate::front::cli::input;
use crate::front::cli::respond::{self, Shown};
use crate::model::query::Filter;
use crate::ops::Query;

/// List issues
///
/// The most urgent first, then the oldest. Terms of a filter must all hold: state:ready,
/// label:auth, priority:high|critical, assignee:none, type:bug, gate:review, claim:expired,
/// has:conflict,
/// -label:wip, and plain words search the text.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  jit list\n  jit issue list state:ready priority:high\n  jit list --filter '-label:wip login'"
)]
pub(crate) struct ListArgs {
    /// Only issues that match
    #[arg(value_name = "FILTER")]
    terms: Vec<String>,
    /// Only issues that match; can be repeated
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    filter: Vec<String>,
    /// Only issues in this state
    #[arg(long)]
    state: Option<String>,
    /// Only issues of this priority
    #[arg(short, long)]
    priority: Option<String>,
    /// Only issues with this label
    #[arg(short, long)]
    label: Vec<String>,
    /// Only issues of this agent; 'none' for those of nobody
    #[arg(short, long, value_name = "AGENT")]
    assignee: Option<String>,
    /// Only the first N
    #[arg(short = 'n', long, value_name = "N", allow_negative_numbers = true)]
    limit: Option<usize>,
}

impl ListArgs {
    /// '-label:wip' is an exclusion in a filter, but an option and its value on a command
    /// line: better refused than misunderstood.
    fn check_exclusions(&self) -> Result<(), Failure> {
        let taken = [("label", self.label.first()), ("priority", self.priority.as_ref())];
        for (key, value) in taken.into_iter().chain([("assignee", self.assignee.as_ref())]) {
            if let Some(rest) = value.and_then(|value| value.strip_prefix(&key[1..])?.strip_prefix(':')) {
                let message = format!("to exclude a {key}, write --filter '-{key}:{rest}'");
                return Err(Failure::usage(message));
            }
        }
        Ok(())
    }

    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        self.check_exclusions()?;
        let mut filter = input::filter(&self.terms)?;
        filter.and(input::filter(&self.filter)?);
        let keyed = [("state", &self.state), ("priority", &self.priority), ("assignee", &self.assignee)];
        for (key, value) in keyed {
            if let Some(value) = value {
                filter.and(Filter::key_value(key, value)?);
            }
        }
        for label in &self.label {
            filter.and(Filter::key_value("label", label)?);
        }
        let none = if filter.is_empty() { "no issues" } else { "no issue matches" };
        app.jit.select(&Query::Matching(&filter), self.limit, |found| {
            respond::selection(app.ui, found, Shown::Plain, none)
        })?
    }
}
