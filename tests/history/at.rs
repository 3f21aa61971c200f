//! `--at`: every command that shows the tracker shows it as it was.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::hub::Hub;
use crate::support::{Ran, Sandbox};

/// Everything that shows a tracker.
const SHOWING: [&[&str]; 24] = [
    &["blocked"],
    &["config", "get", "strict_gates"],
    &["config", "list"],
    &["conflict", "list"],
    &["events", "query"],
    &["events", "tail", "-n", "3"],
    &["export", "--to", "csv"],
    &["export", "--to", "jsonl", "label:x"],
    &["gate", "list"],
    &["graph", "export", "--format", "json"],
    &["graph", "roots"],
    &["graph", "show"],
    &["issue", "list"],
    &["list", "--filter", "label:x"],
    &["log"],
    &["query", "assignee", "none"],
    &["query", "state", "open"],
    &["query", "stale"],
    &["ready"],
    &["ready", "--limit", "1"],
    &["registry", "list"],
    &["search", "word"],
    &["status"],
    &["validate"],
];

/// A tracker in which something of each kind happened.
fn worked() -> (Sandbox, Vec<String>) {
    let sandbox = Sandbox::with_tracker();
    let mut ids = vec![sandbox.create("one", ["--desc", "a word", "--label", "x"])];
    sandbox.jit(["registry", "add", "review", "--title", "Review"]).ok();
    ids.push(sandbox.create("two", ["--depends-on", ids[0].as_str(), "--priority", "high"]));
    ids.push(sandbox.create("three", ["--gate", "review", "--desc", "another word"]));
    sandbox.jit(["claim", &ids[0], "agent:one"]).ok();
    sandbox.jit(["update", &ids[2], "--title", "tree", "--label", "x"]).ok();
    sandbox.jit(["config", "set", "strict_gates", "true"]).ok();
    sandbox.jit(["done", &ids[0], "--by", "agent:one"]).ok();
    sandbox.jit(["claim", &ids[1], "agent:two", "--ttl", "1h"]).ok();
    sandbox.jit(["registry", "remove", "review"]).ok();
    sandbox.jit(["delete", &ids[2]]).ok();
    (sandbox, ids)
}

/// The commits of the tracker, newest first.
fn commits(sandbox: &Sandbox) -> Vec<String> {
    let list = sandbox.git(["rev-list", "--first-parent", "refs/jit/main"]).ok().stdout;
    list.lines().map(str::to_owned).collect()
}

/// A repository whose tracker is at `commit`.
fn checked_out(sandbox: &Sandbox, commit: &str) -> std::path::PathBuf {
    let dir = sandbox.path(commit);
    fs::create_dir(&dir).expect("a folder");
    sandbox.git_in(&dir, ["init", "-q"]).ok();
    let url = dir.to_str().expect("it is text");
    sandbox.git(["push", "-q", url, &format!("{commit}:refs/jit/main")]).ok();
    dir
}

/// The files below `dir` and what is in them.
fn files(dir: &Path) -> BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir).expect("it can be listed") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).expect("it can be read"));
        }
    }
    found
}

#[track_caller]
fn same(one: &Ran, other: &Ran, what: &str) {
    assert_eq!((one.code, &one.stdout), (other.code, &other.stdout), "{what}: {}", one.stderr);
}

#[test]
fn it_agrees_with_the_old_tree_checked_out() {
    let (sandbox, ids) = worked();
    for (n, commit) in commits(&sandbox).iter().enumerate().step_by(2) {
        let old = checked_out(&sandbox, commit);
        let one = ids.iter().map(|id| vec!["show", id]).chain([vec!["graph", "show", &ids[1]]]);
        for command in SHOWING.iter().map(|command| command.to_vec()).chain(one) {
            let revision = format!("HEAD~{n}");
            let plain = sandbox.jit_in(&old, command.iter().chain(&["--json"]));
            let past = sandbox.jit(["--json", "--at", &revision].iter().chain(&command));
            same(&past, &plain, &format!("{revision} {command:?}"));
            let by_id = sandbox.jit(command.iter().chain(&["--at", &commit[..12]]));
            same(&by_id, &sandbox.jit_in(&old, &command), &format!("{commit} {command:?}"));
        }
        sandbox.jit(["export", "--dir", "../past", "--force", "--at", commit]).ok();
        sandbox.jit_in(&old, ["export", "--dir", "../plain", "--force"]).ok();
        let contents = |dir: &str| files(&sandbox.path(dir)).into_values().collect::<Vec<_>>();
        assert_eq!(contents("past"), contents("plain"));
    }
}

#[test]
fn a_time_is_the_newest_commit_at_or_before_it() {
    let (sandbox, _) = worked();
    let log = |at: &str| sandbox.json(["log", "--at", at])["events"].clone();
    let events = sandbox.json(["log"])["events"].as_array().expect("a list").clone();
    let distinct = |n: &usize| *n == 0 || events[*n]["timestamp"] != events[*n - 1]["timestamp"];
    for n in (0..events.len()).filter(distinct) {
        let time = events[n]["timestamp"].as_str().expect("it is text");
        assert_eq!(log(time)[0], events[n], "{time}");
    }
    assert_eq!(log("2999-01-01")[0], events[0]);
}

#[test]
fn what_is_there_now_and_was_not_then_is_not_found() {
    let (sandbox, ids) = worked();
    let tip = commits(&sandbox).len() - 1;
    sandbox.jit(["show", &ids[1], "--at", &format!("HEAD~{}", tip - 1)]).fails(3, "no issue");
    sandbox.jit(["show", &ids[2]]).fails(3, "no issue");
    assert!(sandbox.jit(["show", &ids[2], "--at", "HEAD~1"]).ok().stdout.contains("tree"));
    let states: Vec<String> = ["HEAD~7", "HEAD~6", "HEAD"]
        .map(|at| sandbox.json(["show", &ids[0], "--at", at])["state"].as_str().expect("text").to_owned())
        .to_vec();
    assert_eq!(states, ["ready", "in_progress", "done"]);
}

#[test]
fn reading_the_past_leaves_what_is_cached_of_the_present() {
    let (sandbox, _) = worked();
    let read = || ["list", "ready", "status", "log"].map(|command| sandbox.json([command]));
    let now = read();
    let private = sandbox.repo().join(".git/jit");
    let before = files(&private);
    for (n, _) in commits(&sandbox).iter().enumerate() {
        for command in SHOWING {
            sandbox.jit(command.iter().chain(&["--at", &format!("HEAD~{n}")]));
        }
    }
    assert!(files(&private) == before, "something was written");
    assert_eq!(read(), now);
    fs::remove_dir_all(private.join("cache")).expect("there is a cache");
    sandbox.jit(["list", "--at", "HEAD~3"]).ok();
    assert!(!private.join("cache/table").exists(), "there is none of the past");
}

#[test]
fn before_the_tracker_existed_there_is_nothing_to_show() {
    let (sandbox, _) = worked();
    let count = commits(&sandbox).len();
    let before = "the tracker did not exist yet";
    sandbox.jit(["list", "--at", "2020-01-01"]).fails(3, before);
    sandbox.jit(["log", "--at", "100years"]).fails(3, before);
    sandbox.jit(["list", "--at", &format!("HEAD~{count}")]).fails(3, before);
    let young = Sandbox::with_tracker();
    young.create("one", []);
    young.jit(["list", "--at", "HEAD~2"]).fails(3, "is its first commit, 1 step back");
    young.jit(["list", "--at", "HEAD~1"]).ok();
    let ran = sandbox.jit(["ready", "--at", "HEAD~999999999", "--json"]).exits(3);
    assert_eq!(ran.json()["error"]["code"], "no_such_moment");
    assert_eq!(ran.json()["error"]["details"]["moment"], "HEAD~999999999");
    let empty = Sandbox::with_repo();
    empty.jit(["list", "--at", "HEAD"]).fails(3, "no tracker");
}

#[test]
fn what_names_no_commit_of_a_tracker_is_told_apart() {
    let (sandbox, _) = worked();
    let code = sandbox.git(["rev-parse", "HEAD"]).ok().stdout;
    let blob = sandbox.git(["rev-parse", "HEAD:README"]).ok().stdout;
    sandbox.jit(["list", "--at", code.trim()]).fails(3, "is none of a tracker");
    sandbox.jit(["list", "--at", blob.trim()]).fails(3, "is none of a tracker");
    sandbox.jit(["list", "--at", "0123456789abcdef"]).fails(3, "there is no commit");
    sandbox.jit(["list", "--at", "refs/heads/none"]).fails(3, "there is no reference");
    sandbox.jit(["list", "--at", "HEAD^2"]).fails(3, "has no parent 2");
    for bad in ["", "yesterday", "main", "-1", "HEAD~x", "HEAD@{1}", "2026-13-01", "é", "HEAD~1é"] {
        sandbox.jit(["list", "--at", bad]).fails(2, "is neither a time nor a revision");
    }
}

#[test]
fn the_past_cannot_be_changed() {
    let (sandbox, ids) = worked();
    let tip = commits(&sandbox);
    let changing: [&[&str]; 14] = [
        &["create", "new"],
        &["update", &ids[1], "--title", "x"],
        &["claim", &ids[1]],
        &["claim-next"],
        &["release", &ids[1]],
        &["done", &ids[1]],
        &["delete", &ids[1]],
        &["dep", "add", &ids[1], &ids[0]],
        &["gate", "pass", &ids[1], "x"],
        &["registry", "add", "x"],
        &["config", "set", "strict_gates", "false"],
        &["sync"],
        &["init"],
        &["events", "tail", "--follow"],
    ];
    for command in changing {
        let ran = sandbox.jit(command.iter().chain(&["--at", "HEAD~1"]));
        ran.fails(2, "--at goes with commands that show the tracker");
    }
    assert_eq!(commits(&sandbox), tip);
}

#[test]
fn claims_that_only_the_remote_has_now_are_not_of_the_past() {
    let (_hub, [one, two]) = Hub::with_tracker();
    let id = one.create("shared", []);
    one.jit(["sync"]).ok();
    two.jit(["sync"]).ok();
    one.jit(["claim", &id, "agent:one"]).ok();
    // It learns of the claim, and has no commit that says so.
    two.jit(["claim", &id, "agent:two"]).exits(5);
    let state = |at: &[&str]| {
        let ran = two.jit(["show", &id, "--json"].iter().chain(at)).ok();
        ran.json()["state"].as_str().expect("it is text").to_owned()
    };
    assert_eq!(state(&[]), "in_progress");
    assert_eq!(state(&["--at", "HEAD"]), "ready");
}

#[test]
fn a_lease_is_judged_by_the_time_that_is_looked_at() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("leased", []);
    sandbox.jit(["config", "set", "claim.skew", "0"]).ok();
    sandbox.jit(["claim", &id, "agent:one", "--ttl", "1s"]).ok();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let stale =
        |at: &[&str]| sandbox.jit(["query", "stale", "--json"].iter().chain(at)).ok().json()["count"].clone();
    assert_eq!((stale(&[]), stale(&["--at", "HEAD"])), (1.into(), 0.into()));
}
