//! The summary of a tracker as JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::time;
use crate::model::refusal::rfc3339;
use crate::model::state::Status;
use crate::model::{Claim, Issue, Tracker};
use crate::ops::Summary;

/// How a tracker stands.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "status")]
pub(crate) struct StatusObject {
    /// How many issues there are.
    pub(crate) total: usize,
    /// How many issues are in each state.
    pub(crate) counts: Counts,
    /// How many unfinished issues something holds up.
    pub(crate) blocked: usize,
    /// The issues that somebody holds, most urgent first.
    pub(crate) claimed: Vec<ClaimedIssue>,
    /// How many values merges could not keep and nobody has settled yet.
    pub(crate) conflicts: usize,
    /// How many files cannot be read.
    pub(crate) damaged: usize,
    /// How many commits the remote does not have yet, as far as is known here. 1000 stands
    /// for any larger number; null where the tracker is not shared with a remote.
    pub(crate) unpublished: Option<usize>,
}

/// How many issues are in each state.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "counts")]
pub(crate) struct Counts {
    /// Not started, and something blocks it.
    backlog: usize,
    /// Not started, and nothing blocks it.
    ready: usize,
    /// Somebody works on it.
    in_progress: usize,
    /// The work is finished, gates are pending.
    gated: usize,
    /// Finished.
    done: usize,
    /// Will not be done.
    rejected: usize,
}

impl Counts {
    /// How many issues are in the state `status`.
    pub(crate) fn of(&self, status: Status) -> usize {
        match status {
            Status::Backlog => self.backlog,
            Status::Ready => self.ready,
            Status::InProgress => self.in_progress,
            Status::Gated => self.gated,
            Status::Done => self.done,
            Status::Rejected => self.rejected,
        }
    }
}

/// An issue that somebody holds.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "claimed_issue")]
pub(crate) struct ClaimedIssue {
    /// The UUID.
    pub(crate) id: String,
    /// The first eight digits of the id.
    pub(crate) short_id: String,
    /// One line.
    pub(crate) title: String,
    /// Who holds it.
    pub(crate) by: String,
    /// Since when.
    pub(crate) at: String,
    /// When it ends unless renewed; never if null.
    pub(crate) expires: Option<String>,
    /// Whether others may take the issue over: its end is at least `claim.skew` ago.
    pub(crate) expired: bool,
    /// Whether the remote does not know of it yet: another clone may have been first.
    pub(crate) provisional: bool,
    /// Whether it was given up in this clone, which the remote does not know yet.
    pub(crate) released: bool,
}

impl ClaimedIssue {
    fn new(tracker: &Tracker, issue: &Issue, claim: &Claim) -> Self {
        Self {
            id: issue.id.to_string(),
            short_id: issue.id.short(),
            title: issue.title.clone(),
            by: claim.by.to_string(),
            at: rfc3339(&claim.at),
            expires: time(claim.expires),
            expired: tracker.is_expired(claim),
            provisional: tracker.provisional.contains(&issue.id),
            released: tracker.given_up.contains(&issue.id),
        }
    }
}

impl StatusObject {
    /// Describes `summary`.
    pub(crate) fn new(summary: &Summary) -> Self {
        let tracker = &summary.tracker;
        let count = |status: Status| summary.counts.get(&status).copied().unwrap_or_default();
        let claimed = summary.claimed.iter().filter_map(|id| {
            let issue = tracker.issues.get(id)?;
            Some(ClaimedIssue::new(tracker, issue, issue.claim.as_ref()?))
        });
        Self {
            total: summary.counts.values().sum(),
            counts: Counts {
                backlog: count(Status::Backlog),
                ready: count(Status::Ready),
                in_progress: count(Status::InProgress),
                gated: count(Status::Gated),
                done: count(Status::Done),
                rejected: count(Status::Rejected),
            },
            blocked: summary.blocked,
            claimed: claimed.collect(),
            conflicts: summary.conflicts,
            damaged: tracker.damaged.len(),
            unpublished: summary.unpublished,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::wire::sample::{full_tracker, id, summary};

    #[test]
    fn issues_are_counted_by_state_and_holder() {
        let status = StatusObject::new(&summary(&full_tracker()));
        assert_eq!((status.total, status.blocked, status.conflicts, status.damaged), (2, 1, 1, 0));
        assert_eq!((status.counts.of(Status::Ready), status.counts.of(Status::InProgress)), (1, 1));
        assert_eq!(status.claimed.len(), 1);
        assert_eq!(status.claimed[0].id, id(1).to_string());
    }

    #[test]
    fn states_without_issues_are_counted_as_well() {
        let json = serde_json::to_value(StatusObject::new(&summary(&Tracker::default()))).unwrap();
        let keys: Vec<&String> = json["counts"].as_object().unwrap().keys().collect();
        assert_eq!(keys, Status::ALL.map(Status::as_str));
    }
}
