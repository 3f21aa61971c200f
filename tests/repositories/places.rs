//! Where jit is started, and what says where the repository is.

use std::path::Path;

use super::{NEED_TRACKER, git, ids_in, snapshot, works_in};
use crate::support::{Ran, Sandbox, run};

/// Runs jit somewhere with a `GIT_DIR`.
fn with_git_dir(sandbox: &Sandbox, dir: &Path, git_dir: impl AsRef<Path>, args: &[&str]) -> Ran {
    run(sandbox.jit_command_in(dir, args).env("GIT_DIR", git_dir.as_ref()))
}

#[test]
fn every_folder_of_a_repository_leads_to_its_tracker() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    std::fs::create_dir_all(sandbox.path("repo/a/b")).unwrap();
    for folder in ["repo", "repo/a", "repo/a/b", "repo/.git", "repo/.git/objects", "repo/.git/refs/heads"] {
        assert_eq!(ids_in(&sandbox, &sandbox.path(folder)), [id.as_str()], "{folder}");
        sandbox.jit_in(&sandbox.path(folder), ["update", &id, "--title", folder]).ok();
    }
}

#[test]
fn another_folder_can_be_named() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    std::fs::create_dir_all(sandbox.path("repo/a/b")).unwrap();
    let absolute = sandbox.path("repo/a");
    for folder in ["repo", "repo/a/b", "./repo/../repo", absolute.to_str().unwrap()] {
        let ran = sandbox.jit_in(&sandbox.path(""), ["-C", folder, "-q", "list"]).ok();
        assert_eq!(ran.stdout.trim(), id);
        sandbox.jit_in(&sandbox.path(""), ["list", "-C", folder]).ok();
    }
    // Other paths are then relative to that folder.
    sandbox.write("repo/a/plan.yaml", "- title: Two\n");
    sandbox.jit_in(&sandbox.path(""), ["-C", "repo/a", "create", "--from", "plan.yaml"]).ok();
}

#[test]
fn linked_worktrees_share_one_tracker() {
    let sandbox = Sandbox::with_tracker();
    sandbox.git(["worktree", "add", "-q", "../linked"]).ok();
    sandbox.git(["worktree", "add", "-q", "--detach", "../detached"]).ok();
    let places = [sandbox.repo(), sandbox.path("linked"), sandbox.path("detached")];
    for place in &places {
        sandbox.jit_in(place, ["create", "One"]).ok();
        works_in(&sandbox, place);
    }
    let ids = ids_in(&sandbox, &places[0]);
    assert_eq!(ids.len(), 3);
    for place in &places {
        assert_eq!(ids_in(&sandbox, place), ids);
    }
    sandbox.jit_in(&places[1], ["claim", &ids[0], "agent:x"]).ok();
    sandbox.jit_in(&places[2], ["claim", &ids[0], "agent:y"]).fails(5, "is claimed by agent:x");
    let private = snapshot(&sandbox.path("repo/.git/worktrees"));
    assert!(!private.keys().any(|path| path.ends_with("jit")), "all of it is in the common directory");
}

#[test]
fn a_worktree_that_is_all_there_is_to_see_is_enough() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    sandbox.git(["clone", "-q", "--bare", ".", "../bare.git"]).ok();
    let bare = sandbox.path("bare.git");
    sandbox.git_in(&bare, ["fetch", "-q", "origin", "refs/jit/main:refs/jit/main"]).ok();
    sandbox.git_in(&bare, ["worktree", "add", "-q", "../linked", "main"]).ok();
    assert_eq!(ids_in(&sandbox, &sandbox.path("linked")), [id.as_str()]);
    sandbox.jit_in(&sandbox.path("linked"), ["done", &id]).ok();
    assert!(sandbox.jit_in(&bare, ["list", "state:done"]).ok().stdout.contains(&id[..8]));
}

#[test]
fn a_bare_repository_works() {
    let sandbox = Sandbox::new();
    let bare = sandbox.path("bare.git");
    sandbox.git_in(&sandbox.path(""), ["init", "-q", "--bare", "bare.git"]).ok();
    sandbox.jit_in(&bare, ["init"]).ok();
    works_in(&sandbox, &bare);
    works_in(&sandbox, &bare.join("refs"));
    assert!(!bare.join(".git").exists());
}

#[test]
fn git_dir_leads_to_a_repository_from_anywhere() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    let elsewhere = sandbox.path("");
    for git_dir in [sandbox.path("repo/.git"), "repo/.git".into(), "./repo/.git/".into()] {
        let ran = with_git_dir(&sandbox, &elsewhere, &git_dir, &["-q", "list"]).ok();
        assert_eq!(ran.stdout.trim(), id, "{git_dir:?}");
        with_git_dir(&sandbox, &elsewhere, &git_dir, &["comment", &id, "text"]).ok();
    }
    let before = snapshot(&sandbox.path("home"));
    let mut command = sandbox.jit_command_in(&elsewhere, ["done", &id]);
    run(command.env("GIT_DIR", sandbox.path("repo/.git")).env("GIT_WORK_TREE", sandbox.path("home"))).ok();
    assert_eq!(snapshot(&sandbox.path("home")), before);
}

#[test]
fn git_dir_wins_over_the_repository_around() {
    let sandbox = Sandbox::with_tracker();
    sandbox.git_in(&sandbox.path(""), ["init", "-q", "other"]).ok();
    sandbox.jit_in(&sandbox.path("other"), ["init"]).ok();
    with_git_dir(&sandbox, &sandbox.repo(), sandbox.path("other/.git"), &["create", "One"]).ok();
    assert_eq!(ids_in(&sandbox, &sandbox.path("other")).len(), 1);
    assert_eq!(ids_in(&sandbox, &sandbox.repo()).len(), 0);
}

#[test]
fn a_git_dir_that_is_none_is_named_and_not_made() {
    let sandbox = Sandbox::with_tracker();
    for args in [&["list"][..], &["init"], &["create", "One"]] {
        let ran = with_git_dir(&sandbox, &sandbox.repo(), sandbox.path("nowhere"), args);
        let ran = ran.fails(3, "GIT_DIR");
        assert!(ran.stderr.contains("nowhere"), "{}", ran.stderr);
        with_git_dir(&sandbox, &sandbox.repo(), sandbox.path("home"), args).fails(3, "GIT_DIR");
    }
    assert!(!sandbox.path("nowhere").exists());
}

#[test]
fn without_a_repository_every_command_says_how_to_make_one() {
    let sandbox = Sandbox::new();
    let dir = sandbox.path("folder/deep");
    std::fs::create_dir_all(&dir).unwrap();
    let before = snapshot(&sandbox.path(""));
    for command in NEED_TRACKER {
        let ran = sandbox.jit_in(&dir, command).fails(3, "no git repository in ");
        assert!(ran.stderr.contains("hint: 'jit init' makes"), "{}", ran.stderr);
    }
    assert_eq!(snapshot(&sandbox.path("")), before);
}

#[test]
fn without_a_tracker_every_command_says_how_to_make_one() {
    let sandbox = Sandbox::with_repo();
    let before = snapshot(&sandbox.path(""));
    for command in NEED_TRACKER {
        let ran =
            sandbox.jit(command).fails(3, "this repository has no tracker: refs/jit/main does not exist");
        assert!(ran.stderr.contains("hint: 'jit init' makes"), "{}", ran.stderr);
    }
    assert_eq!(snapshot(&sandbox.path("")), before);
}

#[test]
fn commands_that_need_no_tracker_need_no_repository() {
    let sandbox = Sandbox::new();
    let dir = sandbox.path("folder");
    std::fs::create_dir(&dir).unwrap();
    let commands: [&[&str]; 5] =
        [&["--help"], &["--version"], &["schema"], &["completions", "zsh"], &["help", "claim"]];
    for command in commands {
        assert_ne!(sandbox.jit_in(&dir, command).ok().stdout, "");
    }
    assert_eq!(snapshot(&dir).len(), 0);
}

#[test]
fn a_clone_without_the_tracker_says_how_to_fetch_it() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    sandbox.git(["clone", "-q", ".", "../clone"]).ok();
    let clone = sandbox.path("clone");
    let ran = sandbox.jit_in(&clone, ["list"]).fails(3, "no tracker");
    let command = ran.stderr.split('\'').find(|word| word.starts_with("jit sync ")).expect("a command");
    sandbox.jit_in(&clone, command.split(' ').skip(1)).ok();
    assert_eq!(ids_in(&sandbox, &clone), [id]);
}

#[test]
fn a_nested_repository_has_a_tracker_of_its_own() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("Outer", []);
    let inner = sandbox.path("repo/inner");
    sandbox.git_in(&sandbox.repo(), ["init", "-q", "inner"]).ok();
    sandbox.jit_in(&inner, ["list"]).fails(3, "no tracker");
    sandbox.jit_in(&inner, ["init"]).ok();
    assert_eq!(ids_in(&sandbox, &inner).len(), 0);
    assert_eq!(git(&sandbox, ["rev-list", "--count", "refs/jit/main"]), "2");
}

#[test]
fn paths_with_blanks_and_letters_of_all_kinds_work() {
    let sandbox = Sandbox::new();
    for name in ["with blanks", "ünï côdé 名前", "-hyphen", "quote'\"", "new\nline"] {
        let dir = sandbox.path(name);
        std::fs::create_dir(&dir).unwrap();
        sandbox.jit_in(&dir, ["init"]).ok();
        works_in(&sandbox, &dir);
    }
}
