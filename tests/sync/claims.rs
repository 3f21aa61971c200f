//! Claims that hold across clones: the remote says who won before anybody is told.

use std::thread;

use serde_json::Value;

use super::{count, issue, settle, sync, tip};
use crate::support::hub::Hub;
use crate::support::{Ran, Sandbox};

/// A hub, and clones that all have as many issues; their ids.
pub fn shared<const N: usize>(issues: usize) -> (Hub, [Sandbox; N], Vec<String>) {
    let (hub, clones) = Hub::with_tracker();
    let ids = (0..issues).map(|n| clones[0].create(&format!("issue {n}"), [])).collect();
    for clone in &clones {
        sync(clone);
    }
    (hub, clones, ids)
}

/// Lets all clones do something at once; how it ended for each.
pub fn at_once(clones: &[Sandbox], act: impl Fn(usize, &Sandbox) -> Ran + Sync) -> Vec<Ran> {
    thread::scope(|scope| {
        let act = &act;
        let start = |(n, clone)| scope.spawn(move || act(n, clone));
        let running: Vec<_> = clones.iter().enumerate().map(start).collect();
        running.into_iter().map(|running| running.join().expect("no panic")).collect()
    })
}

/// Insists that a command which failed told, once, that `holder` has lost a claim, and why.
#[track_caller]
pub fn lost(ran: &Ran, holder: &str, why: &str) {
    let told: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with("warning: ")).collect();
    let is_told =
        told.len() == 1 && told[0].contains(&format!("{holder} has lost")) && told[0].ends_with(why);
    assert!(is_told && ran.stdout.is_empty() && ran.stderr.contains("\nerror: "), "{ran:?}");
}

#[test]
fn a_claim_is_at_the_remote_before_it_is_reported() {
    let (hub, [ada, bob], ids) = shared(1);
    ada.jit(["claim", &ids[0], "agent:ada"]).ok();
    let holds = hub.holds();
    assert_eq!(holds.keys().collect::<Vec<_>>(), [&ids[0]]);
    let claim = issue(&ada, &ids[0])["claim"]["id"].as_str().unwrap().to_owned();
    for text in ["agent:ada", &claim, &ids[0]] {
        assert!(holds[&ids[0]].contains(text), "{text:?} is not in {holds:?}");
    }
    // The other has not synced since, and is told all the same.
    let ran = bob.jit(["claim", &ids[0], "agent:bob", "--json"]).exits(5);
    let error = &ran.json()["error"];
    assert_eq!(
        (&error["code"], &error["details"]["holder"]),
        (&"already_claimed".into(), &"agent:ada".into())
    );
    settle(&hub, &[&ada, &bob]);
    assert_eq!(count(&hub.events(), "issue_claimed", &ids[0]), 1, "who loses stores nothing");
    bob.jit(["claim", &ids[0], "agent:ada"]).exits(5);
}

#[test]
fn claim_next_goes_on_to_the_next_when_somebody_else_was_first() {
    let (hub, [ada, bob], ids) = shared(2);
    let first = ada.jit(["claim-next", "agent:ada"]).ok().stdout.trim().to_owned();
    let second = bob.jit(["claim-next", "agent:bob"]).ok().stdout.trim().to_owned();
    assert_ne!(first, second);
    assert_eq!(hub.holds().len(), 2);
    ada.jit(["claim-next", "agent:ada-2"]).exits(3);
    bob.jit(["claim-next", "agent:bob-2"]).exits(3);
    settle(&hub, &[&ada, &bob]);
    for id in &ids {
        assert_eq!(count(&hub.events(), "issue_claimed", id), 1);
        assert_eq!(issue(&ada, id)["claim"], issue(&bob, id)["claim"]);
    }
}

#[test]
fn of_eight_clones_that_want_the_same_issue_one_wins() {
    let (hub, clones, ids) = shared::<8>(3);
    for id in &ids {
        let told = at_once(&clones, |n, clone| clone.jit(["claim", id, &format!("agent:{n}")]));
        let won: Vec<usize> = (0..8).filter(|n| told[*n].code == 0).collect();
        assert_eq!(won.len(), 1, "{told:#?}");
        let winner = format!("agent:{}", won[0]);
        for loser in told.iter().filter(|ran| ran.code != 0) {
            assert!(loser.code == 5 && loser.stderr.contains(&winner), "{winner} won, but {loser:?}");
        }
        assert!(hub.holds()[id].contains(&winner));
    }
    settle(&hub, &clones.each_ref());
    for id in &ids {
        assert_eq!(count(&hub.events(), "issue_claimed", id), 1);
        assert_eq!(count(&hub.events(), "claim_lost", id), 0);
    }
}

#[test]
fn eight_clones_that_take_what_comes_all_get_something_else() {
    let (hub, clones, ids) = shared::<8>(8);
    let told = at_once(&clones, |n, clone| clone.jit(["claim-next", &format!("agent:{n}")]));
    let mut got: Vec<_> = told.into_iter().map(|ran| ran.ok().stdout.trim().to_owned()).collect();
    got.sort();
    let mut ids = ids;
    ids.sort();
    assert_eq!(got, ids);
    assert_eq!(hub.holds().into_keys().collect::<Vec<_>>(), ids);
}

#[test]
fn an_offline_claim_is_visibly_provisional_until_a_sync_makes_it_good() {
    let (hub, [ada, bob], ids) = shared(1);
    let ran = ada.jit(["claim", &ids[0], "agent:ada", "--offline"]).ok();
    assert!(format!("{}{}", ran.stdout, ran.stderr).contains("provisional"), "{ran:?}");
    assert_eq!(hub.holds().len(), 0);
    sync(&ada);
    assert!(hub.holds()[&ids[0]].contains("agent:ada"));
    bob.jit(["claim", &ids[0], "agent:bob"]).exits(5);
}

#[test]
fn an_offline_claim_loses_against_one_that_the_remote_has() {
    let (hub, [ada, bob], ids) = shared(1);
    ada.jit(["claim", &ids[0], "agent:ada", "--offline"]).ok();
    bob.jit(["claim", &ids[0], "agent:bob"]).ok();
    let lost = &sync(&ada)["claims_lost"];
    assert_eq!((&lost[0]["issue_id"], &lost[0]["holder"]), (&ids[0].as_str().into(), &"agent:ada".into()));
    settle(&hub, &[&bob, &ada]);
    assert_eq!(issue(&ada, &ids[0])["claim"]["by"], "agent:bob");
    assert!(hub.holds()[&ids[0]].contains("agent:bob"));
}

#[test]
fn the_claim_ref_decides_even_if_the_loser_published_first() {
    let (hub, [ada, bob], ids) = shared(1);
    bob.jit(["claim", &ids[0], "agent:bob"]).ok();
    // Ada's claim gets to the remote's main with plain git, before Bob published his.
    ada.jit(["claim", &ids[0], "agent:ada", "--offline"]).ok();
    if hub.try_git(["merge-base", "--is-ancestor", "refs/jit/main", &tip(&ada)]).code == 0 {
        ada.git(["push", "-q", "origin", "refs/jit/main"]).ok();
    }
    settle(&hub, &[&bob, &ada]);
    for clone in [&ada, &bob] {
        assert_eq!(issue(clone, &ids[0])["claim"]["by"], "agent:bob");
    }
    assert_eq!(count(&hub.events(), "claim_lost", &ids[0]), 1);
}

#[test]
fn what_is_released_may_be_claimed_by_anybody_at_once() {
    let (hub, [ada, bob], ids) = shared(1);
    for _ in 0..2 {
        ada.jit(["claim", &ids[0], "agent:ada"]).ok();
        bob.jit(["claim", &ids[0], "agent:bob"]).exits(5);
        ada.jit(["release", &ids[0], "--by", "agent:ada"]).ok();
        assert_eq!(hub.holds().len(), 0);
        bob.jit(["claim", &ids[0], "agent:bob"]).ok();
        ada.jit(["claim", &ids[0], "agent:ada"]).exits(5);
        bob.jit(["release", &ids[0], "--by", "agent:bob"]).ok();
    }
    settle(&hub, &[&ada, &bob]);
    assert_eq!(issue(&ada, &ids[0])["state"], "ready");
    assert_eq!(count(&hub.events(), "issue_claimed", &ids[0]), 4);
    assert_eq!(count(&hub.events(), "claim_lost", &ids[0]), 0);
}

#[test]
fn when_a_hold_is_gone_the_remote_already_says_why() {
    let (hub, [ada, bob], ids) = shared(1);
    // A push that deletes a claim must bring the reason along, or have brought it.
    hub.hook(
        "reference-transaction",
        "#!/bin/sh\n[ \"$1\" = committed ] || exit 0\n\
         while read old new ref; do case $ref in refs/jit/claims/*) case $new in *[1-9a-f]*) ;; *)\n\
         git log -1 --format=%B refs/jit/main >> at-deletion;; esac;; esac; done\n",
    );
    ada.jit(["claim", &ids[0], "agent:ada"]).ok();
    ada.jit(["done", &ids[0], "--by", "agent:ada"]).ok();
    sync(&ada);
    assert_eq!(hub.holds().len(), 0);
    let seen = std::fs::read_to_string(hub.dir().join("at-deletion")).unwrap();
    assert!(seen.contains("issue_completed") || seen.contains("merged"), "{seen}");
    assert_eq!(count(&hub.events(), "issue_completed", &ids[0]), 1);
    bob.jit(["claim", &ids[0], "agent:bob"]).exits(4);
    assert_eq!(hub.holds().len(), 0, "what was tried in vain leaves nothing");
}

#[test]
fn what_the_remote_says_meanwhile_counts_not_what_the_clone_last_saw() {
    let (hub, [ada, bob], ids) = shared(3);
    ada.jit(["reject", &ids[0]]).ok();
    ada.jit(["dep", "add", &ids[1], &ids[2]]).ok();
    sync(&ada);
    bob.jit(["claim", &ids[0], "agent:bob"]).exits(4);
    bob.jit(["claim", &ids[1], "agent:bob"]).exits(4);
    assert_eq!(bob.jit(["claim-next", "agent:bob"]).ok().stdout.trim(), ids[2]);
    assert_eq!(hub.holds().into_keys().collect::<Vec<_>>(), [ids[2].clone()]);
}

#[test]
fn a_held_issue_is_never_ready_whoever_asks() {
    let (hub, [ada, bob], ids) = shared(2);
    ada.jit(["claim", &ids[0], "agent:ada"]).ok();
    // Only the claim ref tells Bob, if the claim was not published yet.
    bob.jit(["sync", "--pull"]).ok();
    let ready = bob.jit(["-q", "ready"]).ok().stdout;
    assert_eq!(ready.lines().collect::<Vec<_>>(), [ids[1].as_str()]);
    settle(&hub, &[&ada, &bob]);
    assert_eq!(bob.jit(["-q", "ready"]).ok().stdout.trim(), ids[1]);
}

#[test]
fn who_holds_it_only_at_the_remote_holds_it_here_too() {
    let (hub, [ada, bob], ids) = shared(1);
    ada.jit(["claim", &ids[0], "agent:ada"]).ok();
    sync(&bob);
    // As with a claim that the tracker itself shows: anybody may reject or release.
    bob.jit(["done", &ids[0], "--by", "agent:bob"]).fails(5, "agent:ada");
    bob.jit(["claim", &ids[0], "agent:bob", "--offline"]).fails(5, "agent:ada");
    bob.jit(["comment", &ids[0], "anybody may say something"]).ok();
    settle(&hub, &[&bob, &ada]);
    assert!(hub.holds()[&ids[0]].contains("agent:ada"));
    assert_eq!(issue(&bob, &ids[0])["claim"]["by"], "agent:ada");
}

#[test]
fn without_the_remote_a_claim_is_refused_and_the_way_on_is_told() {
    let (hub, [ada], ids) = shared(1);
    let before = tip(&ada);
    std::fs::rename(hub.dir(), hub.admin().path("away.git")).unwrap();
    for args in [&["claim", &ids[0], "agent:ada"][..], &["claim-next", "agent:ada"]] {
        let ran = ada.jit(args).exits(10);
        assert!(ran.stderr.contains("--offline"), "{ran:?}");
        assert_eq!(ran.stdout, "");
    }
    assert_eq!((tip(&ada), &issue(&ada, &ids[0])["claim"]), (before, &Value::Null));
    ada.jit(["claim", &ids[0], "agent:ada", "--offline"]).ok();
    ada.jit(["sync"]).exits(10);
    std::fs::rename(hub.admin().path("away.git"), hub.dir()).unwrap();
    sync(&ada);
    assert_eq!(hub.holds().len(), 1);
}

#[test]
fn every_change_is_published_at_once_where_asked_for() {
    let (hub, [ada, bob], ids) = shared(1);
    bob.jit(["comment", &ids[0], "--sync", "at once"]).ok();
    assert_eq!(hub.tip(), Some(tip(&bob)));
    ada.jit(["config", "set", "sync.auto", "mutation"]).ok();
    settle(&hub, &[&ada, &bob]);
    bob.jit(["comment", &ids[0], "now by itself"]).ok();
    assert_eq!(hub.tip(), Some(tip(&bob)));
    sync(&ada);
    assert_eq!(issue(&ada, &ids[0])["comments"].as_array().unwrap().len(), 2);
}

#[test]
fn processes_of_one_clone_share_their_way_to_the_remote() {
    let (hub, [ada, bob], ids) = shared(8);
    let same: Vec<Sandbox> = (0..8).map(|_| ada.clone()).collect();
    let told = at_once(&same, |n, clone| clone.jit(["claim-next", &format!("agent:{n}")]));
    let mut got: Vec<_> = told.into_iter().map(|ran| ran.ok().stdout.trim().to_owned()).collect();
    got.sort();
    got.dedup();
    assert_eq!(got.len(), ids.len());
    let told = at_once(&same, |_, clone| clone.jit(["sync"]));
    for ran in told {
        ran.ok();
    }
    settle(&hub, &[&ada, &bob]);
    assert_eq!(hub.holds().len(), 8);
}

#[test]
fn who_lost_a_claim_without_knowing_cannot_finish_what_another_took_over() {
    let (hub, [ada, bob], ids) = shared(1);
    ada.jit(["config", "set", "claim.skew", "0s"]).ok();
    ada.jit(["claim", &ids[0], "agent:ada", "--ttl", "1s"]).ok();
    sync(&ada);
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    sync(&bob);
    bob.jit(["claim", &ids[0], "agent:bob"]).ok();
    lost(&ada.jit(["done", &ids[0], "--by", "agent:ada"]).exits(5), "agent:ada", "agent:bob holds it");
    assert!(hub.holds()[&ids[0]].contains("agent:bob"));
    bob.jit(["done", &ids[0], "--by", "agent:bob"]).ok();
}

#[test]
fn a_provisional_claim_is_settled_before_the_issue_is_finished() {
    let (hub, [ada, bob], ids) = shared(1);
    bob.jit(["claim", &ids[0], "agent:bob", "--offline"]).ok();
    ada.jit(["claim", &ids[0], "agent:ada"]).ok();
    lost(&bob.jit(["done", &ids[0], "--by", "agent:bob"]).exits(5), "agent:bob", "agent:ada holds it");
    assert!(hub.holds()[&ids[0]].contains("agent:ada"));
    ada.jit(["done", &ids[0], "--by", "agent:ada"]).ok();
    assert_eq!(hub.holds().len(), 0);
}

#[test]
fn a_claim_that_another_released_is_not_renewed() {
    let (_hub, [ada, bob], ids) = shared(1);
    ada.jit(["claim", &ids[0], "agent:ada", "--ttl", "1h"]).ok();
    sync(&ada);
    sync(&bob);
    bob.jit(["release", &ids[0]]).ok();
    let ran = ada.jit(["renew", &ids[0], "--by", "agent:ada"]).exits(4);
    lost(&ran, "agent:ada", "human:bob has ended the claim");
    assert!(ran.stderr.contains("is not claimed"), "{ran:?}");
}
