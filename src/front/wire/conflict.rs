//! Values that merges could not keep, as JSON.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::conflict::{Located, short_id};
use crate::model::refusal::rfc3339;
use crate::model::{Conflict, ConflictPlace};

/// A value that a merge could not keep. One of `issue_id`, `gate`, `template` and `setting`
/// says what it is about.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "conflict")]
pub(crate) struct ConflictObject {
    /// Tells it from others.
    id: String,
    /// The first eight digits of the id.
    short_id: String,
    /// The issue it is about.
    issue_id: Option<String>,
    /// The gate of the registry it is about.
    gate: Option<String>,
    /// The template it is about.
    template: Option<String>,
    /// The setting it is about.
    setting: Option<String>,
    /// The field, such as `title` or `context.<key>`.
    field: String,
    /// The value that the merge let stand; null if it was emptied.
    upstream: Option<String>,
    /// The value that was put aside; null if it was emptied.
    local: Option<String>,
    /// Who had written the value put aside.
    by: String,
    /// When that was.
    at: String,
}

impl ConflictObject {
    /// Describes a conflict of `place`.
    pub(crate) fn new(place: &ConflictPlace, conflict: &Conflict) -> Self {
        Self {
            id: conflict.id.to_string(),
            short_id: short_id(conflict),
            issue_id: place.issue().map(|id| id.to_string()),
            gate: gate(place),
            template: template(place),
            setting: (*place == ConflictPlace::Settings).then(|| conflict.field.clone()),
            field: conflict.field.clone(),
            upstream: conflict.upstream.clone(),
            local: conflict.local.clone(),
            by: conflict.by.to_string(),
            at: rfc3339(&conflict.at),
        }
    }

    /// Describes all conflicts of `place`.
    pub(crate) fn all(place: &ConflictPlace, conflicts: &[Conflict]) -> Vec<Self> {
        conflicts.iter().map(|conflict| Self::new(place, conflict)).collect()
    }
}

/// The gate that `place` is, if it is one.
pub(super) fn gate(place: &ConflictPlace) -> Option<String> {
    match place {
        ConflictPlace::Gate(key) => Some(key.to_string()),
        ConflictPlace::Issue(_) | ConflictPlace::Template(_) | ConflictPlace::Settings => None,
    }
}

/// The template that `place` is, if it is one.
pub(super) fn template(place: &ConflictPlace) -> Option<String> {
    match place {
        ConflictPlace::Template(name) => Some(name.to_string()),
        ConflictPlace::Issue(_) | ConflictPlace::Gate(_) | ConflictPlace::Settings => None,
    }
}

/// Conflicts: of issues, the most urgent first, then of gates, of templates, of the
/// settings.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "conflict_list")]
pub(crate) struct ConflictList {
    /// The conflicts.
    conflicts: Vec<ConflictObject>,
    /// How many.
    count: usize,
}

impl ConflictList {
    /// Describes `found`.
    pub(crate) fn new(found: &[Located]) -> Self {
        let conflicts: Vec<ConflictObject> =
            found.iter().map(|located| ConflictObject::new(&located.place, &located.conflict)).collect();
        Self { count: conflicts.len(), conflicts }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::front::wire::sample::{full_tracker, gate, id};

    #[test]
    fn a_conflict_says_what_it_is_about_and_has_all_keys() {
        let conflict = &full_tracker().issues[&id(1)].conflicts[0];
        let json = |place| serde_json::to_value(ConflictObject::new(&place, conflict)).unwrap();
        let issue = json(ConflictPlace::Issue(id(1)));
        let keys: Vec<&String> = issue.as_object().unwrap().keys().collect();
        let expected = [
            "id", "short_id", "issue_id", "gate", "template", "setting", "field", "upstream", "local", "by",
            "at",
        ];
        assert_eq!(keys, expected);
        let about = |json: &Value| [json["issue_id"].clone(), json["gate"].clone(), json["setting"].clone()];
        assert_eq!(about(&issue), [json!(id(1).to_string()), Value::Null, Value::Null]);
        assert_eq!(about(&json(ConflictPlace::Gate(gate("ci")))), [Value::Null, json!("ci"), Value::Null]);
        assert_eq!(about(&json(ConflictPlace::Settings)), [Value::Null, Value::Null, json!("title")]);
        assert_eq!((&issue["upstream"], &issue["local"]), (&json!("Login"), &Value::Null));
    }
}
