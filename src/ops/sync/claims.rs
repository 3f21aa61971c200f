//! Settling with a remote the claims of this clone that it does not know of yet, or not any
//! more.

use std::collections::BTreeSet;

use super::ended::EndedClaim;
use super::session::Session;
use crate::model::{Claim, IdPrefix, IssueId, claim};
use crate::ops::Error;
use crate::ops::mutate::Reach;
use crate::store::{CommitId, Scope, Snapshot};
use crate::sync::{PushSpec, Pushed};

/// What must happen to one claim of this clone.
enum Step {
    /// The remote must learn of it; what it has to have instead now.
    Tell(Claim, Option<CommitId>),
    /// Somebody else holds the issue.
    Lose(Claim),
    /// Nothing: both agree.
    Nothing,
    /// Both agree that there is none.
    Forget,
}

impl Session<'_> {
    /// Tells the remote of claims it does not know, and takes back those that did not stand.
    /// False if somebody else was quicker with one, so that the remote must be asked again.
    pub(crate) fn settle_claims(&mut self) -> Result<bool, Error> {
        let mut tell = Vec::new();
        for (id, step) in self.steps()? {
            match step {
                Step::Tell(claim, previous) => tell.push((id, claim, previous)),
                Step::Lose(winner) => self.lose(id, &winner)?,
                Step::Forget => self.repo.forget_claimed(id),
                Step::Nothing => {}
            }
        }
        self.tell(&tell)
    }

    /// Whether the tracker here shows claims of this clone that the remote has not granted.
    pub(super) fn has_unsettled_claims(&self) -> Result<bool, Error> {
        let is_unsettled = |step: &Step| matches!(step, Step::Tell(..) | Step::Lose(_));
        Ok(self.steps()?.iter().any(|(_, step)| is_unsettled(step)))
    }

    /// What must happen to the claims of this clone.
    fn steps(&self) -> Result<Vec<(IssueId, Step)>, Error> {
        let Some(clone) = self.repo.known_clone_id() else { return Ok(Vec::new()) };
        let issues = self.repo.claimed();
        if issues.is_empty() {
            return Ok(Vec::new());
        }
        let holds = self.holds();
        let records = self.repo.tracking_claims(&self.remote.name);
        let snapshot = Snapshot::current(self.repo)?;
        let tracker = snapshot.load(&Scope::Exactly(issues.iter().copied().collect()));
        let (now, skew) = (self.jit.context().now(), tracker.settings.claim_skew_secs);
        let step_of = |id: IssueId| {
            let ours = tracker.issues.get(&id).and_then(|issue| issue.claim.clone());
            let ours = ours.filter(|claim| claim.clone == Some(clone));
            let expired = holds.get(&id).is_some_and(|hold| hold.is_expired(now, skew));
            (id, step(ours, holds.get(&id), records.get(&id).copied(), expired))
        };
        Ok(issues.into_iter().map(step_of).collect())
    }

    /// Pushes the records of claims, each on top of the one that it follows.
    fn tell(&mut self, claims: &[(IssueId, Claim, Option<CommitId>)]) -> Result<bool, Error> {
        if claims.is_empty() {
            return Ok(true);
        }
        let now = self.jit.context().now();
        let mut specs = Vec::with_capacity(claims.len());
        for (issue, claim, previous) in claims {
            let record = self.repo.write_claim_record(*issue, claim, *previous, now)?;
            specs.push(self.hold_spec(*issue, record, *previous));
        }
        let answers = self.transport.push(&specs, false)?;
        self.note_records(&specs, &answers)?;
        let mut all_told = true;
        for (spec, answer) in specs.iter().zip(answers) {
            match answer {
                Pushed::Done => {}
                Pushed::Lost { .. } => all_told = false,
                Pushed::Refused { reason } => return Err(self.transport.refused(spec, reason).into()),
            }
        }
        Ok(all_told)
    }

    fn lose(&mut self, id: IssueId, winner: &Claim) -> Result<(), Error> {
        let by = winner.by.clone();
        let mut lost = None;
        self.jit.mutate_here(None, &[IdPrefix::of(id)], Reach::Named, |draft, ids| {
            lost.clone_from(&draft.issue(ids[0])?.claim);
            claim::lose(draft, ids[0], Some(by.clone()))
        })?;
        if let Some(claim) = lost {
            self.report.claims_lost.push(EndedClaim::to_another(id, claim, winner));
        }
        self.repo.forget_claimed(id);
        Ok(())
    }

    /// The reference of the claim on `issue`, on the remote.
    pub(super) fn claim_ref(&self, issue: IssueId) -> String {
        format!("{}{issue}", self.repo.remote_claims_prefix())
    }

    /// What pushing `record` is, where `previous` must be there still.
    pub(crate) fn hold_spec(&self, issue: IssueId, record: CommitId, previous: Option<CommitId>) -> PushSpec {
        PushSpec { name: self.claim_ref(issue), to: Some(record), from: previous }
    }

    /// Claim records of this clone whose end the remote's own tracker shows already, so that
    /// they can go without more ado. One that ended only here must stay: as soon as it is
    /// gone, others believe what the remote's tracker says.
    pub(crate) fn claims_known_to_be_over(&self) -> Result<Vec<(IssueId, CommitId)>, Error> {
        let claimed: BTreeSet<IssueId> = self.repo.claimed();
        let Some(upstream) = self.tracking_main() else { return Ok(Vec::new()) };
        let mut records = self.repo.tracking_claims(&self.remote.name);
        records.retain(|issue, _| claimed.contains(issue));
        let mut over = self.those_over(upstream, records)?;
        if over.is_empty() {
            return Ok(over);
        }
        let scope = Scope::Exactly(over.iter().map(|(id, _)| *id).collect());
        let there = Snapshot::at(self.repo, upstream)?.load(&scope);
        let here = Snapshot::current(self.repo)?.load(&scope);
        over.retain(|(issue, _)| here.issues.get(issue) == there.issues.get(issue));
        Ok(over)
    }
}

/// What must happen to a claim of this clone, where the remote has a `hold` in `record`.
fn step(ours: Option<Claim>, hold: Option<&Claim>, record: Option<CommitId>, expired: bool) -> Step {
    match (ours, hold) {
        (None, None) => Step::Forget,
        // Given up or finished here: it goes when that is published.
        (None, Some(_)) => Step::Nothing,
        (Some(ours), None) => Step::Tell(ours, None),
        (Some(ours), Some(hold)) if ours.id == hold.id => {
            if ours.expires == hold.expires {
                Step::Nothing
            } else {
                Step::Tell(ours, record)
            }
        }
        (Some(ours), Some(hold)) if expired && ours.at >= hold.at => Step::Tell(ours, record),
        (Some(_), Some(hold)) => Step::Lose(hold.clone()),
    }
}
