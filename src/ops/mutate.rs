//! The one loop that changes a tracker: take the turn, read, decide, store; again if
//! another program moved the tracker in between.

use std::collections::BTreeSet;
use std::time::Duration;

use uuid::Uuid;

use super::context::RemoteUse;
use super::reading::Reading;
use super::{CommandExecutor, Error, shared};
use crate::model::refusal::rfc3339;
use crate::model::{
    AgentId, Change, Claim, Draft, EventKind, IdPrefix, Issue, IssueId, NewEvent, Refusal, Stamp, State,
    Tracker,
};
use crate::store::{self, Extent, Repo, RepoLock, Resolver, Scope, Snapshot, Swap};

/// Attempts before a mutation gives up. jit's own processes take turns, so only plain git
/// (a fetch, an `update-ref`) can make one lose.
pub(super) const ATTEMPTS: u32 = 12;

/// What a mutation did.
#[derive(Debug)]
pub struct Outcome<T = ()> {
    /// What the operation says of it.
    pub value: T,
    /// The issues it was asked about, in order.
    pub ids: Vec<IssueId>,
    /// The part of the tracker that was read, after the change: at least those issues and
    /// their direct dependencies.
    pub tracker: Tracker,
    /// Words for the person who asked.
    pub warnings: Vec<String>,
    /// Whether anything was stored; false if all was as asked already.
    pub changed: bool,
    /// Whether it only counts once a shared remote knows.
    pub(super) must_be_settled: bool,
    /// Whether it may have ended claims.
    pub(super) ends_claims: bool,
    /// The issues that were written.
    pub(super) stored: Vec<IssueId>,
}

impl<T> Outcome<T> {
    /// The same, saying something else.
    pub(super) fn map<U>(self, value: impl FnOnce(T) -> U) -> Outcome<U> {
        Outcome {
            value: value(self.value),
            ids: self.ids,
            tracker: self.tracker,
            warnings: self.warnings,
            changed: self.changed,
            must_be_settled: self.must_be_settled,
            ends_claims: self.ends_claims,
            stored: self.stored,
        }
    }

    /// The issues it was asked about, as they are now; without those it deleted.
    pub fn issues(&self) -> impl Iterator<Item = &Issue> {
        self.ids.iter().filter_map(|id| self.tracker.issues.get(id))
    }
}

/// How much of the tracker a decision reads besides the registry. What it reads comes from the
/// objects; only the choice of issues relies on what is cached.
#[derive(Clone, Copy)]
pub(super) enum Reach<'a> {
    /// The named issues and their direct dependencies.
    Named,
    /// The named issues and all they depend on.
    Closure,
    /// Issues chosen by [`Choose`], with a look at so much of the tracker, and their direct
    /// dependencies.
    Chosen(Extent, &'a Choose<'a>),
    /// Everything.
    All,
}

/// Chooses issues, given those that were named.
pub(super) type Choose<'a> = dyn Fn(&Reading<'_, '_>, &[IssueId]) -> Result<Chosen, Refusal> + 'a;

/// What was chosen.
pub(super) struct Chosen {
    /// The issues that the decision is about, in place of those that were named.
    pub(super) ids: Vec<IssueId>,
    /// Issues that it changes or looks at besides.
    pub(super) also: Vec<IssueId>,
}

impl CommandExecutor {
    /// Lets `decide` change the tracker, then tells the remote where it must know at once.
    /// `decide` is given the issues that `prefixes` name, and may be called several times,
    /// each time with the tracker as it is then.
    pub(super) fn mutate<T>(
        &self,
        actor: Option<AgentId>,
        prefixes: &[IdPrefix],
        reach: Reach<'_>,
        decide: impl FnMut(&mut Draft, &[IssueId]) -> Result<T, Refusal>,
    ) -> Result<Outcome<T>, Error> {
        let mut outcome = self.mutate_here(actor, prefixes, reach, decide)?;
        if outcome.changed {
            self.tell_remote(&mut outcome)?;
        }
        outcome.warnings.extend(self.take_warnings());
        Ok(outcome)
    }

    /// Lets `decide` change the tracker of this clone.
    pub(super) fn mutate_here<T>(
        &self,
        actor: Option<AgentId>,
        prefixes: &[IdPrefix],
        reach: Reach<'_>,
        mut decide: impl FnMut(&mut Draft, &[IssueId]) -> Result<T, Refusal>,
    ) -> Result<Outcome<T>, Error> {
        self.check_present()?;
        let mut repo = self.storage.open()?;
        if matches!(reach, Reach::All) {
            repo.prepare_bulk_read();
        }
        let actor = self.acting(&repo, actor);
        // Before taking the turn: a repository without a tracker is not written to at all.
        let mut early = Some(Snapshot::current(&repo)?);
        let turn = RepoLock::acquire(&repo)?;
        let mut seen = None;
        for attempt in 0..ATTEMPTS {
            back_off(attempt, self.context.new_id());
            self.context.check_wanted()?;
            let snapshot = match early.take() {
                Some(early) if repo.try_tip()? == Some(early.commit()) => early,
                _ => Snapshot::current(&repo)?,
            };
            let mut ids = resolve(&snapshot, prefixes)?;
            let scope = match reach {
                Reach::Named => Scope::Issues(ids.clone()),
                Reach::Closure => Scope::Closure(ids.clone()),
                Reach::All => Scope::All,
                Reach::Chosen(extent, choose) => {
                    let chosen = choose(&self.read_stored(&snapshot, extent), &ids)?;
                    ids = chosen.ids;
                    Scope::Issues([ids.as_slice(), &chosen.also].concat())
                }
            };
            let stamp = Stamp { by: actor.clone(), at: self.context.now() };
            let mut tracker = snapshot.load(&scope);
            tracker.holds = shared::holds(&repo);
            let holds = tracker.holds.clone();
            let claims = claims(&tracker);
            shared::mark_given_up(&repo, &holds, &mut tracker);
            let mut draft = Draft::new(tracker, stamp);
            let value = decide(&mut draft, &ids)?;
            let finished = draft.finish();
            let mut outcome = Outcome {
                value,
                ids,
                tracker: finished.tracker,
                warnings: finished.warnings,
                changed: finished.change.is_some(),
                must_be_settled: finished.change.as_ref().is_some_and(releases),
                ends_claims: finished.change.as_ref().is_some_and(ends_claims),
                stored: finished
                    .change
                    .iter()
                    .flat_map(|change| &change.issues)
                    .map(|issue| issue.id)
                    .collect(),
            };
            let Some(change) = finished.change else { return Ok(outcome) };
            // Before it is stored, so that no claim is forgotten by the next sync.
            let to_settle = change.issues.iter().filter(|issue| is_to_be_settled(issue));
            to_settle.map(|issue| issue.id).try_for_each(|id| repo.note_claimed(id))?;
            match repo.store(&turn, Some(&snapshot), &change, || self.context.new_id())? {
                Swap::Moved { to, warnings } => {
                    drop(turn);
                    Self::tend(&repo, to);
                    outcome.warnings.extend(warnings);
                    outcome.warnings.extend(others_claims_ended(&claims, &change, &outcome.tracker, &actor));
                    shared::mark_provisional(&repo, &mut outcome.tracker);
                    let claimed = change.events.iter().filter(|event| is_claim(&event.kind));
                    if claimed
                        .filter_map(|event| event.issue)
                        .any(|id| outcome.tracker.provisional.contains(&id))
                    {
                        outcome.warnings.push(PROVISIONAL.to_owned());
                    }
                    let is_released = |event: &NewEvent| {
                        matches!(event.kind, EventKind::IssueReleased { .. })
                            && event.issue.is_some_and(|id| holds.contains_key(&id))
                    };
                    if self.context.remote_use() == RemoteUse::Offline
                        && change.events.iter().any(is_released)
                    {
                        outcome.warnings.push(RELEASED_HERE.to_owned());
                    }
                    return Ok(outcome);
                }
                Swap::Lost { actual } => seen = actual,
            }
        }
        let seen = seen.map_or("away".to_owned(), |commit| format!("to {commit}"));
        let reason =
            format!("another program moved {} {ATTEMPTS} times in a row, last {seen}", repo.ref_name());
        Err(store::Error::Contended { reason }.into())
    }

    /// The acting agent: as asked, else the context's, else the person git knows.
    pub(super) fn acting(&self, repo: &Repo, asked: Option<AgentId>) -> AgentId {
        asked
            .or_else(|| self.context.actor().cloned())
            .unwrap_or_else(|| AgentId::human(&repo.identity().name.unwrap_or_default()))
    }
}

/// Told of a claim that the remote does not know of.
pub(super) const PROVISIONAL: &str =
    "this claim is provisional: the next 'jit sync' tells whether another clone was first";

/// Told of a release that the remote was not to be told of.
const RELEASED_HERE: &str =
    "this release is provisional: nobody else can claim the issue before the next 'jit sync'";

fn is_claim(kind: &EventKind) -> bool {
    matches!(kind, EventKind::IssueClaimed { .. })
}

/// Whether a remote must hear of the claim on `issue`.
fn is_to_be_settled(issue: &Issue) -> bool {
    issue.claim.as_ref().is_some_and(|claim| claim.clone.is_some())
}

/// The claims that a tracker shows.
fn claims(tracker: &Tracker) -> Vec<(IssueId, Claim)> {
    tracker.issues.values().filter_map(|issue| Some((issue.id, issue.claim.clone()?))).collect()
}

/// What is told of the `claims` that `change`, made by `actor`, ended although others held them,
/// and would have held them on.
fn others_claims_ended(
    claims: &[(IssueId, Claim)],
    change: &Change,
    now: &Tracker,
    actor: &AgentId,
) -> Option<String> {
    let ends = |event: &&NewEvent| match event.kind {
        // Where it only waited for its gates, whoever held it had done all there was to do.
        EventKind::IssueCompleted { from } => from != State::Gated,
        EventKind::IssueReleased { .. }
        | EventKind::IssueRejected { .. }
        | EventKind::IssueStateChanged { .. }
        | EventKind::IssueDeleted { .. } => true,
        _ => false,
    };
    let at = change.stamp.at;
    let ended: BTreeSet<IssueId> =
        change.events.iter().filter(ends).filter_map(|event| event.issue).collect();
    let is_over = |id: &IssueId| now.issues.get(id).is_none_or(|issue| issue.claim.is_none());
    let skew = now.settings.claim_skew_secs;
    let mut lost = claims.iter().filter(|(id, claim)| {
        ended.contains(id) && claim.by != *actor && !claim.is_expired(at, skew) && is_over(id)
    });
    let (id, claim) = lost.next()?;
    let (by, since) = (&claim.by, rfc3339(&claim.at));
    Some(match lost.count() {
        0 => format!("this ended the claim of {by} on {}, held since {since}", id.short()),
        more => {
            format!("this ended the claim of {by} on {}, held since {since}, and {more} more", id.short())
        }
    })
}

/// Whether a change gives a claim up for others to take.
fn releases(change: &Change) -> bool {
    change.events.iter().any(|event| matches!(event.kind, EventKind::IssueReleased { .. }))
}

/// Whether a change may end a claim, or let it wait for others.
fn ends_claims(change: &Change) -> bool {
    let ends = |event: &NewEvent| {
        matches!(
            event.kind,
            EventKind::IssueReleased { .. }
                | EventKind::IssueCompleted { .. }
                | EventKind::IssueRejected { .. }
                | EventKind::IssueStateChanged { .. }
                | EventKind::Imported { .. }
                | EventKind::ChangeUndone { .. }
                | EventKind::Summary { .. }
        )
    };
    change.events.iter().any(ends)
}

/// The issues that `prefixes` name, in order, each once.
pub(super) fn resolve(snapshot: &Snapshot<'_>, prefixes: &[IdPrefix]) -> Result<Vec<IssueId>, Error> {
    let mut resolver = Resolver::new(snapshot);
    let mut seen = BTreeSet::new();
    let mut ids = Vec::with_capacity(prefixes.len());
    for prefix in prefixes {
        let id = resolver.resolve(prefix)??;
        if seen.insert(id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// Waits a little before a further attempt, longer each time and never in step with others.
pub(super) fn back_off(attempt: u32, random: Uuid) {
    if attempt > 0 {
        let jitter = u64::from(random.as_bytes()[0]) * 40;
        std::thread::sleep(Duration::from_micros(u64::from(attempt) * 2_000 + jitter));
    }
}
