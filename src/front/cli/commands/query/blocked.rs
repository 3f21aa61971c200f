use clap::Args;

use super::QueryOptions;
use crate::front::cli::commands::App;
use crate::front::cli::error::Failure;
use crate::front::cli::render::list::Layout;
use crate::ops::Query;

/// List the issues that something blocks, and what
#[derive(Args)]
#[command(after_help = "Example:\n  jit query blocked")]
pub(crate) struct BlockedArgs {
    #[command(flatten)]
    options: QueryOptions,
}

impl BlockedArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let filter = app.filter(&self.options.filter)?;
        self.options.list.list(app, &Query::Blocked(&filter), Layout::Blockers, "no issue is blocked")
    }
}
