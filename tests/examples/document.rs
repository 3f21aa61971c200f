//! The blocks of the README of the examples.

use super::{block, install};
use crate::support::hub::executable;
use crate::support::{Sandbox, run};

const README: &str = "examples/README.md";

fn bash(needle: &str) -> String {
    block(README, "bash", needle)
}

#[test]
fn the_commands_with_options_work() {
    let sandbox = Sandbox::with_tracker();
    install(&sandbox);
    executable(&sandbox.repo().join("work.sh"), "#!/bin/sh\necho \"$1\" >> made\n");
    for needle in ["AGENT=agent:builder", "--agent agent:big:3"] {
        let ids = [sandbox.create("One", []), sandbox.create("Two", [])];
        run(sandbox.program("bash", &sandbox.repo()).args(["-c", &bash(needle)])).ok();
        let made = std::fs::read_to_string(sandbox.path("repo/made")).unwrap();
        assert!(ids.iter().all(|id| made.contains(id)), "{made}");
    }
    assert!(super::all_done(&sandbox));
}

#[test]
fn the_document_runs_from_the_setup_to_the_end() {
    let once = block(README, "python", "def dispatch_once");
    // One round, and the last look ends the loop.
    let forever = bash("claim-next \"agent:my-worker\"").replace("sleep 30", "break");
    let script = [
        "set -eu".to_owned(),
        bash("mkdir test-repo"),
        "cp ../your-orchestrator.sh .".to_owned(),
        bash("timeout 5s"),
        bash("jit events tail"),
        bash("jit query blocked"),
        "ISSUE_ID=$(jit -q query assignee agent:your-agent)".to_owned(),
        bash("jit issue release <id>").replace("<id>", "\"$ISSUE_ID\""),
        format!("({forever})"),
        "jit issue create -t 'Test task 3' -q".to_owned(),
        "python3 ../once.py".to_owned(),
    ];
    let sandbox = Sandbox::new();
    sandbox.write("once.py", once);
    executable(&sandbox.path("your-orchestrator.sh"), "#!/bin/sh\njit issue claim-next agent:your-agent\n");
    let ran = run(sandbox.program("bash", &sandbox.path("")).args(["-c", &script.join("\n")])).ok();
    assert!(
        ran.stdout.contains("agent:your-agent  Test task 1\n") && ran.stdout.contains("\"issue_claimed\""),
        "{}",
        ran.stdout
    );
    let repo = sandbox.path("test-repo");
    let issues = sandbox.jit_in(&repo, ["list", "--json"]).ok().json();
    let states: Vec<_> = issues["issues"].as_array().unwrap().iter().map(|issue| &issue["state"]).collect();
    assert_eq!(states, ["done", "done", "in_progress"]);
    assert_eq!(issues["issues"][2]["assignee"], "agent:cron-worker");
}

#[test]
fn the_other_look_at_what_an_agent_has_is_the_same() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    sandbox.jit(["claim", &id, "agent:your-agent"]).ok();
    let text = super::source(README);
    let blocks = text.split("```bash\n").skip(1).map(|block| block.split("```").next().unwrap());
    let alone: Vec<&str> = blocks.filter(|block| block.starts_with("jit query assignee")).collect();
    assert_eq!(alone.len(), 1);
    let ran = run(sandbox.program("bash", &sandbox.repo()).args(["-c", alone[0]])).ok();
    assert!(ran.stdout.contains(&id[..8]), "{}", ran.stdout);
}
