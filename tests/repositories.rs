//! jit in every kind and state of repository, reached in every way; and that it leaves all
//! of it but its own alone.

mod init;
mod kinds;
mod objects;
mod packs;
mod places;
pub mod untouched;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::Sandbox;

/// Every command that needs a tracker, with arguments that are in order.
const NEED_TRACKER: [&[&str]; 46] = [
    &["blocked"],
    &["claim", "01234567", "agent:x"],
    &["claim-next", "agent:x"],
    &["comment", "01234567", "text"],
    &["config", "get", "strict_gates"],
    &["config", "list"],
    &["config", "set", "strict_gates", "true"],
    &["create", "New"],
    &["dep", "add", "01234567", "89abcdef"],
    &["dep", "rm", "01234567", "89abcdef"],
    &["done", "01234567"],
    &["events", "query"],
    &["events", "query", "--issue", "01234567"],
    &["events", "tail"],
    &["export", "--dir", "exported"],
    &["gate", "add", "01234567", "review"],
    &["gate", "check", "01234567"],
    &["gate", "define", "review"],
    &["gate", "fail", "01234567", "review"],
    &["gate", "list"],
    &["gate", "pass", "01234567", "review"],
    &["gate", "rm", "01234567", "review"],
    &["graph", "downstream", "01234567"],
    &["graph", "export"],
    &["graph", "roots"],
    &["graph", "show"],
    &["issue", "assign", "01234567", "agent:x"],
    &["issue", "delete", "01234567"],
    &["issue", "renew", "01234567"],
    &["issue", "unassign", "01234567"],
    &["list"],
    &["log"],
    &["log", "01234567"],
    &["query", "label", "auth"],
    &["query", "stale"],
    &["ready"],
    &["registry", "remove", "review"],
    &["registry", "show", "review"],
    &["registry", "update", "review", "--stage", "pre"],
    &["reject", "01234567"],
    &["release", "01234567"],
    &["release", "--stale"],
    &["search", "text"],
    &["show", "01234567"],
    &["status"],
    &["validate"],
];

/// All files and folders below `dir`, with what is in the files.
pub fn snapshot(dir: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut todo = vec![dir.to_owned()];
    while let Some(dir) = todo.pop() {
        for entry in fs::read_dir(&dir).expect("it is a folder") {
            let path = entry.expect("it can be listed").path();
            let is_dir = path.is_dir();
            found.insert(path.clone(), (!is_dir).then(|| fs::read(&path).unwrap_or_default()));
            if is_dir {
                todo.push(path);
            }
        }
    }
    found
}

/// Creates, claims, finishes, reads and deletes issues in `dir`, as anybody would.
#[track_caller]
fn works_in(sandbox: &Sandbox, dir: &Path) {
    let run = |args: &[&str]| sandbox.jit_in(dir, args).ok().stdout.trim().to_owned();
    run(&["registry", "add", "works", "--checker", "true"]);
    let first = run(&["-q", "create", "First", "--type", "probe", "--gate", "works"]);
    let second = run(&["-q", "create", "Second", "--type", "probe", "--dep", &first]);
    assert_eq!(run(&["claim-next", "agent:x", "--filter", "type:probe"]), first);
    run(&["gate", "check", &first]);
    run(&["done", &first]);
    run(&["comment", &second, "text"]);
    assert_eq!(run(&["-q", "ready", "--filter", "type:probe"]), second);
    run(&["issue", "delete", &first, &second]);
    run(&["registry", "remove", "works"]);
    assert!(run(&["events", "tail", "-n", "1"]).contains("gate_undefined"));
    run(&["validate"]);
    sandbox.git_in(dir, ["fsck", "--strict", "--no-dangling"]).ok();
}

/// The ids of all issues, as seen from `dir`.
#[track_caller]
fn ids_in(sandbox: &Sandbox, dir: &Path) -> Vec<String> {
    let list = sandbox.jit_in(dir, ["-q", "list"]).ok().stdout;
    list.lines().map(str::to_owned).collect()
}

/// Runs git in the usual repository; what it prints.
fn git<'a>(sandbox: &Sandbox, args: impl IntoIterator<Item = &'a str>) -> String {
    sandbox.git(args).ok().stdout.trim().to_owned()
}
