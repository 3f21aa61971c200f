//! Giving an issue up.
//!
//! Where the tracker is shared, a release is first settled with the remote: it ends the claim
//! that was seen when it was asked for, and none that came after. It is good when the remote
//! shows both, why the claim ended and that its record is gone.

use crate::model::{Claim, Draft, IdPrefix, IssueId, Refusal, State, claim};
use crate::ops::mutate::{Outcome, Reach};
use crate::ops::sync::{ROUNDS, Session};
use crate::ops::{CommandExecutor, Error};
use crate::store::{Remote, RemoteLock, Repo, Scope, Snapshot};

impl CommandExecutor {
    /// Releases an issue, whoever holds it, so that others can claim it.
    pub fn release(&self, issue: &IdPrefix, reason: Option<&str>) -> Result<Outcome, Error> {
        let repo = self.storage.open()?;
        if let Some(remote) = self.settling_remote(&repo)? {
            let id = Snapshot::current(&repo)?.resolve(issue)??;
            let seen = holder(&repo, &remote, id)?;
            return self.release_shared(&repo, &remote, id, seen.as_ref(), reason);
        }
        self.mutate(None, std::slice::from_ref(issue), Reach::Named, |draft, ids| {
            match draft.tracker().holds.get(&ids[0]) {
                Some(_) if draft.tracker().given_up.contains(&ids[0]) => Ok(()),
                // The record can only be given up where it is.
                Some(hold) if is_open(draft, ids[0])? => Err(Refusal::already_claimed(ids[0], hold)),
                _ => claim::release(draft, ids[0], reason.map(str::to_owned)),
            }
        })
    }

    /// Ends the claim `seen` on issue `id`, at `remote` as well as here; without one, whatever
    /// claim there turns out to be.
    pub(in crate::ops) fn release_shared(
        &self,
        repo: &Repo,
        remote: &Remote,
        id: IssueId,
        seen: Option<&Claim>,
        reason: Option<&str>,
    ) -> Result<Outcome, Error> {
        let mut session = Session::new(self, repo, remote, RemoteLock::acquire(repo)?);
        if let Err(error) = session.settle() {
            return self.release_untold(remote, id, reason, error);
        }
        let held = holder(repo, remote, id)?;
        if let (Some(seen), Some(held)) = (seen, &held)
            && seen.id != held.id
        {
            let (asked, holder) = (seen.by.clone(), held.by.clone());
            let (claim, since) = (held.id, held.at);
            return Err(Refusal::HeldByAnother { issue: id, asked, holder, claim, since }.into());
        }
        let mut outcome = self.release_here(id, held.as_ref(), reason)?;
        let published = self.publish_release(&mut session, id, held.as_ref(), reason);
        if let Err(source) = published {
            let ids = std::mem::take(&mut outcome.stored);
            return Err(Error::Unpublished { remote: remote.name.clone(), ids, source: Box::new(source) });
        }
        self.check_released(repo, remote, id, held.as_ref())?;
        self.reload(repo, &mut outcome)?;
        outcome.warnings.extend(session.told());
        outcome.warnings.extend(self.take_warnings());
        Ok(outcome)
    }

    /// Ends the claim in the tracker here.
    fn release_here(
        &self,
        id: IssueId,
        held: Option<&Claim>,
        reason: Option<&str>,
    ) -> Result<Outcome, Error> {
        self.mutate_here(None, &[IdPrefix::of(id)], Reach::Named, |draft, ids| {
            let id = ids[0];
            let reason = || reason.map(str::to_owned);
            let shown = draft.issue(id)?.claim.as_ref().map(|claim| claim.id);
            let Some(held) = held.filter(|held| shown != Some(held.id)) else {
                return claim::release(draft, id, reason());
            };
            // Only the record tells of the claim; an older one may still be shown.
            if !is_open(draft, id)? {
                claim::release(draft, id, reason())?;
            }
            claim::release_hold(draft, id, held, reason())
        })
    }

    /// Publishes the release together with the end of the record. Where the claim comes back
    /// meanwhile, renewed by its holder, it is ended again.
    fn publish_release(
        &self,
        session: &mut Session<'_>,
        id: IssueId,
        held: Option<&Claim>,
        reason: Option<&str>,
    ) -> Result<(), Error> {
        if let Some(held) = held {
            session.will_end(id, held.id);
        }
        for round in 0..ROUNDS {
            session.pause(round);
            if round > 0 {
                session.refresh()?;
                let snapshot = Snapshot::current(session.repo())?;
                let shown = snapshot.load(&Scope::Exactly(vec![id])).issues.remove(&id);
                let shown = shown.and_then(|issue| issue.claim).map(|claim| claim.id);
                if held.is_some_and(|held| shown == Some(held.id)) {
                    self.release_here(id, held, reason)?;
                }
            }
            if session.settle_claims()? && session.publish()? {
                return Ok(());
            }
        }
        Err(Error::Contended { remote: session.remote_name().to_owned(), rounds: ROUNDS })
    }

    /// Insists that the claim is over: somebody may have finished the issue meanwhile, or the
    /// remote may not let go of the record.
    fn check_released(
        &self,
        repo: &Repo,
        remote: &Remote,
        id: IssueId,
        held: Option<&Claim>,
    ) -> Result<(), Error> {
        let snapshot = Snapshot::current(repo)?;
        let tracker = snapshot.load(&Scope::Exactly(vec![id]));
        if let Some(issue) = tracker.issues.get(&id).filter(|issue| issue.state.is_finished()) {
            return Err(Refusal::Finished { issue: id, state: issue.state, action: "release it" }.into());
        }
        match (holder(repo, remote, id)?, held) {
            (Some(now), Some(held)) if now.id == held.id => Err(Refusal::already_claimed(id, &now).into()),
            _ => Ok(()),
        }
    }

    /// Stores the release although the remote cannot be told now, and says so; not if
    /// the tracker here shows no claim, of which only the remote knows.
    fn release_untold(
        &self,
        remote: &Remote,
        id: IssueId,
        reason: Option<&str>,
        error: Error,
    ) -> Result<Outcome, Error> {
        let stored = self.mutate_here(None, &[IdPrefix::of(id)], Reach::Named, |draft, ids| {
            if is_open(draft, ids[0])? {
                return Ok(());
            }
            claim::release(draft, ids[0], reason.map(str::to_owned))
        })?;
        if !stored.changed {
            return Err(error);
        }
        let remote = remote.name.clone();
        Err(Error::Unpublished { remote, ids: stored.stored, source: Box::new(error) })
    }
}

/// Whether the tracker shows nothing of a claim on the issue.
fn is_open(draft: &Draft, id: IssueId) -> Result<bool, Refusal> {
    let issue = draft.issue(id)?;
    Ok(issue.state == State::Open && issue.claim.is_none())
}

/// The claim on an unfinished issue: the one that the remote has on record, else the one that
/// the tracker here shows.
fn holder(repo: &Repo, remote: &Remote, id: IssueId) -> Result<Option<Claim>, Error> {
    let snapshot = Snapshot::current(repo)?;
    let issue = snapshot.load(&Scope::Exactly(vec![id])).issues.remove(&id);
    let unfinished = issue.filter(|issue| !issue.state.is_finished());
    Ok(unfinished.and_then(|issue| repo.hold(&remote.name, id).or(issue.claim)))
}
