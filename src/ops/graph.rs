//! Reading the dependency graph.

use std::collections::BTreeSet;

use super::mutate::resolve;
use super::{CommandExecutor, Error, Listing};
use crate::model::IdPrefix;
use crate::model::query::Filter;
use crate::store::Snapshot;

impl CommandExecutor {
    /// An issue with everything it depends on. The first id is the issue's.
    pub fn graph_show(&self, prefix: &IdPrefix) -> Result<Listing, Error> {
        let repo = self.storage.open()?;
        let snapshot = Snapshot::current(&repo)?;
        let ids = resolve(&snapshot, std::slice::from_ref(prefix))?;
        let reading = self.read(&snapshot);
        let closure = ids.iter().flat_map(|id| reading.view().upstream(*id)).chain(ids.iter().copied());
        let tracker = reading.exactly(closure.collect::<BTreeSet<_>>());
        ids.iter().try_for_each(|id| tracker.issue(*id).map(drop))?;
        Ok(Listing { tracker, ids })
    }

    /// The issues that depend on one, directly or through others, most urgent first.
    pub fn graph_downstream(&self, prefix: &IdPrefix) -> Result<Listing, Error> {
        let repo = self.storage.open()?;
        let snapshot = Snapshot::current(&repo)?;
        let start = snapshot.resolve(prefix)??;
        let reading = self.read(&snapshot);
        reading.exactly([start]).issue(start)?;
        let reached = reading.view().downstream(start);
        let ids = reading.select(&Filter::default(), |outline| reached.contains(&outline.id), None);
        Ok(Listing { tracker: reading.with_dependencies(&ids), ids })
    }

    /// The issues without dependencies, most urgent first.
    pub fn graph_roots(&self) -> Result<Listing, Error> {
        let repo = self.storage.open()?;
        let snapshot = Snapshot::current(&repo)?;
        let reading = self.read(&snapshot);
        let roots = reading.select(&Filter::default(), |outline| outline.is_root, None);
        Ok(Listing { tracker: reading.exactly(roots.iter().copied()), ids: roots })
    }
}
