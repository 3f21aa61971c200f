//! What can be told of an issue in a list: the columns of tables and the names in templates.

use super::claim;
use super::text::{clean, clean_block};
use super::times::Times;
use crate::model::{AgentId, Blocker, GateKey, Issue, Tracker};

/// One of them. Those that JSON has too are called the same there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    Assignee,
    BlockedBy,
    Claim,
    Comments,
    Context,
    CreatedAt,
    CreatedBy,
    Dependencies,
    Description,
    Gates,
    Holder,
    Id,
    Labels,
    Priority,
    ShortId,
    Since,
    State,
    /// The title, and the labels in brackets.
    Summary,
    Title,
    Type,
    UpdatedAt,
    UpdatedBy,
}

/// The name, and the heading in tables.
const ALL: [(&str, &str, Column); 22] = [
    ("assignee", "ASSIGNEE", Column::Assignee),
    ("blocked_by", "BLOCKED BY", Column::BlockedBy),
    ("claim", "CLAIM", Column::Claim),
    ("comments", "COMMENTS", Column::Comments),
    ("context", "CONTEXT", Column::Context),
    ("created_at", "CREATED", Column::CreatedAt),
    ("created_by", "CREATED BY", Column::CreatedBy),
    ("dependencies", "DEPENDS ON", Column::Dependencies),
    ("description", "DESCRIPTION", Column::Description),
    ("gates_required", "GATES", Column::Gates),
    ("holder", "HOLDER", Column::Holder),
    ("id", "ID", Column::Id),
    ("labels", "LABELS", Column::Labels),
    ("priority", "PRIORITY", Column::Priority),
    ("short_id", "ID", Column::ShortId),
    ("since", "SINCE", Column::Since),
    ("state", "STATE", Column::State),
    ("summary", "TITLE", Column::Summary),
    ("title", "TITLE", Column::Title),
    ("type", "TYPE", Column::Type),
    ("updated_at", "UPDATED", Column::UpdatedAt),
    ("updated_by", "UPDATED BY", Column::UpdatedBy),
];

/// An issue to tell of, whose direct dependencies must be in the tracker.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    /// What it is from.
    pub(crate) tracker: &'a Tracker,
    /// The issue.
    pub(crate) issue: &'a Issue,
    /// How points in time are shown.
    pub(crate) times: Times,
}

impl Column {
    /// The column of that name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        ALL.iter().find(|(known, ..)| *known == name).map(|(.., column)| *column)
    }

    /// All names.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        ALL.iter().map(|(name, ..)| *name)
    }

    /// What stands above it in a table.
    pub(super) fn heading(self) -> &'static str {
        ALL.iter().find(|(.., column)| *column == self).map_or("", |(_, heading, _)| heading)
    }

    /// What a table has in it, on one line.
    pub(super) fn cell(self, row: Row<'_>) -> String {
        let text = self.text(row);
        match text.split_once('\n') {
            _ if text.is_empty() => "-".to_owned(),
            Some((first, _)) => first.to_owned(),
            None => text,
        }
    }

    /// What a template has for it: empty where there is nothing. Only a description may have
    /// several lines.
    pub(super) fn text(self, row: Row<'_>) -> String {
        let Row { tracker, issue, times } = row;
        let held = issue.claim.as_ref();
        match self {
            Self::Assignee => issue.assignee.as_ref().map(agent).unwrap_or_default(),
            Self::BlockedBy => list(tracker.current_blockers(issue).iter().map(short)),
            Self::Claim => held.map(|held| claim::how(tracker, held)).unwrap_or_default(),
            Self::Comments => issue.comments.len().to_string(),
            Self::Context => list(issue.context.iter().map(|(key, value)| format!("{key}={value}"))),
            Self::CreatedAt => times.show(issue.created.at),
            Self::CreatedBy => agent(&issue.created.by),
            Self::Dependencies => list(issue.dependencies.iter().map(|id| id.short())),
            Self::Description => clean_block(issue.description.trim_end()).into_owned(),
            Self::Gates => list(issue.gates.keys().map(GateKey::as_str)),
            Self::Holder => held.map(|held| agent(&held.by)).unwrap_or_default(),
            Self::Id => issue.id.to_string(),
            Self::Labels => list(&issue.labels),
            Self::Priority => issue.priority.as_str().to_owned(),
            Self::ShortId => issue.id.short(),
            Self::Since => held.map(|held| times.show(held.at)).unwrap_or_default(),
            Self::State => tracker.status(issue).as_str().to_owned(),
            Self::Summary => summary(issue),
            Self::Title => clean(&issue.title).into_owned(),
            Self::Type => clean(&issue.issue_type).into_owned(),
            Self::UpdatedAt => times.show(issue.updated.at),
            Self::UpdatedBy => agent(&issue.updated.by),
        }
    }
}

fn agent(agent: &AgentId) -> String {
    clean(agent.as_str()).into_owned()
}

fn list<T: AsRef<str>>(parts: impl IntoIterator<Item = T>) -> String {
    let mut text = String::new();
    for part in parts {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(&clean(part.as_ref()));
    }
    text
}

fn short(blocker: &Blocker) -> String {
    match blocker {
        Blocker::Gate { .. } => blocker.name(),
        Blocker::Dependency { id, .. }
        | Blocker::MissingDependency { id }
        | Blocker::DamagedDependency { id } => id.short(),
    }
}

fn summary(issue: &Issue) -> String {
    let title = clean(&issue.title).into_owned();
    if issue.labels.is_empty() { title } else { format!("{title}  [{}]", list(&issue.labels)) }
}
