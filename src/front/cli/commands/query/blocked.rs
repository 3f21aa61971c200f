use clap::Args;

use super::QueryOptions;
use crate::front::cli::commands::App;
use crate::front::cli::error::Failure;
use crate::front::cli::input;
use crate::front::cli::respond::{self, Shown};
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
        let filter = input::filter(&self.options.filter)?;
        app.jit.select(&Query::Blocked(&filter), self.options.limit, |found| {
            respond::selection(app.ui, found, Shown::Blockers, "no issue is blocked")
        })?
    }
}
