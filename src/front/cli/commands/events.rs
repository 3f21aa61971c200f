use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::{input, render};
use crate::front::wire::{self, EventList};
use crate::model::EventKind;
use crate::ops::{EventFilter, Events};
use crate::store::LoggedEvent;

/// How often a follower looks for new events. Looking costs one small file.
const POLL: Duration = Duration::from_millis(200);

/// Read the event log
#[derive(Subcommand)]
pub(crate) enum EventsCommand {
    /// Find events, oldest first
    #[command(after_help = "Examples:\n  jit events query --event-type gate_passed --limit 10\n  \
        jit events query --issue 3f2a --since 2days")]
    Query(QueryArgs),
    /// Print the newest events as lines of JSON, oldest first
    #[command(after_help = "Examples:\n  jit events tail -n 20\n  jit events tail --follow")]
    Tail(TailArgs),
}

/// Which events.
#[derive(Args)]
pub(crate) struct QueryArgs {
    /// Only events of this type; can be repeated
    #[arg(long, visible_alias = "type", value_name = "TYPE", hide_possible_values = true)]
    #[arg(value_parser = PossibleValuesParser::new(EventKind::NAMES))]
    event_type: Vec<String>,
    /// Only events of this issue, which may be deleted
    #[arg(long, value_name = "ID")]
    issue: Option<String>,
    /// Only events that this agent caused
    #[arg(long, value_name = "AGENT")]
    actor: Option<String>,
    /// Only events since then: 2h, 3days, 2026-01-31 or 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    since: Option<String>,
    /// Only the newest N of them
    #[arg(short = 'n', long, value_name = "N", allow_negative_numbers = true)]
    limit: Option<usize>,
}

/// How many events.
#[derive(Args)]
pub(crate) struct TailArgs {
    /// How many
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10, allow_negative_numbers = true)]
    lines: usize,
    /// Go on printing events as they happen
    #[arg(short, long)]
    follow: bool,
}

impl EventsCommand {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        match self {
            Self::Query(args) => args.run(app),
            Self::Tail(args) => args.run(app),
        }
    }
}

impl QueryArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let now = app.jit.context().now();
        let filter = EventFilter {
            types: self.event_type,
            issue: self.issue.as_deref().map(input::id).transpose()?,
            actor: self.actor,
            since: self.since.map(|since| input::since(&since, now)).transpose()?,
        };
        let Events { events, .. } = app.jit.events(&filter, self.limit)?;
        if app.ui.is_json() {
            return Ok(app.ui.json(&EventList::new(events.iter().map(|event| event.json.as_str())))?);
        }
        if events.is_empty() {
            app.ui.note("no events");
            return Ok(());
        }
        let line = |event: &LoggedEvent| render::event::line(&wire::parse_event(&event.json));
        let lines: Vec<String> = events.iter().map(line).collect();
        Ok(app.ui.result(&lines.join("\n"))?)
    }
}

impl TailArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let filter = EventFilter::default();
        let mut read = app.jit.events(&filter, Some(self.lines))?;
        if app.ui.is_json() && !self.follow {
            return Ok(app.ui.json(&EventList::new(read.events.iter().map(|event| event.json.as_str())))?);
        }
        loop {
            print_lines(app, &read.events)?;
            if !self.follow {
                return Ok(());
            }
            std::thread::sleep(POLL);
            read = app.jit.events_after(read.at, &filter)?;
        }
    }
}

fn print_lines(app: &mut App<'_>, events: &[LoggedEvent]) -> Result<(), Failure> {
    let lines: Vec<&str> = events.iter().flat_map(|event| [event.json.as_str(), "\n"]).collect();
    Ok(app.ui.data(&lines.concat())?)
}
