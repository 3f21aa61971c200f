//! Repositories of every kind.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{Found, is_repaired};
use crate::bad_input::disk::in_own_mounts;
use crate::support::{Sandbox, run};

#[test]
fn a_folder_without_a_repository_fails_as_with_any_command() {
    let sandbox = Sandbox::new();
    sandbox.jit_in(&sandbox.path("home"), ["doctor"]).fails(3, "no git repository");
}

#[test]
fn a_repository_without_tracker_remote_or_user_is_looked_at() {
    let sandbox = Sandbox::with_repo();
    sandbox.git(["config", "--global", "--remove-section", "user"]).ok();
    let found = Found::of(&sandbox, &["--fix"]);
    found.check("no_tracker", "info", "refs/jit/main");
    found.check("no_remote", "info", "no remote");
    found.check("no_identity", "info", "name");
    assert!(found.healthy && !found.has("tracker"));
    assert!(!sandbox.path("repo/.git/refs/jit").exists() && !sandbox.path("repo/.git/jit").exists());
}

#[test]
fn the_kind_of_a_repository_is_told() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("One", []);
    sandbox.write("repo/more", "");
    sandbox.git(["add", "more"]).ok();
    sandbox.git(["commit", "-q", "-m", "more"]).ok();
    let url = format!("file://{}", sandbox.repo().display());
    sandbox.git(["config", "uploadpack.allowFilter", "true"]).ok();
    sandbox.git(["clone", "-q", "--depth=1", &url, "../shallow"]).ok();
    Found::of_in(&sandbox, &sandbox.path("shallow"), &[]).check("shallow", "info", "cut off");
    sandbox.git(["clone", "-q", "--filter=blob:none", &url, "../partial"]).ok();
    Found::of_in(&sandbox, &sandbox.path("partial"), &[]).check("partial_clone", "info", "origin");
    sandbox.git(["clone", "-q", "--shared", ".", "../borrower"]).ok();
    Found::of_in(&sandbox, &sandbox.path("borrower"), &[]).check("borrowed_objects", "info", "borrowed");
    sandbox.git(["clone", "-q", "--bare", ".", "../bare.git"]).ok();
    Found::of_in(&sandbox, &sandbox.path("bare.git"), &[]).check("repository", "ok", "bare");
    sandbox.git(["worktree", "add", "-q", "../tree"]).ok();
    Found::of_in(&sandbox, &sandbox.path("tree"), &[]).check("tracker", "ok", "issues 1");
}

#[test]
fn another_reference_is_told_from_the_usual_one() {
    let sandbox = Sandbox::with_tracker();
    sandbox.git(["config", "jit.ref", "refs/heads/jit/main"]).ok();
    sandbox.jit(["init"]).ok();
    let found = Found::of(&sandbox, &[]);
    found.check("other_tracker", "warning", "refs/jit/main");
    found.check("tracker", "ok", "refs/heads/jit/main");
    sandbox.git(["update-ref", "-d", "refs/jit/main"]).ok();
    assert!(!Found::of(&sandbox, &[]).has("other_tracker"));
}

#[test]
fn a_repository_that_is_not_touched_is_a_problem() {
    let sandbox = Sandbox::with_tracker();
    sandbox.git(["config", "jit.ref", "refs/heads/main"]).ok();
    Found::of(&sandbox, &[]).check("not_a_tracker", "problem", "checked out");
    sandbox.git(["config", "jit.ref", "main"]).ok();
    Found::of(&sandbox, &[]).check("bad_ref_name", "problem", "main");
    sandbox.git(["config", "--unset", "jit.ref"]).ok();
    sandbox.git(["config", "core.repositoryFormatVersion", "1"]).ok();
    sandbox.git(["config", "extensions.unheardOf", "true"]).ok();
    let found = Found::of(&sandbox, &["--fix"]);
    found.check("unsupported_repository", "problem", "unheardof");
    assert_eq!(found.all.len(), 1);
    assert_eq!(sandbox.jit(["doctor", "--json"]).json()["facts"], serde_json::Value::Null);
}

#[test]
fn files_that_others_cannot_use_are_opened() {
    let sandbox = Sandbox::with_repo();
    sandbox.git(["config", "core.sharedRepository", "group"]).ok();
    sandbox.jit(["init"]).ok();
    assert!(!Found::of(&sandbox, &[]).has("permissions"));
    let reference = sandbox.path("repo/.git/refs/jit/main");
    fs::set_permissions(&reference, fs::Permissions::from_mode(0o600)).unwrap();
    Found::of(&sandbox, &[]).check("permissions", "warning", "refs/jit/main");
    is_repaired(&sandbox, "permissions");
    assert_eq!(fs::metadata(&reference).unwrap().permissions().mode() & 0o060, 0o060);
}

#[test]
fn the_version_of_git_is_checked() {
    let sandbox = Sandbox::with_tracker();
    let bin = sandbox.path("bin");
    fs::create_dir(&bin).unwrap();
    let with = |says: &str| {
        fs::write(bin.join("git"), format!("#!/bin/sh\necho '{says}'\n")).unwrap();
        fs::set_permissions(bin.join("git"), fs::Permissions::from_mode(0o755)).unwrap();
        let ran = run(sandbox.jit_command(["doctor", "--json"]).env("PATH", &bin));
        (ran.code, ran.json()["findings"][0].clone())
    };
    let (code, finding) = with("git version 2.39.5");
    assert_eq!((code, &finding["code"], &finding["level"]), (4, &"old_git".into(), &"problem".into()));
    let (code, finding) = with("git version 2.41.0");
    assert_eq!((code, &finding["code"]), (0, &"git".into()));
    let (code, finding) = with("hello");
    assert_eq!((code, &finding["code"]), (0, &"unknown_git".into()));
    let ran = run(sandbox.jit_command(["doctor", "--json"]).env("PATH", "/nonexistent"));
    assert_eq!((ran.code, &ran.json()["findings"][0]["code"]), (4, &"no_git".into()));
}

#[test]
fn a_repository_that_may_only_be_read_is_looked_at() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("One", []);
    fs::remove_file(sandbox.path("repo/.git/logs/refs/jit/main")).unwrap();
    let script = "mount --bind repo repo; mount -o remount,bind,ro repo; jit -C repo doctor --fix --json";
    let Some(ran) = in_own_mounts(&sandbox, script) else { return };
    let found = Found::new(&ran.ok());
    found.check("read_only", "info", "only be read");
    found.check("tracker", "ok", "issues 1");
    let finding = found.get("no_log");
    assert_eq!((&finding["fixable"], &finding["fixed"]), (&true.into(), &false.into()), "{finding}");
    assert!(finding["remedy"].as_str().unwrap().contains("Read-only file system"), "{finding}");
}
