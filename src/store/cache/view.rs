//! A snapshot as the cache shows it.

use std::collections::{BTreeMap, BTreeSet};

use super::delta::{Changed, Delta};
use super::table::{Dependency, Table};
use super::{Extent, Files, build, compare};
use crate::model::template::{Template, TemplateName};
use crate::model::{
    Damage, GateDefinition, GateKey, GateStage, Issue, IssueId, Outline, Priority, State, Timestamp, Tracker,
    gate, graph,
};
use crate::store::{Scope, Snapshot};

/// A delta of more issues than this, and one of so many in the table, becomes part of it.
const DELTA_LEN: usize = 256;
const DELTA_SHARE: usize = 256;
/// Where more than one of so many files differ, the table is made anew from the objects.
const ANEW_SHARE: usize = 2;

/// Issues that are read at once where all are.
const PORTION: usize = 4096;

/// The state of a row that [`View::changed`] has something else for: the rest is the state.
const HIDDEN: u8 = 0x80;
/// An issue that is not there.
const NO_STATE: u8 = 0x7f;

/// All issues of a snapshot: outlines of all, and those that are wanted in full.
pub(crate) struct View<'s, 'r> {
    pub(super) snapshot: &'s Snapshot<'r>,
    table: Table,
    changed: Changed,
    /// The states of the rows, see [`HIDDEN`].
    states: Vec<u8>,
    gates: BTreeMap<GateKey, GateDefinition>,
    templates: BTreeMap<TemplateName, Template>,
    pub(super) damaged: Vec<Damage>,
}

impl<'s, 'r> View<'s, 'r> {
    /// The view of `snapshot`, for a look at so much of it. The cache is brought up to date
    /// for the next reader, unless it is of the past.
    pub(crate) fn open(snapshot: &'s Snapshot<'r>, extent: Extent) -> Self {
        let files = Files::of(snapshot.repo());
        let found = files.table(extent).and_then(|table| {
            let delta = files.delta(&table);
            up_to_date(&files, snapshot, table, delta)
        });
        let (table, delta) = found.unwrap_or_else(|| {
            let made = build::from_objects(Some(&files).filter(|_| is_kept(snapshot)), snapshot);
            // A file system that took the records and not the rest: memory has room.
            let table = made.or_else(|| build::from_objects(None, snapshot));
            let table = table.expect("a table in memory is whole");
            let delta = Delta::none(&table);
            (table, delta)
        });
        let registry = snapshot.load(&Scope::Registry);
        let mut damaged = registry.damaged;
        damaged.extend(delta.damaged);
        let mut view = Self {
            snapshot,
            states: table.states(),
            table,
            changed: Changed::new(),
            gates: registry.gates,
            templates: registry.templates,
            damaged,
        };
        delta.changed.into_iter().for_each(|(id, issue)| view.put(id, issue));
        view
    }

    /// Shows `issue` in place of what is stored; none as if it were not there.
    fn put(&mut self, id: IssueId, issue: Option<Issue>) {
        if let Some(row) = self.table.find(id) {
            let state =
                issue.as_ref().map_or(NO_STATE, |issue| super::record::place(&State::ALL, &issue.state));
            self.states[row] = HIDDEN | state;
        }
        self.changed.insert(id, issue);
    }

    /// Shows the issues of `tracker` in place of what is stored.
    pub(crate) fn show(&mut self, tracker: &Tracker) {
        for issue in tracker.issues.values() {
            self.put(issue.id, Some(issue.clone()));
        }
    }

    /// The state of an issue, if there is one that can be read.
    pub(crate) fn state(&self, id: IssueId) -> Option<State> {
        match self.changed.get(&id) {
            Some(issue) => issue.as_ref().map(|issue| issue.state),
            None => self.table.find(id).and_then(|row| self.state_of_row(row)),
        }
    }

    fn state_of_row(&self, row: usize) -> Option<State> {
        State::ALL.get(usize::from(self.states.get(row)? & !HIDDEN)).copied()
    }

    /// Outlines of all issues, most urgent first, then oldest.
    pub(crate) fn outlines(&self) -> impl Iterator<Item = Outline> {
        let shown = |row: &usize| self.states[*row] & HIDDEN == 0;
        let mut rows = (0..self.table.len()).filter(shown).map(|row| self.outline_of_row(row)).peekable();
        let mut changed: Vec<Outline> =
            self.changed.values().flatten().map(|issue| self.outline_of(issue)).collect();
        changed.sort_unstable_by_key(Outline::rank);
        let mut changed = changed.into_iter().peekable();
        std::iter::from_fn(move || match (rows.peek(), changed.peek()) {
            (Some(row), Some(new)) if row.rank() < new.rank() => rows.next(),
            (Some(_), None) => rows.next(),
            _ => changed.next(),
        })
    }

    fn outline_of_row(&self, row: usize) -> Outline {
        let is_met = |dependency: Dependency| {
            let state = match dependency {
                Dependency::Row(row) => self.state_of_row(row),
                Dependency::Missing(id) => self.state(id),
            };
            state.is_some_and(State::is_finished)
        };
        let is_pre = |key: &GateKey| gate::stage_in(&self.gates, key) == GateStage::Pre;
        let mut dependencies = self.table.dependencies(row);
        Outline {
            id: self.table.id(row),
            priority: self.table.priority(row),
            created_at: self.table.created_at(row),
            state: self.state_of_row(row).unwrap_or_default(),
            is_root: dependencies.len() == 0,
            waits: !dependencies.all(is_met),
            has_pending_pre_gate: self.table.pending_gates(row).any(is_pre),
            is_claimed: self.table.is_claimed(row),
            has_conflicts: self.table.has_conflicts(row),
        }
    }

    /// Where an issue stands in lists; first of all if it is not there.
    pub(super) fn rank(&self, id: IssueId) -> (Priority, Timestamp, IssueId) {
        let (priority, created_at) = match (self.changed.get(&id), self.table.find(id)) {
            (Some(Some(issue)), _) => (issue.priority, issue.created.at),
            (None, Some(row)) => (self.table.priority(row), self.table.created_at(row)),
            (Some(None), _) | (None, None) => Default::default(),
        };
        (priority, created_at, id)
    }

    /// Visits every issue that can be read, in the order in which they are stored.
    pub(crate) fn for_each_issue(&self, mut visit: impl FnMut(&Issue)) {
        let rows = self.table.rows_as_stored();
        let shown: Vec<usize> = rows.into_iter().filter(|row| self.states[*row] & HIDDEN == 0).collect();
        for rows in shown.chunks(PORTION) {
            for (issue, row) in self.table.issues(rows).into_iter().zip(rows) {
                match issue {
                    Some(issue) => visit(&issue),
                    None => self.load([self.table.id(*row)]).issues.values().for_each(&mut visit),
                }
            }
        }
        self.changed.values().flatten().for_each(visit);
    }

    fn outline_of(&self, issue: &Issue) -> Outline {
        Outline::of(issue, |id| self.state(id), |key| gate::stage_in(&self.gates, key))
    }

    /// What an issue depends on.
    fn dependencies(&self, id: IssueId) -> Vec<IssueId> {
        match (self.changed.get(&id), self.table.find(id)) {
            (Some(issue), _) => issue.iter().flat_map(|issue| issue.dependencies.iter().copied()).collect(),
            (None, Some(row)) => self.table.dependencies(row).map(|on| self.id_of(&on)).collect(),
            (None, None) => Vec::new(),
        }
    }

    fn id_of(&self, dependency: &Dependency) -> IssueId {
        match dependency {
            Dependency::Row(row) => self.table.id(*row),
            Dependency::Missing(id) => *id,
        }
    }

    /// Everything that `start` depends on, directly or through others, without `start`.
    pub(crate) fn upstream(&self, start: IssueId) -> BTreeSet<IssueId> {
        graph::reach(start, |id| self.dependencies(id))
    }

    /// Everything that depends on `start`, directly or through others, without `start`.
    pub(crate) fn downstream(&self, start: IssueId) -> BTreeSet<IssueId> {
        let mut dependents: BTreeMap<IssueId, Vec<IssueId>> = BTreeMap::new();
        self.for_each_edge(|from, on| dependents.entry(on).or_default().push(from));
        graph::reach(start, |id| dependents.get(&id).cloned().unwrap_or_default())
    }

    /// The issues that depend directly on any of `ids`.
    pub(crate) fn dependents(&self, ids: &[IssueId]) -> BTreeSet<IssueId> {
        let ids: BTreeSet<IssueId> = ids.iter().copied().collect();
        let mut found = BTreeSet::new();
        self.for_each_edge(|from, on| {
            if ids.contains(&on) {
                found.insert(from);
            }
        });
        found
    }

    /// Calls `visit` with every issue and each that it depends on.
    pub(crate) fn for_each_edge(&self, mut visit: impl FnMut(IssueId, IssueId)) {
        for row in (0..self.table.len()).filter(|row| self.states[*row] & HIDDEN == 0) {
            let mut dependencies = self.table.dependencies(row).peekable();
            if dependencies.peek().is_some() {
                let from = self.table.id(row);
                dependencies.for_each(|on| visit(from, self.id_of(&on)));
            }
        }
        for issue in self.changed.values().flatten() {
            issue.dependencies.iter().for_each(|on| visit(issue.id, *on));
        }
    }

    /// Exactly these issues, with settings, gates and damage. Those that are not there are
    /// left out.
    pub(crate) fn load(&self, ids: impl IntoIterator<Item = IssueId>) -> Tracker {
        let mut tracker = Tracker {
            settings: self.snapshot.settings.clone(),
            gates: self.gates.clone(),
            templates: self.templates.clone(),
            damaged: self.damaged.clone(),
            ..Tracker::default()
        };
        self.add(&mut tracker, ids);
        tracker
    }

    /// These issues and all that they depend on directly: of what is finished, only that it is.
    pub(crate) fn load_with_dependencies(&self, ids: &[IssueId]) -> Tracker {
        let mut tracker = self.load(ids.iter().copied());
        let dependencies = tracker.issues.values().flat_map(|issue| issue.dependencies.iter().copied());
        let (finished, others): (Vec<IssueId>, Vec<IssueId>) =
            dependencies.partition(|id| self.state(*id).is_some_and(State::is_finished));
        self.add(&mut tracker, others.into_iter().collect::<BTreeSet<_>>());
        tracker.finished = finished.into_iter().collect();
        tracker
    }

    fn add(&self, tracker: &mut Tracker, ids: impl IntoIterator<Item = IssueId>) {
        let mut rows = Vec::new();
        for id in ids {
            if tracker.issues.contains_key(&id) {
                continue;
            }
            match self.changed.get(&id) {
                Some(Some(issue)) => drop(tracker.issues.insert(id, issue.clone())),
                Some(None) => {}
                None => rows.extend(self.table.find(id)),
            }
        }
        for (issue, row) in self.table.issues(&rows).into_iter().zip(&rows) {
            if let Some(issue) = issue {
                tracker.issues.insert(issue.id, issue);
            } else {
                // A damaged record; the object has the truth.
                let read = self.snapshot.load(&Scope::Exactly(vec![self.table.id(*row)]));
                tracker.issues.extend(read.issues);
                tracker.damaged.extend(read.damaged);
            }
        }
    }
}

/// Whether what is derived from `snapshot` is for the next reader, who will look at the present.
pub(super) fn is_kept(snapshot: &Snapshot<'_>) -> bool {
    snapshot.past().is_none()
}

/// Brings what is cached up to date with `snapshot`, and writes that down. None where the
/// table had better be made anew.
fn up_to_date(
    files: &Files<'_>,
    snapshot: &Snapshot<'_>,
    table: Table,
    mut delta: Delta,
) -> Option<(Table, Delta)> {
    if delta.tree == snapshot.issues_tree() {
        return Some((table, delta));
    }
    let most = DELTA_LEN + table.len() / ANEW_SHARE;
    let known = (&mut delta.changed, &mut delta.damaged);
    let can_be_kept = compare::bring_up_to_date(snapshot, delta.tree, known, most)?;
    delta.tree = snapshot.issues_tree();
    if can_be_kept && is_kept(snapshot) {
        if delta.changed.len() > DELTA_LEN + table.len() / DELTA_SHARE {
            build::from_delta(files, &table, &delta);
        } else {
            files.keep_delta(&delta, &table);
        }
    }
    Some((table, delta))
}
