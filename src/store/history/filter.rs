//! Which events are meant.

use std::collections::BTreeSet;

use crate::model::{IdPrefix, IssueId, Timestamp};
use crate::store::format::event::LoggedEvent;

/// Which events are meant: all that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Types, any of which; also types that this version does not know.
    pub types: Vec<String>,
    /// The issue it happened to, also one that was deleted.
    pub issue: Option<IdPrefix>,
    /// The issues it happened to, any of these; none among them means what happened to no single
    /// one: to the project, or to many issues at once.
    pub among: Option<BTreeSet<Option<IssueId>>>,
    /// Who acted.
    pub actor: Option<String>,
    /// Not before this.
    pub since: Option<Timestamp>,
    /// Not after this.
    pub until: Option<Timestamp>,
}

impl EventFilter {
    /// Whether every event is meant.
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
            && self.issue.is_none()
            && self.among.is_none()
            && self.actor.is_none()
            && self.since.is_none()
            && self.until.is_none()
    }

    /// Whether `event` is meant.
    pub fn admits(&self, event: &LoggedEvent) -> bool {
        (self.types.is_empty() || self.types.contains(&event.kind))
            && self.issue.as_ref().is_none_or(|prefix| event.issue_id.is_some_and(|id| prefix.matches(id)))
            && self.among.as_ref().is_none_or(|among| among.contains(&event.issue_id))
            && self.actor.as_ref().is_none_or(|actor| event.actor == *actor)
            && self.since.is_none_or(|since| event.timestamp >= since)
            && self.until.is_none_or(|until| event.timestamp <= until)
    }
}
