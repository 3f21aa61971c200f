use clap::Args;

use crate::front::cli::commands::App;
use crate::front::cli::error::Failure;
use crate::front::cli::respond::{self, Shape};
use crate::front::cli::{input, render};
use crate::model::query::Filter;

/// Give an issue up, so that others can claim it
///
/// Anyone may release an issue, also one that another agent holds and has forgotten. With
/// --stale, all issues are released whose claim has expired, in one commit.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  jit issue release 3f2a 'timeout'\n  jit issue release --stale\n  jit issue release --stale --older-than 4h --dry-run"
)]
pub(crate) struct ReleaseArgs {
    /// The issue
    #[arg(required_unless_present = "stale", conflicts_with = "stale")]
    id: Option<String>,
    /// Why, for the log
    reason: Option<String>,
    /// Why, for the log
    #[arg(long = "reason", value_name = "TEXT", allow_hyphen_values = true, conflicts_with = "reason")]
    reason_option: Option<String>,
    /// Instead of one issue: all whose claim has expired, as 'query stale' lists them
    #[arg(long, conflicts_with_all = ["reason", "reason_option"])]
    stale: bool,
    /// With --stale: also issues held for longer than this
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
    older_than: Option<String>,
    /// With --stale: only show what would be released
    #[arg(long)]
    dry_run: bool,
}

impl ReleaseArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let Some(id) = &self.id else { return self.release_stale(app) };
        // An argument that requires one which another excludes: clap lets that pass.
        if self.dry_run || self.older_than.is_some() {
            return Err(Failure::usage("--older-than and --dry-run go with --stale, not with an issue"));
        }
        let reason = self.reason.or(self.reason_option);
        let outcome = app.jit.release(&input::id(id)?, reason.as_deref())?;
        respond::issues_changed(app.ui, "Released", &outcome)
    }

    fn release_stale(&self, app: &mut App<'_>) -> Result<(), Failure> {
        let older_than = input::secs("older-than", self.older_than.as_deref())?;
        if self.dry_run {
            let listing = app.jit.query_stale(&Filter::default(), older_than)?;
            respond::damage(app.ui, &listing.tracker);
            if app.ui.is_json() {
                return respond::issues_json(app.ui, &listing.tracker, &listing.ids, Shape::List);
            }
            if app.ui.is_quiet() {
                return Ok(app.ui.data(&render::list::ids(&listing.ids))?);
            }
            note_none(app, listing.ids.is_empty());
            for id in &listing.ids {
                app.ui.result(&format!("Would release issue: {id}"))?;
            }
            return Ok(());
        }
        let outcome = app.jit.release_stale(older_than)?;
        respond::damage(app.ui, &outcome.tracker);
        note_none(app, outcome.ids.is_empty());
        respond::list_changed(app.ui, "Released", &outcome)
    }
}

fn note_none(app: &mut App<'_>, is_none: bool) {
    if is_none {
        app.ui.note("no claim is stale");
    }
}
