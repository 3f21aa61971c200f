use clap::Args;

use crate::front::cli::commands::App;
use crate::front::cli::commands::listing::ListOptions;
use crate::front::cli::error::Failure;
use crate::front::cli::render::list::Layout;
use crate::ops::Query;

/// List issues
///
/// The most urgent first, then the oldest. Terms of a filter must all hold: state:ready,
/// label:auth, priority:high|critical, assignee:none, type:bug, gate:review, claim:expired,
/// has:conflict, -label:wip, @name for a saved filter. Plain words must be in the text, also within
/// longer words; 'jit search' finds whole words, the best answers first.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  jit list\n  jit issue list state:ready priority:high\n  jit list --filter '-label:wip login'\n  jit list --sort state,-updated_at --columns short_id,title,updated_at\n  jit list --format '{short_id} {title}'"
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
    #[command(flatten)]
    list: ListOptions,
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
        let mut filter = app.filter(self.terms.iter().chain(&self.filter))?;
        let keyed = [("state", &self.state), ("priority", &self.priority), ("assignee", &self.assignee)];
        for (key, value) in keyed {
            if let Some(value) = value {
                filter.and(app.jit.filter_by(key, value)?);
            }
        }
        for label in &self.label {
            filter.and(app.jit.filter_by("label", label)?);
        }
        let none = if filter.is_empty() { "no issues" } else { "no issue matches" };
        self.list.list(app, &Query::Matching(&filter), Layout::plain(), none)
    }
}
