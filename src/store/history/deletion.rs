//! How issues went away that are not there any more.

use std::collections::{BTreeMap, BTreeSet};

use gix::ObjectId;

use super::commit::LoggedCommit;
use crate::model::{AgentId, Deletion, Issue, IssueId, Stamp};
use crate::store::{CommitId, Error, EventFilter, Repo, Scope, Snapshot};

/// The type of the event.
const DELETED: &str = "issue_deleted";

impl Repo {
    /// How those of `ids` that the tracker at `tip` does not have were deleted by commits that
    /// `since` has not in its history; without those whose deletion is not in this clone. What
    /// was merged into the other comes later.
    pub(crate) fn deletions(
        &self,
        tip: CommitId,
        since: CommitId,
        ids: impl IntoIterator<Item = IssueId>,
    ) -> Result<BTreeMap<IssueId, Vec<Deletion>>, Error> {
        let mut ids = ids.into_iter().peekable();
        if ids.peek().is_none() {
            return Ok(BTreeMap::new());
        }
        let walk = self.walk(tip, Some(since))?;
        let within =
            walk.map(|info| info.map(|info| info.id).map_err(Error::git)).collect::<Result<_, _>>()?;
        let mut search = Search { repo: self, since, within, snapshots: BTreeMap::new() };
        let mut found = BTreeMap::new();
        for id in ids {
            let deletions = search.find(tip, id)?;
            if !deletions.is_empty() {
                found.insert(id, deletions);
            }
        }
        Ok(found)
    }

    /// What those of `ids` were at last that somebody deleted before `tip`; without those whose
    /// deletion is not in this clone.
    pub(crate) fn last_before_deletion(
        &self,
        tip: CommitId,
        ids: &BTreeSet<IssueId>,
    ) -> Result<BTreeMap<IssueId, Issue>, Error> {
        let mut last = BTreeMap::new();
        if ids.is_empty() {
            return Ok(last);
        }
        let types = vec![DELETED.to_owned()];
        let among = Some(ids.iter().copied().map(Some).collect());
        self.find_events(tip, &EventFilter { types, among, ..EventFilter::default() }, |event| {
            if let Some(id) = event.issue_id.filter(|id| !last.contains_key(id)) {
                last.extend(self.before(event.commit, id).map(|issue| (id, issue)));
            }
            last.len() < ids.len()
        })?;
        Ok(last)
    }

    /// What an issue was before a commit, as far as that can be read.
    fn before(&self, commit: CommitId, id: IssueId) -> Option<Issue> {
        let parent = *LoggedCommit::read(self, commit).ok()?.parents.first()?;
        Snapshot::at(self, parent).ok()?.load(&Scope::Exactly(vec![id])).issues.remove(&id)
    }
}

struct Search<'r> {
    repo: &'r Repo,
    since: ObjectId,
    /// The commits that may have deleted something.
    within: BTreeSet<ObjectId>,
    /// What was read of the history.
    snapshots: BTreeMap<ObjectId, Snapshot<'r>>,
}

impl Search<'_> {
    /// The deletions of issue `id`: made by commits that do not have it, and all of whose
    /// parents do. Where some of several parents lack it, it was deleted on the way to those.
    fn find(&mut self, tip: ObjectId, id: IssueId) -> Result<Vec<Deletion>, Error> {
        let mut deletions = Vec::new();
        let mut todo = vec![tip];
        let mut seen = BTreeSet::new();
        while let Some(commit) = todo.pop() {
            if !self.within.contains(&commit) || !seen.insert(commit) {
                continue;
            }
            let logged = LoggedCommit::read(self.repo, commit)?;
            let mut lacking = Vec::new();
            for parent in &logged.parents {
                // A shallow clone may not have it.
                if self.snapshot(*parent).is_some_and(|parent| !parent.has_issue(id)) {
                    lacking.push(*parent);
                }
            }
            match logged.parents.first() {
                Some(parent) if lacking.is_empty() => deletions.extend(self.deletion(&logged, *parent, id)),
                _ => todo.extend(lacking.into_iter().rev()),
            }
        }
        Ok(deletions)
    }

    fn deletion(&mut self, commit: &LoggedCommit, parent: ObjectId, id: IssueId) -> Option<Deletion> {
        let event = commit.events.first()?;
        let stamp = Stamp { by: AgentId::parse(&event.actor).ok()?, at: event.timestamp };
        self.snapshot(commit.id)?;
        self.snapshot(parent)?;
        let (before, after) = (&self.snapshots[&parent], &self.snapshots[&commit.id]);
        let changed: Vec<IssueId> = before.changed_issues(after).into_iter().collect();
        let [before, after] = [before, after].map(|side| side.load(&Scope::Exactly(changed.clone())).issues);
        let last = before.get(&id)?.clone();
        let depends = |issues: &BTreeMap<IssueId, _>, from: &IssueId| {
            issues.get(from).is_some_and(|issue: &crate::model::Issue| issue.dependencies.contains(&id))
        };
        let dependents =
            after.keys().filter(|from| depends(&before, from) && !depends(&after, from)).copied().collect();
        let base = self.repo.merge_base(parent, self.since).ok()?;
        let base =
            base.and_then(|base| self.snapshot(base)?.load(&Scope::Exactly(vec![id])).issues.remove(&id));
        Some(Deletion { last, base, stamp, dependents })
    }

    /// The tracker as of a commit, if that can be read.
    fn snapshot(&mut self, commit: ObjectId) -> Option<&Snapshot<'_>> {
        if !self.snapshots.contains_key(&commit) {
            let snapshot = Snapshot::at(self.repo, commit).ok()?;
            self.snapshots.insert(commit, snapshot);
        }
        self.snapshots.get(&commit)
    }
}
