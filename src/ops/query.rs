//! Reading: one issue, or those that a filter admits.

use super::mutate::resolve;
use super::{CommandExecutor, Error};
use crate::model::query::Filter;
use crate::model::state::{StateRequest, Status};
use crate::model::validate::{self, Problem};
use crate::model::{IdPrefix, Issue, IssueId, Tracker};
use crate::store::{Scope, Snapshot};

/// Issues of a tracker, in order.
#[derive(Debug)]
pub struct Listing {
    /// What was read.
    pub tracker: Tracker,
    /// The issues that were asked for.
    pub ids: Vec<IssueId>,
}

impl Listing {
    /// The issues that were asked for.
    pub fn issues(&self) -> impl Iterator<Item = &Issue> {
        self.ids.iter().filter_map(|id| self.tracker.issues.get(id))
    }
}

impl CommandExecutor {
    /// The issues that `filter` admits, most urgent first, then oldest.
    pub fn list(&self, filter: &Filter) -> Result<Listing, Error> {
        let tracker = self.tracker()?;
        let ids = tracker.ranked().into_iter().filter(|issue| filter.admits(&tracker, issue));
        let ids = ids.map(|issue| issue.id).collect();
        Ok(Listing { tracker, ids })
    }

    /// The issues that can be claimed now, most urgent first, then oldest.
    pub fn query_ready(&self) -> Result<Vec<Issue>, Error> {
        let listing = self.list(&Filter::state(vec![StateRequest::Status(Status::Ready)]))?;
        Ok(listing.issues().cloned().collect())
    }

    /// The unfinished issues that something blocks, of those that `filter` admits.
    pub fn query_blocked(&self, filter: &Filter) -> Result<Listing, Error> {
        let mut listing = self.list(filter)?;
        let Listing { tracker, ids } = &mut listing;
        ids.retain(|id| {
            tracker.issues.get(id).is_some_and(|issue| !tracker.current_blockers(issue).is_empty())
        });
        Ok(listing)
    }

    /// Issues by id or prefix, with their direct dependencies.
    pub fn show(&self, prefixes: &[IdPrefix]) -> Result<Listing, Error> {
        let repo = self.storage.open()?;
        let snapshot = Snapshot::current(&repo)?;
        let ids = resolve(&snapshot, prefixes)?;
        let tracker = self.load(&snapshot, &Scope::Issues(ids.clone()));
        for id in &ids {
            tracker.issue(*id)?;
        }
        Ok(Listing { tracker, ids })
    }

    /// Every rule that the stored tracker breaks.
    pub fn validate(&self) -> Result<(Tracker, Vec<Problem>), Error> {
        let tracker = self.tracker()?;
        let problems = validate::validate(&tracker);
        Ok((tracker, problems))
    }
}
