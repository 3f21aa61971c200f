//! An issue that one clone deletes while another works on it.

use super::claims::shared;
use super::{issue, settle, sync};
use crate::support::Sandbox;

fn conflicts(clone: &Sandbox) -> Vec<String> {
    let listed = clone.jit(["conflict", "list", "--json"]).ok().json();
    let conflicts = listed["conflicts"].as_array().expect("a list").iter();
    conflicts.map(|one| format!("{} {} by {}", one["field"], one["local"], one["by"])).collect()
}

#[test]
fn a_deletion_against_a_change_is_told_and_loses_nothing_that_came_before_it() {
    let (hub, [ada, bob], ids) = shared(1);
    ada.jit(["reject", &ids[0], "--by", "human:ada"]).ok();
    ada.jit(["issue", "delete", &ids[0], "--by", "human:ada"]).ok();
    bob.jit(["comment", &ids[0], "hey", "--sync"]).ok();
    let synced = ada.jit(["sync"]).ok();
    assert!(synced.stdout.contains("human:ada deleted it"), "{synced:?}");
    let shown = ada.jit(["conflict", "show", &ids[0]]).ok().stdout;
    assert!(shown.contains("deleted by human:ada") && shown.contains("it stays"), "{shown}");
    settle(&hub, &[&ada, &bob]);
    for clone in [&ada, &bob] {
        let shown = issue(clone, &ids[0]);
        assert_eq!(shown["state"], "rejected", "{shown}");
        assert_eq!(shown["comments"][0]["body"], "hey");
        assert_eq!(conflicts(clone), ["\"deleted\" \"yes\" by \"human:ada\""]);
    }
}

#[test]
fn whoever_changed_what_was_deleted_is_told_as_well() {
    let (hub, [ada, bob], ids) = shared(1);
    ada.jit(["issue", "delete", &ids[0], "--by", "human:ada", "--sync"]).ok();
    bob.jit(["update", &ids[0], "--title", "Still wanted"]).ok();
    let synced = bob.jit(["sync", "--json"]).ok().json();
    assert_eq!(synced["conflicts"][0]["field"], "deleted", "{synced}");
    settle(&hub, &[&ada, &bob]);
    assert_eq!(issue(&ada, &ids[0])["title"], "Still wanted");
}

#[test]
fn what_depended_on_a_deleted_issue_does_so_again_when_it_stays() {
    let (hub, [ada, bob], ids) = shared(2);
    ada.jit(["dep", "add", &ids[1], &ids[0]]).ok();
    settle(&hub, &[&ada, &bob]);
    ada.jit(["issue", "delete", &ids[0], "--sync"]).ok();
    bob.jit(["comment", &ids[0], "hey"]).ok();
    settle(&hub, &[&bob, &ada]);
    assert_eq!(issue(&ada, &ids[1])["dependencies"][0], ids[0].as_str());
    assert_eq!(issue(&ada, &ids[1])["state"], "backlog");
    ada.jit(["validate"]).exits(4);
}

#[test]
fn such_a_conflict_is_settled_either_way() {
    let (hub, [ada, bob], ids) = shared(3);
    ada.jit(["dep", "add", &ids[2], &ids[0]]).ok();
    settle(&hub, &[&ada, &bob]);
    for id in &ids[..2] {
        ada.jit(["issue", "delete", id]).ok();
        bob.jit(["comment", id, "hey"]).ok();
    }
    settle(&hub, &[&ada, &bob]);
    ada.jit(["conflict", "resolve", &ids[0], "--take", "maybe"]).exits(4);
    ada.jit(["conflict", "resolve", &ids[0], "--take", "local"]).ok();
    bob.jit(["conflict", "resolve", &ids[1], "--take", "upstream"]).ok();
    settle(&hub, &[&ada, &bob]);
    for clone in [&ada, &bob] {
        clone.jit(["show", &ids[0]]).exits(3);
        assert_eq!(issue(clone, &ids[2])["dependencies"].as_array().unwrap().len(), 0);
        assert_eq!(issue(clone, &ids[1])["comments"][0]["body"], "hey");
        clone.jit(["validate"]).ok();
    }
}

#[test]
fn the_holder_of_what_was_deleted_and_stays_is_told_and_nobody_holds_it_any_more() {
    let (hub, [ada, bob, cyd], ids) = shared(1);
    cyd.jit(["claim", &ids[0], "agent:cyd"]).ok();
    settle(&hub, &[&cyd, &ada, &bob]);
    ada.jit(["issue", "delete", &ids[0], "--sync"]).ok();
    let told = cyd.jit(["sync"]).ok();
    assert!(told.stdout.contains("agent:cyd"), "{told:?}");
    bob.jit(["comment", &ids[0], "hey"]).ok();
    settle(&hub, &[&bob, &cyd, &ada]);
    assert!(hub.holds().is_empty());
    assert_eq!(issue(&ada, &ids[0])["state"], "ready");
    ada.jit(["claim", &ids[0], "agent:ada"]).ok();
}

#[test]
fn a_deletion_far_back_in_a_history_of_merges_is_found() {
    let (hub, [ada, bob, cyd], ids) = shared(2);
    sync(&cyd);
    ada.jit(["reject", &ids[0]]).ok();
    ada.jit(["issue", "delete", &ids[0], "--by", "human:ada"]).ok();
    for n in 0..3 {
        ada.jit(["comment", &ids[1], &format!("a{n}")]).ok();
        bob.jit(["comment", &ids[1], &format!("b{n}")]).ok();
        settle(&hub, &[&ada, &bob]);
    }
    cyd.jit(["comment", &ids[0], "late"]).ok();
    settle(&hub, &[&cyd, &ada, &bob]);
    assert_eq!(issue(&ada, &ids[0])["state"], "rejected");
    assert_eq!(conflicts(&bob), ["\"deleted\" \"yes\" by \"human:ada\""]);
}

#[test]
fn a_gate_that_one_clone_took_out_of_the_registry_and_another_changed_stays() {
    let (hub, [ada, bob], _) = shared(0);
    ada.jit(["registry", "add", "review", "--title", "Review"]).ok();
    settle(&hub, &[&ada, &bob]);
    ada.jit(["registry", "remove", "review", "--sync"]).ok();
    bob.jit(["registry", "update", "review", "--title", "Code review"]).ok();
    settle(&hub, &[&bob, &ada]);
    assert_eq!(conflicts(&ada).len(), 1);
    assert_eq!(ada.json(["registry", "show", "review"])["title"], "Code review");
    ada.jit(["conflict", "resolve", "review", "--take", "local"]).ok();
    ada.jit(["registry", "show", "review"]).exits(3);
    assert!(conflicts(&ada).is_empty());
}

#[test]
fn who_deletes_what_they_last_saw_long_ago_takes_nothing_newer_along() {
    let (hub, [ada, bob, cyd], ids) = shared(1);
    sync(&cyd);
    bob.jit(["update", &ids[0], "--title", "Newer", "--sync"]).ok();
    sync(&cyd);
    bob.jit(["issue", "delete", &ids[0], "--by", "human:bob", "--sync"]).ok();
    ada.jit(["issue", "delete", &ids[0], "--by", "human:ada", "--sync"]).ok();
    cyd.jit(["comment", &ids[0], "hey"]).ok();
    settle(&hub, &[&cyd, &ada, &bob]);
    let shown = issue(&ada, &ids[0]);
    assert_eq!((&shown["title"], &shown["comments"][0]["body"]), (&"Newer".into(), &"hey".into()));
    assert_eq!(conflicts(&ada).len(), 1);
}

#[test]
fn what_two_clones_brought_back_has_the_changes_of_both() {
    let (hub, [ada, bob, cyd], ids) = shared(1);
    ada.jit(["registry", "add", "review"]).ok();
    ada.jit(["gate", "add", &ids[0], "review", "--sync"]).ok();
    settle(&hub, &[&ada, &bob, &cyd]);
    ada.jit(["issue", "delete", &ids[0], "--by", "human:ada", "--sync"]).ok();
    bob.jit(["gate", "remove", &ids[0], "review"]).ok();
    cyd.jit(["update", &ids[0], "--title", "Newer"]).ok();
    // Each meets the deletion by itself.
    bob.jit(["sync", "--pull"]).ok();
    settle(&hub, &[&cyd, &bob, &ada]);
    let shown = issue(&ada, &ids[0]);
    assert_eq!((&shown["title"], &shown["gates_status"]), (&"Newer".into(), &serde_json::json!({})));
    assert_eq!(conflicts(&ada), ["\"deleted\" \"yes\" by \"human:ada\""]);
}
