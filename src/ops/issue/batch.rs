//! Creating many issues from a list: all of them or none, in one commit.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::create::{self, BatchEntry, BatchError};
use crate::model::{IdPrefix, IssueId, Refusal};
use crate::ops::mutate::{Outcome, Reach};
use crate::ops::{CommandExecutor, Error};
use crate::store::{Resolver, Snapshot};

impl CommandExecutor {
    /// Reads a list of issues from YAML or JSON. `origin` names it in errors.
    pub fn parse_batch(&self, origin: &str, text: &[u8]) -> Result<Vec<BatchEntry>, Error> {
        Ok(crate::store::format::batch::parse(origin, text)?)
    }

    /// Creates all entries, or none. `origin` is for the log.
    pub fn create_batch(&self, origin: &str, entries: Vec<BatchEntry>) -> Result<Outcome, Error> {
        let keys = self.assign_ids(&entries)?;
        for (index, entry) in entries.iter().enumerate() {
            create::check(&entry.issue).map_err(|refusal| BatchError::Entry { entry: index + 1, refusal })?;
        }
        let mut batch = Vec::with_capacity(entries.len());
        let mut outside: Vec<(usize, IdPrefix)> = Vec::new();
        for (index, mut entry) in entries.into_iter().enumerate() {
            for on in &entry.dependencies {
                match keys.by_key.get(on) {
                    Some(at) => drop(entry.issue.dependencies.insert(keys.ids[*at])),
                    None => outside.push((index, outside_prefix(index, on)?)),
                }
            }
            batch.push((keys.ids[index], entry.issue));
        }
        let outside = self.resolve_outside(outside)?;
        for (index, id) in &outside {
            batch[*index].1.dependencies.insert(*id);
        }
        let existing: BTreeSet<IssueId> = outside.iter().map(|(_, id)| *id).collect();
        let prefixes: Vec<IdPrefix> = existing.into_iter().map(IdPrefix::of).collect();
        let outcome = self.mutate(None, &prefixes, Reach::Named, |draft, _| {
            create::create(draft, batch.clone())?;
            draft.summarize("issue_created", origin);
            Ok(())
        });
        let mut outcome = match outcome {
            Err(Error::Refusal(Refusal::Cycle { path })) => {
                let path = path.into_iter().map(|id| keys.name(id)).collect();
                return Err(BatchError::Cycle { path }.into());
            }
            outcome => outcome?,
        };
        outcome.ids = keys.ids;
        Ok(outcome)
    }

    fn assign_ids(&self, entries: &[BatchEntry]) -> Result<Keys, BatchError> {
        let mut by_key = BTreeMap::new();
        for (index, entry) in entries.iter().enumerate() {
            let Some(key) = &entry.key else { continue };
            if let Some(first) = by_key.insert(key.clone(), index) {
                let (first, second) = (first + 1, index + 1);
                return Err(BatchError::DuplicateKey { key: key.clone(), first, second });
            }
        }
        // All are of one age, so lists order them by id: sorted, that is the order of the list.
        let mut ids: Vec<IssueId> = entries.iter().map(|_| IssueId::new(self.context.new_id())).collect();
        ids.sort_unstable();
        Ok(Keys { ids, by_key })
    }

    fn resolve_outside(&self, outside: Vec<(usize, IdPrefix)>) -> Result<Vec<(usize, IssueId)>, Error> {
        if outside.is_empty() {
            return Ok(Vec::new());
        }
        let repo = self.storage.open()?;
        let snapshot = Snapshot::current(&repo)?;
        let mut resolver = Resolver::new(&snapshot);
        let mut resolved = Vec::with_capacity(outside.len());
        for (index, prefix) in outside {
            let id = resolver
                .resolve(&prefix)?
                .map_err(|refusal| BatchError::Entry { entry: index + 1, refusal })?;
            resolved.push((index, id));
        }
        Ok(resolved)
    }
}

struct Keys {
    ids: Vec<IssueId>,
    by_key: BTreeMap<String, usize>,
}

impl Keys {
    /// What a person calls an entry.
    fn name(&self, id: IssueId) -> String {
        let at = self.ids.iter().position(|known| *known == id);
        let key = self.by_key.iter().find(|(_, index)| Some(**index) == at).map(|(key, _)| key.clone());
        key.or_else(|| at.map(|at| format!("entry {}", at + 1))).unwrap_or_else(|| id.short())
    }
}

fn outside_prefix(index: usize, on: &str) -> Result<IdPrefix, BatchError> {
    IdPrefix::parse(on).map_err(|_| BatchError::UnknownDependency { entry: index + 1, on: on.to_owned() })
}
