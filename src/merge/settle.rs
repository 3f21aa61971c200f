//! What follows for the states of issues once everything else is merged.

use super::{Merged, Sides};
use crate::model::validate::gates_not_passed;
use crate::model::{EventKind, GateStage, Issue, IssueId, NewEvent, State, Tracker, gate, transition};

/// Makes done issues gated whose gates have not all passed, and gated ones done that wait
/// for nothing; only where that came to be by merging.
///
/// A gated issue that nobody changed stays gated, though what it depends on is finished now:
/// as in one clone, where finishing an issue finishes no other. So a merge need not look for
/// what depends on what changed. What gates it waits for may have changed all the same, with
/// the registry; then all issues are looked at.
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
    let was = |id: &IssueId| sides.base.issues.get(id);
    let both = [sides.upstream, sides.local];
    let waits = |side: &Tracker, id: &IssueId| {
        let mut issue = side.issues.get(id).into_iter();
        issue.any(|issue| gate::pending(side, issue, GateStage::Post).next().is_some())
    };
    let is_touched = |id: &&IssueId| {
        both.iter().any(|side| side.issues.get(id) != was(id)) || both.iter().all(|side| waits(side, id))
    };
    // One that becomes done may be the last that another waits for.
    let mut changed = true;
    while changed {
        changed = false;
        for id in ids.iter().filter(is_touched) {
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

#[cfg(test)]
mod tests {
    use crate::merge::{Holds, Sides, merge};
    use crate::model::gate::GateStatus;
    use crate::model::testing::{gate, id, put, require, tracker};
    use crate::model::{GateStage, State, Tracker};

    /// Issue 1 is gated, its gate has passed, and it waits for 2 and 3.
    fn waiting() -> Tracker {
        let mut tracker = tracker(3, &[(1, 2), (1, 3)]);
        require(&mut tracker, 1, "review", GateStage::Post);
        put(&mut tracker, 1, State::Gated);
        let issue = tracker.issues.get_mut(&id(1)).expect("it is there");
        issue.gates.get_mut(&gate("review")).expect("it is required").status = GateStatus::Passed;
        tracker
    }

    fn state_after(upstream: &Tracker, local: &Tracker) -> State {
        let sides = Sides { base: &waiting(), upstream, local, project: [None, None] };
        merge(&sides, &Holds::new()).tracker.issues[&id(1)].state
    }

    #[test]
    fn what_nobody_changed_is_not_done_because_others_are() {
        let (mut upstream, mut local) = (waiting(), waiting());
        put(&mut upstream, 2, State::Done);
        put(&mut local, 3, State::Done);
        assert_eq!(state_after(&upstream, &local), State::Gated);
        local.issues.get_mut(&id(1)).expect("it is there").labels.insert("seen".to_owned());
        assert_eq!(state_after(&upstream, &local), State::Done);
    }
}
