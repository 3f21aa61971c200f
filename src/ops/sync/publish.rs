//! Giving a remote what is here.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::ROUNDS;
use super::ended::{End, EndedClaim};
use super::report::Moved;
use super::session::Session;
use crate::model::{ClaimId, IssueId, Tracker};
use crate::ops::Error;
use crate::store::{CommitId, Place, Repo, Scope, Snapshot};
use crate::sync::{self, FetchRequest, PushSpec, Pushed, RemoteMain, Wanted};

/// Bounds of the wait before a further attempt.
const PAUSE: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(3));

impl Session<'_> {
    /// Begins an attempt at publishing. Clones of this machine take turns at a remote that is
    /// here too, so that none of them loses to another. Elsewhere, before a further attempt, it
    /// waits about as long as the last one took, by when whoever was first has finished. Never
    /// in step with others, and as long on average each time, since longer waits would starve
    /// whoever lost often.
    pub(crate) fn pause(&mut self, round: u32) {
        if self.place.is_none() {
            self.place = self.remote.local.as_deref().and_then(Place::take);
        }
        if round > 0
            && let Some(began) = self.round_began
        {
            let took = began.elapsed().clamp(PAUSE.0, PAUSE.1);
            // Of 256 parts of it, between half and one and a half.
            let parts = 128 + u32::from(self.jit.context().new_id().as_bytes()[0]);
            std::thread::sleep(took * parts / 256);
        }
        self.round_began = Some(Instant::now());
    }

    /// Publishes the tracker, and gives up at the remote the claims that it shows to be over:
    /// together, so that whoever sees a claim gone also sees why. True if the remote has
    /// everything now; false if somebody else published first.
    pub(crate) fn publish(&mut self) -> Result<bool, Error> {
        let tip = self.repo.tip()?;
        let upstream = self.tracking_main();
        let over = self.claims_that_are_over(tip)?;
        let mut specs = Vec::with_capacity(over.len() + 1);
        if upstream != Some(tip) {
            match self.main_spec(tip)? {
                Some(spec) => specs.push(spec),
                None => return Ok(false),
            }
        }
        specs.extend(over.iter().map(|(issue, record)| self.give_up_spec(*issue, *record)));
        if specs.is_empty() {
            return Ok(true);
        }
        let answers = match self.transport.push(&specs, specs.len() > 1) {
            Ok(answers) => answers,
            Err(error) => return self.ask_whether_published(tip, error),
        };
        let is_delete_refused = |(spec, answer): (&PushSpec, &Pushed)| {
            spec.to.is_none() && matches!(answer, Pushed::Refused { .. })
        };
        if specs.len() > over.len() && specs.iter().zip(&answers).any(is_delete_refused) {
            // Everybody sees in the tracker that the claims are over, so it matters more.
            let published = self.publish_only(&specs[0], tip)?;
            self.report.warnings.push(format!("{} does not let claims be removed", self.remote.name));
            return Ok(published);
        }
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
        let here = Snapshot::at(self.repo, tip)?;
        let tracker = here.load(&Scope::Exactly(over.iter().map(|(issue, _)| *issue).collect()));
        for (issue, record) in &over {
            let prefix = Repo::tracking_claims_prefix(&self.remote.name);
            news.push((format!("{prefix}{issue}"), None));
            if tracker.issues.get(issue).is_some_and(|issue| !issue.state.is_finished()) {
                let claim = self.repo.read_claim_record(*issue, *record);
                let ended = EndedClaim { issue: *issue, claim, end: End::Released, by: None };
                self.report.claims_given_back.push(ended);
            }
            self.repo.forget_claimed(*issue);
        }
        self.note(&news)?;
        if upstream != Some(tip) {
            self.note_pushed(tip)?;
        }
        Ok(true)
    }

    /// Publishes the tracker without giving up any claim.
    fn publish_only(&mut self, spec: &PushSpec, tip: CommitId) -> Result<bool, Error> {
        match &self.transport.push(std::slice::from_ref(spec), false)?[0] {
            Pushed::Done => {
                self.note(&[(Repo::tracking_main_ref(&self.remote.name), Some(tip))])?;
                self.note_pushed(tip)?;
                Ok(true)
            }
            Pushed::Lost { .. } => Ok(false),
            Pushed::Refused { reason } => Err(self.transport.refused(spec, reason.clone()).into()),
        }
    }

    /// Publishes, if the remote has nothing that is not here.
    pub(super) fn push_only(&mut self, dry_run: bool) -> Result<(), Error> {
        let fetched = self.fetch(FetchRequest::default())?;
        self.check_rewind(&fetched, false)?;
        let tip = self.repo.tip()?;
        if let RemoteMain::At(upstream) = fetched.main
            && self.repo.merge_base(upstream, tip)? != Some(upstream)
        {
            return Err(Error::NotIntegrated { remote: self.remote.name.clone() });
        }
        if dry_run || (self.settle_claims()? && self.publish()?) {
            return Ok(());
        }
        Err(Error::NotIntegrated { remote: self.remote.name.clone() })
    }

    /// Fetches, integrates and publishes, at most `rounds` times. True if all is published.
    pub(crate) fn publish_all(&mut self, rounds: u32) -> Result<bool, Error> {
        for round in 0..rounds.min(ROUNDS) {
            self.pause(round);
            // A push that comes too late does no harm, and costs less than asking twice.
            let is_unasked = round == 0 && self.may_publish_unasked()?;
            if !is_unasked {
                self.refresh()?;
            }
            if self.settle_claims()? && self.publish()? {
                self.place = None;
                return Ok(true);
            }
            if is_unasked && self.place.is_some() {
                // It has lost to somebody who has finished.
                self.round_began = None;
            }
        }
        self.place = None;
        Ok(false)
    }

    /// Whether the remote was asked a moment ago, and what it had is here. If another clone has
    /// just published, it has something else now.
    fn may_publish_unasked(&self) -> Result<bool, Error> {
        if self.place.as_ref().is_some_and(|place| place.waited) {
            return Ok(false);
        }
        Ok(self.is_fresh(Wanted::Tracker) && self.main_spec(self.repo.tip()?)?.is_some())
    }

    /// What a push of the tracker at `tip` is; none if it lacks something that the remote is
    /// known to have.
    pub(crate) fn main_spec(&self, tip: CommitId) -> Result<Option<PushSpec>, Error> {
        let from = self.tracking_main();
        let continues = match from {
            Some(from) if self.integrated != Some(from) => self.repo.merge_base(from, tip)? == Some(from),
            _ => true,
        };
        let name = self.repo.remote_main_ref().to_owned();
        Ok(continues.then_some(PushSpec { name, to: Some(tip), from }))
    }

    /// What giving up the claim in `record` is.
    pub(crate) fn give_up_spec(&self, issue: IssueId, record: CommitId) -> PushSpec {
        PushSpec { name: self.claim_ref(issue), to: None, from: Some(record) }
    }

    /// Gives up the claim in `record` at the remote. Whether the remote had that claim still, and let it go.
    pub(crate) fn give_up_now(&self, issue: IssueId, record: CommitId) -> Result<bool, Error> {
        let specs = [self.give_up_spec(issue, record)];
        let answers = self.transport.push(&specs, false)?;
        self.note_records(&specs, &answers)?;
        Ok(answers == [Pushed::Done])
    }

    /// The claim records at the remote that say of an issue what is not true any more in the
    /// tracker at `tip`: it is finished or gone, this clone gave it up, the remote's tracker
    /// shows a claim that was ended since, or this conversation is to end it. Where it is not
    /// known which records there are by now, those of others that the remote's own tracker shows
    /// to be over are taken to be gone: what is gone cannot be given up.
    pub(crate) fn claims_that_are_over(&self, tip: CommitId) -> Result<Vec<(IssueId, CommitId)>, Error> {
        let records = self.repo.tracking_claims(&self.remote.name);
        let mut over = self.those_over(tip, records)?;
        if let Some(upstream) = self.tracking_main().filter(|_| !over.is_empty() && !self.knows_all_records())
        {
            let claimed = self.repo.claimed();
            let gone = self.those_over(upstream, over.iter().copied().collect())?;
            over.retain(|record| claimed.contains(&record.0) || !gone.contains(record));
        }
        Ok(over)
    }

    /// Those of `records` that say what is not true any more in the tracker at `tip`.
    pub(super) fn those_over(
        &self,
        tip: CommitId,
        records: BTreeMap<IssueId, CommitId>,
    ) -> Result<Vec<(IssueId, CommitId)>, Error> {
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let holds = self.holds();
        let scope = Scope::Exactly(records.keys().copied().collect());
        let tracker = Snapshot::at(self.repo, tip)?.load(&scope);
        let upstream = self.tracking_main().map(|upstream| Snapshot::at(self.repo, upstream)).transpose()?;
        let upstream = upstream.map(|upstream| upstream.load(&scope)).unwrap_or_default();
        let clone = self.repo.known_clone_id();
        let is_over = |issue: IssueId| match tracker.issues.get(&issue) {
            None => tracker.damage_of(issue).is_none(),
            Some(found) if found.state.is_finished() => true,
            Some(_) => {
                let Some(hold) = holds.get(&issue) else { return false };
                let is_ours = hold.clone.is_some() && hold.clone == clone;
                let is_published = claim_of(&upstream, issue) == Some(hold.id);
                let is_released = self.released.get(&issue) == Some(&hold.id);
                (is_ours || is_published || is_released) && claim_of(&tracker, issue) != Some(hold.id)
            }
        };
        Ok(records.into_iter().filter(|(issue, _)| is_over(*issue)).collect())
    }

    /// Whether the remote has `tip` although no answer came; otherwise the error stands.
    fn ask_whether_published(&mut self, tip: CommitId, error: sync::Error) -> Result<bool, Error> {
        let asked = self.fetch(FetchRequest::default());
        match asked.map(|fetched| fetched.main) {
            Ok(RemoteMain::At(upstream)) if self.repo.merge_base(tip, upstream)? == Some(tip) => {
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

fn claim_of(tracker: &Tracker, issue: IssueId) -> Option<ClaimId> {
    tracker.issues.get(&issue)?.claim.as_ref().map(|claim| claim.id)
}
