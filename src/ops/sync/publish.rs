//! Giving a remote what is here.

use super::ROUNDS;
use super::report::Moved;
use super::session::Session;
use crate::model::IssueId;
use crate::ops::Error;
use crate::store::{CommitId, Repo, Scope, Snapshot};
use crate::sync::{self, FetchRequest, Lease, PushSpec, Pushed, RemoteMain};

impl Session<'_> {
    /// Publishes the tracker, and gives up at the remote the claims that it shows to be over:
    /// together, so that whoever sees a claim gone also sees why. True if the remote has
    /// everything now; false if somebody else published first.
    pub(super) fn publish(&mut self) -> Result<bool, Error> {
        let tip = self.repo.tip()?;
        let upstream = self.tracking_main();
        let over = self.claims_that_are_over(tip)?;
        let mut specs = Vec::with_capacity(over.len() + 1);
        if upstream != Some(tip) {
            specs.push(self.main_spec(tip));
        }
        specs.extend(over.iter().map(|(issue, record)| self.give_up_spec(*issue, *record)));
        if specs.is_empty() {
            return Ok(true);
        }
        let answers = match self.transport.push(&specs, specs.len() > 1) {
            Ok(answers) => answers,
            Err(error) => return self.ask_whether_published(tip, error),
        };
        for (spec, answer) in specs.iter().zip(&answers) {
            match answer {
                Pushed::Done => {}
                Pushed::Lost { .. } => return Ok(false),
                Pushed::Refused { reason } => {
                    return Err(self.transport.refused(spec, reason.clone()).into());
                }
            }
        }
        let mut news = vec![(Repo::tracking_main_ref(&self.remote.name), Some(tip))];
        for (issue, _) in &over {
            let prefix = Repo::tracking_claims_prefix(&self.remote.name);
            news.push((format!("{prefix}{issue}"), None));
            self.repo.forget_claimed(*issue);
        }
        self.transport.note(&news)?;
        if upstream != Some(tip) {
            self.note_pushed(tip)?;
        }
        Ok(true)
    }

    /// Publishes without asking first what the remote has.
    pub(super) fn push_only(&mut self, dry_run: bool) -> Result<(), Error> {
        let tip = self.repo.tip()?;
        if dry_run {
            return if self.tracking_main() == Some(tip) { Ok(()) } else { self.note_pushed(tip) };
        }
        if self.publish()? {
            return Ok(());
        }
        Err(Error::Contended { remote: self.remote.name.clone(), rounds: 1 })
    }

    /// Fetches, integrates and publishes, at most `rounds` times. True if all is published.
    pub(crate) fn publish_all(&mut self, rounds: u32) -> Result<bool, Error> {
        for round in 0..rounds.min(ROUNDS) {
            self.pause(round);
            self.refresh()?;
            if self.settle_claims()? && self.publish()? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What a push of the tracker at `tip` is.
    pub(crate) fn main_spec(&self, tip: CommitId) -> PushSpec {
        PushSpec { name: self.repo.remote_main_ref().to_owned(), to: Some(tip), lease: Lease::Ancestor }
    }

    /// What giving up the claim in `record` is.
    pub(crate) fn give_up_spec(&self, issue: IssueId, record: CommitId) -> PushSpec {
        PushSpec { name: self.claim_ref(issue), to: None, lease: Lease::Exactly(Some(record)) }
    }

    /// The claim records at the remote that say of an issue what is not true any more in the
    /// tracker at `tip`: it is finished or gone, or this clone gave it up.
    pub(crate) fn claims_that_are_over(&self, tip: CommitId) -> Result<Vec<(IssueId, CommitId)>, Error> {
        let records = self.repo.tracking_claims(&self.remote.name);
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let tracker = Snapshot::at(self.repo, tip)?.load(&Scope::Exactly(records.keys().copied().collect()));
        let clone = self.repo.known_clone_id();
        let is_over = |issue: IssueId, record: CommitId| match tracker.issues.get(&issue) {
            None => tracker.damage_of(issue).is_none(),
            Some(found) if found.state.is_finished() => true,
            Some(found) => {
                let hold = self.repo.read_claim_record(issue, record);
                let is_ours = hold.clone.is_some() && hold.clone == clone;
                is_ours && found.claim.as_ref().is_none_or(|claim| claim.id != hold.id)
            }
        };
        Ok(records.into_iter().filter(|(issue, record)| is_over(*issue, *record)).collect())
    }

    /// Whether the remote has `tip` although no answer came; otherwise the error stands.
    fn ask_whether_published(&mut self, tip: CommitId, error: sync::Error) -> Result<bool, Error> {
        let asked = self.fetch(FetchRequest::default());
        match asked.map(|fetched| fetched.main) {
            Ok(RemoteMain::At(upstream)) if upstream == tip => {
                self.note_pushed(tip)?;
                Ok(true)
            }
            _ => Err(error.into()),
        }
    }

    pub(super) fn note_pushed(&mut self, to: CommitId) -> Result<(), Error> {
        let from = self.upstream;
        let commits = self.repo.count_commits(to, from)?;
        self.report.pushed = Some(Moved { from, to, commits });
        Ok(())
    }
}
