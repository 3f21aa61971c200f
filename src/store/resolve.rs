//! Finding the issues that people named by prefixes, from the names of files alone.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::{Error, Snapshot, layout};
use crate::model::{IdPrefix, IssueId, Refusal};

/// Finds many issues, reading no directory twice.
pub(crate) struct Resolver<'s, 'r> {
    snapshot: &'s Snapshot<'r>,
    shards: BTreeMap<String, BTreeSet<IssueId>>,
}

impl<'s, 'r> Resolver<'s, 'r> {
    /// Finds issues of `snapshot`.
    pub(crate) fn new(snapshot: &'s Snapshot<'r>) -> Self {
        Self { snapshot, shards: BTreeMap::new() }
    }

    /// The issue that `prefix` names.
    pub(crate) fn resolve(&mut self, prefix: &IdPrefix) -> Result<Result<IssueId, Refusal>, Error> {
        let shard = &prefix.as_str()[..2];
        let ids = match self.shards.entry(shard.to_owned()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let damaged = |reason| Error::Damaged { path: format!("{}/{shard}", layout::ISSUES), reason };
                new.insert(self.snapshot.shard_ids(shard).map_err(damaged)?.into_iter().collect())
            }
        };
        Ok(prefix.resolve(ids.range(prefix.range()).copied()))
    }
}
