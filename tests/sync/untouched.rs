//! What is the user's stays as it is in every clone, whatever is exchanged.

use std::fs;
use std::path::PathBuf;

use super::{settle, sync};
use crate::repositories::snapshot;
use crate::repositories::untouched::HOOKS;
use crate::support::Sandbox;
use crate::support::hub::{Hub, executable};

/// What is jit's own in a git directory.
const OURS: [&str; 6] =
    ["jit", "objects", "refs/jit", "refs/jit-remotes", "logs/refs/jit", "logs/refs/jit-remotes"];

/// Leaves a clone in the middle of work: staged, unstaged and untracked changes, a stash,
/// branches, a tag, a fetch.
fn make_busy(clone: &Sandbox) {
    let write = |name: &str, text: &str| fs::write(clone.repo().join(name), text).expect("it is writable");
    clone.git(["branch", "topic"]).ok();
    clone.git(["tag", "v1"]).ok();
    write("README", "stashed\n");
    clone.git(["stash", "-q"]).ok();
    write("staged", "staged\n");
    clone.git(["add", "staged"]).ok();
    write("README", "unstaged\n");
    write("untracked", "untracked\n");
    clone.git(["fetch", "-q"]).ok();
}

/// What the user sees; the index comes first, so that git refreshes it before it is compared.
fn seen(clone: &Sandbox) -> Vec<String> {
    let commands: [&[&str]; 8] = [
        &["status", "--porcelain", "--branch", "--ignored"],
        &["branch", "-a", "-v"],
        &["stash", "list"],
        &["tag", "-l"],
        &["reflog", "HEAD"],
        &["diff"],
        &["diff", "--cached"],
        &["config", "--local", "--list"],
    ];
    let see = |args: &&[&str]| clone.git(*args).ok().stdout;
    commands.iter().map(see).collect()
}

/// All files of a clone that are not jit's: its working tree and its git directory.
fn not_ours(clone: &Sandbox) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let git_dir = clone.repo().join(".git");
    let is_ours = |path: &PathBuf| OURS.iter().any(|name| path.starts_with(git_dir.join(name)));
    snapshot(&clone.repo()).into_iter().filter(|(path, _)| !is_ours(path)).collect()
}

/// A day of work of two clones that exchange everything there is.
fn exchange(hub: &Hub, ada: &Sandbox, bob: &Sandbox) {
    ada.jit(["init"]).ok();
    let ids = ["one", "two", "three"].map(|title| ada.create(title, []));
    sync(ada);
    bob.jit(["sync"]).ok();
    ada.jit(["update", &ids[0], "--title", "by ada"]).ok();
    bob.jit(["update", &ids[0], "--title", "by bob"]).ok();
    bob.jit(["claim", &ids[1], "agent:bob"]).ok();
    ada.jit(["claim-next", "agent:ada"]).ok();
    ada.jit(["sync", "--pull"]).ok();
    bob.jit(["done", &ids[1], "--by", "agent:bob"]).ok();
    settle(hub, &[ada, bob]);
    bob.jit(["sync", "nowhere"]).exits(3);
    bob.jit(["sync", "--dry-run"]).ok();
}

#[test]
fn branches_index_head_stash_and_working_tree_stay_as_they_are() {
    for way in ["path", "http"] {
        let hub = Hub::new();
        let route = hub.route(way);
        let clones = ["ada", "bob"].map(|name| hub.clone_as(name, &route.url));
        clones.iter().for_each(make_busy);
        let look = |clone: &Sandbox| (seen(clone), not_ours(clone));
        let before = clones.each_ref().map(look);
        let branches = hub.git(["for-each-ref", "refs/heads", "refs/tags"]);
        exchange(&hub, &clones[0], &clones[1]);
        for (clone, before) in clones.iter().zip(before) {
            let after = look(clone);
            assert_eq!(after.0, before.0, "{way}");
            assert_eq!(after.1, before.1, "{way}");
            let refs = clone.git(["for-each-ref", "--format=%(refname)"]).ok().stdout;
            let strange = |name: &&str| {
                !["refs/jit/main", "refs/jit-remotes/origin/main"].contains(name)
                    && !name.starts_with("refs/jit-remotes/origin/claims/")
            };
            let others: Vec<_> = refs.lines().filter(strange).collect();
            let expected = [
                "refs/heads/main",
                "refs/heads/topic",
                "refs/remotes/origin/HEAD",
                "refs/remotes/origin/main",
                "refs/stash",
                "refs/tags/v1",
            ];
            assert_eq!(others, expected, "{way}");
        }
        assert_eq!(hub.git(["for-each-ref", "refs/heads", "refs/tags"]), branches, "{way}");
        let there = hub.git(["for-each-ref", "--format=%(refname)"]);
        assert!(
            there.lines().all(|name| name == "refs/heads/main" || name.starts_with("refs/jit/")),
            "{there}"
        );
    }
}

#[test]
fn no_hook_of_a_clone_is_run() {
    let hub = Hub::new();
    let [ada, bob] = hub.clones();
    let mark = ada.path("hooks-that-ran");
    fs::create_dir(ada.path("hooks")).unwrap();
    for clone in [&ada, &bob] {
        for folder in [clone.repo().join(".git/hooks"), ada.path("hooks")] {
            fs::create_dir_all(&folder).unwrap();
            for name in HOOKS {
                let script = format!("#!/bin/sh\necho {name} >> '{}'\nexit 1\n", mark.display());
                executable(&folder.join(name), &script);
            }
        }
    }
    bob.git(["config", "core.hooksPath", &ada.path("hooks").to_string_lossy()]).ok();
    for clone in [&ada, &bob] {
        // They do run where git is asked to do something.
        clone.git(["push", "-q", "origin", "main:refs/heads/refused"]).exits(1);
        assert!(mark.exists());
        fs::remove_file(&mark).unwrap();
    }
    exchange(&hub, &ada, &bob);
    assert!(!mark.exists(), "{}", fs::read_to_string(&mark).unwrap_or_default());
}

#[test]
fn a_plain_fetch_prune_and_gc_between_syncs_lose_nothing() {
    let (hub, [ada, bob]) = Hub::with_tracker();
    let id = ada.create("One", []);
    settle(&hub, &[&ada, &bob]);
    bob.jit(["claim", &id, "agent:bob"]).ok();
    bob.jit(["comment", &id, "not published"]).ok();
    ada.jit(["comment", &id, "published"]).ok();
    sync(&ada);
    for args in [
        &["fetch", "-q", "--all", "--prune", "--tags"][..],
        &["remote", "prune", "origin"],
        &["pack-refs", "--all", "--prune"],
        &["gc", "-q"],
        &["remote", "update", "-p"],
        &["pull", "-q", "--rebase"],
    ] {
        bob.git(args).ok();
        assert_eq!(bob.json(["show", &id])["comments"][0]["body"], "not published", "{args:?}");
    }
    settle(&hub, &[&ada, &bob]);
    assert_eq!(ada.json(["show", &id])["comments"].as_array().unwrap().len(), 2);
    assert_eq!(hub.holds().len(), 1);
}
