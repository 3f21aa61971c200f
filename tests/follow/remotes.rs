//! What other clones publish.

use std::collections::BTreeSet;

use nix::sys::signal::Signal;
use serde_json::Value;

use super::{Follower, eventually, ids};
use crate::support::Sandbox;
use crate::support::hub::Hub;

fn sync(clone: &Sandbox) {
    clone.jit(["sync"]).ok();
}

#[test]
fn what_merges_bring_is_printed_once_each_change_after_what_it_builds_on() {
    let (_hub, [ada, bob, cyd]) = Hub::with_tracker();
    let follower = Follower::start(&bob, ["--sync", "1"]);
    for round in 0..3 {
        for clone in [&ada, &bob, &cyd] {
            let id = clone.create(&format!("Round {round}"), []);
            clone.jit(["comment", &id, "later"]).ok();
            if round < 2 {
                sync(clone);
            }
        }
    }
    [&ada, &cyd].into_iter().for_each(sync);
    eventually("bob has what they have", || {
        let mine: BTreeSet<String> = ids(&bob.events()).into_iter().collect();
        ids(&cyd.events()).iter().all(|id| mine.contains(id))
    });
    let is_new = |event: &Value| event["type"] != "config_changed";
    let events: Vec<Value> = bob.events().into_iter().filter(is_new).collect();
    let expected: BTreeSet<String> = ids(&events).into_iter().collect();
    follower.wait_for(expected.len());
    let printed = follower.ids();
    assert_eq!(printed.iter().cloned().collect::<BTreeSet<_>>(), expected);
    assert_eq!(printed.len(), expected.len(), "none comes twice");
    let place = |id: &str| printed.iter().position(|printed| printed == id);
    let log = bob.git(["log", "--format=%H %P|%(trailers:key=Jit-Event,valueonly)", "refs/jit/main"]).ok();
    assert!(log.stdout.contains("merged"), "there was a merge");
    for event in follower.events().iter().filter(|event| event["type"] == "comment_added") {
        let created = follower
            .events()
            .into_iter()
            .find(|other| other["type"] == "issue_created" && other["issue_id"] == event["issue_id"]);
        let created = created.expect("it was printed")["id"].clone();
        assert!(place(created.as_str().unwrap()) < place(event["id"].as_str().unwrap()));
    }
}

#[test]
fn a_remote_that_is_away_is_told_once_and_waited_for() {
    let (hub, [ada, bob]) = Hub::with_tracker();
    let follower = Follower::start(&bob, ["--sync", "1"]);
    std::fs::rename(hub.dir(), ada.path("away.git")).unwrap();
    bob.create("Mine", []);
    follower.wait_for(1);
    std::thread::sleep(std::time::Duration::from_secs(4));
    std::fs::rename(ada.path("away.git"), hub.dir()).unwrap();
    let theirs = ada.create("Theirs", []);
    sync(&ada);
    eventually("it comes", || follower.events().iter().any(|event| event["issue_id"] == theirs.as_str()));
    let (status, said) = follower.end(Signal::SIGTERM);
    assert_eq!(status, Some(0));
    assert_eq!(said.matches("trying again").count(), 1, "{said}");
    assert_eq!(said.matches("origin answers again").count(), 1, "{said}");
}

#[test]
fn there_must_be_a_remote_to_ask() {
    let sandbox = Sandbox::with_tracker();
    sandbox.jit(["events", "tail", "-n", "0", "--follow", "--sync"]).fails(3, "no remote");
    sandbox.jit(["events", "tail", "--sync", "0"]).exits(2);
    sandbox.jit(["events", "tail", "--sync", "5", "--offline"]).exits(2);
}
