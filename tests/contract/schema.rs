//! Documents and the schemas that `jit schema` prints for them.

use serde_json::{Map, Value};

use crate::support::Sandbox;

/// The schemas of this version.
pub(super) struct Schemas(Value);

impl Schemas {
    pub(super) fn new(sandbox: &Sandbox) -> Self {
        Self(sandbox.json(["schema"]))
    }

    /// Insists that the document that a command prints is as the schema `name` says.
    #[track_caller]
    pub(super) fn describe(&self, name: &str, document: &Value, command: &str) {
        let schema = self.0["$defs"].get(name).unwrap_or_else(|| panic!("there is no schema {name}"));
        if let Err(reason) = self.check(document, schema, name) {
            panic!("{command}: {reason}\n{document}");
        }
    }

    fn check(&self, value: &Value, schema: &Value, at: &str) -> Result<(), String> {
        if let Some(any) = schema.get("anyOf").and_then(Value::as_array) {
            let reasons: Vec<String> =
                any.iter().filter_map(|schema| self.check(value, schema, at).err()).collect();
            return if reasons.len() < any.len() { Ok(()) } else { Err(reasons.join(" and ")) };
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let target = self.0.pointer(reference.trim_start_matches('#'));
            return self.check(value, target.unwrap_or_else(|| panic!("{reference} leads nowhere")), at);
        }
        check_type(value, schema, at)?;
        match value {
            Value::Object(map) => self.check_keys(map, schema, at),
            Value::Array(items) => items.iter().enumerate().try_for_each(|(index, item)| {
                self.check(item, schema.get("items").unwrap_or(&Value::Bool(true)), &format!("{at}[{index}]"))
            }),
            _ => Ok(()),
        }
    }

    fn check_keys(&self, map: &Map<String, Value>, schema: &Value, at: &str) -> Result<(), String> {
        for key in schema["required"].as_array().into_iter().flatten() {
            if !map.contains_key(key.as_str().unwrap_or_default()) {
                return Err(format!("{at} lacks {key}"));
            }
        }
        for (key, value) in map {
            let at = format!("{at}.{key}");
            match (schema["properties"].get(key), schema.get("additionalProperties")) {
                (Some(property), _) => self.check(value, property, &at)?,
                (None, Some(other)) => self.check(value, other, &at)?,
                // Events and the details of failures have keys of their own.
                (None, None) if at.starts_with("event") || at.starts_with("error.error.details.") => {}
                (None, None) => return Err(format!("{at} is not described")),
            }
        }
        Ok(())
    }
}

fn check_type(value: &Value, schema: &Value, at: &str) -> Result<(), String> {
    let name = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is_named = match schema.get("type") {
        Some(Value::String(one)) => one == name,
        Some(Value::Array(several)) => several.contains(&name.into()),
        _ => true,
    };
    if !is_named {
        return Err(format!("{at} is of the type {name}, not {}", schema["type"]));
    }
    match schema.get("enum").and_then(Value::as_array) {
        Some(words) if !words.contains(value) => Err(format!("{at} is {value}, none of {words:?}")),
        _ => Ok(()),
    }
}

#[test]
fn the_check_finds_what_a_schema_forbids() {
    let sandbox = Sandbox::with_tracker();
    let schemas = Schemas::new(&sandbox);
    sandbox.create("One", ["--gate", "g"]);
    let issue = &sandbox.json(["list"])["issues"][0];
    let schema = &schemas.0["$defs"]["issue"];
    assert_eq!(schemas.check(issue, schema, "issue"), Ok(()));
    let spoiled = |key: &str, value: Value| {
        let mut issue = issue.clone();
        issue[key] = value;
        schemas.check(&issue, schema, "issue").unwrap_err()
    };
    assert!(spoiled("title", Value::Null).contains("issue.title is of the type null"));
    assert!(spoiled("state", "open".into()).contains("issue.state is \"open\""));
    assert!(spoiled("extra", 1.into()).contains("issue.extra is not described"));
    assert!(spoiled("labels", serde_json::json!([1])).contains("issue.labels[0]"));
    assert!(spoiled("claim", serde_json::json!({"id": "x"})).contains("issue.claim lacks"));
    assert!(spoiled("gates_status", serde_json::json!({"g": {}})).contains("issue.gates_status.g lacks"));
}

#[test]
fn schemas_say_which_standard_they_follow_and_describe_every_key() {
    let sandbox = Sandbox::new();
    let schema = sandbox.jit_in(&sandbox.path(""), ["schema"]).ok().json();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    for (name, schema) in schema["$defs"].as_object().unwrap() {
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (key, property) in schema["properties"].as_object().into_iter().flatten() {
            assert!(property["description"].is_string(), "{name}.{key} has no description");
            assert!(required.contains(&key.as_str()), "{name}.{key} may be absent");
        }
    }
}
