//! What a shared remote knows of claims: one record for each issue that somebody holds,
//! apart from the tracker itself. See section "Claims across clones" of `docs/concepts.md`.

use std::collections::BTreeMap;

use super::{AgentId, Claim, IssueId, State, Timestamp, Tracker};

/// The records, by issue.
pub type Holds = BTreeMap<IssueId, Claim>;

/// Shows in `tracker` what only the remote's records say: an open issue that somebody holds
/// is in progress. For reading; never stored.
pub fn overlay(tracker: &mut Tracker, holds: &Holds) {
    for (id, claim) in holds {
        let Some(issue) = tracker.issues.get_mut(id) else { continue };
        if issue.state == State::Open && issue.claim.is_none() {
            issue.state = State::InProgress;
            issue.assignee = Some(claim.by.clone());
            issue.claim = Some(claim.clone());
            tracker.holds.insert(*id, claim.clone());
        }
    }
}

/// What stands between an agent and an issue, by the remote's records.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing<'a> {
    /// Nobody holds it.
    Free,
    /// The agent holds it from this clone: an earlier attempt that was cut short.
    Own(&'a Claim),
    /// Somebody held it until it expired.
    Expired(&'a Claim),
    /// Somebody holds it.
    Held(&'a Claim),
}

/// How `issue` stands for `by` in the clone `clone`.
pub fn standing<'a>(
    holds: &'a Holds,
    tracker: &Tracker,
    issue: IssueId,
    by: &AgentId,
    clone: uuid::Uuid,
    now: Timestamp,
) -> Standing<'a> {
    let recorded = tracker.issues.get(&issue).and_then(|issue| issue.claim.as_ref());
    match holds.get(&issue) {
        None => Standing::Free,
        Some(claim) if claim.is_expired(now, tracker.settings.claim_skew_secs) => Standing::Expired(claim),
        Some(claim)
            if claim.by == *by
                && claim.clone == Some(clone)
                && recorded.is_none_or(|recorded| recorded.id != claim.id) =>
        {
            Standing::Own(claim)
        }
        Some(claim) => Standing::Held(claim),
    }
}
