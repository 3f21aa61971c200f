//! `conflicts:`, the values that a merge could not keep, of any document.

use std::fmt::Display;

use toml::{Table, Value};
use uuid::Uuid;

use super::FormatError;
use super::fields::{Fields, timestamp};
use super::settings::{to_extra, to_value};
use super::yaml::{Map, Tree};
use crate::model::refusal::rfc3339;
use crate::model::{AgentId, Conflict};

/// The key that they stand under.
pub(super) const KEY: &str = "conflicts";
const KEYS: [&str; 6] = ["id", "field", "upstream", "local", "by", "at"];

/// The list of `conflicts`.
pub(super) fn trees(conflicts: &[Conflict]) -> Tree<'_> {
    Tree::List(conflicts.iter().map(tree).collect())
}

fn tree(conflict: &Conflict) -> Tree<'_> {
    let mut map = Map::default();
    map.put("id", conflict.id.to_string());
    map.put("field", conflict.field.as_str());
    map.put_some("upstream", conflict.upstream.as_deref());
    map.put_some("local", conflict.local.as_deref());
    map.put("by", conflict.by.as_str());
    map.put("at", rfc3339(&conflict.at));
    map.put_extra(&conflict.extra, &KEYS);
    Tree::Map(map)
}

/// Reads the conflicts of a document.
pub(super) fn take(fields: &mut Fields<'_>) -> Result<Vec<Conflict>, FormatError> {
    fields.maps(KEY)?.into_iter().map(conflict).collect()
}

fn conflict(mut fields: Fields<'_>) -> Result<Conflict, FormatError> {
    Ok(Conflict {
        id: fields.required("id", Uuid::try_parse)?,
        field: fields.required_text("field")?,
        upstream: fields.text("upstream")?.map(Into::into),
        local: fields.text("local")?.map(Into::into),
        by: fields.required("by", AgentId::parse)?,
        at: fields.required("at", timestamp)?,
        extra: fields.rest(),
    })
}

/// The list of `conflicts` in the settings.
pub(super) fn to_toml(conflicts: &[Conflict]) -> Value {
    Value::Array(conflicts.iter().map(|conflict| Value::Table(table(conflict))).collect())
}

fn table(conflict: &Conflict) -> Table {
    let unknown = conflict.extra.iter().filter(|(key, _)| !KEYS.contains(&key.as_str()));
    let mut table: Table = unknown.filter_map(|(key, value)| Some((key.clone(), to_value(value)?))).collect();
    let known = [
        Some(conflict.id.to_string()),
        Some(conflict.field.clone()),
        conflict.upstream.clone(),
        conflict.local.clone(),
        Some(conflict.by.to_string()),
        Some(rfc3339(&conflict.at)),
    ];
    for (key, value) in KEYS.into_iter().zip(known) {
        table.extend(value.map(|value| (key.to_owned(), Value::String(value))));
    }
    table
}

/// Reads the conflicts of the settings.
pub(super) fn from_toml(value: Option<Value>) -> Result<Vec<Conflict>, FormatError> {
    let items = match value {
        None => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(_) => return Err(FormatError::invalid(KEY, "it is not a list")),
    };
    items.into_iter().enumerate().map(|(index, item)| of_table(&format!("{KEY}[{index}]"), item)).collect()
}

fn of_table(name: &str, value: Value) -> Result<Conflict, FormatError> {
    let Value::Table(mut table) = value else { return Err(FormatError::invalid(name, "it is not a table")) };
    let mut text = |key: &str| match table.remove(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(FormatError::invalid(format!("{name}.{key}"), "it is not text")),
    };
    let [id, field, upstream, local, by, at] =
        [text("id")?, text("field")?, text("upstream")?, text("local")?, text("by")?, text("at")?];
    Ok(Conflict {
        id: required(name, "id", id, Uuid::try_parse)?,
        field: required(name, "field", field, |text| Ok::<_, FormatError>(text.to_owned()))?,
        upstream,
        local,
        by: required(name, "by", by, AgentId::parse)?,
        at: required(name, "at", at, timestamp)?,
        extra: table.into_iter().map(|(key, value)| (key, to_extra(value))).collect(),
    })
}

fn required<T, E: Display>(
    name: &str,
    key: &str,
    text: Option<String>,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<T, FormatError> {
    let invalid = |reason: String| FormatError::invalid(format!("{name}.{key}"), reason);
    parse(&text.ok_or_else(|| invalid("it is missing".to_owned()))?)
        .map_err(|reason| invalid(reason.to_string()))
}
