//! The remote, and settings by which git gets at the tracker.

use std::fmt::Write as _;

use super::Found;
use crate::support::Sandbox;
use crate::support::hub::Hub;

/// A tracker with a remote that it was not shared with.
fn with_remote() -> Sandbox {
    let sandbox = Sandbox::with_tracker();
    sandbox.git(["init", "-q", "--bare", "../hub.git"]).ok();
    sandbox.git(["remote", "add", "origin", "../hub.git"]).ok();
    sandbox
}

#[test]
fn the_remote_is_named_with_the_reason() {
    let sandbox = Sandbox::with_tracker();
    Found::of(&sandbox, &[]).check("no_remote", "info", "no remote");
    let sandbox = with_remote();
    Found::of(&sandbox, &[]).check("not_shared", "info", "origin, as it is the only one");
    sandbox.jit(["sync"]).ok();
    Found::of(&sandbox, &[]).check("remote", "ok", "origin, as it is the only one");
    sandbox.git(["remote", "add", "other", "../hub.git"]).ok();
    Found::of(&sandbox, &[]).check("remote", "ok", "origin, as it is called origin");
    sandbox.git(["config", "jit.remote", "other"]).ok();
    Found::of(&sandbox, &[]).check("not_shared", "info", "other, as jit.remote names it");
    sandbox.git(["config", "jit.remote", "gone"]).ok();
    Found::of(&sandbox, &[]).check("remote_not_found", "problem", "gone");
    sandbox.git(["config", "--unset", "jit.remote"]).ok();
    sandbox.git(["remote", "rename", "origin", "third"]).ok();
    Found::of(&sandbox, &[]).check("ambiguous_remote", "warning", "other");
}

#[test]
fn a_remote_that_git_must_not_be_given_is_a_problem() {
    let sandbox = with_remote();
    sandbox.git(["config", "remote.origin.url", "ext::sh -c evil"]).ok();
    Found::of(&sandbox, &[]).check("bad_remote", "problem", "origin");
}

#[test]
fn unpublished_commits_are_counted() {
    let (_hub, [ada, bob]) = Hub::with_tracker();
    assert_eq!(ada.json(["status"])["unpublished"], 0);
    assert!(!ada.jit(["status"]).ok().stdout.contains("unpublished"));
    ada.create("One", []);
    ada.create("Two", []);
    Found::of(&ada, &[]).check("unpublished", "info", "yet: 2");
    assert_eq!(ada.json(["status"])["unpublished"], 2);
    let shown = ada.jit(["status"]).ok().stdout;
    assert!(shown.ends_with("\n2 unpublished commits ('jit sync' publishes)\n"), "{shown}");
    // The other side has one as well, which the merge brings: three and the merge itself.
    bob.create("Three", []);
    bob.jit(["sync"]).ok();
    ada.jit(["sync", "--pull"]).ok();
    assert_eq!(ada.json(["status"])["unpublished"], 3);
    ada.jit(["sync"]).ok();
    assert_eq!(ada.json(["status"])["unpublished"], 0);
    bob.jit(["sync", "--pull"]).ok();
    assert_eq!(bob.json(["status"])["unpublished"], 0);
    let facts = &ada.json(["doctor"])["facts"];
    assert!(facts["last_fetch"].is_string() && facts["remote"] == "origin" && facts["unpublished"] == 0);
}

#[test]
fn a_tracker_that_is_not_shared_has_nothing_unpublished() {
    let sandbox = with_remote();
    assert_eq!(sandbox.json(["status"])["unpublished"], serde_json::Value::Null);
}

#[test]
fn counting_unpublished_commits_stops_at_a_thousand() {
    let sandbox = with_remote();
    sandbox.jit(["sync"]).ok();
    let tree = sandbox.git(["rev-parse", "refs/jit/main^{tree}"]).ok().stdout;
    let mut stream = String::new();
    for number in 0..1100 {
        let from = if number == 0 { "from refs/jit/main^0\n" } else { "" };
        let time = 1_900_000_000 + number;
        let head = format!("commit refs/jit/main\ncommitter a <a@x> {time} +0000\ndata 1\nx\n{from}");
        write!(stream, "{head}M 040000 {} \n\n", tree.trim()).unwrap();
    }
    let mut git = sandbox.program("git", &sandbox.repo());
    crate::support::run_with_input(git.args(["fast-import", "--quiet", "--force"]), stream.as_bytes()).ok();
    assert_eq!(sandbox.json(["status"])["unpublished"], 1000);
    let shown = sandbox.jit(["status"]).ok().stdout;
    assert!(shown.contains("\n1000+ unpublished commits"), "{shown}");
    Found::of(&sandbox, &[]).check("unpublished", "info", "1000+");
    sandbox.git(["update-ref", "refs/jit/main", "refs/jit/main~101"]).ok();
    assert_eq!(sandbox.json(["status"])["unpublished"], 999);
}

#[test]
fn fetches_that_reach_the_tracker_are_found() {
    let sandbox = with_remote();
    assert!(Found::of(&sandbox, &[]).bad().is_empty());
    let with = |spec: &str| {
        sandbox.git(["config", "remote.origin.fetch", spec]).ok();
        Found::of(&sandbox, &[])
    };
    with("+refs/*:refs/*").check("fetch_overwrites", "problem", "+refs/*:refs/*");
    with("+refs/jit/*:refs/jit/*").check("fetch_overwrites", "problem", "not published");
    let found = with("refs/jit/*:refs/jit/*");
    found.check("fetch_moves", "warning", "refs/jit/*");
    assert!(found.healthy && !found.has("fetch_overwrites"));
    with("+refs/jit/main:refs/jit-remotes/origin/main").check("fetch_moves", "warning", "keeps");
    sandbox.git(["config", "fetch.prune", "true"]).ok();
    with("refs/jit/*:refs/jit/*").check("fetch_prunes", "problem", "removes");
    sandbox.git(["config", "remote.origin.prune", "false"]).ok();
    assert!(!with("refs/jit/*:refs/jit/*").has("fetch_prunes"), "the remote's own setting counts");
    sandbox.git(["config", "remote.origin.prune", "true"]).ok();
    assert!(with("+refs/heads/*:refs/remotes/origin/*").bad().is_empty(), "the usual one is fine");
    sandbox.git(["config", "--add", "remote.origin.fetch", "+refs/*:refs/*"]).ok();
    assert!(!Found::of(&sandbox, &[]).healthy, "any of several");
    sandbox.git(["config", "--add", "remote.origin.fetch", "^refs/jit/*"]).ok();
    assert!(Found::of(&sandbox, &[]).healthy, "it is left out");
}

#[test]
fn the_problem_with_a_mirror_is_real() {
    let sandbox = with_remote();
    sandbox.jit(["sync"]).ok();
    sandbox.git(["clone", "-q", "--mirror", "../hub.git", "../mirror.git"]).ok();
    let mirror = sandbox.path("mirror.git");
    let found = Found::of_in(&sandbox, &mirror, &[]);
    found.check("fetch_overwrites", "problem", "remote.origin.fetch");
    found.check("push_mirror", "problem", "remote.origin.mirror");
    let id = sandbox.jit_in(&mirror, ["-q", "create", "Lost"]).ok().stdout;
    sandbox.git_in(&mirror, ["fetch", "-q"]).ok();
    assert_eq!(sandbox.jit_in(&mirror, ["show", id.trim()]).code, 3, "a fetch threw it away");
}

#[test]
fn pushes_that_reach_the_tracker_are_found() {
    let sandbox = with_remote();
    let with = |spec: &str| {
        sandbox.git(["config", "remote.origin.push", spec]).ok();
        Found::of(&sandbox, &[])
    };
    with("+refs/*:refs/*").check("push_overwrites", "problem", "+refs/*");
    with("refs/jit/main").check("push_publishes", "warning", "refs/jit/main");
    with("refs/jit/claims/*:refs/jit/claims/*").check("push_publishes", "warning", "claims");
    assert!(with("refs/heads/*:refs/heads/*").bad().is_empty());
    sandbox.git(["config", "jit.ref", "refs/heads/jit/main"]).ok();
    sandbox.git(["config", "push.default", "matching"]).ok();
    let found = Found::of(&sandbox, &[]);
    assert!(found.all.iter().any(|finding| finding["message"].as_str().unwrap().contains("push.default")));
}

#[test]
fn references_that_are_hidden_from_others_are_found() {
    let sandbox = with_remote();
    let with = |key: &str, value: &str| {
        sandbox.git(["config", "--add", key, value]).ok();
        Found::of(&sandbox, &[])
    };
    with("uploadpack.hideRefs", "refs/jit/claims").check("hidden_refs", "warning", "fetch");
    sandbox.git(["config", "--unset-all", "uploadpack.hideRefs"]).ok();
    with("receive.hideRefs", "refs/jit").check("hidden_refs", "warning", "push");
    assert!(!with("receive.hideRefs", "!refs/jit").has("hidden_refs"), "the last one counts");
    let hub = sandbox.path("hub.git");
    sandbox.git_in(&hub, ["config", "transfer.hideRefs", "refs/jit"]).ok();
    Found::of_in(&sandbox, &hub, &[]).check("hidden_refs", "problem", "nobody can");
    assert_ne!(sandbox.jit(["sync"]).code, 0, "the problem is real");
}

#[test]
fn a_folder_that_was_copied_is_mentioned() {
    let (_hub, [ada]) = Hub::with_tracker();
    let id = ada.create("One", []);
    ada.jit(["claim", &id, "agent:x"]).ok();
    assert!(ada.json(["doctor"])["facts"]["clone_id"].is_string());
    let copy = ada.path("copy");
    crate::support::run(ada.program("cp", &ada.path("")).arg("-R").arg(ada.repo()).arg(&copy)).ok();
    let found = Found::of_in(&ada, &copy, &[]);
    found.check("copied_clone", "info", "copy");
    assert!(!Found::of(&ada, &[]).has("copied_clone"));
}
