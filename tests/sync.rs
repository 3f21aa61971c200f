//! Several clones and a remote: one winner, nothing lost, nothing of the user's touched.
//! Real processes, real transports.

mod claims;
mod cost;
mod deletions;
mod ended;
mod failing;
mod holds;
mod hostile;
mod merges;
mod narrow;
mod network;
mod progress;
mod race;
mod releases;
mod rewind;
mod settings;
mod transports;
mod untouched;
mod watch;
mod words;

use serde_json::Value;

use crate::support::Sandbox;
use crate::support::hub::Hub;

/// Every way to a remote.
const ROUTES: [&str; 5] = ["path", "file", "ssh", "git", "http"];

/// Syncs a clone, which must succeed; what it did.
#[track_caller]
fn sync(clone: &Sandbox) -> Value {
    clone.json(["sync"])
}

/// The commit of a clone's tracker.
#[track_caller]
fn tip(clone: &Sandbox) -> String {
    rev_parse(clone, "refs/jit/main")
}

#[track_caller]
fn rev_parse(clone: &Sandbox, name: &str) -> String {
    clone.git(["rev-parse", "--verify", name]).ok().stdout.trim().to_owned()
}

/// Lets every clone sync until none has anything new, and insists that all of them hold the
/// same as the remote, in order.
#[track_caller]
fn settle(hub: &Hub, clones: &[&Sandbox]) {
    for clone in clones.iter().chain(clones) {
        assert_eq!(sync(clone)["unpublished"], 0);
    }
    let there = hub.git(["rev-parse", "refs/jit/main^{tree}"]);
    for clone in clones {
        assert_eq!(rev_parse(clone, "refs/jit/main^{tree}"), there, "clones that have synced hold the same");
        clone.git(["fsck", "--strict", "--no-dangling", "--no-progress"]).ok();
    }
    hub.git(["fsck", "--strict", "--no-dangling", "--no-progress"]);
}

/// An issue as a clone sees it.
#[track_caller]
fn issue(clone: &Sandbox, id: &str) -> Value {
    clone.json(["show", id])
}

/// How many events of a type the remote's log has for an issue.
#[track_caller]
fn count(events: &[Value], kind: &str, id: &str) -> usize {
    events.iter().filter(|event| event["type"] == kind && event["issue_id"] == id).count()
}

/// What came or went of an issue, according to a sync.
fn fate<'v>(synced: &'v Value, id: &str, which: &str) -> &'v Value {
    let issues = synced["issues"].as_array().expect("a list").iter();
    issues.filter(|issue| issue["id"] == id).map(|issue| &issue[which]).next().unwrap_or(&Value::Null)
}
