use std::collections::BTreeMap;

use clap::Args;

use crate::front::cli::commands::App;
use crate::front::cli::error::Failure;
use crate::front::cli::render::issue::Style;
use crate::front::cli::render::markdown::Prose;
use crate::front::cli::respond::Shape;
use crate::front::cli::{input, render};
use crate::front::wire::{ShownIssue, ShownIssueList};
use crate::model::IssueId;
use crate::ops::{Links, Listing};

/// Show issues
///
/// On a terminal that takes colours, Markdown in descriptions and comments is shown as it is
/// meant: marks of emphasis give way to styles, and all else stays as it was written.
#[derive(Args)]
#[command(after_help = "Example:\n  jit issue show 3f2a")]
pub(crate) struct ShowArgs {
    /// The issues
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// Show descriptions and comments as they were written, also on a terminal
    #[arg(long)]
    raw: bool,
}

impl ShowArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let listing = app.jit.show(&input::ids(&self.ids)?)?;
        let links =
            if app.ui.is_quiet() { BTreeMap::new() } else { app.jit.links(&listing.tracker, &listing.ids) };
        if app.ui.is_json() {
            return json(app, &listing, &links, Shape::of(&self.ids));
        }
        // Where no style can stand for a mark, the mark stays.
        let width = app.ui.width().filter(|_| app.ui.takes_color() && !self.raw);
        let style = Style { prose: width.map_or(Prose::Raw, Prose::Markdown), times: app.ui.times() };
        for (index, issue) in listing.issues().enumerate() {
            if app.ui.is_quiet() {
                app.ui.result(&issue.id.to_string())?;
                continue;
            }
            if index > 0 {
                app.ui.result("")?;
            }
            let mut shown = render::issue::show(&listing.tracker, issue, None, style);
            shown.extend(links.get(&issue.id).map(|links| render::code::links(links, style.times)));
            app.ui.result(&shown)?;
        }
        Ok(())
    }
}

fn json(
    app: &mut App<'_>,
    listing: &Listing,
    links: &BTreeMap<IssueId, Links>,
    shape: Shape,
) -> Result<(), Failure> {
    let shown = |id: &IssueId| ShownIssue::new(&listing.tracker, *id, links.get(id));
    let issues: Vec<ShownIssue<'_>> = listing.ids.iter().filter_map(shown).collect();
    match issues.as_slice() {
        [issue] if shape == Shape::One => Ok(app.ui.json(issue)?),
        _ => Ok(app.ui.json(&ShownIssueList::new(issues))?),
    }
}
