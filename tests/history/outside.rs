//! Commits that plain git made on the tracker's reference.

use serde_json::{Value, json};

use crate::support::Sandbox;

/// Commits with plain git what `edit` makes of the file of issue `id`.
fn by_hand(sandbox: &Sandbox, id: &str, author: &str, edit: impl Fn(&str) -> String) -> String {
    let path = format!("issues/{}/{id}.yaml", &id[..2]);
    let text = sandbox.git(["show", &format!("refs/jit/main:{path}")]).ok().stdout;
    let dir = sandbox.path("by-hand");
    let worktree = dir.to_str().expect("a path of text");
    sandbox.git(["worktree", "add", "-q", "--detach", worktree, "refs/jit/main"]).ok();
    sandbox.write(&format!("by-hand/{path}"), edit(&text));
    let name = format!("user.name={author}");
    sandbox.git_in(&dir, ["-c", &name, "commit", "-q", "-a", "-m", "mend it by hand\n\nbody"]).ok();
    let commit = sandbox.git_in(&dir, ["rev-parse", "HEAD"]).ok().stdout.trim().to_owned();
    sandbox.git(["update-ref", "refs/jit/main", &commit]).ok();
    sandbox.git(["worktree", "remove", "--force", worktree]).ok();
    commit
}

#[track_caller]
fn events(sandbox: &Sandbox, args: &[&str]) -> Vec<Value> {
    sandbox.json(args.iter().copied())["events"].as_array().expect("a list").clone()
}

#[test]
fn a_change_by_plain_git_is_in_the_log() {
    let sandbox = Sandbox::with_tracker();
    let (id, other) = (sandbox.create("One", []), sandbox.create("Two", []));
    let commit = by_hand(&sandbox, &id, "Grace H", |text| text.replace("One", "Uno"));
    sandbox.jit(["comment", &id, "afterwards"]).ok();

    for args in [
        &["log", &id][..],
        &["log"],
        &["events", "query", "--type", "changed_outside"],
        &["log", "--actor", "human:grace-h"],
    ] {
        let found: Vec<Value> =
            events(&sandbox, args).into_iter().filter(|event| event["type"] == "changed_outside").collect();
        assert_eq!(found.len(), 1, "{args:?}");
        assert_eq!(found[0]["issue_id"], json!(id));
        assert_eq!(
            (&found[0]["actor"], &found[0]["subject"]),
            (&json!("human:grace-h"), &json!("mend it by hand"))
        );
    }
    assert!(events(&sandbox, &["log", &other]).iter().all(|event| event["type"] != "changed_outside"));

    let line = sandbox.jit(["log", &id, "-p", "--type", "changed_outside"]).ok().stdout;
    assert!(line.starts_with(&commit[..8]), "{line}");
    assert!(line.contains("changed_outside  subject=\"mend it by hand\"\n    title: One -> Uno\n"), "{line}");
    let blame = sandbox.json(["blame", &id]);
    let title = blame["fields"].as_array().expect("a list").iter().find(|field| field["field"] == "title");
    assert_eq!(title.expect("it has one")["actor"], "human:grace-h");

    sandbox.jit(["undo", &line[..8]]).ok();
    assert_eq!(sandbox.json(["show", &id])["title"], "One");
}

#[test]
fn a_file_that_became_unreadable_is_not_told_as_empty() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    let commit = by_hand(&sandbox, &id, "Grace H", |_| "title: [\n".to_owned());
    let text = sandbox.jit(["diff", &id]).ok().stdout;
    assert!(
        text.starts_with(&format!("commit {}", &commit[..8])) && text.contains("human:grace-h"),
        "{text}"
    );
    assert!(text.contains("file: cannot be read: ") && !text.contains("(empty)"), "{text}");
    let change = sandbox.json(["diff", &id])["changes"][0].clone();
    assert!(change["unreadable_after"].is_string() && change["unreadable_before"].is_null(), "{change}");
    assert!(events(&sandbox, &["log", "-p"])[0]["changes"][0]["unreadable_after"].is_string());

    let again = by_hand(&sandbox, &id, "copilot:worker-1", |_| "title: [[\n".to_owned());
    let text = sandbox.jit(["diff", &id]).ok().stdout;
    assert!(text.contains(&again[..8]) && text.contains("file: cannot be read: "), "{text}");
    assert!(text.contains("copilot:worker-1"), "{text}");
    let both = sandbox.jit(["diff", "HEAD~2..HEAD~1"]).ok().stdout;
    assert!(both.contains("file: cannot be read: "), "{both}");
    let back = sandbox.jit(["diff", "HEAD~1..HEAD~2"]).ok().stdout;
    assert!(back.contains("file: could not be read: "), "{back}");
}

#[test]
fn a_change_by_plain_git_of_what_is_no_issue_is_one_of_the_project() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("One", []);
    let tree = sandbox.git(["rev-parse", "refs/jit/main^{tree}"]).ok().stdout;
    let commit =
        sandbox.git(["commit-tree", tree.trim(), "-p", "refs/jit/main", "-m", "nothing"]).ok().stdout;
    sandbox.git(["update-ref", "refs/jit/main", commit.trim()]).ok();
    let newest = events(&sandbox, &["log", "-n", "1"]).remove(0);
    assert_eq!((&newest["type"], &newest["issue_id"]), (&json!("changed_outside"), &Value::Null));
    let id = newest["id"].as_str().expect("text").to_owned();
    assert_eq!(events(&sandbox, &["events", "query", "-n", "1"])[0]["id"], id, "the same each time");
    let tail = sandbox.jit(["events", "tail", "-n", "1"]).ok().stdout;
    assert!(tail.contains(&id), "{tail}");
}
