//! Making trackers.

use std::process::Stdio;

use super::{git, ids_in, snapshot, works_in};
use crate::support::{Ran, Sandbox, run};

/// Runs `jit init` many times at once in a folder.
fn race(sandbox: &Sandbox, folder: &str) -> Vec<Ran> {
    let start = |_| {
        let mut command = sandbox.jit_command_in(&sandbox.path(folder), ["init"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
    };
    let children: Vec<_> = (0..8).map(start).collect();
    let finish = |child: std::process::Child| {
        let output = child.wait_with_output().expect("it ends");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        Ran { stdout: String::new(), stderr, code: output.status.code().unwrap_or(-1) }
    };
    children.into_iter().map(finish).collect()
}

/// Insists that all succeeded, and that exactly one said each of `words`.
#[track_caller]
fn one_says(all: &[Ran], words: &[&str]) {
    assert!(all.iter().all(|ran| ran.code == 0), "{all:?}");
    for word in words {
        assert_eq!(all.iter().filter(|ran| ran.stderr.contains(word)).count(), 1, "{word}: {all:?}");
    }
}

#[test]
fn outside_a_repository_one_is_made_and_told() {
    let sandbox = Sandbox::new();
    let dir = sandbox.path("project");
    std::fs::create_dir(&dir).unwrap();
    let ran = sandbox.jit_in(&dir, ["init"]).ok();
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("made a git repository: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("Initialized tracker: refs/jit/main"), "{}", ran.stderr);
    sandbox.git_in(&dir, ["status"]).ok();
    assert_eq!(ids_in(&sandbox, &dir).len(), 0);
    works_in(&sandbox, &dir);
}

#[test]
fn the_repository_that_is_made_is_as_git_makes_it() {
    let sandbox = Sandbox::new();
    sandbox.git_in(&sandbox.path(""), ["config", "--global", "init.defaultBranch", "trunk"]).ok();
    for folder in ["ours", "theirs"] {
        std::fs::create_dir(sandbox.path(folder)).unwrap();
    }
    sandbox.jit_in(&sandbox.path("ours"), ["init"]).ok();
    sandbox.git_in(&sandbox.path("theirs"), ["init", "-q"]).ok();
    for query in [
        &["symbolic-ref", "HEAD"][..],
        &["rev-parse", "--show-object-format", "--is-bare-repository"],
        &["config", "--local", "core.bare"],
        &["config", "--local", "core.logallrefupdates"],
        &["config", "--local", "core.repositoryformatversion"],
    ] {
        let ours = sandbox.git_in(&sandbox.path("ours"), query).ok().stdout;
        assert_eq!(ours, sandbox.git_in(&sandbox.path("theirs"), query).ok().stdout, "{query:?}");
    }
}

#[test]
fn files_that_are_there_stay_as_they_are() {
    let sandbox = Sandbox::new();
    std::fs::create_dir_all(sandbox.path("project/src")).unwrap();
    sandbox.write("project/src/main.rs", "fn main() {}\n");
    let files = snapshot(&sandbox.path("project"));
    sandbox.jit_in(&sandbox.path("project"), ["init"]).ok();
    let mut after = snapshot(&sandbox.path("project"));
    after.retain(|path, _| !path.starts_with(sandbox.path("project/.git")));
    assert_eq!(after, files);
    let status = sandbox.git_in(&sandbox.path("project"), ["status", "--porcelain"]).ok().stdout;
    assert_eq!(status, "?? src/\n");
}

#[test]
fn a_second_init_changes_nothing() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    let before = snapshot(&sandbox.path("repo"));
    for _ in 0..2 {
        let ran = sandbox.jit(["init"]).ok();
        assert!(ran.stderr.starts_with("Tracker exists: refs/jit/main"), "{}", ran.stderr);
    }
    let made = sandbox.json(["init"]);
    assert_eq!((&made["repository_created"], &made["tracker_created"]), (&false.into(), &false.into()));
    assert_eq!(snapshot(&sandbox.path("repo")), before);
    assert_eq!(ids_in(&sandbox, &sandbox.repo()), [id]);
}

#[test]
fn init_in_a_subdirectory_is_for_the_whole_repository() {
    let sandbox = Sandbox::with_repo();
    std::fs::create_dir(sandbox.path("repo/sub")).unwrap();
    sandbox.jit_in(&sandbox.path("repo/sub"), ["init"]).ok();
    assert!(!sandbox.path("repo/sub/.git").exists());
    assert_eq!(git(&sandbox, ["rev-list", "--count", "refs/jit/main"]), "1");
}

#[test]
fn many_inits_at_once_in_a_repository_make_one_tracker() {
    let sandbox = Sandbox::with_repo();
    one_says(&race(&sandbox, "repo"), &["Initialized tracker"]);
    assert_eq!(git(&sandbox, ["rev-list", "--count", "refs/jit/main"]), "1");
    sandbox.git(["fsck", "--strict"]).ok();
}

#[test]
fn many_inits_at_once_in_a_folder_make_one_repository_and_one_tracker() {
    for round in 0..4 {
        let sandbox = Sandbox::new();
        std::fs::create_dir(sandbox.repo()).unwrap();
        one_says(&race(&sandbox, "repo"), &["Initialized tracker", "made a git repository"]);
        assert_eq!(git(&sandbox, ["rev-list", "--count", "refs/jit/main"]), "1", "{round}");
        sandbox.git(["fsck", "--strict"]).ok();
        let found: Vec<_> =
            std::fs::read_dir(sandbox.repo()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(found, [".git"], "nothing else is left");
    }
}

#[test]
fn a_git_folder_that_is_no_repository_is_named_and_left() {
    let makers = [
        "mkdir .git",
        "echo 'gitdir: /nonexistent/place' > .git",
        "echo garbage > .git",
        "ln -s /nonexistent/place .git",
        "git init -q; rm .git/HEAD",
    ];
    for what in makers {
        let sandbox = Sandbox::new();
        std::fs::create_dir(sandbox.repo()).unwrap();
        run(sandbox.program("sh", &sandbox.repo()).args(["-c", what])).ok();
        let before = snapshot(&sandbox.repo());
        for args in [&["init"][..], &["list"], &["create", "One"]] {
            let ran = sandbox.jit(args).fails(10, "is there, but is not a git repository");
            assert!(ran.stderr.contains("repo/.git"), "{what}: {}", ran.stderr);
        }
        assert_eq!(snapshot(&sandbox.repo()), before, "{what}");
    }
}

#[test]
fn a_folder_inside_a_repository_of_which_git_does_not_know_belongs_to_it() {
    let sandbox = Sandbox::with_repo();
    std::fs::create_dir_all(sandbox.path("repo/ignored/deep")).unwrap();
    sandbox.write("repo/.gitignore", "ignored\n");
    sandbox.jit_in(&sandbox.path("repo/ignored/deep"), ["init"]).ok();
    sandbox.jit(["list"]).ok();
}
