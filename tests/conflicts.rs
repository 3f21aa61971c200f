//! Conflicts, from the command line: a merge records them on issues, gates and settings;
//! people and agents see them everywhere and settle them by the rules of any other change.

mod settle;
mod show;

use serde_json::{Value, json};

use crate::bad_input::{path_of, plant};
use crate::support::Sandbox;

/// A conflict as a merge records it.
pub(super) struct Planted {
    field: &'static str,
    upstream: Option<&'static str>,
    local: Option<&'static str>,
}

/// A conflict between two values.
pub(super) fn between(field: &'static str, upstream: &'static str, local: &'static str) -> Planted {
    Planted { field, upstream: Some(upstream), local: Some(local) }
}

/// The id of the `n`th conflict of an issue, counted from 1.
fn conflict_id(n: usize) -> String {
    format!("{}-0000-5000-8000-000000000000", n.to_string().repeat(8))
}

/// A block of YAML, where lists of JSON are YAML too.
fn yaml_of(conflicts: &[Planted]) -> String {
    let all: Vec<Value> = conflicts.iter().enumerate().map(|(n, planted)| json_of(n + 1, planted)).collect();
    format!("conflicts: {}\n", Value::from(all))
}

fn json_of(n: usize, Planted { field, upstream, local }: &Planted) -> Value {
    let mut conflict = json!({"id": conflict_id(n), "field": field});
    for (key, value) in [("upstream", upstream), ("local", local)] {
        if let Some(value) = value {
            conflict[key] = (*value).into();
        }
    }
    conflict["by"] = "human:bob".into();
    conflict["at"] = "2026-01-02T03:04:05.678Z".into();
    conflict
}

/// Puts conflicts on an issue, as a merge does, with plain git.
pub(super) fn put(sandbox: &Sandbox, id: &str, conflicts: &[Planted]) {
    let file = sandbox.git(["show", &format!("refs/jit/main:{}", path_of(id))]).ok().stdout;
    let (before, after) = file.split_once("created: ").expect("an issue has a stamp");
    plant(sandbox, &path_of(id), format!("{before}{}created: {after}", yaml_of(conflicts)));
    assert_eq!(fields(sandbox), conflicts.iter().map(|conflict| conflict.field).collect::<Vec<_>>());
}

/// A tracker with one issue that has these conflicts; its id.
fn with(conflicts: &[Planted]) -> (Sandbox, String) {
    let sandbox = Sandbox::with_tracker();
    let options = ["--desc", "One\nTwo\nThree", "--context", "k=here", "--assignee", "human:ada"];
    let id = sandbox.create("Here", options);
    put(&sandbox, &id, conflicts);
    (sandbox, id)
}

/// The fields of all conflicts.
fn fields(sandbox: &Sandbox) -> Vec<String> {
    let list = sandbox.json(["conflict", "list"]);
    let conflicts = list["conflicts"].as_array().expect("a list");
    assert_eq!(list["count"], conflicts.len());
    conflicts.iter().map(|conflict| conflict["field"].as_str().expect("text").to_owned()).collect()
}

/// The types of the events of the newest commit.
fn newest(sandbox: &Sandbox) -> Vec<Value> {
    let format = "--format=%(trailers:key=Jit-Event,valueonly)";
    let log = sandbox.git(["log", "-1", format, "refs/jit/main"]).ok().stdout;
    log.lines()
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().expect("text")).collect()
}
