//! Taking issues in from elsewhere.
//!
//! Whatever the format, a reader hands over one [`Batch`], and [`import`] makes one change of
//! it. The same batch a second time changes nothing; one in which some issues are different
//! changes those, and leaves what was done to the others here as it is.

mod build;
mod events;
mod links;
mod report;
mod update;

use std::collections::{BTreeMap, BTreeSet};

pub use report::{FieldUse, Kept, Note, Report, Tally};

use super::{
    AgentId, Draft, EventKind, GateDefinition, GateKey, GateStage, Issue, IssueId, Priority, Refusal,
    Timestamp, create, event, origin,
};

/// Texts of more bytes than this are not repeated in the log.
const MAX_LOGGED_BYTES: usize = 1 << 20;

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

/// An issue of another tracker, in jit's terms as far as that goes.
#[derive(Clone, Debug)]
pub struct Foreign {
    /// Its id there.
    pub id: String,
    /// One line.
    pub title: String,
    /// Any text.
    pub description: String,
    /// What kind of work it is.
    pub issue_type: Option<String>,
    /// How far it is.
    pub standing: Standing,
    /// How urgent.
    pub priority: Priority,
    /// Words that group issues.
    pub labels: BTreeSet<String>,
    /// Who is to do it or did it.
    pub assignee: Option<AgentId>,
    /// Who made it.
    pub created_by: Option<AgentId>,
    /// When, if that is known.
    pub created_at: Option<Timestamp>,
    /// When it was changed last, if that is known.
    pub updated_at: Option<Timestamp>,
    /// Remarks, oldest first.
    pub comments: Vec<ForeignComment>,
    /// What it has to do with other issues.
    pub links: Vec<Link>,
    /// What jit has no place for, by context key.
    pub context: BTreeMap<String, String>,
    /// What was changed to fit, in words.
    pub adapted: Vec<String>,
    /// The fields of jit's that the file says nothing of, by name: of an issue that is here, they
    /// stay as they are.
    pub silent_on: BTreeSet<&'static str>,
}

/// The word for issues that are not to be started, and hold nothing up either.
pub const PINNED: &str = "pinned";

/// How far an issue of another tracker is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not started.
    Open,
    /// Not to be started, for the reason that this word gives.
    Held(String),
    /// Somebody works on it.
    InProgress,
    /// Finished.
    Done,
    /// Will not be done.
    Rejected,
    /// Deleted, though there is still a record of it.
    Deleted,
}

/// A remark in another tracker.
#[derive(Clone, Debug)]
pub struct ForeignComment {
    /// Tells it from others on the issue.
    pub id: String,
    /// Who wrote it.
    pub by: AgentId,
    /// When.
    pub at: Timestamp,
    /// What it says.
    pub body: String,
}

/// What an issue has to do with another.
#[derive(Clone, Debug)]
pub struct Link {
    /// The other's id, in its own tracker.
    pub to: String,
    /// What it is called there.
    pub kind: String,
    /// What it means for the order of work.
    pub role: Role,
}

/// What a link means for the order of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// This waits for the other.
    WaitsFor,
    /// The other waits for this.
    HoldsUp,
    /// This is a part of the other, which waits for it if it is an epic.
    PartOf,
    /// Nothing.
    Related,
}

/// Why what was read is not imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// It could not be read.
    #[error("{source_name}: {error}")]
    Unreadable {
        /// The file.
        source_name: String,
        /// Why.
        error: std::io::Error,
    },
    /// It is not in the format that it was said to be in, or not whole.
    #[error("{source_name}, {place}: {reason}")]
    Syntax {
        /// The file.
        source_name: String,
        /// Where in it.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// It is more than is read at once.
    #[error("{source_name} is too large: {reason}")]
    TooLarge {
        /// The file.
        source_name: String,
        /// What is too much, and what is the most.
        reason: String,
    },
    /// A value breaks the rules of its field.
    #[error("{source_name}, {place}: {refusal}")]
    Refused {
        /// The file.
        source_name: String,
        /// Where in it.
        place: String,
        /// The rule.
        refusal: Box<Refusal>,
    },
    /// Two issues have the same id.
    #[error("{source_name}: {first} and {second} have the same id {id:?}")]
    DuplicateId {
        /// The file.
        source_name: String,
        /// The id.
        id: String,
        /// Where it is first.
        first: String,
        /// Where it is again.
        second: String,
    },
}

impl ImportError {
    /// The stable name of this failure, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "import_unreadable",
            Self::Syntax { .. } => "import_syntax",
            Self::TooLarge { .. } => "import_too_large",
            Self::Refused { .. } => "import_refused",
            Self::DuplicateId { .. } => "import_duplicate_id",
        }
    }
}

impl Record {
    /// The id that its issue has, or gets.
    fn id(&self) -> Result<IssueId, Refusal> {
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

/// Takes `batch` in, which must have been checked. The draft must have the whole tracker.
pub fn import(draft: &mut Draft, batch: &Batch) -> Result<Report, Refusal> {
    let mut report = Report::new(batch);
    let mut planned = plan(draft, batch, &mut report)?;
    links::connect(draft, batch, &mut planned, &mut report)?;
    let mut changed = Vec::new();
    for (record, planned) in batch.records.iter().zip(planned) {
        let Some(planned) = planned else { continue };
        match update::store(draft, &record.issue, planned) {
            update::Stored::Created(id) => {
                report.created += 1;
                changed.push((id, None));
            }
            update::Stored::Updated(before) => {
                report.updated += 1;
                changed.push((before.id, Some(before)));
            }
            update::Stored::Unchanged => report.unchanged += 1,
        }
    }
    if !changed.is_empty() {
        record_events(draft, batch, &changed)?;
    }
    Ok(report)
}

/// What each record is to become, without its links. None of what is left out.
fn plan(draft: &mut Draft, batch: &Batch, report: &mut Report) -> Result<Vec<Option<Issue>>, Refusal> {
    let mut planned = Vec::with_capacity(batch.records.len());
    for record in &batch.records {
        let id = record.id()?;
        // What cannot be read is not overwritten.
        if draft.tracker().damage_of(id).is_some() {
            draft.issue(id)?;
        }
        let Incoming::Foreign(foreign) = &record.issue else {
            planned.push(build::own(&record.issue));
            continue;
        };
        check_same_origin(draft, batch, foreign, id)?;
        if foreign.standing == Standing::Deleted && draft.issue(id).is_err() {
            report.skip(foreign, "it is deleted there");
            planned.push(None);
            continue;
        }
        report.adapted(foreign);
        if let Some(key) = build::hold_key(&batch.from, &foreign.standing) {
            define_hold(draft, &batch.from, &key, &foreign.standing);
        }
        planned.push(Some(build::foreign(foreign, id, &batch.from, draft.stamp())));
    }
    Ok(planned)
}

/// Two trackers may use the same ids: one must not be taken for the other.
fn check_same_origin(draft: &Draft, batch: &Batch, foreign: &Foreign, id: IssueId) -> Result<(), Refusal> {
    let Ok(known) = draft.issue(id) else { return Ok(()) };
    match known.context.get(origin::FROM) {
        None if origin::is_own(&foreign.id) => Ok(()),
        Some(from) if *from == batch.from => Ok(()),
        from => Err(Refusal::invalid(
            "id",
            format!(
                "{} was imported from {} before, and this is {}; '--prefix' keeps their ids apart",
                foreign.id,
                from.map_or("elsewhere", String::as_str),
                batch.from
            ),
        )),
    }
}

/// Defines the gate that keeps issues from being started that are not to be, unless the
/// registry has one of that name.
fn define_hold(draft: &mut Draft, from: &str, key: &GateKey, standing: &Standing) {
    if draft.tracker().gates.contains_key(key) {
        return;
    }
    let Standing::Held(word) = standing else { return };
    let definition = GateDefinition {
        title: Some(format!("{word} in {from}")),
        description: "Passing it says that the issue may be started.".to_owned(),
        stage: GateStage::Pre,
        ..GateDefinition::default()
    };
    draft.put_gate(key.clone(), definition.clone());
    draft.record(None, EventKind::GateDefined { key: key.clone(), definition: Box::new(definition) });
}

/// One event for the import, and those of each issue where these are few.
fn record_events(
    draft: &mut Draft,
    batch: &Batch,
    changed: &[(IssueId, Option<Box<Issue>>)],
) -> Result<(), Refusal> {
    let count = changed.len();
    draft.record_first(EventKind::Imported { count, source: batch.source.clone() });
    let mut gates = BTreeSet::new();
    for (id, _) in changed {
        gates.extend(draft.issue(*id)?.gates.keys().cloned());
    }
    create::warn_unregistered(draft, gates.iter());
    let mut bytes = 0;
    for (id, _) in changed {
        bytes += events::text_bytes(draft.issue(*id)?);
    }
    if count > event::MAX_ISSUES || bytes > MAX_LOGGED_BYTES {
        return Ok(());
    }
    for (id, before) in changed {
        let after = draft.issue(*id)?.clone();
        for kind in events::of(before.as_deref(), &after) {
            draft.record(Some(*id), kind);
        }
    }
    Ok(())
}
