//! Files that belong to issues.

use crate::support::hub::Hub;
use crate::support::{Sandbox, run};

fn with_files() -> (Sandbox, String, Vec<String>) {
    let sandbox = Sandbox::with_tracker();
    std::fs::create_dir_all(sandbox.path("repo/docs")).expect("a folder");
    sandbox.write("repo/docs/a@b c.md", "one\n");
    sandbox.git(["add", "."]).ok();
    sandbox.git(["commit", "-q", "-m", "second"]).ok();
    let commits = sandbox.git(["rev-list", "HEAD"]).ok().stdout.lines().map(str::to_owned).collect();
    let id = sandbox.create("one", []);
    (sandbox, id, commits)
}

/// The attachments, as `path@commit`.
fn attached(sandbox: &Sandbox, id: &str) -> Vec<String> {
    let shown = sandbox.json(["show", id]);
    let all = shown["attachments"].as_array().expect("a list");
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    all.iter().map(|one| format!("{}@{}", text(&one["path"]), text(&one["commit"]))).collect()
}

#[test]
fn files_are_attached_as_a_commit_has_them() {
    let (sandbox, id, commits) = with_files();
    sandbox.jit(["issue", "attach", &id, "README", "docs/a@b c.md"]).ok();
    sandbox.jit(["issue", "attach", &id, "README@HEAD~1"]).ok();
    let again = sandbox.jit(["issue", "attach", &id, "./README@main"]).ok();
    assert_eq!(again.stdout, format!("Unchanged issue: {id}\n"));
    let mut expected = vec![
        format!("README@{}", commits[0]),
        format!("README@{}", commits[1]),
        format!("docs/a@b c.md@{}", commits[0]),
    ];
    expected.sort();
    assert_eq!(attached(&sandbox, &id), expected);
    let shown = sandbox.jit(["show", &id]).ok().stdout;
    assert!(shown.contains(&format!("Attachments:\n  README at {}", &expected[0][7..17])), "{shown}");
    let log = sandbox.jit(["log", &id]).ok().stdout;
    assert!(log.contains("attachment_added  path=README"), "{log}");
    sandbox.jit(["issue", "detach", &id, &format!("README@{}", &commits[1][..7])]).ok();
    sandbox.jit(["issue", "detach", &id, "docs/a@b c.md"]).ok();
    sandbox.jit(["issue", "attach", &id, "README@HEAD"]).ok();
    sandbox.jit(["issue", "detach", &id, "README@HEAD~1"]).fails(3, "is not attached");
    let ran = sandbox.jit(["issue", "attach", &id, "nl\nx"]).exits(4);
    assert_eq!(ran.stderr.matches("invalid attachment").count(), 1, "{ran:?}");
    assert_eq!(attached(&sandbox, &id), [format!("README@{}", commits[0])]);
    sandbox.jit(["validate"]).ok();
    sandbox.jit(["issue", "detach", &id, "README@HEAD"]).ok();
    assert_eq!(attached(&sandbox, &id), [""; 0]);
}

#[test]
fn a_path_is_seen_from_where_the_command_runs() {
    let (sandbox, id, commits) = with_files();
    let docs = sandbox.path("repo/docs");
    sandbox.jit_in(&docs, ["issue", "attach", &id, "a@b c.md", "../README"]).ok();
    assert_eq!(
        attached(&sandbox, &id),
        [format!("README@{}", commits[0]), format!("docs/a@b c.md@{}", commits[0])]
    );
    sandbox.jit_in(&docs, ["issue", "detach", &id, "../README", "docs/a@b c.md"]).ok();
    assert!(attached(&sandbox, &id).is_empty());
}

#[test]
fn what_a_commit_does_not_have_is_refused() {
    let (sandbox, id, _) = with_files();
    sandbox.write("repo/new.md", "not committed\n");
    let before = sandbox.events().len();
    for (file, message) in [
        ("new.md", "\"new.md\" is not in commit"),
        ("docs", "\"docs\" is not a file in commit"),
        ("docs/a@b c.md@HEAD~1", "is not in commit"),
        ("README@nowhere", "there is no commit \"nowhere\""),
        ("../README", "is not in this repository"),
        ("/etc/passwd", "is not in this repository"),
        ("", "names no file"),
        ("@", "\"@\" is not in commit"),
    ] {
        sandbox.jit(["issue", "attach", &id, "README", file]).fails(4, message);
    }
    sandbox.jit(["issue", "detach", &id, "README"]).fails(3, "\"README\" is not attached to");
    assert_eq!(sandbox.events().len(), before, "all of them or none");
    let empty = Sandbox::new();
    std::fs::create_dir(empty.repo()).expect("a folder");
    empty.jit(["init", "-q"]).ok();
    let id = empty.create("one", []);
    empty.jit(["issue", "attach", &id, "README"]).fails(4, "there is no commit \"HEAD\"");
    run(&mut empty.jit_command(["issue", "attach", &id])).fails(2, "required");
}

#[test]
fn clones_that_attach_and_detach_keep_the_changes_of_both() {
    let (_hub, [a, b]) = Hub::with_tracker();
    let commit = a.git(["rev-parse", "HEAD"]).ok().stdout.trim().to_owned();
    a.git(["commit", "-q", "--allow-empty", "-m", "second"]).ok();
    let id = a.create("one", []);
    a.jit(["issue", "attach", &id, "README@HEAD~1"]).ok();
    a.jit(["sync"]).ok();
    b.jit(["sync"]).ok();
    a.jit(["issue", "attach", &id, "README"]).ok();
    b.jit(["issue", "detach", &id, "README"]).ok();
    a.jit(["sync"]).ok();
    b.jit(["sync"]).ok();
    a.jit(["sync"]).ok();
    let both = attached(&b, &id);
    assert_eq!((both.len(), attached(&a, &id)), (1, both.clone()));
    assert_ne!(both, [format!("README@{commit}")]);
    assert_eq!(a.json(["conflict", "list"])["count"], 0);
}
