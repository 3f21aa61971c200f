//! What happened: one value per effect of a mutation. The commits that carry them are the
//! event log.

use super::issue::Issue;
use super::template::{Template, TemplateName};
use super::{
    AgentId, Attachment, ClaimId, Conflict, ConflictPlace, GateDefinition, GateKey, IssueId, Priority, State,
    Timestamp,
};

/// A mutation that touches more issues than this records one summary event.
pub const MAX_ISSUES: usize = 100;

/// An event before it has an id; the draft's stamp says who and when.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// The issue it happened to; none for events of the project.
    pub issue: Option<IssueId>,
    /// What happened.
    pub kind: EventKind,
}

/// The field that an `issue_updated` event changed, with its new value.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue {
    /// The title.
    Title(String),
    /// The description.
    Description(String),
    /// The issue type.
    Type(String),
    /// The priority.
    Priority(Priority),
    /// The assignee, or nobody.
    Assignee(Option<AgentId>),
}

impl FieldValue {
    /// The name of the field, as in the stored file.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Title(_) => "title",
            Self::Description(_) => "description",
            Self::Type(_) => "type",
            Self::Priority(_) => "priority",
            Self::Assignee(_) => "assignee",
        }
    }
}

/// Which value settles a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Taken {
    /// The one that stood.
    Upstream,
    /// The one that was put aside.
    Local,
    /// Another.
    Value,
}

impl Taken {
    /// The word in the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Upstream => "upstream",
            Self::Local => "local",
            Self::Value => "value",
        }
    }
}

/// What happened. Events that move an issue from one stored state to another say so with
/// `from` and `to`, so the log replays without knowing more.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// An issue was created, as it was then.
    IssueCreated(Box<Issue>),
    /// Fields changed.
    IssueUpdated(Vec<FieldValue>),
    /// The stored state changed in a way no other event says.
    IssueStateChanged {
        /// Before.
        from: State,
        /// After.
        to: State,
    },
    /// Somebody took hold of an issue.
    IssueClaimed {
        /// The holder.
        assignee: AgentId,
        /// The hold.
        claim: ClaimId,
        /// When it ends unless renewed.
        expires: Option<Timestamp>,
        /// The hold that had expired and was taken over.
        took_over: Option<ClaimId>,
        /// The stored state before.
        from: State,
    },
    /// A lease was extended.
    ClaimRenewed {
        /// The hold.
        claim: ClaimId,
        /// The new end; none for ever.
        expires: Option<Timestamp>,
    },
    /// A hold was given up and the issue is open again.
    IssueReleased {
        /// Who had it.
        assignee: Option<AgentId>,
        /// The hold.
        claim: Option<ClaimId>,
        /// Why.
        reason: Option<String>,
        /// The stored state before.
        from: State,
    },
    /// An issue was finished.
    IssueCompleted {
        /// The stored state before.
        from: State,
    },
    /// An issue will not be done.
    IssueRejected {
        /// Why.
        reason: Option<String>,
        /// The stored state before.
        from: State,
    },
    /// An issue was removed.
    IssueDeleted {
        /// Its title, for whoever reads the log.
        title: String,
    },
    /// The issue now depends on another.
    DependencyAdded {
        /// The other.
        on: IssueId,
    },
    /// The issue does not depend on another any more.
    DependencyRemoved {
        /// The other.
        on: IssueId,
    },
    /// The issue now requires a gate.
    GateAdded {
        /// The gate.
        key: GateKey,
    },
    /// The issue does not require a gate any more.
    GateRemoved {
        /// The gate.
        key: GateKey,
    },
    /// A gate passed.
    GatePassed {
        /// The gate.
        key: GateKey,
    },
    /// A gate failed.
    GateFailed {
        /// The gate.
        key: GateKey,
        /// Why.
        reason: Option<String>,
    },
    /// The registry has a new or changed gate.
    GateDefined {
        /// The gate.
        key: GateKey,
        /// Its entry.
        definition: Box<GateDefinition>,
    },
    /// The registry lost a gate.
    GateUndefined {
        /// The gate.
        key: GateKey,
    },
    /// There is a new or changed template.
    TemplateDefined {
        /// Its name.
        name: TemplateName,
        /// What issues begin with.
        template: Box<Template>,
    },
    /// A template was removed.
    TemplateUndefined {
        /// Its name.
        name: TemplateName,
    },
    /// Somebody remarked something.
    CommentAdded {
        /// The comment.
        comment: uuid::Uuid,
        /// What it says.
        body: String,
    },
    /// A context value was set, or removed.
    ContextSet {
        /// Its key.
        key: String,
        /// Its value; none if it was removed.
        value: Option<String>,
    },
    /// A file was attached.
    AttachmentAdded {
        /// The file.
        attachment: Attachment,
    },
    /// A file was detached.
    AttachmentRemoved {
        /// The file.
        attachment: Attachment,
    },
    /// A label was added.
    LabelAdded {
        /// The label.
        label: String,
    },
    /// A label was removed.
    LabelRemoved {
        /// The label.
        label: String,
    },
    /// A project setting changed, or the tracker was made (`format`).
    ConfigChanged {
        /// The setting.
        key: String,
        /// Its value as text.
        value: String,
    },
    /// Two trackers became one. The first event of a merge.
    Merged {
        /// The remote whose tracker it was; none if none is known.
        remote: Option<String>,
        /// Commits that only the remote had.
        upstream_commits: usize,
        /// Commits that only this clone had.
        local_commits: usize,
    },
    /// A hold came to nothing in a merge.
    ClaimLost {
        /// The hold.
        claim: ClaimId,
        /// Who had it.
        holder: AgentId,
        /// Who holds the issue instead; nobody if it is finished or was given up.
        winner: Option<AgentId>,
    },
    /// A merge could not keep a value, and put it aside.
    ConflictRecorded {
        /// Where.
        place: ConflictPlace,
        /// Both values.
        conflict: Box<Conflict>,
    },
    /// Somebody settled a conflict.
    ConflictResolved {
        /// Where.
        place: ConflictPlace,
        /// The conflict.
        conflict: uuid::Uuid,
        /// Its field.
        field: String,
        /// The value that the field has now, as text; none if it is empty.
        value: Option<String>,
        /// Where that value is from.
        taken: Taken,
    },
    /// Issues were taken in from elsewhere. The first event of an import.
    Imported {
        /// How many issues are new or different.
        count: usize,
        /// The file.
        source: String,
    },
    /// Changes were taken back; the event tells what an issue is after it.
    ChangeUndone {
        /// The commits of the changes.
        undone: Vec<String>,
        /// The issue; none if it is not there any more.
        issue: Option<Box<Issue>>,
    },
    /// A commit without events: jit did not make it.
    ChangedOutside {
        /// The first line of its message.
        subject: String,
    },
    /// One mutation touched more issues than events are kept for.
    Summary {
        /// The type of the events it stands for.
        kind: &'static str,
        /// How many issues.
        count: usize,
        /// Where they came from: a file, or the filter that chose them.
        source: String,
    },
}

impl EventKind {
    /// Every name in the log that this version gives. The log may have more, of others.
    pub const NAMES: [&str; 33] = [
        "issue_created",
        "issue_updated",
        "issue_state_changed",
        "issue_claimed",
        "claim_renewed",
        "issue_released",
        "issue_completed",
        "issue_rejected",
        "issue_deleted",
        "dependency_added",
        "dependency_removed",
        "gate_added",
        "gate_removed",
        "gate_passed",
        "gate_failed",
        "gate_defined",
        "gate_undefined",
        "template_defined",
        "template_undefined",
        "comment_added",
        "context_set",
        "attachment_added",
        "attachment_removed",
        "label_added",
        "label_removed",
        "config_changed",
        "merged",
        "claim_lost",
        "conflict_recorded",
        "conflict_resolved",
        "imported",
        "change_undone",
        "changed_outside",
    ];

    /// The name in the log; one of [`Self::NAMES`].
    pub const fn name(&self) -> &'static str {
        match self {
            Self::IssueCreated(_) => "issue_created",
            Self::IssueUpdated(_) => "issue_updated",
            Self::IssueStateChanged { .. } => "issue_state_changed",
            Self::IssueClaimed { .. } => "issue_claimed",
            Self::ClaimRenewed { .. } => "claim_renewed",
            Self::IssueReleased { .. } => "issue_released",
            Self::IssueCompleted { .. } => "issue_completed",
            Self::IssueRejected { .. } => "issue_rejected",
            Self::IssueDeleted { .. } => "issue_deleted",
            Self::DependencyAdded { .. } => "dependency_added",
            Self::DependencyRemoved { .. } => "dependency_removed",
            Self::GateAdded { .. } => "gate_added",
            Self::GateRemoved { .. } => "gate_removed",
            Self::GatePassed { .. } => "gate_passed",
            Self::GateFailed { .. } => "gate_failed",
            Self::GateDefined { .. } => "gate_defined",
            Self::GateUndefined { .. } => "gate_undefined",
            Self::TemplateDefined { .. } => "template_defined",
            Self::TemplateUndefined { .. } => "template_undefined",
            Self::CommentAdded { .. } => "comment_added",
            Self::ContextSet { .. } => "context_set",
            Self::AttachmentAdded { .. } => "attachment_added",
            Self::AttachmentRemoved { .. } => "attachment_removed",
            Self::LabelAdded { .. } => "label_added",
            Self::LabelRemoved { .. } => "label_removed",
            Self::ConfigChanged { .. } => "config_changed",
            Self::Merged { .. } => "merged",
            Self::ClaimLost { .. } => "claim_lost",
            Self::ConflictRecorded { .. } => "conflict_recorded",
            Self::ConflictResolved { .. } => "conflict_resolved",
            Self::Imported { .. } => "imported",
            Self::ChangeUndone { .. } => "change_undone",
            Self::ChangedOutside { .. } => "changed_outside",
            Self::Summary { kind, .. } => kind,
        }
    }

    /// What it did, for a commit subject: one line after the issue's short id.
    fn phrase(&self, by: &AgentId) -> String {
        match self {
            Self::IssueCreated(issue) => format!("created: {}", one_line(&issue.title)),
            Self::IssueUpdated(fields) => {
                let names: Vec<&str> = fields.iter().map(FieldValue::name).collect();
                format!("updated {}", names.join(", "))
            }
            Self::IssueStateChanged { from, to } => format!("{from} -> {to}"),
            Self::IssueClaimed { assignee, .. } => format!("claimed by {assignee}"),
            Self::ClaimRenewed { .. } => format!("claim renewed by {by}"),
            Self::IssueReleased { .. } => format!("released by {by}"),
            Self::IssueCompleted { .. } => format!("completed by {by}"),
            Self::IssueRejected { .. } => format!("rejected by {by}"),
            Self::IssueDeleted { title } => format!("deleted: {}", one_line(title)),
            Self::DependencyAdded { on } => format!("depends on {}", on.short()),
            Self::DependencyRemoved { on } => format!("no longer depends on {}", on.short()),
            Self::GateAdded { key } => format!("requires gate {key}"),
            Self::GateRemoved { key } => format!("no longer requires gate {key}"),
            Self::GatePassed { key } => format!("gate {key} passed by {by}"),
            Self::GateFailed { key, .. } => format!("gate {key} failed by {by}"),
            Self::GateDefined { key, .. } => format!("gate {key} defined"),
            Self::GateUndefined { key } => format!("gate {key} undefined"),
            Self::TemplateDefined { name, .. } => format!("template {name} defined"),
            Self::TemplateUndefined { name } => format!("template {name} undefined"),
            Self::CommentAdded { .. } => format!("comment by {by}"),
            Self::ContextSet { key, value: Some(_) } => format!("context {} set", one_line(key)),
            Self::ContextSet { key, value: None } => format!("context {} removed", one_line(key)),
            Self::AttachmentAdded { attachment } => format!("attached {}", one_line(attachment.path())),
            Self::AttachmentRemoved { attachment } => format!("detached {}", one_line(attachment.path())),
            Self::LabelAdded { label } => format!("labelled {label}"),
            Self::LabelRemoved { label } => format!("label {label} removed"),
            Self::ConfigChanged { key, value } => format!("{key} = {}", one_line(value)),
            Self::Merged { remote, upstream_commits, local_commits } => {
                let remote = remote.as_deref().map_or(String::new(), |name| format!(" {}", one_line(name)));
                let commits = if *upstream_commits == 1 { "commit" } else { "commits" };
                format!("merge{remote}: {upstream_commits} {commits} there, {local_commits} here")
            }
            Self::ClaimLost { holder, .. } => format!("claim of {holder} lost"),
            Self::ConflictRecorded { place, conflict } => {
                format!("{}conflict in {}", of(place), one_line(&conflict.field))
            }
            Self::ConflictResolved { place, field, .. } => {
                format!("{}conflict in {} resolved by {by}", of(place), one_line(field))
            }
            Self::Imported { count, source } => {
                let issues = if *count == 1 { "issue" } else { "issues" };
                format!("imported {count} {issues} from {}", one_line(source))
            }
            Self::ChangeUndone { undone, .. } => {
                let short = |commit: &String| commit.chars().take(8).collect::<String>();
                format!("undone {}", undone.iter().map(short).collect::<Vec<_>>().join(", "))
            }
            Self::ChangedOutside { subject } => format!("changed by other means: {}", one_line(subject)),
            Self::Summary { kind, count, source } => {
                format!("{kind} x {count} ({})", one_line(source))
            }
        }
    }
}

/// The subject of the commit that carries `events`, for people who read plain `git log`.
pub fn subject(events: &[NewEvent], by: &AgentId) -> String {
    // What was released to take a change back comes before it.
    let is_undone = |event: &&NewEvent| matches!(event.kind, EventKind::ChangeUndone { .. });
    let Some(first) = events.iter().find(is_undone).or(events.first()) else { return String::new() };
    let phrase = first.kind.phrase(by);
    let more = match events.len() - 1 {
        0 => String::new(),
        more => format!(" (+{more} more)"),
    };
    match first.issue {
        Some(id) => format!("{}: {phrase}{more}", id.short()),
        None => format!("{phrase}{more}"),
    }
}

/// What a conflict is about, where the subject does not begin with an issue.
fn of(place: &ConflictPlace) -> String {
    match place {
        ConflictPlace::Issue(_) => String::new(),
        ConflictPlace::Gate(key) => format!("gate {key}: "),
        ConflictPlace::Template(name) => format!("template {name}: "),
        ConflictPlace::Settings => "settings: ".to_owned(),
    }
}

/// Text as part of a subject: no control characters, at most 72 characters.
fn one_line(text: &str) -> String {
    let clean = |c: char| if super::text::is_invisible(c) { ' ' } else { c };
    let mut line: String = text.chars().map(clean).take(72).collect();
    if text.chars().count() > 72 {
        line.push('…');
    }
    line
}
