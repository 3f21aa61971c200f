//! Reading the event log.

use std::collections::BTreeSet;

use super::{CommandExecutor, Error, Page, Query, Selection};
use crate::model::query::Filter;
use crate::model::{IdPrefix, IssueId, Refusal};
use crate::store::{CommitId, EventFilter, LoggedEvent, Snapshot};

/// Events, oldest first.
#[derive(Debug)]
pub struct Events {
    /// The events.
    pub events: Vec<LoggedEvent>,
    /// The commit they were read at; [`CommandExecutor::follow`] goes on from there.
    pub at: CommitId,
}

impl CommandExecutor {
    /// The newest `limit` events that `filter` admits, or all of them, oldest first.
    pub fn events(&self, filter: &EventFilter, limit: Option<usize>) -> Result<Events, Error> {
        let mut events = Vec::new();
        let at = self.log(filter, limit, |event| {
            events.push(event);
            true
        })?;
        events.reverse();
        Ok(Events { events, at })
    }

    /// Calls `visit` with the newest `limit` events that `filter` admits, or all of them,
    /// newest first, until it returns false; tells at which commit they were read. An issue
    /// may be named as long as the log knows of it, whether or not it is deleted.
    pub fn log(
        &self,
        filter: &EventFilter,
        limit: Option<usize>,
        mut visit: impl FnMut(LoggedEvent) -> bool,
    ) -> Result<CommitId, Error> {
        let repo = self.storage.open()?;
        let snapshot = self.snapshot(&repo)?;
        let issue = filter.issue.as_ref().map(|prefix| find_issue(&snapshot, prefix)).transpose()?;
        let filter = EventFilter { issue, ..filter.clone() };
        let mut left = limit.unwrap_or(usize::MAX);
        let mut found = false;
        if left > 0 {
            repo.find_events(snapshot.commit(), &filter, |event| {
                (left, found) = (left - 1, true);
                visit(event) && left > 0
            })?;
        }
        if let Some(issue) = filter.issue.filter(|_| !found) {
            must_be_known(&snapshot, &issue)?;
        }
        Ok(snapshot.commit())
    }

    /// `events`, but only those of the issues that `filter` admits now, or at the moment that is looked at.
    /// What happened to many issues at once or to the project is of none.
    pub fn events_of(&self, filter: &Filter, events: EventFilter) -> Result<EventFilter, Error> {
        if filter.is_empty() {
            return Ok(events);
        }
        let issues = |found: &Selection<'_>| found.ids().iter().copied().map(Some).collect();
        let among = self.select(&Query::Matching(filter), &Page::default(), issues)?;
        Ok(EventFilter { among: Some(among), ..events })
    }

    /// `filter`, naming the issue that is meant by its whole id.
    pub(super) fn resolved(&self, filter: &EventFilter) -> Result<EventFilter, Error> {
        let repo = self.storage.open()?;
        let snapshot = self.snapshot(&repo)?;
        let issue = filter.issue.as_ref().map(|prefix| find_issue(&snapshot, prefix)).transpose()?;
        if let Some(issue) = &issue {
            must_be_known(&snapshot, issue)?;
        }
        Ok(EventFilter { issue, ..filter.clone() })
    }
}

/// The issue that `prefix` names: one that is there, if any is, else one that was. Of a whole
/// id it is left open whether there ever was such an issue.
fn find_issue(snapshot: &Snapshot<'_>, prefix: &IdPrefix) -> Result<IdPrefix, Error> {
    let absent = match snapshot.resolve(prefix)? {
        Ok(id) => return Ok(IdPrefix::of(id)),
        Err(Refusal::IssueNotFound { .. }) if prefix.is_whole() => return Ok(prefix.clone()),
        Err(absent @ (Refusal::IssueNotFound { .. } | Refusal::InvalidId { .. })) => absent,
        Err(refusal) => return Err(refusal.into()),
    };
    for reading in prefix.readings() {
        match reading.resolve(in_log(snapshot, &reading)?) {
            Ok(id) => return Ok(IdPrefix::of(id)),
            Err(Refusal::IssueNotFound { .. }) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Err(absent.into())
}

/// The issue that `prefix` names, whether it is there or was.
pub(super) fn known_issue(snapshot: &Snapshot<'_>, prefix: &IdPrefix) -> Result<IssueId, Error> {
    let whole = find_issue(snapshot, prefix)?;
    must_be_known(snapshot, &whole)?;
    whole.as_str().parse().map_err(|_| Refusal::IssueNotFound { typed: prefix.to_string() }.into())
}

/// Refuses a whole id that neither the tracker nor its log has.
fn must_be_known(snapshot: &Snapshot<'_>, issue: &IdPrefix) -> Result<(), Error> {
    if snapshot.resolve(issue)?.is_err() {
        issue.resolve(in_log(snapshot, issue)?)?;
    }
    Ok(())
}

/// The issues in the log that `prefix` names.
fn in_log(snapshot: &Snapshot<'_>, prefix: &IdPrefix) -> Result<BTreeSet<IssueId>, Error> {
    let mut found = BTreeSet::new();
    let filter = EventFilter { issue: Some(prefix.clone()), ..EventFilter::default() };
    snapshot.repo().find_events(snapshot.commit(), &filter, |event| {
        found.extend(event.issue_id);
        !prefix.is_whole()
    })?;
    Ok(found)
}
