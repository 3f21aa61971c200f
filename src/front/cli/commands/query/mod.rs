pub(crate) mod blocked;
pub(crate) mod ready;
pub(crate) mod stale;

use clap::{Args, Subcommand};

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::input;
use crate::front::cli::respond::{self, Shown};
use crate::model::query::Filter;
use crate::ops::Query;

/// Find issues
#[derive(Subcommand)]
pub(crate) enum QueryCommand {
    /// List the issues of an assignee; 'none' for those of nobody
    #[command(after_help = "Example:\n  jit query assignee agent:worker-1")]
    Assignee(ValueArgs),
    Blocked(blocked::BlockedArgs),
    /// List the issues with a label
    #[command(after_help = "Example:\n  jit query label auth")]
    Label(ValueArgs),
    /// List the issues of a priority
    #[command(after_help = "Example:\n  jit query priority 'critical|high'")]
    Priority(ValueArgs),
    #[command(visible_alias = "available")]
    Ready(ready::ReadyArgs),
    Stale(stale::StaleArgs),
    /// List the issues in a state
    #[command(after_help = "Example:\n  jit query state in_progress")]
    State(ValueArgs),
}

/// Options of every query.
#[derive(Args)]
pub(crate) struct QueryOptions {
    /// Only issues that match, such as 'label:auth priority:high|critical'; can be repeated
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    filter: Vec<String>,
    /// Only the first N
    #[arg(short = 'n', long, value_name = "N", allow_negative_numbers = true)]
    limit: Option<usize>,
}

impl QueryOptions {
    /// The issues of `filter` that the options admit too.
    pub(super) fn run(self, app: &mut App<'_>, mut filter: Filter, none: &str) -> Result<(), Failure> {
        filter.and(input::filter(&self.filter)?);
        app.jit.select(&Query::Matching(&filter), self.limit, |found| {
            respond::selection(app.ui, found, Shown::Plain, none)
        })?
    }
}

/// A value to look for; several are separated by '|'.
#[derive(Args)]
pub(crate) struct ValueArgs {
    /// The value; several are separated by '|'
    value: String,
    #[command(flatten)]
    options: QueryOptions,
}

impl QueryCommand {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let (key, args) = match self {
            Self::Blocked(args) => return args.run(app),
            Self::Ready(args) => return args.run(app),
            Self::Stale(args) => return args.run(app),
            Self::Assignee(args) => ("assignee", args),
            Self::Label(args) => ("label", args),
            Self::Priority(args) => ("priority", args),
            Self::State(args) => ("state", args),
        };
        let filter = Filter::key_value(key, &args.value)?;
        args.options.run(app, filter, "no issue matches")
    }
}
