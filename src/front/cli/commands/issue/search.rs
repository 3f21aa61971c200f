use clap::Args;

use crate::front::cli::commands::App;
use crate::front::cli::commands::query::QueryOptions;
use crate::front::cli::error::Failure;
use crate::model::query::Filter;

/// Search the text of issues
///
/// Titles, descriptions, comments, context and labels, whatever the case. All words must
/// be found; quote words that belong together.
#[derive(Args)]
#[command(after_help = "Examples:\n  jit issue search login\n  jit search 'rate limit' --filter state:ready")]
pub(crate) struct SearchArgs {
    /// What to find
    #[arg(required = true)]
    text: Vec<String>,
    #[command(flatten)]
    options: QueryOptions,
}

impl SearchArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let mut filter = Filter::default();
        for text in &self.text {
            filter.and(Filter::text(text));
        }
        self.options.run(app, filter, "no issue matches")
    }
}
