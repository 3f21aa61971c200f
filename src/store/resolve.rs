//! Finding the issues that people named by prefixes, from the names of files alone.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

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
        let mut found = Vec::new();
        for range in prefix.ranges() {
            found.extend(self.within(range)?);
        }
        if let Some(id) = prefix.otherwise().filter(|_| found.is_empty()) {
            found.extend(self.within(id..=id)?);
        }
        Ok(prefix.resolve(found))
    }

    /// The issues in a range of ids that begin alike.
    fn within(&mut self, range: RangeInclusive<IssueId>) -> Result<Vec<IssueId>, Error> {
        let shard = layout::shard(*range.start());
        let ids = match self.shards.entry(shard) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let ids = self.snapshot.shard_ids(new.key()).map_err(|reason| Error::Damaged {
                    path: format!("{}/{}", layout::ISSUES, new.key()),
                    reason,
                })?;
                new.insert(ids.into_iter().collect())
            }
        };
        Ok(ids.range(range).copied().collect())
    }
}
