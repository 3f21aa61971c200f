//! JSON Schemas of arguments and answers. Agents pay for every byte of them, so that only what
//! helps is left: types, and the descriptions of arguments.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// Notes that schemas carry and nobody here needs.
const NOISE: [&str; 5] = ["$schema", "title", "format", "default", "minimum"];

/// The schema of a tool's arguments.
pub(super) fn input<T: JsonSchema>() -> Map<String, Value> {
    let mut schema = schema::<T>(SchemaSettings::draft2020_12());
    schema.remove("description");
    let mut schema = Value::Object(schema);
    tidy(&mut schema, &NOISE);
    let mut schema = object(schema);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.values_mut().for_each(without_null);
    }
    schema
}

/// The schema of a tool's answer. What `--json` prints is described by `jit schema`, in words
/// too; here are the names and types of it.
pub(super) fn output<T: JsonSchema>() -> Map<String, Value> {
    let mut schema = Value::Object(schema::<T>(SchemaSettings::draft2020_12().for_serialize()));
    let words = [NOISE.as_slice(), &["description", "required"]].concat();
    tidy(&mut schema, &words);
    let mut schema = object(schema);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.insert(WARNINGS.to_owned(), json!({"type": "array", "items": {"type": "string"}}));
    }
    schema
}

/// The key of an answer for what a command says on standard error.
pub(super) const WARNINGS: &str = "warnings";

fn schema<T: JsonSchema>(mut settings: SchemaSettings) -> Map<String, Value> {
    settings.inline_subschemas = true;
    object(settings.into_generator().into_root_schema_for::<T>().to_value())
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        // Such as `true`, the schema of anything.
        _ => Map::new(),
    }
}

/// Arguments that may be left out may be null as well, which nobody needs to know.
fn without_null(property: &mut Value) {
    let Some(Value::Array(types)) = property.get_mut("type") else { return };
    types.retain(|name| name != "null");
    if let [only] = types.as_slice() {
        let only = only.clone();
        property["type"] = only;
    }
}

/// Removes `words` wherever they are keywords.
fn tidy(schema: &mut Value, words: &[&str]) {
    let Value::Object(map) = schema else { return };
    map.retain(|key, _| !words.contains(&key.as_str()));
    for (key, below) in map.iter_mut() {
        match (key.as_str(), below) {
            // The keys in here are names, not keywords.
            ("properties", Value::Object(properties)) => {
                properties.values_mut().for_each(|property| tidy(property, words));
            }
            ("items" | "additionalProperties", below) => tidy(below, words),
            ("anyOf", Value::Array(any)) => any.iter_mut().for_each(|one| tidy(one, words)),
            _ => {}
        }
    }
}
