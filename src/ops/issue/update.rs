//! Changing issues, one or many at once.

use std::collections::BTreeSet;

use crate::model::query::Filter;
use crate::model::refusal::rfc3339;
use crate::model::state::{StateRequest, Status};
use crate::model::update::{self, Update};
use crate::model::{ClaimId, Draft, IdPrefix, IssueId, Refusal, State, Tracker, transition};
use crate::ops::mutate::{Chosen, Outcome, Reach, resolve};
use crate::ops::reading::Reading;
use crate::ops::{CommandExecutor, Error};
use crate::store::{EventFilter, Extent, Scope, Snapshot};

/// Which issues are changed.
#[derive(Clone, Debug)]
pub enum Target {
    /// These.
    Issues(Vec<IdPrefix>),
    /// All that the filter admits; its text is for the log.
    Filter(Filter, String),
}

impl CommandExecutor {
    /// Applies `update` to all of `target` in one commit, or to none. The value lists the
    /// issues that were to be done and are gated instead, each as the refusal that says
    /// which gates are pending; what could be stored was.
    pub fn update(&self, target: &Target, update: &Update) -> Result<Outcome<Vec<Refusal>>, Error> {
        if update.state == Some(StateRequest::Status(Status::InProgress)) {
            self.claim_before_start(target, update)?;
        }
        let lost = if update.wants_done() { self.settle_before_end(target)? } else { BTreeSet::new() };
        let released = self.release_before_opening(target, update)?;
        let mut outcome = match target {
            Target::Issues(prefixes) if update.add_dependencies.is_empty() => {
                self.mutate(None, prefixes, Reach::Named, |draft, ids| {
                    let gated = self.update_all(draft, ids, update)?;
                    draft.summarize("issue_updated", "ids");
                    Ok((ids.to_vec(), gated))
                })
            }
            Target::Issues(prefixes) => {
                // The path that would close a circle runs through what the new ones need.
                let all = [prefixes.as_slice(), &update.add_dependencies].concat();
                self.mutate(None, &all, Reach::Closure, |draft, all| {
                    let ids = among(all, prefixes);
                    let gated = self.update_all(draft, &ids, update)?;
                    draft.summarize("issue_updated", "ids");
                    Ok((ids, gated))
                })
            }
            Target::Filter(filter, text) => {
                let choose = |reading: &Reading<'_, '_>, _: &[IssueId]| {
                    Ok(Chosen { ids: reading.select(filter, |_| true, None), also: Vec::new() })
                };
                self.mutate(None, &[], Reach::Chosen(Extent::All, &choose), |draft, ids| {
                    let gated = self.update_all(draft, ids, update)?;
                    draft.summarize("issue_updated", text);
                    Ok((ids.to_vec(), gated))
                })
            }
        }?;
        outcome.ids = std::mem::take(&mut outcome.value.0);
        outcome.changed |= released;
        if update.wants_done() && !outcome.changed {
            let untold = outcome.ids.iter().copied().filter(|id| !lost.contains(id));
            let told = self.finished_by_others(untold.collect())?;
            outcome.warnings.extend(told);
        }
        Ok(outcome.map(|(_, gated)| gated))
    }

    /// Starting is claiming, which a shared remote decides: claims what is not held yet.
    fn claim_before_start(&self, target: &Target, update: &Update) -> Result<(), Error> {
        let repo = self.storage.open()?;
        if self.settling_remote(&repo)?.is_none() {
            return Ok(());
        }
        let (tracker, ids) = self.targeted(&Snapshot::current(&repo)?, target)?;
        let agent = update.assignee.clone().flatten();
        for id in ids {
            let issue = tracker.issue(id)?;
            let is_expired = issue.claim.as_ref().is_some_and(|claim| tracker.is_expired(claim));
            // Of everything else the update itself says more.
            if issue.state == State::Open || is_expired {
                self.claim(&IdPrefix::of(id), agent.clone(), None)?;
            }
        }
        Ok(())
    }

    /// The issues that `target` names, and the part of the tracker that decisions on them need.
    fn targeted(&self, snapshot: &Snapshot<'_>, target: &Target) -> Result<(Tracker, Vec<IssueId>), Error> {
        let ids = match target {
            Target::Issues(prefixes) => resolve(snapshot, prefixes)?,
            Target::Filter(filter, _) => {
                self.read_stored(snapshot, Extent::All).select(filter, |_| true, None)
            }
        };
        let mut tracker = snapshot.load(&Scope::Issues(ids.clone()));
        tracker.as_of = self.context.now();
        Ok((tracker, ids))
    }

    /// Opening what is held is releasing it, which a shared remote must know: releases what
    /// may be opened as asked. Whether there was any.
    fn release_before_opening(&self, target: &Target, update: &Update) -> Result<bool, Error> {
        let Some(to @ (StateRequest::Open | StateRequest::Status(Status::Ready | Status::Backlog))) =
            update.state
        else {
            return Ok(false);
        };
        let repo = self.storage.open()?;
        let Some(remote) = self.settling_remote(&repo)? else { return Ok(false) };
        let (tracker, ids) = self.targeted(&Snapshot::current(&repo)?, target)?;
        let holds = repo.holds(&remote.name);
        let is_held = |id: &IssueId| {
            let Some(issue) = tracker.issues.get(id).filter(|issue| !issue.state.is_finished()) else {
                return false;
            };
            let fits = match to {
                StateRequest::Status(Status::Ready) => tracker.blockers(issue).is_empty(),
                StateRequest::Status(Status::Backlog) => tracker.is_blocked(issue),
                _ => true,
            };
            fits && (issue.claim.is_some() || holds.contains_key(id))
        };
        let held: Vec<IssueId> = ids.into_iter().filter(is_held).collect();
        held.iter().try_for_each(|id| self.release(&IdPrefix::of(*id), None).map(drop))?;
        Ok(!held.is_empty())
    }

    /// Settles what is to end: learns who was first or took over since, and records claims of
    /// the acting agent that were cut short after the remote had granted them. Without an
    /// answer it goes on with what is known. A program that finishes what nobody holds claims
    /// it first, so that no two programs finish it. The issues whose claims turned out to be
    /// lost, which is told already.
    fn settle_before_end(&self, target: &Target) -> Result<BTreeSet<IssueId>, Error> {
        let Target::Issues(prefixes) = target else { return Ok(BTreeSet::new()) };
        let repo = self.storage.open()?;
        let Some(remote) = self.settling_remote(&repo)? else { return Ok(BTreeSet::new()) };
        let snapshot = Snapshot::current(&repo)?;
        let ids = resolve(&snapshot, prefixes)?;
        let tracker = snapshot.load(&Scope::Exactly(ids.clone()));
        let holds = repo.holds(&remote.name);
        let actor = self.acting(&repo, None);
        let is_at_stake = |id: &IssueId| {
            let Some(issue) = tracker.issues.get(id) else { return false };
            let may_be_free = issue.state == State::Open && !actor.is_human();
            may_be_free || holds.contains_key(id) || issue.claim.is_some()
        };
        if !ids.iter().any(is_at_stake) {
            return Ok(BTreeSet::new());
        }
        let lost = match self.settle_with(&repo, &remote) {
            Err(error) if !error.may_pass() => return Err(error),
            settled => settled.unwrap_or_default(),
        };
        let (holds, clone) = (repo.holds(&remote.name), repo.known_clone_id());
        let tracker = Snapshot::current(&repo)?.load(&Scope::Issues(ids.clone()));
        for id in ids {
            let issue = tracker.issue(id)?;
            let is_to_be_claimed = match holds.get(&id) {
                Some(hold) => hold.clone == clone && hold.by == actor,
                // Of what blocks it the update itself says more.
                None => !actor.is_human() && !tracker.is_blocked(issue),
            };
            if issue.state == State::Open && is_to_be_claimed {
                self.claim(&IdPrefix::of(id), None, None)?;
            }
        }
        Ok(lost)
    }

    /// What whoever wants to finish `ids`, and changed nothing, must know: who was first.
    fn finished_by_others(&self, ids: Vec<IssueId>) -> Result<Vec<String>, Error> {
        let repo = self.storage.open()?;
        let (tip, actor) = (repo.tip()?, self.acting(&repo, None));
        let mut told = Vec::new();
        for id in ids {
            let (types, issue) = (vec!["issue_completed".to_owned()], Some(IdPrefix::of(id)));
            let filter = EventFilter { types, issue, ..EventFilter::default() };
            repo.find_events(tip, &filter, |event| {
                if event.actor != actor.as_str() {
                    let (by, at) = (&event.actor, rfc3339(&event.timestamp));
                    told.push(format!("{by} has finished {} already, at {at}", id.short()));
                }
                false
            })?;
        }
        Ok(told)
    }

    fn update_all(
        &self,
        draft: &mut Draft,
        ids: &[IssueId],
        update: &Update,
    ) -> Result<Vec<Refusal>, Refusal> {
        let mut gated = Vec::new();
        for id in ids {
            update::update(draft, *id, update, || ClaimId::new(self.context.new_id()))?;
            if update.wants_done() {
                let gates = transition::pending_gates(draft, *id)?;
                if !gates.is_empty() {
                    gated.push(Refusal::GatesPending { issue: *id, gates });
                }
            }
        }
        Ok(gated)
    }
}

/// Those of `ids` that `prefixes` name, in their order.
fn among(ids: &[IssueId], prefixes: &[IdPrefix]) -> Vec<IssueId> {
    let known: BTreeSet<IssueId> = ids.iter().copied().collect();
    let find = |prefix: &IdPrefix| prefix.resolve_within(|range| known.range(range).copied()).ok();
    let mut named: BTreeSet<IssueId> = prefixes.iter().filter_map(find).collect();
    ids.iter().copied().filter(|id| named.remove(id)).collect()
}
