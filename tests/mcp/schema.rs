//! The schemas that tools are listed with say what they take and answer.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::client::Client;
use super::with_tracker;

/// What keeps `value` from being as `schema` says.
fn check(value: &Value, schema: &Value, at: &str) -> Result<(), String> {
    if let Some(any) = schema.get("anyOf").and_then(Value::as_array) {
        let reasons: Vec<String> = any.iter().filter_map(|schema| check(value, schema, at).err()).collect();
        return if reasons.len() < any.len() { Ok(()) } else { Err(reasons.join(" and ")) };
    }
    let name = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let types = schema.get("type").map(|types| match types {
        Value::Array(several) => several.clone(),
        one => vec![one.clone()],
    });
    if types.is_some_and(|types| !types.contains(&name.into())) {
        return Err(format!("{at} is of the type {name}, not {}", schema["type"]));
    }
    if schema.get("enum").and_then(Value::as_array).is_some_and(|words| !words.contains(value)) {
        return Err(format!("{at} is {value}"));
    }
    match value {
        Value::Object(map) => map.iter().try_for_each(|(key, value)| {
            let at = format!("{at}.{key}");
            match (schema["properties"].get(key), schema.get("additionalProperties")) {
                (Some(schema), _) => check(value, schema, &at),
                (None, Some(Value::Bool(false))) => Err(format!("{at} is not allowed")),
                (None, Some(other)) => check(value, other, &at),
                // Events have keys of their own, and what is deep down is not described.
                (None, None) if at.contains(".events[") || schema.get("properties").is_none() => Ok(()),
                (None, None) => Err(format!("{at} is not described")),
            }
        }),
        Value::Array(items) => {
            items.iter().try_for_each(|item| check(item, &schema["items"], &format!("{at}[]")))
        }
        _ => Ok(()),
    }
}

struct Checked {
    client: Client,
    tools: BTreeMap<String, Value>,
    called: Vec<String>,
}

impl Checked {
    /// Calls a tool; what goes and comes must be as its schemas say.
    #[track_caller]
    fn call(&mut self, name: &str, arguments: Value) -> Value {
        let tool = &self.tools[name];
        assert_eq!(check(&arguments, &tool["inputSchema"], name), Ok(()));
        let answer = self.client.call(name, arguments);
        assert_eq!(check(&answer, &tool["outputSchema"], name), Ok(()), "{answer}");
        self.called.push(name.to_owned());
        answer
    }
}

fn all_tools(client: &mut Client) -> BTreeMap<String, Value> {
    let list = client.ask("tools/list", &json!({}));
    let tools = list["tools"].as_array().expect("it is a list").iter();
    tools.map(|tool| (tool["name"].as_str().expect("it has one").to_owned(), tool.clone())).collect()
}

#[test]
fn what_goes_and_comes_is_as_the_schemas_say() {
    let (sandbox, mut client) = with_tracker();
    let remote = sandbox.path("hub.git");
    sandbox.git(["init", "-q", "--bare", remote.to_str().unwrap()]).ok();
    sandbox.git(["remote", "add", "origin", remote.to_str().unwrap()]).ok();
    sandbox.jit(["registry", "add", "ci", "--auto", "--checker", "echo fine"]).ok();
    sandbox.jit(["registry", "add", "before", "--stage", "pre"]).ok();
    let tools = all_tools(&mut client);
    let mut all = Checked { client, tools, called: Vec::new() };
    let one = all.call(
        "create",
        json!({"title": "One", "description": "d", "type": "bug", "priority": "high", "labels": ["a"],
            "gates": ["ci"], "context": {"k": "v"}, "assignee": "human:ada", "by": "agent:x"}),
    )["id"]
        .clone();
    let rest = json!({"issues": [
        {"key": "a", "title": "A", "dependencies": [one]},
        {"title": "B", "dependencies": ["a"], "gates": ["before"], "priority": "low"},
    ]});
    let made = all.call("create_many", rest);
    let (a, b) = (made["issues"][0]["id"].clone(), made["issues"][1]["id"].clone());
    all.call("comment", json!({"id": one, "text": "t"}));
    all.call("claim", json!({"id": one, "ttl": "2h"}));
    all.call("renew", json!({"id": one, "ttl": "3h"}));
    for name in ["list", "ready", "blocked"] {
        all.call(name, json!({"filter": "-label:none", "limit": 10}));
        all.call(name, json!({"limit": 1}));
    }
    all.call("search", json!({"text": "One", "filter": "type:bug", "limit": 5}));
    all.call("status", json!({}));
    all.call("show", json!({"id": b}));
    all.call(
        "update",
        json!({"id": a, "title": "AA", "state": "backlog", "add_labels": ["x"], "set_context": {"k": "v"}}),
    );
    all.call("dep_remove", json!({"id": b, "on": [a]}));
    all.call("dep_add", json!({"id": b, "on": [a]}));
    all.call("gate_fail", json!({"id": one, "gates": ["ci"], "reason": "red"}));
    all.call("gate_check", json!({"id": one}));
    all.call("gate_pass", json!({"id": b, "gates": ["before"]}));
    all.call("release", json!({"id": one, "reason": "r"}));
    all.call("sync", json!({"remote": "origin", "direction": "both", "dry_run": true}));
    all.call("sync", json!({}));
    all.call("claim_next", json!({"filter": "type:bug", "ttl": "1h"}));
    all.call("done", json!({"id": one}));
    all.call("reject", json!({"id": a, "reason": "r"}));
    let rejected = all.call("events", json!({"id": a, "type": "issue_rejected"}));
    all.call("undo", json!({"event": rejected["events"][0]["id"]}));
    all.call("undo", json!({}));
    all.call("events", json!({"id": one, "since": "1h", "filter": "type:bug", "limit": 100}));
    all.call("events", json!({"type": "issue_created", "actor": "agent:x"}));
    all.called.sort();
    all.called.dedup();
    assert_eq!(all.called, all.tools.keys().cloned().collect::<Vec<_>>(), "every tool was called");
    all.client.end();
}

#[test]
fn every_tool_says_what_it_does_and_what_it_takes() {
    let (_sandbox, mut client) = with_tracker();
    for (name, tool) in all_tools(&mut client) {
        let about = tool["description"].as_str().unwrap();
        assert!(about.len() <= 90 && !about.ends_with('.'), "{name}: {about}");
        let input = &tool["inputSchema"];
        assert_eq!(
            (&input["type"], &input["additionalProperties"]),
            (&json!("object"), &json!(false)),
            "{name}"
        );
        let reads = tool["annotations"]["readOnlyHint"] == true;
        assert_eq!(input["properties"].get("by").is_none(), reads, "{name}");
        let text = tool.to_string();
        for noise in ["\"$schema\"", "\"title\":\"", "\"format\"", "\"default\"", "$ref"] {
            assert!(!text.contains(noise), "{name} has {noise}: {text}");
        }
        let required = input["required"].as_array().cloned().unwrap_or_default();
        for key in &required {
            assert!(input["properties"].get(key.as_str().unwrap()).is_some(), "{name}: {key}");
        }
        assert_eq!(
            required.is_empty(),
            ["ready", "claim_next", "list", "blocked", "status", "events", "sync", "undo"]
                .contains(&name.as_str()),
            "{name}"
        );
    }
    client.end();
}
