//! A reference that does not lead to a tracker: every command says so, none "repairs" it,
//! and the hint helps.

use std::fs;

use crate::support::{Sandbox, run};

/// Commands that read or change a tracker.
const COMMANDS: [&[&str]; 11] = [
    &["list"],
    &["show", "0123"],
    &["status"],
    &["validate"],
    &["events", "tail"],
    &["events", "query"],
    &["log"],
    &["init"],
    &["create", "New"],
    &["claim-next", "agent:x"],
    &["config", "set", "strict_gates", "true"],
];

/// Writes the reference as no git would, and insists that every command names what is
/// wrong, and leaves it.
#[track_caller]
fn refused(sandbox: &Sandbox, content: &str, message: &str) {
    let path = sandbox.path("repo/.git/refs/jit/main");
    fs::remove_file(&path).ok();
    fs::write(&path, content).expect("the folder is there");
    for command in COMMANDS {
        let ran = sandbox.jit(command).fails(4, message);
        assert!(ran.stderr.contains("refs/jit/main does not hold a tracker: "), "{}", ran.stderr);
        assert_eq!(fs::read_to_string(&path).expect("it is still there"), content, "{command:?}");
    }
}

/// A tracker with an issue.
fn with_issue() -> Sandbox {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("One", []);
    sandbox
}

fn id_of(sandbox: &Sandbox, name: &str) -> String {
    sandbox.git(["rev-parse", name]).ok().stdout.trim().to_owned()
}

#[test]
fn a_file_that_is_no_reference_is_named() {
    let sandbox = with_issue();
    refused(&sandbox, "", "its file is empty");
    refused(&sandbox, "\n", "its file is empty");
    refused(&sandbox, "garbage\n", "its file is not an object id");
    refused(&sandbox, "0123456789abcdef\n", "its file is not an object id");
    refused(&sandbox, &"\0".repeat(41), "its file is not an object id");
}

#[test]
fn a_symbolic_reference_is_named() {
    let sandbox = with_issue();
    refused(&sandbox, "ref: refs/heads/main\n", "it is a symbolic reference");
    refused(&sandbox, "ref: refs/jit/nowhere\n", "it is a symbolic reference");
}

#[test]
fn a_missing_object_is_named() {
    let sandbox = with_issue();
    let id = "0123456789".repeat(4);
    refused(&sandbox, &format!("{id}\n"), &format!("object {id} is missing"));
    refused(&sandbox, &format!("{}\n", "0".repeat(40)), "is missing");
}

#[test]
fn objects_that_are_no_commits_are_named() {
    let sandbox = with_issue();
    let tracker = id_of(&sandbox, "refs/jit/main");
    sandbox.git(["tag", "-a", "-m", "a tag", "mark", &tracker]).ok();
    for (name, kind) in [("config.toml", "blob"), ("", "tree")] {
        let id = id_of(&sandbox, &format!("{tracker}:{name}"));
        refused(&sandbox, &format!("{id}\n"), &format!("object {id} is a {kind}, not a commit"));
    }
    let tag = id_of(&sandbox, "mark");
    refused(&sandbox, &format!("{tag}\n"), "is a tag, not a commit");
}

#[test]
fn a_commit_of_the_users_is_named() {
    let sandbox = with_issue();
    let commit = id_of(&sandbox, "main");
    refused(&sandbox, &format!("{commit}\n"), &format!("commit {commit} has no config.toml"));
}

#[test]
fn a_lost_tip_or_root_is_named() {
    let sandbox = with_issue();
    let tip = id_of(&sandbox, "refs/jit/main");
    for name in ["refs/jit/main:config.toml", "refs/jit/main^{tree}", "refs/jit/main"] {
        let id = id_of(&sandbox, name);
        fs::remove_file(sandbox.path(&format!("repo/.git/objects/{}/{}", &id[..2], &id[2..]))).unwrap();
        let message = format!("object {id} is missing");
        for command in COMMANDS.iter().filter(|command| command[0] != "events") {
            sandbox.jit(*command).fails(4, &message);
        }
        assert_eq!(fs::read_to_string(sandbox.path("repo/.git/refs/jit/main")).unwrap().trim(), tip);
    }
}

#[test]
fn the_hint_of_a_broken_reference_leads_back_to_its_last_good_value() {
    let missing = "0123456789".repeat(4);
    for content in ["", "garbage\n", &missing, "ref: refs/heads/main\n"] {
        let sandbox = with_issue();
        let branch = id_of(&sandbox, "main");
        let good = id_of(&sandbox, "refs/jit/main");
        fs::write(sandbox.path("repo/.git/refs/jit/main"), content).unwrap();
        let ran = sandbox.jit(["list"]).exits(4);
        let hint = ran.stderr.lines().find_map(|line| line.strip_prefix("hint: ")).unwrap();
        assert!(hint.contains("logs/refs/jit/main"), "{hint}");
        let log = fs::read_to_string(sandbox.path("repo/.git/logs/refs/jit/main")).unwrap();
        assert!(log.lines().last().is_some_and(|line| line.contains(&good)), "{log}");
        let command = hint.split('\'').nth(1).expect("a command in quotes").replace("<id>", &good);
        run(sandbox.program("sh", &sandbox.repo()).args(["-c", &command])).ok();
        assert_eq!(sandbox.json(["list"])["count"], 1);
        assert_eq!(id_of(&sandbox, "main"), branch, "the user's branch is not moved");
    }
}

#[test]
fn packed_references_that_are_broken_are_named() {
    let sandbox = with_issue();
    sandbox.git(["pack-refs", "--all"]).ok();
    let path = sandbox.path("repo/.git/packed-refs");
    let packed = fs::read_to_string(&path).unwrap();
    let good = id_of(&sandbox, "refs/jit/main");
    fs::write(&path, packed.replace(&good, "garbage")).unwrap();
    sandbox.jit(["list"]).fails(4, "refs/jit/main does not hold a tracker");
    fs::write(&path, packed.replace(&good, &"1".repeat(40))).unwrap();
    sandbox.jit(["create", "x"]).fails(4, "is missing");
    fs::write(&path, packed).unwrap();
    sandbox.jit(["list"]).ok();
}

#[test]
fn an_empty_directory_in_the_place_of_the_reference_is_no_tracker() {
    let sandbox = Sandbox::with_repo();
    fs::create_dir_all(sandbox.path("repo/.git/refs/jit/main")).unwrap();
    sandbox.jit(["list"]).fails(3, "no tracker");
    sandbox.jit(["init"]).ok();
    sandbox.create("One", []);
    assert_eq!(id_of(&sandbox, "refs/jit/main").len(), 40);
}

#[test]
fn a_reference_below_the_name_of_the_tracker_is_left_alone() {
    let sandbox = Sandbox::with_repo();
    sandbox.git(["update-ref", "refs/jit/main/other", "main"]).ok();
    let ran = sandbox.jit(["init"]);
    assert!(matches!(ran.code, 4 | 10) && ran.stderr.contains("refs/jit/main"), "{ran:?}");
    assert_eq!(id_of(&sandbox, "refs/jit/main/other"), id_of(&sandbox, "main"));
}
