//! Which events a command is about. The same options everywhere.

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::input;
use crate::model::{EventKind, IdPrefix};
use crate::ops::EventFilter;

/// What happened, and who did it.
#[derive(Args)]
pub(crate) struct WhatArgs {
    /// Only events of this type; can be repeated
    #[arg(long, visible_alias = "type", value_name = "TYPE", hide_possible_values = true)]
    #[arg(value_parser = PossibleValuesParser::new(EventKind::NAMES))]
    event_type: Vec<String>,
    /// Only events that this agent caused
    #[arg(long, value_name = "AGENT")]
    actor: Option<String>,
}

/// Which events, also of those to come.
#[derive(Args)]
pub(crate) struct FilterArgs {
    #[command(flatten)]
    what: WhatArgs,
    /// Only events of this issue, which may be deleted
    #[arg(long, value_name = "ID")]
    issue: Option<String>,
}

/// Which of the events that there are.
#[derive(Args)]
pub(crate) struct PastArgs {
    /// Only events of issues that match now, such as 'label:auth priority:high'; can be repeated
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    filter: Vec<String>,
    /// Only events since then: 2h, 3days, 2026-01-31 or 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    since: Option<String>,
    /// Only events until then
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    until: Option<String>,
    /// Only the newest N of them
    #[arg(short = 'n', long, value_name = "N", allow_negative_numbers = true)]
    pub(super) limit: Option<usize>,
}

impl WhatArgs {
    /// The filter that was meant, of the events of one issue or of all.
    pub(super) fn filter(self, issue: Option<IdPrefix>) -> EventFilter {
        EventFilter { types: self.event_type, issue, actor: self.actor, ..EventFilter::default() }
    }
}

impl FilterArgs {
    /// The filter that was meant.
    pub(super) fn filter(self) -> Result<EventFilter, Failure> {
        let issue = self.issue.as_deref().map(input::id).transpose()?;
        Ok(self.what.filter(issue))
    }
}

impl PastArgs {
    /// `filter`, narrowed as was meant.
    pub(super) fn narrow(&self, filter: EventFilter, app: &App<'_>) -> Result<EventFilter, Failure> {
        let now = app.jit.context().now();
        let time = |option, text: &Option<String>| {
            text.as_deref().map(|text| input::time(option, text, now)).transpose()
        };
        let (since, until) = (time("since", &self.since)?, time("until", &self.until)?);
        let filter = EventFilter { since, until, ..filter };
        Ok(app.jit.events_of(&app.filter(&self.filter)?, filter)?)
    }
}
