use clap::Args;

use crate::front::cli::commands::App;
use crate::front::cli::commands::query::QueryOptions;
use crate::front::cli::error::Failure;
use crate::front::cli::render::list::Layout;
use crate::model::search::SearchQuery;
use crate::ops::Query;

/// Search the text of issues
///
/// Titles, descriptions, comments, context and labels, whatever the case; the best answers
/// first. All words must be found, the last one also as the beginning of a longer one, and so one
/// with '*' at its end. Words in double quotes must stand in a row. '-word' must not be found. Whole words
/// are compared: 'jit list ick' finds parts of words, such as in "quick".
#[derive(Args)]
#[command(
    after_help = "Examples:\n  jit issue search login\n  jit search rate lim --filter state:ready\n  jit search '\"rate limit\" login' -n 5\n  jit search 'rate* -login'"
)]
pub(crate) struct SearchArgs {
    /// What to find
    #[arg(required = true)]
    text: Vec<String>,
    #[command(flatten)]
    options: QueryOptions,
}

impl SearchArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let query = SearchQuery::parse(&self.text.join(" "))?;
        let layout = Layout::Found(query.clone());
        self.options.list_as(app, &Query::Search(&query), layout, "no issue matches")
    }
}
