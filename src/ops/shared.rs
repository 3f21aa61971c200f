//! What single operations do where the tracker is shared with a remote.

use std::collections::{BTreeMap, BTreeSet};

use super::context::RemoteUse;
use super::mutate::Outcome;
use super::sync::{ROUNDS, Session};
use super::{CommandExecutor, Error};
use crate::model::settings::SyncAuto;
use crate::model::{Claim, ClaimId, Holds, IssueId, State, Tracker, hold};
use crate::store::{Remote, RemoteLock, Repo, Scope, Snapshot};

/// Attempts at publishing the end of a claim. What is left goes with the next claim or sync:
/// trying again at once mostly loses again where many publish, and costs everybody a push.
const PROMPT_ROUNDS: u32 = 1;
/// The same where those who publish take turns: the first may have gone by what is old.
const PROMPT_ROUNDS_IN_TURN: u32 = 2;

/// Shows in `tracker` what is known of claims beyond it: those that only the remote has a
/// record of, and those of this clone that the remote has no record of.
pub(super) fn overlay(repo: &Repo, tracker: &mut Tracker) {
    if let Some(holds) = known_holds(repo) {
        mark(repo, &holds, tracker);
        mark_given_up(repo, &holds, tracker);
        hold::overlay(tracker, &holds);
    }
}

/// Marks the issues of `tracker` that were released in this clone though `holds`, what the remote
/// has on record, has their claims still. What the log says tells them from claims that nobody
/// has published yet, or that were cut short before they were recorded here.
pub(super) fn mark_given_up(repo: &Repo, holds: &Holds, tracker: &mut Tracker) {
    let is_unclaimed = |id: &IssueId| {
        let issue = tracker.issues.get(id);
        issue.is_some_and(|issue| issue.state == State::Open && issue.claim.is_none())
    };
    let unclaimed = holds.iter().filter(|(id, _)| is_unclaimed(id));
    let claims: BTreeMap<ClaimId, IssueId> = unclaimed.map(|(id, hold)| (hold.id, *id)).collect();
    let Ok(tip) = repo.tip() else { return };
    if claims.is_empty() {
        return;
    }
    let known = repo.shared_remote().ok().flatten().and_then(|remote| repo.tracking_main(&remote.name));
    let asked = claims.keys().copied().collect();
    // Where the log cannot be read, the claim is shown as it is on record.
    let released = repo.released_claims(tip, known, &asked).unwrap_or_default();
    tracker.given_up = released.iter().filter_map(|claim| claims.get(claim).copied()).collect();
}

/// Who holds what, as the shared remote last said; none where there is no such remote, or it
/// cannot be told which it is.
pub(super) fn known_holds(repo: &Repo) -> Option<Holds> {
    repo.shared_remote().ok().flatten().map(|remote| repo.holds(&remote.name))
}

/// The same, as far as it is shown with `snapshot`: what the remote has now was not so in the past.
pub(super) fn shown_holds(snapshot: &Snapshot<'_>) -> Option<Holds> {
    if snapshot.past().is_some() { None } else { known_holds(snapshot.repo()) }
}

/// The same; nobody holds anything where there is no shared remote.
pub(super) fn holds(repo: &Repo) -> Holds {
    known_holds(repo).unwrap_or_default()
}

/// Marks the claims of this clone that the remote has no record of.
pub(super) fn mark_provisional(repo: &Repo, tracker: &mut Tracker) {
    let mut claims = tracker.issues.values().filter_map(|issue| issue.claim.as_ref());
    if claims.any(|claim| claim.clone.is_some())
        && let Some(holds) = known_holds(repo)
    {
        mark(repo, &holds, tracker);
    }
}

/// Marks the claims of this clone that `holds`, what the remote has on record, does not have.
pub(super) fn mark(repo: &Repo, holds: &Holds, tracker: &mut Tracker) {
    let Some(clone) = repo.known_clone_id() else { return };
    let is_provisional = |id: &IssueId, claim: &Claim| {
        claim.clone == Some(clone) && holds.get(id).is_none_or(|hold| hold.id != claim.id)
    };
    let claims = tracker.issues.iter().filter_map(|(id, issue)| Some((*id, issue.claim.as_ref()?)));
    tracker.provisional = claims.filter(|(id, claim)| is_provisional(id, claim)).map(|(id, _)| id).collect();
}

impl CommandExecutor {
    /// The remote that claims are settled with, if any: unless told to stay offline.
    pub(super) fn settling_remote(&self, repo: &Repo) -> Result<Option<Remote>, Error> {
        self.check_present()?;
        if self.context.remote_use() == RemoteUse::Offline {
            return Ok(None);
        }
        Ok(repo.shared_remote()?)
    }

    /// The clone that a claim made offline is recorded for, so that a sync settles it later;
    /// none where the tracker is not shared.
    pub(super) fn claiming_clone(&self, repo: &Repo) -> Result<Option<uuid::Uuid>, Error> {
        if repo.shared_remote()?.is_none() {
            return Ok(None);
        }
        Ok(Some(repo.clone_id(|| self.context.new_id())?))
    }

    /// Publishes what has just been stored, if the remote must know at once: because it was
    /// asked for, because the project wants it so, or because a claim ended.
    pub(super) fn tell_remote<T>(&self, outcome: &mut Outcome<T>) -> Result<(), Error> {
        let repo = self.storage.open()?;
        let publish = self.context.remote_use() == RemoteUse::Publish;
        let remote = match self.settling_remote(&repo)? {
            Some(remote) => remote,
            None if publish => repo.remote(None)?.ok_or(Error::NoRemote)?,
            None => return Ok(()),
        };
        let asked = publish || outcome.tracker.settings.sync_auto == SyncAuto::Mutation;
        if !asked && !ended_a_claim(&repo, &remote, outcome) {
            return Ok(());
        }
        let rounds = match &remote.local {
            _ if asked || outcome.must_be_settled => ROUNDS,
            Some(_) => PROMPT_ROUNDS_IN_TURN,
            None => PROMPT_ROUNDS,
        };
        match self.publish_to(&repo, &remote, rounds) {
            Ok(warnings) => {
                outcome.warnings.retain(|warning| warning != super::mutate::PROVISIONAL);
                outcome.warnings.extend(warnings);
                self.reload(&repo, outcome)?;
            }
            Err(source) if asked || outcome.must_be_settled => {
                let ids = std::mem::take(&mut outcome.stored);
                return Err(Error::Unpublished { remote: remote.name, ids, source: Box::new(source) });
            }
            Err(error) => outcome.warnings.push(unpublished(&remote, &error)),
        }
        Ok(())
    }

    /// Fetches, integrates, and settles the claims that the remote does not know of.
    /// The issues whose claims turned out to be lost, which whoever asked is told.
    pub(super) fn settle_with(&self, repo: &Repo, remote: &Remote) -> Result<BTreeSet<IssueId>, Error> {
        let turn = RemoteLock::acquire(repo)?;
        let mut session = Session::new(self, repo, remote, turn);
        session.settle()?;
        Ok(session.lost())
    }

    fn publish_to(&self, repo: &Repo, remote: &Remote, rounds: u32) -> Result<Vec<String>, Error> {
        let turn = RemoteLock::acquire(repo)?;
        let mut session = Session::new(self, repo, remote, turn);
        if session.is_published()? || session.publish_all(rounds)? {
            return Ok(session.told());
        }
        Err(Error::Contended { remote: remote.name.clone(), rounds })
    }

    /// Shows the issues of `outcome` as they are after a merge with what the remote had.
    pub(super) fn reload<T>(&self, repo: &Repo, outcome: &mut Outcome<T>) -> Result<(), Error> {
        let ids = outcome.tracker.issues.keys().copied().collect();
        let now = self.load(&Snapshot::current(repo)?, &Scope::Exactly(ids));
        outcome.tracker.issues.extend(now.issues);
        outcome.tracker.provisional = now.provisional;
        outcome.tracker.given_up = now.given_up;
        Ok(())
    }
}

/// What is told where the end of a claim is not published yet.
fn unpublished(remote: &Remote, error: &Error) -> String {
    let remote = &remote.name;
    match error {
        Error::Contended { .. } => format!(
            "stored here, not published yet: others published to {remote} first; it goes with the next \
             claim from this clone, or 'jit sync' publishes it"
        ),
        _ => format!("stored here; {remote} does not know yet: {error}; 'jit sync' tells it"),
    }
}

/// Whether an issue that the remote has a claim for is not claimed any more, or waits for
/// others now.
fn ended_a_claim<T>(repo: &Repo, remote: &Remote, outcome: &Outcome<T>) -> bool {
    let records = repo.tracking_claims(&remote.name);
    let is_over = |id: &IssueId| {
        let issue = outcome.tracker.issues.get(id);
        issue.is_none_or(|issue| issue.claim.is_none() || issue.state == State::Gated)
    };
    outcome.ends_claims && outcome.stored.iter().any(|id| records.contains_key(id) && is_over(id))
}
