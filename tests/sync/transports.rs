//! The same day of work by two clones, on every way to the remote.

use serde_json::Value;

use super::{fate, issue, rev_parse, settle, sync, tip};
use crate::support::hub::Hub;

fn a_day_of_two_clones(way: &str) {
    let hub = Hub::new();
    let route = hub.route(way);
    let [ada, bob] = ["ada", "bob"].map(|name| hub.clone_as(name, &route.url));
    let branches = hub.git(["for-each-ref"]);

    // One makes the tracker, the other has none until it syncs.
    ada.jit(["init"]).ok();
    let [one, two] = ["One", "Two"].map(|title| ada.create(title, []));
    let went = sync(&ada);
    assert_eq!(went["remote"], "origin");
    assert_eq!(went["url"], route.url.as_str());
    assert_eq!(
        (&went["direction"], &went["dry_run"], &went["adopted"]),
        (&"both".into(), &false.into(), &false.into())
    );
    assert_eq!((&went["pulled"], &went["merged"]), (&Value::Null, &Value::Null));
    assert_eq!(went["pushed"]["to"], tip(&ada).as_str());
    assert_eq!(went["pushed"]["from"], Value::Null);
    assert_eq!((fate(&went, &one, "went"), fate(&went, &one, "came")), (&"created".into(), &Value::Null));
    assert_eq!(hub.tip(), Some(tip(&ada)));
    let none = bob.jit(["ready"]);
    assert_eq!(none.code, 3, "{none:?}");
    assert!(none.stderr.contains("jit sync"), "it says which command brings the tracker: {none:?}");

    let came = sync(&bob);
    assert_eq!(came["adopted"], true);
    assert_eq!((fate(&came, &two, "came"), fate(&came, &two, "went")), (&"created".into(), &Value::Null));
    assert_eq!(
        (tip(&bob), came["pushed"].clone()),
        (tip(&ada), Value::Null),
        "the same history, nothing to add"
    );

    // An edit there comes here.
    bob.jit(["update", &one, "--priority", "high"]).ok();
    assert_eq!(fate(&sync(&bob), &one, "went"), "updated");
    let came = sync(&ada);
    assert_eq!((fate(&came, &one, "came"), &came["pulled"]["commits"]), (&"updated".into(), &1.into()));
    assert_eq!(issue(&ada, &one)["priority"], "high");
    assert_eq!(tip(&ada), tip(&bob), "nothing to merge");

    // Edits on both sides are merged: first parent is what the remote had.
    ada.jit(["update", &one, "--label", "from-ada"]).ok();
    let three = ada.create("Three", []);
    bob.jit(["comment", &one, "from bob"]).ok();
    bob.jit(["update", &two, "--description", "told by bob"]).ok();
    sync(&ada);
    let (upstream, local) = (tip(&ada), tip(&bob));
    let merged = sync(&bob);
    assert_eq!(merged["merged"], tip(&bob).as_str());
    assert_eq!(rev_parse(&bob, "refs/jit/main^1"), upstream);
    assert_eq!(rev_parse(&bob, "refs/jit/main^2"), local);
    assert_eq!(
        (merged["conflicts"].clone(), merged["claims_lost"].clone()),
        (serde_json::json!([]), serde_json::json!([]))
    );
    assert_eq!(fate(&merged, &three, "came"), "created");
    assert_eq!(
        (fate(&merged, &one, "came"), fate(&merged, &one, "went")),
        (&"updated".into(), &"updated".into())
    );
    settle(&hub, &[&ada, &bob]);
    for clone in [&ada, &bob] {
        let one = issue(clone, &one);
        assert_eq!(
            (&one["labels"][0], &one["comments"][0]["body"]),
            (&"from-ada".into(), &"from bob".into())
        );
        assert_eq!(issue(clone, &two)["description"], "told by bob");
        clone.jit(["validate"]).ok();
    }

    // Claims are settled there and then.
    bob.jit(["claim", &one, "agent:bob"]).ok();
    assert!(hub.holds()[&one].contains("agent:bob"));
    ada.jit(["claim", &one, "agent:ada"]).fails(5, "agent:bob");
    bob.jit(["done", &one, "--by", "agent:bob"]).ok();
    bob.jit(["sync"]).ok();
    assert_eq!(hub.holds().len(), 0, "what is done is not held");
    sync(&ada);
    assert_eq!(issue(&ada, &one)["state"], "done");

    assert_eq!(hub.git(["for-each-ref", "refs/heads", "refs/tags"]), branches, "no branch was touched");
}

#[test]
fn by_path() {
    a_day_of_two_clones("path");
}

#[test]
fn by_file_url() {
    a_day_of_two_clones("file");
}

#[test]
fn over_ssh() {
    a_day_of_two_clones("ssh");
}

#[test]
fn by_git_daemon() {
    a_day_of_two_clones("git");
}

#[test]
fn over_http() {
    a_day_of_two_clones("http");
}

#[test]
fn init_in_a_clone_whose_remote_has_a_tracker_adopts_it() {
    let (hub, [ada]) = Hub::with_tracker();
    let id = ada.create("One", []);
    sync(&ada);
    let bob = hub.clone_as("bob", &hub.path());
    bob.jit(["init"]).ok();
    assert_eq!(tip(&bob), tip(&ada), "the same tracker, not another");
    assert_eq!(issue(&bob, &id)["title"], "One");
    bob.jit(["init"]).ok();
    assert_eq!(tip(&bob), tip(&ada));
}

#[test]
fn trackers_made_apart_become_one() {
    let hub = Hub::new();
    let [ada, bob, cyd] = hub.clones();
    let ids = [&ada, &bob, &cyd].map(|clone| {
        // None of them can ask the remote.
        clone.git(["remote", "rename", "origin", "later"]).ok();
        clone.git(["remote", "set-url", "later", "/nowhere/at/all"]).ok();
        clone.jit(["init"]).ok();
        let id = clone.create("Mine", ["--label", "shared"]);
        clone.git(["remote", "set-url", "later", &hub.path()]).ok();
        id
    });
    sync(&ada);
    let merged = sync(&bob);
    assert_eq!(
        (merged["adopted"].clone(), merged["conflicts"].clone()),
        (false.into(), serde_json::json!([]))
    );
    settle(&hub, &[&ada, &bob, &cyd]);
    for clone in [&ada, &bob, &cyd] {
        let listed = clone.json(["list"]);
        assert_eq!(listed["count"], 3);
        for id in &ids {
            assert_eq!(issue(clone, id)["title"], "Mine");
        }
        clone.jit(["validate"]).ok();
    }
}

#[test]
fn a_dry_run_tells_what_would_happen_and_changes_nothing() {
    let (hub, [ada, bob]) = Hub::with_tracker();
    let here = ada.create("Here", []);
    let there = bob.create("There", []);
    sync(&bob);
    let (mine, theirs) = (tip(&ada), hub.tip());
    let told = ada.json(["sync", "--dry-run"]);
    assert_eq!(
        (fate(&told, &here, "went"), fate(&told, &there, "came")),
        (&"created".into(), &"created".into())
    );
    assert_eq!(told["dry_run"], true);
    assert_eq!((tip(&ada), hub.tip()), (mine, theirs));
    let done = sync(&ada);
    assert_eq!(done["issues"], told["issues"]);
}

#[test]
fn pull_brings_and_push_sends_and_neither_does_the_other() {
    let (hub, [ada, bob]) = Hub::with_tracker();
    let there = bob.create("There", []);
    sync(&bob);
    let here = ada.create("Here", []);
    let before = hub.tip();
    let pulled = ada.json(["sync", "--pull"]);
    assert_eq!((&pulled["direction"], fate(&pulled, &there, "came")), (&"pull".into(), &"created".into()));
    assert_eq!((hub.tip(), &pulled["pushed"]), (before, &Value::Null));
    assert!(pulled["unpublished"].as_u64().unwrap() > 0, "{pulled}");
    let pushed = ada.json(["sync", "--push"]);
    assert_eq!((&pushed["direction"], fate(&pushed, &here, "went")), (&"push".into(), &"created".into()));
    assert_eq!((hub.tip(), &pushed["unpublished"]), (Some(tip(&ada)), &0.into()));
    settle(&hub, &[&ada, &bob]);
}

#[test]
fn the_remote_is_chosen_by_name_and_one_that_is_not_there_is_not_found() {
    let (hub, [ada]) = Hub::with_tracker();
    let second = Hub::new();
    ada.git(["remote", "add", "second", &second.path()]).ok();
    let id = ada.create("One", []);
    for args in [&["sync", "nowhere"][..], &["sync", "--remote", "nowhere"]] {
        let ran = ada.jit(args).exits(3);
        assert!(ran.stderr.contains("nowhere"), "{ran:?}");
    }
    let before = hub.tip();
    assert_eq!(ada.json(["sync", "second"])["remote"], "second");
    assert_eq!((second.tip(), hub.tip()), (Some(tip(&ada)), before));
    assert_eq!(ada.json(["sync", "--remote", "origin"])["remote"], "origin");
    assert_eq!(hub.tip(), Some(tip(&ada)));
    let bob = second.clone_as("bob", &second.path());
    sync(&bob);
    assert_eq!(issue(&bob, &id)["title"], "One");
}

#[test]
fn without_a_remote_or_a_tracker_anywhere_nothing_is_found() {
    let hub = Hub::new();
    let [ada, bob] = hub.clones();
    let ran = ada.jit(["sync"]).exits(3);
    assert!(ran.stderr.contains("jit init"), "{ran:?}");
    assert_eq!(hub.git(["for-each-ref", "refs/jit"]), "", "nothing was made up");
    bob.git(["remote", "remove", "origin"]).ok();
    bob.jit(["init"]).ok();
    bob.jit(["sync"]).fails(3, "remote");
}

#[test]
fn linked_worktrees_sync_one_tracker() {
    let (hub, [ada, bob]) = Hub::with_tracker();
    ada.git(["worktree", "add", "-q", "-b", "side", "../ada-side"]).ok();
    let side = ada.path("ada-side");
    let id = ada.create("One", []);
    ada.jit_in(&side, ["sync"]).ok();
    assert_eq!(hub.tip(), Some(tip(&ada)));
    sync(&bob);
    bob.jit(["comment", &id, "hello"]).ok();
    sync(&bob);
    sync(&ada);
    let seen = ada.jit_in(&side, ["show", &id, "--json"]).ok().json();
    assert_eq!(seen["comments"][0]["body"], "hello");
}
