//! What is said is what happened.

use std::net::TcpListener;

use super::{issue, rev_parse, sync};
use crate::support::Sandbox;
use crate::support::daemon::Daemon;
use crate::support::hub::Hub;

const BRANCH: &str = "refs/heads/jit/main";

/// A sync must say that the remote takes no pushes, and lose nothing.
fn is_told_that_it_is_read_only(clone: &Sandbox, reason: &str) {
    clone.jit(["init"]).ok();
    let id = clone.create("One", []);
    let ran = clone.jit(["sync"]).exits(10);
    assert!(
        ran.stderr.contains("origin takes no pushes from here") && ran.stderr.contains(reason),
        "{ran:?}"
    );
    let told = clone.jit(["sync", "--json"]).exits(10).json();
    assert_eq!(told["error"]["code"], "remote_read_only");
    assert_eq!(issue(clone, &id)["title"], "One");
}

#[test]
fn a_daemon_that_takes_no_pushes_was_reached() {
    let hub = Hub::new();
    let daemon = Daemon::read_only(hub.admin());
    let clone = hub.clone_as("ada", &format!("git://{}/hub.git", daemon.address()));
    is_told_that_it_is_read_only(&clone, "access denied");
}

#[test]
fn a_web_server_that_takes_no_pushes_was_reached() {
    let hub = Hub::new();
    hub.git(["config", "http.receivepack", "false"]);
    let route = hub.route("http");
    let clone = hub.clone_as("ada", &route.url);
    is_told_that_it_is_read_only(&clone, "403");
}

#[test]
fn a_connection_that_is_refused_says_so() {
    let (_hub, [ada]) = Hub::with_tracker();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    ada.git(["remote", "set-url", "origin", &format!("git://{address}/hub.git")]).ok();
    ada.jit(["sync"]).fails(10, "cannot reach origin: unable to connect to 127.0.0.1: Connection refused");
}

#[test]
fn init_does_not_overlook_a_tracker_in_another_reference() {
    let hub = Hub::new();
    let [ada, bob] = hub.clones();
    ada.git(["config", "jit.ref", BRANCH]).ok();
    ada.jit(["init"]).ok();
    sync(&ada);
    bob.jit(["init"])
        .fails(4, &format!("origin keeps a tracker in {BRANCH}, and this clone in refs/jit/main"));
    let told = bob.jit(["init", "--json"]).exits(4).json();
    assert_eq!(told["error"]["code"], "tracker_elsewhere");
    assert!(told["error"]["hint"].as_str().unwrap().contains(&format!("git config jit.ref {BRANCH}")));
    assert_eq!(bob.git(["for-each-ref", "refs/jit"]).ok().stdout, "", "nothing was made");
    bob.git(["config", "jit.ref", BRANCH]).ok();
    bob.jit(["init"]).ok();
    assert_eq!(rev_parse(&bob, BRANCH), rev_parse(&ada, BRANCH));
}

#[test]
fn init_does_not_overlook_the_usual_reference_where_another_is_set() {
    let (hub, [ada]) = Hub::with_tracker();
    let bob = hub.clone_as("bob", &hub.path());
    bob.git(["config", "jit.ref", BRANCH]).ok();
    let ran = bob.jit(["init"]).exits(4);
    assert!(ran.stderr.contains("git config --unset jit.ref"), "{ran:?}");
    bob.jit(["--offline", "init"]).ok();
    assert_ne!(rev_parse(&bob, BRANCH), rev_parse(&ada, "refs/jit/main"), "another was asked for");
}

#[test]
fn a_claim_that_was_cut_short_is_given_back_and_told() {
    let (hub, [ada]) = Hub::with_tracker();
    let id = ada.create("One", []);
    sync(&ada);
    let before = rev_parse(&ada, "refs/jit/main");
    ada.jit(["claim", &id, "agent:ada"]).ok();
    // As if it had been killed before it could record what the remote had granted.
    ada.git(["update-ref", "refs/jit/main", &before]).ok();
    let told = ada.jit(["sync"]).ok().stdout;
    assert_eq!(told, format!("gave back the claim of agent:ada on {}\n", &id[..8]));
    assert_eq!(hub.holds().len(), 0);
    assert_eq!(ada.jit(["sync"]).ok().stdout, "up to date with origin\n");
}

#[test]
fn whatever_completes_an_issue_says_so() {
    let (_hub, [ada]) = Hub::with_tracker();
    let other = ada.create("Other", []);
    let gated = || {
        let id = ada.create("One", ["--gate", "review"]);
        ada.jit(["done", &id]).exits(4);
        id
    };
    let completes = |id: &str, args: &[&str]| {
        let told = ada.jit(["--sync"].iter().chain(args)).ok().stdout;
        assert_eq!(told, format!("Completed issue: {id}\n"), "{args:?}");
    };
    let id = gated();
    completes(&id, &["gate", "pass", &id, "review"]);
    let id = gated();
    completes(&id, &["gate", "rm", &id, "review"]);
    let id = gated();
    completes(&id, &["update", &id, "--remove-gate", "review"]);
    let id = gated();
    ada.jit(["dep", "add", &id, &other]).ok();
    assert_eq!(ada.jit(["gate", "pass", &id, "review"]).ok().stdout, format!("Gated issue: {id}\n"));
    completes(&id, &["dep", "rm", &id, &other]);
    completes(&other, &["done", &other]);
}
