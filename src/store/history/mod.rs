//! The event log: the trailers of the commits.

mod commit;
mod deletion;
mod filter;
mod find;
mod graph;
mod index;
mod lineage;
mod load;
mod news;
#[cfg(test)]
mod news_tests;
mod outside;
mod rank;
#[cfg(test)]
mod tests;

use gix::ObjectId;
use gix::hashtable::HashSet;
use gix::objs::Kind;
use gix::revision::walk::Sorting;
use gix::traverse::commit::simple::CommitTimeOrder;

use super::format::event::LoggedEvent;
use super::{CommitId, Error, Repo, object, reference};
use crate::model::{AgentId, Stamp};

use commit::LoggedCommit;
pub use filter::EventFilter;
use graph::Graph;
pub(super) use index::inspect;
pub(crate) use lineage::Lineage;
pub(super) use load::{Loader, shallow_commits};
pub(crate) use news::NewCommit;
use rank::Rank;

/// What happens to what is not an issue.
const PROJECT_EVENTS: [&str; 5] =
    ["config_changed", "gate_defined", "gate_undefined", "template_defined", "template_undefined"];

impl Repo {
    /// The commit the tracker is at.
    pub(crate) fn tip(&self) -> Result<ObjectId, Error> {
        reference::read(self)?.ok_or_else(|| self.no_tracker())
    }

    /// The commit the tracker is at, if there is one.
    pub(crate) fn try_tip(&self) -> Result<Option<ObjectId>, Error> {
        reference::read(self)
    }

    /// How many commits `to` has in its history that `from` has not.
    pub(crate) fn count_commits(&self, to: ObjectId, from: Option<ObjectId>) -> Result<usize, Error> {
        if from == Some(to) {
            return Ok(0);
        }
        let walk = self.walk(to, from)?;
        walk.map(|info| info.map(|_| 1).map_err(Error::git)).sum()
    }

    /// The commits reachable from `tip` but not from `seen`, newest first.
    fn walk(&self, tip: ObjectId, seen: Option<ObjectId>) -> Result<gix::revision::Walk<'_>, Error> {
        let known = seen.filter(|id| object::read(self, *id, Kind::Commit).is_ok());
        self.git
            .rev_walk([tip])
            .sorting(Sorting::ByCommitTime(CommitTimeOrder::NewestFirst))
            .with_hidden(known)
            .all()
            .map_err(Error::git)
    }

    /// Calls `visit` with every event reachable from `tip` but not from `seen`, newest
    /// first, until it returns false.
    pub(crate) fn walk_events(
        &self,
        tip: ObjectId,
        seen: Option<ObjectId>,
        mut visit: impl FnMut(LoggedEvent) -> bool,
    ) -> Result<(), Error> {
        if seen.is_none() {
            return self.find_events(tip, &EventFilter::default(), visit);
        }
        let mut meant: HashSet<ObjectId> = HashSet::default();
        for info in self.walk(tip, seen)? {
            meant.insert(info.map_err(Error::git)?.id);
        }
        let (mut graph, mut commits) = (Graph::new(tip), Vec::new());
        while let Some(id) = graph.next() {
            let commit = if meant.contains(&id) { Some(LoggedCommit::read(self, id)?) } else { None };
            match &commit {
                Some(commit) => graph.push(commit),
                None => graph.push_known(Rank::LOWEST),
            }
            commits.push(commit);
        }
        let order = graph.order();
        let commits = order.numbers().iter().filter_map(|number| commits[*number as usize].take());
        for event in commits.flat_map(|commit| commit.events.into_iter().rev()) {
            if !visit(event) {
                break;
            }
        }
        Ok(())
    }

    /// Who changed the settings, the gate registry or templates last, of the commits that `tip` has in its
    /// history and `since` has not.
    pub(crate) fn last_project_change(
        &self,
        tip: ObjectId,
        since: Option<ObjectId>,
    ) -> Result<Option<Stamp>, Error> {
        let mut last = None;
        self.walk_events(tip, since, |event| {
            if PROJECT_EVENTS.contains(&event.kind.as_str()) {
                let by = AgentId::parse(&event.actor).ok();
                last = by.map(|by| Stamp { by, at: event.timestamp });
            }
            last.is_none()
        })?;
        Ok(last)
    }
}
