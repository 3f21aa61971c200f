//! What a reader hands over, whatever the format was.

use std::collections::BTreeMap;

use super::{FieldUse, Foreign, ImportError, Note, build};
use crate::model::{Issue, IssueId, Refusal, origin};

/// What was read from elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The kind of tracker: a short word.
    pub from: String,
    /// Where it was read: a file's name.
    pub source: String,
    /// The issues, in the order of the file.
    pub records: Vec<Record>,
    /// What was read and is no issue, and why it is left out.
    pub left_out: Vec<Note>,
    /// What became of each field that was read, by its name there.
    pub fields: BTreeMap<String, FieldUse>,
}

/// One issue that was read, and where.
#[derive(Clone, Debug)]
pub struct Record {
    /// Such as `line 3`.
    pub place: String,
    /// The issue.
    pub issue: Incoming,
}

/// An issue that was read.
#[derive(Clone, Debug)]
pub enum Incoming {
    /// One of jit's own, with all that belongs to it.
    Own(Box<Issue>),
    /// One of another tracker.
    Foreign(Box<Foreign>),
}

impl Record {
    /// The id that its issue has, or gets.
    pub(super) fn id(&self) -> Result<IssueId, Refusal> {
        match &self.issue {
            Incoming::Own(issue) => Ok(issue.id),
            Incoming::Foreign(foreign) => origin::issue_id(&foreign.id).ok_or_else(|| {
                Refusal::invalid("id", format!("{:?} is not one word of at most 120 characters", foreign.id))
            }),
        }
    }

    /// Its id as people know it.
    fn name(&self) -> String {
        match &self.issue {
            Incoming::Own(issue) => issue.id.short(),
            Incoming::Foreign(foreign) => foreign.id.clone(),
        }
    }
}

impl Batch {
    /// The ids that issues of other trackers have here, or get.
    pub fn foreign_ids(&self) -> impl Iterator<Item = IssueId> {
        let foreign = self.records.iter().filter(|record| matches!(record.issue, Incoming::Foreign(_)));
        foreign.filter_map(|record| record.id().ok())
    }

    /// Refuses what no tracker would take, whatever is in it.
    pub fn check(&self) -> Result<(), ImportError> {
        let mut seen: BTreeMap<IssueId, &Record> = BTreeMap::new();
        for record in &self.records {
            let refused = |refusal: Refusal| ImportError::Refused {
                source_name: self.source.clone(),
                place: record.place.clone(),
                refusal: Box::new(refusal),
            };
            let id = record.id().map_err(refused)?;
            build::check(&record.issue).map_err(refused)?;
            if let Some(first) = seen.insert(id, record) {
                return Err(ImportError::DuplicateId {
                    source_name: self.source.clone(),
                    id: record.name(),
                    first: first.place.clone(),
                    second: record.place.clone(),
                });
            }
        }
        Ok(())
    }
}
