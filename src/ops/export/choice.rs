//! Which files are exported. They are chosen by the objects, a few issues at a time: an export
//! writes nothing into the repository, not even what is derived.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::query::Filter;
use crate::model::template::TemplateName;
use crate::model::{Damage, GateKey, Holds, Issue, IssueId, Outline, State, Timestamp, Tracker, gate, hold};
use crate::ops::shared;
use crate::store::{Scope, Snapshot, StoredName};

/// What is exported.
pub(super) struct Choice {
    gates: BTreeSet<GateKey>,
    templates: BTreeSet<TemplateName>,
    issues: BTreeSet<IssueId>,
    /// What cannot be read.
    pub(super) damaged: Vec<Damage>,
}

impl Choice {
    /// Chooses the readable issues of `snapshot` that `filter` admits, as of `now`.
    pub(super) fn of(snapshot: &Snapshot<'_>, filter: &Filter, now: Timestamp) -> Self {
        let registry = Tracker { as_of: now, ..snapshot.load(&Scope::Registry) };
        let holds = shared::shown_holds(snapshot).unwrap_or_default();
        let (outlined, rest) = filter.clone().split();
        let mut states: BTreeMap<IssueId, State> = BTreeMap::new();
        let mut candidates: Vec<(Outline, BTreeSet<IssueId>)> = Vec::new();
        let mut damaged = registry.damaged.clone();
        damaged.extend(snapshot.for_each_issue(|stored| {
            let held = as_held(stored, &holds);
            let issue = held.as_ref().unwrap_or(stored);
            states.insert(issue.id, issue.state);
            if rest.admits(&registry, issue) {
                // What it waits for is known when all have been read.
                let outline = Outline::of(issue, |_| Some(State::Done), |key| gate::stage(&registry, key));
                candidates.push((outline, issue.dependencies.clone()));
            }
        }));
        let is_finished = |id: &IssueId| states.get(id).is_some_and(|state| state.is_finished());
        let complete = |(outline, dependencies): (Outline, BTreeSet<IssueId>)| Outline {
            waits: !dependencies.iter().all(is_finished),
            ..outline
        };
        let issues = candidates.into_iter().map(complete);
        let issues = issues.filter(|outline| outlined.may_admit(outline, false)).map(|outline| outline.id);
        Self {
            gates: registry.gates.into_keys().collect(),
            templates: registry.templates.into_keys().collect(),
            issues: issues.collect(),
            damaged,
        }
    }

    /// Whether the file of this name is exported.
    pub(super) fn has(&self, name: &StoredName) -> bool {
        match name {
            StoredName::Settings => true,
            StoredName::Gate(key) => self.gates.contains(key),
            StoredName::Issue(id) => self.issues.contains(id),
            StoredName::Template(name) => self.templates.contains(name),
        }
    }
}

/// `issue` as people see it, if only the shared remote knows that it is held.
fn as_held(issue: &Issue, holds: &Holds) -> Option<Issue> {
    let hold = holds.get(&issue.id)?;
    let mut part = Tracker { issues: BTreeMap::from([(issue.id, issue.clone())]), ..Tracker::default() };
    hold::overlay(&mut part, &BTreeMap::from([(issue.id, hold.clone())]));
    part.issues.remove(&issue.id)
}
