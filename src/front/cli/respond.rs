//! How commands answer, in the three forms: for people, `--quiet`, `--json`.

use std::sync::mpsc;
use std::thread;

use super::error::Failure;
use super::render;
use super::render::list::{Layout, List};
use super::ui::Ui;
use crate::front::wire::{self, FoundList, IssueList, IssueObject};
use crate::model::{Issue, IssueId, State, Tracker};
use crate::ops::{Outcome, Selection};

/// A list of fewer issues is read and written by turns.
const WORTH_A_THREAD: usize = 256;
/// Portions of a list that may wait to be written, so that memory stays bounded.
const WAITING: usize = 2;

/// Answers a mutation of issues: `<verb> issue: <id>` for each.
pub(crate) fn issues_changed<T>(
    ui: &mut Ui,
    verb: &'static str,
    outcome: &Outcome<T>,
) -> Result<(), Failure> {
    changed(ui, outcome, Shape::of(&outcome.ids), |_| verb)
}

/// Like [`issues_changed`], for requests that may mean any number of issues.
pub(crate) fn list_changed<T>(ui: &mut Ui, verb: &'static str, outcome: &Outcome<T>) -> Result<(), Failure> {
    changed(ui, outcome, Shape::List, |_| verb)
}

/// Answers a mutation that may have finished issues: says of each whether it did.
pub(crate) fn issues_moved<T>(ui: &mut Ui, outcome: &Outcome<T>, shape: Shape) -> Result<(), Failure> {
    changed(ui, outcome, shape, |state| match state {
        Some(State::Done) => "Completed",
        Some(State::Gated) => "Gated",
        _ => "Updated",
    })
}

fn changed<T>(
    ui: &mut Ui,
    outcome: &Outcome<T>,
    shape: Shape,
    verb: impl Fn(Option<State>) -> &'static str,
) -> Result<(), Failure> {
    warnings(ui, outcome);
    if ui.is_json() {
        return issues_json(ui, &outcome.tracker, &outcome.ids, shape);
    }
    let line = |id: &IssueId| {
        let state = outcome.tracker.issues.get(id).map(|issue| issue.state);
        let verb = if outcome.changed { verb(state) } else { "Unchanged" };
        if ui.is_quiet() { format!("{id}\n") } else { format!("{verb} issue: {id}\n") }
    };
    let lines: String = outcome.ids.iter().map(line).collect();
    if lines.is_empty() {
        return Ok(());
    }
    Ok(ui.result(&lines)?)
}

/// Tells what an operation left a word about.
pub(crate) fn warnings<T>(ui: &mut Ui, outcome: &Outcome<T>) {
    for warning in &outcome.warnings {
        ui.warn(warning);
    }
}

/// Whether a document is one issue or a list. It follows from the request alone, never from
/// how many issues happened to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// The issue itself.
    One,
    /// A list.
    List,
}

impl Shape {
    /// One for a request that names one thing.
    pub(crate) fn of<T>(named: &[T]) -> Self {
        if named.len() == 1 { Self::One } else { Self::List }
    }
}

/// Issues as JSON.
pub(crate) fn issues_json(
    ui: &mut Ui,
    tracker: &Tracker,
    ids: &[IssueId],
    shape: Shape,
) -> Result<(), Failure> {
    let issues: Vec<&Issue> = ids.iter().filter_map(|id| tracker.issues.get(id)).collect();
    match issues.as_slice() {
        [issue] if shape == Shape::One => Ok(ui.json(&IssueObject::new(tracker, issue))?),
        _ => Ok(ui.json(&IssueList::new(tracker, issues))?),
    }
}

/// Answers a query: the issues that were `found`. `none` is told where there are none.
pub(crate) fn selection(
    ui: &mut Ui,
    found: &Selection<'_>,
    layout: Layout,
    none: &str,
) -> Result<(), Failure> {
    if ui.is_json() {
        match found.search() {
            Some(query) => ui.json(&FoundList::read(query, found))?,
            None => list_json(ui, found)?,
        }
    } else if ui.is_quiet() {
        ui.data(&render::list::ids(found.ids()))?;
    } else if found.ids().is_empty() {
        // That something is missing matters more than that nothing is left.
        unreadable(ui, found.damaged());
        ui.note(none);
        return Ok(());
    } else {
        let mut list = List::new(layout, ui.times());
        found
            .portions()
            .for_each(|portion| portion.issues().for_each(|issue| list.add(&portion.tracker, issue)));
        let width = ui.width();
        ui.results(list.lines(width))?;
    }
    // Now it is known of all that is shown.
    unreadable(ui, found.damaged());
    Ok(())
}

/// Prints all that was `found` as JSON: a list of any length is read while what was read before
/// is written.
fn list_json(ui: &mut Ui, found: &Selection<'_>) -> Result<(), Failure> {
    if found.ids().len() < WORTH_A_THREAD {
        return Ok(ui.json(&IssueList::read(found.portions()))?);
    }
    let (sender, receiver) = mpsc::sync_channel(WAITING);
    let written = thread::scope(|scope| {
        let writer = scope.spawn(move || ui.json(&IssueList::read(receiver.into_iter())));
        // Once nothing more can be written, nothing more needs to be read.
        let mut portions = found.portions();
        while portions.next().is_some_and(|portion| sender.send(portion).is_ok()) {}
        drop(sender);
        writer.join()
    });
    Ok(written.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?)
}

/// Says that some files could not be read, so that no list is silently short.
pub(crate) fn damage(ui: &mut Ui, tracker: &Tracker) {
    unreadable(ui, tracker.damaged.len());
}

/// Says that so many files could not be read.
pub(crate) fn unreadable(ui: &mut Ui, count: usize) {
    if let Some(warning) = wire::unreadable(count) {
        ui.warn(&warning);
    }
}
