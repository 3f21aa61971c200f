//! How trackers that diverged become one. A pure function: total, deterministic, never
//! fails, and asks nobody.
//!
//! Guarantees:
//!
//! - What only one side changed is as that side has it; what both changed alike is so.
//! - Every value that a clone had accepted is afterwards present, superseded by one that had
//!   seen it, or recorded as a [`Conflict`] where it would have stood.
//! - A sound tracker stays sound: no circle of dependencies, no dependency on what the other
//!   side deleted, claims that fit the states, nothing done whose gates did not pass.
//! - A rule that one side broke already stays broken as it was: a merge repairs only what
//!   came to be by merging.
//! - Equal inputs give equal outputs, ids of conflicts included.

mod conflict;
mod deletion;
mod extra;
mod gate;
mod graph;
mod hold;
mod issue;
#[cfg(test)]
pub(crate) mod ledger;
#[cfg(test)]
mod properties;
pub mod revert;
mod settings;
mod settle;
#[cfg(test)]
mod simulation;
mod template;
pub(crate) mod text;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::template::{Template, TemplateName};
use crate::model::{
    Claim, ClaimId, Conflict, EventKind, GateDefinition, GateKey, Issue, IssueId, NewEvent, Settings, Stamp,
    Tracker,
};

pub use crate::model::ConflictPlace;

use conflict::Side;

/// What three trackers merge to.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    /// What both have seen. An empty tracker where two histories have nothing in common.
    pub base: &'a Tracker,
    /// What the remote has.
    pub upstream: &'a Tracker,
    /// What this clone has.
    pub local: &'a Tracker,
    /// Who changed gate definitions, templates and settings last, upstream and here, and when; where
    /// known. Issues say so themselves.
    pub project: [Option<&'a Stamp>; 2],
}

/// The holds that the remote's claim references show: which claim holds which issue.
pub type Holds = BTreeMap<IssueId, ClaimId>;

/// One tracker out of two.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Merged {
    /// All of it. Nothing in it is damaged: what neither side can read is left out, and
    /// stays in the upstream tree as it is.
    pub tracker: Tracker,
    /// Issues to write on top of the upstream tree.
    pub issues: Vec<Issue>,
    /// Issues to remove from the upstream tree.
    pub removed_issues: Vec<IssueId>,
    /// Gate definitions to write (`Some`) to the upstream tree, and to remove from it (`None`).
    pub gates: Vec<(GateKey, Option<GateDefinition>)>,
    /// Templates to write (`Some`) to the upstream tree, and to remove from it (`None`).
    pub templates: Vec<(TemplateName, Option<Template>)>,
    /// Settings to write to the upstream tree.
    pub settings: Option<Settings>,
    /// What the merge did beyond taking sides: conflicts by place, lost claims, dropped
    /// dependencies, changes of state; each by issue.
    pub events: Vec<NewEvent>,
    /// The conflicts that this merge recorded.
    pub conflicts: Vec<RecordedConflict>,
    /// The holds that came to nothing.
    pub lost_claims: Vec<LostClaim>,
    /// Dependencies that could not stand: an issue, and what it depended on.
    pub dropped_dependencies: Vec<(IssueId, IssueId)>,
}

/// A new conflict, and where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedConflict {
    /// Where.
    pub place: ConflictPlace,
    /// Both values.
    pub conflict: Conflict,
}

/// A hold that came to nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct LostClaim {
    /// The issue.
    pub issue: IssueId,
    /// The hold.
    pub claim: Claim,
    /// The hold that stands instead; none if the issue is finished or was given up.
    pub winner: Option<Claim>,
}

/// Merges three trackers, or the parts of them that changed with all that the rules of the
/// dependency graph need: for each issue that is there, what it depends on.
///
/// An issue that a tracker lacks does not exist there or was deleted there. One that no
/// tracker has may be depended upon all the same; such edges are left alone.
pub fn merge(sides: &Sides<'_>, holds: &Holds) -> Merged {
    let mut merged = each_by_itself(sides, holds);
    if !is_one_sided(sides) {
        deletion::restore_edges(sides, &mut merged);
        graph::drop_edges_to_deleted(sides, &mut merged);
        graph::break_cycles(sides, &mut merged);
        settle::settle(sides, &mut merged);
    }
    difference(sides.upstream, &mut merged);
    tell(&mut merged);
    merged
}

/// Merges the settings, each gate definition, template and issue, without a look at how they fit each
/// other.
fn each_by_itself(sides: &Sides<'_>, holds: &Holds) -> Merged {
    let mut merged = Merged::default();
    settings::merge(sides, &mut merged);
    gate::merge_definitions(sides, &mut merged);
    template::merge(sides, &mut merged);
    for id in ids(sides) {
        issue::merge(sides, id, holds.get(&id).copied(), &mut merged);
    }
    merged
}

/// Whether one side has nothing of its own: then there is nothing that only merging broke.
fn is_one_sided(sides: &Sides<'_>) -> bool {
    let same = |a: &Tracker, b: &Tracker| a.issues == b.issues && a.gates == b.gates;
    same(sides.base, sides.upstream) || same(sides.base, sides.local) || same(sides.upstream, sides.local)
}

fn ids(sides: &Sides<'_>) -> BTreeSet<IssueId> {
    let all = [sides.base, sides.upstream, sides.local];
    all.into_iter().flat_map(|tracker| tracker.issues.keys().copied()).collect()
}

/// What a tracker says of one thing.
enum Known<'a, T> {
    /// It is there.
    Here(&'a T),
    /// It is not there.
    Absent,
    /// Nobody can tell: its file cannot be read.
    Damaged,
}

impl<'a, T> Known<'a, T> {
    fn new(found: Option<&'a T>, is_damaged: impl FnOnce() -> bool) -> Self {
        match found {
            Some(value) => Self::Here(value),
            None if is_damaged() => Self::Damaged,
            None => Self::Absent,
        }
    }

    fn readable(&self) -> Option<&'a T> {
        match self {
            Self::Here(value) => Some(value),
            Self::Absent | Self::Damaged => None,
        }
    }
}

/// What a thing merges to.
enum Fate<'a, T> {
    /// It is gone, or was never there.
    Gone,
    /// It is as one side has it.
    As(&'a T),
    /// Both sides changed it: upstream's and local's are to be merged.
    Both(&'a T, &'a T),
    /// It stays: one side changed it, which the other, named here, deleted.
    Kept { base: &'a T, changed: &'a T, deleter: Side },
}

/// The rules of whole things: one side changed it, one side deleted it, one side is damaged.
fn fate<'a, T: PartialEq>(base: &Known<'a, T>, upstream: &Known<'a, T>, local: &Known<'a, T>) -> Fate<'a, T> {
    let or_gone = |value: Option<&'a T>| value.map_or(Fate::Gone, Fate::As);
    match (upstream, local) {
        (Known::Damaged, _) => or_gone(local.readable().or(base.readable())),
        (_, Known::Damaged) => or_gone(upstream.readable()),
        (Known::Absent, Known::Absent) => Fate::Gone,
        (Known::Here(changed), Known::Absent) => deleted(base.readable(), changed, Side::Local),
        (Known::Absent, Known::Here(changed)) => deleted(base.readable(), changed, Side::Upstream),
        (Known::Here(upstream), Known::Here(local)) => {
            match value::choose(base.readable(), *upstream, *local) {
                value::Choice::Upstream => Fate::As(upstream),
                value::Choice::Local => Fate::As(local),
                value::Choice::Clash => Fate::Both(upstream, local),
            }
        }
    }
}

/// What only one side has is new there, or was deleted by the other; that stands only for what
/// nobody changed.
fn deleted<'a, T: PartialEq>(base: Option<&'a T>, changed: &'a T, deleter: Side) -> Fate<'a, T> {
    match base {
        None => Fate::As(changed),
        Some(base) if base == changed => Fate::Gone,
        Some(base) => Fate::Kept { base, changed, deleter },
    }
}

/// Works out what to store on top of the upstream tree.
fn difference(upstream: &Tracker, merged: &mut Merged) {
    let tracker = &merged.tracker;
    let changed = tracker.issues.values().filter(|issue| upstream.issues.get(&issue.id) != Some(issue));
    merged.issues = changed.cloned().collect();
    let gone = |id: &&IssueId| !tracker.issues.contains_key(id);
    merged.removed_issues = upstream.issues.keys().filter(gone).copied().collect();
    merged.gates = changed_entries(&upstream.gates, &tracker.gates);
    merged.templates = changed_entries(&upstream.templates, &tracker.templates);
    merged.settings = (tracker.settings != upstream.settings).then(|| tracker.settings.clone());
}

/// What `now` has otherwise than `before`, by key; none where it is gone.
fn changed_entries<K: Ord + Clone, V: Clone + PartialEq>(
    before: &BTreeMap<K, V>,
    now: &BTreeMap<K, V>,
) -> Vec<(K, Option<V>)> {
    let changed = now.iter().filter(|(key, value)| before.get(*key) != Some(*value));
    let mut entries: BTreeMap<&K, Option<&V>> = changed.map(|(key, value)| (key, Some(value))).collect();
    entries.extend(before.keys().filter(|key| !now.contains_key(*key)).map(|key| (key, None)));
    entries.into_iter().map(|(key, value)| (key.clone(), value.cloned())).collect()
}

/// Puts what was recorded, lost and dropped before the changes of state in the events.
fn tell(merged: &mut Merged) {
    let mut events = Vec::new();
    for RecordedConflict { place, conflict } in &merged.conflicts {
        let conflict = Box::new(conflict.clone());
        let kind = EventKind::ConflictRecorded { place: place.clone(), conflict };
        events.push(NewEvent { issue: place.issue(), kind });
    }
    for LostClaim { issue, claim, winner } in &merged.lost_claims {
        let winner = winner.as_ref().map(|winner| winner.by.clone());
        let kind = EventKind::ClaimLost { claim: claim.id, holder: claim.by.clone(), winner };
        events.push(NewEvent { issue: Some(*issue), kind });
    }
    for (id, on) in &merged.dropped_dependencies {
        events.push(NewEvent { issue: Some(*id), kind: EventKind::DependencyRemoved { on: *on } });
    }
    events.append(&mut merged.events);
    merged.events = events;
}
