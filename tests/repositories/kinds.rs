//! Repositories without commits, names or branches; of other formats; with other settings.

use super::{NEED_TRACKER, git, snapshot, works_in};
use crate::support::{Sandbox, run};

/// A repository made with options of `git init`, or none where this git does not know them.
pub fn init_with(options: &[&str]) -> Option<Sandbox> {
    let sandbox = Sandbox::new();
    let args = [&["init", "-q", "repo"], options].concat();
    if sandbox.git_in(&sandbox.path(""), &args).code != 0 {
        eprintln!("skipped: this git does not know {options:?}");
        return None;
    }
    Some(sandbox)
}

/// Insists that every command refuses the repository, and writes nothing at all.
#[track_caller]
fn refused(sandbox: &Sandbox, message: &str) {
    let before = snapshot(&sandbox.repo());
    for command in NEED_TRACKER.iter().chain(&[&["init"][..]]) {
        sandbox.jit(*command).fails(10, message);
    }
    assert_eq!(snapshot(&sandbox.repo()), before);
}

/// Author and committer of the tracker's last commit.
fn people(sandbox: &Sandbox) -> String {
    git(sandbox, ["log", "-1", "--format=%an <%ae> %cn <%ce>", "refs/jit/main"])
}

#[test]
fn a_repository_without_commits_works() {
    let sandbox = Sandbox::new();
    sandbox.git_in(&sandbox.path(""), ["init", "-q", "repo"]).ok();
    sandbox.jit(["init"]).ok();
    works_in(&sandbox, &sandbox.repo());
    assert_eq!(git(&sandbox, ["symbolic-ref", "HEAD"]), "refs/heads/main");
    sandbox.git(["rev-parse", "-q", "--verify", "HEAD"]).exits(1);
}

#[test]
fn a_detached_head_works_and_stays() {
    let sandbox = Sandbox::with_tracker();
    sandbox.git(["checkout", "-q", "--detach"]).ok();
    let head = git(&sandbox, ["rev-parse", "HEAD"]);
    works_in(&sandbox, &sandbox.repo());
    assert_eq!(git(&sandbox, ["rev-parse", "HEAD"]), head);
    sandbox.git(["symbolic-ref", "-q", "HEAD"]).exits(1);
}

#[test]
fn who_has_no_name_acts_as_nobody_known_and_commits_as_jit() {
    let sandbox = Sandbox::with_repo();
    sandbox.write("home/.gitconfig", "");
    sandbox.jit(["init"]).ok();
    sandbox.create("One", []);
    assert_eq!(people(&sandbox), "human:unknown <jit@jit.invalid> jit <jit@jit.invalid>");
    run(sandbox.jit_command(["create", "Two"]).env("JIT_AGENT", "agent:x")).ok();
    assert_eq!(people(&sandbox), "agent:x <jit@jit.invalid> jit <jit@jit.invalid>");
    sandbox.git(["fsck", "--strict"]).ok();
}

#[test]
fn a_home_that_does_not_exist_is_no_obstacle() {
    let sandbox = Sandbox::with_repo();
    run(sandbox.jit_command(["init"]).env("HOME", sandbox.path("nowhere"))).ok();
    run(sandbox.jit_command(["create", "One"]).env("HOME", sandbox.path("nowhere"))).ok();
    assert!(!sandbox.path("nowhere").exists());
}

#[test]
fn names_that_git_could_not_store_are_stored_without_what_is_wrong_with_them() {
    let sandbox = Sandbox::with_tracker();
    let names = [
        ("", "jit"),
        ("   ", "jit"),
        ("<>", "jit"),
        ("A <b> C", "A b C"),
        ("Zoë 名前", "Zoë 名前"),
        ("line\nbreak", "linebreak"),
    ];
    for (name, committer) in names {
        let mut command = sandbox.jit_command(["create", "One"]);
        run(command.env("GIT_COMMITTER_NAME", name).env("GIT_COMMITTER_EMAIL", " <x@example.com> ")).ok();
        let people = people(&sandbox);
        let expected = if name.trim().is_empty() { "Ada" } else { committer };
        assert!(people.ends_with(&format!(" {expected} <x@example.com>")), "{name:?}: {people}");
    }
    sandbox.git(["fsck", "--strict"]).ok();
    sandbox.jit(["events", "query"]).ok();
}

#[test]
fn the_tracker_may_be_a_branch() {
    let sandbox = Sandbox::with_repo();
    sandbox.git(["config", "jit.ref", "refs/heads/jit/main"]).ok();
    sandbox.jit(["list"]).fails(3, "refs/heads/jit/main does not exist");
    sandbox.jit(["init"]).ok();
    works_in(&sandbox, &sandbox.repo());
    assert_eq!(
        git(&sandbox, ["for-each-ref", "--format=%(refname)"]),
        "refs/heads/jit/main\nrefs/heads/main"
    );
    assert_eq!(git(&sandbox, ["status", "--porcelain", "--branch"]), "## main");
    sandbox.git(["pack-refs", "--all"]).ok();
    works_in(&sandbox, &sandbox.repo());
}

#[test]
fn the_tracker_of_another_name_is_another_tracker() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("One", []);
    sandbox.git(["config", "jit.ref", "refs/jit/second"]).ok();
    sandbox.jit(["init"]).ok();
    assert_eq!(sandbox.json(["list"])["count"], 0);
    let mut command = sandbox.jit_command(["list", "--json"]);
    command
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "jit.ref")
        .env("GIT_CONFIG_VALUE_0", "refs/jit/main");
    assert_eq!(run(&mut command).ok().json()["count"], 1);
}

#[test]
fn names_that_are_no_references_are_refused_and_the_hint_helps() {
    let sandbox = Sandbox::with_tracker();
    let names = [
        "",
        "main",
        "jit/main",
        "HEAD",
        "refs",
        "refs/",
        "refs/jit",
        "refs/jit/",
        "refs/stash",
        "/refs/jit/main",
        "refs//jit/main",
        "refs/jit/../main",
        "refs/jit/.main",
        "refs/jit/main.lock",
        "refs/jit/ma in",
        "refs/jit/main~1",
        "refs/jit/main^",
        "refs/jit/ma:in",
        "refs/jit/ma*in",
        "refs/jit/@{main}",
        "refs/jit/main.",
        "refs/jit/ma\tin",
        "../../outside/refs",
    ];
    let before = snapshot(&sandbox.path("repo/.git/refs"));
    for name in names {
        sandbox.git(["config", "jit.ref", name]).ok();
        for args in [&["list"][..], &["init"], &["create", "x"]] {
            sandbox.jit(args).fails(4, "is not a full reference name");
        }
    }
    assert_eq!(snapshot(&sandbox.path("repo/.git/refs")), before);
    let ran = sandbox.jit(["list"]).exits(4);
    let hint = ran.stderr.split('\'').find(|word| word.starts_with("git config ")).expect("a command");
    assert!(hint.contains("--unset"), "older versions of git know it too: {hint}");
    run(sandbox.program("sh", &sandbox.repo()).args(["-c", hint])).ok();
    sandbox.jit(["list"]).ok();
}

#[test]
fn a_branch_of_the_users_is_never_taken_for_the_tracker() {
    let sandbox = Sandbox::with_repo();
    let before = git(&sandbox, ["for-each-ref"]);
    sandbox.git(["config", "jit.ref", "refs/heads/main"]).ok();
    for args in [&["list"][..], &["init"], &["create", "x"]] {
        let ran = sandbox.jit(args);
        assert!(ran.code == 4 && ran.stderr.starts_with("error: "), "{ran:?}");
    }
    assert_eq!(git(&sandbox, ["for-each-ref"]), before);
}

#[test]
fn a_branch_that_is_checked_out_but_not_born_is_not_taken_either() {
    let sandbox = Sandbox::new();
    sandbox.git_in(&sandbox.path(""), ["init", "-q", "repo"]).ok();
    sandbox.git(["config", "jit.ref", "refs/heads/main"]).ok();
    let ran = sandbox.jit(["init"]);
    assert!(ran.code == 4 && ran.stderr.contains("refs/heads/main"), "{ran:?}");
    assert_eq!(git(&sandbox, ["for-each-ref"]), "");
    assert_eq!(git(&sandbox, ["status", "--porcelain"]), "");
}

#[test]
fn sha_256_works() {
    let Some(sandbox) = init_with(&["--object-format=sha256"]) else { return };
    sandbox.jit(["init"]).ok();
    works_in(&sandbox, &sandbox.repo());
    assert_eq!(git(&sandbox, ["rev-parse", "refs/jit/main"]).len(), 64);
    sandbox.git(["pack-refs", "--all"]).ok();
    sandbox.git(["gc", "-q"]).ok();
    works_in(&sandbox, &sandbox.repo());
}

#[test]
fn reftable_is_refused_before_anything_is_written() {
    let Some(sandbox) = init_with(&["--ref-format=reftable"]) else { return };
    sandbox.git(["commit", "-q", "--allow-empty", "-m", "first"]).ok();
    refused(&sandbox, "keeps its references as \"reftable\"");
}

#[test]
fn an_extension_that_jit_does_not_know_is_refused_before_anything_is_written() {
    let sandbox = Sandbox::with_repo();
    let config = std::fs::read_to_string(sandbox.path("repo/.git/config")).unwrap();
    let newer = config.replace("repositoryformatversion = 0", "repositoryformatversion = 1");
    for extension in
        ["[extensions]\n\tfoo = true\n", "[extensions]\n\tFOO\n", "[Extensions]\n\tfoo = false\n"]
    {
        sandbox.write("repo/.git/config", format!("{newer}{extension}"));
        refused(&sandbox, "\"foo\"");
    }
    sandbox.write("repo/.git/config", format!("{newer}[extensions]\n\tworktreeConfig = true\n\tnoop = x\n"));
    sandbox.jit(["init"]).ok();
}

#[test]
fn what_git_ignores_is_no_extension() {
    let sandbox = Sandbox::with_repo();
    sandbox.git(["config", "--global", "extensions.foo", "true"]).ok();
    sandbox.git(["status"]).ok();
    sandbox.jit(["init"]).ok();
    let sandbox = Sandbox::with_repo();
    sandbox.git(["config", "extensions.foo", "true"]).ok();
    sandbox.git(["status"]).ok();
    sandbox.jit(["init"]).ok();
}

#[test]
fn a_newer_version_of_the_repository_is_refused_before_anything_is_written() {
    let sandbox = Sandbox::with_repo();
    let config = std::fs::read_to_string(sandbox.path("repo/.git/config")).unwrap();
    sandbox.write("repo/.git/config", config.replace("formatversion = 0", "formatversion = 99"));
    refused(&sandbox, "99");
}

#[test]
fn a_config_file_that_cannot_be_read_is_named() {
    let sandbox = Sandbox::with_tracker();
    sandbox.write("repo/.git/config", "[core\nbroken");
    for args in [&["list"][..], &["create", "x"], &["init"]] {
        let ran = sandbox.jit(args).exits(10);
        assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains("config"), "{}", ran.stderr);
    }
}
