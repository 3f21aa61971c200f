//! `import` and the files that `export --to` writes: nothing is lost on the way in, twice is as
//! good as once, and what goes out comes back the same.

mod bad_input;
mod beads;
mod others;
mod round_trip;

use serde_json::Value;

use crate::support::{Ran, Sandbox};

/// A sample of the repository's own.
fn sample(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import").join(name);
    std::fs::read_to_string(path).expect("the sample is there")
}

/// Imports `text`.
fn import(sandbox: &Sandbox, format: &str, text: &str) -> Ran {
    sandbox.jit_with_input(text.as_bytes(), ["import", "--from", format, "-", "--json"])
}

/// A tracker with `text` in it, and what the import said.
fn imported(format: &str, text: &str) -> (Sandbox, Value) {
    let sandbox = Sandbox::with_tracker();
    let report = import(&sandbox, format, text).ok().json();
    (sandbox, report)
}

/// The tree of issues.
fn tree(sandbox: &Sandbox) -> String {
    sandbox.git(["rev-parse", "refs/jit/main:issues"]).ok().stdout
}

/// The tip of the tracker.
fn tip(sandbox: &Sandbox) -> String {
    sandbox.git(["rev-parse", "refs/jit/main"]).ok().stdout
}

fn counts(report: &Value) -> [u64; 4] {
    ["created", "updated", "unchanged", "skipped"].map(|key| report[key].as_u64().expect("it is a number"))
}

/// The original ids of the issues that a list has, sorted.
fn originals(list: &Value) -> Vec<String> {
    let issues = list["issues"].as_array().expect("it is a list");
    let id = |issue: &Value| issue["context"]["import.id"].as_str().expect("it was imported").to_owned();
    let mut ids: Vec<String> = issues.iter().map(id).collect();
    ids.sort();
    ids
}
