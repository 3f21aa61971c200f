//! What an import did, for people and programs.

use std::collections::BTreeMap;

use super::{Batch, Foreign};
use crate::model::Issue;

/// What an import did, or would do.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The kind of tracker.
    pub from: String,
    /// Issues in the file.
    pub read: usize,
    /// Issues that are new here.
    pub created: usize,
    /// Issues that were here and are different now.
    pub updated: usize,
    /// Issues that were here and stay as they are.
    pub unchanged: usize,
    /// Issues that were left out.
    pub skipped: usize,
    /// Comments in the file.
    pub comments: usize,
    /// Links in the file, by their kind there.
    pub links: BTreeMap<String, Tally>,
    /// What became of each field, by its name there.
    pub fields: BTreeMap<String, FieldUse>,
    /// What did not fit, issue by issue.
    pub notes: Vec<Note>,
}

/// What became of links of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many there are.
    pub read: usize,
    /// How many became dependencies.
    pub mapped: usize,
}

/// What became of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldUse {
    /// Where it went.
    pub kept: Kept,
    /// How many issues have it.
    pub count: usize,
}

/// Where a field went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// To this field of jit's.
    Mapped(&'static str),
    /// Aside, to this context key.
    Aside(String),
    /// Nowhere, for this reason.
    Dropped(&'static str),
}

/// Something about one issue that did not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its id there.
    pub id: String,
    /// What, in words.
    pub text: String,
}

impl Report {
    pub(super) fn new(batch: &Batch) -> Self {
        Self {
            from: batch.from.clone(),
            read: batch.records.len() + batch.left_out.len(),
            skipped: batch.left_out.len(),
            notes: batch.left_out.clone(),
            fields: batch.fields.clone(),
            ..Self::default()
        }
    }

    pub(super) fn note(&mut self, id: &str, text: String) {
        self.notes.push(Note { id: id.to_owned(), text });
    }

    pub(super) fn skip(&mut self, foreign: &Foreign, why: &str) {
        self.skipped += 1;
        self.note(&foreign.id, format!("left out: {why}"));
    }

    /// Counts what belongs to one of jit's own issues.
    pub(super) fn own(&mut self, issue: &Issue) {
        self.comments += issue.comments.len();
        let count = issue.dependencies.len();
        if count > 0 {
            let tally = self.links.entry("dependencies".to_owned()).or_default();
            tally.read += count;
            tally.mapped += count;
        }
    }

    /// Notes what was changed to fit.
    pub(super) fn adapted(&mut self, foreign: &Foreign) {
        for text in &foreign.adapted {
            self.note(&foreign.id, text.clone());
        }
    }
}
