//! An issue of another tracker, as readers describe it.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{AgentId, Priority, Timestamp};

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
