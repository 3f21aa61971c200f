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
    without_null(&mut schema);
    object(schema)
}

/// The schema of a tool's answer. What `--json` prints is described by `jit schema`, in words
/// too; here are the names and types of it, `depth` objects deep.
pub(super) fn output<T: JsonSchema>(depth: usize) -> Map<String, Value> {
    let mut schema = Value::Object(schema::<T>(SchemaSettings::draft2020_12().for_serialize()));
    let words = [NOISE.as_slice(), &["description", "required"]].concat();
    tidy(&mut schema, &words);
    cut(&mut schema, depth);
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
fn without_null(schema: &mut Value) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema["type"] = only;
        }
    }
    each_below(schema, without_null);
}

/// Leaves out what objects are made of that are more than `depth` deep.
fn cut(schema: &mut Value, depth: usize) {
    let Some(map) = schema.as_object_mut() else { return };
    if depth == 0 {
        map.retain(|key, _| !["properties", "additionalProperties"].contains(&key.as_str()));
    }
    let depth = depth.saturating_sub(usize::from(map.contains_key("properties")));
    each_below(schema, |below| cut(below, depth));
}

/// Removes `words` wherever they are keywords.
fn tidy(schema: &mut Value, words: &[&str]) {
    let Value::Object(map) = schema else { return };
    map.retain(|key, _| !words.contains(&key.as_str()));
    each_below(schema, |below| tidy(below, words));
}

/// Does something to every schema right below this one.
fn each_below(schema: &mut Value, mut act: impl FnMut(&mut Value)) {
    for (key, below) in schema.as_object_mut().into_iter().flatten() {
        match (key.as_str(), below) {
            // The keys in here are names, not keywords.
            ("properties", Value::Object(properties)) => properties.values_mut().for_each(&mut act),
            ("items" | "additionalProperties", below) => act(below),
            ("anyOf", Value::Array(any)) => any.iter_mut().for_each(&mut act),
            _ => {}
        }
    }
}
