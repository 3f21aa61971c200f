//! Work on both sides at once: what merges, and what is told where it cannot.

use serde_json::{Value, json};

use super::{count, fate, issue, settle, sync};
use crate::support::Sandbox;
use crate::support::hub::Hub;

/// A hub, and two clones that have the issues with these titles.
fn both_have<const N: usize>(titles: [&str; N]) -> (Hub, Sandbox, Sandbox, [String; N]) {
    let (hub, [ada, bob]) = Hub::with_tracker();
    let ids = titles.map(|title| ada.create(title, []));
    settle(&hub, &[&ada, &bob]);
    (hub, ada, bob, ids)
}

/// The only conflict that a sync reports, of a field of an issue.
#[track_caller]
fn only_conflict<'v>(synced: &'v Value, id: &str, field: &str) -> &'v Value {
    let conflicts = synced["conflicts"].as_array().expect("a list");
    assert_eq!(conflicts.len(), 1, "{synced}");
    assert_eq!((&conflicts[0]["issue_id"], &conflicts[0]["field"]), (&id.into(), &field.into()), "{synced}");
    &conflicts[0]
}

/// How many problems that are no conflicts `validate` finds.
fn problems(clone: &Sandbox) -> usize {
    let told = clone.jit(["validate", "--json"]).json();
    let problems = told["problems"].as_array().expect("a list").iter();
    problems.filter(|problem| problem["code"] != "conflict").count()
}

#[test]
fn different_fields_are_both_kept() {
    let (hub, ada, bob, [id]) = both_have(["One"]);
    ada.jit(["update", &id, "--title", "Renamed", "--priority", "critical"]).ok();
    bob.jit(["update", &id, "--description", "Described", "--context", "note=x", "--label", "new"]).ok();
    sync(&ada);
    assert_eq!(sync(&bob)["conflicts"], json!([]));
    settle(&hub, &[&ada, &bob]);
    let one = issue(&ada, &id);
    assert_eq!((&one["title"], &one["priority"]), (&"Renamed".into(), &"critical".into()));
    assert_eq!((&one["description"], &one["context"]["note"]), (&"Described".into(), &"x".into()));
    assert_eq!((&one["labels"], &one["conflicts"]), (&json!(["new"]), &json!([])));
    ada.jit(["validate"]).ok();
}

#[test]
fn both_ends_of_a_description_are_kept() {
    let (hub, ada, bob, [id]) = both_have(["One"]);
    let text = |first: &str, last: &str| format!("{first}\n2\n3\n4\n{last}\n");
    ada.jit(["update", &id, "--description", &text("1", "5")]).ok();
    settle(&hub, &[&ada, &bob]);
    ada.jit(["update", &id, "--description", &text("first", "5")]).ok();
    bob.jit(["update", &id, "--description", &text("1", "last"), "--title", "Renamed"]).ok();
    sync(&ada);
    assert_eq!(sync(&bob)["conflicts"], json!([]));
    settle(&hub, &[&ada, &bob]);
    assert_eq!(issue(&ada, &id)["description"], text("first", "last"));
    assert_eq!(issue(&ada, &id)["title"], "Renamed");
}

#[test]
fn the_same_field_keeps_the_first_that_arrived_and_shows_the_other_until_it_is_settled() {
    let (hub, ada, bob, [id]) = both_have(["One"]);
    ada.jit(["update", &id, "--title", "By Ada"]).ok();
    bob.jit(["update", &id, "--title", "By Bob"]).ok();
    sync(&ada);
    let synced = sync(&bob);
    let conflict = only_conflict(&synced, &id, "title");
    assert_eq!((&conflict["upstream"], &conflict["local"]), (&"By Ada".into(), &"By Bob".into()));
    assert_eq!(conflict["by"], "human:bob");
    settle(&hub, &[&ada, &bob]);
    for clone in [&ada, &bob] {
        let one = issue(clone, &id);
        assert_eq!(one["title"], "By Ada");
        assert_eq!(
            (&one["conflicts"][0]["field"], &one["conflicts"][0]["local"]),
            (&"title".into(), &"By Bob".into())
        );
        assert!(clone.jit(["show", &id]).ok().stdout.contains("By Bob"));
        assert_eq!(clone.json(["conflict", "list"])["count"], 1);
    }
    assert_eq!(count(&hub.events(), "conflict_recorded", &id), 1);
    ada.jit(["conflict", "resolve", &id, "--take", "local"]).ok();
    settle(&hub, &[&ada, &bob]);
    for clone in [&ada, &bob] {
        assert_eq!(
            (&issue(clone, &id)["title"], &issue(clone, &id)["conflicts"]),
            (&"By Bob".into(), &json!([]))
        );
        clone.jit(["validate"]).ok();
    }
}

#[test]
fn the_summary_for_people_names_what_came_went_merged_and_conflicted() {
    let (_hub, ada, bob, [one, two]) = both_have(["First", "Second"]);
    ada.jit(["update", &one, "--title", "By Ada"]).ok();
    bob.jit(["update", &one, "--title", "By Bob"]).ok();
    bob.jit(["comment", &two, "hello"]).ok();
    sync(&ada);
    let ran = bob.jit(["sync"]).ok();
    let told = format!("{}{}", ran.stdout, ran.stderr);
    for word in ["By Ada", "By Bob", &one[..8], &two[..8], "title"] {
        assert!(told.contains(word), "{word:?} is not in {told}");
    }
    assert!(!ran.stdout.contains('\x1b'), "no colours where nobody sees them");
}

#[test]
fn of_two_who_claim_offline_one_loses_and_is_told() {
    let (hub, ada, bob, [id]) = both_have(["One"]);
    ada.jit(["claim", &id, "agent:ada", "--offline"]).ok();
    bob.jit(["claim", &id, "agent:bob", "--offline"]).ok();
    assert_eq!(hub.holds().len(), 0);
    assert_eq!(sync(&ada)["claims_lost"], json!([]));
    assert!(hub.holds()[&id].contains("agent:ada"));
    let synced = sync(&bob);
    let lost = &synced["claims_lost"];
    assert_eq!(lost.as_array().unwrap().len(), 1, "{synced}");
    assert_eq!((&lost[0]["issue_id"], &lost[0]["holder"]), (&id.as_str().into(), &"agent:bob".into()));
    assert!(lost[0]["winner"].to_string().contains("agent:ada"), "{lost}");
    settle(&hub, &[&ada, &bob]);
    for clone in [&ada, &bob] {
        let one = issue(clone, &id);
        assert_eq!((&one["assignee"], &one["claim"]["by"]), (&"agent:ada".into(), &"agent:ada".into()));
        clone.jit(["validate"]).ok();
    }
    assert_eq!(count(&hub.events(), "claim_lost", &id), 1);
    assert_eq!(hub.holds().len(), 1);
    bob.jit(["done", &id, "--by", "agent:bob"]).exits(5);
}

#[test]
fn edges_that_only_together_close_a_cycle_leave_no_cycle() {
    let (hub, ada, bob, [x, y]) = both_have(["x", "y"]);
    ada.jit(["dep", "add", &x, &y]).ok();
    bob.jit(["dep", "add", &y, &x]).ok();
    sync(&ada);
    let synced = sync(&bob);
    let dropped = &synced["dropped_dependencies"];
    assert_eq!(dropped, &json!([{"issue_id": y, "on": x}]), "the one that came later");
    settle(&hub, &[&ada, &bob]);
    assert_eq!(issue(&ada, &x)["dependencies"], json!([y]));
    assert_eq!(issue(&ada, &y)["dependencies"], json!([]));
    assert_eq!(issue(&ada, &y)["conflicts"][0]["field"], "dependencies");
    assert_eq!(problems(&ada), 0);
    assert_eq!(count(&hub.events(), "dependency_removed", &y), 1);
}

#[test]
fn what_one_deleted_and_the_other_came_to_depend_on_stays_deleted_and_blocks_nobody() {
    for deleter_first in [true, false] {
        let (hub, ada, bob, [x, y]) = both_have(["x", "y"]);
        ada.jit(["issue", "delete", &y]).ok();
        bob.jit(["dep", "add", &x, &y]).ok();
        let order = if deleter_first { [&ada, &bob] } else { [&bob, &ada] };
        sync(order[0]);
        sync(order[1]);
        settle(&hub, &[&ada, &bob]);
        for clone in [&ada, &bob] {
            clone.jit(["show", &y]).exits(3);
            let x = issue(clone, &x);
            assert_eq!((&x["dependencies"], &x["state"]), (&json!([]), &"ready".into()));
            assert_eq!(x["conflicts"][0]["field"], "dependencies", "it is told: {x}");
            assert_eq!(problems(clone), 0);
        }
    }
}

#[test]
fn an_edit_outlives_a_deletion() {
    for deleter_first in [true, false] {
        let (hub, ada, bob, [id]) = both_have(["One"]);
        ada.jit(["issue", "delete", &id]).ok();
        bob.jit(["update", &id, "--description", "still wanted"]).ok();
        let order = if deleter_first { [&ada, &bob] } else { [&bob, &ada] };
        sync(order[0]);
        sync(order[1]);
        settle(&hub, &[&ada, &bob]);
        assert_eq!(issue(&ada, &id)["description"], "still wanted");
        assert_eq!(issue(&bob, &id)["title"], "One");
        assert_eq!(problems(&ada), 0);
    }
}

#[test]
fn done_outlives_rejected_and_it_is_told() {
    for doer_first in [true, false] {
        let (hub, ada, bob, [id]) = both_have(["One"]);
        ada.jit(["done", &id]).ok();
        bob.jit(["reject", &id]).ok();
        let order = if doer_first { [&ada, &bob] } else { [&bob, &ada] };
        sync(order[0]);
        only_conflict(&sync(order[1]), &id, "state");
        settle(&hub, &[&ada, &bob]);
        for clone in [&ada, &bob] {
            assert_eq!(issue(clone, &id)["state"], "done");
            assert_eq!(problems(clone), 0);
        }
    }
}

#[test]
fn a_gate_that_both_defined_is_the_first_ones_and_the_difference_is_told() {
    let (hub, ada, bob, [id]) = both_have(["One"]);
    ada.jit(["gate", "define", "tests", "--title", "Tests", "--checker", "make test"]).ok();
    bob.jit(["gate", "define", "tests", "--title", "Tests", "--checker", "cargo test"]).ok();
    bob.jit(["gate", "add", &id, "tests"]).ok();
    sync(&ada);
    let synced = sync(&bob);
    let conflicts = synced["conflicts"].as_array().unwrap();
    assert_eq!(conflicts.len(), 1, "{synced}");
    let conflict = &conflicts[0];
    assert_eq!((&conflict["issue_id"], &conflict["gate"]), (&Value::Null, &"tests".into()));
    assert_eq!((&conflict["upstream"], &conflict["local"]), (&"make test".into(), &"cargo test".into()));
    settle(&hub, &[&ada, &bob]);
    for clone in [&ada, &bob] {
        assert!(clone.json(["registry", "show", "tests"])["checker"].to_string().contains("make test"));
        assert_eq!(issue(clone, &id)["gates_required"], json!(["tests"]));
        assert_eq!(problems(clone), 0);
    }
}

#[test]
fn gates_that_both_reported_are_failed_where_one_failed_them() {
    let (hub, ada, bob, [id]) = both_have(["One"]);
    ada.jit(["gate", "define", "tests"]).ok();
    ada.jit(["gate", "add", &id, "tests"]).ok();
    settle(&hub, &[&ada, &bob]);
    ada.jit(["gate", "pass", &id, "tests"]).ok();
    bob.jit(["gate", "fail", &id, "tests"]).ok();
    sync(&ada);
    sync(&bob);
    settle(&hub, &[&ada, &bob]);
    assert_eq!(issue(&ada, &id)["gates_status"]["tests"]["status"], "failed");
}

#[test]
fn comments_labels_and_edges_of_three_clones_all_add_up() {
    let (hub, [ada, bob, cyd]) = Hub::with_tracker();
    let id = ada.create("One", ["--label", "old"]);
    let other = ada.create("Other", []);
    settle(&hub, &[&ada, &bob, &cyd]);
    ada.jit(["update", &id, "--remove-label", "old"]).ok();
    for (clone, name) in [(&ada, "ada"), (&bob, "bob"), (&cyd, "cyd")] {
        clone.jit(["comment", &id, name]).ok();
        clone.jit(["update", &id, "--label", name]).ok();
    }
    cyd.jit(["dep", "add", &id, &other]).ok();
    for clone in [&ada, &bob, &cyd] {
        assert_eq!(sync(clone)["conflicts"], json!([]));
    }
    settle(&hub, &[&ada, &bob, &cyd]);
    let one = issue(&bob, &id);
    let comments: Vec<_> =
        one["comments"].as_array().unwrap().iter().map(|comment| &comment["body"]).collect();
    assert_eq!(comments, ["ada", "bob", "cyd"]);
    assert_eq!((&one["labels"], &one["dependencies"]), (&json!(["ada", "bob", "cyd"]), &json!([other])));
    assert_eq!(fate(&sync(&bob), &id, "came"), &Value::Null);
}

#[test]
fn settings_that_both_changed_differently_are_told() {
    let (hub, ada, bob, []) = both_have([]);
    ada.jit(["config", "set", "claim.ttl", "1h"]).ok();
    bob.jit(["config", "set", "claim.ttl", "2h"]).ok();
    bob.jit(["config", "set", "strict_gates", "true"]).ok();
    sync(&ada);
    let synced = sync(&bob);
    let conflict = &synced["conflicts"][0];
    assert_eq!((&conflict["field"], &conflict["issue_id"]), (&"claim.ttl".into(), &Value::Null), "{synced}");
    assert_eq!(conflict["by"], "human:bob", "who set the one that does not stand");
    settle(&hub, &[&ada, &bob]);
    assert_eq!(ada.jit(["config", "get", "claim.ttl"]).ok().stdout.trim(), "1h");
    assert_eq!(ada.jit(["config", "get", "strict_gates"]).ok().stdout.trim(), "true");
}

#[test]
fn merges_never_pile_up_when_nothing_changes() {
    let (hub, ada, bob, [id]) = both_have(["One"]);
    ada.jit(["comment", &id, "a"]).ok();
    bob.jit(["comment", &id, "b"]).ok();
    for _ in 0..3 {
        settle(&hub, &[&ada, &bob]);
    }
    assert_eq!(hub.git(["rev-list", "--count", "--merges", "refs/jit/main"]), "1");
    let idle = sync(&ada);
    assert_eq!(
        (&idle["pulled"], &idle["pushed"], &idle["merged"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
}
