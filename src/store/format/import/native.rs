//! Issues of jit itself: the stored document as JSON, or what `--json` prints.

use serde_json::{Map, Value};

use super::Reading;
use super::object::Object;
use crate::model::Refusal;
use crate::model::import::{FieldUse, Incoming, Kept};
use crate::store::format::fields::Fields;
use crate::store::format::node::Node;
use crate::store::format::{FormatError, issue};

/// Keys of `--json` that follow from others, or are of something else.
const DERIVED: [&str; 9] = [
    "short_id",
    "gates_required",
    "blocked",
    "blocked_by",
    "blockers",
    "branches",
    "commits",
    "matches",
    "score",
];
/// Keys of `--json` in a claim, a conflict that the document does not have.
const DERIVED_OF_CLAIM: [&str; 3] = ["expired", "provisional", "released"];

/// Reads one issue.
pub(super) fn read(reading: &mut Reading<'_>, object: Object) -> Result<Option<Incoming>, Refusal> {
    let is_printed = object.has("created_at");
    let Value::Object(map) = object.into_value() else { return Ok(None) };
    let map = if is_printed { document(map) } else { map };
    for key in map.keys() {
        let used = FieldUse { kept: Kept::Mapped("itself"), count: 0 };
        reading.batch.fields.entry(key.clone()).or_insert(used).count += 1;
    }
    let node = Node::from(Value::Object(map));
    let issue = Fields::of_node(String::new(), node).and_then(issue::from_fields).map_err(refusal)?;
    Ok(Some(Incoming::Own(Box::new(issue))))
}

fn refusal(error: FormatError) -> Refusal {
    match error {
        FormatError::Invalid { field, reason } => Refusal::invalid(field, reason),
        other => Refusal::invalid("issue", other.to_string()),
    }
}

/// The stored document of an issue as `--json` prints it.
fn document(mut map: Map<String, Value>) -> Map<String, Value> {
    for key in DERIVED {
        map.shift_remove(key);
    }
    for (at, by, stamp) in [("created_at", "created_by", "created"), ("updated_at", "updated_by", "updated")]
    {
        let (at, by) = (map.shift_remove(at), map.shift_remove(by));
        let parts = [("by", by), ("at", at)];
        let parts = parts.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
        map.insert(stamp.to_owned(), Value::Object(parts.collect()));
    }
    if let Some(Value::String(state)) = map.get_mut("state")
        && ["ready", "backlog"].contains(&state.as_str())
    {
        "open".clone_into(state);
    }
    if let Some(gates) = map.shift_remove("gates_status") {
        map.insert("gates".to_owned(), gates);
    }
    if let Some(Value::Array(files)) = map.shift_remove("attachments") {
        map.insert("files".to_owned(), files.iter().map(file).collect());
    }
    if let Some(Value::Object(claim)) = map.get_mut("claim") {
        claim.retain(|key, _| !DERIVED_OF_CLAIM.contains(&key.as_str()));
    }
    for conflict in map.get_mut("conflicts").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Value::Object(conflict) = conflict {
            conflict.retain(|key, _| CONFLICT.contains(&key.as_str()));
        }
    }
    map.retain(|_, value| !value.is_null());
    map
}

/// An attachment as it is stored; what is none stays, and is refused.
fn file(printed: &Value) -> Value {
    let part = |key: &str| printed.get(key).and_then(Value::as_str);
    match (part("path"), part("commit")) {
        (Some(path), Some(commit)) => format!("{path}@{commit}").into(),
        _ => printed.clone(),
    }
}

/// Keys of a conflict.
const CONFLICT: [&str; 6] = ["id", "field", "upstream", "local", "by", "at"];
