//! The official client of the protocol, in Python.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Sandbox, run_with_input};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mcp/official.py");

/// Whether the client is there. In CI it must be.
fn is_there() -> bool {
    let found = Command::new("python3").args(["-c", "from mcp import Client"]).output();
    let there = found.as_ref().is_ok_and(|output| output.status.success());
    let in_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    assert!(there || !in_ci, "the Python package 'mcp' (2 or newer) must be there in CI: {found:?}");
    if !there {
        eprintln!("skipped: 'pip install mcp' brings the client that this test uses");
    }
    there
}

#[test]
fn the_official_client_works_through_a_project() {
    if !is_there() {
        return;
    }
    let sandbox = Sandbox::with_tracker();
    let jit = env!("CARGO_BIN_EXE_jit");
    let environment = json!({
        "HOME": sandbox.path("home"), "GIT_CONFIG_NOSYSTEM": "1", "PATH": std::env::var("PATH").unwrap(),
    });
    let mut command = Command::new("python3");
    command.args([SCRIPT, jit]).arg(sandbox.repo());
    let seen = run_with_input(&mut command, environment.to_string().as_bytes()).ok().json();
    assert_eq!(seen["tools"].as_array().unwrap().len(), 24);
    assert_eq!(seen["claimed"]["state"], "in_progress");
    assert!(seen["claimed"]["claim"]["by"].as_str().unwrap().starts_with("agent:"), "{seen}");
    assert_eq!(
        (&seen["again"][0], &seen["again"][1]["error"]["code"]),
        (&json!(true), &json!("already_claimed"))
    );
    assert_eq!(seen["done"], "done");
    assert_eq!(seen["read"]["state"], "done");
    assert_eq!(seen["history"], json!(["issue_created", "issue_claimed", "issue_completed"]));
    assert_eq!(seen["templates"], 2);
    assert_eq!(seen["prompts"], json!(["plan_epic", "work_next_issue"]));
    assert!(seen["prompt"].as_str().unwrap().contains("label:auth"));
    assert_eq!(seen["unknown"], Value::from("there is no tool \"destroy\""));
    assert_eq!(sandbox.json(["list", "--limit", "100"])["count"], 21);
}
