//! What a sync did.

use std::collections::{BTreeMap, BTreeSet};

use super::Direction;
use crate::merge::{LostClaim, RecordedConflict};
use crate::model::{IssueId, Tracker};
use crate::ops::Error;
use crate::store::{CommitId, Repo, Scope, Snapshot};

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
    /// Claims that did not stand.
    pub claims_lost: Vec<LostClaim>,
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

impl Synced {
    /// Tells which issues came and went between `start`, `now` and what the remote had.
    pub(super) fn describe(
        &mut self,
        repo: &Repo,
        start: Option<&Snapshot<'_>>,
        now: &Snapshot<'_>,
        upstream: Option<CommitId>,
    ) -> Result<(), Error> {
        let upstream = upstream.map(|commit| Snapshot::at(repo, commit)).transpose()?;
        let came = Difference::between(start, now);
        let went = match (&self.pushed, &upstream) {
            (Some(_), upstream) => Difference::between(upstream.as_ref(), now),
            (None, _) => Difference::default(),
        };
        let ids: BTreeSet<IssueId> = came.changes.keys().chain(went.changes.keys()).copied().collect();
        let current = now.load(&Scope::Exactly(ids.iter().copied().collect()));
        let before = start.map(|start| start.load(&Scope::Exactly(ids.iter().copied().collect())));
        let title = |id: &IssueId| {
            let find = |tracker: &Tracker| tracker.issues.get(id).map(|issue| issue.title.clone());
            find(&current).or_else(|| find(before.as_ref()?)).unwrap_or_default()
        };
        self.issues = ids
            .iter()
            .map(|id| ChangedIssue {
                id: *id,
                title: title(id),
                came: came.changes.get(id).copied(),
                went: went.changes.get(id).copied(),
            })
            .collect();
        Ok(())
    }
}

/// The issues that would come with `came` and go with `went`, both since `base`.
pub(super) fn changed_issues(
    base: Option<&Snapshot<'_>>,
    came: Option<&Snapshot<'_>>,
    went: Option<&Snapshot<'_>>,
) -> Vec<ChangedIssue> {
    let difference =
        |to: Option<&Snapshot<'_>>| to.map(|to| Difference::between(base, to)).unwrap_or_default();
    let (coming, going) = (difference(came), difference(went));
    let ids: BTreeSet<IssueId> = coming.changes.keys().chain(going.changes.keys()).copied().collect();
    let load = |snapshot: &Snapshot<'_>| snapshot.load(&Scope::Exactly(ids.iter().copied().collect()));
    let trackers: Vec<Tracker> = [came, went, base].into_iter().flatten().map(load).collect();
    let title = |id: &IssueId| {
        let issue = trackers.iter().find_map(|tracker| tracker.issues.get(id));
        issue.map(|issue| issue.title.clone()).unwrap_or_default()
    };
    ids.iter()
        .map(|id| ChangedIssue {
            id: *id,
            title: title(id),
            came: coming.changes.get(id).copied(),
            went: going.changes.get(id).copied(),
        })
        .collect()
}

/// How issues differ between two trackers.
#[derive(Default)]
struct Difference {
    changes: BTreeMap<IssueId, Change>,
}

impl Difference {
    fn between(from: Option<&Snapshot<'_>>, to: &Snapshot<'_>) -> Self {
        let ids = match from {
            Some(from) => from.changed_issues(to),
            None => to.issue_ids(),
        };
        let change = |id: IssueId| {
            let before = from.is_some_and(|from| from.has_issue(id));
            match (before, to.has_issue(id)) {
                (false, _) => Change::Created,
                (true, true) => Change::Updated,
                (true, false) => Change::Deleted,
            }
        };
        Self { changes: ids.into_iter().map(|id| (id, change(id))).collect() }
    }
}
