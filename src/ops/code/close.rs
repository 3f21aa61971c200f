//! Finishing the issues that merged commits say they finish.

use std::collections::BTreeMap;

use super::links::{ClosingCommit, LinkedCommit, closing};
use crate::model::{
    Draft, IdPrefix, IssueId, Outline, Refusal, Stamp, State, Timestamp, Tracker, transition,
};
use crate::ops::mutate::Reach;
use crate::ops::{CommandExecutor, Error};
use crate::store::{CommitId, EventFilter, Extent, Repo, Scope, Snapshot, Walked};

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
    /// it: what is merged is done. An issue that was finished after that commit was made, and
    /// opened again, stays open.
    pub fn close_merged(&self, request: &Closing) -> Result<Closed, Error> {
        let repo = self.storage.open()?;
        let snapshot = Snapshot::current(&repo)?;
        let Some(branch) = request.branch.clone().or_else(|| repo.main_branch()) else {
            return Err(no_branch("it cannot be told which branch is the main one; name it").into());
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
        for ClosingCommit { commit, named } in commits {
            for named in named {
                let typed = named.issue.to_string();
                let id = if let Some(id) = known.get(&typed) {
                    *id
                } else {
                    let id = snapshot.resolve(&named.issue)?;
                    if let Err(refusal) = &id {
                        let short = commit.id.to_hex_with_len(10);
                        warnings.push(format!("commit {short} closes {typed}: {refusal}"));
                    }
                    *known.entry(typed).or_insert(id.ok())
                };
                if let Some(id) = id {
                    due.entry(id).or_insert_with(|| commit.clone());
                }
            }
        }
        let tracker = snapshot.load(&Scope::Exactly(due.keys().copied().collect()));
        let mut found = Vec::new();
        for (id, commit) in due {
            let state = tracker.issue(id)?.state;
            if !state.is_finished() && !was_finished_since(repo, snapshot.commit(), id, commit.at)? {
                found.push((id, commit));
            }
        }
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

/// Whether the issue was finished, or waited for its gates, after `at`: whoever opened it again
/// since knew of what was done by then.
fn was_finished_since(repo: &Repo, tip: CommitId, id: IssueId, at: Timestamp) -> Result<bool, Error> {
    let types = ["issue_completed", "issue_state_changed"].map(str::to_owned).into();
    let filter = EventFilter { types, issue: Some(IdPrefix::of(id)), ..EventFilter::default() };
    let mut was = false;
    repo.find_events(tip, &filter, |event| {
        was = event.timestamp >= at && (event.kind == "issue_completed" || event.moved_to("gated"));
        !was
    })?;
    Ok(was)
}
