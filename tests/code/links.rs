//! The commits and branches that `show` lists.

use serde_json::{Value, json};

use super::commit;
use crate::support::Sandbox;

fn subjects(shown: &Value) -> Vec<String> {
    let commits = shown["commits"].as_array().expect("a list").iter();
    commits.map(|commit| commit["subject"].as_str().expect("text").to_owned()).collect()
}

fn at(sandbox: &Sandbox, second: u32, text: &str) {
    let mut git = sandbox.program("git", &sandbox.repo());
    let date = format!("2035-01-01T00:00:{second:02}Z");
    git.env("GIT_COMMITTER_DATE", date).args(["commit", "-q", "--allow-empty", "-m", text]);
    crate::support::run(&mut git).ok();
}

#[test]
fn an_issue_lists_what_the_code_says_of_it() {
    let sandbox = Sandbox::with_tracker();
    let (id, other) = (sandbox.create("One", []), sandbox.create("Two", []));
    let bare = sandbox.json(["show", &id]);
    assert_eq!((&bare["commits"], &bare["branches"]), (&json!([]), &json!([])));
    sandbox.jit(["start", &id]).ok();
    at(&sandbox, 1, &format!("first\n\nJit-Issue: {id}"));
    sandbox.git(["switch", "-q", "-c", "side"]).ok();
    at(&sandbox, 2, &format!("second\n\nCloses-Jit: {}", &id[..8]));
    at(&sandbox, 3, &format!("third\n\nJit-Issue: {other} {id}"));
    sandbox.git(["switch", "-q", "main"]).ok();
    let shown = sandbox.json(["show", &id]);
    assert_eq!(subjects(&shown), ["third", "second", "first"], "of all branches, newest first");
    let closes: Vec<&Value> =
        shown["commits"].as_array().expect("a list").iter().map(|commit| &commit["closes"]).collect();
    assert_eq!(closes, [&json!(false), &json!(true), &json!(false)]);
    assert_eq!(shown["commits"][0]["author"], "Ada");
    assert_eq!(shown["branches"][0]["name"], format!("{}-one", &id[..8]));
    assert_eq!(shown["branches"].as_array().map(Vec::len), Some(1));
    let both = sandbox.json(["show", &id, &other]);
    assert_eq!(
        (subjects(&both["issues"][0]).len(), subjects(&both["issues"][1])),
        (3, vec!["third".to_owned()])
    );
    let text = sandbox.jit(["show", &id]).ok().stdout;
    assert!(text.contains("\nCommits:\n  ") && text.contains("Ada  second  (closes it)\n"), "{text}");
    assert!(text.contains("\nBranches:\n  "), "{text}");
    // What is on neither a branch nor a tag any more is gone; the past has no branches.
    sandbox.git(["tag", "-a", "v1", "-m", "release", "side"]).ok();
    sandbox.git(["tag", "tree", "side^{tree}"]).ok();
    sandbox.git(["branch", "-q", "-D", "side"]).ok();
    assert_eq!(subjects(&sandbox.json(["show", &id])), ["third", "second", "first"], "a tag has them");
    sandbox.git(["tag", "-d", "v1"]).ok();
    assert_eq!(subjects(&sandbox.json(["show", &id])), ["first"]);
    assert_eq!(subjects(&sandbox.json(["show", &id, "--at", "HEAD"])), Vec::<String>::new());
}

#[test]
fn a_long_history_is_not_read_to_its_end() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    let commit = |n: u32| {
        let text = format!("{n}\n\nJit-Issue: {id}");
        let (length, at) = (text.len(), 2_051_222_400 + n);
        format!("commit refs/heads/long\ncommitter Ada <a@b> {at} +0000\ndata {length}\n{text}\n")
    };
    let history = (0..2001).map(commit).collect::<Vec<String>>().concat();
    let mut git = sandbox.program("git", &sandbox.repo());
    crate::support::run_with_input(git.args(["fast-import", "--quiet"]), history.as_bytes()).ok();
    let shown = sandbox.jit(["show", &id, "--json"]).ok();
    let found: Value = serde_json::from_str(&shown.stdout).expect("JSON");
    assert_eq!((subjects(&found).len(), subjects(&found)[0].as_str()), (2000, "2000"));
    assert!(shown.stderr.contains("only the newest 2000 commits were looked at"), "{}", shown.stderr);
}

#[test]
fn a_commit_of_harm_is_shown_without_any() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    commit(&sandbox, &format!("a\u{1b}[31mb\n\nJit-Issue: {id}")).ok();
    let shown = sandbox.jit(["show", &id]).ok().stdout;
    assert!(!shown.contains('\u{1b}') && shown.contains("a\\u{1b}[31mb"), "{shown:?}");
}

#[test]
fn a_repository_without_a_commit_has_nothing_to_list() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.repo()).expect("a folder");
    sandbox.git(["init", "-q"]).ok();
    sandbox.jit(["init"]).ok();
    let id = sandbox.create("One", []);
    let ran = sandbox.jit(["show", &id]).ok();
    assert_eq!(ran.stderr, "");
    assert_eq!(sandbox.json(["show", &id])["commits"], json!([]));
}

#[test]
fn what_is_known_of_remotes_counts_too() {
    let (_hub, [one, two]) = crate::support::hub::Hub::with_tracker();
    let id = one.create("One", []);
    one.jit(["start", &id]).ok();
    commit(&one, &format!("work\n\nJit-Issue: {id}")).ok();
    one.git(["push", "-q", "origin", "HEAD"]).ok();
    one.jit(["sync"]).ok();
    two.jit(["sync"]).ok();
    two.git(["fetch", "-q"]).ok();
    let shown = two.json(["show", &id]);
    assert_eq!(subjects(&shown), ["work"]);
    assert_eq!(shown["branches"][0]["name"], format!("origin/{}-one", &id[..8]));
}
