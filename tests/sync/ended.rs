//! A claim that somebody else ends, and one whose end the remote does not know yet.

use std::fs;

use super::claims::shared;
use super::{issue, settle, sync};
use crate::support::hub::Hub;
use crate::support::{Ran, Sandbox};

/// Two clones and an issue that `agent:b` holds in the second, which both know.
fn held() -> (Hub, Sandbox, Sandbox, String) {
    let (hub, [ada, bob], ids) = shared(1);
    bob.jit(["claim", &ids[0], "agent:b"]).ok();
    settle(&hub, &[&bob, &ada]);
    (hub, ada, bob, ids[0].clone())
}

fn warnings(ran: &Ran) -> Vec<&str> {
    ran.stderr.lines().filter_map(|line| line.strip_prefix("warning: ")).collect()
}

#[test]
fn a_holder_whose_issue_a_person_finishes_is_told_by_done() {
    let (_hub, ada, bob, id) = held();
    ada.jit(["done", &id, "--by", "human:ada"]).ok();
    let ran = bob.jit(["done", &id, "--by", "agent:b"]).ok();
    assert!(ran.stdout.starts_with("Unchanged issue"), "{ran:?}");
    assert_eq!(warnings(&ran), [format!("agent:b has lost {}: human:ada has finished it", &id[..8])]);
    let again = bob.jit(["done", &id, "--by", "agent:b"]).ok();
    assert!(warnings(&again)[0].starts_with("human:ada has finished"), "{again:?}");
    let hers = ada.jit(["done", &id, "--by", "human:ada"]).ok();
    assert_eq!(warnings(&hers), Vec::<&str>::new());
}

#[test]
fn a_sync_tells_who_ended_a_claim_and_how() {
    for (args, end, why) in [
        (&["done"][..], "done", "human:ada has finished it"),
        (&["reject"], "rejected", "human:ada has rejected it"),
        (&["release"], "released", "human:ada has ended the claim"),
        (&["issue", "delete"], "deleted", "human:ada has deleted it"),
    ] {
        let (_hub, ada, bob, id) = held();
        ada.jit([args, &[&id, "--by", "human:ada", "--sync"]].concat()).ok();
        let synced = bob.jit(["sync"]).ok();
        assert!(synced.stdout.contains(why), "{synced:?}");
        let (_hub, ada, bob, id) = held();
        ada.jit([args, &[&id, "--by", "human:ada", "--sync"]].concat()).ok();
        // With something of its own it is a merge, which tells the same.
        bob.create("other", []);
        let lost = sync(&bob)["claims_lost"][0].clone();
        let told = ["holder", "ended", "ended_by"].map(|key| lost[key].as_str().unwrap_or_default());
        assert_eq!(told, ["agent:b", end, "human:ada"]);
        assert_eq!(lost["winner"], serde_json::Value::Null);
    }
}

#[test]
fn an_agent_that_finishes_its_own_work_elsewhere_has_lost_nothing() {
    let (_hub, ada, bob, id) = held();
    ada.jit(["done", &id, "--by", "agent:b"]).ok();
    assert_eq!(sync(&bob)["claims_lost"], serde_json::json!([]));
}

#[test]
fn a_release_that_the_remote_does_not_know_is_one_story_everywhere() {
    let (hub, ada, bob, id) = held();
    let released = bob.jit(["release", &id, "--offline", "--by", "agent:b"]).ok();
    assert!(warnings(&released)[0].contains("provisional"), "{released:?}");
    let shown = issue(&bob, &id);
    assert_eq!((&shown["state"], &shown["claim"]["by"]), (&"in_progress".into(), &"agent:b".into()));
    assert_eq!(shown["claim"]["released"], true);
    assert!(bob.jit(["show", &id]).ok().stdout.contains("released here"));
    assert!(bob.jit(["status"]).ok().stdout.contains("released here"));
    assert_eq!(bob.json(["list", "state:in_progress"])["issues"][0]["claim"]["released"], true);
    for args in [
        &["renew", &id, "--by", "agent:b"][..],
        &["renew", &id, "--by", "agent:b", "--offline"],
        &["claim", &id, "agent:b", "--offline"],
        &["claim", &id, "agent:c", "--offline"],
    ] {
        let refused = bob.jit([args, &["--json"]].concat()).exits(5);
        assert_eq!(refused.json()["error"]["code"], "release_unpublished", "{args:?}");
    }
    let again = bob.jit(["release", &id, "--offline"]).ok();
    assert!(again.stdout.starts_with("Unchanged"), "{again:?}");
    ada.jit(["claim", &id, "agent:a"]).exits(5);
    let synced = bob.jit(["sync"]).ok();
    assert!(synced.stdout.contains("gave back the claim of agent:b"), "{synced:?}");
    ada.jit(["claim", &id, "agent:a"]).ok();
    settle(&hub, &[&ada, &bob]);
}

#[test]
fn a_claim_after_an_unpublished_release_publishes_it_first() {
    for agent in ["agent:b", "agent:c"] {
        let (hub, ada, bob, id) = held();
        bob.jit(["release", &id, "--offline", "--by", "agent:b"]).ok();
        bob.jit(["claim", &id, agent]).ok();
        settle(&hub, &[&bob, &ada]);
        assert_eq!(issue(&ada, &id)["claim"]["by"], agent);
        assert!(hub.holds()[&id].contains(agent));
        bob.jit(["renew", &id, "--ttl", "1h", "--by", agent]).ok();
        bob.jit(["done", &id, "--by", agent]).ok();
    }
}

#[test]
fn whoever_released_without_a_remote_can_finish_all_the_same() {
    let (hub, ada, bob, id) = held();
    fs::rename(hub.dir(), hub.dir().with_extension("away")).unwrap();
    let released = bob.jit(["release", &id, "--by", "agent:b"]).exits(10);
    assert!(released.stderr.contains("is stored here"), "{released:?}");
    assert_eq!(issue(&bob, &id)["claim"]["released"], true);
    fs::rename(hub.dir().with_extension("away"), hub.dir()).unwrap();
    bob.jit(["done", &id, "--by", "agent:b"]).ok();
    settle(&hub, &[&bob, &ada]);
    assert_eq!(issue(&ada, &id)["state"], "done");
    assert!(hub.holds().is_empty());
}

#[test]
fn a_release_of_what_another_holds_is_provisional_too() {
    let (hub, ada, bob, id) = held();
    ada.jit(["release", &id, "--offline", "--by", "human:ada"]).ok();
    assert_eq!(issue(&ada, &id)["claim"]["released"], true);
    settle(&hub, &[&ada, &bob]);
    assert_eq!(issue(&bob, &id)["state"], "ready");
}

#[test]
fn what_others_hold_on_record_cannot_be_renewed() {
    let (_hub, [ada, bob], ids) = shared(1);
    bob.jit(["claim", &ids[0], "agent:b"]).ok();
    let refused = ada.jit(["renew", &ids[0], "--by", "agent:b", "--json"]).exits(5);
    assert_eq!(refused.json()["error"]["code"], "already_claimed");
}
