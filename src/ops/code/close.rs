//! Finishing the issues that merged commits say they finish.

use std::collections::BTreeMap;

use super::links::{ClosingCommit, LinkedCommit, closing};
use crate::model::{
    Draft, IdPrefix, IssueId, Outline, Refusal, Stamp, State, Timestamp, Tracker, transition,
};
use crate::ops::mutate::Reach;
use crate::ops::{CommandExecutor, Error};
use crate::store::{CommitId, EventFilter, Extent, Lineage, Repo, Scope, Snapshot, Walked};

/// What is to be closed.
#[derive(Clone, Debug, Default)]
pub struct Closing {
    /// The branch that work is merged to; the usual one where absent.
    pub branch: Option<String>,
    /// Whether it is only told what would be done.
    pub dry_run: bool,
}

/// What became of an issue that a merged commit finishes.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It is done, or would be.
    Done,
    /// Gates are pending: it is gated, or would be.
    Gated,
    /// A rule keeps it from being finished; the next time it is tried again.
    Refused(Refusal),
}

/// An unfinished issue that a merged commit finishes.
#[derive(Clone, Debug, PartialEq)]
pub struct ClosedIssue {
    /// The issue.
    pub issue: IssueId,
    /// The commit that says so.
    pub commit: CommitId,
    /// What became of it.
    pub fate: Fate,
}

/// The issues that merged commits finish.
#[derive(Clone, Debug)]
pub struct Closed {
    /// The branch that was looked at.
    pub branch: String,
    /// The issues that were not finished, oldest commit first.
    pub issues: Vec<ClosedIssue>,
    /// The issues, as they are now.
    pub tracker: Tracker,
    /// Words for the person who asked.
    pub warnings: Vec<String>,
}

impl CommandExecutor {
    /// Finishes each unfinished issue that a commit on the branch says it finishes, whoever holds
    /// it: what is merged is done. An issue that was opened again after that commit was made stays
    /// open.
    pub fn close_merged(&self, request: &Closing) -> Result<Closed, Error> {
        let repo = self.storage.open()?;
        let snapshot = Snapshot::current(&repo)?;
        let Some(branch) = request.branch.clone().or_else(|| repo.main_branch()) else {
            return Err(no_branch(
                "it cannot be told which branch is the main one; '--branch NAME' says which",
            )
            .into());
        };
        let tips = repo.branch_tips(&branch)?;
        if tips.is_empty() {
            return Err(no_branch(&format!("there is no branch {branch:?} here or at a remote")).into());
        }
        let mut closed =
            Closed { branch, issues: Vec::new(), tracker: Tracker::default(), warnings: Vec::new() };
        let open = |outline: &Outline| !outline.state.is_finished();
        let reading = self.read_stored(&snapshot, Extent::All);
        let Some(since) = reading.outlines().filter(open).map(|outline| outline.created_at).min() else {
            return Ok(closed);
        };
        let (commits, walked) = closing(&repo, tips, since)?;
        if walked == Walked::Cut && repo.is_shallow() {
            closed.warnings.push(SHALLOW.to_owned());
        }
        let due = self.due(&repo, &snapshot, commits, &mut closed.warnings)?;
        if !due.is_empty() && !request.dry_run {
            self.settle_before_closing(&repo)?;
        }
        for (id, commit) in due {
            let fate = self.close(id, request.dry_run, &mut closed.warnings)?;
            closed.issues.extend(fate.map(|fate| ClosedIssue { issue: id, commit: commit.id, fate }));
        }
        let ids = closed.issues.iter().map(|closed| closed.issue).collect();
        closed.tracker = self.load(&Snapshot::current(&repo)?, &Scope::Issues(ids));
        Ok(closed)
    }

    /// The unfinished issues that one of `commits`, newest first, finishes: each with the newest
    /// that does, oldest first.
    fn due(
        &self,
        repo: &Repo,
        snapshot: &Snapshot<'_>,
        commits: Vec<ClosingCommit>,
        warnings: &mut Vec<String>,
    ) -> Result<Vec<(IssueId, LinkedCommit)>, Error> {
        let mut known: BTreeMap<String, Option<IssueId>> = BTreeMap::new();
        let mut due: BTreeMap<IssueId, LinkedCommit> = BTreeMap::new();
        let mut unknown: Vec<String> = Vec::new();
        for ClosingCommit { commit, named } in commits {
            for named in named {
                let typed = named.issue.to_string();
                let id = if let Some(id) = known.get(&typed) {
                    *id
                } else {
                    let id = snapshot.resolve(&named.issue)?;
                    if let Err(refusal) = &id {
                        let short = commit.id.to_hex_with_len(10);
                        unknown.push(format!("commit {short} closes {typed}: {refusal}"));
                    }
                    *known.entry(typed).or_insert(id.ok())
                };
                if let Some(id) = id {
                    due.entry(id).or_insert_with(|| commit.clone());
                }
            }
        }
        // Nothing can be done about a commit that is merged, so each run is told of it, in one line.
        let more = unknown.len().saturating_sub(1);
        warnings.extend(unknown.into_iter().next().map(|first| match more {
            0 => first,
            more => format!("{first}; and {more} more such names in older commits"),
        }));
        let tracker = snapshot.load(&Scope::Exactly(due.keys().copied().collect()));
        let mut open = BTreeMap::new();
        for (id, commit) in due {
            if !tracker.issue(id)?.state.is_finished() {
                open.insert(id, commit);
            }
        }
        let since = open.iter().map(|(id, commit)| (*id, commit.at)).collect();
        for id in reopened(repo, snapshot.commit(), since)? {
            open.remove(&id);
        }
        let mut found: Vec<(IssueId, LinkedCommit)> = open.into_iter().collect();
        found.sort_by_key(|(id, commit)| (commit.at, *id));
        Ok(found)
    }

    /// Learns from a shared remote who finished or took over what meanwhile. Without an answer it
    /// goes on with what is known.
    fn settle_before_closing(&self, repo: &Repo) -> Result<(), Error> {
        let Some(remote) = self.settling_remote(repo)? else { return Ok(()) };
        match self.settle_with(repo, &remote) {
            Err(error) if !error.may_pass() => Err(error),
            _ => Ok(()),
        }
    }

    /// Finishes an issue; none if somebody did meanwhile, or it waits for its gates already.
    fn close(&self, id: IssueId, dry_run: bool, warnings: &mut Vec<String>) -> Result<Option<Fate>, Error> {
        let finish = |draft: &mut Draft, ids: &[IssueId]| {
            let id = ids[0];
            let from = draft.issue(id)?.state;
            if from.is_finished() {
                return Ok(None);
            }
            transition::finish_merged(draft, id)?;
            let gates = transition::pending_gates(draft, id)?;
            let fate = if gates.is_empty() { Fate::Done } else { Fate::Gated };
            Ok((fate == Fate::Done || from != State::Gated).then_some(fate))
        };
        let closed = if dry_run {
            self.try_out(id, finish)
        } else {
            let outcome = self.mutate(None, &[IdPrefix::of(id)], Reach::Named, finish);
            outcome.map(|outcome| {
                warnings.extend(outcome.warnings);
                outcome.value
            })
        };
        match closed {
            Err(Error::Refusal(refusal)) => Ok(Some(Fate::Refused(refusal))),
            closed => closed,
        }
    }

    /// What `decide` would make of an issue, without storing it.
    fn try_out<T>(
        &self,
        id: IssueId,
        decide: impl FnOnce(&mut Draft, &[IssueId]) -> Result<T, Refusal>,
    ) -> Result<T, Error> {
        let repo = self.storage.open()?;
        let stamp = Stamp { by: self.acting(&repo, None), at: self.context.now() };
        let mut draft = Draft::new(Snapshot::current(&repo)?.load(&Scope::Issues(vec![id])), stamp);
        Ok(decide(&mut draft, &[id])?)
    }
}

const SHALLOW: &str = "this clone is shallow: what older commits close is not known here; \
     'git fetch --unshallow' gets them";

fn no_branch(reason: &str) -> Refusal {
    Refusal::invalid("branch", reason)
}

/// Those of unfinished issues that somebody opened again since the time that each has: whoever did
/// that knew of what was done by then. What became of an issue is read from the commits, since an
/// event that is about many issues names none.
fn reopened(
    repo: &Repo,
    tip: CommitId,
    mut since: BTreeMap<IssueId, Timestamp>,
) -> Result<Vec<IssueId>, Error> {
    let Some(first) = since.values().min().copied() else { return Ok(Vec::new()) };
    let among = since.keys().copied().map(Some).chain([None]).collect();
    let filter = EventFilter { among: Some(among), since: Some(first), ..EventFilter::default() };
    let lineage = Lineage::new(repo)?;
    let (mut found, mut read, mut failure) = (Vec::new(), None, None);
    repo.find_events(tip, &filter, |event| {
        // A commit with several events is read once for each issue that they name.
        if read.replace((event.commit, event.issue_id)) == Some((event.commit, event.issue_id)) {
            return true;
        }
        let is_meant = |(id, at): &(&IssueId, &Timestamp)| {
            event.issue_id.is_none_or(|of| of == **id) && event.timestamp >= **at
        };
        let meant = since.iter().filter(is_meant).map(|(id, _)| *id).collect();
        match opened_by(repo, &lineage, event.commit, meant) {
            Ok(opened) => {
                since.retain(|id, _| !opened.contains(id));
                found.extend(opened);
            }
            Err(error) => failure = Some(error),
        }
        failure.is_none() && !since.is_empty()
    })?;
    failure.map_or(Ok(found), Err)
}

/// Those of `ids` that were finished, or waited for their gates, before a commit and not after it.
fn opened_by(
    repo: &Repo,
    lineage: &Lineage<'_>,
    commit: CommitId,
    ids: Vec<IssueId>,
) -> Result<Vec<IssueId>, Error> {
    let parents = lineage.step(commit)?.parents.unwrap_or_default();
    let scope = Scope::Exactly(ids.clone());
    let load = |commit: CommitId| Ok::<_, Error>(Snapshot::at(repo, commit)?.load(&scope));
    let (before, after) = (parents.into_iter().map(load).collect::<Result<Vec<_>, _>>()?, load(commit)?);
    let is_shut = |tracker: &Tracker, id: IssueId| {
        let state = tracker.issues.get(&id).map(|issue| issue.state);
        state.map(|state| state.is_finished() || state == State::Gated)
    };
    let opened = |id: &IssueId| {
        is_shut(&after, *id) == Some(false) && before.iter().any(|before| is_shut(before, *id) == Some(true))
    };
    Ok(ids.into_iter().filter(opened).collect())
}
