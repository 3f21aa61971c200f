//! Issues as one file, for other tools.

use super::{CommandExecutor, Error};
use crate::model::query::Filter;
use crate::model::{Holds, IssueId, Tracker, hold};
use crate::ops::shared;
use crate::store::Scope;
use crate::store::format::export;

pub use crate::store::format::export::ExportFormat;

/// Issues to write into a file.
#[derive(Debug)]
pub struct ExportFile {
    tracker: Tracker,
    ids: Vec<IssueId>,
    format: ExportFormat,
}

impl ExportFile {
    /// How many issues are in it.
    pub fn count(&self) -> usize {
        self.ids.len()
    }

    /// How many files of the tracker could not be read, so that they are not in it.
    pub fn damaged(&self) -> usize {
        self.tracker.damaged.len()
    }

    /// The file, part by part.
    pub fn parts(&self) -> impl Iterator<Item = String> {
        let issues = self.ids.iter().filter_map(|id| self.tracker.issues.get(id)).collect();
        export::parts(self.format, &self.tracker, issues)
    }
}

impl CommandExecutor {
    /// The issues that `filter` admits in `format`, oldest first.
    pub fn export_file(&self, format: ExportFormat, filter: &Filter) -> Result<ExportFile, Error> {
        let mut repo = self.storage.open()?;
        repo.prepare_bulk_read();
        let snapshot = self.snapshot(&repo)?;
        let tracker = Tracker { as_of: self.as_of(&snapshot), ..snapshot.load(&Scope::All) };
        let ids = admitted(&tracker, filter, &shared::shown_holds(&snapshot).unwrap_or_default());
        Ok(ExportFile { tracker, ids, format })
    }
}

/// The issues that `filter` admits as people see them, who know what only the remote says.
fn admitted(tracker: &Tracker, filter: &Filter, holds: &Holds) -> Vec<IssueId> {
    let seen;
    let seen = if holds.is_empty() || filter.is_empty() {
        tracker
    } else {
        let mut shown = tracker.clone();
        hold::overlay(&mut shown, holds);
        seen = shown;
        &seen
    };
    let mut issues: Vec<_> = seen.issues.values().filter(|issue| filter.admits(seen, issue)).collect();
    issues.sort_by_key(|issue| (issue.created.at, issue.id));
    issues.into_iter().map(|issue| issue.id).collect()
}
