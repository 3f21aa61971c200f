//! `start`, and `done` without an id.

use serde_json::json;

use super::{branch, commit, message, state};
use crate::support::Sandbox;
use crate::support::hub::{Hub, executable};

#[test]
fn to_start_is_to_claim_and_to_be_on_a_branch_named_after_the_issue() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("Create user model", []);
    sandbox.write("repo/README", "changed\n");
    let ran = sandbox.jit(["start", &id[..8]]).ok();
    let name = format!("{}-create-user-model", &id[..8]);
    assert_eq!(ran.stdout, format!("Started issue: {id}\nBranch: {name} (new)\n"));
    assert_eq!(branch(&sandbox), name);
    assert_eq!(state(&sandbox, &id), "in_progress");
    assert_eq!(sandbox.git(["status", "--porcelain"]).ok().stdout, " M README\n", "changes come along");
    let head = |revision: &str| sandbox.git(["rev-parse", revision]).ok().stdout;
    assert_eq!(head("HEAD"), head("main"));
    // To come back is no second claim.
    sandbox.git(["switch", "-q", "main"]).ok();
    let events = sandbox.events().len();
    let started = sandbox.json(["start", &id]);
    assert_eq!((&started["branch"], &started["branch_created"]), (&json!(name), &json!(false)));
    assert_eq!((&started["issue"]["id"], &started["worktree"]), (&json!(id), &json!(null)));
    assert_eq!((branch(&sandbox), sandbox.events().len()), (name, events));
}

#[test]
fn done_without_an_id_is_the_issue_of_the_branch() {
    let sandbox = Sandbox::with_tracker();
    let (id, other) = (sandbox.create("one", []), sandbox.create("two", ["--gate", "review"]));
    sandbox.jit(["done"]).fails(2, "branch main is named after no issue");
    sandbox.jit(["start", &id]).ok();
    assert_eq!(sandbox.jit(["done"]).ok().stdout, format!("Completed issue: {id}\n"));
    sandbox.jit(["start", &other, "--branch", &format!("ada/fix-{}", &other[..12].replace('-', ""))]).ok();
    assert_eq!(sandbox.jit(["done", "--json"]).exits(4).json()["error"]["code"], "gates_pending");
    sandbox.git(["switch", "-q", "--detach"]).ok();
    sandbox.jit(["done"]).fails(2, "no branch is checked out");
    assert_eq!(sandbox.json(["done", &id])["id"], id.as_str());
}

#[test]
fn a_working_tree_of_its_own_is_made_where_it_is_wanted() {
    let sandbox = Sandbox::with_tracker();
    let (one, two) = (sandbox.create("One", []), sandbox.create("Two", []));
    let started = sandbox.json(["start", &one, "--worktree"]);
    let dir = sandbox.path(&format!("repo-{}-one", &one[..8]));
    let dir = dir.canonicalize().expect("it is there");
    assert_eq!(started["worktree"], dir.to_str().expect("text"));
    assert_eq!(branch(&sandbox), "main", "this one stays as it is");
    assert_eq!(
        sandbox.git_in(&dir, ["symbolic-ref", "--short", "HEAD"]).ok().stdout.trim(),
        started["branch"]
    );
    assert_eq!(sandbox.jit_in(&dir, ["done", "-q"]).ok().stdout.trim(), one);
    let ran = sandbox.jit(["start", &two, "--worktree", "../else where", "--ttl", "1h"]).ok();
    assert!(ran.stdout.contains("else where\n") && sandbox.path("else where/README").exists(), "{ran:?}");
    assert!(sandbox.json(["show", &two])["claim"]["expires"].is_string());
}

#[test]
fn nothing_is_claimed_where_no_branch_can_be_made() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    sandbox.write("full", "x");
    sandbox.jit(["start", &id, "--worktree", "../full"]).fails(4, "is there already");
    sandbox.jit(["start", &id, "--branch", "no..name"]).fails(4, "is no name of one");
    sandbox.jit(["start", &id, "--branch", "-x"]).exits(2);
    sandbox.jit(["start", "ffffffff"]).fails(3, "no issue");
    let bare = sandbox.fellow("bare.git");
    std::fs::create_dir(bare.repo()).expect("a folder");
    bare.git(["init", "-q", "--bare"]).ok();
    bare.git(["fetch", "-q", "../repo", "refs/jit/main:refs/jit/main"]).ok();
    bare.jit(["start", &id]).fails(4, "--worktree");
    assert_eq!((state(&sandbox, &id), state(&bare, &id)), ("ready".to_owned(), "ready".to_owned()));
    assert_eq!(branch(&sandbox), "main");
}

#[test]
fn what_another_holds_or_waits_for_is_not_started() {
    let sandbox = Sandbox::with_tracker();
    let (one, two) = (sandbox.create("One", []), sandbox.create("Two", []));
    sandbox.jit(["dep", "add", &two, &one]).ok();
    sandbox.jit(["claim", &one, "agent:x"]).ok();
    sandbox.jit(["start", &one]).fails(5, "is claimed by agent:x");
    sandbox.jit(["start", &two]).exits(4);
    assert_eq!(branch(&sandbox), "main");
    assert_eq!(sandbox.git(["branch", "--list"]).ok().stdout.lines().count(), 1);
}

#[test]
fn what_git_refuses_is_told_and_the_claim_stands() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    // The branch is there, and what is changed here would be lost on it.
    sandbox.git(["switch", "-q", "-c", &id[..8]]).ok();
    sandbox.write("repo/README", "other\n");
    sandbox.git(["commit", "-q", "-a", "-m", "other"]).ok();
    sandbox.git(["switch", "-q", "main"]).ok();
    sandbox.write("repo/README", "mine\n");
    let ran = sandbox.jit(["start", &id]).exits(10);
    assert!(ran.stderr.contains("git switch failed"), "{ran:?}");
    assert!(ran.stderr.contains("is claimed all the same"), "{ran:?}");
    assert_eq!(std::fs::read_to_string(sandbox.path("repo/README")).expect("it is there"), "mine\n");
    assert_eq!((state(&sandbox, &id), branch(&sandbox)), ("in_progress".to_owned(), "main".to_owned()));
}

#[test]
fn in_a_shared_tracker_the_remote_decides_who_starts() {
    let (hub, [one, two]) = Hub::with_tracker();
    let id = one.create("Shared", []);
    one.jit(["sync"]).ok();
    two.jit(["sync"]).ok();
    one.jit(["start", &id]).ok();
    assert_eq!(hub.holds().len(), 1);
    two.jit(["start", &id]).exits(5);
    assert_eq!(branch(&two), "main");
    one.jit(["done"]).ok();
    assert_eq!(hub.holds().len(), 0);
}

#[test]
fn a_hook_that_fails_after_the_branch_is_checked_out_is_only_told() {
    let sandbox = Sandbox::with_tracker();
    let (one, two) = (sandbox.create("One", []), sandbox.create("Two", []));
    executable(&sandbox.path("repo/.git/hooks/post-checkout"), "#!/bin/sh\necho hookout >&2\nexit 1\n");
    let ran = sandbox.jit(["start", &one]).ok();
    assert!(ran.stdout.contains("Branch: ") && ran.stderr.contains("hookout"), "{ran:?}");
    assert_eq!(branch(&sandbox), format!("{}-one", &one[..8]));
    sandbox.jit(["start", &one]).ok();
    let started = sandbox.json(["start", &two, "--worktree"]);
    assert_eq!(started["issue"]["state"], "in_progress");
}

#[test]
fn a_branch_of_any_name_is_about_the_issue_that_it_was_made_for() {
    let sandbox = Sandbox::with_tracker();
    let (one, two) = (sandbox.create("One", []), sandbox.create("Two", []));
    sandbox.jit(["hooks", "install"]).ok();
    sandbox.jit(["claim", &two]).ok();
    sandbox.jit(["start", &one, "--branch", "team/fix.it"]).ok();
    commit(&sandbox, "work").ok();
    assert_eq!(message(&sandbox), format!("work\n\nJit-Issue: {one}"));
    assert_eq!(sandbox.jit(["done"]).ok().stdout, format!("Completed issue: {one}\n"));
    sandbox.git(["switch", "-q", "main"]).ok();
    sandbox.git(["branch", "-q", "-D", "team/fix.it"]).ok();
    sandbox.git(["switch", "-q", "-c", "team/fix.it"]).ok();
    sandbox.jit(["done"]).fails(2, "branch team/fix.it is named after no issue");
}
