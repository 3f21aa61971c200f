//! Clones that work and sync in any order: nothing is lost, nothing is held twice, all end
//! up with the same sound tracker.

mod acts;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use self::acts::{Act, acts, apply, fresh, pick};
use super::ledger::{Ledger, Seen};
use super::{Holds, Merged, Sides, merge};
use crate::model::claim;
use crate::model::graph;
use crate::model::properties::{Step, decide};
use crate::model::testing::{agent, at, gate, id};
use crate::model::validate::{Problem, validate};
use crate::model::{
    ClaimId, Deletion, Draft, GateDefinition, GateStage, Issue, IssueId, Refusal, Stamp, State, Timestamp,
    Tracker,
};

const CLONES: usize = 3;

#[derive(Clone, Default)]
struct Workplace {
    tracker: Tracker,
    base: Tracker,
    /// How many syncs of any clone the base includes.
    syncs: usize,
    seen: Seen,
    /// What was deleted here since the last sync.
    deleted: BTreeMap<IssueId, Deletion>,
    /// Holds that the remote does not know of yet.
    provisional: Vec<(IssueId, Hold)>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Hold {
    claim: ClaimId,
    expires: Option<Timestamp>,
    /// The clone that has it.
    owner: usize,
}

/// The remote: a tracker, and the claim references.
struct World {
    remote: Tracker,
    remote_seen: Seen,
    /// How many syncs there were.
    syncs: usize,
    /// What was ever deleted and is gone; and how many syncs whoever deleted it knew.
    deleted: BTreeMap<IssueId, Vec<(usize, Deletion)>>,
    holds: BTreeMap<IssueId, Hold>,
    clones: Vec<Workplace>,
    ledger: Ledger,
}

impl World {
    fn new() -> Self {
        let mut remote = Tracker::default();
        for (key, stage) in [("design", GateStage::Pre), ("review", GateStage::Post)] {
            remote.gates.insert(gate(key), GateDefinition { stage, ..GateDefinition::default() });
        }
        let one = Workplace { tracker: remote.clone(), base: remote.clone(), ..Workplace::default() };
        let clones = vec![one; CLONES];
        Self {
            remote,
            remote_seen: Seen::new(),
            syncs: 0,
            deleted: BTreeMap::new(),
            holds: BTreeMap::new(),
            clones,
            ledger: Ledger::default(),
        }
    }

    fn play(acts: &[(usize, Act)]) -> Self {
        let mut world = Self::new();
        for (second, (clone, act)) in (0..).zip(acts) {
            world.act(*clone, act, second);
        }
        world
    }

    /// Does `act` in clone number `at_clone`; a refusal leaves everything as it was.
    fn act(&mut self, at_clone: usize, act: &Act, second: i64) {
        match act {
            Act::Sync => self.sync(at_clone, second),
            Act::Claim { issue, who, ttl, offline } => {
                let Some(n) = self.number(at_clone, *issue) else { return };
                self.claim(at_clone, n, (who, *ttl), *offline, second);
            }
            Act::Renew(n) => {
                let Some(n) = self.number(at_clone, *n) else { return };
                let issue = id(n);
                let before = self.claim_of(at_clone, issue);
                let Some(hold) = self.holds.get(&issue).copied() else { return };
                if Some(hold) == before
                    && self.mutate(at_clone, second, |draft| decide(draft, &Step::Renew(n), 0))
                {
                    let renewed = self.claim_of(at_clone, issue).expect("it was renewed");
                    self.holds.insert(issue, renewed);
                }
            }
            act => {
                let tracker = self.clones[at_clone].tracker.clone();
                let numbers: Vec<u128> = tracker.issues.keys().map(|id| id.uuid().as_u128() >> 96).collect();
                self.mutate(at_clone, second, |draft| apply(draft, act, &numbers, second));
            }
        }
    }

    fn number(&self, at_clone: usize, n: u128) -> Option<u128> {
        let numbers: Vec<u128> =
            self.clones[at_clone].tracker.issues.keys().map(|id| id.uuid().as_u128() >> 96).collect();
        pick(&numbers, n)
    }

    fn claim_of(&self, at_clone: usize, issue: IssueId) -> Option<Hold> {
        let claim = self.clones[at_clone].tracker.issues.get(&issue)?.claim.as_ref()?;
        Some(Hold { claim: claim.id, expires: claim.expires, owner: at_clone })
    }

    fn claim(
        &mut self,
        at_clone: usize,
        n: u128,
        (who, ttl): (&'static str, Option<u64>),
        offline: bool,
        second: i64,
    ) {
        let (issue, now) = (id(n), at(second));
        let fresh = fresh(second);
        let decision = |draft: &mut Draft| decide(draft, &Step::Claim(n, who, ttl), fresh);
        if offline {
            if self.mutate(at_clone, second, decision) {
                let hold = self.claim_of(at_clone, issue).expect("it was claimed");
                self.clones[at_clone].provisional.push((issue, hold));
            }
            return;
        }
        // Decide here, then take the reference, then look again with what the remote has.
        let before = self.clones[at_clone].tracker.clone();
        let held = self.holds.get(&issue).copied();
        let is_free = held.is_none_or(|hold| hold.expires.is_some_and(|expires| expires <= now));
        let mut draft = Draft::new(before, Stamp { by: agent("tester"), at: now });
        if !is_free || decision(&mut draft).is_err() {
            return;
        }
        self.sync(at_clone, second);
        let seen_still = self.holds.get(&issue).copied();
        if seen_still.is_none_or(|hold| Some(hold) == held) && self.mutate(at_clone, second, decision) {
            let hold = self.claim_of(at_clone, issue).expect("it was claimed");
            self.holds.insert(issue, hold);
        }
    }

    /// Whether the mutation was accepted.
    fn mutate(
        &mut self,
        at_clone: usize,
        second: i64,
        decide: impl FnOnce(&mut Draft) -> Result<(), Refusal>,
    ) -> bool {
        let clone = &mut self.clones[at_clone];
        let mut draft = Draft::new(clone.tracker.clone(), Stamp { by: agent("tester"), at: at(second) });
        if decide(&mut draft).is_err() {
            return false;
        }
        let finished = draft.finish();
        self.ledger.wrote(&clone.tracker, &finished.tracker, &clone.base, &mut clone.seen);
        clone.deleted.extend(deletions(&clone.base, &clone.tracker, &finished.tracker, second));
        clone.tracker = finished.tracker;
        clone.tracker.as_of = Timestamp::default();
        true
    }

    fn sync(&mut self, at_clone: usize, second: i64) {
        for (issue, hold) in std::mem::take(&mut self.clones[at_clone].provisional) {
            if self.claim_of(at_clone, issue).is_some_and(|claim| claim.claim == hold.claim)
                && self.holds.entry(issue).or_insert(hold).claim != hold.claim
            {
                // Somebody else was first: whoever claimed offline gives up.
                self.mutate(at_clone, second, |draft| claim::release(draft, issue, None));
            }
        }
        let clone = &mut self.clones[at_clone];
        let holds: Holds = self.holds.iter().map(|(issue, hold)| (*issue, hold.claim)).collect();
        let changed = |tracker: &Tracker, id: &IssueId| {
            clone.base.issues.contains_key(id) && tracker.issues.get(id) != clone.base.issues.get(id)
        };
        // Of two that know so many syncs, the base is what the one knows that knows fewer.
        let rebased = |(id, all): (&IssueId, &Vec<(usize, Deletion)>)| {
            let base = |syncs, deletion: &Deletion| {
                if syncs < clone.syncs { deletion.base.clone() } else { clone.base.issues.get(id).cloned() }
            };
            let all = all.iter().map(|(syncs, one)| Deletion { base: base(*syncs, one), ..one.clone() });
            (*id, all.collect())
        };
        let there = self.deleted.iter().filter(|(id, _)| changed(&clone.tracker, id)).map(rebased);
        let here = clone.deleted.iter().filter(|(id, _)| changed(&self.remote, id));
        let here = here.map(|(id, deletion)| (*id, vec![deletion.clone()]));
        let upstream = Tracker { deleted: there.collect(), ..self.remote.clone() };
        let local = Tracker { deleted: here.collect(), ..clone.tracker.clone() };
        let sides = Sides { base: &clone.base, upstream: &upstream, local: &local, project: [None, None] };
        let merged = merge(&sides, &holds);
        check_part(&sides, &holds, &merged);
        let lost: BTreeSet<ClaimId> = merged.lost_claims.iter().map(|lost| lost.claim.id).collect();
        assert_eq!(lost.len(), merged.lost_claims.len(), "a claim is told twice to be lost");
        for lost in &merged.lost_claims {
            // Somebody finished it, though its gates may be pending now.
            let finished = |issue: &IssueId| {
                let state = merged.tracker.issues.get(issue).map(|issue| issue.state);
                state.is_none_or(|state| state.is_finished() || state == State::Gated)
            };
            let is_held = holds.get(&lost.issue) == Some(&lost.claim.id);
            assert!(!is_held || finished(&lost.issue), "a hold that the remote knows was lost: {lost:?}");
        }
        self.remote_seen.extend(clone.seen.iter().copied());
        self.ledger.merged(&merged, &mut self.remote_seen);
        clone.tracker = merged.tracker.clone();
        clone.base = merged.tracker.clone();
        clone.seen.clone_from(&self.remote_seen);
        for (id, deletion) in std::mem::take(&mut clone.deleted) {
            self.deleted.entry(id).or_default().push((clone.syncs, deletion));
        }
        self.syncs += 1;
        clone.syncs = self.syncs;
        self.deleted.retain(|id, _| !merged.tracker.issues.contains_key(id));
        self.remote = merged.tracker;
        // Main says why a hold of this clone ended, or that the issue is finished, so its
        // reference may go.
        let remote = &self.remote;
        let stands = |id: &IssueId, hold: &Hold| {
            let issue = remote.issues.get(id);
            let claim = issue.and_then(|issue| issue.claim.as_ref());
            let is_shown = claim.is_some_and(|claim| claim.id == hold.claim);
            is_shown || (hold.owner != at_clone && issue.is_some_and(|issue| !issue.state.is_finished()))
        };
        self.holds.retain(|issue, hold| stands(issue, hold));
    }

    fn check(&mut self) {
        for _ in 0..2 {
            (0..CLONES).for_each(|clone| self.sync(clone, 1000));
        }
        for clone in &self.clones {
            assert_eq!(clone.tracker, self.remote);
        }
        let problems = validate(&self.remote);
        let broken: Vec<&Problem> = problems.iter().filter(|problem| problem.code() != "conflict").collect();
        assert!(broken.is_empty(), "{broken:?}");
        assert_eq!(self.ledger.unaccounted(&self.remote), Vec::<String>::new());
        let claims = self.remote.issues.values().filter_map(|issue| issue.claim.as_ref());
        let mut ids: Vec<ClaimId> = claims.map(|claim| claim.id).collect();
        ids.sort_unstable();
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]));
    }
}

/// What went away in the change from `before` to `after` in a clone that had `base` when it last
/// synced.
fn deletions(base: &Tracker, before: &Tracker, after: &Tracker, second: i64) -> BTreeMap<IssueId, Deletion> {
    let gone = before.issues.values().filter(|issue| !after.issues.contains_key(&issue.id));
    let deletion = |last: &Issue| {
        let depends = |issue: &&Issue| issue.dependencies.contains(&last.id);
        let dependents = before.issues.values().filter(depends).map(|issue| issue.id).collect();
        let stamp = Stamp { by: agent("tester"), at: at(second) };
        let base = base.issues.get(&last.id).cloned();
        (last.id, Deletion { last: last.clone(), base, stamp, dependents })
    };
    gone.map(deletion).collect()
}

/// A merge of what changed with all that it depends on says what one of everything says.
fn check_part(sides: &Sides<'_>, holds: &Holds, whole: &Merged) {
    let rules = |tracker: &Tracker| (tracker.settings.clone(), tracker.gates.clone());
    if [sides.upstream, sides.local].iter().any(|side| rules(side) != rules(sides.base)) {
        return;
    }
    let mut ids = BTreeSet::new();
    for side in [sides.upstream, sides.local] {
        let all = side.issues.keys().chain(sides.base.issues.keys());
        ids.extend(all.copied().filter(|id| side.issues.get(id) != sides.base.issues.get(id)));
    }
    let deleted = [sides.upstream, sides.local].into_iter().flat_map(|side| side.deleted.values().flatten());
    ids.extend(deleted.flat_map(|deletion| &deletion.last.dependencies));
    let needs = |id: &IssueId| {
        [sides.upstream, sides.local].map(|side| graph::upstream(side, *id)).into_iter().flatten()
    };
    ids.extend(ids.clone().iter().flat_map(needs));
    let part = |tracker: &Tracker| {
        let mut part = tracker.clone();
        part.issues.retain(|id, _| ids.contains(id));
        part
    };
    let parts = [sides.base, sides.upstream, sides.local].map(part);
    let parts = Sides { base: &parts[0], upstream: &parts[1], local: &parts[2], project: sides.project };
    let merged = merge(&parts, holds);
    assert_eq!(merged.events, whole.events);
    assert_eq!(merged.tracker, part(&whole.tracker));
}

#[test]
fn deletions_in_two_clones_do_not_take_what_only_one_of_them_knew() {
    // Number 2 deletes what it gave a new title, number 0 the same without having seen that.
    let create = || Act::Model(Step::Create(0, None));
    let delete = || Act::Model(Step::Delete(0));
    let acts = [
        (2, create()),
        (2, Act::Sync),
        (0, Act::Sync),
        (2, Act::Title(0)),
        (2, Act::Sync),
        (1, Act::Sync),
        (2, delete()),
        (0, delete()),
        (2, Act::Sync),
        (0, Act::Sync),
        (1, Act::Comment(0)),
    ];
    World::play(&acts).check();
}

#[test]
fn what_is_back_does_not_depend_on_what_was_deleted_with_it() {
    // Number 1 makes the second issue, which the first then depends on, and deletes both.
    let acts = [
        (0, Act::Model(Step::Create(0, None))),
        (0, Act::Sync),
        (1, Act::Model(Step::Create(0, None))),
        (1, Act::Sync),
        (1, Act::Model(Step::Depend(0, 1))),
        (1, Act::Model(Step::Delete(0))),
        (1, Act::Model(Step::Delete(0))),
        (1, Act::Sync),
        (0, Act::Title(0)),
    ];
    World::play(&acts).check();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn clones_converge_and_every_value_is_accounted_for(acts in acts()) {
        World::play(&acts).check();
    }
}
