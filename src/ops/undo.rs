//! Taking changes back by a new one.

use std::collections::{BTreeMap, BTreeSet};

use super::mutate::{Chosen, Outcome, Reach};
use super::reading::Reading;
use super::{CommandExecutor, Error, shared};
use crate::merge::revert;
use crate::model::undo::{self, Reverted, Terms, Undone};
use crate::model::{AgentId, Claim, Draft, Hidden, IdPrefix, Issue, IssueId, Refusal, Stamp, State, Tracker};
use crate::store::{
    self, CommitId, EventFilter, Extent, Lineage, LoggedEvent, Repo, Revision, Scope, Snapshot,
};

/// Which changes are to be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UndoRequest {
    /// So many of the newest ones that the acting agent made.
    Newest(usize),
    /// The one that this event is part of: its id or the beginning of it, a commit's id, or a
    /// revision.
    Event(String),
}

/// A change that was taken back.
#[derive(Clone, Debug)]
pub struct UndoneChange {
    /// Its commit.
    pub commit: CommitId,
    /// Its events, in order.
    pub events: Vec<LoggedEvent>,
}

/// A change to be taken back.
struct Target {
    commit: CommitId,
    events: Vec<LoggedEvent>,
    before: Tracker,
    after: Tracker,
}

impl Target {
    fn ids(&self) -> BTreeSet<IssueId> {
        self.before.issues.keys().chain(self.after.issues.keys()).copied().collect()
    }

    /// What issues depended on and do not any more, which will be looked at for circles.
    fn restored(&self) -> BTreeSet<IssueId> {
        let still = |issue: &Issue, on: &IssueId| {
            self.after.issues.get(&issue.id).is_some_and(|after| after.dependencies.contains(on))
        };
        let issues = self.before.issues.values();
        let edges = issues.flat_map(|issue| issue.dependencies.iter().map(move |on| (issue, *on)));
        edges.filter(|(issue, on)| !still(issue, on)).map(|(_, on)| on).collect()
    }

    fn created(&self) -> Vec<IssueId> {
        self.after.issues.keys().filter(|id| !self.before.issues.contains_key(*id)).copied().collect()
    }

    /// The unfinished issues that it claimed, with those claims.
    fn claims(&self) -> Vec<(IssueId, Claim)> {
        let made = |(id, after): (&IssueId, &Issue)| {
            let before = self.before.issues.get(id)?;
            let is_new = |claim: &&Claim| before.claim.as_ref().is_none_or(|before| before.id != claim.id);
            let claim = after.claim.as_ref().filter(is_new)?;
            (!before.state.is_finished()).then(|| (*id, claim.clone()))
        };
        self.after.issues.iter().filter_map(made).collect()
    }

    /// What it was about, as it is in `tracker`. Where a claim that it made has just been
    /// `released`, that is as if it stood: it is taken back with the rest.
    fn part(&self, tracker: &Tracker, released: &BTreeMap<IssueId, Claim>) -> Tracker {
        let issues = self.ids().into_iter().filter_map(|id| Some((id, tracker.issues.get(&id)?.clone())));
        let mut part = Tracker {
            settings: tracker.settings.clone(),
            gates: tracker.gates.clone(),
            templates: tracker.templates.clone(),
            issues: issues.collect(),
            damaged: tracker.damaged.clone(),
            ..Tracker::default()
        };
        for (id, claim) in self.claims() {
            if let (Some(now), Some(after)) = (part.issues.get_mut(&id), self.after.issues.get(&id))
                && released.get(&id).is_some_and(|released| released.id == claim.id)
                && now.state == State::Open
                && now.claim.is_none()
            {
                (now.state, now.claim, now.assignee) =
                    (after.state, after.claim.clone(), after.assignee.clone());
            }
        }
        part
    }
}

impl CommandExecutor {
    /// Takes changes back by one new commit: what they did is undone, and what was changed since
    /// stands. It is refused where both cannot be.
    pub fn undo(&self, request: &UndoRequest) -> Result<Outcome<Vec<UndoneChange>>, Error> {
        self.check_present()?;
        let repo = self.storage.open()?;
        let targets = self.targets(&repo, request)?;
        let is_shared = repo.shared_remote()?.is_some();
        let released = self.release_before_undo(&repo, &targets)?;
        let terms = Terms { is_shared, is_begun: !released.is_empty() };
        let choose = |reading: &Reading<'_, '_>, _: &[IssueId]| Ok(chosen(reading, &targets));
        let reach = Reach::Chosen(Extent::All, &choose);
        let mut outcome =
            self.mutate(None, &[], reach, |draft, _| take_back(draft, &targets, terms, &released))?;
        outcome.changed |= !released.is_empty();
        let undone = |target: Target| UndoneChange { commit: target.commit, events: target.events };
        outcome.ids = targets.iter().flat_map(Target::ids).collect::<BTreeSet<_>>().into_iter().collect();
        Ok(outcome.map(|()| targets.into_iter().map(undone).collect()))
    }

    /// To take back a claim is to release it, which a shared remote must know: releases what the
    /// acting agent still holds. The claims that were.
    fn release_before_undo(
        &self,
        repo: &Repo,
        targets: &[Target],
    ) -> Result<BTreeMap<IssueId, Claim>, Error> {
        let none = BTreeMap::new();
        let Some(remote) = self.settling_remote(repo)? else { return Ok(none) };
        let snapshot = Snapshot::current(repo)?;
        let stamp = Stamp { by: self.acting(repo, None), at: self.context.now() };
        let claims: BTreeMap<IssueId, Claim> = targets.iter().flat_map(Target::claims).collect();
        let now = snapshot.load(&Scope::Exactly(claims.keys().copied().collect()));
        let stands = |id: &IssueId, claim: &Claim| {
            let held = now.issues.get(id).and_then(|issue| issue.claim.as_ref());
            claim.by == stamp.by && held.is_some_and(|held| held.id == claim.id)
        };
        let standing: BTreeMap<_, _> = claims.into_iter().filter(|(id, claim)| stands(id, claim)).collect();
        if standing.is_empty() {
            return Ok(none);
        }
        // Nothing is released for a change that then cannot be taken back.
        let chosen = chosen(&self.read_stored(&snapshot, Extent::All), targets);
        let mut tracker = snapshot.load(&Scope::Issues([chosen.ids, chosen.also].concat()));
        tracker.holds = shared::holds(repo);
        tracker.holds.retain(|id, hold| standing.get(id).is_none_or(|claim| claim.id != hold.id));
        let terms = Terms { is_shared: true, is_begun: true };
        take_back(&mut Draft::new(tracker, stamp), targets, terms, &BTreeMap::new())?;
        for (id, claim) in &standing {
            let outcome = self.release_shared(repo, &remote, *id, Some(claim), Some("undone"))?;
            self.warn(outcome.warnings);
        }
        Ok(standing)
    }

    /// The changes that are meant, newest first.
    fn targets(&self, repo: &Repo, request: &UndoRequest) -> Result<Vec<Target>, Error> {
        let lineage = Lineage::new(repo)?;
        let tip = repo.tip()?;
        let commits = match request {
            UndoRequest::Newest(count) => newest(repo, &lineage, tip, *count, &self.acting(repo, None))?,
            UndoRequest::Event(typed) => vec![named(repo, tip, typed)?],
        };
        commits.into_iter().map(|commit| target(repo, &lineage, commit)).collect()
    }
}

/// The newest changes of an agent, without merges.
fn newest(
    repo: &Repo,
    lineage: &Lineage<'_>,
    tip: CommitId,
    count: usize,
    by: &AgentId,
) -> Result<Vec<CommitId>, Error> {
    let filter = EventFilter { actor: Some(by.to_string()), ..EventFilter::default() };
    let (mut found, mut failure) = (Vec::new(), None);
    repo.find_events(tip, &filter, |event| {
        if found.last() != Some(&event.commit) {
            match lineage.step(event.commit) {
                Ok(step) if step.parents.as_ref().is_none_or(|parents| parents.len() == 1) => {
                    found.push(event.commit);
                }
                Ok(_) => {}
                Err(error) => failure = Some(error),
            }
        }
        found.len() < count && failure.is_none()
    })?;
    match failure {
        Some(error) => Err(error.into()),
        None if found.len() < count => {
            Err(Refusal::NothingToUndo { by: by.clone(), found: found.len() }.into())
        }
        None => Ok(found),
    }
}

/// The commit that somebody named by an event, or by itself.
fn named(repo: &Repo, tip: CommitId, typed: &str) -> Result<CommitId, Error> {
    let prefix = IdPrefix::parse(typed).ok();
    let of_event = prefix.as_ref().map(|prefix| with_event(repo, tip, prefix)).transpose()?.flatten();
    let itself = Revision::parse(typed).map(|revision| in_history(repo, tip, &revision)).transpose();
    let not_found = || Refusal::EventNotFound { typed: typed.to_owned() };
    match (of_event, itself.map(Option::flatten)) {
        (Some(one), Ok(Some(other))) if one != other => Err(ambiguous(typed)),
        (Some(commit), _) | (None, Ok(Some(commit))) => Ok(commit),
        // What looked like the id of an event is none of a commit either.
        (None, Err(Error::Store(store::Error::NoSuchMoment { .. }))) if prefix.is_some() => {
            Err(not_found().into())
        }
        (None, Err(error)) => Err(error),
        (None, Ok(None)) => Err(not_found().into()),
    }
}

/// The commit of the event whose id begins with `prefix`, if there is one.
fn with_event(repo: &Repo, tip: CommitId, prefix: &IdPrefix) -> Result<Option<CommitId>, Error> {
    let mut found: Option<LoggedEvent> = None;
    let mut is_ambiguous = false;
    repo.find_events(tip, &EventFilter::default(), |event| {
        if prefix.matches(IssueId::new(event.id)) {
            is_ambiguous = found.as_ref().is_some_and(|found| found.commit != event.commit);
            found = Some(event);
        }
        let is_found = found.is_some() && prefix.is_whole();
        !is_ambiguous && !is_found
    })?;
    if is_ambiguous { Err(ambiguous(prefix.as_str())) } else { Ok(found.map(|event| event.commit)) }
}

fn ambiguous(typed: &str) -> Error {
    Refusal::invalid("event", format!("several ids begin with {typed:?}; type more digits")).into()
}

/// The commit that `revision` names, if it is in the history of `tip`.
fn in_history(repo: &Repo, tip: CommitId, revision: &Revision) -> Result<Option<CommitId>, Error> {
    let commit = repo.find_revision(revision)?;
    Ok((repo.merge_base(tip, commit)? == Some(commit)).then_some(commit))
}

/// What a commit did, if it can be taken back at all.
fn target(repo: &Repo, lineage: &Lineage<'_>, commit: CommitId) -> Result<Target, Error> {
    let step = lineage.step(commit)?;
    let refused =
        |reason: &str| Refusal::NotUndoable { commit: short(commit), reasons: vec![reason.to_owned()] };
    let parent = match step.parents.as_deref() {
        None => return Err(refused("this clone is shallow, and what was before it is not here").into()),
        Some([]) => return Err(refused("it made the tracker").into()),
        Some([parent]) => *parent,
        Some(_) => {
            let reason = "it is a merge; what it brought can be undone change by change";
            return Err(refused(reason).into());
        }
    };
    let (before, after) = (Snapshot::at(repo, parent)?, Snapshot::at(repo, commit)?);
    let scope = Scope::Exactly(before.changed_issues(&after).into_iter().collect());
    let (before, after) = (before.load(&scope), after.load(&scope));
    let mut damaged = before.damaged.iter().chain(&after.damaged);
    if let Some(damage) = damaged.find(|damage| damage.hides != Hidden::Nothing) {
        return Err(refused(&format!("{} cannot be read: {}", damage.path, damage.reason)).into());
    }
    Ok(Target { commit, events: step.events, before, after })
}

/// The issues that taking `targets` back reads.
fn chosen(reading: &Reading<'_, '_>, targets: &[Target]) -> Chosen {
    let ids: BTreeSet<IssueId> = targets.iter().flat_map(Target::ids).collect();
    let restored: BTreeSet<IssueId> = targets.iter().flat_map(Target::restored).collect();
    let created: Vec<IssueId> = targets.iter().flat_map(Target::created).collect();
    let mut also: BTreeSet<IssueId> = restored.iter().flat_map(|id| reading.view().upstream(*id)).collect();
    also.extend(restored);
    if !created.is_empty() {
        also.extend(reading.view().dependents(&created));
    }
    Chosen { ids: ids.into_iter().collect(), also: also.into_iter().collect() }
}

/// Takes `targets` back. Claims that they made and that were `released` for it already are among it.
fn take_back(
    draft: &mut Draft,
    targets: &[Target],
    terms: Terms,
    released: &BTreeMap<IssueId, Claim>,
) -> Result<(), Refusal> {
    let mut undone = Undone::default();
    for target in targets {
        let damaged = target.ids().into_iter().find(|id| draft.tracker().damage_of(*id).is_some());
        damaged.map_or(Ok(()), |id| draft.issue(id).map(drop))?;
        let now = target.part(draft.tracker(), released);
        let merged = revert::revert(&target.before, &target.after, &now).map_err(|obstacles| {
            let reasons = obstacles.iter().map(ToString::to_string).collect();
            Refusal::NotUndoable { commit: short(target.commit), reasons }
        })?;
        let reverted = Reverted {
            issues: merged.issues,
            removed_issues: merged.removed_issues,
            gates: merged.gates,
            templates: merged.templates,
            settings: merged.settings,
        };
        undo::apply(draft, &target.commit.to_string(), reverted, terms, &mut undone)?;
    }
    undo::record(draft, &undone)?;
    draft.summarize("change_undone", "undo");
    Ok(())
}

fn short(commit: CommitId) -> String {
    commit.to_hex_with_len(10).to_string()
}
