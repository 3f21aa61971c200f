//! What follows for the states of issues once everything else is merged.

use super::{Merged, Sides};
use crate::model::validate::gates_not_passed;
use crate::model::{EventKind, Issue, IssueId, NewEvent, State, Tracker, transition};

/// Makes done issues gated whose gates have not all passed, and gated ones done that wait
/// for nothing; only where that came to be by merging.
pub(super) fn settle(sides: &Sides<'_>, merged: &mut Merged) {
    let is_new = |id: IssueId, tracker: &Tracker, holds: fn(&Tracker, &Issue) -> bool| {
        let held = |side: &Tracker| side.issues.get(&id).is_some_and(|issue| holds(side, issue));
        tracker.issues.get(&id).is_some_and(|issue| holds(tracker, issue))
            && !held(sides.upstream)
            && !held(sides.local)
    };
    let ids: Vec<IssueId> = merged.tracker.issues.keys().copied().collect();
    for id in &ids {
        if is_new(*id, &merged.tracker, gates_not_passed) {
            change(merged, *id, |issue| {
                let from = std::mem::replace(&mut issue.state, State::Gated);
                EventKind::IssueStateChanged { from, to: State::Gated }
            });
        }
    }
    // One that becomes done may be the last that another waits for.
    let mut changed = true;
    while changed {
        changed = false;
        for id in &ids {
            if is_new(*id, &merged.tracker, transition::is_complete) {
                change(merged, *id, transition::mark_done);
                changed = true;
            }
        }
    }
}

fn change(merged: &mut Merged, id: IssueId, change: impl FnOnce(&mut Issue) -> EventKind) {
    if let Some(issue) = merged.tracker.issues.get_mut(&id) {
        let kind = change(issue);
        merged.events.push(NewEvent { issue: Some(id), kind });
    }
}
