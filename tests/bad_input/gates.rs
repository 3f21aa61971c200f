//! Gates that exist already, are missing, pending or failed.

use super::{refused, refused_as_json};
use crate::support::Sandbox;

/// A tracker with a gate `review`, and an issue.
fn with_gate(options: &[&str]) -> (Sandbox, String) {
    let sandbox = Sandbox::with_tracker();
    sandbox.jit(["registry", "add", "review"]).ok();
    let id = sandbox.create("One", options.iter().copied());
    (sandbox, id)
}

fn state(sandbox: &Sandbox, id: &str) -> String {
    sandbox.json(["show", id])["state"].as_str().expect("a state").to_owned()
}

#[test]
fn the_registry_has_a_gate_once() {
    let (sandbox, _) = with_gate(&[]);
    refused(&sandbox, ["registry", "add", "review"], 6, "gate review exists already");
    refused(&sandbox, ["gate", "define", "review", "--title", "Other"], 6, "gate review exists already");
    assert_eq!(refused_as_json(&sandbox, ["registry", "add", "review"], 6)["code"], "gate_exists");
}

#[test]
fn an_issue_requires_a_gate_once() {
    let (sandbox, id) = with_gate(&["--gate", "review"]);
    refused(&sandbox, ["gate", "add", &id, "review"], 6, "requires gate review already");
    refused(&sandbox, ["gate", "add", &id, "other", "review"], 6, "requires gate review already");
    refused(&sandbox, ["gate", "add", &id, "other", "other"], 6, "requires gate other already");
    let error = refused_as_json(&sandbox, ["gate", "add", &id, "review"], 6);
    assert_eq!(error["details"]["gate"], "review");
}

#[test]
fn a_gate_named_twice_for_a_new_issue_is_one_gate() {
    let (sandbox, id) = with_gate(&["--gate", "review", "--gate", "review"]);
    assert_eq!(sandbox.json(["show", &id])["gates_required"], serde_json::json!(["review"]));
}

#[test]
fn gates_that_are_not_there_are_not_found() {
    let (sandbox, id) = with_gate(&[]);
    for command in ["show", "remove", "update"] {
        refused(&sandbox, ["registry", command, "nope"], 3, "no gate nope in the registry");
    }
    for command in ["pass", "fail", "rm", "check"] {
        refused(&sandbox, ["gate", command, &id, "review"], 3, "does not require gate review");
    }
    refused(&sandbox, ["registry", "remove", "review", "nope"], 3, "no gate nope");
}

#[test]
fn keys_that_are_no_gate_keys_are_refused_everywhere() {
    let (sandbox, id) = with_gate(&[]);
    let long = "x".repeat(65);
    for key in ["", " ", "a b", "a/b", "../x", "-x", ".x", "é", "a\nb", "😀", &long] {
        refused(&sandbox, ["registry", "add", "--", key], 4, "invalid gate key");
        refused(&sandbox, ["gate", "add", "--", &id, key], 4, "invalid gate key");
        let option = format!("--gate={key}");
        refused(&sandbox, ["create", "x", &option], 4, "invalid gate key");
    }
}

#[test]
fn an_unregistered_gate_is_accepted_with_a_warning_unless_gates_are_strict() {
    let (sandbox, id) = with_gate(&[]);
    let ran = sandbox.jit(["gate", "add", &id, "scan"]).ok();
    assert!(ran.stderr.starts_with("warning: gate scan is not in the registry"), "{}", ran.stderr);
    sandbox.jit(["config", "set", "strict_gates", "true"]).ok();
    refused(&sandbox, ["gate", "add", &id, "other"], 4, "gate other is not in the registry");
    refused(&sandbox, ["create", "x", "--gate", "other"], 4, "gate other is not in the registry");
    refused(&sandbox, ["update", &id, "--gate", "other"], 4, "gate other is not in the registry");
    sandbox.jit(["validate"]).exits(4);
}

#[test]
fn finishing_with_pending_gates_ends_gated_and_completes_with_the_last_pass() {
    let (sandbox, id) = with_gate(&["--gate", "review", "--gate", "scan"]);
    let ran = sandbox.jit(["done", &id]).exits(4);
    assert!(ran.stderr.contains("error: ") && ran.stderr.contains("waits for gates review, scan"), "{ran:?}");
    assert_eq!(state(&sandbox, &id), "gated");
    let error = refused_as_json(&sandbox, ["done", &id], 4);
    assert_eq!(error["details"]["gates"], serde_json::json!(["review", "scan"]));
    sandbox.jit(["gate", "pass", &id, "review"]).ok();
    assert_eq!(state(&sandbox, &id), "gated");
    let ran = sandbox.jit(["gate", "pass", &id, "scan"]).ok();
    assert!(ran.stdout.starts_with("Completed issue: "), "{}", ran.stdout);
    assert_eq!(state(&sandbox, &id), "done");
}

#[test]
fn removing_the_last_pending_gate_completes_a_gated_issue_too() {
    let (sandbox, id) = with_gate(&["--gate", "review"]);
    sandbox.jit(["done", &id]).exits(4);
    sandbox.jit(["gate", "rm", &id, "review"]).ok();
    assert_eq!(state(&sandbox, &id), "done");
}

#[test]
fn a_failed_gate_keeps_an_issue_gated_until_it_passes() {
    let (sandbox, id) = with_gate(&["--gate", "review"]);
    sandbox.jit(["gate", "fail", &id, "review", "--reason", "no tests"]).ok();
    sandbox.jit(["done", &id]).exits(4);
    sandbox.jit(["gate", "fail", &id, "review"]).ok();
    assert_eq!(state(&sandbox, &id), "gated");
    sandbox.jit(["gate", "pass", &id, "review"]).ok();
    assert_eq!(state(&sandbox, &id), "done");
    refused(&sandbox, ["gate", "fail", &id, "review"], 4, "is done");
    refused(&sandbox, ["gate", "add", &id, "scan"], 4, "is done");
}

#[test]
fn a_pre_gate_holds_up_the_start() {
    let (sandbox, id) = with_gate(&["--gate", "review"]);
    sandbox.jit(["registry", "update", "review", "--stage", "pre"]).ok();
    refused(&sandbox, ["claim", &id, "agent:x"], 4, "is blocked by gate review");
    refused(&sandbox, ["done", &id], 4, "is blocked by gate review");
    refused(&sandbox, ["claim-next", "agent:x"], 3, "nothing to claim");
    sandbox.jit(["gate", "pass", &id, "review"]).ok();
    sandbox.jit(["claim", &id, "agent:x"]).ok();
}

#[test]
fn checkers_that_fail_hang_or_cannot_start_are_told_apart() {
    let (sandbox, id) = with_gate(&["--gate", "review", "--gate", "bad", "--gate", "slow", "--gate", "none"]);
    sandbox.jit(["registry", "add", "bad", "--checker", "echo oops >&2; exit 3"]).ok();
    sandbox.jit(["registry", "add", "slow", "--checker", "sleep 60", "--timeout", "1s"]).ok();
    sandbox.jit(["registry", "add", "none", "--checker", "/nonexistent/program"]).ok();
    refused(&sandbox, ["gate", "check", &id, "review"], 4, "gate review has no checker");
    let ran = sandbox.jit(["gate", "check", &id]).exits(4);
    assert!(ran.stdout.contains("oops") && ran.stderr.contains("gates bad, none, slow failed"), "{ran:?}");
    let gates = &sandbox.json(["show", &id])["gates_status"];
    for (gate, status) in [("bad", "failed"), ("slow", "failed"), ("none", "failed"), ("review", "pending")] {
        assert_eq!(gates[gate]["status"], status, "{gate}");
    }
}
