//! What changed, field by field, as JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::{IssueObject, conflict, time};
use crate::model::field::FieldText;
use crate::model::refusal::rfc3339;
use crate::model::{ConflictPlace, FieldChange, FieldEdit};
use crate::ops::{Blame, Blamed, Compared, Outcome, UndoneChange};

/// A field that differs. One of `issue_id`, `gate`, `template` and `setting` says what it is a
/// field of.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "field_change")]
pub(crate) struct ChangeObject {
    /// The issue.
    issue_id: Option<String>,
    /// The gate of the registry.
    gate: Option<String>,
    /// The template.
    template: Option<String>,
    /// The setting.
    setting: Option<String>,
    /// The field, such as `title` or `context.<key>`.
    field: String,
    /// The value before, as text; null where it was empty, and for labels and dependencies.
    before: Option<String>,
    /// The value after, as text; null where it is empty, and for labels and dependencies.
    after: Option<String>,
    /// Labels or dependencies that came.
    added: Vec<String>,
    /// Labels or dependencies that went.
    removed: Vec<String>,
    /// Why the file that has the fields could not be read before; null where it could. The field
    /// is then `file`.
    unreadable_before: Option<String>,
    /// Why it cannot be read after; null where it can.
    unreadable_after: Option<String>,
}

impl ChangeObject {
    /// Describes `change`.
    pub(crate) fn new(change: &FieldChange) -> Self {
        let (mut object, edit) = (
            Self {
                issue_id: change.place.issue().map(|id| id.to_string()),
                gate: conflict::gate(&change.place),
                template: conflict::template(&change.place),
                setting: (change.place == ConflictPlace::Settings).then(|| change.field.clone()),
                field: change.field.clone(),
                before: None,
                after: None,
                added: Vec::new(),
                removed: Vec::new(),
                unreadable_before: None,
                unreadable_after: None,
            },
            change.edit.clone(),
        );
        match edit {
            FieldEdit::Value { before, after } => (object.before, object.after) = (before, after),
            FieldEdit::Set { added, removed } => {
                object.added = added.into_iter().collect();
                object.removed = removed.into_iter().collect();
            }
            FieldEdit::Unreadable { before, after } => {
                (object.unreadable_before, object.unreadable_after) = (before, after);
            }
        }
        object
    }

    /// Describes all of `changes`.
    pub(crate) fn all(changes: &[FieldChange]) -> Vec<Self> {
        changes.iter().map(Self::new).collect()
    }
}

/// How one state of a tracker differs from another.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "diff")]
pub(crate) struct DiffObject {
    /// The commit that it is compared with; null where that is nothing at all.
    from: Option<String>,
    /// The commit that is compared.
    to: String,
    /// Who made that commit, where it is the last change of an issue.
    actor: Option<String>,
    /// When that was.
    timestamp: Option<String>,
    /// What differs: issues by id, then gates, then settings.
    changes: Vec<ChangeObject>,
    /// How many.
    count: usize,
}

impl DiffObject {
    /// Describes `compared`.
    pub(crate) fn new(compared: &Compared) -> Self {
        Self {
            from: compared.from.map(|commit| commit.to_string()),
            to: compared.to.to_string(),
            actor: compared.by.as_ref().map(|(actor, _)| actor.clone()),
            timestamp: time(compared.by.as_ref().map(|(_, at)| *at)),
            changes: ChangeObject::all(&compared.changes),
            count: compared.changes.len(),
        }
    }
}

/// A change that was taken back.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "undone_change")]
pub(crate) struct UndoneObject {
    /// Its commit.
    commit: String,
    /// The ids of its events.
    event_ids: Vec<String>,
}

/// Changes that were taken back, and what became of the issues that they were about.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "undo")]
pub(crate) struct UndoObject<'t> {
    /// The changes, newest first.
    undone: Vec<UndoneObject>,
    /// The issues that they were about, as they are now; without those that are not there any
    /// more.
    issues: Vec<IssueObject<'t>>,
    /// How many.
    count: usize,
}

impl<'t> UndoObject<'t> {
    /// Describes what was done.
    pub(crate) fn new(outcome: &'t Outcome<Vec<UndoneChange>>) -> Self {
        let undone = |change: &UndoneChange| UndoneObject {
            commit: change.commit.to_string(),
            event_ids: change.events.iter().map(|event| event.id.to_string()).collect(),
        };
        let issues: Vec<IssueObject<'t>> =
            outcome.issues().map(|issue| IssueObject::new(&outcome.tracker, issue)).collect();
        Self { undone: outcome.value.iter().map(undone).collect(), count: issues.len(), issues }
    }
}

/// Where a field is from.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "blamed_field")]
pub(crate) struct BlamedObject {
    /// The field, such as `title` or `context.<key>`.
    field: String,
    /// What it says, as text; null for labels and dependencies.
    value: Option<String>,
    /// The labels or dependencies.
    members: Vec<String>,
    /// Who made it so, as `kind:name`.
    actor: String,
    /// When, RFC 3339 in UTC.
    timestamp: String,
    /// The commit that did.
    commit: String,
}

impl BlamedObject {
    fn new(blamed: &Blamed) -> Self {
        let (value, members) = match &blamed.text {
            FieldText::Value(text) => (Some(text.clone()), Vec::new()),
            FieldText::Set(members) => (None, members.iter().cloned().collect()),
        };
        Self {
            field: blamed.field.clone(),
            value,
            members,
            actor: blamed.actor.clone(),
            timestamp: rfc3339(&blamed.at),
            commit: blamed.commit.to_string(),
        }
    }
}

/// Where each field of an issue is from.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "blame")]
pub(crate) struct BlameObject {
    /// The issue.
    issue_id: String,
    /// Its fields, in the order in which they are stored.
    fields: Vec<BlamedObject>,
    /// How many.
    count: usize,
}

impl BlameObject {
    /// Describes `blame`.
    pub(crate) fn new(blame: &Blame) -> Self {
        let fields: Vec<BlamedObject> = blame.fields.iter().map(BlamedObject::new).collect();
        Self { issue_id: blame.issue.to_string(), count: fields.len(), fields }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::front::wire::sample::id;

    #[test]
    fn a_change_has_all_keys_whatever_it_is() {
        let edit = FieldEdit::Value { before: None, after: Some("x".to_owned()) };
        let change = FieldChange { place: ConflictPlace::Issue(id(1)), field: "title".to_owned(), edit };
        let expected = json!({
            "issue_id": id(1).to_string(), "gate": null, "template": null, "setting": null, "field": "title",
            "before": null, "after": "x", "added": [], "removed": [],
            "unreadable_before": null, "unreadable_after": null,
        });
        assert_eq!(serde_json::to_value(ChangeObject::new(&change)).unwrap(), expected);
    }
}
