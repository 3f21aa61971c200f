//! The scripts of the patterns.

use std::fs;
use std::net::TcpListener;

use super::{Background, all_done, install, states};
use crate::follow::eventually;
use crate::support::hub::{Hub, executable};
use crate::support::{Sandbox, run};

fn lines(sandbox: &Sandbox, file: &str) -> Vec<String> {
    fs::read_to_string(sandbox.path(file)).unwrap_or_default().lines().map(str::to_owned).collect()
}

#[test]
fn an_orchestrator_reacts_to_what_happens_here_and_elsewhere() {
    let (_hub, [ada, bob]) = Hub::with_tracker();
    install(&bob);
    bob.create("Before", []);
    let mut script = bob.program("examples/dispatch-on-events.sh", &bob.repo());
    let _running = Background::start(script.env("WORK", "true"));
    eventually("what was there is done", || all_done(&bob));
    eventually("it watches", || bob.path("bob/.git/jit/cursors/dispatch").exists());
    bob.create("Here", []);
    ada.create("There", []);
    ada.jit(["sync"]).ok();
    eventually("all is done", || states(&bob).len() == 3 && all_done(&bob));
}

#[test]
fn a_receiver_takes_what_is_signed_and_each_event_once() {
    let sandbox = Sandbox::with_tracker();
    install(&sandbox);
    sandbox.git(["init", "-q", "--bare", "../hub.git"]).ok();
    sandbox.git(["remote", "add", "origin", "../hub.git"]).ok();
    sandbox.jit(["sync"]).ok();
    sandbox.write("key", "s3cret\n");
    sandbox.write("wrong", "guess\n");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut receiver = sandbox.program("python3", &sandbox.repo());
    receiver.args(["examples/webhook-receiver.py", &port.to_string(), "cat >> ../received"]);
    let _receiver = Background::start(receiver.env("JIT_WEBHOOK_SECRET", "s3cret"));
    let url = format!("http://127.0.0.1:{port}/");
    let mut post = sandbox.program("examples/post-events.sh", &sandbox.repo());
    let posting = Background::start(post.args([&url, "../key"]));
    eventually("it watches", || sandbox.path("repo/.git/jit/cursors/webhook").exists());
    sandbox.create("One", []);
    sandbox.create("Two", []);
    eventually("both arrive", || lines(&sandbox, "received").len() == 2);
    assert_eq!(posting.end(), Some(0));
    let again = ["watch", "--webhook", &url, "--once", "--from-start", "--retries", "0", "--secret-file"];
    sandbox.jit(again.into_iter().chain(["../wrong"])).exits(10);
    assert_eq!(lines(&sandbox, "received").len(), 2);
    sandbox.jit(again.into_iter().chain(["../key"])).ok();
    assert_eq!(lines(&sandbox, "received").len(), 3, "the two are known, the first of all is not");
}

#[test]
fn the_most_urgent_issue_of_all_repositories_comes_first() {
    let one = Sandbox::with_tracker();
    let other = one.fellow("other");
    one.git_in(&one.path(""), ["init", "-q", "other"]).ok();
    other.jit(["init"]).ok();
    install(&one);
    let ids = [
        one.create("c", ["--priority", "normal"]),
        other.create("b", ["--priority", "high"]),
        one.create("a", ["--priority", "critical"]),
        other.create("d", ["--priority", "low"]),
    ];
    let work = format!("echo $JIT_ISSUE_ID >> ../order; test $JIT_ISSUE_ID != {}", ids[1]);
    let mut script = one.program("python3", &one.repo());
    run(script.args(["examples/dispatch-all.py", "agent:all", &work, ".", "../other"])).ok();
    assert_eq!(lines(&one, "order"), [&ids[2], &ids[1], &ids[0], &ids[3]].map(String::as_str));
    assert!(all_done(&one));
    assert_eq!(states(&other), ["ready", "done"]);
}

#[test]
fn a_round_of_dispatch_takes_the_most_urgent_issues_and_tells_what_failed() {
    let one = Sandbox::with_tracker();
    let other = one.fellow("other");
    one.git_in(&one.path(""), ["init", "-q", "other"]).ok();
    other.jit(["init"]).ok();
    install(&one);
    one.create("low", ["--priority", "low"]);
    let urgent = other.create("urgent", ["--priority", "critical"]);
    let high = one.create("high", ["--priority", "high"]);
    for sandbox in [&one, &other] {
        let work = "#!/bin/sh\necho \"$1\" >> ../worked\ntest \"$1\" != \"$FAILING\"\n";
        executable(&sandbox.repo().join("work.sh"), work);
    }
    let round = |failing: &str| {
        let mut script = one.program("examples/dispatch-once.sh", &one.repo());
        run(script.args([".", "../other"]).env("FAILING", failing))
    };
    assert_eq!(round("").ok().json()["done"], 2);
    let mut worked = lines(&one, "worked");
    worked.sort();
    let mut expected = [urgent, high];
    expected.sort();
    assert_eq!(worked, expected);
    let bad = other.create("bad", []);
    assert_eq!(round(&bad).exits(10).json()["failed"], 1);
    assert!(all_done(&one));
    assert_eq!(states(&other), ["done", "ready"]);
}

#[test]
fn stale_claims_are_given_back_and_live_ones_are_kept() {
    let (hub, [ada, bob]) = Hub::with_tracker();
    install(&ada);
    let (dead, alive) = (ada.create("Dead", []), ada.create("Alive", []));
    ada.jit(["config", "set", "claim.skew", "0s"]).ok();
    ada.jit(["sync"]).ok();
    bob.jit(["sync"]).ok();
    bob.jit(["claim", &dead, "agent:dead", "--ttl", "1s"]).ok();
    bob.jit(["claim", &alive, "agent:alive", "--ttl", "15m"]).ok();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let script = || run(&mut ada.program("examples/release-stale.sh", &ada.repo()));
    script().ok();
    script().ok();
    let holders = hub.holds();
    assert!(holders.len() == 1 && holders.contains_key(&alive), "{holders:?}");
    let released: Vec<_> =
        ada.events().into_iter().filter(|event| event["type"] == "issue_released").collect();
    assert!(released.len() == 1 && released[0]["actor"] == "bot:stale", "{released:?}");
}

#[test]
fn a_lease_is_renewed_while_the_work_goes_on() {
    let sandbox = Sandbox::with_tracker();
    install(&sandbox);
    let id = sandbox.create("Long", []);
    sandbox.jit(["claim", &id, "agent:me", "--ttl", "10m"]).ok();
    let before = sandbox.json(["show", &id])["claim"]["expires"].clone();
    let mut script = sandbox.program("examples/with-lease.sh", &sandbox.repo());
    script.env("RENEW_EVERY", "0.3").env("JIT_AGENT", "agent:me");
    run(script.args([&id, "sh", "-c", "sleep 2; exit 9"])).exits(9);
    let after = sandbox.json(["show", &id])["claim"]["expires"].clone();
    assert!(before.as_str() < after.as_str(), "{before} {after}");
}
