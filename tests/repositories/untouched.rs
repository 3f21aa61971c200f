//! What is not jit's stays as it is: branches, index, stash, HEAD, working tree, hooks.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::{git, snapshot, works_in};
use crate::support::Sandbox;

/// Every hook that git knows.
pub const HOOKS: [&str; 28] = [
    "applypatch-msg",
    "commit-msg",
    "fsmonitor-watchman",
    "p4-changelist",
    "p4-post-changelist",
    "p4-pre-submit",
    "p4-prepare-changelist",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "post-merge",
    "post-receive",
    "post-rewrite",
    "post-update",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "pre-rebase",
    "pre-receive",
    "prepare-commit-msg",
    "proc-receive",
    "push-to-checkout",
    "reference-transaction",
    "sendemail-validate",
    "update",
];

/// A repository in the middle of work: staged, unstaged, untracked and ignored changes, two
/// stashes, several branches.
fn busy() -> Sandbox {
    let sandbox = Sandbox::with_repo();
    sandbox.git(["branch", "topic"]).ok();
    sandbox.git(["tag", "v1"]).ok();
    for content in ["one\n", "two\n"] {
        sandbox.write("repo/README", content);
        sandbox.git(["stash", "-q"]).ok();
    }
    sandbox.write("repo/README", "unstaged\n");
    sandbox.write("repo/staged", "staged\n");
    sandbox.git(["add", "staged"]).ok();
    sandbox.write("repo/.gitignore", "ignored\n");
    sandbox.write("repo/ignored", "ignored\n");
    sandbox.write("repo/untracked", "untracked\n");
    sandbox
}

/// What the user sees of the repository. The index comes last: git may refresh it.
fn seen(sandbox: &Sandbox) -> [String; 7] {
    [
        git(sandbox, ["status", "--porcelain", "--ignored", "--branch"]),
        git(sandbox, ["branch", "-a", "-v"]),
        git(sandbox, ["stash", "list"]),
        git(sandbox, ["tag", "-l"]),
        git(sandbox, ["reflog", "HEAD"]),
        git(sandbox, ["diff"]),
        git(sandbox, ["diff", "--cached"]),
    ]
}

/// All files of the working tree and of the git directory that are not jit's.
fn not_ours(sandbox: &Sandbox) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let git_dir = sandbox.path("repo/.git");
    let ours = ["jit", "objects", "refs/jit", "logs/refs/jit"].map(|name| git_dir.join(name));
    let found = snapshot(&sandbox.repo()).into_iter();
    found.filter(|(path, _)| !ours.iter().any(|ours| path.starts_with(ours))).collect()
}

#[test]
fn a_day_of_work_with_jit_does_not_show_in_anything_of_the_users() {
    let sandbox = busy();
    let before = (seen(&sandbox), not_ours(&sandbox));
    sandbox.jit(["init"]).ok();
    works_in(&sandbox, &sandbox.repo());
    sandbox.jit(["create", "nope", "--priority", "nope"]).exits(4);
    sandbox.jit(["show", "0123"]).exits(3);
    assert_eq!(not_ours(&sandbox), before.1);
    assert_eq!(seen(&sandbox), before.0);
    let refs = git(&sandbox, ["for-each-ref", "--format=%(refname)"]);
    let expected = "refs/heads/main\nrefs/heads/topic\nrefs/jit/main\nrefs/stash\nrefs/tags/v1";
    assert_eq!(refs, expected, "one reference is all there is");
}

#[test]
fn work_goes_on_in_the_middle_of_a_merge_or_rebase() {
    let sandbox = Sandbox::with_tracker();
    for (branch, content) in [("theirs", "theirs\n"), ("ours", "ours\n")] {
        sandbox.git(["checkout", "-q", "-b", branch, "main"]).ok();
        sandbox.write("repo/README", content);
        sandbox.git(["commit", "-q", "-a", "-m", branch]).ok();
    }
    for (command, abort) in [("merge", "merge"), ("rebase", "rebase"), ("cherry-pick", "cherry-pick")] {
        sandbox.git([command, "theirs"]).exits(1);
        let before = (seen(&sandbox), not_ours(&sandbox));
        works_in(&sandbox, &sandbox.repo());
        assert_eq!(not_ours(&sandbox), before.1, "{command}");
        assert_eq!(seen(&sandbox), before.0, "{command}");
        sandbox.git([abort, "--abort"]).ok();
    }
}

#[test]
fn no_hook_is_run() {
    let sandbox = Sandbox::with_repo();
    let log = sandbox.path("hooks-that-ran");
    fs::create_dir(sandbox.path("hooks")).unwrap();
    for folder in ["repo/.git/hooks", "hooks"] {
        for name in HOOKS {
            let path = sandbox.path(&format!("{folder}/{name}"));
            fs::write(&path, format!("#!/bin/sh\necho {name} >> '{}'\nexit 1\n", log.display())).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    // They do run where git is asked to do something.
    sandbox.git(["update-ref", "refs/heads/refused", "main"]).exits(128);
    fs::remove_file(&log).unwrap();
    sandbox.jit(["init"]).ok();
    works_in(&sandbox, &sandbox.repo());
    sandbox.git(["config", "core.hooksPath", sandbox.path("hooks").to_str().unwrap()]).ok();
    works_in(&sandbox, &sandbox.repo());
    assert!(!log.exists(), "{}", fs::read_to_string(&log).unwrap());
}

#[test]
fn locks_of_others_are_not_in_the_way() {
    let sandbox = Sandbox::with_tracker();
    for lock in
        ["index.lock", "HEAD.lock", "packed-refs.lock", "refs/heads/main.lock", "config.lock", "gc.pid"]
    {
        sandbox.write(&format!("repo/.git/{lock}"), "");
        works_in(&sandbox, &sandbox.repo().join(".git/refs"));
        assert!(sandbox.path(&format!("repo/.git/{lock}")).exists(), "{lock}");
        fs::remove_file(sandbox.path(&format!("repo/.git/{lock}"))).unwrap();
    }
}

#[test]
fn settings_of_git_that_change_what_it_writes_do_no_harm() {
    let sandbox = Sandbox::with_tracker();
    let settings = [
        "core.autocrlf=true",
        "core.eol=crlf",
        "core.quotePath=true",
        "core.logAllRefUpdates=false",
        "core.compression=0",
        "core.ignoreCase=true",
        "core.fileMode=false",
        "commit.gpgSign=true",
        "gpg.program=false",
        "core.bigFileThreshold=1",
        "user.useConfigOnly=true",
        "i18n.commitEncoding=ISO-8859-1",
        "i18n.logOutputEncoding=ISO-8859-1",
        "transfer.fsckObjects=true",
        "core.fsyncMethod=batch",
    ];
    for setting in settings {
        let (key, value) = setting.split_once('=').unwrap();
        sandbox.git(["config", key, value]).ok();
    }
    let id = sandbox.create("Zoë\u{2028}".trim_end_matches('\u{2028}'), ["-d", "a\r\nb\n"]);
    works_in(&sandbox, &sandbox.repo());
    let issue = sandbox.json(["show", &id]);
    assert_eq!((&issue["title"], &issue["description"]), (&"Zoë".into(), &"a\r\nb\n".into()));
}
