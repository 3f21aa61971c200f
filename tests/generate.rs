//! `dev generate`: a made-up project that is as good as a real one.

use std::collections::BTreeSet;

use crate::support::Sandbox;

/// A sandbox without a repository but with a generated one in `made`; what was reported.
fn generated(options: &[&str]) -> (Sandbox, serde_json::Value) {
    let sandbox = Sandbox::new();
    let made = generate(&sandbox, "made", options);
    (sandbox, made)
}

fn generate(sandbox: &Sandbox, folder: &str, options: &[&str]) -> serde_json::Value {
    let args = [&["dev", "generate", "--json"], options, &[folder]].concat();
    sandbox.jit_in(&sandbox.path(""), args).ok().json()
}

fn tip(sandbox: &Sandbox, folder: &str) -> String {
    sandbox.git_in(&sandbox.path(folder), ["rev-parse", "refs/jit/main"]).ok().stdout
}

#[test]
fn a_generated_tracker_has_no_problems_and_work_of_every_state() {
    let (sandbox, made) = generated(&["--issues", "300", "--events", "300"]);
    let dir = sandbox.path("made");
    assert_eq!((&made["issues"], &made["commits"]), (&300.into(), &304.into()));
    sandbox.jit_in(&dir, ["validate"]).ok();
    sandbox.git_in(&dir, ["fsck", "--strict"]).ok();
    let issues = sandbox.jit_in(&dir, ["list", "--json"]).ok().json();
    let issues = issues["issues"].as_array().expect("it is a list");
    assert_eq!(issues.len(), 300);
    let states: BTreeSet<&str> = issues.iter().filter_map(|issue| issue["state"].as_str()).collect();
    assert_eq!(states, BTreeSet::from(["backlog", "ready", "in_progress", "gated", "done", "rejected"]));
    let some = |key: &str| issues.iter().filter(|issue| !issue[key].as_array().unwrap().is_empty()).count();
    assert!(some("dependencies") > 60 && some("labels") > 100 && some("gates_required") > 100);
    let bytes: usize = issues.iter().map(|issue| issue["description"].as_str().unwrap().len()).sum();
    assert!((500..600).contains(&(bytes / 300)), "{bytes}");
}

#[test]
fn a_generated_log_tells_each_mutation_as_a_real_one_does() {
    let (sandbox, made) = generated(&["--issues", "20", "--events", "400"]);
    let dir = sandbox.path("made");
    let args = ["log", "--reverse", "--format=%(trailers:key=Jit-Event,valueonly)", "refs/jit/main"];
    let log = sandbox.git_in(&dir, args).ok().stdout;
    let events: Vec<serde_json::Value> =
        log.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: BTreeSet<&str> = events.iter().filter_map(|event| event["type"].as_str()).collect();
    for kind in [
        "issue_created",
        "issue_claimed",
        "issue_released",
        "issue_completed",
        "gate_passed",
        "comment_added",
    ] {
        assert!(kinds.contains(kind), "no {kind} in {kinds:?}");
    }
    let ids: BTreeSet<&str> = events.iter().filter_map(|event| event["id"].as_str()).collect();
    assert_eq!(ids.len(), events.len(), "every event has an id of its own");
    let commits = sandbox.git_in(&dir, ["rev-list", "--count", "refs/jit/main"]).ok().stdout;
    assert_eq!(made["commits"].to_string(), commits.trim());
    // The next mutation goes on top of it.
    sandbox.jit_in(&dir, ["claim-next", "agent:x"]).ok();
    sandbox.jit_in(&dir, ["validate"]).ok();
}

#[test]
fn the_same_plan_is_the_same_history_and_another_seed_another() {
    let (sandbox, _) = generated(&["--issues", "30", "--events", "30"]);
    sandbox.git_in(&sandbox.path(""), ["config", "--global", "user.name", "Grace"]).ok();
    generate(&sandbox, "again", &["--issues", "30", "--events", "30"]);
    generate(&sandbox, "other", &["--issues", "30", "--events", "30", "--seed", "2"]);
    assert_eq!(tip(&sandbox, "made"), tip(&sandbox, "again"));
    assert_ne!(tip(&sandbox, "made"), tip(&sandbox, "other"));
}

#[test]
fn nothing_is_generated_where_there_is_a_tracker() {
    let sandbox = Sandbox::with_tracker();
    let before = sandbox.git(["rev-parse", "refs/jit/main"]).ok().stdout;
    sandbox.jit(["dev", "generate", "--issues", "5"]).fails(6, "there is a tracker at refs/jit/main");
    assert_eq!(sandbox.git(["rev-parse", "refs/jit/main"]).ok().stdout, before);
}

#[test]
fn a_folder_that_is_named_gets_a_repository_of_its_own() {
    let sandbox = Sandbox::with_tracker();
    let before = sandbox.git(["rev-parse", "refs/jit/main"]).ok().stdout;
    sandbox.jit(["dev", "generate", "--issues", "5", "--events", "0", "inner"]).ok();
    assert_eq!(sandbox.git(["rev-parse", "refs/jit/main"]).ok().stdout, before);
    let list = sandbox.jit_in(&sandbox.path("repo/inner"), ["list", "--json"]).ok().json();
    assert_eq!(list["count"], 5);
}

#[test]
fn a_history_that_git_does_not_take_is_an_error_and_leaves_nothing() {
    let sandbox = Sandbox::with_repo();
    sandbox.git(["update-ref", "refs/jit/main/in-the-way", "HEAD"]).ok();
    let ran = sandbox.jit(["dev", "generate", "--issues", "5"]);
    assert!(ran.code != 0 && !ran.stderr.contains("Generated"), "{}", ran.stderr);
    sandbox.git(["rev-parse", "--verify", "-q", "refs/jit/main"]).exits(1);
}
