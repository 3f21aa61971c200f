//! A release holds or is refused, in whatever order the clones learn of things; and whoever
//! loses a claim is told, whatever command finds it out.

use serde_json::Value;

use super::claims::{lost, shared};
use super::{count, issue, settle, sync};
use crate::support::Sandbox;
use crate::support::hub::Hub;

/// All clones agree that nobody holds the issue.
#[track_caller]
fn is_free(hub: &Hub, clones: &[&Sandbox], id: &str) {
    settle(hub, clones);
    assert_eq!(hub.holds().len(), 0);
    for clone in clones {
        let issue = issue(clone, id);
        assert_eq!((&issue["state"], &issue["claim"]["by"]), (&"ready".into(), &Value::Null));
    }
    for clone in clones {
        assert!(clone.jit(["validate"]).code == 0);
    }
}

/// All clones agree that `agent` holds the issue.
#[track_caller]
fn is_held(hub: &Hub, clones: &[&Sandbox], id: &str, agent: &str) {
    settle(hub, clones);
    assert!(hub.holds()[id].contains(agent), "{:?}", hub.holds());
    for clone in clones {
        assert_eq!(issue(clone, id)["claim"]["by"], agent);
    }
}

#[test]
fn what_only_the_record_shows_is_released_for_good() {
    for published in [false, true] {
        let (hub, [ada, bob], ids) = shared(1);
        bob.jit(["claim", &ids[0], "agent:bob"]).ok();
        if published {
            sync(&bob);
        }
        sync(&ada);
        let ran = ada.jit(["release", &ids[0], "--by", "agent:ada"]).ok();
        let told = format!("warning: this ended the claim of agent:bob on {}, held since ", &ids[0][..8]);
        let is_told = ran.stderr.starts_with(&told) && ran.stderr.lines().count() == 1;
        assert!(is_told || (!published && ran.stderr.is_empty()), "{published}: {}", ran.stderr);
        assert_eq!(hub.holds().len(), 0);
        let synced = sync(&bob);
        let lost = &synced["claims_lost"][0];
        assert_eq!((&lost["issue_id"], &lost["holder"]), (&ids[0].as_str().into(), &"agent:bob".into()));
        assert_eq!(lost["winner"], Value::Null, "{synced}");
        assert_eq!(sync(&bob)["claims_lost"], serde_json::json!([]), "told once");
        is_free(&hub, &[&ada, &bob], &ids[0]);
        assert_eq!(count(&hub.events(), "issue_released", &ids[0]), 1);
        assert_eq!(count(&hub.events(), "claim_lost", &ids[0]), usize::from(!published));
        bob.jit(["renew", &ids[0], "--by", "agent:bob"]).fails(4, "not claimed");
        ada.jit(["claim", &ids[0], "agent:ada"]).ok();
        sync(&bob);
        bob.jit(["done", &ids[0], "--by", "agent:bob"]).fails(5, "agent:ada");
        is_held(&hub, &[&ada, &bob], &ids[0], "agent:ada");
    }
}

#[test]
fn who_was_released_may_finish_what_nobody_holds_like_anyone() {
    let (hub, [ada, bob], ids) = shared(1);
    bob.jit(["claim", &ids[0], "agent:bob"]).ok();
    ada.jit(["release", &ids[0]]).ok();
    let ran = bob.jit(["done", &ids[0], "--by", "agent:bob"]).ok();
    assert!(ran.stderr.contains("agent:bob has lost"), "{ran:?}");
    settle(&hub, &[&ada, &bob]);
    assert_eq!(issue(&ada, &ids[0])["state"], "done");
    assert_eq!(count(&hub.events(), "issue_completed", &ids[0]), 1);
}

#[test]
fn a_release_and_what_came_after_it_are_one_story_for_the_holder() {
    let (hub, [ada, bob, eve], ids) = shared(1);
    bob.jit(["claim", &ids[0], "agent:bob"]).ok();
    ada.jit(["release", &ids[0]]).ok();
    eve.jit(["claim", &ids[0], "agent:eve"]).ok();
    eve.jit(["release", &ids[0], "--by", "agent:eve"]).ok();
    assert_eq!(sync(&bob)["claims_lost"][0]["holder"], "agent:bob");
    is_free(&hub, &[&ada, &bob, &eve], &ids[0]);
    assert_eq!(count(&hub.events(), "issue_released", &ids[0]), 2);
}

#[test]
fn a_former_holder_does_not_release_what_another_claimed_since() {
    let (hub, [ada, bob], ids) = shared(1);
    ada.jit(["claim", &ids[0], "agent:ada"]).ok();
    bob.jit(["release", &ids[0]]).ok();
    bob.jit(["claim", &ids[0], "agent:bob"]).ok();
    let ran = ada.jit(["release", &ids[0], "--by", "agent:ada", "--json"]).exits(5);
    let error = &ran.json()["error"];
    assert_eq!(error["code"], "held_by_another");
    assert_eq!(
        (&error["details"]["asked"], &error["details"]["holder"]),
        (&"agent:ada".into(), &"agent:bob".into())
    );
    assert!(ran.stderr.contains("agent:ada has lost"), "{ran:?}");
    is_held(&hub, &[&ada, &bob], &ids[0], "agent:bob");
    // Now that she sees whose it is, she may: anybody may.
    ada.jit(["release", &ids[0], "--by", "agent:ada"]).ok();
    is_free(&hub, &[&ada, &bob], &ids[0]);
}

#[test]
fn what_was_released_elsewhere_is_not_released_twice() {
    let (hub, [ada, bob], ids) = shared(1);
    ada.jit(["claim", &ids[0], "agent:ada"]).ok();
    sync(&ada);
    bob.jit(["release", &ids[0]]).ok();
    let ran = ada.jit(["release", &ids[0], "--by", "agent:ada"]).exits(4);
    lost(&ran, "agent:ada", "human:bob has ended the claim");
    assert!(ran.stderr.contains("is not claimed"), "{ran:?}");
    is_free(&hub, &[&ada, &bob], &ids[0]);
    assert_eq!(count(&hub.events(), "issue_released", &ids[0]), 1);
}

#[test]
fn a_release_that_meets_the_publication_of_the_claim_ends_it_all_the_same() {
    let (hub, [ada, bob], ids) = shared(1);
    bob.jit(["claim", &ids[0], "agent:bob"]).ok();
    sync(&ada);
    // Bob's claim gets to the remote's tracker just before Ada's push, whose first one loses.
    let push = format!(
        "#!/bin/sh\n[ -e \"$GIT_DIR/once\" ] && exit 0\ntouch \"$GIT_DIR/once\"\n\
         unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES\n\
         git fetch -q '{}' refs/jit/main:refs/jit/main\n",
        bob.repo().display()
    );
    hub.hook("pre-receive", &push);
    ada.jit(["release", &ids[0]]).ok();
    assert!(hub.dir().join("once").exists());
    assert_eq!(hub.holds().len(), 0);
    assert_eq!(issue(&ada, &ids[0])["state"], "ready");
    assert_eq!(sync(&bob)["claims_lost"][0]["holder"], "agent:bob");
    is_free(&hub, &[&ada, &bob], &ids[0]);
}

#[test]
fn a_claim_that_is_released_before_it_is_reported_is_not_held() {
    let (hub, [ada, bob], ids) = shared(1);
    let release = format!(
        "#!/bin/sh\n[ -e once ] && exit 0\ntouch once\nhub=$PWD\nunset $(git rev-parse --local-env-vars)\n\
         cd '{}' && '{}' release {} --by agent:bob > \"$hub/told\" 2>&1\n",
        bob.repo().display(),
        env!("CARGO_BIN_EXE_jit"),
        ids[0]
    );
    hub.hook("post-receive", &release);
    let claimed = ada.jit(["claim", &ids[0], "agent:ada", "--json"]).ok().json();
    let told = std::fs::read_to_string(hub.dir().join("told")).unwrap();
    assert_eq!(count(&hub.events(), "issue_released", &ids[0]), 1, "{told}");
    // Claimed again, and that is what she was told.
    let claim = claimed["claim"]["id"].as_str().unwrap();
    assert!(hub.holds()[&ids[0]].contains(claim), "{:?}", hub.holds());
    is_held(&hub, &[&ada, &bob], &ids[0], "agent:ada");
}

#[test]
fn a_release_that_could_not_be_told_holds_when_it_is_whoever_syncs_first() {
    for holder_first in [false, true] {
        let (hub, [ada, bob], ids) = shared(2);
        for id in &ids {
            bob.jit(["claim", id, "agent:bob"]).ok();
        }
        sync(&ada);
        hub.hook("pre-receive", "#!/bin/sh\nexit 1\n");
        // Known by its record only.
        let ran = ada.jit(["release", &ids[0]]);
        ran.fails(10, "is stored here, but origin does not have it yet");
        std::fs::remove_file(hub.dir().join("hooks/pre-receive")).unwrap();
        let mut order = [&ada, &bob];
        order.rotate_left(usize::from(holder_first));
        for clone in order {
            sync(clone);
        }
        let told = [sync(&bob), sync(&ada)];
        settle(&hub, &[&ada, &bob]);
        assert_eq!(issue(&bob, &ids[0])["claim"], Value::Null, "{told:?}");
        assert_eq!(issue(&ada, &ids[1])["claim"]["by"], "agent:bob");
        assert_eq!(hub.holds().into_keys().collect::<Vec<_>>(), [ids[1].clone()]);
    }
}

#[test]
fn what_only_the_record_shows_is_not_released_offline() {
    let (hub, [ada, bob], ids) = shared(1);
    bob.jit(["claim", &ids[0], "agent:bob"]).ok();
    sync(&ada);
    ada.jit(["release", &ids[0], "--offline"]).fails(5, "agent:bob");
    std::fs::rename(hub.dir(), hub.admin().path("away.git")).unwrap();
    ada.jit(["release", &ids[0]]).fails(10, "cannot reach origin");
    std::fs::rename(hub.admin().path("away.git"), hub.dir()).unwrap();
    is_held(&hub, &[&ada, &bob], &ids[0], "agent:bob");
}

#[test]
fn opening_what_the_record_shows_as_held_is_a_release() {
    for state in ["ready", "open"] {
        let (hub, [ada, bob], ids) = shared(1);
        bob.jit(["claim", &ids[0], "agent:bob"]).ok();
        sync(&ada);
        let ran = ada.jit(["update", &ids[0], "--state", state, "--title", "renamed"]).ok();
        assert!(ran.stdout.starts_with("Updated"), "{ran:?}");
        assert_eq!(sync(&bob)["claims_lost"][0]["holder"], "agent:bob");
        is_free(&hub, &[&ada, &bob], &ids[0]);
        assert_eq!(issue(&bob, &ids[0])["title"], "renamed");
    }
}

#[test]
fn stale_claims_are_released_once_and_only_those_that_were_seen() {
    let (hub, [ada, bob], ids) = shared(2);
    ada.jit(["claim", &ids[0], "agent:ada"]).ok();
    bob.jit(["release", &ids[0]]).ok();
    bob.jit(["claim", &ids[0], "agent:bob"]).ok();
    bob.jit(["claim", &ids[1], "agent:bob"]).ok();
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let released = ada.json(["release", "--stale", "--older-than", "1s"]);
    assert_eq!(released["count"], 2, "{released}");
    assert_eq!(hub.holds().len(), 0);
    let synced = sync(&bob);
    assert_eq!(synced["claims_lost"].as_array().unwrap().len(), 2, "{synced}");
    is_free(&hub, &[&ada, &bob], &ids[0]);
    is_free(&hub, &[&ada, &bob], &ids[1]);
    assert_eq!(count(&hub.events(), "issue_released", &ids[0]), 2);
    assert_eq!(count(&hub.events(), "issue_released", &ids[1]), 1);
}

#[test]
fn whoever_loses_a_provisional_claim_is_told_by_a_command_that_is_refused() {
    let refused: [(&[&str], i32); 5] = [
        (&["claim", "HELD", "agent:bob"], 5),
        (&["renew", "HELD", "--by", "agent:bob"], 5),
        (&["done", "LOST", "--by", "agent:bob"], 5),
        (&["release", "LOST", "--by", "agent:bob"], 5),
        (&["claim-next", "agent:bob", "--filter", "label:none"], 3),
    ];
    for (args, code) in refused {
        for json in [false, true] {
            let (hub, [ada, bob], ids) = shared(2);
            bob.jit(["claim", &ids[0], "agent:bob", "--offline"]).ok();
            for id in &ids {
                ada.jit(["claim", id, "agent:ada"]).ok();
            }
            // The claim is settled by this command, which has another reason to say no.
            let name = |word: &&str| match *word {
                "LOST" => ids[0].clone(),
                "HELD" => ids[1].clone(),
                word => word.to_owned(),
            };
            let mut args: Vec<String> = args.iter().map(name).collect();
            args.extend(json.then(|| "--json".to_owned()));
            let ran = bob.jit(&args).exits(code);
            let told = ran.stderr.matches("warning: agent:bob has lost").count();
            let events = bob.events();
            let lost = count(&events, "claim_lost", &ids[0]);
            assert_eq!(told, lost, "{args:?}: {ran:?}");
            if lost == 0 {
                // Not settled yet: then the sync tells it.
                assert_eq!(sync(&bob)["claims_lost"][0]["holder"], "agent:bob", "{args:?}");
            } else {
                assert_eq!(sync(&bob)["claims_lost"], serde_json::json!([]), "{args:?}: told once");
            }
            settle(&hub, &[&ada, &bob]);
            assert_eq!(issue(&bob, &ids[0])["claim"]["by"], "agent:ada");
        }
    }
}

#[test]
fn whoever_loses_a_provisional_claim_is_told_by_a_publication() {
    let (_hub, [ada, bob], ids) = shared(2);
    bob.jit(["claim", &ids[0], "agent:bob", "--offline"]).ok();
    ada.jit(["claim", &ids[0], "agent:ada"]).ok();
    let ran = bob.jit(["comment", &ids[1], "hi", "--sync"]).ok();
    assert_eq!(ran.stderr.matches("agent:bob has lost").count(), 1, "{ran:?}");
}
