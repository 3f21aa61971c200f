//! The stored state of an issue, the status derived from it, and what blocks an issue.

use std::fmt;
use std::str::FromStr;

use super::gate::GateStatus;
use super::{GateKey, IssueId, Refusal};

/// The state that is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Not started.
    #[default]
    Open,
    /// Someone works on it.
    InProgress,
    /// The work is finished, post gates are pending.
    Gated,
    /// Finished.
    Done,
    /// Will not be done.
    Rejected,
}

impl State {
    /// All stored states.
    pub const ALL: [Self; 5] = [Self::Open, Self::InProgress, Self::Gated, Self::Done, Self::Rejected];

    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::InProgress => "in_progress",
            Self::Gated => "gated",
            Self::Done => "done",
            Self::Rejected => "rejected",
        }
    }

    /// Whether issues that depend on this one may go ahead.
    pub const fn is_finished(self) -> bool {
        matches!(self, Self::Done | Self::Rejected)
    }

    /// What people see, of an issue that something keeps from starting or not.
    pub const fn status(self, is_blocked: bool) -> Status {
        match self {
            Self::Open if is_blocked => Status::Backlog,
            Self::Open => Status::Ready,
            Self::InProgress => Status::InProgress,
            Self::Gated => Status::Gated,
            Self::Done => Status::Done,
            Self::Rejected => Status::Rejected,
        }
    }

    /// What holds up an issue in this state: unfinished dependencies, and pending pre gates.
    pub const fn minds(self) -> [bool; 2] {
        match self {
            Self::Open => [true, true],
            Self::InProgress | Self::Gated => [true, false],
            Self::Done | Self::Rejected => [false, false],
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What people see: the stored state, with `open` split by readiness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Open, and something blocks it.
    Backlog,
    /// Open, and nothing blocks it.
    Ready,
    /// Someone works on it.
    InProgress,
    /// The work is finished, post gates are pending.
    Gated,
    /// Finished.
    Done,
    /// Will not be done.
    Rejected,
}

impl Status {
    /// All of them, in the order work moves.
    pub const ALL: [Self; 6] =
        [Self::Backlog, Self::Ready, Self::InProgress, Self::Gated, Self::Done, Self::Rejected];

    /// The word that is printed and used in filters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Backlog => "backlog",
            Self::Ready => "ready",
            Self::InProgress => "in_progress",
            Self::Gated => "gated",
            Self::Done => "done",
            Self::Rejected => "rejected",
        }
    }

    /// The heading in summaries.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Backlog => "Backlog",
            Self::Ready => "Ready",
            Self::InProgress => "In Progress",
            Self::Gated => "Gated",
            Self::Done => "Done",
            Self::Rejected => "Rejected",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A state somebody asks for: a status, or `open` for either of its two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StateRequest {
    /// Open, ready or not.
    Open,
    /// Exactly this status.
    Status(Status),
}

impl StateRequest {
    /// Whether an issue of this status is meant.
    pub fn matches(self, status: Status) -> bool {
        match self {
            Self::Open => matches!(status, Status::Backlog | Status::Ready),
            Self::Status(wanted) => wanted == status,
        }
    }
}

impl FromStr for StateRequest {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let word = text.to_lowercase().replace('-', "_");
        if word == "open" {
            return Ok(Self::Open);
        }
        let known = Status::ALL.into_iter().find(|status| status.as_str() == word);
        known.map(Self::Status).ok_or_else(|| {
            let reason =
                format!("{text:?} is none of open, backlog, ready, in_progress, gated, done, rejected");
            Refusal::invalid("state", reason)
        })
    }
}

/// Something that must happen before an issue can start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blocker {
    /// A dependency that is not finished.
    Dependency {
        /// The dependency.
        id: IssueId,
        /// Its title.
        title: String,
        /// Its stored state.
        state: State,
    },
    /// A dependency that is not in the tracker.
    MissingDependency {
        /// The id the issue names.
        id: IssueId,
    },
    /// A dependency whose file cannot be read.
    DamagedDependency {
        /// The id the issue names.
        id: IssueId,
    },
    /// A pre gate that has not passed.
    Gate {
        /// The gate.
        key: GateKey,
        /// How it stands.
        status: GateStatus,
    },
}

impl Blocker {
    /// The id of the dependency, or `gate:<key>`.
    pub fn name(&self) -> String {
        match self {
            Self::Dependency { id, .. } | Self::MissingDependency { id } | Self::DamagedDependency { id } => {
                id.to_string()
            }
            Self::Gate { key, .. } => format!("gate:{key}"),
        }
    }
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dependency { id, title, state } => write!(f, "{} {title} ({state})", id.short()),
            Self::MissingDependency { id } => write!(f, "{} (missing)", id.short()),
            Self::DamagedDependency { id } => write!(f, "{} (unreadable)", id.short()),
            Self::Gate { key, status } => write!(f, "gate {key} ({})", status.as_str()),
        }
    }
}
