//! Taking issues in from elsewhere, in one commit.

use std::collections::BTreeSet;
use std::io::BufRead;

use super::mutate::{Outcome, Reach};
use super::{CommandExecutor, Error, shared};
use crate::model::import::{self, Batch, Report};
use crate::model::{Draft, IssueId, Stamp};
use crate::store::format::import as format;
use crate::store::{EventFilter, Repo, Scope, Snapshot};

pub use crate::store::format::import::ImportFormat;

impl CommandExecutor {
    /// Reads issues in `format` from `input`. `source` names it in errors and the log, and
    /// `prefix` stands before each id of the other tracker from now on.
    pub fn read_import(
        &self,
        format: ImportFormat,
        source: &str,
        prefix: &str,
        input: &mut dyn BufRead,
    ) -> Result<Batch, Error> {
        let task = self.context.progress().begin("reading issues", None);
        let request = format::Request { format, source, prefix, now: self.context.now() };
        let batch = format::read(&request, input, &task)?;
        batch.check()?;
        Ok(batch)
    }

    /// Takes `batch` in: all of it or nothing, in one commit. What is here as it was imported
    /// before and has not changed stays as it is; what was deleted here stays away unless `restore`.
    pub fn import(&self, batch: &Batch, restore: bool) -> Result<Outcome<Report>, Error> {
        self.check_present()?;
        let deleted = deleted_of(&self.storage.open()?, batch, restore)?;
        self.mutate(None, &[], Reach::All, |draft, _| import::import(draft, batch, &deleted))
    }

    /// What [`Self::import`] would do.
    pub fn plan_import(&self, batch: &Batch, restore: bool) -> Result<Report, Error> {
        let mut repo = self.storage.open()?;
        repo.prepare_bulk_read();
        let deleted = deleted_of(&repo, batch, restore)?;
        let snapshot = Snapshot::current(&repo)?;
        let mut tracker = snapshot.load(&Scope::All);
        tracker.holds = shared::holds(&repo);
        let stamp = Stamp { by: self.acting(&repo, None), at: self.context.now() };
        Ok(import::import(&mut Draft::new(tracker, stamp), batch, &deleted)?)
    }
}

/// The issues of `batch` that somebody deleted here; none if they may come back. An import that was
/// undone has deleted nothing.
fn deleted_of(repo: &Repo, batch: &Batch, restore: bool) -> Result<BTreeSet<IssueId>, Error> {
    let mut deleted = BTreeSet::new();
    if restore {
        return Ok(deleted);
    }
    let snapshot = Snapshot::current(repo)?;
    let there = snapshot.issue_ids();
    let absent: BTreeSet<_> = batch.foreign_ids().filter(|id| !there.contains(id)).map(Some).collect();
    if !absent.is_empty() {
        let types = vec!["issue_deleted".to_owned()];
        let filter = EventFilter { types, among: Some(absent), ..EventFilter::default() };
        repo.find_events(snapshot.commit(), &filter, |event| {
            deleted.extend(event.issue_id);
            true
        })?;
    }
    Ok(deleted)
}
