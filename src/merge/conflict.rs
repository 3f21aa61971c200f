//! Values that were put aside.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::value::{self, Choice};
use super::{ConflictPlace, Merged, RecordedConflict, Sides};
use crate::model::{AgentId, Conflict, Extra, Stamp, Timestamp, Tracker};

/// The namespace of conflicts that are not about an issue.
const PROJECT: Uuid = Uuid::from_u128(0x6a69_7400_c0f1_5c75_8a5e_0000_0000_0001);

/// Collects the conflicts of one place, each once.
pub(super) struct Recorder {
    place: ConflictPlace,
    /// The conflicts that are there already or were settled, by id.
    known: BTreeSet<Uuid>,
    /// When upstream's and local's values were written, and by whom.
    stamps: [Stamp; 2],
    new: Vec<Conflict>,
}

/// The side whose value was put aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// What the remote had.
    Upstream,
    /// What the clone had.
    Local,
}

impl Side {
    pub(super) const fn other(self) -> Self {
        match self {
            Self::Upstream => Self::Local,
            Self::Local => Self::Upstream,
        }
    }
}

impl Recorder {
    /// Starts for a place where base, upstream and local have these conflicts. `stamps` are
    /// upstream's and local's.
    pub(super) fn new(place: ConflictPlace, known: [&[Conflict]; 3], stamps: [Stamp; 2]) -> Self {
        let known = known.into_iter().flatten().map(|conflict| conflict.id).collect();
        Self { place, known, stamps, new: Vec::new() }
    }

    /// Records that of `field` the value `stands`, and `aside`, of `side`, does not.
    pub(super) fn record(
        &mut self,
        field: impl Into<String>,
        stands: Option<String>,
        aside: Option<String>,
        side: Side,
    ) {
        let stamp = match side {
            Side::Upstream => &self.stamps[0],
            Side::Local => &self.stamps[1],
        };
        let Stamp { by, at } = stamp.clone();
        let field = field.into();
        let id = id(&self.place, &field, [&stands, &aside], at);
        if self.known.insert(id) {
            let extra = Extra::new();
            self.new.push(Conflict { id, field, upstream: stands, local: aside, by, at, extra });
        }
    }

    /// The rule for values that have no other: upstream's stands, local's is recorded. True
    /// if local's stands because only it changed.
    pub(super) fn takes_local<T: PartialEq + ?Sized>(
        &mut self,
        field: &str,
        [base, upstream, local]: [Option<&T>; 3],
        text: impl Fn(&T) -> Option<String>,
    ) -> bool {
        match value::choose(Some(&base), &upstream, &local) {
            Choice::Upstream => false,
            Choice::Local => true,
            Choice::Clash => {
                self.record(field, upstream.and_then(&text), local.and_then(&text), Side::Local);
                false
            }
        }
    }

    /// Ends: `conflicts` is what the place has, and gets the new ones.
    pub(super) fn finish(self, conflicts: &mut Vec<Conflict>, merged: &mut Merged) {
        conflicts.extend(self.new.iter().cloned());
        let place = self.place;
        let recorded =
            self.new.into_iter().map(|conflict| RecordedConflict { place: place.clone(), conflict });
        merged.conflicts.extend(recorded);
    }
}

/// The conflicts that stay: settling one on either side removes it.
pub(super) fn list(base: &[Conflict], upstream: &[Conflict], local: &[Conflict]) -> Vec<Conflict> {
    value::list(base, upstream, local, |conflict| conflict.id)
}

/// Gate definitions and settings do not say who wrote them. Where nobody else does, nobody is
/// named, and the time is that of the last change of any issue.
pub(super) fn project_stamps(sides: &Sides<'_>) -> [Stamp; 2] {
    let stamp = |known: Option<&Stamp>, tracker: &Tracker| {
        known.cloned().unwrap_or_else(|| {
            let last = tracker.issues.values().map(|issue| issue.updated.at).max();
            Stamp { by: AgentId::human(""), at: last.unwrap_or_default() }
        })
    };
    [stamp(sides.project[0], sides.upstream), stamp(sides.project[1], sides.local)]
}

/// Equal conflicts have equal ids, so that equal merges give equal trees.
fn id(place: &ConflictPlace, field: &str, values: [&Option<String>; 2], at: Timestamp) -> Uuid {
    let namespace = match place {
        ConflictPlace::Issue(id) => id.uuid(),
        ConflictPlace::Gate(key) => Uuid::new_v5(&PROJECT, key.as_str().as_bytes()),
        ConflictPlace::Template(name) => Uuid::new_v5(&PROJECT, format!("template:{name}").as_bytes()),
        ConflictPlace::Settings => PROJECT,
    };
    let mut name = Vec::new();
    let values = values.map(|value| value.as_deref());
    for part in [Some(field), values[0], values[1], Some(&at.timestamp_millis().to_string())] {
        // Lengths keep the parts apart, whatever is in them.
        let length = part.map_or(-1, |part| i64::try_from(part.len()).unwrap_or(i64::MAX));
        name.extend(length.to_be_bytes());
        name.extend(part.unwrap_or_default().as_bytes());
    }
    Uuid::new_v5(&namespace, &name)
}
