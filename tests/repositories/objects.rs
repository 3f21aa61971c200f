//! Packed references, packs, garbage collection, borrowed objects, shallow history.

use super::{git, ids_in, works_in};
use crate::support::Sandbox;

/// The number of commits of the tracker in the usual repository.
fn commits(sandbox: &Sandbox) -> String {
    git(sandbox, ["rev-list", "--count", "refs/jit/main"])
}

#[test]
fn packed_references_are_read_and_moved() {
    let sandbox = Sandbox::with_tracker();
    for _ in 0..3 {
        sandbox.git(["pack-refs", "--all", "--prune"]).ok();
        assert!(!sandbox.path("repo/.git/refs/jit/main").exists(), "it is packed");
        sandbox.jit(["list"]).ok();
        works_in(&sandbox, &sandbox.repo());
    }
    let events = sandbox.json(["events", "query"]);
    assert_eq!(events["count"].to_string(), sandbox.events().len().to_string());
}

#[test]
fn a_stale_packed_value_does_not_win_over_the_loose_one() {
    let sandbox = Sandbox::with_tracker();
    sandbox.git(["pack-refs", "--all"]).ok();
    let id = sandbox.create("One", []);
    let packed = std::fs::read_to_string(sandbox.path("repo/.git/packed-refs")).unwrap();
    assert!(packed.contains("refs/jit/main"), "{packed}");
    assert_eq!(ids_in(&sandbox, &sandbox.repo()), [id]);
    sandbox.create("Two", []);
    assert_eq!(commits(&sandbox), "3");
}

#[test]
fn everything_is_there_after_gc() {
    let sandbox = Sandbox::with_tracker();
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(sandbox.create("One", ["--label", "kept"]));
        works_in(&sandbox, &sandbox.repo());
        sandbox.git(["gc", "-q", "--prune=now"]).ok();
        assert_eq!(git(&sandbox, ["count-objects"]), "0 objects, 0 kilobytes", "all is packed");
        let listed = sandbox.jit(["-q", "list", "label:kept"]).ok().stdout;
        assert_eq!(listed.lines().collect::<Vec<_>>(), ids);
    }
    sandbox.jit(["validate"]).ok();
    assert_eq!(git(&sandbox, ["reflog", "refs/jit/main"]).lines().count().to_string(), commits(&sandbox));
}

#[test]
fn a_mutation_needs_only_objects_that_gc_keeps() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    // The second title's objects become unreachable, then are needed again.
    let base = git(&sandbox, ["rev-parse", "refs/jit/main"]);
    sandbox.jit(["update", &id, "--title", "Two"]).ok();
    sandbox.git(["update-ref", "refs/jit/main", &base]).ok();
    sandbox.git(["reflog", "expire", "--expire=now", "--all"]).ok();
    sandbox.git(["gc", "-q", "--prune=now"]).ok();
    sandbox.jit(["update", &id, "--title", "Two"]).ok();
    sandbox.git(["fsck", "--strict"]).ok();
    assert_eq!(sandbox.json(["show", &id])["title"], "Two");
}

#[test]
fn borrowed_objects_are_read_and_never_written() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    sandbox.git(["clone", "-q", "--shared", ".", "../clone"]).ok();
    let clone = sandbox.path("clone");
    sandbox.git_in(&clone, ["fetch", "-q", "origin", "refs/jit/main:refs/jit/main"]).ok();
    let lent = super::snapshot(&sandbox.path("repo/.git"));
    assert_eq!(ids_in(&sandbox, &clone), [id.as_str()]);
    sandbox.jit_in(&clone, ["update", &id, "--title", "Two"]).ok();
    works_in(&sandbox, &clone);
    assert_eq!(super::snapshot(&sandbox.path("repo/.git")), lent);
    sandbox.git(["gc", "-q"]).ok();
    works_in(&sandbox, &clone);
    assert_eq!(sandbox.json(["show", &id])["title"], "One");
}

#[test]
fn a_shallow_tracker_is_read_and_changed_and_pushed_back() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    sandbox.create("Two", []);
    let url = format!("file://{}", sandbox.repo().display());
    sandbox.git_in(&sandbox.path(""), ["clone", "-q", "--depth=1", &url, "clone"]).ok();
    let clone = sandbox.path("clone");
    sandbox.git_in(&clone, ["fetch", "-q", "--depth=1", "origin", "refs/jit/main:refs/jit/main"]).ok();
    let count = || sandbox.git_in(&clone, ["rev-list", "--count", "refs/jit/main"]).ok().stdout;
    assert_eq!(count().trim(), "1", "it is shallow");
    assert_eq!(ids_in(&sandbox, &clone).len(), 2);
    works_in(&sandbox, &clone);
    sandbox.jit_in(&clone, ["done", &id]).ok();
    let events = sandbox.jit_in(&clone, ["events", "query", "--json"]).ok().json();
    assert_eq!(events["events"][0]["issue"]["title"], "Two", "what there is of the history is shown");
    sandbox.git_in(&clone, ["push", "-q", "origin", "refs/jit/main"]).ok();
    assert_eq!(sandbox.json(["show", &id])["state"], "done");
    sandbox.git(["fsck", "--strict"]).ok();
}

#[test]
fn a_mirror_clone_is_a_tracker_of_its_own() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    sandbox.git(["clone", "-q", "--mirror", ".", "../mirror.git"]).ok();
    let mirror = sandbox.path("mirror.git");
    assert_eq!(ids_in(&sandbox, &mirror), [id.as_str()]);
    sandbox.jit_in(&mirror, ["done", &id]).ok();
    assert_eq!(sandbox.json(["show", &id])["state"], "ready");
}

#[test]
fn a_copy_of_the_folder_is_a_whole_tracker() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    crate::support::run(sandbox.program("cp", &sandbox.path("")).args(["-a", "repo", "copy"])).ok();
    assert_eq!(ids_in(&sandbox, &sandbox.path("copy")), [id]);
    works_in(&sandbox, &sandbox.path("copy"));
    assert_eq!(commits(&sandbox), "2");
}
