//! The event log: the trailers of the commits.

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::{CommitRefIter, Kind};
use gix::revision::walk::Sorting;
use gix::traverse::commit::simple::CommitTimeOrder;

use super::format::event::{LoggedEvent, TRAILER};
use super::{Error, Repo, object, reference};
use crate::model::{AgentId, Stamp};

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
        let walk = self.walk(tip, seen)?;
        for info in walk {
            let id = info.map_err(Error::git)?.id;
            for event in self.commit_events(id)?.into_iter().rev() {
                if !visit(event) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Who changed the settings or the gate registry last, of the commits that `tip` has in its
    /// history and `since` has not.
    pub(crate) fn last_project_change(
        &self,
        tip: ObjectId,
        since: Option<ObjectId>,
    ) -> Result<Option<Stamp>, Error> {
        let mut last = None;
        self.walk_events(tip, since, |event| {
            if ["config_changed", "gate_defined", "gate_undefined"].contains(&event.kind.as_str()) {
                let by = AgentId::parse(&event.actor).ok();
                last = by.map(|by| Stamp { by, at: event.timestamp });
            }
            last.is_none()
        })?;
        Ok(last)
    }

    fn commit_events(&self, id: ObjectId) -> Result<Vec<LoggedEvent>, Error> {
        let damaged = |reason: String| Error::NotATracker { name: self.ref_name.clone(), reason };
        let data = object::read(self, id, Kind::Commit).map_err(|error| damaged(error.reason(id)))?;
        let message = CommitRefIter::from_bytes(&data, self.git.object_hash())
            .message()
            .map_err(|_| damaged(format!("commit {id} is damaged")))?;
        Ok(events_of_message(&message.to_str_lossy()))
    }
}

/// The events in the last paragraph of a commit message, in order.
fn events_of_message(message: &str) -> Vec<LoggedEvent> {
    let last = message.trim_end().rsplit("\n\n").next().unwrap_or_default();
    last.lines()
        .filter_map(|line| line.strip_prefix(TRAILER)?.strip_prefix(':'))
        .filter_map(|json| LoggedEvent::from_json(json.trim()))
        .collect()
}
