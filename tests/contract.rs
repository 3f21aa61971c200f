//! What programs rely on: documents, schemas, bare ids, exit codes, help.

mod documents;
mod failures;
mod help;
mod plain;
mod schema;

use serde_json::Value;

use crate::support::{Ran, Sandbox};

/// All commands without those below them, as their words: `["issue", "claim"]`.
fn commands(sandbox: &Sandbox) -> Vec<Vec<String>> {
    let mut leaves = Vec::new();
    let mut todo = vec![Vec::new()];
    while let Some(path) = todo.pop() {
        let below = listed(&help(sandbox, &path));
        if below.is_empty() {
            leaves.push(path);
        } else {
            todo.extend(below.into_iter().map(|name| [path.clone(), vec![name]].concat()));
        }
    }
    leaves.sort();
    leaves
}

/// What `--help` says of a command.
fn help(sandbox: &Sandbox, path: &[String]) -> String {
    let words = path.iter().map(String::as_str).chain(["--help"]);
    sandbox.jit_in(&sandbox.path(""), words).ok().stdout
}

/// The commands that a help text lists, but for `help` itself.
fn listed(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| !line.starts_with("Usage: "));
    let lines = lines.take_while(|line| *line != "Options:");
    let named = lines
        .filter_map(|line| line.strip_prefix("  ").filter(|line| line.starts_with(char::is_alphanumeric)));
    let names = named.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// Standard output as the one compact document that it must be.
#[track_caller]
fn document(ran: &Ran) -> Value {
    let document: Value = ran.json();
    assert_eq!(ran.stdout, format!("{document}\n"), "it is compact, and all there is");
    document
}
