//! `undo`: taking changes back by new ones.

use serde_json::{Value, json};

use crate::replay::check_replay;
use crate::support::Sandbox;
use crate::support::hub::Hub;

/// The tree that the tracker is at.
fn tree(sandbox: &Sandbox, revision: &str) -> String {
    let files = sandbox.git(["ls-tree", "-r", revision]).ok().stdout;
    // Who changed an issue last and when is never as it was.
    let lines = files.lines().map(|line| {
        let (path, id) =
            (line.split('\t').nth(1).expect("a path"), line.split([' ', '\t']).nth(2).expect("an id"));
        let text = sandbox.git(["cat-file", "blob", id]).ok().stdout;
        let kept: Vec<&str> = text.split("\nupdated:").take(1).collect();
        format!("{path}\n{}\n", kept.concat())
    });
    lines.collect()
}

fn state(sandbox: &Sandbox, id: &str) -> String {
    sandbox.json(["show", id])["state"].as_str().expect("text").to_owned()
}

/// Every kind of change: what is done first, and what is then done and undone.
const CHANGES: &[(&[&[&str]], &[&str])] = &[
    (&[], &["create", "new"]),
    (
        &[],
        &["update", "A", "--title", "x", "--desc", "y", "--label", "l", "--context", "k=v", "--type", "bug"],
    ),
    (&[], &["comment", "A", "hello"]),
    (&[], &["assign", "A", "agent:y"]),
    (&[], &["claim", "A"]),
    (&[&["assign", "A", "human:ada"]], &["claim", "A", "--ttl", "1h"]),
    (&[&["claim", "A", "--ttl", "1h"]], &["renew", "A", "--ttl", "2h"]),
    (&[&["claim", "A"]], &["release", "A"]),
    (&[&["claim", "A"]], &["done", "A"]),
    (&[], &["done", "A"]),
    (&[], &["reject", "A", "no"]),
    (&[&["done", "A"]], &["update", "A", "--state", "open"]),
    (&[&["gate", "add", "A", "review"]], &["gate", "pass", "A", "review"]),
    (
        &[&["gate", "add", "A", "review"], &["update", "A", "--state", "gated"]],
        &["gate", "pass", "A", "review"],
    ),
    (&[], &["gate", "add", "A", "review", "tests"]),
    (&[&["gate", "add", "A", "review"]], &["gate", "rm", "A", "review"]),
    (&[], &["dep", "add", "A", "B"]),
    (&[&["dep", "add", "A", "B"]], &["dep", "rm", "A", "B"]),
    (&[&["dep", "add", "A", "B"]], &["delete", "B"]),
    (&[], &["delete", "A", "B"]),
    (&[], &["registry", "add", "review", "--stage", "pre"]),
    (&[&["registry", "add", "review"]], &["registry", "update", "review", "--title", "R"]),
    (&[&["registry", "add", "review"]], &["registry", "remove", "review"]),
    (&[], &["config", "set", "claim.ttl", "4h"]),
    (&[], &["update", "A", "B", "--priority", "high"]),
];

#[test]
fn every_kind_of_change_is_undone_and_redone() {
    for (before, change) in CHANGES {
        let sandbox = Sandbox::with_tracker();
        let (a, b) = (sandbox.create("A", []), sandbox.create("B", []));
        let run = |command: &[&str]| {
            let command = command.iter().map(|word| match *word {
                "A" => a.as_str(),
                "B" => b.as_str(),
                word => word,
            });
            sandbox.jit(command).ok();
        };
        before.iter().for_each(|command| run(command));
        let was = tree(&sandbox, "refs/jit/main");
        run(change);
        let made = tree(&sandbox, "refs/jit/main");
        let ran = sandbox.jit(["undo"]).ok();
        assert_eq!(tree(&sandbox, "refs/jit/main"), was, "{change:?}: {ran:?}");
        let commits = sandbox.git(["rev-list", "--count", "refs/jit/main~2..refs/jit/main"]).ok().stdout;
        assert_eq!(commits.trim(), "2", "one commit each");
        sandbox.jit(["validate"]).ok();
        check_replay(&sandbox);
        sandbox.jit(["undo"]).ok();
        assert_eq!(tree(&sandbox, "refs/jit/main"), made, "redone: {change:?}");
        check_replay(&sandbox);
        sandbox.jit(["undo", "-n", "3"]).ok();
        assert_eq!(tree(&sandbox, "refs/jit/main"), was, "all three at once: {change:?}");
        check_replay(&sandbox);
    }
}

#[test]
fn what_was_changed_since_stands() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("one", ["--desc", "1\n2\n3\n4\n5\n"]);
    sandbox.jit(["update", &id, "--title", "two", "--label", "a", "--desc", "one\n2\n3\n4\n5\n"]).ok();
    let commit = sandbox.git(["rev-parse", "refs/jit/main"]).ok().stdout.trim().to_owned();
    sandbox.jit(["update", &id, "--label", "b", "--priority", "high", "--desc", "one\n2\n3\n4\nfive\n"]).ok();
    let undone = sandbox.json(["undo", &commit]);
    assert_eq!(undone["undone"][0]["commit"], commit.as_str());
    let issue = &undone["issues"][0];
    assert_eq!((&issue["title"], &issue["labels"]), (&json!("one"), &json!(["b"])));
    assert_eq!((&issue["priority"], &issue["description"]), (&json!("high"), &json!("1\n2\n3\n4\nfive\n")));
    let event = sandbox.events().pop().expect("there is one");
    assert_eq!((&event["type"], &event["undone"]), (&json!("change_undone"), &json!([commit])));
}

#[test]
fn what_others_made_of_it_since_is_the_reason_not_to() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("one", []);
    sandbox.jit(["update", &id, "--title", "two"]).ok();
    sandbox.jit(["update", &id, "--title", "three"]).ok();
    let tip = || sandbox.git(["rev-parse", "refs/jit/main"]).ok().stdout;
    let before = tip();
    sandbox.jit(["undo", "HEAD~1"]).fails(4, &format!("title of {} was changed since", &id[..8]));
    sandbox.jit(["undo", "HEAD~2"]).fails(4, "was changed since it was made");
    sandbox.jit(["undo", "HEAD~3"]).fails(4, "it made the tracker");
    let refused = sandbox.jit(["undo", "HEAD~1", "--json"]).exits(4).json();
    assert_eq!(refused["error"]["code"], "not_undoable");
    assert_eq!(refused["error"]["details"]["reasons"].as_array().map(Vec::len), Some(1));
    assert_eq!(tip(), before, "nothing was stored");
    sandbox.jit(["undo"]).ok();
    sandbox.jit(["undo", "HEAD~1"]).fails(4, "everything is as it was before it already");
    let other = sandbox.create("other", []);
    sandbox.jit(["dep", "add", &id, &other]).ok();
    sandbox.jit(["undo", "HEAD~1"]).fails(4, "depends on");
    sandbox.jit(["dep", "rm", &id, &other]).ok();
    sandbox.jit(["delete", &other]).ok();
    sandbox.jit(["undo", "HEAD~1"]).fails(4, "depended on, was deleted since");
}

#[test]
fn a_change_and_its_undo_together_are_nothing_to_undo() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("one", []);
    sandbox.jit(["undo"]).ok();
    let ran = sandbox.jit(["undo", "-n", "2"]).fails(4, "come to nothing");
    assert!(ran.stderr.contains("'jit undo HEAD~2' goes further back"), "{ran:?}");
    let other = sandbox.create("other", []);
    sandbox.jit(["update", &other, "--title", "new"]).ok();
    sandbox.jit(["undo"]).ok();
    let ran = sandbox.jit(["undo", "-n", "2"]).fails(4, "come to nothing");
    assert!(ran.stderr.contains("'jit undo HEAD~2' goes further back"), "{ran:?}");
}

#[test]
fn an_issue_that_only_waited_for_what_is_undone_is_done() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("one", ["--gate", "review"]);
    sandbox.jit(["done", &id]).exits(4);
    sandbox.jit(["gate", "add", &id, "tests", "--by", "agent:x"]).ok();
    sandbox.jit(["gate", "pass", &id, "review"]).ok();
    assert_eq!(state(&sandbox, &id), "gated");
    sandbox.jit(["undo", "--by", "agent:x"]).ok();
    assert_eq!(state(&sandbox, &id), "done");
    check_replay(&sandbox);
}

#[test]
fn an_import_is_undone_but_for_what_was_worked_on() {
    let sandbox = Sandbox::with_tracker();
    let lines: Vec<String> =
        (0..8).map(|n| format!("{{\"id\":\"bd-{n}\",\"title\":\"issue {n}\"}}\n")).collect();
    sandbox.jit_with_input(lines.concat().as_bytes(), ["import", "--from", "beads", "-q", "-"]).ok();
    sandbox.jit(["undo"]).ok();
    assert_eq!(sandbox.json(["list"])["count"], 0);
    sandbox.jit(["undo"]).ok();
    let issues = sandbox.json(["list"])["issues"].clone();
    for issue in issues.as_array().expect("a list") {
        sandbox.jit(["comment", issue["id"].as_str().expect("text"), "seen", "--by", "agent:x"]).ok();
    }
    let refused = sandbox.jit(["undo", "HEAD~8"]);
    assert!(refused.stderr.contains("; and 3 more"), "{refused:?}");
    refused.fails(4, "was changed since it was made");
    assert_eq!(sandbox.json(["list"])["count"], 8);
}

#[test]
fn issues_that_came_together_go_together_though_they_depend_on_each_other() {
    let sandbox = Sandbox::with_tracker();
    let needs = r#""dependencies":[{"issue_id":"bd-2","depends_on_id":"bd-1","type":"blocks"}]"#;
    let lines =
        format!("{{\"id\":\"bd-1\",\"title\":\"one\"}}\n{{\"id\":\"bd-2\",\"title\":\"two\",{needs}}}\n");
    sandbox.jit_with_input(lines.as_bytes(), ["import", "--from", "beads", "-q", "-"]).ok();
    let before = tree(&sandbox, "refs/jit/main");
    assert_eq!(sandbox.json(["show", "bd-2"])["dependencies"].as_array().map(Vec::len), Some(1));
    sandbox.jit(["undo"]).ok();
    assert_eq!(sandbox.json(["list"])["count"], 0);
    sandbox.jit(["undo"]).ok();
    assert_eq!(tree(&sandbox, "refs/jit/main"), before);
    let later = sandbox.create("later", ["--dep", "bd-1", "--by", "agent:x"]);
    sandbox.jit(["undo"]).fails(4, &format!("{} depends on", &later[..8]));
    assert_eq!(sandbox.json(["list"])["count"], 3);
}

#[test]
fn claims_that_an_import_brought_go_with_it() {
    let sandbox = Sandbox::with_tracker();
    let line = r#"{"id":"bd-1","title":"one","status":"in_progress","assignee":"bob"}"#;
    sandbox.jit_with_input(line.as_bytes(), ["import", "--from", "beads", "-q", "-"]).ok();
    assert_ne!(sandbox.json(["show", "bd-1"])["claim"], Value::Null);
    sandbox.jit(["undo"]).ok();
    assert_eq!(sandbox.json(["list"])["count"], 0);
}

#[test]
fn what_a_shallow_clone_does_not_have_is_said() {
    let (hub, [one]) = Hub::with_tracker();
    one.create("shared", []);
    one.jit(["sync"]).ok();
    let shallow = one.fellow("shallow");
    std::fs::create_dir(shallow.repo()).expect("a folder");
    shallow.git(["init", "-q"]).ok();
    shallow.git(["remote", "add", "origin", &format!("file://{}", hub.path())]).ok();
    shallow.git(["fetch", "-q", "--depth", "1", "origin", "+refs/jit/main:refs/jit/main"]).ok();
    shallow.jit(["undo", "HEAD", "--offline"]).fails(4, "shallow");
}

#[test]
fn rules_of_states_gates_and_cycles_hold_for_an_undo() {
    let sandbox = Sandbox::with_tracker();
    let (a, b) = (sandbox.create("A", []), sandbox.create("B", []));
    sandbox.jit(["dep", "add", &a, &b]).ok();
    sandbox.jit(["dep", "rm", &a, &b]).ok();
    sandbox.jit(["dep", "add", &b, &a]).ok();
    assert_eq!(sandbox.jit(["undo", "HEAD~1", "--json"]).exits(4).json()["error"]["code"], "cycle");
    sandbox.jit(["gate", "add", &a, "review"]).ok();
    sandbox.jit(["gate", "pass", &a, "review"]).ok();
    sandbox.jit(["done", &a]).ok();
    assert_eq!(sandbox.jit(["undo", "HEAD~1", "--json"]).exits(4).json()["error"]["code"], "gates_pending");
    sandbox.jit(["update", &a, "--state", "open"]).ok();
    sandbox.jit(["gate", "add", &a, "tests"]).ok();
    assert_eq!(sandbox.jit(["undo", "HEAD~1", "--json"]).exits(4).json()["error"]["code"], "gates_pending");
}

#[test]
fn claims_of_others_are_theirs() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("one", []);
    sandbox.jit(["claim", &id, "agent:x"]).ok();
    let event = sandbox.events().pop().expect("there is one")["id"].as_str().expect("text").to_owned();
    sandbox.jit(["undo", &event]).fails(5, "is claimed by agent:x");
    sandbox.jit(["undo", &event[..8], "--by", "agent:x"]).ok();
    assert_eq!(state(&sandbox, &id), "ready");
    assert_eq!(sandbox.events().iter().rev().nth(1).expect("two events")["type"], "issue_released");
    sandbox.jit(["claim", &id, "agent:x"]).ok();
    sandbox.jit(["done", &id, "--by", "agent:x"]).ok();
    // Somebody else opens it, and does not hand out what was given up.
    let ran = sandbox.jit(["undo", "HEAD"]).ok();
    assert!(ran.stderr.contains("the claim of agent:x"), "{ran:?}");
    assert_eq!(state(&sandbox, &id), "ready");
    sandbox.jit(["validate"]).ok();
}

#[test]
fn only_the_newest_changes_of_the_acting_agent_are_meant() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("one", []);
    sandbox.jit(["update", &id, "--title", "mine"]).ok();
    sandbox.jit(["update", &id, "--priority", "high", "--by", "agent:x"]).ok();
    sandbox.jit(["undo"]).ok();
    let issue = sandbox.json(["show", &id]);
    assert_eq!((&issue["title"], &issue["priority"]), (&json!("one"), &json!("high")));
    sandbox.jit(["undo", "-n", "2", "--by", "agent:x"]).fails(3, "agent:x has made only one change");
    sandbox.jit(["undo", "--by", "agent:nobody"]).fails(3, "agent:nobody has made no change");
    sandbox.jit(["undo", "-n", "0"]).exits(2);
    sandbox.jit(["undo", "-n", "-1"]).exits(2);
    sandbox.jit(["undo", "-n", "2", "HEAD"]).exits(2);
    sandbox.jit(["undo", "0123456789abcdef"]).fails(3, "no event 0123456789abcdef");
    sandbox.jit(["undo", "soon"]).fails(3, "no event soon");
    sandbox.jit(["undo", "--at", "HEAD~1"]).fails(2, "--at goes with commands that show the tracker");
    let code = sandbox.git(["rev-parse", "HEAD"]).ok().stdout;
    sandbox.jit(["undo", code.trim()]).fails(3, "is none of a tracker");
    sandbox.jit(["undo", &code[..12]]).fails(3, "no event");
}

#[test]
fn a_change_of_many_issues_is_undone_whole_in_one_event() {
    let sandbox = Sandbox::with_tracker();
    let list: Vec<String> = (0..101).map(|n| format!("- title: many {n}\n")).collect();
    sandbox.jit_with_input(list.concat().as_bytes(), ["-q", "create", "--from", "-"]).ok();
    sandbox.jit(["undo"]).ok();
    assert_eq!(sandbox.json(["list"])["count"], 0);
    let event = sandbox.events().pop().expect("there is one");
    assert_eq!((&event["type"], &event["count"]), (&json!("change_undone"), &json!(101)));
    sandbox.jit(["undo"]).ok();
    assert_eq!(sandbox.json(["list"])["count"], 101);
}

#[test]
fn a_merge_is_not_undone_and_what_it_brought_is() {
    let (_hub, [one, two]) = Hub::with_tracker();
    let id = one.create("shared", []);
    one.jit(["sync"]).ok();
    two.jit(["sync"]).ok();
    one.jit(["update", &id, "--priority", "high", "--by", "agent:one"]).ok();
    two.jit(["update", &id, "--type", "bug", "--by", "agent:two"]).ok();
    one.jit(["sync"]).ok();
    two.jit(["sync", "--by", "agent:two"]).ok();
    two.jit(["undo", "HEAD"]).fails(4, "it is a merge");
    two.jit(["undo", "--by", "agent:two"]).ok();
    let issue = two.json(["show", &id]);
    assert_eq!((&issue["type"], &issue["priority"]), (&json!("task"), &json!("high")));
    two.jit(["sync"]).ok();
    one.jit(["sync"]).ok();
    assert_eq!(one.json(["show", &id])["type"], "task");
}

#[test]
fn an_undone_claim_is_a_release_that_the_remote_knows() {
    let (hub, [one, two]) = Hub::with_tracker();
    let id = one.create("shared", []);
    one.jit(["sync"]).ok();
    two.jit(["sync"]).ok();
    one.jit(["claim", &id, "agent:one"]).ok();
    assert_eq!(hub.holds().len(), 1);
    one.jit(["undo", "--by", "agent:two"]).exits(3);
    one.jit(["undo", "--by", "agent:one"]).ok();
    assert_eq!(hub.holds().len(), 0);
    two.jit(["claim", &id, "agent:two"]).ok();
    // The claim does not come back behind the other's back.
    one.jit(["undo", "--by", "agent:one"]).fails(4, "is over and does not come back");
    one.jit(["sync"]).ok();
    assert_eq!(one.json(["show", &id])["claim"]["by"], "agent:two");
}

#[test]
fn an_undone_claim_gives_the_assignee_back() {
    let (hub, [one]) = Hub::with_tracker();
    let id = one.create("shared", []);
    one.jit(["assign", &id, "human:grace"]).ok();
    one.jit(["claim", &id, "agent:one"]).ok();
    one.jit(["undo", "--by", "agent:one"]).ok();
    assert_eq!(hub.holds().len(), 0);
    let issue = one.json(["show", &id]);
    assert_eq!((&issue["state"], &issue["assignee"]), (&json!("ready"), &json!("human:grace")));
}

#[test]
fn what_was_finished_for_all_to_see_is_opened_without_the_old_claim() {
    let (hub, [one, two]) = Hub::with_tracker();
    let id = one.create("shared", []);
    one.jit(["sync"]).ok();
    one.jit(["claim", &id, "agent:one"]).ok();
    one.jit(["done", &id, "--by", "agent:one"]).ok();
    one.jit(["sync"]).ok();
    assert_eq!(hub.holds().len(), 0);
    let ran = one.jit(["undo", "--by", "agent:one"]).ok();
    assert!(ran.stderr.contains("is over and does not come back"), "{ran:?}");
    assert_eq!(state(&one, &id), "ready");
    one.jit(["sync"]).ok();
    two.jit(["sync"]).ok();
    two.jit(["claim", &id, "agent:two"]).ok();
    one.jit(["sync"]).ok();
    let shown: Value = one.json(["show", &id]);
    assert_eq!(shown["claim"]["by"], "agent:two");
    one.jit(["validate"]).ok();
}
