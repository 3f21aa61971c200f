use clap::Args;

use super::QueryOptions;
use crate::front::cli::commands::App;
use crate::front::cli::error::Failure;
use crate::front::cli::input;
use crate::front::cli::render::list::Layout;
use crate::ops::Query;

/// List the issues that somebody holds and may have forgotten
///
/// Those whose claim has expired; with --older-than also those held for longer, renewed or
/// not. 'issue release --stale' releases them. Gated issues are left out: they wait for their
/// gates.
#[derive(Args)]
#[command(after_help = "Examples:\n  jit query stale\n  jit query stale --older-than 4h")]
pub(crate) struct StaleArgs {
    /// Also issues held for longer than this
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
    older_than: Option<String>,
    #[command(flatten)]
    options: QueryOptions,
}

impl StaleArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let older_than = input::secs("older-than", self.older_than.as_deref())?;
        let filter = app.filter(&self.options.filter)?;
        let stale = Query::Stale(&filter, older_than);
        self.options.list.list(app, &stale, Layout::of_claims(), "no claim is stale")
    }
}
