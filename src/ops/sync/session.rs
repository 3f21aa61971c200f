//! One conversation with a remote.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::Direction;
use super::report::{self, Moved, Synced};
use crate::model::{AgentId, Claim, ClaimId, Holds, IssueId};
use crate::ops::{CommandExecutor, Error};
use crate::store::{CommitId, Place, Remote, RemoteLock, Repo, Snapshot};
use crate::sync::{FetchRequest, Fetched, PushSpec, Pushed, RemoteMain, Transport, Wanted};

/// What is known of a remote for longer is asked for again before a decision.
const FRESH: Duration = Duration::from_secs(2);

/// Holds the turn at the remote, and collects what happened.
pub(crate) struct Session<'a> {
    pub(super) jit: &'a CommandExecutor,
    pub(super) repo: &'a Repo,
    pub(super) remote: &'a Remote,
    pub(super) transport: Transport<'a>,
    pub(super) report: Synced,
    /// What the tracker here was at first.
    start: Option<CommitId>,
    /// What the remote had before the first push.
    pub(super) upstream: Option<CommitId>,
    /// What the remote had that is known to be in the tracker here.
    pub(super) integrated: Option<CommitId>,
    /// Holds that this conversation ends, whatever the tracker shows of them.
    pub(super) released: BTreeMap<IssueId, ClaimId>,
    /// The record of a claim that the remote has taken, which no fetch has confirmed yet.
    pub(crate) taken: Option<CommitId>,
    /// What the remote had before it went backwards, where only the consequences are told.
    rewound_from: Option<CommitId>,
    /// When the last attempt at publishing began.
    pub(super) round_began: Option<Instant>,
    /// The turn to publish among the clones on this machine.
    pub(super) place: Option<Place>,
    /// Whether the remote was asked for all that it has.
    asked_for_all: bool,
    /// Whether somebody is told what came and went, which then must be found out.
    pub(super) is_told: bool,
    turn: RemoteLock,
}

impl<'a> Session<'a> {
    pub(crate) fn new(
        jit: &'a CommandExecutor,
        repo: &'a Repo,
        remote: &'a Remote,
        turn: RemoteLock,
    ) -> Self {
        let transport = jit.context().transport(repo, remote);
        let start = repo.try_tip().ok().flatten();
        let report = Synced { remote: remote.name.clone(), url: remote.url.clone(), ..Synced::default() };
        let upstream = repo.tracking_main(&remote.name);
        Self {
            jit,
            repo,
            remote,
            transport,
            report,
            start,
            upstream,
            integrated: None,
            released: BTreeMap::new(),
            taken: None,
            rewound_from: None,
            round_began: None,
            place: None,
            asked_for_all: false,
            is_told: true,
            turn,
        }
    }

    /// What the remote last had.
    pub(crate) fn tracking_main(&self) -> Option<CommitId> {
        self.repo.tracking_main(&self.remote.name)
    }

    /// Who holds what, as the remote last said.
    pub(crate) fn holds(&self) -> Holds {
        self.repo.holds(&self.remote.name)
    }

    /// Who holds `issue`, as the remote last said.
    pub(crate) fn hold(&self, issue: IssueId) -> Option<Claim> {
        self.repo.hold(&self.remote.name, issue)
    }

    /// The agent that signs what a sync does by itself.
    pub(super) fn actor(&self) -> AgentId {
        self.jit.acting(self.repo, None)
    }

    /// Notes what the remote has, after it said so.
    pub(super) fn note(&self, updates: &[(String, Option<CommitId>)]) -> Result<(), Error> {
        Ok(self.transport.note(&self.turn, updates)?)
    }

    /// Asks the remote what it has.
    pub(crate) fn fetch(&mut self, request: FetchRequest) -> Result<Fetched, Error> {
        let fetched = self.transport.fetch(request)?;
        self.report.rounds += 1;
        if let RemoteMain::At(upstream) = fetched.main
            && fetched.before != Some(upstream)
            && let Err(error) = Snapshot::at(self.repo, upstream)
        {
            // What cannot be read is not accepted, so that going back from it is no rewind.
            let tracking = Repo::tracking_main_ref(&self.remote.name);
            self.note(&[(tracking, fetched.before)])?;
            return Err(Error::RemoteTracker { remote: self.remote.name.clone(), source: error });
        }
        self.upstream = self.tracking_main();
        if matches!(fetched.main, RemoteMain::At(_)) {
            let all = request.wanted == Wanted::All;
            self.asked_for_all |= all;
            self.repo.note_fetch(&self.remote.name, all, self.jit.context().now())?;
        }
        Ok(fetched)
    }

    /// Fetches and integrates: the usual way to learn what happened since.
    pub(crate) fn refresh(&mut self) -> Result<(), Error> {
        self.refresh_only(Wanted::All)
    }

    /// Fetches what is `wanted`, and integrates.
    pub(crate) fn refresh_only(&mut self, wanted: Wanted) -> Result<(), Error> {
        let fetched = self.fetch(FetchRequest { wanted, ..FetchRequest::default() })?;
        self.check_rewind(&fetched, false)?;
        match fetched.main {
            RemoteMain::At(upstream) => self.integrate(upstream, None, false),
            _ => Ok(()),
        }
    }

    /// Fetches and integrates, unless what is `wanted` was asked for a moment ago.
    pub(crate) fn refresh_if_older(&mut self, wanted: Wanted) -> Result<(), Error> {
        if self.is_fresh(wanted) { Ok(()) } else { self.refresh() }
    }

    /// Fetches, integrates, and settles the claims that the remote does not know of.
    pub(crate) fn settle(&mut self) -> Result<(), Error> {
        self.refresh()?;
        if !self.settle_claims()? {
            self.refresh()?;
            self.settle_claims()?;
        }
        Ok(())
    }

    /// The issues whose claims turned out to be lost so far, and are not told yet.
    pub(crate) fn lost(&self) -> BTreeSet<IssueId> {
        self.report.claims_lost.iter().map(|lost| lost.issue).collect()
    }

    /// Refuses to go on with a remote that went backwards, unless that is accepted.
    pub(super) fn check_rewind(&mut self, fetched: &Fetched, accepted: bool) -> Result<(), Error> {
        let (was, now) = match fetched.main {
            RemoteMain::Deleted { was } => (was, None),
            RemoteMain::Rewound { was, now } => (was, Some(now)),
            RemoteMain::Absent | RemoteMain::At(_) => return Ok(()),
        };
        if !accepted {
            return Err(Error::RemoteRewound { remote: self.remote.name.clone(), was, now });
        }
        // Deleted, and that is accepted: it is published again as new, claims included.
        let prefix = Repo::tracking_claims_prefix(&self.remote.name);
        let claims = self.repo.tracking_claims(&self.remote.name).into_keys();
        let mut forgotten: Vec<_> = claims.map(|issue| (format!("{prefix}{issue}"), None)).collect();
        forgotten.push((Repo::tracking_main_ref(&self.remote.name), None));
        self.upstream = None;
        self.note(&forgotten)
    }

    /// Goes on as if it was accepted that the remote went backwards; nothing is noted.
    pub(super) fn foresee_rewind(&mut self, fetched: &Fetched) {
        self.upstream = fetched.main.accepted(true);
        if let RemoteMain::Rewound { was, .. } = fetched.main {
            self.rewound_from = Some(was);
        }
    }

    /// The name of the remote.
    pub(crate) fn remote_name(&self) -> &str {
        &self.remote.name
    }

    /// Ends `claim` on `issue` at the remote, with the next publication of a tracker that
    /// does not show it.
    pub(crate) fn will_end(&mut self, issue: IssueId, claim: ClaimId) {
        self.released.insert(issue, claim);
    }

    /// The repository.
    pub(crate) fn repo(&self) -> &'a Repo {
        self.repo
    }

    /// Whether the remote was asked for all that it has in this conversation.
    pub(crate) fn has_asked_for_all(&self) -> bool {
        self.asked_for_all
    }

    /// Whether the claim records that the remote is known to have are those it has now, or had
    /// a moment ago.
    pub(super) fn knows_all_records(&self) -> bool {
        self.asked_for_all || self.is_fresh(Wanted::All)
    }

    /// Whether the remote was asked for what is `wanted` a moment ago.
    pub(super) fn is_fresh(&self, wanted: Wanted) -> bool {
        let last = match wanted {
            Wanted::All => self.repo.last_fetch(&self.remote.name),
            Wanted::Tracker => self.repo.last_fetch_of_tracker(&self.remote.name),
        };
        let age = last.and_then(|last| (self.jit.context().now() - last).to_std().ok());
        age.is_some_and(|age| age < FRESH)
    }

    /// The claim record of `issue` that the remote last had.
    pub(crate) fn record_of(&self, issue: IssueId) -> Option<CommitId> {
        self.repo.tracking_claim(&self.remote.name, issue)
    }

    /// Notes which claim records the remote has, after it took some of `specs`.
    pub(crate) fn note_records(&self, specs: &[PushSpec], answers: &[Pushed]) -> Result<(), Error> {
        let there = self.repo.remote_claims_prefix();
        let here = Repo::tracking_claims_prefix(&self.remote.name);
        let taken = specs.iter().zip(answers).filter(|(_, answer)| **answer == Pushed::Done);
        let records = taken.filter_map(|(spec, _)| {
            let issue = spec.name.strip_prefix(&there)?;
            Some((format!("{here}{issue}"), spec.to))
        });
        self.note(&records.collect::<Vec<_>>())
    }

    /// Whether the remote's tracker, as far as it came since `before`, tells that `claim` was
    /// released.
    pub(crate) fn was_released(&self, claim: ClaimId, before: Option<CommitId>) -> Result<bool, Error> {
        match self.tracking_main() {
            Some(now) if Some(now) != before => {
                let claims = BTreeSet::from([claim]);
                Ok(!self.repo.released_claims(now, before, &claims)?.is_empty())
            }
            _ => Ok(false),
        }
    }

    /// Writes the record of a claim, to be pushed.
    pub(crate) fn write_record(
        &self,
        issue: IssueId,
        claim: &Claim,
        previous: Option<CommitId>,
    ) -> Result<CommitId, Error> {
        Ok(self.repo.write_claim_record(issue, claim, previous, self.jit.context().now())?)
    }

    /// Pushes, each reference for itself.
    pub(crate) fn push(&self, specs: &[PushSpec]) -> Result<Vec<Pushed>, Error> {
        Ok(self.transport.push(specs, false)?)
    }

    /// The error for a reference that the remote would not take.
    pub(crate) fn refused(&self, spec: &PushSpec, reason: String) -> Error {
        self.transport.refused(spec, reason).into()
    }

    /// What may go along with any push, each for itself: the tracker, if it tells that work
    /// was finished for which others may wait, and claims that the remote's tracker already
    /// shows to be over. A tracker that only tells of claims would be in others' way for
    /// nothing: the records of claims tell that already. One that shows claims which the
    /// remote has not granted must wait until they are settled.
    pub(crate) fn what_else(&self) -> Result<Vec<PushSpec>, Error> {
        let mut specs = Vec::new();
        let tip = self.repo.tip()?;
        let tells = self.tracking_main() != Some(tip) && !self.claims_that_are_over(tip)?.is_empty();
        if tells && !self.has_unsettled_claims()? {
            specs.extend(self.main_spec(tip)?);
        }
        let over = self.claims_known_to_be_over()?;
        specs.extend(over.into_iter().map(|(issue, record)| self.give_up_spec(issue, record)));
        Ok(specs)
    }

    /// Whether the remote is known to have all that is here, and no claim of this clone that
    /// is over.
    pub(crate) fn is_published(&self) -> Result<bool, Error> {
        let tip = self.repo.tip()?;
        Ok(self.tracking_main() == Some(tip) && self.claims_that_are_over(tip)?.is_empty())
    }

    /// Ends the conversation: what came, what went, and what is left to publish.
    pub(crate) fn finish(mut self) -> Result<Synced, Error> {
        if !self.is_told {
            return Ok(std::mem::take(&mut self.report));
        }
        if self.report.dry_run {
            self.foresee()?;
            return Ok(std::mem::take(&mut self.report));
        }
        let now = Snapshot::try_current(self.repo)?;
        if let Some(now) = &now {
            let at = |commit| Snapshot::at(self.repo, commit);
            let (start, upstream) = (self.start.map(at).transpose()?, self.upstream.map(at).transpose()?);
            let went = self.report.pushed.as_ref().map(|_| (upstream.as_ref(), now));
            self.report.issues = report::changed_issues(Some((start.as_ref(), now)), went);
            let known = self.tracking_main();
            self.report.unpublished = self.repo.count_commits(now.commit(), known)?;
        }
        Ok(std::mem::take(&mut self.report))
    }

    /// Tells what would come and go.
    fn foresee(&mut self) -> Result<(), Error> {
        let upstream = self.upstream.map(|commit| Snapshot::at(self.repo, commit)).transpose()?;
        let local = Snapshot::try_current(self.repo)?;
        let base = match (&upstream, &local) {
            (Some(upstream), Some(local)) => match self.rewound_from {
                None => self.repo.merge_base(upstream.commit(), local.commit())?,
                was => was,
            },
            _ => None,
        };
        let snapshot = base.map(|commit| Snapshot::at(self.repo, commit)).transpose()?;
        let moves = |from: Option<&Snapshot<'_>>, to: Option<&Snapshot<'_>>| match to {
            Some(to) if Some(to.commit()) != base => {
                let from = from.map(Snapshot::commit);
                let commits = self.repo.count_commits(to.commit(), base)?;
                Ok(Some(Moved { from, to: to.commit(), commits }))
            }
            _ => Ok::<_, Error>(None),
        };
        let pulls = self.report.direction != Direction::Push;
        let pulled = if pulls { moves(local.as_ref(), upstream.as_ref())? } else { None };
        let pushes = self.report.direction != Direction::Pull;
        let pushed = if pushes { moves(upstream.as_ref(), local.as_ref())? } else { None };
        let since_base = |to| (snapshot.as_ref(), to);
        let came = pulled.as_ref().and(upstream.as_ref()).map(since_base);
        let went = pushed.as_ref().and(local.as_ref()).map(since_base);
        self.report.issues = report::changed_issues(came, went);
        if let Some(local) = &local {
            self.report.unpublished = self.repo.count_commits(local.commit(), self.upstream)?;
        }
        (self.report.pulled, self.report.pushed) = (pulled, pushed);
        Ok(())
    }
}
