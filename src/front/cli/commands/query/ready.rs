use clap::Args;

use super::QueryOptions;
use crate::front::cli::commands::App;
use crate::front::cli::error::Failure;
use crate::model::query::Filter;
use crate::model::state::{StateRequest, Status};

/// List the issues that can be claimed now
///
/// The most urgent first, then the oldest.
#[derive(Args)]
#[command(after_help = "Examples:\n  jit query ready\n  jit query ready --json | jq -r '.issues[].id'")]
pub(crate) struct ReadyArgs {
    #[command(flatten)]
    options: QueryOptions,
}

impl ReadyArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let ready = Filter::state(vec![StateRequest::Status(Status::Ready)]);
        self.options.run(app, ready, "no issue is ready")
    }
}
