//! The hook: what it adds to commits, and how it gets along with others.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use super::{commit, message};
use crate::support::hub::executable;
use crate::support::{Sandbox, run};

const HOOK: &str = "repo/.git/hooks/commit-msg";

fn installed() -> Sandbox {
    let sandbox = Sandbox::with_tracker();
    sandbox.jit(["hooks", "install"]).ok();
    sandbox
}

fn read(sandbox: &Sandbox, path: &str) -> String {
    fs::read_to_string(sandbox.path(path)).expect("it is there")
}

#[test]
fn commits_name_the_issue_that_is_held_and_only_then() {
    let sandbox = installed();
    let id = sandbox.create("one", []);
    commit(&sandbox, "before").ok();
    assert_eq!(message(&sandbox), "before");
    sandbox.jit(["claim", &id]).ok();
    let ran = commit(&sandbox, "work\n\nIn detail.").ok();
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""), "it says nothing");
    assert_eq!(message(&sandbox), format!("work\n\nIn detail.\n\nJit-Issue: {id}"));
    sandbox.git(["commit", "-q", "--amend", "--no-edit", "--allow-empty"]).ok();
    assert_eq!(message(&sandbox).matches("Jit-Issue").count(), 1, "once is enough");
    commit(&sandbox, "other\n\nCloses-Jit: 77b10a3d").ok();
    assert_eq!(message(&sandbox), "other\n\nCloses-Jit: 77b10a3d", "who names an issue means it");
    commit(&sandbox, "signed\n\nSigned-off-by: Ada <ada@example.com>").ok();
    let trailers = format!("signed\n\nSigned-off-by: Ada <ada@example.com>\nJit-Issue: {id}");
    assert_eq!(message(&sandbox), trailers);
    sandbox.jit(["done", &id]).ok();
    commit(&sandbox, "after").ok();
    assert_eq!(message(&sandbox), "after");
}

#[test]
fn claims_of_others_are_none_of_it_and_an_agent_has_its_own() {
    let sandbox = installed();
    let (id, other) = (sandbox.create("one", []), sandbox.create("two", []));
    sandbox.jit(["claim", &id, "agent:x"]).ok();
    commit(&sandbox, "mine").ok();
    assert_eq!(message(&sandbox), "mine");
    let mut git = sandbox.program("git", &sandbox.repo());
    git.env("JIT_AGENT", "agent:x").args(["commit", "-q", "--allow-empty", "-m", "its own"]);
    run(&mut git).ok();
    assert_eq!(message(&sandbox), format!("its own\n\nJit-Issue: {id}"));
    sandbox.jit(["claim", &other]).ok();
    commit(&sandbox, "mine").ok();
    assert!(message(&sandbox).ends_with(&other));
}

#[test]
fn of_several_the_branch_says_which() {
    let sandbox = installed();
    let (one, two, free) = (sandbox.create("one", []), sandbox.create("two", []), sandbox.create("free", []));
    sandbox.jit(["claim", &one]).ok();
    sandbox.jit(["claim", &two]).ok();
    let ran = commit(&sandbox, "which").ok();
    assert!(ran.stderr.contains("this commit names no issue: you hold"), "{ran:?}");
    assert_eq!(message(&sandbox), "which");
    let status = sandbox.json(["hooks", "status"]);
    assert!(status["issue_id"].is_null() && status["unclear"].is_string(), "{status}");
    sandbox.git(["switch", "-q", "-c", &format!("ada/{}-words", &two[..8])]).ok();
    commit(&sandbox, "that").ok();
    assert!(message(&sandbox).ends_with(&format!("Jit-Issue: {two}")));
    assert_eq!(sandbox.json(["hooks", "status"])["issue_id"], two.as_str());
    // The branch of an issue that is not held: nothing is better than a wrong one.
    sandbox.git(["switch", "-q", "-c", &free[..8]]).ok();
    let ran = commit(&sandbox, "none").ok();
    assert!(ran.stderr.contains("which you do not hold"), "{ran:?}");
    assert_eq!(message(&sandbox), "none");
}

#[test]
fn merges_and_commits_from_elsewhere_are_not_named() {
    let sandbox = installed();
    let id = sandbox.create("one", []);
    sandbox.git(["switch", "-q", "-c", "side"]).ok();
    sandbox.write("repo/side", "side\n");
    sandbox.git(["add", "side"]).ok();
    commit(&sandbox, "side").ok();
    sandbox.git(["switch", "-q", "main"]).ok();
    commit(&sandbox, "main").ok();
    sandbox.jit(["claim", &id]).ok();
    sandbox.git(["cherry-pick", "side"]).ok();
    assert_eq!(message(&sandbox), "side");
    sandbox.git(["reset", "-q", "--hard", "HEAD~1"]).ok();
    sandbox.git(["merge", "-q", "--no-ff", "-m", "merge", "side"]).ok();
    assert_eq!(message(&sandbox), "merge");
}

#[test]
fn an_empty_message_still_ends_the_commit() {
    let sandbox = installed();
    let id = sandbox.create("one", []);
    sandbox.jit(["claim", &id]).ok();
    let mut git = sandbox.program("git", &sandbox.repo());
    git.env("GIT_EDITOR", "true").args(["commit", "--allow-empty"]);
    let ran = run(&mut git);
    assert!(ran.code != 0 && ran.stderr.contains("empty commit message"), "{ran:?}");
}

#[test]
fn whatever_goes_wrong_the_commit_is_made() {
    let sandbox = installed();
    let id = sandbox.create("one", []);
    sandbox.jit(["claim", &id]).ok();
    sandbox.git(["update-ref", "refs/jit/main", "HEAD"]).ok();
    let ran = commit(&sandbox, "broken tracker").ok();
    assert!(ran.stderr.contains("error: "), "it says so: {ran:?}");
    assert_eq!(message(&sandbox), "broken tracker");
    sandbox.git(["update-ref", "-d", "refs/jit/main"]).ok();
    commit(&sandbox, "no tracker").ok();
    let mut git = sandbox.program("git", &sandbox.repo());
    let path = std::env::var_os("PATH").expect("it is set");
    git.env("PATH", path).args(["commit", "-q", "--allow-empty", "-m", "no jit"]);
    let ran = run(&mut git).ok();
    assert_eq!(ran.stderr, "");
    assert_eq!(message(&sandbox), "no jit");
}

#[test]
fn the_hook_comes_once_and_goes_without_a_trace() {
    let sandbox = Sandbox::with_tracker();
    let status = sandbox.json(["hooks", "status"]);
    assert_eq!((&status["installed"], &status["has_others"]), (&false.into(), &false.into()));
    let ran = sandbox.jit(["hooks", "install"]).ok();
    assert!(ran.stdout.starts_with("Installed hook: ") && ran.stdout.ends_with("/commit-msg\n"), "{ran:?}");
    let text = read(&sandbox, HOOK);
    let ran = sandbox.jit(["hooks", "install"]).ok();
    assert!(ran.stdout.starts_with("Unchanged hook: "), "{ran:?}");
    assert_eq!(read(&sandbox, HOOK), text);
    assert!(sandbox.jit(["hooks", "status"]).ok().stdout.contains("Hook:    installed\n"));
    assert_eq!(sandbox.json(["hooks", "uninstall"])["changed"], true);
    assert!(!sandbox.path(HOOK).exists());
    assert_eq!(sandbox.json(["hooks", "uninstall"])["changed"], false);
    let elsewhere = Sandbox::with_repo();
    elsewhere.jit(["hooks", "install"]).fails(3, "tracker");
}

#[test]
fn a_script_of_others_keeps_working_and_comes_back_as_it_was() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("one", []);
    sandbox.jit(["claim", &id]).ok();
    // It ends early, as generated ones do.
    let script = "#!/usr/bin/env bash\nset -euo pipefail\ngrep -q '^fix' \"$1\" && exec true\nexit 1\n";
    executable(&sandbox.path(HOOK), script);
    assert_eq!(sandbox.json(["hooks", "install"])["has_others"], true);
    assert_eq!(sandbox.json(["hooks", "install"])["changed"], false);
    commit(&sandbox, "fix it").ok();
    assert_eq!(message(&sandbox), format!("fix it\n\nJit-Issue: {id}"));
    assert_ne!(commit(&sandbox, "refused").code, 0, "the other hook decides as before");
    sandbox.jit(["hooks", "uninstall"]).ok();
    assert_eq!(read(&sandbox, HOOK), script);
    let mode = fs::metadata(sandbox.path(HOOK)).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
}

#[test]
fn a_program_of_others_is_run_in_the_end_and_gets_its_name_back() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("one", []);
    sandbox.jit(["claim", &id]).ok();
    sandbox.write("check", "#!/bin/sh\ngrep -q '^fix' \"$1\"\n");
    fs::set_permissions(sandbox.path("check"), fs::Permissions::from_mode(0o755)).expect("it is ours");
    symlink(sandbox.path("check"), sandbox.path(HOOK)).expect("it is writable");
    sandbox.jit(["hooks", "install"]).ok();
    assert_eq!(sandbox.json(["hooks", "install"])["changed"], false);
    commit(&sandbox, "fix it").ok();
    assert!(message(&sandbox).ends_with(&id));
    assert_ne!(commit(&sandbox, "refused").code, 0);
    assert_eq!(sandbox.json(["hooks", "status"])["has_others"], true);
    sandbox.jit(["hooks", "uninstall"]).ok();
    assert_eq!(fs::read_link(sandbox.path(HOOK)).expect("it is a link"), sandbox.path("check"));
    // Nothing that may be somebody's is written over.
    fs::write(sandbox.path(&format!("{HOOK}.before-jit")), "old").expect("it is writable");
    sandbox.jit(["hooks", "install"]).fails(4, "is in the way");
    assert!(sandbox.path(HOOK).is_symlink());
}

#[test]
fn a_hook_that_was_switched_off_stays_so() {
    let sandbox = Sandbox::with_tracker();
    sandbox.write(HOOK, "#!/bin/sh\nexit 1\n");
    sandbox.jit(["hooks", "install"]).ok();
    commit(&sandbox, "made").ok();
    sandbox.jit(["hooks", "uninstall"]).ok();
    assert_eq!(read(&sandbox, HOOK), "#!/bin/sh\nexit 1\n");
    commit(&sandbox, "made").ok();
}

#[test]
fn other_places_for_hooks_are_found() {
    let places: [(&str, PathBuf); 3] = [
        (".githooks", PathBuf::from(".githooks/commit-msg")),
        // What husky puts in its own folder, it writes anew.
        (".husky/_", PathBuf::from(".husky/commit-msg")),
        ("../shared hooks", PathBuf::from("../shared hooks/commit-msg")),
    ];
    for (set, expected) in places {
        let sandbox = Sandbox::with_tracker();
        let id = sandbox.create("one", []);
        sandbox.jit(["claim", &id]).ok();
        sandbox.git(["config", "core.hooksPath", set]).ok();
        if set.contains("husky") {
            fs::create_dir_all(sandbox.path("repo/.husky/_")).expect("it is ours");
            let runner = "#!/bin/sh\nexec sh -e \"$(dirname \"$0\")/../commit-msg\" \"$@\"\n";
            executable(&sandbox.path("repo/.husky/_/commit-msg"), runner);
            sandbox.write("repo/.husky/commit-msg", "grep -q i \"$1\"\n");
        }
        fs::create_dir_all(sandbox.path("repo/deep/er")).expect("it is ours");
        sandbox.jit_in(&sandbox.path("repo/deep/er"), ["hooks", "install", "--global"]).ok();
        assert!(sandbox.repo().join(expected).exists(), "{set}");
        commit(&sandbox, "in").ok();
        assert!(message(&sandbox).ends_with(&id), "{set}");
    }
    let sandbox = Sandbox::with_tracker();
    sandbox.git(["config", "core.hooksPath", "/dev/null"]).ok();
    sandbox.jit(["hooks", "install"]).fails(4, "core.hooksPath");
}

#[test]
fn a_folder_of_hooks_outside_of_the_repository_is_left_alone_unless_it_is_meant() {
    let sandbox = Sandbox::with_tracker();
    let shared = sandbox.path("shared-hooks");
    let path = shared.to_str().expect("a path of text");
    sandbox.git(["config", "--global", "core.hooksPath", path]).ok();
    let refused = sandbox.jit(["hooks", "install"]).fails(4, "'--global' installs it all the same");
    assert!(refused.stderr.contains("shared-hooks/commit-msg is outside of this repository"), "{refused:?}");
    assert!(!shared.join("commit-msg").exists());
    sandbox.jit(["hooks", "install", "--global"]).ok();
    assert!(shared.join("commit-msg").exists());
    sandbox.jit(["hooks", "install"]).ok();
    sandbox.jit(["hooks", "uninstall"]).ok();
    assert!(!shared.join("commit-msg").exists());
}

#[test]
fn working_trees_share_the_hook_and_have_branches_of_their_own() {
    let sandbox = installed();
    let (one, two) = (sandbox.create("one", []), sandbox.create("two", []));
    sandbox.jit(["start", &one, "--worktree", "../one"]).ok();
    sandbox.jit(["start", &two, "--worktree", "../two"]).ok();
    for (dir, id) in [("one", &one), ("two", &two)] {
        let dir = sandbox.path(dir);
        sandbox.git_in(&dir, ["commit", "-q", "--allow-empty", "-m", "work"]).ok();
        let message = sandbox.git_in(&dir, ["log", "-1", "--format=%B"]).ok().stdout;
        assert!(message.trim().ends_with(&format!("Jit-Issue: {id}")), "{message}");
        let path = sandbox.jit_in(&dir, ["hooks", "status", "--json"]).ok().json()["path"].clone();
        assert!(path.as_str().expect("text").ends_with("repo/.git/hooks/commit-msg"), "{path}");
    }
}

#[test]
fn the_trailer_is_the_last_paragraph_whatever_the_message_and_the_settings() {
    let sandbox = installed();
    let id = sandbox.create("one", []);
    sandbox.jit(["claim", &id]).ok();
    sandbox.git(["config", "trailer.separators", "="]).ok();
    sandbox.git(["config", "trailer.where", "start"]).ok();
    for text in ["Fix\n\n#123 is related", "Fix\n\n---\n\ntext", "Fix\n\n* #12\n#13", "Fix\n\n;x\n@y\n#z"] {
        commit(&sandbox, text).ok();
        assert_eq!(message(&sandbox), format!("{text}\n\nJit-Issue: {id}"));
        let git = ["log", "-1", "--format=%(trailers:key=Jit-Issue,valueonly)"];
        assert_eq!(sandbox.git(["-c", "trailer.separators=:"].into_iter().chain(git)).ok().stdout.trim(), id);
    }
    // What git writes for who edits the message is no part of it.
    let mut git = sandbox.program("git", &sandbox.repo());
    git.env("GIT_EDITOR", "sed -i '1s/^/edited/'").args(["commit", "-v", "--allow-empty"]);
    run(&mut git).ok();
    assert_eq!(message(&sandbox), format!("edited\n\nJit-Issue: {id}"));
}

#[test]
fn during_a_rebase_the_status_says_so() {
    let sandbox = installed();
    let id = sandbox.create("one", []);
    commit(&sandbox, "work").ok();
    sandbox.jit(["claim", &id]).ok();
    let mut git = sandbox.program("git", &sandbox.repo());
    git.env("GIT_SEQUENCE_EDITOR", "sed -i 's/^pick/edit/'").args(["rebase", "-q", "-i", "HEAD~1"]);
    run(&mut git);
    let status = sandbox.jit(["hooks", "status"]).ok().stdout;
    assert!(
        status.contains("Commits: name no issue: a rebase, a merge or the like is in progress"),
        "{status}"
    );
    assert!(
        sandbox.json(["hooks", "status"])["unclear"].as_str().is_some_and(|why| why.contains("a rebase"))
    );
    sandbox.git(["rebase", "--abort"]).ok();
    assert_eq!(sandbox.json(["hooks", "status"])["issue_id"], id.as_str());
}
