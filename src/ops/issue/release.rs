//! Giving an issue up.

use crate::model::{IdPrefix, IssueId, State, claim};
use crate::ops::mutate::{Outcome, Reach};
use crate::ops::sync::{ROUNDS, Session};
use crate::ops::{CommandExecutor, Error};
use crate::store::{Remote, RemoteLock, Repo, Scope, Snapshot};

impl CommandExecutor {
    /// Releases an issue, whoever holds it, so that others can claim it.
    pub fn release(&self, issue: &IdPrefix, reason: Option<&str>) -> Result<Outcome, Error> {
        let repo = self.storage.open()?;
        if let Some(remote) = self.settling_remote(&repo)? {
            let snapshot = Snapshot::current(&repo)?;
            if let Ok(id) = snapshot.resolve(issue)?
                && is_open(&snapshot, id)
                && let Some(outcome) = self.release_at(&repo, &remote, id, reason)?
            {
                return Ok(outcome);
            }
        }
        self.mutate(None, std::slice::from_ref(issue), Reach::Named, |draft, ids| {
            claim::release(draft, ids[0], reason.map(str::to_owned))
        })
    }

    /// Releases an issue of which only the remote's record says that it is held; none if
    /// that is not so any more.
    fn release_at(
        &self,
        repo: &Repo,
        remote: &Remote,
        id: IssueId,
        reason: Option<&str>,
    ) -> Result<Option<Outcome>, Error> {
        let turn = RemoteLock::acquire(repo)?;
        let mut session = Session::new(self, repo, remote, turn);
        session.refresh()?;
        let hold = session.holds().remove(&id);
        let Some(hold) = hold.filter(|_| Snapshot::current(repo).is_ok_and(|now| is_open(&now, id))) else {
            return Ok(None);
        };
        let outcome = self.mutate_here(None, &[IdPrefix::of(id)], Reach::Named, |draft, ids| {
            claim::release_hold(draft, ids[0], &hold, reason.map(str::to_owned))
        })?;
        // First why, then the release itself, as with every claim that ends.
        if !session.publish_all(ROUNDS)? {
            return Err(Error::Contended { remote: remote.name.clone(), rounds: ROUNDS });
        }
        session.give_up(id)?;
        Ok(Some(outcome))
    }
}

/// Whether the tracker shows nothing of a claim on the issue.
fn is_open(snapshot: &Snapshot<'_>, id: IssueId) -> bool {
    let tracker = snapshot.load(&Scope::Exactly(vec![id]));
    tracker.issues.get(&id).is_some_and(|issue| issue.state == State::Open && issue.claim.is_none())
}
