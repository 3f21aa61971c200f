//! Remotes that fail: what was done here is done, what was not is told, and so is how to go on.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{count, issue, settle, sync, tip};
use crate::support::http::HttpServer;
use crate::support::hub::Hub;
use crate::support::proxy::Fault;

#[test]
fn a_hanging_remote_times_out_and_the_work_is_still_there() {
    let (hub, [bob]) = Hub::with_tracker();
    let behind = hub.behind_proxy();
    let ada = hub.clone_as("zoe", &behind.url);
    sync(&ada);
    let id = ada.create("One", []);
    bob.create("Two", []);
    sync(&bob);
    for after in [0, 60, 900] {
        behind.proxy.set(Fault::Hang { after });
        let before = (tip(&ada), hub.tip());
        let start = Instant::now();
        let ran = ada.jit(["sync", "--timeout", "2"]).exits(10);
        let elapsed = start.elapsed();
        assert!(elapsed > Duration::from_millis(1_900) && elapsed < Duration::from_secs(7), "{elapsed:?}");
        assert!(ran.stderr.contains("jit sync") && ran.stderr.contains("2s"), "how to go on: {ran:?}");
        assert_eq!((tip(&ada), hub.tip()), before);
    }
    let json = ada.jit(["sync", "--timeout", "1", "--json"]).exits(10).json();
    assert!(json["error"]["code"].is_string(), "{json}");
    let start = Instant::now();
    ada.jit(["comment", &id, "goes on"]).ok();
    assert!(start.elapsed() < Duration::from_secs(2), "an edit asks no remote");
    behind.proxy.set(Fault::None);
    sync(&ada);
    settle(&hub, &[&ada, &bob]);
    assert_eq!(issue(&bob, &id)["comments"][0]["body"], "goes on");
}

#[test]
fn a_slow_remote_is_waited_for() {
    let hub = Hub::new();
    let behind = hub.behind_proxy();
    let ada = hub.clone_as("ada", &behind.url);
    ada.jit(["init"]).ok();
    behind.proxy.set(Fault::Delay(Duration::from_millis(500)));
    sync(&ada);
    assert_eq!(hub.tip(), Some(tip(&ada)));
}

#[test]
fn much_that_comes_slowly_is_waited_for_as_long_as_it_comes() {
    let (hub, [ada]) = Hub::with_tracker();
    // Hashes, so that nothing can be compressed away.
    let hash = |n: u32| uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, &n.to_be_bytes()).simple().to_string();
    let text = |issue: u32| (0..100).map(|n| hash(100 * issue + n)).collect::<String>();
    let list: Vec<Value> =
        (0..150).map(|n| json!({"title": n.to_string(), "description": text(n)})).collect();
    ada.jit_with_input(json!(list).to_string().as_bytes(), ["issue", "create", "--from", "-"]).ok();
    sync(&ada);
    let behind = hub.behind_proxy();
    let bob = hub.clone_as("zoe", &behind.url);
    behind.proxy.set(Fault::Slow(Duration::from_millis(40)));
    let start = Instant::now();
    bob.jit(["sync", "--timeout", "3"]).ok();
    assert!(start.elapsed() > Duration::from_secs(3), "it was slow: {:?}", start.elapsed());
    assert_eq!(tip(&bob), tip(&ada));
}

#[test]
fn a_connection_that_is_cut_anywhere_loses_nothing_and_doubles_nothing() {
    let (hub, [bob]) = Hub::with_tracker();
    let behind = hub.behind_proxy();
    let ada = hub.clone_as("zoe", &behind.url);
    sync(&ada);
    let id = ada.create("One", []);
    sync(&ada);
    let (mut made, mut failed) = (0, 0);
    for after in (0..3_000).step_by(200) {
        behind.proxy.set(Fault::Cut { after });
        ada.jit(["comment", &id, &format!("cut after {after}")]).ok();
        made += 1;
        let ran = ada.jit(["sync"]);
        assert!([0, 10].contains(&ran.code), "{ran:?}");
        failed += usize::from(ran.code != 0);
        assert_eq!(issue(&ada, &id)["comments"].as_array().unwrap().len(), made);
    }
    assert!(failed > 3, "some were cut: {failed}");
    behind.proxy.set(Fault::None);
    settle(&hub, &[&ada, &bob]);
    assert_eq!(count(&hub.events(), "comment_added", &id), made);
    assert_eq!(issue(&bob, &id)["comments"].as_array().unwrap().len(), made);
    assert_eq!(hub.git(["rev-list", "--count", "--merges", "refs/jit/main"]), "0", "nobody else wrote");
}

#[test]
fn a_claim_whose_connection_is_cut_anywhere_is_either_held_or_free() {
    let (hub, [bob]) = Hub::with_tracker();
    let behind = hub.behind_proxy();
    let ada = hub.clone_as("zoe", &behind.url);
    sync(&ada);
    let mut told = [0; 2];
    let mut ids = Vec::new();
    for after in (0..2_400).step_by(300) {
        behind.proxy.set(Fault::None);
        let id = ada.create(&format!("cut after {after}"), []);
        sync(&ada);
        behind.proxy.set(Fault::Cut { after });
        let ran = ada.jit(["claim", &id, "agent:ada"]);
        assert!([0, 10].contains(&ran.code), "{ran:?}");
        told[usize::from(ran.code != 0)] += 1;
        let here = issue(&ada, &id)["claim"].clone();
        assert_eq!(ran.code == 0, here != Value::Null, "said and done agree: {ran:?}");
        if ran.code == 0 {
            assert!(hub.holds()[&id].contains("agent:ada"), "won only where the remote says so");
            behind.proxy.set(Fault::None);
        } else {
            // Whoever asks next is told the truth: the same agent may always try again.
            behind.proxy.set(Fault::None);
            ada.jit(["claim", &id, "agent:ada"]).ok();
        }
        sync(&bob);
        bob.jit(["claim", &id, "agent:bob"]).exits(5);
        ids.push(id);
    }
    assert!(told[0] > 0 && told[1] > 0, "{told:?}");
    settle(&hub, &[&ada, &bob]);
    assert_eq!(hub.holds().len(), ids.len());
    for id in &ids {
        assert_eq!(count(&hub.events(), "issue_claimed", id), 1);
    }
}

#[test]
fn a_remote_that_takes_no_pushes_is_read_and_what_is_unpublished_is_told() {
    let (hub, [ada, bob]) = Hub::with_tracker();
    let http = HttpServer::new(hub.admin());
    let url = format!("http://{}/hub.git", http.address());
    bob.git(["remote", "set-url", "origin", &url]).ok();
    let theirs = ada.create("Theirs", []);
    sync(&ada);
    let mine = bob.create("Mine", []);
    for refuse in ["config", "hook"] {
        if refuse == "config" {
            hub.git(["config", "http.receivepack", "false"]);
        } else {
            hub.git(["config", "http.receivepack", "true"]);
            hub.hook("pre-receive", "#!/bin/sh\necho 'closed for today' >&2\nexit 1\n");
        }
        let ran = bob.jit(["sync"]).exits(10);
        assert!(ran.stderr.contains("error: "), "{ran:?}");
        if refuse == "hook" {
            assert!(ran.stderr.contains("closed for today"), "the remote's own words: {ran:?}");
        }
        assert_eq!(issue(&bob, &mine)["title"], "Mine");
        bob.jit(["sync", "--pull"]).ok();
        assert_eq!(issue(&bob, &theirs)["title"], "Theirs");
        let ran = bob.jit(["claim", &theirs, "agent:bob"]).exits(10);
        assert_eq!(issue(&bob, &theirs)["claim"], Value::Null, "{ran:?}");
    }
    fs::remove_file(hub.dir().join("hooks/pre-receive")).unwrap();
    settle(&hub, &[&bob, &ada]);
    assert_eq!(issue(&ada, &mine)["title"], "Mine");
}

#[test]
fn a_remote_that_refuses_now_and_then_gets_everything_in_the_end() {
    let (hub, [ada, bob]) = Hub::with_tracker();
    let id = ada.create("One", []);
    settle(&hub, &[&ada, &bob]);
    hub.hook("pre-receive", "#!/bin/sh\n[ $(( $(od -An -N1 -tu1 /dev/urandom) % 2 )) = 0 ]\n");
    for n in 0..8 {
        for clone in [&ada, &bob] {
            clone.jit(["comment", &id, &format!("{n}")]).ok();
            let ran = clone.jit(["sync"]);
            assert!([0, 7, 10].contains(&ran.code), "{ran:?}");
        }
    }
    fs::remove_file(hub.dir().join("hooks/pre-receive")).unwrap();
    settle(&hub, &[&ada, &bob]);
    assert_eq!(issue(&ada, &id)["comments"].as_array().unwrap().len(), 16);
    assert_eq!(count(&hub.events(), "comment_added", &id), 16);
}

#[test]
fn a_remote_that_is_gone_is_named_and_nothing_is_lost() {
    let (hub, [ada]) = Hub::with_tracker();
    let id = ada.create("One", []);
    fs::rename(hub.dir(), ada.path("away.git")).unwrap();
    let before = tip(&ada);
    let ran = ada.jit(["sync"]).exits(10);
    assert!(ran.stderr.contains("origin") && ran.stderr.contains("hub.git"), "{ran:?}");
    assert_eq!((tip(&ada), ran.stdout.as_str()), (before, ""));
    fs::rename(ada.path("away.git"), hub.dir()).unwrap();
    sync(&ada);
    assert_eq!(count(&hub.events(), "issue_created", &id), 1);
}

#[test]
fn a_remote_that_wants_a_password_asks_nobody_where_nobody_is() {
    let (_hub, [ada]) = Hub::with_tracker();
    let locked = HttpServer::locked();
    ada.git(["remote", "set-url", "origin", &format!("http://{}/hub.git", locked.address())]).ok();
    ada.create("One", []);
    let start = Instant::now();
    let ran = ada.jit(["sync"]).exits(10);
    assert!(start.elapsed() < Duration::from_secs(10), "{ran:?}");
    assert!(ran.stderr.starts_with("error: "), "{ran:?}");
}

#[test]
fn a_mutation_that_cannot_be_published_at_once_is_made_and_says_so() {
    let (hub, [ada]) = Hub::with_tracker();
    let id = ada.create("One", []);
    sync(&ada);
    fs::rename(hub.dir(), ada.path("away.git")).unwrap();
    let ran = ada.jit(["comment", &id, "--sync", "hello"]);
    assert_eq!(issue(&ada, &id)["comments"][0]["body"], "hello", "{ran:?}");
    assert!(ran.stderr.contains("jit sync"), "how to go on: {ran:?}");
    fs::rename(ada.path("away.git"), hub.dir()).unwrap();
    sync(&ada);
    assert_eq!(count(&hub.events(), "comment_added", &id), 1);
}
