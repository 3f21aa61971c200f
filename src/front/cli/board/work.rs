//! Carrying orders out, one after the other, on a thread of their own.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use ratatui::crossterm::event::KeyEvent;

use super::state::{Act, Card, Column, Kind, Loaded, Page};
use crate::front::cli::render;
use crate::front::cli::render::issue::Style;
use crate::front::cli::render::markdown::Prose;
use crate::front::cli::render::times::Times;
use crate::front::wire::{Graph, Told, parse_event};
use crate::model::query::Filter;
use crate::model::state::{StateRequest, Status};
use crate::model::update::Update;
use crate::model::{GateResult, IdPrefix, Issue, IssueId, Tracker};
use crate::ops::{CommandExecutor, Error, EventFilter, Page as Selected, Query, Target};

/// Issues of one column that are shown; all are counted.
const MOST_CARDS: usize = 500;
/// Events of an issue that are shown.
const MOST_EVENTS: usize = 200;

/// What is to be done.
pub(super) enum Job {
    /// Read the columns, of the issues that a filter admits.
    Load(String),
    /// Read what there is to know of an issue, for so many columns of text.
    Page(Kind, IssueId, usize),
    /// Change an issue.
    Act(IssueId, Act),
}

/// What happened.
pub(super) enum News {
    /// Somebody pressed a key.
    Key(KeyEvent),
    /// The terminal has another size.
    Resized,
    /// The board is to end by this signal.
    Leave(i32),
    /// The columns were read with a filter, or why not.
    Loaded(String, Result<Loaded, String>),
    /// What there is to know of an issue.
    Page(Result<Page, String>),
    /// What became of a change: what was done, or why not.
    Done(Result<String, String>),
}

/// Starts the worker; it ends when nobody gives it jobs, or takes its news.
pub(super) fn start(jit: CommandExecutor, news: Sender<News>) -> Sender<Job> {
    let (sender, jobs) = channel();
    thread::spawn(move || work(&jit, &jobs, &news));
    sender
}

fn work(jit: &CommandExecutor, jobs: &Receiver<Job>, news: &Sender<News>) {
    for job in jobs {
        let told = match job {
            Job::Load(filter) => {
                let loaded = load(jit, &filter).map_err(reason);
                News::Loaded(filter, loaded)
            }
            Job::Page(kind, issue, width) => News::Page(page(jit, kind, issue, width).map_err(reason)),
            Job::Act(issue, act) => News::Done(perform(jit, issue, &act).map_err(reason)),
        };
        if news.send(told).is_err() {
            break;
        }
    }
}

/// What a person is told of a failure, in one line.
fn reason(error: Error) -> String {
    let told = Told::from(error).into_object().error;
    match told.hint {
        Some(hint) => format!("{}; {hint}", told.message),
        None => told.message,
    }
}

fn load(jit: &CommandExecutor, filter: &str) -> Result<Loaded, Error> {
    let filter = jit.filter([filter])?;
    let mut columns = Vec::with_capacity(Status::ALL.len());
    for status in Status::ALL {
        let mut narrowed = Filter::state(vec![StateRequest::Status(status)]);
        narrowed.and(filter.clone());
        let column = jit.select(&Query::Matching(&narrowed), &Selected::default(), |found| {
            let first = found.portions().next();
            let cards = first.iter().flat_map(|listing| {
                let issues = listing.issues().take(MOST_CARDS);
                issues.map(|issue| card(&listing.tracker, issue)).collect::<Vec<_>>()
            });
            Column { status, count: found.ids().len(), cards: cards.collect() }
        })?;
        columns.push(column);
    }
    Ok(columns)
}

fn card(tracker: &Tracker, issue: &Issue) -> Card {
    Card {
        id: issue.id,
        title: render::text::clean(&issue.title).into_owned(),
        priority: issue.priority,
        who: issue.assignee.as_ref().map(|agent| render::text::clean(agent.as_str()).into_owned()),
        blockers: tracker.current_blockers(issue).len(),
        gates: issue.gates.iter().map(|(key, state)| (key.clone(), state.status)).collect(),
    }
}

fn page(jit: &CommandExecutor, kind: Kind, issue: IssueId, width: usize) -> Result<Page, Error> {
    let prefix = IdPrefix::of(issue);
    let text = match kind {
        Kind::Details => details(jit, &prefix, width)?,
        Kind::Graph => graph(jit, &prefix)?,
    };
    // Styles are for the terminal alone, and this is drawn.
    let plain = anstream::adapter::strip_str(&text).to_string();
    Ok(Page { kind, issue, lines: plain.lines().map(str::to_owned).collect() })
}

fn details(jit: &CommandExecutor, prefix: &IdPrefix, width: usize) -> Result<String, Error> {
    let listing = jit.show(std::slice::from_ref(prefix))?;
    // An age would grow while it is looked at.
    let style = Style { prose: Prose::Plain(width), times: Times::EXACT };
    let shown = |issue: &Issue| render::issue::show(&listing.tracker, issue, None, style);
    let mut text: String = listing.issues().map(shown).collect();
    let filter = EventFilter { issue: Some(prefix.clone()), ..EventFilter::default() };
    let mut lines = Vec::new();
    jit.log(&filter, Some(MOST_EVENTS), |event| {
        lines.push(render::event::line(&parse_event(&event.json), Times::EXACT));
        true
    })?;
    text.push_str("\nHistory:\n");
    text.extend(lines.iter().flat_map(|line| ["  ", line, "\n"]));
    Ok(text)
}

fn graph(jit: &CommandExecutor, prefix: &IdPrefix) -> Result<String, Error> {
    let mut text = "Depends on:\n\n".to_owned();
    jit.select(&Query::Upstream(prefix), &Selected::default(), |found| {
        let graph = Graph::read(found);
        let issue = found.named();
        let below = graph.edges.iter().filter(|edge| issue == Some(edge.from)).map(|edge| edge.to);
        let tops: Vec<IssueId> = below.collect();
        text.extend(render::graph::trees(&graph, &tops));
        if tops.is_empty() {
            text.push_str("nothing\n");
        }
    })?;
    text.push_str("\nNeeded by, directly or through others:\n\n");
    let downstream = jit.graph_downstream(prefix)?;
    for issue in downstream.issues() {
        let state = downstream.tracker.status(issue);
        let title = render::text::clean(&issue.title);
        text.extend([&issue.id.short(), "  ", state.as_str(), "  ", &title, "\n"]);
    }
    if downstream.ids.is_empty() {
        text.push_str("nothing\n");
    }
    Ok(text)
}

/// Changes an issue by the operation that the command of that name calls; what was done.
fn perform(jit: &CommandExecutor, issue: IssueId, act: &Act) -> Result<String, Error> {
    let (prefix, short) = (IdPrefix::of(issue), issue.short());
    let with = |told: String, warnings: Vec<String>| {
        std::iter::once(told).chain(warnings).collect::<Vec<_>>().join("; ")
    };
    let told = match act {
        Act::Claim => {
            let outcome = jit.claim(&prefix, None, None)?;
            with(format!("claimed {short}"), outcome.warnings)
        }
        Act::Release => with(format!("released {short}"), jit.release(&prefix, None)?.warnings),
        Act::Comment(body) => with(format!("remarked on {short}"), jit.comment(&prefix, body)?.warnings),
        Act::Move(to) => {
            let update = Update { state: Some(*to), ..Update::default() };
            let outcome = jit.update(&Target::Issues(vec![prefix]), &update)?;
            let status = outcome.issues().next().map(|issue| outcome.tracker.status(issue).to_string());
            let gated = outcome.value.iter().map(ToString::to_string);
            let words = gated.chain(outcome.warnings.iter().cloned()).collect();
            with(format!("{short} is {}", status.unwrap_or_default()), words)
        }
        Act::Report(key, is_passed) => {
            let (result, word) = if *is_passed {
                (GateResult::Passed, "passed")
            } else {
                (GateResult::Failed { reason: None }, "failed")
            };
            let outcome = jit.gate_report(&prefix, std::slice::from_ref(key), &result)?;
            with(format!("gate {key} of {short} {word}"), outcome.warnings)
        }
    };
    Ok(told)
}
