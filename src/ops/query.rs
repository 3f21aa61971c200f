//! Reading: one issue, or those that a filter admits.

use super::mutate::resolve;
use super::{CommandExecutor, Error};
use crate::model::query::Filter;
use crate::model::state::{StateRequest, Status};
use crate::model::validate::{self, Problem};
use crate::model::{IdPrefix, Issue, IssueId, Outline, Tracker, stale};
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
    /// The first `limit` issues that `filter` admits, most urgent first, then oldest.
    pub fn list(&self, filter: &Filter, limit: Option<usize>) -> Result<Listing, Error> {
        self.list_outlined(filter, |_| true, limit)
    }

    /// The same, of those whose outline `also` admits.
    fn list_outlined(
        &self,
        filter: &Filter,
        also: impl Fn(&Outline) -> bool,
        limit: Option<usize>,
    ) -> Result<Listing, Error> {
        let repo = self.storage.open()?;
        let snapshot = Snapshot::current(&repo)?;
        let reading = self.read(&snapshot);
        let ids = reading.select(filter, also, limit);
        Ok(Listing { tracker: reading.with_dependencies(&ids), ids })
    }

    /// The issues that can be claimed now, most urgent first, then oldest.
    pub fn query_ready(&self) -> Result<Vec<Issue>, Error> {
        let listing = self.list(&Filter::state(vec![StateRequest::Status(Status::Ready)]), None)?;
        Ok(listing.issues().cloned().collect())
    }

    /// The first `limit` unfinished issues that something blocks, of those that `filter`
    /// admits.
    pub fn query_blocked(&self, filter: &Filter, limit: Option<usize>) -> Result<Listing, Error> {
        self.list_outlined(filter, Outline::is_held_up, limit)
    }

    /// The issues whose claim has expired, or has been held for `older_than_secs` seconds, of
    /// those that `filter` admits.
    pub fn query_stale(&self, filter: &Filter, older_than_secs: Option<u64>) -> Result<Listing, Error> {
        let mut listing = self.list_outlined(filter, |outline| outline.is_claimed, None)?;
        let Listing { tracker, ids } = &mut listing;
        let is_stale = |issue| stale::stale(tracker, issue, older_than_secs).is_some();
        ids.retain(|id| tracker.issues.get(id).is_some_and(is_stale));
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

    /// Every rule that the stored tracker breaks. What is cached is not relied on.
    pub fn validate(&self) -> Result<(Tracker, Vec<Problem>), Error> {
        let mut repo = self.storage.open()?;
        repo.prepare_bulk_read();
        let tracker = self.load(&Snapshot::current(&repo)?, &Scope::All);
        let problems = validate::validate(&tracker);
        Ok((tracker, problems))
    }
}
