pub(crate) mod blocked;
pub(crate) mod ready;
pub(crate) mod stale;

use clap::{Args, Subcommand};

use super::App;
use super::listing::ListOptions;
use crate::front::cli::error::Failure;
use crate::front::cli::render::list::Layout;
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
    #[command(flatten)]
    list: ListOptions,
}

impl QueryOptions {
    /// The issues that `query` asks for and the options admit.
    pub(in crate::front::cli::commands) fn list(
        &self,
        app: &mut App<'_>,
        query: &Query<'_>,
        none: &str,
    ) -> Result<(), Failure> {
        self.list_as(app, query, Layout::plain(), none)
    }

    /// The same, in another form unless the options say one.
    pub(in crate::front::cli::commands) fn list_as(
        &self,
        app: &mut App<'_>,
        query: &Query<'_>,
        usual: Layout,
        none: &str,
    ) -> Result<(), Failure> {
        let filter = app.filter(&self.filter)?;
        self.list.list_those(app, query, filter, usual, none)
    }

    /// The issues of `filter` that the options admit too.
    pub(super) fn run(self, app: &mut App<'_>, mut filter: Filter, none: &str) -> Result<(), Failure> {
        filter.and(app.filter(&self.filter)?);
        self.list.list(app, &Query::Matching(&filter), Layout::plain(), none)
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
        let filter = app.jit.filter_by(key, &args.value)?;
        args.options.run(app, filter, "no issue matches")
    }
}
