use std::time::Duration;

use clap::{Args, Subcommand};

use super::App;
use super::event_args::{FilterArgs, PastArgs};
use crate::front::cli::args::SyncUse;
use crate::front::cli::error::Failure;
use crate::front::cli::pull::{self, Puller};
use crate::front::cli::render;
use crate::front::cli::stop::Stop;
use crate::front::cli::ui::{Ui, UiError};
use crate::front::wire::EventList;
use crate::ops::{EventFilter, Events, Follower, Position, RemoteUse};
use crate::store::CommitId;

/// How often a follower looks for new events. Looking costs one small file.
pub(super) const POLL: Duration = Duration::from_millis(200);
/// Lines of this size are printed while more is read.
const PORTION: usize = 16 << 10;
/// What is said where the log begins again.
pub(super) const ANEW: &str = "the history that was followed is gone; all that is there now counts as new";

/// Read the event log
#[derive(Subcommand)]
pub(crate) enum EventsCommand {
    /// Find events, oldest first
    #[command(after_help = "Examples:\n  jit events query --event-type gate_passed --limit 10\n  \
        jit events query --issue 3f2a --since 2days\n  \
        jit events query --filter label:auth --since 2026-01-31")]
    Query(QueryArgs),
    /// Print the newest events as lines of JSON, oldest first
    ///
    /// With --follow it goes on: with what other processes do, and with --sync also with what
    /// other clones publish. It ends when it is interrupted or nobody reads its output.
    #[command(after_help = "Examples:\n  jit events tail -n 20\n  jit events tail --follow\n  \
        jit events tail --follow --sync 10 --event-type issue_completed")]
    Tail(TailArgs),
}

/// Which events, and how many.
#[derive(Args)]
pub(crate) struct QueryArgs {
    #[command(flatten)]
    events: FilterArgs,
    #[command(flatten)]
    past: PastArgs,
}

/// Which events, how many, and whether to go on.
#[derive(Args)]
pub(crate) struct TailArgs {
    #[command(flatten)]
    filter: FilterArgs,
    /// How many
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10, allow_negative_numbers = true)]
    lines: usize,
    /// Go on printing events as they happen
    #[arg(short, long)]
    follow: bool,
    /// Ask the remote first, and with --follow once in so many seconds [default: 30]
    #[arg(id = "sync", long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "")]
    #[arg(value_parser = SyncUse::parse, hide_default_value = true)]
    sync: Option<SyncUse>,
}

impl EventsCommand {
    /// Whether it ends by itself, and asks nobody.
    pub(super) fn only_reads(&self) -> bool {
        match self {
            Self::Query(_) => true,
            Self::Tail(args) => !args.follow && args.sync.and_then(SyncUse::every).is_none(),
        }
    }

    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        match self {
            Self::Query(args) => args.run(app),
            Self::Tail(args) => args.run(app),
        }
    }
}

impl QueryArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let filter = self.past.narrow(self.events.filter()?, app)?;
        let Events { events, .. } = app.jit.events(&filter, self.past.limit)?;
        if app.ui.is_json() {
            return Ok(app.ui.json(&EventList::new(events.iter().map(|event| event.json.as_str())))?);
        }
        if events.is_empty() {
            app.ui.note("no events");
            return Ok(());
        }
        let times = app.ui.times();
        let lines: Vec<String> = events.iter().map(|event| render::event::logged(event, times)).collect();
        Ok(app.ui.result(&lines.join("\n"))?)
    }
}

impl TailArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let filter = self.filter.filter()?;
        let every = self.sync.and_then(SyncUse::every);
        if every.is_some() && app.jit.context().remote_use() == RemoteUse::Offline {
            return Err(Failure::usage("--sync talks to the remote: it cannot be --offline"));
        }
        if every.is_some() && !self.follow {
            let synced = app.jit.sync(&pull::request())?;
            synced.warnings.iter().for_each(|warning| app.ui.warn(warning));
        }
        // Whoever sees the first lines may end it.
        let stop = self.follow.then(Stop::on_signals).transpose().map_err(UiError::from)?;
        let Events { events, at } = app.jit.events(&filter, Some(self.lines))?;
        if app.ui.is_json() && !self.follow {
            return Ok(app.ui.json(&EventList::new(events.iter().map(|event| event.json.as_str())))?);
        }
        let lines: Vec<&str> = events.iter().flat_map(|event| [event.json.as_str(), "\n"]).collect();
        app.ui.data(&lines.concat())?;
        stop.map_or(Ok(()), |stop| follow(app, &filter, at, every, &stop))
    }
}

/// Prints what happens after commit `at`, until the process is told to end.
fn follow(
    app: &mut App<'_>,
    filter: &EventFilter,
    at: CommitId,
    every: Option<Duration>,
    stop: &Stop,
) -> Result<(), Failure> {
    let mut follower = app.jit.follow(filter, Position::at(at))?;
    let puller = every.map(|every| Puller::start(app.jit.in_background(), every));
    while !stop.is_asked() {
        print_new(app.ui, &mut follower, stop)?;
        if follower.take_anew() {
            app.ui.warn(ANEW);
        }
        let told = puller.as_ref().map(Puller::told).transpose()?;
        told.iter().flatten().for_each(|word| app.ui.warn(word));
        app.ui.wait(POLL)?;
    }
    Ok(())
}

fn print_new(ui: &mut Ui, follower: &mut Follower<'_>, stop: &Stop) -> Result<(), Failure> {
    let mut lines = String::new();
    loop {
        let event = follower.peek()?;
        let is_last = event.is_none() || stop.is_asked();
        if let Some(event) = event {
            lines.extend([event.json.as_str(), "\n"]);
            follower.accept();
        }
        if !lines.is_empty() && (is_last || lines.len() >= PORTION) {
            ui.data(&std::mem::take(&mut lines))?;
        }
        if is_last {
            return Ok(());
        }
    }
}
