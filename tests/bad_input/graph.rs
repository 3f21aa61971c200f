//! Dependencies that cannot be.

use std::fmt::Write;

use super::{refused, refused_as_json};
use crate::support::Sandbox;

/// Issues of which each depends on the next.
fn chain(length: usize) -> (Sandbox, Vec<String>) {
    let sandbox = Sandbox::with_tracker();
    let mut plan = String::new();
    for n in 0..length {
        let next = if n + 1 < length { format!("k{}", n + 1) } else { String::new() };
        writeln!(plan, "- {{title: Issue {n}, key: k{n}, dependencies: [{next}]}}").expect("it is a string");
    }
    let created = sandbox.jit_with_input(plan.as_bytes(), ["-q", "create", "--from", "-"]).ok();
    (sandbox, created.stdout.lines().map(str::to_owned).collect())
}

/// The circle that closes when the last issue of a chain depends on its first.
fn circle(ids: &[String]) -> String {
    let (first, last) = (ids.first().expect("a chain"), ids.last().expect("a chain"));
    let path = [std::slice::from_ref(last), ids].concat();
    let short: Vec<&str> = path.iter().map(|id| &id[..8]).collect();
    assert!(ids.len() == 1 || first != last);
    short.join(" -> ")
}

#[test]
fn an_issue_cannot_depend_on_itself() {
    let (sandbox, ids) = chain(1);
    let id = ids[0].as_str();
    let expected = format!("{0} -> {0}", &id[..8]);
    refused(&sandbox, ["dep", "add", id, id], 4, &expected);
    refused(&sandbox, ["dep", "add", id, "--on", id], 4, &expected);
    refused(&sandbox, ["update", id, "--dep", id], 4, &expected);
}

#[test]
fn circles_of_any_length_are_refused_with_the_path_that_closes_them() {
    for length in [2, 50] {
        let (sandbox, ids) = chain(length);
        let (first, last) = (ids[0].as_str(), ids[length - 1].as_str());
        refused(&sandbox, ["dep", "add", last, first], 4, &circle(&ids));
        refused(&sandbox, ["update", last, "--dep", first], 4, &circle(&ids));
        let error = refused_as_json(&sandbox, ["dep", "add", last, first], 4);
        let path = [&ids[length - 1..], &ids].concat();
        assert_eq!((&error["code"], &error["details"]["path"]), (&"cycle".into(), &path.into()));
    }
}

#[test]
fn one_edge_of_several_that_closes_a_circle_adds_none() {
    let (sandbox, ids) = chain(3);
    let other = sandbox.create("Other", []);
    refused(&sandbox, ["dep", "add", &ids[2], &other, &ids[0]], 4, "would depend on itself");
    // Each alone is fine; together they are a circle.
    refused(&sandbox, ["update", &other, &ids[0], "--dep", &ids[0], "--dep", &other], 4, "depend on itself");
    assert_eq!(sandbox.json(["show", &ids[2]])["dependencies"], serde_json::json!([]));
}

#[test]
fn an_edge_that_is_there_already_changes_nothing() {
    let (sandbox, ids) = chain(2);
    let before = super::tip(&sandbox);
    sandbox.jit(["dep", "add", &ids[0], &ids[1], &ids[1]]).ok();
    assert_eq!(super::tip(&sandbox), before);
}

#[test]
fn an_edge_that_is_not_there_cannot_be_removed() {
    let (sandbox, ids) = chain(3);
    refused(&sandbox, ["dep", "rm", &ids[0], &ids[2]], 3, "does not depend on");
    refused(&sandbox, ["dep", "rm", &ids[0], &ids[1], &ids[2]], 3, "does not depend on");
    refused(&sandbox, ["dep", "add", &ids[0]], 2, "at least one");
    refused(&sandbox, ["dep", "rm", &ids[0]], 2, "at least one");
}

#[test]
fn an_issue_with_unfinished_dependencies_is_neither_claimed_nor_finished() {
    let (sandbox, ids) = chain(3);
    let blocker = format!("{} is blocked by {}", &ids[0][..8], &ids[1][..8]);
    for state in ["done", "ready", "in_progress", "gated"] {
        refused(&sandbox, ["update", &ids[0], "--state", state], 4, &blocker);
    }
    refused(&sandbox, ["done", &ids[0]], 4, &blocker);
    refused(&sandbox, ["claim", &ids[0], "agent:x"], 4, &blocker);
    let error = refused_as_json(&sandbox, ["done", &ids[0]], 4);
    assert_eq!(error["code"], "blocked");
    assert_eq!(error["details"]["blockers"][0]["id"], ids[1].as_str());
}

#[test]
fn a_dependency_that_comes_while_somebody_works_holds_up_the_end() {
    let (sandbox, ids) = chain(1);
    sandbox.jit(["claim", &ids[0], "agent:x"]).ok();
    let other = sandbox.create("Other", []);
    sandbox.jit(["dep", "add", &ids[0], &other]).ok();
    refused(&sandbox, ["done", &ids[0]], 4, &format!("is blocked by {}", &other[..8]));
    sandbox.jit(["reject", &other]).ok();
    sandbox.jit(["done", &ids[0]]).ok();
}

#[test]
fn all_of_several_issues_are_finished_or_none() {
    let (sandbox, ids) = chain(2);
    let free = sandbox.create("Free", []);
    refused(&sandbox, ["done", &free, &ids[0]], 4, "is blocked by");
    // In an order that frees one after the other it works.
    sandbox.jit(["done", &ids[1], &ids[0], &free]).ok();
}
