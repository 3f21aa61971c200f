//! A remote that went backwards: reported, never followed and never overwritten unasked.

use serde_json::Value;

use super::{issue, rev_parse, settle, sync, tip};
use crate::support::Sandbox;
use crate::support::hub::Hub;

/// A hub whose clones agree, and then: a published comment, which the hub loses again, and
/// one of Ada's that was never published. The issue, and the commit the hub lost.
fn rewound() -> (Hub, [Sandbox; 2], String, String) {
    let (hub, [ada, bob]) = Hub::with_tracker();
    let id = ada.create("One", []);
    settle(&hub, &[&ada, &bob]);
    let before = hub.tip().expect("it is there");
    bob.jit(["comment", &id, "published"]).ok();
    settle(&hub, &[&bob, &ada]);
    let lost = hub.tip().expect("it is there");
    ada.jit(["comment", &id, "not published"]).ok();
    hub.git(["update-ref", "refs/jit/main", &before]);
    (hub, [ada, bob], id, lost)
}

/// Insists that every exchange is refused, and that neither side changes.
#[track_caller]
fn refused(hub: &Hub, clone: &Sandbox) {
    let before = (tip(clone), rev_parse(clone, "refs/jit-remotes/origin/main"), hub.tip());
    for args in [&["sync"][..], &["sync", "--pull"], &["sync", "--push"], &["sync", "--dry-run"]] {
        let ran = clone.jit(args);
        assert_eq!(ran.code, 4, "{args:?}: {ran:?}");
        assert!(ran.stderr.contains("--accept-rewind"), "the hint says how to go on: {ran:?}");
        let json = clone.jit(args.iter().copied().chain(["--json"])).exits(4).json();
        assert_eq!(json["error"]["code"], "remote_rewound", "{json}");
        let after = (tip(clone), rev_parse(clone, "refs/jit-remotes/origin/main"), hub.tip());
        assert_eq!(after, before, "{args:?}");
    }
}

fn comments(clone: &Sandbox, id: &str) -> Vec<Value> {
    issue(clone, id)["comments"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|comment| comment["body"].clone())
        .collect()
}

#[test]
fn a_remote_that_was_forced_back_is_not_followed() {
    let (hub, [ada, bob], id, _) = rewound();
    refused(&hub, &ada);
    refused(&hub, &bob);
    assert_eq!(comments(&ada, &id), ["published", "not published"]);
}

#[test]
fn to_look_what_following_would_do_is_not_to_follow() {
    let (hub, [ada, bob], _, _) = rewound();
    for clone in [&ada, &bob] {
        let told = clone.jit(["sync", "--dry-run", "--accept-rewind"]).ok();
        assert!(told.stdout.contains("would have gone back with origin"), "{told:?}");
        refused(&hub, clone);
    }
    hub.git(["update-ref", "-d", "refs/jit/main"]);
    ada.jit(["sync", "--dry-run", "--accept-rewind"]).ok();
    refused(&hub, &ada);
}

#[test]
fn a_remote_that_was_deleted_is_not_followed() {
    let (hub, [ada, bob], id, _) = rewound();
    hub.git(["update-ref", "-d", "refs/jit/main"]);
    refused(&hub, &ada);
    refused(&hub, &bob);
    assert_eq!(comments(&ada, &id), ["published", "not published"]);
    ada.jit(["sync", "--accept-rewind"]).ok();
    assert_eq!(hub.tip(), Some(tip(&ada)));
    assert!(comments(&ada, &id).contains(&"not published".into()));
}

#[test]
fn a_remote_that_was_replaced_by_another_history_is_not_followed() {
    let (hub, [ada, _], _, _) = rewound();
    let cyd = hub.clone_as("cyd", &hub.path());
    cyd.git(["remote", "remove", "origin"]).ok();
    cyd.jit(["init"]).ok();
    cyd.git(["push", "-q", "--force", &hub.path(), "refs/jit/main"]).ok();
    assert_eq!(hub.tip(), Some(tip(&cyd)));
    refused(&hub, &ada);
}

#[test]
fn a_mutation_or_claim_does_not_push_over_a_rewound_remote() {
    let (hub, [ada, _], id, _) = rewound();
    let before = hub.tip();
    let ran = ada.jit(["claim", &id, "agent:ada"]);
    assert!(ran.code == 4 || ran.code == 10, "{ran:?}");
    assert_eq!(hub.tip(), before);
    assert_eq!(hub.holds().len(), 0, "no claim is left behind");
    assert_eq!(issue(&ada, &id)["claim"], Value::Null);
    ada.jit(["comment", &id, "goes on"]).ok();
    ada.jit(["claim", &id, "agent:ada", "--offline"]).ok();
    assert_eq!(hub.tip(), before);
    // Asked a moment ago, the remote is not asked again before a claim.
    hub.git(["update-ref", "refs/jit/main", &rev_parse(&ada, "refs/jit-remotes/origin/main")]);
    settle(&hub, &[&ada]);
    ada.jit(["release", &id]).ok();
    hub.git(["update-ref", "-d", "refs/jit/main"]);
    ada.jit(["claim", &id, "agent:ada"]).exits(4);
    assert_eq!(hub.holds().len(), 0, "no claim is left behind");
}

#[test]
fn a_rewind_that_is_accepted_keeps_what_was_not_published() {
    let (hub, [ada, bob], id, lost) = rewound();
    let ran = ada.jit(["sync", "--accept-rewind"]).ok();
    assert!(!format!("{}{}", ran.stdout, ran.stderr).is_empty(), "it says what it did");
    assert!(comments(&ada, &id).contains(&"not published".into()));
    assert_eq!(hub.tip(), Some(tip(&ada)));
    // What was lost can still be found.
    ada.git(["cat-file", "-e", &lost]).ok();
    sync(&ada);
    if bob.jit(["sync"]).code == 4 {
        bob.jit(["sync", "--accept-rewind"]).ok();
    }
    settle(&hub, &[&ada, &bob]);
    assert!(comments(&bob, &id).contains(&"not published".into()));
    ada.jit(["validate"]).ok();
}

#[test]
fn a_mirror_push_without_the_tracker_is_told_and_what_is_here_stays() {
    let (hub, [ada, bob]) = Hub::with_tracker();
    let id = ada.create("One", []);
    ada.jit(["claim", &id, "agent:ada"]).ok();
    settle(&hub, &[&ada, &bob]);
    let cyd = hub.clone_as("cyd", &hub.path());
    cyd.git(["push", "-q", "--mirror", "origin"]).ok();
    assert_eq!((hub.tip(), hub.holds().len()), (None, 0));
    refused(&hub, &ada);
    refused(&hub, &bob);
    ada.jit(["sync", "--accept-rewind"]).ok();
    assert_eq!(hub.tip(), Some(tip(&ada)));
    sync(&ada);
    assert!(hub.holds()[&id].contains("agent:ada"), "its holder puts it back");
    if bob.jit(["sync"]).code == 4 {
        bob.jit(["sync", "--accept-rewind"]).ok();
    }
    settle(&hub, &[&ada, &bob]);
    assert_eq!(issue(&bob, &id)["claim"]["by"], "agent:ada");
}

#[test]
fn a_remote_that_was_merely_packed_or_collected_is_no_rewind() {
    let (hub, [ada, bob]) = Hub::with_tracker();
    let id = ada.create("One", []);
    settle(&hub, &[&ada, &bob]);
    hub.git(["gc", "-q"]);
    hub.git(["pack-refs", "--all", "--prune"]);
    bob.jit(["comment", &id, "hello"]).ok();
    settle(&hub, &[&bob, &ada]);
    assert_eq!(comments(&ada, &id), ["hello"]);
}

#[test]
fn a_lock_that_is_in_the_way_is_no_rewind() {
    let (hub, [ada, bob]) = Hub::with_tracker();
    ada.create("One", []);
    sync(&ada);
    let lock = bob.repo().join(".git/refs/jit-remotes/origin/main.lock");
    std::fs::write(&lock, "").unwrap();
    let ran = bob.jit(["sync"]);
    // A lock that nobody holds may be removed; what must not be is an untrue story.
    assert!(ran.code == 0 || ran.code == 10 && ran.stderr.contains("lock"), "{ran:?}");
    std::fs::remove_file(&lock).unwrap_or_default();
    settle(&hub, &[&ada, &bob]);
}
