//! Reading the dependency graph.

use super::mutate::resolve;
use super::{CommandExecutor, Error, Listing};
use crate::model::{IdPrefix, graph};
use crate::store::{Scope, Snapshot};

impl CommandExecutor {
    /// An issue with everything it depends on. The first id is the issue's.
    pub fn graph_show(&self, prefix: &IdPrefix) -> Result<Listing, Error> {
        let repo = self.storage.open()?;
        let snapshot = Snapshot::current(&repo)?;
        let ids = resolve(&snapshot, std::slice::from_ref(prefix))?;
        let tracker = self.load(&snapshot, &Scope::Closure(ids.clone()));
        for id in &ids {
            tracker.issue(*id)?;
        }
        Ok(Listing { tracker, ids })
    }

    /// The issues that depend on one, directly or through others, most urgent first.
    pub fn graph_downstream(&self, prefix: &IdPrefix) -> Result<Listing, Error> {
        let tracker = self.tracker()?;
        let start = {
            let repo = self.storage.open()?;
            Snapshot::current(&repo)?.resolve(prefix)??
        };
        tracker.issue(start)?;
        let reached = graph::downstream(&tracker, start);
        let ids = tracker.ranked().into_iter().map(|issue| issue.id).filter(|id| reached.contains(id));
        let ids = ids.collect();
        Ok(Listing { tracker, ids })
    }

    /// The issues without dependencies, most urgent first.
    pub fn graph_roots(&self) -> Result<Listing, Error> {
        let tracker = self.tracker()?;
        let ids = graph::roots(&tracker).into_iter().map(|issue| issue.id).collect();
        Ok(Listing { tracker, ids })
    }
}
