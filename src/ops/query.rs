//! Reading: one issue, or those that a filter admits.

use super::mutate::resolve;
use super::{CommandExecutor, Error, Page, Query, selection};
use crate::model::query::Filter;
use crate::model::state::{StateRequest, Status};
use crate::model::{IdPrefix, Issue, IssueId, Tracker};
use crate::store::Scope;

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
        self.select(&Query::Matching(filter), &Page::first(limit), selection::all)
    }

    /// The issues that can be claimed now, most urgent first, then oldest.
    pub fn query_ready(&self) -> Result<Vec<Issue>, Error> {
        let listing = self.list(&Filter::state(vec![StateRequest::Status(Status::Ready)]), None)?;
        Ok(listing.issues().cloned().collect())
    }

    /// The first `limit` unfinished issues that something blocks, of those that `filter`
    /// admits.
    pub fn query_blocked(&self, filter: &Filter, limit: Option<usize>) -> Result<Listing, Error> {
        self.select(&Query::Blocked(filter), &Page::first(limit), selection::all)
    }

    /// The issues whose claim has expired, or has been held for `older_than_secs` seconds, of
    /// those that `filter` admits.
    pub fn query_stale(&self, filter: &Filter, older_than_secs: Option<u64>) -> Result<Listing, Error> {
        self.select(&Query::Stale(filter, older_than_secs), &Page::default(), selection::all)
    }

    /// Issues by id or prefix, with their direct dependencies.
    pub fn show(&self, prefixes: &[IdPrefix]) -> Result<Listing, Error> {
        let repo = self.storage.open()?;
        let snapshot = self.snapshot(&repo)?;
        let ids = resolve(&snapshot, prefixes)?;
        let tracker = self.load(&snapshot, &Scope::Issues(ids.clone()));
        for id in &ids {
            tracker.issue(*id)?;
        }
        Ok(Listing { tracker, ids })
    }
}
