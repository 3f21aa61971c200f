//! The options that every list of issues takes: which part of it, in which order and form.

use clap::Args;

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::render::column::Column;
use crate::front::cli::render::line_format::{BadLineFormat, LineFormat};
use crate::front::cli::render::list::Layout;
use crate::front::cli::respond;
use crate::model::order::{Order, SortKey};
use crate::model::query::Filter;
use crate::ops::{Page, Query};

/// Which part of a list, in which order and form.
#[derive(Args, Default)]
pub(crate) struct ListOptions {
    /// Only the first N
    #[arg(short = 'n', long, value_name = "N", allow_negative_numbers = true)]
    limit: Option<usize>,
    /// In order of these, such as state,-updated_at: '-' turns one round
    #[arg(long, value_name = "KEYS", value_delimiter = ',', allow_hyphen_values = true)]
    sort: Vec<String>,
    /// A table of these columns, such as id,title,labels
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    columns: Vec<String>,
    /// A line of this form for each, such as '{id} {title}'
    #[arg(long, value_name = "TEMPLATE", allow_hyphen_values = true, conflicts_with = "columns")]
    format: Option<String>,
}

impl ListOptions {
    /// Lists what `query` asks for; in the form of `usual` unless the options say another.
    /// `none` is told where there is nothing.
    pub(super) fn list(
        &self,
        app: &mut App<'_>,
        query: &Query<'_>,
        usual: Layout,
        none: &str,
    ) -> Result<(), Failure> {
        self.list_those(app, query, Filter::default(), usual, none)
    }

    /// The same, of those that `filter` admits.
    pub(super) fn list_those(
        &self,
        app: &mut App<'_>,
        query: &Query<'_>,
        filter: Filter,
        usual: Layout,
        none: &str,
    ) -> Result<(), Failure> {
        let (page, layout) = (self.page(filter)?, self.layout(app)?.unwrap_or(usual));
        let none = if self.limit == Some(0) { "no issue is shown: the limit is 0" } else { none };
        app.jit.select(query, &page, |found| respond::selection(app.ui, found, layout, none))?
    }

    fn page(&self, filter: Filter) -> Result<Page, Failure> {
        let order = Order::parse(self.sort.iter().map(|key| key.trim()));
        let order =
            order.map_err(|name| unknown("sort", name, SortKey::ALL.into_iter().map(|(name, _)| name)))?;
        Ok(Page { filter, order, limit: self.limit })
    }

    fn layout(&self, app: &App<'_>) -> Result<Option<Layout>, Failure> {
        let layout = match &self.format {
            Some(template) => Layout::Lines(LineFormat::parse(template).map_err(bad_format)?),
            None if self.columns.is_empty() => return Ok(None),
            None => Layout::Table(self.columns.iter().map(|name| column(name)).collect::<Result<_, _>>()?),
        };
        let other = [("--json", app.ui.is_json()), ("--quiet", app.ui.is_quiet())];
        match other.into_iter().find(|(_, given)| *given) {
            Some((other, _)) => {
                let option = if self.format.is_some() { "--format" } else { "--columns" };
                Err(Failure::usage(format!("{option} is for people, and {other} has a form of its own")))
            }
            None => Ok(Some(layout)),
        }
    }
}

fn column(name: &str) -> Result<Column, Failure> {
    Column::parse(name.trim()).ok_or_else(|| unknown("columns", name.trim(), Column::names()))
}

fn bad_format(bad: BadLineFormat) -> Failure {
    match bad {
        BadLineFormat::Unknown(name) => unknown("format", &name, Column::names()),
        BadLineFormat::Brace(brace) => Failure::Usage {
            message: format!("--format: a {brace:?} has no partner"),
            hint: Some("'{{' and '}}' stand for braces".to_owned()),
        },
    }
}

fn unknown(option: &str, name: &str, known: impl Iterator<Item = &'static str>) -> Failure {
    let known: Vec<&str> = known.collect();
    Failure::usage(format!("--{option}: no {name:?}; there are {}", known.join(", ")))
}
