//! Words that name no issue, several, or one in an unusual way.

use serde_json::Value;

use super::{path_of, plant, refused, refused_as_json, yaml};
use crate::support::Sandbox;

const ONE: &str = "ab12cd34-0000-4000-8000-000000000001";
const TWO: &str = "ab12cd34-0000-4000-8000-000000000002";

/// Every command that takes an id, with `id` as one.
fn commands(id: &str) -> Vec<Vec<&str>> {
    vec![
        vec!["show", id],
        vec!["issue", "show", id],
        vec!["claim", id, "agent:x"],
        vec!["issue", "assign", id, "agent:x"],
        vec!["issue", "unassign", id],
        vec!["issue", "renew", id],
        vec!["comment", id, "text"],
        vec!["update", id, "--title", "new"],
        vec!["done", id],
        vec!["release", id],
        vec!["reject", id],
        vec!["issue", "delete", id],
        vec!["gate", "add", id, "review"],
        vec!["gate", "pass", id, "review"],
        vec!["gate", "fail", id, "review"],
        vec!["gate", "check", id],
        vec!["gate", "rm", id, "review"],
        vec!["graph", "show", id],
        vec!["graph", "downstream", id],
        vec!["events", "query", "--issue", id],
        vec!["log", id],
        vec!["create", "x", "--dep", id],
    ]
}

/// Two issues that share all but their last digit.
fn twins() -> Sandbox {
    let sandbox = Sandbox::with_tracker();
    plant(&sandbox, &path_of(ONE), yaml(ONE, "One", ""));
    plant(&sandbox, &path_of(TWO), yaml(TWO, "Two", ""));
    sandbox
}

#[test]
fn every_command_says_that_there_is_no_such_issue() {
    let sandbox = Sandbox::with_tracker();
    for command in commands("0123-4567") {
        refused(&sandbox, &command, 3, "no issue 01234567");
    }
}

#[test]
fn a_dependency_that_is_no_issue_is_not_found() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    for command in ["add", "rm"] {
        refused(&sandbox, ["dep", command, &id, "0123-4567"], 3, "1234567");
        refused(&sandbox, ["dep", command, "01234567", &id], 3, "no issue 01234567");
    }
    refused(&sandbox, ["update", &id, "--dep", "01234567"], 3, "no issue 01234567");
    refused(&sandbox, ["update", &id, "--remove-dep", "01234567"], 3, "does not depend on 01234567");
}

#[test]
fn words_that_are_no_ids_are_usage_errors() {
    let sandbox = Sandbox::with_tracker();
    let long = "a".repeat(33);
    let huge = "f".repeat(100_000);
    let words =
        ["", " ", "a", "abc", "-a-b-c-", "nope", "12345g", "3f2a/../x", "０１２３", "😀", &long, &huge];
    for word in words {
        refused(&sandbox, ["show", "--", word], 2, "is not an issue id: ");
    }
    for command in commands("nope") {
        refused(&sandbox, &command, 2, "\"nope\" is not an issue id: ");
    }
}

#[test]
fn an_ambiguous_prefix_lists_all_it_may_mean() {
    let sandbox = twins();
    for typed in ["ab12", "AB12CD34", &ONE[..35]] {
        refused(&sandbox, ["show", typed], 2, &format!("is ambiguous: {ONE}, {TWO}"));
    }
    refused(&sandbox, ["issue", "delete", "ab12"], 2, "type more digits");
    let error = refused_as_json(&sandbox, ["done", "ab12"], 2);
    assert_eq!(error["code"], "ambiguous_id");
    assert_eq!(error["details"]["candidates"], serde_json::json!([ONE, TWO]));
}

#[test]
fn one_ambiguous_id_of_several_changes_none() {
    let sandbox = twins();
    let other = sandbox.create("Other", []);
    refused(&sandbox, ["done", &other, "ab12"], 2, "is ambiguous");
    refused(&sandbox, ["update", &other, "ab12", "--priority", "low"], 2, "is ambiguous");
    refused(&sandbox, ["dep", "add", &other, ONE, "ab12"], 2, "is ambiguous");
}

#[test]
fn the_whole_id_settles_which_twin_is_meant() {
    let sandbox = twins();
    assert_eq!(sandbox.json(["show", TWO])["title"], "Two");
    sandbox.jit(["done", ONE]).ok();
    assert_eq!(sandbox.json(["show", ONE])["state"], "done");
    assert_eq!(sandbox.json(["show", TWO])["state"], "ready");
}

#[test]
fn an_id_is_taken_in_every_way_it_is_printed_or_copied() {
    let sandbox = Sandbox::with_tracker();
    let printed = sandbox.jit(["create", "One"]).ok().stdout;
    let id = printed.trim().strip_prefix("Created issue: ").expect("so it says").to_owned();
    let ways = [
        id.clone(),
        id[..8].to_owned(),
        id[..9].to_owned(),
        id.to_uppercase(),
        id.replace('-', ""),
        format!("  {id}\t"),
        printed.trim().to_owned(),
        printed.clone(),
        format!("Claimed issue: {id}"),
    ];
    for way in ways {
        assert_eq!(sandbox.json(["show", &way])["id"], id.as_str(), "{way:?}");
    }
}

#[test]
fn commands_that_take_several_ids_take_the_words_of_an_answer() {
    let sandbox = Sandbox::with_tracker();
    let answers = [sandbox.jit(["create", "One"]).ok().stdout, sandbox.jit(["create", "Two"]).ok().stdout];
    let words: Vec<&str> = answers.iter().flat_map(|answer| answer.split_whitespace()).collect();
    let ids = [words[2], words[5]];
    let with = |before: &[&'static str]| [before, &words].concat();
    sandbox.jit(with(&["dep", "add"])).ok();
    assert_eq!(sandbox.json(["show", ids[0]])["dependencies"], serde_json::json!([ids[1]]));
    let listed = sandbox.json(with(&["show"]));
    assert_eq!(listed["count"], 2);
    sandbox.jit(with(&["dep", "rm"])).ok();
    sandbox.jit(with(&["done"])).ok();
    assert_eq!(sandbox.json(["list", "state:done"])["count"], 2);
}

#[test]
fn commands_that_take_one_id_take_the_words_of_an_answer_too() {
    let sandbox = Sandbox::with_tracker();
    sandbox.jit(["registry", "add", "review"]).ok();
    let answer = sandbox.jit(["create", "One"]).ok().stdout;
    let words: Vec<&str> = answer.split_whitespace().collect();
    let around = |before: &[&'static str], after: &[&'static str]| [before, &words, after].concat();
    sandbox.jit(around(&["gate", "add"], &["review"])).ok();
    sandbox.jit(around(&["claim"], &["agent:x"])).ok();
    sandbox.jit(around(&["issue", "renew"], &["--ttl", "1h"])).ok();
    sandbox.jit(around(&["comment"], &["text"])).ok();
    sandbox.jit(around(&["gate", "pass"], &["review"])).ok();
    sandbox.jit(around(&["release"], &["timeout"])).ok();
    sandbox.jit(around(&["graph", "downstream"], &[])).ok();
    let issue = sandbox.json(["show", words[2]]);
    assert_eq!((&issue["claim"], &issue["comments"][0]["body"]), (&Value::Null, &"text".into()));
    assert_eq!(issue["gates_status"]["review"]["status"], "passed");
}

#[test]
fn words_that_only_look_like_an_answer_are_not_swallowed() {
    let sandbox = Sandbox::with_tracker();
    refused(&sandbox, ["create", "--title", "Fix", "issue:", "login"], 2, "\"issue:\"");
    refused(&sandbox, ["create", "Fix", "issue:", "login"], 2, "\"issue:\"");
    refused(&sandbox, ["show", "Related", "issue:", "nope"], 2, "is not an issue id");
    sandbox.create("login", []);
    assert_eq!(sandbox.json(["search", "Old", "issue:", "login"])["count"], 0, "all words must be found");
}

#[test]
fn an_answer_without_its_id_is_not_taken_for_success() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("One", []);
    for words in [&["issue:"][..], &["Created", "issue:"], &["Created issue:"], &["Created issue: "]] {
        for command in ["show", "done"] {
            refused(&sandbox, [&[command], words].concat(), 2, "is not an issue id");
        }
    }
}

#[test]
fn a_deleted_issue_is_not_found_any_more() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    sandbox.jit(["issue", "delete", &id]).ok();
    refused(&sandbox, ["show", &id], 3, "no issue");
    refused(&sandbox, ["issue", "delete", &id], 3, "no issue");
}

#[test]
fn the_same_issue_named_twice_is_one_issue() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    let ran = sandbox.jit(["done", &id, &id[..8], &id.to_uppercase()]).ok();
    assert_eq!(ran.stdout.lines().count(), 1, "{}", ran.stdout);
    assert_eq!(sandbox.events().iter().filter(|event| event["type"] == "issue_completed").count(), 1);
}
