//! An issue and what it is made of.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use uuid::Uuid;

use super::template::TemplateName;
use super::{
    AgentId, Attachment, ClaimId, Extra, GateKey, GateState, IssueId, Priority, Stamp, State, Timestamp,
};

/// The type of an issue unless another is said.
pub const DEFAULT_TYPE: &str = "task";

/// One piece of work.
#[derive(Clone, Debug, PartialEq)]
pub struct Issue {
    /// Chosen at creation, never changes.
    pub id: IssueId,
    /// One visible line.
    pub title: String,
    /// Any text; may be empty.
    pub description: String,
    /// Free text, [`DEFAULT_TYPE`] unless said.
    pub issue_type: String,
    /// The stored state. What people see is [`super::Tracker::status`].
    pub state: State,
    /// How urgent it is.
    pub priority: Priority,
    /// Words that group issues.
    pub labels: BTreeSet<String>,
    /// Who is to do it or did it.
    pub assignee: Option<AgentId>,
    /// Who holds it now.
    pub claim: Option<Claim>,
    /// Issues that must be finished before this one can start.
    pub dependencies: BTreeSet<IssueId>,
    /// Gates this issue must pass, with what is known of each.
    pub gates: BTreeMap<GateKey, GateState>,
    /// Notes by key, for agents to leave each other.
    pub context: BTreeMap<String, String>,
    /// Files that belong to it.
    pub attachments: BTreeSet<Attachment>,
    /// Remarks, oldest first.
    pub comments: Vec<Comment>,
    /// Values a merge could not keep.
    pub conflicts: Vec<Conflict>,
    /// Who made it and when.
    pub created: Stamp,
    /// Who changed it last and when.
    pub updated: Stamp,
    /// Keys of a newer version.
    pub extra: Extra,
}

impl Issue {
    /// A new open issue with nothing but a title.
    pub fn new(id: IssueId, title: String, stamp: Stamp) -> Self {
        Self {
            id,
            title,
            description: String::new(),
            issue_type: DEFAULT_TYPE.to_owned(),
            state: State::Open,
            priority: Priority::default(),
            labels: BTreeSet::new(),
            assignee: None,
            claim: None,
            dependencies: BTreeSet::new(),
            gates: BTreeMap::new(),
            context: BTreeMap::new(),
            attachments: BTreeSet::new(),
            comments: Vec::new(),
            conflicts: Vec::new(),
            created: stamp.clone(),
            updated: stamp,
            extra: Extra::new(),
        }
    }

    /// The order of lists: most urgent first, then oldest, then by id.
    pub fn rank(&self) -> (Priority, Timestamp, IssueId) {
        (self.priority, self.created.at, self.id)
    }
}

/// A hold on an issue: at most one exists at any time.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// Tells this hold from every other, also of the same agent.
    pub id: ClaimId,
    /// The holder.
    pub by: AgentId,
    /// Since when.
    pub at: Timestamp,
    /// When it ends unless renewed; never if absent.
    pub expires: Option<Timestamp>,
    /// The clone it was made in: only there is it repaired or given up unasked.
    pub clone: Option<Uuid>,
    /// Keys of a newer version.
    pub extra: Extra,
}

impl Claim {
    /// Whether the lease ran out `skew_secs` before `now` or earlier. The allowance is for
    /// clocks that differ: what set the end was the holder's, what tells `now` is another's.
    pub fn is_expired(&self, now: Timestamp, skew_secs: u64) -> bool {
        self.free_from(skew_secs).is_some_and(|end| end <= now)
    }

    /// From when on the lease counts as run out, if it ever does.
    pub fn free_from(&self, skew_secs: u64) -> Option<Timestamp> {
        let skew = i64::try_from(skew_secs).ok().and_then(TimeDelta::try_seconds);
        // What ends after the calendar never does.
        self.expires.and_then(|expires| expires.checked_add_signed(skew?))
    }
}

/// A remark on an issue.
#[derive(Clone, Debug, PartialEq)]
pub struct Comment {
    /// Tells it from others, so that merges can take the union.
    pub id: Uuid,
    /// Who wrote it.
    pub by: AgentId,
    /// When.
    pub at: Timestamp,
    /// What it says.
    pub body: String,
    /// Keys of a newer version.
    pub extra: Extra,
}

/// A value that a merge could not keep, until somebody settles it.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// Tells it from others.
    pub id: Uuid,
    /// The field. Of an issue: `title`, `description`, `type`, `priority`, `state`,
    /// `assignee`, `dependencies` (one id a conflict), `context.<key>`, `gates.<key>`,
    /// `comments.<id>` and `extra.<key>`; of a gate definition: `title`, `description`,
    /// `stage`, `auto`, `checker`, `checker.timeout` and `extra.<key>`; of a template: those of
    /// an issue that it has; of the settings:
    /// the dotted name of one, or `extra.<key>`.
    pub field: String,
    /// The value that stands, as text; absent if the field was emptied.
    pub upstream: Option<String>,
    /// The value that was put aside, as text; absent if the field was emptied.
    pub local: Option<String>,
    /// Who had written the value put aside.
    pub by: AgentId,
    /// When the value put aside was last changed, as far as is known.
    pub at: Timestamp,
    /// Keys of a newer version.
    pub extra: Extra,
}

/// What a conflict is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConflictPlace {
    /// An issue.
    Issue(IssueId),
    /// An entry of the gate registry.
    Gate(GateKey),
    /// A template of issues.
    Template(TemplateName),
    /// The project's settings.
    Settings,
}

impl ConflictPlace {
    /// The issue, if it is one.
    pub const fn issue(&self) -> Option<IssueId> {
        match self {
            Self::Issue(id) => Some(*id),
            Self::Gate(_) | Self::Template(_) | Self::Settings => None,
        }
    }
}
