//! Taking hold of an issue and giving it up.

use chrono::TimeDelta;
use uuid::Uuid;

use super::query::Filter;
use super::{
    AgentId, Claim, ClaimId, Draft, EventKind, Extra, Holds, Issue, IssueId, Outline, Refusal, State, Status,
    Timestamp, Tracker,
};

/// Who wants to hold an issue, and for how long.
#[derive(Clone, Debug)]
pub struct Request {
    /// The holder to be.
    pub by: AgentId,
    /// A fresh id for the hold.
    pub claim: ClaimId,
    /// Seconds the hold lasts unless renewed; the project's `claim.ttl` where absent.
    pub ttl_secs: Option<u64>,
    /// The clone that asks, where the tracker is shared with a remote.
    pub clone: Option<Uuid>,
}

/// Claims issue `id`. Fails if anyone holds it, also the same agent, unless that hold has
/// expired; fails unless it is ready.
pub fn claim(draft: &mut Draft, id: IssueId, request: Request) -> Result<(), Refusal> {
    let (tracker, issue) = (draft.tracker(), draft.issue(id)?);
    let took_over = check_claimable(tracker, issue, draft.stamp().at)?;
    if let Some(hold) = tracker.claim_of(issue)
        && issue.claim.is_none()
        && hold.id != request.claim
        && !hold.is_expired(draft.stamp().at, tracker.settings.claim_skew_secs)
    {
        return Err(held_elsewhere(tracker, id, hold));
    }
    take(draft, id, request, took_over)
}

/// What is said where only the remote's record tells of `hold`.
fn held_elsewhere(tracker: &Tracker, id: IssueId, hold: &Claim) -> Refusal {
    if tracker.given_up.contains(&id) {
        return Refusal::ReleaseUnpublished { issue: id, holder: hold.by.clone(), claim: hold.id };
    }
    Refusal::held(tracker, id, hold)
}

/// Records the hold, once it is decided that there is none that stands against it.
pub(super) fn take(
    draft: &mut Draft,
    id: IssueId,
    request: Request,
    took_over: Option<ClaimId>,
) -> Result<(), Refusal> {
    let now = draft.stamp().at;
    let from = draft.issue(id)?.state;
    let expires = expiry(draft, request.ttl_secs)?;
    let issue = draft.edit(id)?;
    issue.state = State::InProgress;
    issue.assignee = Some(request.by.clone());
    issue.claim = Some(Claim {
        id: request.claim,
        by: request.by.clone(),
        at: now,
        expires,
        clone: request.clone,
        extra: Extra::new(),
    });
    let event =
        EventKind::IssueClaimed { assignee: request.by, claim: request.claim, expires, took_over, from };
    draft.record(Some(id), event);
    Ok(())
}

/// Whether `issue` may be claimed now; the expired hold that a claim would take over.
fn check_claimable(tracker: &Tracker, issue: &Issue, now: Timestamp) -> Result<Option<ClaimId>, Refusal> {
    if issue.state.is_finished() {
        return Err(Refusal::Finished { issue: issue.id, state: issue.state, action: "claim it" });
    }
    let took_over = match &issue.claim {
        Some(claim) if !claim.is_expired(now, tracker.settings.claim_skew_secs) => {
            return Err(Refusal::held(tracker, issue.id, claim));
        }
        expired => expired.as_ref().map(|claim| claim.id),
    };
    if issue.state == State::Gated {
        return Err(Refusal::BadTransition {
            issue: issue.id,
            from: issue.state,
            to: "in_progress by a claim",
        });
    }
    let blockers = tracker.blockers(issue);
    if !blockers.is_empty() {
        return Err(Refusal::Blocked { issue: issue.id, blockers });
    }
    Ok(took_over)
}

/// Who picks the next issue, and what it must know to pick well.
#[derive(Clone, Copy, Debug)]
pub struct Picker<'a> {
    /// Which issues will do.
    pub filter: &'a Filter,
    /// When.
    pub now: Timestamp,
    /// What the shared remote says is held.
    pub holds: &'a Holds,
    /// Where rivals in other clones pick at the same time: a text that tells this picker
    /// from them. Equally urgent issues are then tried in an order of its own, so that
    /// they do not all go for the same one.
    pub spread: Option<&'a str>,
}

/// The issue that `claim-next` hands out: the most urgent, then oldest, that may be claimed,
/// expired holds included, and that the filter admits.
pub fn next(tracker: &Tracker, picker: &Picker<'_>) -> Result<IssueId, Refusal> {
    let outlines = tracker.ranked().into_iter().map(|issue| tracker.outline(issue));
    let mut candidates = candidates(outlines, picker);
    candidates.find(|id| may_hand_out(tracker, *id, picker)).ok_or_else(|| nothing_to_claim(picker))
}

/// The issues worth trying, in the order to try them, as far as their outlines tell. The
/// outlines come in the order of lists.
pub fn candidates(
    outlines: impl Iterator<Item = Outline>,
    picker: &Picker<'_>,
) -> impl Iterator<Item = IssueId> {
    let may_be_free = |outline: &Outline| match outline.state {
        State::Open => outline.is_claimed || outline.status() == Status::Ready,
        State::InProgress => outline.is_claimed,
        State::Gated | State::Done | State::Rejected => false,
    };
    let may_do = move |outline: &Outline| may_be_free(outline) && picker.filter.may_admit(outline, true);
    let mut outlines = outlines.filter(may_do).peekable();
    let classes = std::iter::from_fn(move || {
        let first = outlines.next()?;
        let mut class = vec![first];
        while let Some(next) = outlines.next_if(|next| next.priority == first.priority) {
            class.push(next);
        }
        if let Some(picker) = picker.spread {
            class.sort_by_cached_key(|outline| (place(picker, outline.id), outline.rank()));
        }
        Some(class)
    });
    classes.flatten().map(|outline| outline.id)
}

/// Whether `claim-next` may hand out issue `id`.
pub fn may_hand_out(tracker: &Tracker, id: IssueId, picker: &Picker<'_>) -> bool {
    let Picker { filter, now, holds, .. } = *picker;
    let skew = tracker.settings.claim_skew_secs;
    let is_held = holds.get(&id).is_some_and(|claim| !claim.is_expired(now, skew));
    !is_held
        && tracker.issues.get(&id).is_some_and(|issue| {
            filter.admits_as_ready(tracker, issue) && check_claimable(tracker, issue, now).is_ok()
        })
}

/// What is said where no candidate will do.
pub fn nothing_to_claim(picker: &Picker<'_>) -> Refusal {
    Refusal::NothingToClaim { filtered: !picker.filter.is_empty() }
}

/// Where `issue` comes in the order in which `picker` tries equally urgent ones: FNV-1a,
/// which is the same in every version and on every machine.
fn place(picker: &str, issue: IssueId) -> u64 {
    let bytes = picker.bytes().chain(issue.uuid().into_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Records that the claim on issue `id` did not stand: another clone was first. The issue
/// is open again until the winner's claim arrives.
pub fn lose(draft: &mut Draft, id: IssueId, winner: Option<AgentId>) -> Result<(), Refusal> {
    let issue = draft.issue(id)?;
    let from = issue.state;
    let Some(claim) = issue.claim.clone() else { return Err(Refusal::NotClaimed { issue: id }) };
    let issue = draft.edit(id)?;
    issue.claim = None;
    if issue.assignee.as_ref() == Some(&claim.by) {
        issue.assignee = None;
    }
    draft.record(Some(id), EventKind::ClaimLost { claim: claim.id, holder: claim.by, winner });
    if from == State::InProgress {
        draft.edit(id)?.state = State::Open;
        draft.record(Some(id), EventKind::IssueStateChanged { from, to: State::Open });
    }
    Ok(())
}

/// Extends the lease on issue `id` to `ttl` from now; for ever where neither the request
/// nor the project says how long. `by`, if given, must be the holder.
pub fn renew(
    draft: &mut Draft,
    id: IssueId,
    by: Option<&AgentId>,
    ttl_secs: Option<u64>,
) -> Result<(), Refusal> {
    let expires = expiry(draft, ttl_secs)?;
    renew_until(draft, id, by, expires)
}

/// Like [`renew`], to a given time.
pub fn renew_until(
    draft: &mut Draft,
    id: IssueId,
    by: Option<&AgentId>,
    expires: Option<Timestamp>,
) -> Result<(), Refusal> {
    let issue = draft.issue(id)?;
    let Some(claim) = &issue.claim else {
        let hold = draft.tracker().claim_of(issue);
        let not_claimed = || Refusal::NotClaimed { issue: id };
        return Err(hold.map_or_else(not_claimed, |hold| held_elsewhere(draft.tracker(), id, hold)));
    };
    if by.is_some_and(|by| *by != claim.by) {
        return Err(Refusal::already_claimed(id, claim));
    }
    let claim_id = claim.id;
    if let Some(claim) = &mut draft.edit(id)?.claim {
        claim.expires = expires;
    }
    draft.record(Some(id), EventKind::ClaimRenewed { claim: claim_id, expires });
    Ok(())
}

/// Gives issue `id` up, whoever holds it, so that others can claim it.
pub fn release(draft: &mut Draft, id: IssueId, reason: Option<String>) -> Result<(), Refusal> {
    let issue = draft.issue(id)?;
    let from = issue.state;
    match from {
        State::Open if issue.claim.is_none() => return Err(Refusal::NotClaimed { issue: id }),
        State::Done | State::Rejected => {
            return Err(Refusal::Finished { issue: id, state: from, action: "release it" });
        }
        State::Open | State::InProgress | State::Gated => {}
    }
    let issue = draft.edit(id)?;
    issue.state = State::Open;
    let assignee = issue.assignee.take();
    let claim = issue.claim.take().map(|claim| claim.id);
    draft.record(Some(id), EventKind::IssueReleased { assignee, claim, reason, from });
    Ok(())
}

/// Records that a hold which only the remote's record tells of was given up: the tracker
/// here shows the issue open already.
pub fn release_hold(
    draft: &mut Draft,
    id: IssueId,
    hold: &Claim,
    reason: Option<String>,
) -> Result<(), Refusal> {
    let from = draft.issue(id)?.state;
    draft.edit(id)?;
    let (assignee, claim) = (Some(hold.by.clone()), Some(hold.id));
    draft.record(Some(id), EventKind::IssueReleased { assignee, claim, reason, from });
    Ok(())
}

fn expiry(draft: &Draft, ttl_secs: Option<u64>) -> Result<Option<Timestamp>, Refusal> {
    let Some(secs) = ttl_secs.or(draft.tracker().settings.claim_ttl_secs) else { return Ok(None) };
    i64::try_from(secs)
        .ok()
        .and_then(TimeDelta::try_seconds)
        .and_then(|ttl| draft.stamp().at.checked_add_signed(ttl))
        .filter(|expires| expires.timestamp() < 253_402_300_800)
        .map(Some)
        .ok_or_else(|| Refusal::invalid("ttl", "it ends after the year 9999"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{agent, at, draft, events, id, put, request, require, tracker};
    use super::super::{GateStage, Priority};
    use super::*;

    #[test]
    fn a_ready_issue_is_claimed_once() {
        let mut draft = draft(tracker(1, &[]));
        claim(&mut draft, id(1), request("one", None)).unwrap();
        let issue = draft.issue(id(1)).unwrap();
        assert_eq!((issue.state, issue.assignee.clone()), (State::InProgress, Some(agent("one"))));
        for rival in ["two", "one"] {
            let refusal = claim(&mut draft, id(1), request(rival, None)).unwrap_err();
            assert!(matches!(refusal, Refusal::AlreadyClaimed { holder, since, .. }
                if holder == agent("one") && since == at(1000)));
        }
        assert_eq!(events(draft), ["issue_claimed"]);
    }

    #[test]
    fn blockers_gates_and_finished_states_refuse_a_claim() {
        let mut tracker = tracker(5, &[(1, 2)]);
        require(&mut tracker, 3, "design", GateStage::Pre);
        put(&mut tracker, 4, State::Done);
        put(&mut tracker, 5, State::Gated);
        let mut draft = draft(tracker);
        let mut refused = |n| claim(&mut draft, id(n), request("one", None)).unwrap_err().code();
        assert_eq!([1, 3, 4, 5].map(&mut refused), ["blocked", "blocked", "finished", "bad_transition"]);
    }

    #[test]
    fn an_expired_lease_can_be_taken_over_and_a_live_one_cannot() {
        let mut first = draft(tracker(1, &[]));
        claim(&mut first, id(1), request("one", Some(60))).unwrap();
        let tracker = first.finish().tracker;
        let later = |seconds| {
            let stamp = super::super::Stamp { by: agent("tester"), at: at(seconds) };
            claim(&mut Draft::new(tracker.clone(), stamp), id(1), request("two", None))
        };
        // A minute, and the half that clocks may differ by.
        for early in [1059, 1060, 1089] {
            assert_eq!(later(early).unwrap_err().code(), "already_claimed", "{early}");
        }
        assert_eq!(later(1090), Ok(()));
    }

    #[test]
    fn the_holder_renews_an_expired_lease_until_somebody_took_over() {
        let mut first = draft(tracker(1, &[]));
        claim(&mut first, id(1), request("one", Some(60))).unwrap();
        let stamp = super::super::Stamp { by: agent("tester"), at: at(5000) };
        let mut late = Draft::new(first.finish().tracker, stamp);
        renew(&mut late, id(1), Some(&agent("one")), Some(60)).unwrap();
        assert_eq!(late.issue(id(1)).unwrap().claim.as_ref().unwrap().expires, Some(at(5060)));
    }

    #[test]
    fn an_allowance_beyond_the_calendar_keeps_a_claim_for_ever() {
        let mut first = draft(tracker(1, &[]));
        claim(&mut first, id(1), request("one", Some(1))).unwrap();
        let claim = first.issue(id(1)).unwrap().claim.clone().unwrap();
        assert!(claim.is_expired(at(1001), 0) && !claim.is_expired(at(1000), 0));
        for skew in [u64::MAX, i64::MAX.unsigned_abs(), 300_000_000_000_000] {
            assert!(!claim.is_expired(Timestamp::MAX_UTC, skew), "{skew}");
        }
    }

    #[test]
    fn next_is_the_most_urgent_then_the_oldest_that_the_filter_admits() {
        let mut tracker = tracker(4, &[(4, 1)]);
        for (n, priority) in [(3, Priority::High), (4, Priority::Critical)] {
            tracker.issues.get_mut(&id(n)).unwrap().priority = priority;
        }
        let next = |text: &str| {
            let filter = Filter::parse(text).unwrap();
            let holds = Holds::new();
            next(&tracker, &Picker { filter: &filter, now: at(1000), holds: &holds, spread: None })
        };
        assert_eq!(next(""), Ok(id(3)));
        assert_eq!(next("priority:normal"), Ok(id(1)));
        assert_eq!(next("state:ready"), Ok(id(3)));
        assert_eq!(next("state:done"), Err(Refusal::NothingToClaim { filtered: true }));
        assert_eq!(next("label:none"), Err(Refusal::NothingToClaim { filtered: true }));
    }

    #[test]
    fn only_the_holder_renews_but_anyone_releases() {
        let mut draft = draft(tracker(1, &[]));
        assert_eq!(renew(&mut draft, id(1), None, None).unwrap_err().code(), "not_claimed");
        claim(&mut draft, id(1), request("one", Some(60))).unwrap();
        assert_eq!(
            renew(&mut draft, id(1), Some(&agent("two")), None).unwrap_err().code(),
            "already_claimed"
        );
        renew(&mut draft, id(1), Some(&agent("one")), Some(120)).unwrap();
        let claim = draft.issue(id(1)).unwrap().claim.clone().unwrap();
        assert_eq!(claim.expires, Some(at(1120)));
        release(&mut draft, id(1), None).unwrap();
        let issue = draft.issue(id(1)).unwrap();
        assert_eq!((issue.state, &issue.claim, &issue.assignee), (State::Open, &None, &None));
    }

    #[test]
    fn a_lease_beyond_the_calendar_is_refused() {
        let mut draft = draft(tracker(1, &[]));
        for ttl in [u64::MAX, i64::MAX.unsigned_abs(), 300_000_000_000] {
            assert_eq!(
                claim(&mut draft, id(1), request("one", Some(ttl))).unwrap_err().code(),
                "invalid_value"
            );
        }
    }
}
