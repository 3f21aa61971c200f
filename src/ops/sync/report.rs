//! What a sync did.

use std::collections::{BTreeMap, BTreeSet};

use super::Direction;
use super::ended::EndedClaim;
use crate::merge::RecordedConflict;
use crate::model::IssueId;
use crate::store::{CommitId, Difference, Extent, Scope, Snapshot, View};

/// A move of a tracker from one commit to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Before; none if there was no tracker.
    pub from: Option<CommitId>,
    /// After.
    pub to: CommitId,
    /// How many commits that added.
    pub commits: usize,
}

/// How one side of a sync changed an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Created,
    /// It differs.
    Updated,
    /// It is gone.
    Deleted,
}

impl Change {
    /// The word for programs and people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }
}

/// An issue that a sync brought, took along, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedIssue {
    /// The issue.
    pub id: IssueId,
    /// Its title, after the sync if it still exists.
    pub title: String,
    /// How it changed here.
    pub came: Option<Change>,
    /// How it changed on the remote.
    pub went: Option<Change>,
}

/// What a sync did, or would do.
#[derive(Clone, Debug, Default)]
pub struct Synced {
    /// The remote.
    pub remote: String,
    /// Where it is.
    pub url: String,
    /// Which way it went.
    pub direction: Direction,
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// Whether this clone had no tracker and has the remote's now.
    pub adopted: bool,
    /// How the tracker here moved.
    pub pulled: Option<Moved>,
    /// How the remote's tracker moved.
    pub pushed: Option<Moved>,
    /// The last merge that was made.
    pub merged: Option<CommitId>,
    /// The issues that came and went, in the order of their ids.
    pub issues: Vec<ChangedIssue>,
    /// Claims that did not stand, or that somebody else ended.
    pub claims_lost: Vec<EndedClaim>,
    /// Claims of unfinished issues that were given back at the remote: nobody holds them now.
    pub claims_given_back: Vec<EndedClaim>,
    /// Values that could not be kept.
    pub conflicts: Vec<RecordedConflict>,
    /// Dependencies that would have closed a circle, or whose issue is gone: who needed what.
    pub dropped_dependencies: Vec<(IssueId, IssueId)>,
    /// How often the remote was asked.
    pub rounds: usize,
    /// Commits that the remote does not have yet.
    pub unpublished: usize,
    /// Words for the person who asked.
    pub warnings: Vec<String>,
}

/// From what, if there was anything, to what a tracker moved.
pub(super) type Move<'s, 'r> = (Option<&'s Snapshot<'r>>, &'s Snapshot<'r>);

/// The issues that differ in the move of the tracker here, and in that of the remote's.
pub(super) fn changed_issues(came: Option<Move<'_, '_>>, went: Option<Move<'_, '_>>) -> Vec<ChangedIssue> {
    let [coming, going] = [came, went].map(|moved| moved.map(changes).unwrap_or_default());
    let ids: BTreeSet<IssueId> = coming.keys().chain(going.keys()).copied().collect();
    let after = [came, went].into_iter().flatten().map(|(_, after)| after);
    let before = [came, went].into_iter().flatten().filter_map(|(before, _)| before);
    let mut titles: BTreeMap<IssueId, String> = BTreeMap::new();
    if let Some((None, all)) = came {
        // Whatever is done next with a tracker that is new here needs the cache too.
        let found = View::open(all, Extent::All).load(ids.iter().copied()).issues;
        titles.extend(found.into_iter().map(|(id, issue)| (id, issue.title)));
    }
    for snapshot in after.chain(before) {
        let missing: Vec<IssueId> = ids.iter().filter(|id| !titles.contains_key(id)).copied().collect();
        if missing.is_empty() {
            break;
        }
        let found = snapshot.load(&Scope::Exactly(missing)).issues;
        titles.extend(found.into_iter().map(|(id, issue)| (id, issue.title)));
    }
    let changed = |id: &IssueId| ChangedIssue {
        id: *id,
        title: titles.get(id).cloned().unwrap_or_default(),
        came: coming.get(id).copied(),
        went: going.get(id).copied(),
    };
    ids.iter().map(changed).collect()
}

/// How issues differ between two trackers.
fn changes((from, to): Move<'_, '_>) -> BTreeMap<IssueId, Change> {
    let Some(from) = from else {
        return to.issue_ids().into_iter().map(|id| (id, Change::Created)).collect();
    };
    let change = |difference| match difference {
        Difference::Added => Change::Created,
        Difference::Changed => Change::Updated,
        Difference::Removed => Change::Deleted,
    };
    from.differences(to).into_iter().map(|(id, difference)| (id, change(difference))).collect()
}
