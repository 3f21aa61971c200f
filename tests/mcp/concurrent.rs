//! Several requests at once, requests that nobody waits for any more, and the end in the
//! middle of one.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::client::{Client, structured};
use super::with_tracker;
use crate::support::Sandbox;

/// A tracker with an issue whose gate is checked by waiting for a file named `go`; the issue.
fn with_slow_gate() -> (Sandbox, String) {
    let sandbox = Sandbox::with_tracker();
    // As long as it runs, it touches a file again and again.
    let checker = "touch running; until test -e go; do touch beat; sleep 0.05; done";
    sandbox.jit(["registry", "add", "slow", "--auto", "--checker", checker]).ok();
    let issue = sandbox.create("One", ["--gate", "slow"]);
    (sandbox, issue)
}

fn wait_for(sandbox: &Sandbox, file: &str) {
    while !sandbox.path(file).exists() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

/// Waits until the checker of the slow gate runs no more.
fn wait_until_nobody_checks(sandbox: &Sandbox) {
    loop {
        std::fs::remove_file(sandbox.path("repo/beat")).ok();
        std::thread::sleep(std::time::Duration::from_secs(1));
        if !sandbox.path("repo/beat").exists() {
            return;
        }
    }
}

#[test]
fn many_requests_at_once_are_all_answered_once() {
    let (sandbox, mut client) = with_tracker();
    let calls: Vec<u64> =
        (0..60).map(|n| client.start_call("create", json!({"title": format!("Issue {n}")}))).collect();
    let made: BTreeSet<String> = calls
        .into_iter()
        .map(|id| structured(&client.answer(id), false)["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(made.len(), 60);
    let claims: Vec<u64> = (0..60).map(|_| client.start_call("claim_next", json!({}))).collect();
    let claimed: BTreeSet<String> = claims
        .into_iter()
        .map(|id| structured(&client.answer(id), false)["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(claimed, made, "each was claimed once");
    assert_eq!(client.end().stdout, "");
    sandbox.jit(["validate"]).ok();
}

#[test]
fn two_servers_and_a_shell_never_claim_the_same() {
    let (sandbox, mut one) = with_tracker();
    let mut two = Client::start(&sandbox, ["mcp", "--by", "agent:two"]);
    let issue = sandbox.create("One", []);
    let asked = json!({"id": issue});
    let (first, second) = (one.start_call("claim", asked.clone()), two.start_call("claim", asked));
    let shell = sandbox.jit(["claim", &issue, "agent:shell"]);
    let answers = [one.answer(first), two.answer(second)];
    let won = answers.iter().filter(|answer| answer["result"]["isError"] == false).count();
    assert_eq!(won + usize::from(shell.code == 0), 1, "{answers:?} {shell:?}");
    for lost in answers.iter().filter(|answer| answer["result"]["isError"] == true) {
        assert_eq!(structured(lost, true)["error"]["code"], "already_claimed");
    }
    one.end();
    two.end();
}

#[test]
fn a_slow_request_holds_nobody_up() {
    let (sandbox, issue) = with_slow_gate();
    let mut client = Client::start(&sandbox, ["mcp"]);
    let slow = client.start_call("gate_check", json!({"id": issue}));
    wait_for(&sandbox, "repo/running");
    assert_eq!(client.call("status", json!({}))["total"], 1);
    assert_eq!(
        client.call("comment", json!({"id": issue, "text": "meanwhile"}))["comments"][0]["body"],
        "meanwhile"
    );
    sandbox.write("repo/go", "");
    assert_eq!(structured(&client.answer(slow), false)["checks"][0]["result"], "passed");
    client.end();
}

#[test]
fn a_request_that_was_cancelled_before_its_turn_is_not_done() {
    let (sandbox, issue) = with_slow_gate();
    let mut client = Client::start(&sandbox, ["mcp"]);
    // More than run at once, so that what follows has to wait.
    let slow: Vec<u64> = (0..8).map(|_| client.start_call("gate_check", json!({"id": issue}))).collect();
    wait_for(&sandbox, "repo/running");
    let waiting = client.start_call("comment", json!({"id": issue, "text": "too late"}));
    client.notify("notifications/cancelled", &json!({"requestId": waiting, "reason": "changed my mind"}));
    client.notify("notifications/cancelled", &json!({"requestId": 9999}));
    client.notify("notifications/cancelled", &json!({}));
    assert_eq!(client.ask("ping", &json!({})), json!({}));
    sandbox.write("repo/go", "");
    for id in slow {
        structured(&client.answer(id), false);
    }
    let shown = client.call("show", json!({"id": issue}));
    assert_eq!(shown["comments"], json!([]));
    let rest = client.end();
    assert_eq!(rest.stdout, "", "nothing was said of it");
}

#[test]
fn what_was_begun_at_the_end_of_the_input_is_brought_to_its_end() {
    let (sandbox, mut client) = with_tracker();
    let calls: Vec<u64> =
        (0..20).map(|n| client.start_call("create", json!({"title": format!("Issue {n}")}))).collect();
    let ran = client.end();
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let answers: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: BTreeSet<u64> = answers.iter().map(|answer| answer["id"].as_u64().unwrap()).collect();
    assert!(told.is_subset(&calls.into_iter().collect()));
    let there = sandbox.json(["list"])["count"].as_u64().unwrap();
    assert!(there >= told.len() as u64, "what was answered is there: {there} of {}", told.len());
    sandbox.jit(["validate"]).ok();
}

#[test]
fn a_checker_whose_request_is_cancelled_is_stopped_and_nothing_is_recorded() {
    let (sandbox, issue) = with_slow_gate();
    let mut client = Client::start(&sandbox, ["mcp"]);
    let slow = client.start_call("gate_check", json!({"id": issue}));
    wait_for(&sandbox, "repo/running");
    client.notify("notifications/cancelled", &json!({"requestId": slow}));
    wait_until_nobody_checks(&sandbox);
    let shown = client.call("show", json!({"id": issue}));
    assert_eq!(shown["gates_status"]["slow"]["status"], "pending");
    assert_eq!(client.end().stdout, "");
}

#[test]
fn a_checker_that_still_runs_after_the_end_of_the_input_is_stopped() {
    let (sandbox, issue) = with_slow_gate();
    let mut client = Client::start(&sandbox, ["mcp"]);
    client.start_call("gate_check", json!({"id": issue}));
    wait_for(&sandbox, "repo/running");
    let ran = client.end();
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""));
    wait_until_nobody_checks(&sandbox);
    assert_eq!(sandbox.json(["show", &issue])["gates_status"]["slow"]["status"], "pending");
}
