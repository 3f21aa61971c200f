//! Moving an issue from one state to another: the one home of these rules.

use super::state::{StateRequest, Status};
use super::{
    AgentId, Draft, EventKind, GateKey, GateStage, Issue, IssueId, Refusal, State, Tracker, claim, gate,
};

/// Moves issue `id` to the state asked for. Nothing changes if it is there already.
///
/// `open` reopens or releases; `ready` and `backlog` do so too, and insist on what is then
/// derived. `in_progress` claims for `claimant`. `gated` and `done` finish.
pub fn request(
    draft: &mut Draft,
    id: IssueId,
    to: StateRequest,
    claimant: AgentId,
    new_claim: impl FnOnce() -> super::ClaimId,
) -> Result<(), Refusal> {
    if matches!(to, StateRequest::Status(Status::Done | Status::Gated)) {
        check_holder(draft, id)?;
    }
    match to {
        StateRequest::Open => reopen(draft, id),
        StateRequest::Status(Status::Ready) => {
            let issue = draft.issue(id)?;
            let blockers = draft.tracker().blockers(issue);
            if blockers.is_empty() {
                reopen(draft, id)
            } else {
                Err(Refusal::Blocked { issue: id, blockers })
            }
        }
        StateRequest::Status(Status::Backlog) => {
            let issue = draft.issue(id)?;
            if draft.tracker().is_blocked(issue) {
                reopen(draft, id)
            } else {
                Err(Refusal::NotBlocked { issue: id })
            }
        }
        StateRequest::Status(Status::InProgress) => start(draft, id, claimant, new_claim),
        StateRequest::Status(Status::Gated) => finish(draft, id, true),
        StateRequest::Status(Status::Done) => finish(draft, id, false),
        StateRequest::Status(Status::Rejected) => reject(draft, id, None),
    }
}

/// A program may finish only what it holds itself or what nobody holds, so that one whose
/// lease ran out does not finish the work of the one that took over. A person may finish
/// anything.
fn check_holder(draft: &Draft, id: IssueId) -> Result<(), Refusal> {
    let stamp = draft.stamp();
    match draft.tracker().claim_of(draft.issue(id)?) {
        Some(claim) if claim.by != stamp.by && !stamp.by.is_human() && !draft.tracker().is_expired(claim) => {
            Err(Refusal::held(draft.tracker(), id, claim))
        }
        _ => Ok(()),
    }
}

/// Makes an issue open again: releases it if it was started, reopens it if it was finished.
fn reopen(draft: &mut Draft, id: IssueId) -> Result<(), Refusal> {
    let from = draft.issue(id)?.state;
    match from {
        State::Open => Ok(()),
        State::InProgress | State::Gated => claim::release(draft, id, None),
        State::Done | State::Rejected => {
            draft.edit(id)?.state = State::Open;
            draft.record(Some(id), EventKind::IssueStateChanged { from, to: State::Open });
            Ok(())
        }
    }
}

fn start(
    draft: &mut Draft,
    id: IssueId,
    by: AgentId,
    new_claim: impl FnOnce() -> super::ClaimId,
) -> Result<(), Refusal> {
    let issue = draft.issue(id)?;
    let from = issue.state;
    let request = |by| claim::Request { by, claim: new_claim(), ttl_secs: None, clone: None };
    match from {
        // To be told of success is to be told that one holds it.
        State::InProgress if issue.claim.as_ref().is_some_and(|claim| claim.by == by) => Ok(()),
        State::Gated if issue.claim.is_some() => {
            draft.edit(id)?.state = State::InProgress;
            draft.record(Some(id), EventKind::IssueStateChanged { from, to: State::InProgress });
            Ok(())
        }
        // Finished without ever being claimed; whoever reworks it holds it.
        State::Gated => claim::take(draft, id, request(by), None),
        State::Open | State::InProgress | State::Done | State::Rejected => {
            claim::claim(draft, id, request(by))
        }
    }
}

/// Finishes the work on an issue: `done` if every post gate passed, else `gated`.
///
/// The caller tells the person about gates that are pending: see [`pending_gates`].
fn finish(draft: &mut Draft, id: IssueId, expect_gated: bool) -> Result<(), Refusal> {
    let issue = draft.issue(id)?;
    let from = issue.state;
    match from {
        State::Done if expect_gated => {
            return Err(Refusal::BadTransition { issue: id, from, to: "gated" });
        }
        State::Done => return Ok(()),
        State::Rejected => {
            let to = if expect_gated { "gated" } else { "done" };
            return Err(Refusal::BadTransition { issue: id, from, to });
        }
        State::Open | State::InProgress | State::Gated => {}
    }
    let blockers = if from == State::Open {
        draft.tracker().blockers(issue)
    } else {
        draft.tracker().unfinished_dependencies(issue)
    };
    if !blockers.is_empty() {
        return Err(Refusal::Blocked { issue: id, blockers });
    }
    if gate::pending(draft.tracker(), issue, GateStage::Post).next().is_none() {
        if expect_gated {
            return Err(Refusal::BadTransition { issue: id, from, to: "gated, because no gate is pending" });
        }
        return complete(draft, id);
    }
    if from != State::Gated {
        draft.edit(id)?.state = State::Gated;
        draft.record(Some(id), EventKind::IssueStateChanged { from, to: State::Gated });
    }
    Ok(())
}

/// Finishes an issue whose work is merged, whoever holds it: `done` if every post gate passed,
/// else `gated`.
pub fn finish_merged(draft: &mut Draft, id: IssueId) -> Result<(), Refusal> {
    finish(draft, id, false)
}

/// The post gates that keep a gated issue from being done.
pub fn pending_gates(draft: &Draft, id: IssueId) -> Result<Vec<GateKey>, Refusal> {
    let issue = draft.issue(id)?;
    if issue.state != State::Gated {
        return Ok(Vec::new());
    }
    Ok(gate::pending(draft.tracker(), issue, GateStage::Post).map(|(key, _)| key.clone()).collect())
}

fn complete(draft: &mut Draft, id: IssueId) -> Result<(), Refusal> {
    let event = mark_done(draft.edit(id)?);
    draft.record(Some(id), event);
    Ok(())
}

/// Makes an issue done, whatever it was; the event that says so.
pub(crate) fn mark_done(issue: &mut Issue) -> EventKind {
    let from = issue.state;
    issue.state = State::Done;
    issue.claim = None;
    EventKind::IssueCompleted { from }
}

/// Whether `issue` is gated and nothing is left to wait for.
pub(crate) fn is_complete(tracker: &Tracker, issue: &Issue) -> bool {
    issue.state == State::Gated
        && gate::pending(tracker, issue, GateStage::Post).next().is_none()
        && tracker.unfinished_dependencies(issue).is_empty()
}

/// Completes a gated issue whose last pending gate has just passed or gone.
pub fn complete_if_gates_passed(draft: &mut Draft, id: IssueId) -> Result<(), Refusal> {
    if is_complete(draft.tracker(), draft.issue(id)?) { complete(draft, id) } else { Ok(()) }
}

/// Decides that an issue will not be done.
pub fn reject(draft: &mut Draft, id: IssueId, reason: Option<String>) -> Result<(), Refusal> {
    let from = draft.issue(id)?.state;
    match from {
        State::Rejected => return Ok(()),
        State::Done => return Err(Refusal::BadTransition { issue: id, from, to: "rejected" }),
        State::Open | State::InProgress | State::Gated => {}
    }
    let issue = draft.edit(id)?;
    issue.state = State::Rejected;
    issue.claim = None;
    draft.record(Some(id), EventKind::IssueRejected { reason, from });
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::testing::{
        draft, events, gate as key, id, put, request as claim_request, require, tracker,
    };
    use super::super::{ClaimId, GateResult, GateStage};
    use super::*;

    fn to(draft: &mut Draft, n: u128, state: &str) -> Result<(), Refusal> {
        let claimant = draft.stamp().by.clone();
        request(draft, id(n), state.parse().unwrap(), claimant, || ClaimId::new(Uuid::from_u128(9)))
    }

    #[test]
    fn ready_changes_nothing_on_a_ready_issue_and_names_what_blocks_another() {
        let mut draft = draft(tracker(2, &[(1, 2)]));
        assert!(
            matches!(to(&mut draft, 1, "ready"), Err(Refusal::Blocked { blockers, .. }) if blockers.len() == 1)
        );
        to(&mut draft, 2, "ready").unwrap();
        to(&mut draft, 1, "backlog").unwrap();
        assert_eq!(to(&mut draft, 2, "backlog").unwrap_err().code(), "not_blocked");
        assert!(events(draft).is_empty());
    }

    #[test]
    fn ready_releases_a_claimed_issue_and_reopens_a_finished_one() {
        let mut draft = draft(tracker(2, &[]));
        claim::claim(&mut draft, id(1), claim_request("one", None)).unwrap();
        to(&mut draft, 1, "ready").unwrap();
        to(&mut draft, 2, "done").unwrap();
        to(&mut draft, 2, "open").unwrap();
        let expected = ["issue_claimed", "issue_released", "issue_completed", "issue_state_changed"];
        assert_eq!(events(draft), expected);
    }

    #[test]
    fn done_waits_for_dependencies_and_pre_gates() {
        let mut tracker = tracker(3, &[(1, 2)]);
        require(&mut tracker, 3, "design", GateStage::Pre);
        let mut draft = draft(tracker);
        assert_eq!(to(&mut draft, 1, "done").unwrap_err().code(), "blocked");
        assert_eq!(to(&mut draft, 3, "done").unwrap_err().code(), "blocked");
        to(&mut draft, 2, "rejected").unwrap();
        to(&mut draft, 1, "done").unwrap();
    }

    #[test]
    fn pending_post_gates_make_it_gated_and_the_last_to_pass_completes_it() {
        let mut tracker = tracker(1, &[]);
        require(&mut tracker, 1, "a", GateStage::Post);
        require(&mut tracker, 1, "b", GateStage::Post);
        let mut draft = draft(tracker);
        to(&mut draft, 1, "in_progress").unwrap();
        to(&mut draft, 1, "done").unwrap();
        assert_eq!(pending_gates(&draft, id(1)).unwrap(), [key("a"), key("b")]);
        gate::report(&mut draft, id(1), &key("a"), GateResult::Passed).unwrap();
        assert_eq!(draft.issue(id(1)).unwrap().state, State::Gated);
        gate::report(&mut draft, id(1), &key("b"), GateResult::Passed).unwrap();
        let issue = draft.issue(id(1)).unwrap();
        assert_eq!((issue.state, &issue.claim), (State::Done, &None));
        let failed = GateResult::Failed { reason: None };
        assert_eq!(gate::report(&mut draft, id(1), &key("b"), failed).unwrap_err().code(), "finished");
    }

    #[test]
    fn a_gate_that_failed_does_not_complete_and_rework_goes_back() {
        let mut tracker = tracker(1, &[]);
        require(&mut tracker, 1, "a", GateStage::Post);
        let mut draft = draft(tracker);
        to(&mut draft, 1, "done").unwrap();
        gate::report(&mut draft, id(1), &key("a"), GateResult::Failed { reason: None }).unwrap();
        assert_eq!(draft.issue(id(1)).unwrap().state, State::Gated);
        to(&mut draft, 1, "in_progress").unwrap();
        assert!(draft.issue(id(1)).unwrap().claim.is_some(), "whoever reworks it holds it");
        gate::remove(&mut draft, id(1), &key("a")).unwrap();
        assert_eq!(draft.issue(id(1)).unwrap().state, State::InProgress);
        to(&mut draft, 1, "done").unwrap();
        assert_eq!(draft.issue(id(1)).unwrap().state, State::Done);
    }

    #[test]
    fn in_progress_is_a_claim_and_refused_where_another_holds_it() {
        let mut draft = draft(tracker(1, &[]));
        to(&mut draft, 1, "in_progress").unwrap();
        to(&mut draft, 1, "in_progress").unwrap();
        let other = super::super::testing::agent("other");
        let state = "in_progress".parse().unwrap();
        let refusal =
            request(&mut draft, id(1), state, other, || ClaimId::new(Uuid::from_u128(8))).unwrap_err();
        assert_eq!(refusal.code(), "already_claimed");
        assert_eq!(events(draft), ["issue_claimed"]);
    }

    #[test]
    fn a_program_does_not_finish_what_another_holds_but_a_person_may() {
        let mut first = draft(tracker(1, &[]));
        claim::claim(&mut first, id(1), claim_request("one", None)).unwrap();
        let tracker = first.finish().tracker;
        let finish = |who: &str| {
            let by = super::super::AgentId::parse(who).unwrap();
            let stamp = super::super::Stamp { by, at: super::super::testing::at(2000) };
            to(&mut Draft::new(tracker.clone(), stamp), 1, "done")
        };
        assert_eq!(finish("agent:two").unwrap_err().code(), "already_claimed");
        assert_eq!([finish("agent:one"), finish("human:ada")], [Ok(()), Ok(())]);
    }

    #[test]
    fn finished_issues_are_not_moved_sideways() {
        let mut tracker = tracker(2, &[]);
        put(&mut tracker, 1, State::Done);
        put(&mut tracker, 2, State::Rejected);
        let mut draft = draft(tracker);
        for (n, state) in [(1, "rejected"), (2, "done"), (1, "gated"), (2, "gated")] {
            assert_eq!(to(&mut draft, n, state).unwrap_err().code(), "bad_transition", "{n} {state}");
        }
        for (n, state) in [(1, "done"), (2, "rejected")] {
            to(&mut draft, n, state).unwrap();
        }
        assert!(events(draft).is_empty());
    }
}
