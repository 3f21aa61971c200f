//! What a reader of YAML shall see in the document of an issue, told apart from the code
//! that writes it.

use jit::model::refusal::rfc3339;
use jit::model::{Claim, Comment, Conflict, Extra, ExtraValue, GateState, Issue, Stamp};
use serde_json::{Map, Value, json};

/// What a reader shall see, with the keys that are left out left out.
pub(super) fn expected(issue: &Issue) -> Value {
    let mut value = json!({
        "id": issue.id.to_string(),
        "title": issue.title,
        "description": issue.description,
        "type": issue.issue_type,
        "state": issue.state.as_str(),
        "priority": issue.priority.as_str(),
        "labels": issue.labels,
        "assignee": issue.assignee.as_ref().map(ToString::to_string),
        "claim": issue.claim.as_ref().map(claim),
        "dependencies": issue.dependencies.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "gates": issue.gates.iter().map(|(key, state)| (key.to_string(), gate(state))).collect::<Map<_, _>>(),
        "context": issue.context,
        "files": issue.attachments.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "comments": issue.comments.iter().map(comment).collect::<Vec<_>>(),
        "conflicts": issue.conflicts.iter().map(conflict).collect::<Vec<_>>(),
    });
    let map = value.as_object_mut().expect("it is an object");
    let kept = ["title", "type"];
    map.retain(|key, value| kept.contains(&key.as_str()) || !is_empty(value));
    map.insert("created".to_owned(), stamp(&issue.created));
    map.insert("updated".to_owned(), stamp(&issue.updated));
    with_extra(value, &issue.extra)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn with_extra(mut value: Value, extra: &Extra) -> Value {
    let map = value.as_object_mut().expect("only objects have unknown keys");
    map.retain(|_, value| !value.is_null());
    map.extend(extra.iter().map(|(key, value)| (key.clone(), json(value))));
    value
}

fn json(value: &ExtraValue) -> Value {
    match value {
        ExtraValue::Null => Value::Null,
        ExtraValue::Bool(value) => json!(value),
        ExtraValue::Integer(number) => json!(i64::try_from(*number).expect("only small ones are made")),
        ExtraValue::Float(number) => json!(number),
        ExtraValue::Text(text) => json!(text),
        ExtraValue::List(items) => items.iter().map(json).collect(),
        ExtraValue::Map(entries) => entries.iter().map(|(key, value)| (key.clone(), json(value))).collect(),
    }
}

fn stamp(stamp: &Stamp) -> Value {
    json!({"by": stamp.by.as_str(), "at": rfc3339(&stamp.at)})
}

fn claim(claim: &Claim) -> Value {
    let value = json!({
        "id": claim.id.to_string(),
        "by": claim.by.as_str(),
        "at": rfc3339(&claim.at),
        "expires": claim.expires.as_ref().map(rfc3339),
        "clone": claim.clone.map(|id| id.to_string()),
    });
    with_extra(value, &claim.extra)
}

fn gate(state: &GateState) -> Value {
    let value = json!({
        "status": state.status.as_str(),
        "by": state.by.as_ref().map(ToString::to_string),
        "at": state.at.as_ref().map(rfc3339),
    });
    with_extra(value, &state.extra)
}

fn comment(comment: &Comment) -> Value {
    let value = json!({
        "id": comment.id.to_string(),
        "by": comment.by.as_str(),
        "at": rfc3339(&comment.at),
        "body": comment.body,
    });
    with_extra(value, &comment.extra)
}

fn conflict(conflict: &Conflict) -> Value {
    let value = json!({
        "id": conflict.id.to_string(),
        "field": conflict.field,
        "upstream": conflict.upstream,
        "local": conflict.local,
        "by": conflict.by.as_str(),
        "at": rfc3339(&conflict.at),
    });
    with_extra(value, &conflict.extra)
}
