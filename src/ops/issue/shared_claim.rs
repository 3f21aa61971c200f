//! Claims where the tracker is shared: the remote decides who was first.
//!
//! The record of the claim is pushed, which succeeds for one only; then it is looked again
//! at what the remote's tracker says of the issue; then the claim is recorded here like any
//! change. Cut short anywhere, the hold is the agent's to resume, or expires.

use uuid::Uuid;

use crate::model::hold::{self, Standing};
use crate::model::{
    AgentId, Claim, ClaimId, Draft, Holds, IdPrefix, IssueId, Refusal, Stamp, Timestamp, Tracker, claim,
};
use crate::ops::mutate::{Outcome, Reach};
use crate::ops::sync::{ROUNDS, Session};
use crate::ops::{CommandExecutor, Error, shared};
use crate::store::{CommitId, Remote, RemoteLock, Repo, Scope, Snapshot};
use crate::sync::{FetchRequest, Pushed, Wanted};

/// Attempts before a claim gives up: each means that another agent got an issue.
const ATTEMPTS: u32 = 32;

/// Who claims, and for how long.
#[derive(Clone, Debug)]
pub(super) struct SharedClaim {
    /// The agent; whoever acts where absent.
    pub(super) agent: Option<AgentId>,
    /// Seconds the claim lasts; as long as the project says where absent.
    pub(super) ttl_secs: Option<u64>,
}

/// Which issue is claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pick {
    /// A certain one.
    Named,
    /// Any that will do. Then it matters what all others hold, and if somebody is quicker,
    /// the next one is tried.
    Any,
}

impl Pick {
    /// What must be known of the remote.
    const fn wanted(self) -> Wanted {
        match self {
            Self::Named => Wanted::Tracker,
            Self::Any => Wanted::All,
        }
    }
}

/// What a choice is made from.
pub(super) struct Choice<'a> {
    pub(super) snapshot: &'a Snapshot<'a>,
    pub(super) holds: &'a Holds,
    pub(super) now: Timestamp,
    /// Tells this picker from those in other clones.
    pub(super) picker: &'a str,
}

/// Who attempts what.
#[derive(Clone, Copy)]
struct Claimant<'a> {
    request: &'a SharedClaim,
    actor: &'a AgentId,
    clone: Uuid,
    picker: &'a str,
    pick: Pick,
}

/// What became of an attempt.
enum Attempt {
    Claimed(Box<Outcome>),
    /// Somebody else was first, or the issue turned out not to be claimable.
    Missed(Refusal),
}

impl CommandExecutor {
    /// Claims the issue that `choose` names, at `remote` and then here.
    pub(super) fn claim_shared(
        &self,
        repo: &Repo,
        remote: &Remote,
        request: &SharedClaim,
        pick: Pick,
        mut choose: impl FnMut(&Choice<'_>) -> Result<(IssueId, Tracker), Error>,
    ) -> Result<Outcome, Error> {
        let actor = self.acting(repo, request.agent.clone());
        let turn = RemoteLock::acquire(repo)?;
        let mut session = Session::new(self, repo, remote, turn);
        session.refresh_if_older(pick.wanted())?;
        let clone = repo.clone_id(|| self.context.new_id())?;
        let picker = format!("{actor} {clone}");
        let mut missed = None;
        let mut flushed = false;
        let mut attempt = 0;
        while attempt < ATTEMPTS {
            self.context.check_wanted()?;
            let claimant = Claimant { request, actor: &actor, clone, picker: &picker, pick };
            let tried = self.try_to_claim(&mut session, &claimant, &mut choose);
            match tried {
                // What was known of the remote may be old: a no must be as of now.
                Err(Error::Refusal(_)) if !session.has_asked_for_all() => session.refresh()?,
                // What this clone has finished may be what everybody waits for.
                Err(Error::Refusal(Refusal::NothingToClaim { .. }))
                    if !flushed && !session.is_published()? =>
                {
                    flushed = true;
                    session.publish_all(ROUNDS)?;
                }
                Err(error) => return Err(error),
                Ok(Attempt::Claimed(mut outcome)) => {
                    outcome.warnings.extend(session.told());
                    return Ok(*outcome);
                }
                Ok(Attempt::Missed(refusal)) if pick == Pick::Any => missed = Some(refusal),
                // Somebody else was first, which the next attempt tells if it still is so.
                Ok(Attempt::Missed(Refusal::AlreadyClaimed { .. } | Refusal::ClaimContended { .. }))
                    if attempt == 0 => {}
                Ok(Attempt::Missed(refusal)) => return Err(refusal.into()),
            }
            attempt += 1;
        }
        match missed {
            Some(refusal) if pick == Pick::Named => Err(refusal.into()),
            _ => Err(Error::Contended { remote: remote.name.clone(), rounds: ATTEMPTS }),
        }
    }

    fn try_to_claim(
        &self,
        session: &mut Session<'_>,
        claimant: &Claimant<'_>,
        choose: &mut impl FnMut(&Choice<'_>) -> Result<(IssueId, Tracker), Error>,
    ) -> Result<Attempt, Error> {
        let Claimant { request, actor, clone, picker, pick } = *claimant;
        let repo = session.repo();
        let snapshot = Snapshot::current(repo)?;
        let holds = session.holds();
        let now = self.context.now();
        let (id, mut tracker) = choose(&Choice { snapshot: &snapshot, holds: &holds, now, picker })?;
        shared::mark_given_up(repo, &holds, &mut tracker);
        if tracker.given_up.contains(&id) {
            // The record is of a claim that ended here; it must be gone before a new one begins.
            session.publish_all(ROUNDS)?;
            return Ok(Attempt::Missed(self.missed(session, id)));
        }
        let mut draft = Draft::new(tracker, Stamp { by: actor.clone(), at: now });
        let fresh = ClaimId::new(self.context.new_id());
        let standing = hold::standing(&holds, draft.tracker(), id, actor, clone, now);
        let (claim, previous) = match standing {
            Standing::Held(held) => return Err(Refusal::held(draft.tracker(), id, held).into()),
            Standing::Own(own) => (own.id, None),
            Standing::Free => (fresh, None),
            Standing::Expired(_) => (fresh, session.record_of(id)),
        };
        let resumed = matches!(standing, Standing::Own(_));
        let asked =
            claim::Request { by: actor.clone(), claim, ttl_secs: request.ttl_secs, clone: Some(clone) };
        claim::claim(&mut draft, id, asked.clone())?;
        let wanted = draft.issue(id)?.claim.clone().expect("it was just claimed");
        repo.note_claimed(id)?;
        let before = session.tracking_main();
        if resumed || session.take(id, &wanted, previous)? {
            // What was not taken just now may be gone.
            let look = if resumed { Wanted::All } else { pick.wanted() };
            return self.record_claim(session, id, &asked, look, before);
        }
        session.refresh()?;
        Ok(Attempt::Missed(self.missed(session, id)))
    }

    /// Looks again at the issue, which nobody else can claim now, and records the claim.
    /// `before`: what the remote's tracker was known to be before the claim was there.
    fn record_claim(
        &self,
        session: &mut Session<'_>,
        id: IssueId,
        request: &claim::Request,
        look: Wanted,
        before: Option<CommitId>,
    ) -> Result<Attempt, Error> {
        if let Err(error) = session.refresh_only(look) {
            // Where the remote only does not answer, the hold stays, to be resumed.
            if !error.may_pass() {
                session.abandon(id, request.claim);
            }
            return Err(error);
        }
        if session.was_released(request.claim, before)? {
            session.refresh()?;
        }
        if session.hold(id).is_none_or(|hold| hold.id != request.claim) {
            return Ok(Attempt::Missed(self.missed(session, id)));
        }
        let actor = Some(request.by.clone());
        let recorded = self.mutate_here(actor, &[IdPrefix::of(id)], Reach::Named, |draft, ids| {
            claim::claim(draft, ids[0], request.clone())
        });
        match recorded {
            Ok(outcome) => Ok(Attempt::Claimed(Box::new(outcome))),
            Err(Error::Refusal(refusal)) => {
                session.give_up(id)?;
                Ok(Attempt::Missed(refusal))
            }
            Err(other) => Err(other),
        }
    }

    fn missed(&self, session: &Session<'_>, id: IssueId) -> Refusal {
        match session.hold(id) {
            Some(hold) => Refusal::already_claimed(id, &hold),
            None => Refusal::ClaimContended { issue: id },
        }
    }

    /// Extends a claim at `remote`, then here.
    pub(super) fn renew_shared(
        &self,
        repo: &Repo,
        remote: &Remote,
        issue: &IdPrefix,
        request: &SharedClaim,
        holder: Option<&AgentId>,
    ) -> Result<Outcome, Error> {
        let turn = RemoteLock::acquire(repo)?;
        let mut session = Session::new(self, repo, remote, turn);
        session.refresh()?;
        let snapshot = Snapshot::current(repo)?;
        let id = snapshot.resolve(issue)??;
        let stamp = Stamp { by: self.acting(repo, request.agent.clone()), at: self.context.now() };
        let mut tracker = snapshot.load(&Scope::Issues(vec![id]));
        tracker.holds = session.holds();
        shared::mark_given_up(repo, &session.holds(), &mut tracker);
        let mut draft = Draft::new(tracker, stamp);
        claim::renew(&mut draft, id, holder, request.ttl_secs)?;
        let renewed = draft.issue(id)?.claim.clone().expect("it was just renewed");
        match session.hold(id) {
            Some(hold) if hold.id != renewed.id => return Err(Refusal::already_claimed(id, &hold).into()),
            // Claimed before the tracker was shared, or in another way without a record.
            None if renewed.clone.is_none() => {}
            _ => {
                if !session.take(id, &renewed, session.record_of(id))? {
                    session.refresh()?;
                    return Err(self.missed(&session, id).into());
                }
            }
        }
        let expires = renewed.expires;
        let agent = request.agent.clone();
        let mut outcome = self.mutate_here(agent, &[IdPrefix::of(id)], Reach::Named, |draft, ids| {
            claim::renew_until(draft, ids[0], holder, expires)
        })?;
        outcome.warnings.extend(session.told());
        Ok(outcome)
    }
}

impl Session<'_> {
    /// Pushes the record of a claim; the remote must have `previous` still. Whether it did.
    /// What else is here goes along, if nobody published in between.
    fn take(&mut self, issue: IssueId, claim: &Claim, previous: Option<CommitId>) -> Result<bool, Error> {
        let record = self.write_record(issue, claim, previous)?;
        let hold = self.hold_spec(issue, record, previous);
        let mut specs = vec![hold];
        specs.extend(self.what_else()?);
        match self.push(&specs) {
            Ok(answers) => {
                self.note_records(&specs, &answers)?;
                match &answers[0] {
                    Pushed::Done => {
                        self.taken = Some(record);
                        Ok(true)
                    }
                    Pushed::Lost { .. } => Ok(false),
                    Pushed::Refused { reason } => Err(self.refused(&specs[0], reason.clone())),
                }
            }
            // No answer: only the remote knows.
            Err(error) => match self.fetch(FetchRequest::default()) {
                Ok(_) => match self.record_of(issue) {
                    Some(found) if found == record => Ok(true),
                    found if found != previous => Ok(false),
                    // As before: it never arrived.
                    _ => Err(error),
                },
                Err(_) => Err(error),
            },
        }
    }

    /// Gives up a claim of this clone that came to nothing, if the remote lets it.
    fn abandon(&mut self, issue: IssueId, claim: ClaimId) {
        let Some(record) = self.record_of(issue).or(self.taken) else { return };
        if self.repo().read_claim_record(issue, record).id == claim {
            // What fails here, the next sync tries again.
            self.give_up_now(issue, record).unwrap_or_default();
        }
    }

    /// Gives up at the remote whatever claim it has on record for `issue`.
    pub(super) fn give_up(&mut self, issue: IssueId) -> Result<(), Error> {
        let Some(record) = self.record_of(issue) else { return Ok(()) };
        if self.give_up_now(issue, record)? { Ok(()) } else { self.refresh() }
    }
}
