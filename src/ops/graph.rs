//! Reading the dependency graph.

use super::{CommandExecutor, Error, Listing, Page, Query, selection};
use crate::model::IdPrefix;

impl CommandExecutor {
    /// An issue with everything it depends on. The first id is the issue's.
    pub fn graph_show(&self, prefix: &IdPrefix) -> Result<Listing, Error> {
        self.select(&Query::Upstream(prefix), &Page::default(), |found| Listing {
            ids: found.named().into_iter().collect(),
            ..selection::all(found)
        })
    }

    /// The issues that depend on one, directly or through others, most urgent first.
    pub fn graph_downstream(&self, prefix: &IdPrefix) -> Result<Listing, Error> {
        self.select(&Query::Downstream(prefix), &Page::default(), selection::all)
    }

    /// The longest chain of unfinished issues that wait for each other, what comes first first; with
    /// a prefix, of those that end with that issue.
    pub fn graph_critical_path(&self, prefix: Option<&IdPrefix>) -> Result<Listing, Error> {
        self.select(&Query::CriticalPath(prefix), &Page::default(), selection::all)
    }

    /// The issues without dependencies, most urgent first.
    pub fn graph_roots(&self) -> Result<Listing, Error> {
        self.select(&Query::Roots, &Page::default(), selection::all)
    }
}
