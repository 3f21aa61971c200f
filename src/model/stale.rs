//! Claims whose holder seems to be gone, and giving them all up at once.

use chrono::TimeDelta;

use super::refusal::rfc3339;
use super::settings::format_secs;
use super::{Claim, Draft, Issue, IssueId, Refusal, State, Timestamp, Tracker, claim};

/// Why a claim is thought to be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    /// Its lease ran out.
    Expired {
        /// When.
        at: Timestamp,
    },
    /// It has been held for longer than was asked about.
    HeldSince {
        /// Since when.
        at: Timestamp,
        /// Seconds that were asked about.
        older_than_secs: u64,
    },
}

impl Stale {
    /// One line for the log.
    fn reason(self) -> String {
        match self {
            Self::Expired { at } => format!("lease expired at {}", rfc3339(&at)),
            Self::HeldSince { at, older_than_secs } => {
                format!("held since {}, for more than {}", rfc3339(&at), format_secs(older_than_secs))
            }
        }
    }
}

/// Whether and why the claim on `issue` is stale as of the tracker's time: it has expired, or
/// it has been held for `older_than_secs`, renewed or not. An issue that is gated is never
/// meant: its work is finished, and it waits for its gates rather than for its holder.
pub fn stale(tracker: &Tracker, issue: &Issue, older_than_secs: Option<u64>) -> Option<Stale> {
    let claim = issue.claim.as_ref()?;
    match issue.state {
        State::Open | State::InProgress => {}
        State::Gated | State::Done | State::Rejected => return None,
    }
    if let Some(at) = claim.expires.filter(|_| tracker.is_expired(claim)) {
        return Some(Stale::Expired { at });
    }
    let older_than_secs = older_than_secs?;
    is_held_for(claim, older_than_secs, tracker.as_of)
        .then_some(Stale::HeldSince { at: claim.at, older_than_secs })
}

fn is_held_for(claim: &Claim, secs: u64, now: Timestamp) -> bool {
    let span = i64::try_from(secs).ok().and_then(TimeDelta::try_seconds);
    let end = span.and_then(|span| claim.at.checked_add_signed(span));
    // What is longer than the calendar has not passed.
    end.is_some_and(|end| end <= now)
}

/// Releases every issue whose claim is [`stale`]; those it released, most urgent first.
pub fn release_all(draft: &mut Draft, older_than_secs: Option<u64>) -> Result<Vec<IssueId>, Refusal> {
    let tracker = draft.tracker();
    let found = |issue: &Issue| Some((issue.id, stale(tracker, issue, older_than_secs)?));
    let found: Vec<(IssueId, Stale)> = tracker.ranked().into_iter().filter_map(found).collect();
    for (id, why) in &found {
        claim::release(draft, *id, Some(why.reason()))?;
    }
    Ok(found.into_iter().map(|(id, _)| id).collect())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{agent, at, draft, id, put, request, tracker};
    use super::super::{EventKind, Priority, Stamp};
    use super::*;

    /// Issues 1 to 4, claimed at second 1000: for a minute, an hour, a minute and for good.
    fn held() -> Tracker {
        let mut draft = draft(tracker(5, &[]));
        for (n, ttl) in [(1, Some(60)), (2, Some(3600)), (3, Some(60)), (4, None)] {
            claim::claim(&mut draft, id(n), request("one", ttl)).unwrap();
        }
        draft.finish().tracker
    }

    fn stale_at(seconds: i64, older_than_secs: Option<u64>) -> Vec<u128> {
        let tracker = Tracker { as_of: at(seconds), ..held() };
        (1..=5).filter(|n| stale(&tracker, &tracker.issues[&id(*n)], older_than_secs).is_some()).collect()
    }

    #[test]
    fn a_claim_is_stale_when_it_has_expired_with_the_allowance_for_clocks() {
        assert_eq!(stale_at(1089, None), Vec::<u128>::new());
        assert_eq!(stale_at(1090, None), [1, 3]);
        assert_eq!(stale_at(4629, None), [1, 3]);
        assert_eq!(stale_at(4630, None), [1, 2, 3]);
    }

    #[test]
    fn a_claim_is_stale_when_it_is_held_for_longer_than_asked_about() {
        assert_eq!(stale_at(1089, Some(90)), Vec::<u128>::new());
        assert_eq!(stale_at(1090, Some(90)), [1, 2, 3, 4]);
        assert_eq!(stale_at(1090, Some(91)), [1, 3], "what has expired is stale whatever its age");
        assert_eq!(stale_at(1_000_000, Some(u64::MAX)), [1, 2, 3]);
    }

    #[test]
    fn finished_work_is_not_stale() {
        let mut tracker = Tracker { as_of: at(10_000), ..held() };
        put(&mut tracker, 1, State::Gated);
        assert_eq!(stale(&tracker, &tracker.issues[&id(1)], Some(1)), None);
        assert!(stale(&tracker, &tracker.issues[&id(3)], Some(1)).is_some());
    }

    #[test]
    fn all_are_released_at_once_each_with_its_reason() {
        let mut tracker = held();
        tracker.issues.get_mut(&id(4)).unwrap().priority = Priority::Critical;
        let mut draft = Draft::new(tracker, Stamp { by: agent("tester"), at: at(1500) });
        assert_eq!(release_all(&mut draft, Some(300)).unwrap(), [4, 1, 2, 3].map(id));
        assert!(release_all(&mut draft, Some(300)).unwrap().is_empty());
        for n in 1..=5 {
            let issue = draft.issue(id(n)).unwrap();
            assert_eq!((issue.state, &issue.claim, &issue.assignee), (State::Open, &None, &None));
        }
        let events = draft.finish().change.unwrap().events;
        let reasons = events.into_iter().map(|event| match event.kind {
            EventKind::IssueReleased { reason, .. } => reason.unwrap(),
            other => panic!("{other:?}"),
        });
        let since = "held since 2023-11-14T22:30:00.000Z, for more than 5m";
        let expired = "lease expired at 2023-11-14T22:31:00.000Z";
        assert_eq!(reasons.collect::<Vec<_>>(), [since, expired, since, expired]);
    }
}
