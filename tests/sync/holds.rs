//! How long a claim holds: renewed, expired, taken over, vanished from the remote, left over.

use std::thread;
use std::time::Duration;

use super::claims::{at_once, shared};
use super::{issue, settle, sync};
use crate::support::hub::Hub;

/// The commit of a claim ref, if it is there.
fn record(hub: &Hub, id: &str) -> Option<String> {
    let ran = hub.try_git(["rev-parse", "-q", "--verify", &format!("refs/jit/claims/{id}")]);
    (ran.code == 0).then(|| ran.stdout.trim().to_owned())
}

#[test]
fn renewing_goes_on_from_the_record_that_is_there() {
    let (hub, [ada, bob], ids) = shared(1);
    ada.jit(["claim", &ids[0], "agent:ada", "--ttl", "1h"]).ok();
    let before = record(&hub, &ids[0]).unwrap();
    ada.jit(["renew", &ids[0], "--ttl", "5h", "--by", "agent:ada"]).ok();
    let after = record(&hub, &ids[0]).unwrap();
    assert_eq!(hub.git(["rev-parse", &format!("{after}^")]), before);
    let expires = issue(&ada, &ids[0])["claim"]["expires"].clone();
    settle(&hub, &[&ada, &bob]);
    assert_eq!(issue(&bob, &ids[0])["claim"]["expires"], expires);
}

#[test]
fn an_expired_hold_is_taken_over_by_exactly_one_and_the_late_holder_is_told() {
    let (hub, clones, ids) = shared::<4>(1);
    let [ada, rivals @ ..] = &clones;
    ada.jit(["config", "set", "claim.skew", "0s"]).ok();
    settle(&hub, &clones.each_ref());
    ada.jit(["claim", &ids[0], "agent:sleepy", "--ttl", "1s"]).ok();
    rivals[0].jit(["claim", &ids[0], "agent:early"]).exits(5);
    thread::sleep(Duration::from_millis(1_200));
    let told = at_once(rivals, |n, clone| clone.jit(["claim", &ids[0], &format!("agent:{n}")]));
    let won: Vec<usize> = (0..rivals.len()).filter(|n| told[*n].code == 0).collect();
    assert_eq!(won.len(), 1, "{told:#?}");
    assert!(told.iter().all(|ran| ran.code == 0 || ran.code == 5), "{told:#?}");
    ada.jit(["renew", &ids[0], "--by", "agent:sleepy"]).exits(5);
    settle(&hub, &clones.each_ref());
    assert_eq!(issue(ada, &ids[0])["claim"]["by"], format!("agent:{}", won[0]).as_str());
    ada.jit(["done", &ids[0], "--by", "agent:sleepy"]).exits(5);
}

#[test]
fn a_hold_that_expired_a_moment_ago_is_left_alone_since_clocks_differ() {
    let (_hub, [ada, bob], ids) = shared(1);
    ada.jit(["claim", &ids[0], "agent:ada", "--ttl", "1s"]).ok();
    sync(&bob);
    thread::sleep(Duration::from_millis(1_200));
    bob.jit(["claim", &ids[0], "agent:bob"]).exits(5);
    ada.jit(["renew", &ids[0], "--ttl", "1h", "--by", "agent:ada"]).ok();
}

#[test]
fn a_hold_that_vanished_from_the_remote_is_put_back_by_its_holder() {
    let (hub, [ada, bob], ids) = shared(2);
    ada.jit(["claim", &ids[0], "agent:ada"]).ok();
    bob.jit(["claim", &ids[1], "agent:bob"]).ok();
    settle(&hub, &[&ada, &bob]);
    // A mirror of a clone that knows nothing of claims.
    hub.git(["update-ref", "-d", &format!("refs/jit/claims/{}", ids[0])]);
    bob.jit(["claim", &ids[0], "agent:thief"]).exits(5);
    sync(&ada);
    assert!(hub.holds()[&ids[0]].contains("agent:ada"), "{:?}", hub.holds());
    assert_eq!(hub.holds().len(), 2);
}

#[test]
fn a_hold_of_something_finished_is_removed_by_whoever_sees_it() {
    let (hub, [ada, bob], ids) = shared(1);
    ada.jit(["claim", &ids[0], "agent:ada"]).ok();
    let left_over = record(&hub, &ids[0]).unwrap();
    ada.jit(["done", &ids[0], "--by", "agent:ada"]).ok();
    sync(&ada);
    hub.git(["update-ref", &format!("refs/jit/claims/{}", ids[0]), &left_over]);
    settle(&hub, &[&bob, &ada]);
    assert_eq!(record(&hub, &ids[0]), None);
    assert_eq!(issue(&bob, &ids[0])["state"], "done");
}

#[test]
fn deleting_a_held_issue_leaves_no_hold() {
    let (hub, [ada, bob], ids) = shared(1);
    ada.jit(["claim", &ids[0], "agent:ada"]).ok();
    let ran = ada.jit(["issue", "delete", &ids[0], "--by", "agent:ada"]);
    assert!(ran.code == 0 || ran.code == 5, "{ran:?}");
    settle(&hub, &[&ada, &bob]);
    assert_eq!(hub.holds().len(), usize::from(ran.code == 5));
}
