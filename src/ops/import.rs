//! Taking issues in from elsewhere, in one commit.

use std::io::BufRead;

use super::mutate::{Outcome, Reach};
use super::{CommandExecutor, Error, shared};
use crate::model::import::{self, Batch, Report};
use crate::model::{Draft, Stamp};
use crate::store::format::import as format;
use crate::store::{Scope, Snapshot};

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
    /// before and has not changed stays as it is.
    pub fn import(&self, batch: &Batch) -> Result<Outcome<Report>, Error> {
        self.mutate(None, &[], Reach::All, |draft, _| import::import(draft, batch))
    }

    /// What [`Self::import`] would do.
    pub fn plan_import(&self, batch: &Batch) -> Result<Report, Error> {
        let mut repo = self.storage.open()?;
        repo.prepare_bulk_read();
        let snapshot = Snapshot::current(&repo)?;
        let mut tracker = snapshot.load(&Scope::All);
        tracker.holds = shared::holds(&repo);
        let stamp = Stamp { by: self.acting(&repo, None), at: self.context.now() };
        Ok(import::import(&mut Draft::new(tracker, stamp), batch)?)
    }
}
