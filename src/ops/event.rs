//! Reading the event log.

use super::mutate::resolve;
use super::{CommandExecutor, Error};
use crate::model::{IdPrefix, Timestamp};
use crate::store::{CommitId, LoggedEvent, Snapshot};

/// Which events are meant: all that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Types, any of which.
    pub types: Vec<String>,
    /// The issue it happened to. An issue that was deleted is named by its full id.
    pub issue: Option<IdPrefix>,
    /// Who acted.
    pub actor: Option<String>,
    /// Not before this.
    pub since: Option<Timestamp>,
}

impl EventFilter {
    fn admits(&self, event: &LoggedEvent) -> bool {
        (self.types.is_empty() || self.types.contains(&event.kind))
            && self.issue.as_ref().is_none_or(|prefix| event.issue_id.is_some_and(|id| prefix.matches(id)))
            && self.actor.as_ref().is_none_or(|actor| event.actor == *actor)
            && self.since.is_none_or(|since| event.timestamp >= since)
    }
}

/// Events, oldest first.
#[derive(Debug)]
pub struct Events {
    /// The events.
    pub events: Vec<LoggedEvent>,
    /// The commit they were read at; [`CommandExecutor::events_after`] goes on from there.
    pub at: CommitId,
}

impl CommandExecutor {
    /// The newest `limit` events that `filter` admits, or all of them, oldest first.
    pub fn events(&self, filter: &EventFilter, limit: Option<usize>) -> Result<Events, Error> {
        let repo = self.storage.open()?;
        if let Some(prefix) = filter.issue.as_ref().filter(|prefix| prefix.as_str().len() < 32) {
            resolve(&Snapshot::current(&repo)?, std::slice::from_ref(prefix))?;
        }
        let at = Snapshot::current(&repo)?.commit();
        let mut events = Vec::new();
        if limit != Some(0) {
            repo.walk_events(at, None, |event| {
                if filter.admits(&event) {
                    events.push(event);
                }
                limit.is_none_or(|limit| events.len() < limit)
            })?;
        }
        events.reverse();
        Ok(Events { events, at })
    }

    /// The events since commit `seen` that `filter` admits, oldest first.
    pub fn events_after(&self, seen: CommitId, filter: &EventFilter) -> Result<Events, Error> {
        let repo = self.storage.open()?;
        let at = repo.tip()?;
        let mut events = Vec::new();
        if at != seen {
            repo.walk_events(at, Some(seen), |event| {
                if filter.admits(&event) {
                    events.push(event);
                }
                true
            })?;
        }
        events.reverse();
        Ok(Events { events, at })
    }
}
