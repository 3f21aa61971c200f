//! Values that merges could not keep: listing and settling them.

use super::mutate::Reach;
use super::{CommandExecutor, Error, Outcome};
use crate::model::conflict::{self, DELETED, Located, Which};
use crate::model::query::Filter;
use crate::model::settle::{self, Take};
use crate::model::{IdPrefix, Refusal, Tracker};
use crate::store::{Extent, Scope};

/// Conflicts of a tracker, in order.
#[derive(Debug)]
pub struct Conflicts {
    /// What was read: at least what the conflicts are about.
    pub tracker: Tracker,
    /// The conflicts that were asked for.
    pub found: Vec<Located>,
}

impl CommandExecutor {
    /// The conflicts of the issues that `filter` admits, in the order of lists; those of gates
    /// and settings come after them where every issue is admitted.
    pub fn conflicts(&self, filter: &Filter) -> Result<Conflicts, Error> {
        let repo = self.storage.open()?;
        let snapshot = self.snapshot(&repo)?;
        let reading = self.read(&snapshot, Extent::All);
        let ids = reading.select(filter, |outline| outline.has_conflicts, None);
        let tracker = reading.exactly(ids);
        let mut found = conflict::all(&tracker);
        found.retain(|located| located.place.issue().is_some() || filter.is_empty());
        Ok(Conflicts { tracker, found })
    }

    /// The conflicts that `named` names, at least one: an issue, a conflict by its id, a gate
    /// key, or `config`.
    pub fn conflicts_of(&self, named: &str) -> Result<Conflicts, Error> {
        let repo = self.storage.open()?;
        let snapshot = self.snapshot(&repo)?;
        // The names of files tell an issue without reading any other.
        let by_file = IdPrefix::parse_any(named).ok().map(|prefix| snapshot.resolve(&prefix)).transpose()?;
        let tracker = match by_file {
            Some(Ok(id)) => {
                let tracker = self.load(&snapshot, &Scope::Issues(vec![id]));
                tracker.issue(id)?;
                let found = conflict::find(&tracker, &id.to_string())?;
                return Ok(Conflicts { tracker, found });
            }
            // It may be the id of a conflict, or the key of a gate.
            Some(Err(Refusal::IssueNotFound { .. } | Refusal::InvalidId { .. })) | None => {
                let reading = self.read(&snapshot, Extent::All);
                let ids = reading.select(&Filter::default(), |outline| outline.has_conflicts, None);
                reading.with_dependencies(&ids)
            }
            Some(Err(refusal)) => return Err(refusal.into()),
        };
        let found = conflict::find(&tracker, named)?;
        Ok(Conflicts { tracker, found })
    }

    /// Settles conflicts of what `named` names, in one commit: all that are chosen or none.
    /// The value has them as they were.
    pub fn resolve_conflict(
        &self,
        named: &str,
        which: &Which,
        take: &Take,
    ) -> Result<Outcome<Vec<Located>>, Error> {
        let mut chosen = conflict::choose(self.conflicts_of(named)?.found, which)?;
        // Nothing else can be settled of what is gone.
        chosen.sort_by_key(|located| located.conflict.field == DELETED);
        let issues: Vec<IdPrefix> =
            chosen.iter().filter_map(|located| located.place.issue()).map(IdPrefix::of).take(1).collect();
        // The path that would close a circle runs through issues that nobody named, and so may
        // the dependencies on one that is to be deleted.
        let is_wide =
            |located: &Located| ["dependencies", DELETED].contains(&located.conflict.field.as_str());
        let needs_all = *take != Take::Upstream && chosen.iter().any(is_wide);
        let reach = if needs_all { Reach::All } else { Reach::Named };
        self.mutate(None, &issues, reach, |draft, _| {
            for located in &chosen {
                settle::resolve(draft, &located.place, located.conflict.id, take)?;
            }
            Ok(chosen.clone())
        })
    }
}
