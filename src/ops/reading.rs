//! Choosing issues by what the cache tells of all, and reading just those.

use std::collections::BTreeSet;

use super::{CommandExecutor, shared};
use crate::model::query::Filter;
use crate::model::state::State;
use crate::model::{Holds, IssueId, Outline, Timestamp, Tracker, hold};
use crate::store::{Extent, Snapshot, View};

/// Issues that are read at once while a filter looks at them.
const PORTION: usize = 512;

/// The tracker as of a snapshot, for reading.
pub(super) struct Reading<'s, 'r> {
    snapshot: &'s Snapshot<'r>,
    view: View<'s, 'r>,
    as_of: Timestamp,
    /// What the shared remote says is held, if there is one.
    holds: Option<Holds>,
    /// Those of them that are shown though the tracker does not have them.
    shown: Holds,
    /// Those of them that were given up in this clone.
    given_up: BTreeSet<IssueId>,
}

impl CommandExecutor {
    /// The tracker as it is stored, for decisions.
    pub(super) fn read_stored<'s, 'r>(&self, snapshot: &'s Snapshot<'r>, extent: Extent) -> Reading<'s, 'r> {
        let view = View::open(snapshot, extent);
        let holds = shared::shown_holds(snapshot);
        let as_of = self.as_of(snapshot);
        Reading { snapshot, view, as_of, holds, shown: Holds::new(), given_up: BTreeSet::new() }
    }

    /// The tracker as people see it: with what only the shared remote knows of claims.
    pub(super) fn read<'s, 'r>(&self, snapshot: &'s Snapshot<'r>, extent: Extent) -> Reading<'s, 'r> {
        let mut reading = self.read_stored(snapshot, extent);
        let Some(holds) = &reading.holds else { return reading };
        let open = holds.keys().filter(|id| reading.view.state(**id) == Some(State::Open));
        let mut held = reading.view.load(open.copied());
        shared::mark_given_up(snapshot.repo(), holds, &mut held);
        hold::overlay(&mut held, holds);
        held.issues.retain(|id, _| held.holds.contains_key(id));
        reading.view.show(&held);
        (reading.shown, reading.given_up) = (held.holds, held.given_up);
        reading
    }
}

impl Reading<'_, '_> {
    /// Outlines of all issues, in the order of lists.
    pub(super) fn outlines(&self) -> impl Iterator<Item = Outline> {
        self.view.outlines()
    }

    /// The view it reads from.
    pub(super) fn view(&self) -> &View<'_, '_> {
        &self.view
    }

    /// The first `limit` issues that `filter` admits and whose outlines `also` does, in the
    /// order of lists.
    pub(super) fn select(
        &self,
        filter: &Filter,
        also: impl Fn(&Outline) -> bool,
        limit: Option<usize>,
    ) -> Vec<IssueId> {
        let (outlined, rest) = filter.clone().split();
        let limit = limit.unwrap_or(usize::MAX);
        let mut candidates = self
            .outlines()
            .filter(|outline| also(outline) && outlined.may_admit(outline, false))
            .map(|outline| outline.id);
        if rest.is_empty() {
            return candidates.take(limit).collect();
        }
        let mut selected = Vec::new();
        while selected.len() < limit {
            let portion: Vec<IssueId> = candidates.by_ref().take(PORTION).collect();
            if portion.is_empty() {
                break;
            }
            let tracker = self.exactly(portion.iter().copied());
            let admitted = |id: &IssueId| tracker.issues.get(id).is_some_and(|i| rest.admits(&tracker, i));
            selected.extend(portion.into_iter().filter(admitted));
        }
        selected.truncate(limit);
        selected
    }

    /// Exactly these issues.
    pub(super) fn exactly(&self, ids: impl IntoIterator<Item = IssueId>) -> Tracker {
        self.complete(self.view.load(ids))
    }

    /// These issues and all that they depend on directly.
    pub(super) fn with_dependencies(&self, ids: &[IssueId]) -> Tracker {
        self.complete(self.view.load_with_dependencies(ids))
    }

    /// All issues.
    pub(super) fn all(&self) -> Tracker {
        self.exactly(self.outlines().map(|outline| outline.id).collect::<Vec<_>>())
    }

    fn complete(&self, mut tracker: Tracker) -> Tracker {
        tracker.as_of = self.as_of;
        tracker.holds.clone_from(&self.shown);
        tracker.given_up.clone_from(&self.given_up);
        if let Some(holds) = &self.holds {
            shared::mark(self.snapshot.repo(), holds, &mut tracker);
        }
        tracker
    }
}
