//! The two documents this project was created from, run from their own text.

use std::fmt::Write;

use crate::support::{Ran, Sandbox, run};

/// The bash blocks of a document, in order.
fn blocks(document: &str) -> Vec<&str> {
    document
        .split("```bash\n")
        .skip(1)
        .map(|rest| rest.split("```").next().expect("split yields at least one part"))
        .collect()
}

fn bash(sandbox: &Sandbox, script: &str) -> Ran {
    run(sandbox.program("bash", &sandbox.path("")).args(["-c", script]))
}

#[test]
fn the_example_document_runs_as_a_script_and_ends_as_it_says() {
    let document = include_str!("../fixtures/seeds/EXAMPLE.md");
    let blocks = blocks(document);
    let mut script = String::from("set -eu\n");
    for (index, block) in blocks.iter().enumerate() {
        for line in block.lines() {
            // The document builds and aliases its own binary. Its daemon, which is for two
            // terminals, has a test of its own beside those of the coordinator.
            let skipped =
                ["cd cli", "cargo build", "alias jit=", "jit coordinator start", "jit coordinator stop"];
            if !skipped.iter().any(|start| line.starts_with(start)) {
                script.push_str(line);
                script.push('\n');
            }
        }
        writeln!(script, "echo '== end of block {index}'").unwrap();
    }
    let sandbox = Sandbox::new();
    let ran = bash(&sandbox, &script).ok();
    let part = |from: &str, to: &str| {
        let start = ran.stdout.find(from).expect("the block ran");
        let end = ran.stdout.find(to).expect("the block ran");
        ran.stdout[start..end].to_owned()
    };
    let claimed = part("== end of block 2", "== end of block 3");
    assert!(claimed.contains("Ready: 1\n") && claimed.contains("In Progress: 2\n"), "{claimed}");
    let agents = claimed.lines().filter(|line| line.starts_with("copilot:worker-")).collect::<Vec<_>>();
    assert_eq!(
        agents,
        ["copilot:worker-1  copilot  0 of 1   1", "copilot:worker-2  copilot  0 of 1   1"],
        "agents are shown with what they hold, though no coordinator runs: {claimed}"
    );
    assert!(ran.stdout.contains("Coordinator: not running\n"), "{}", ran.stdout);
    let finished = part("== end of block 5", "== end of block 6");
    assert!(finished.contains("Done: 5\n"), "{finished}");
    assert!(ran.stderr.contains("security-scan"), "the unregistered gate is warned of: {}", ran.stderr);
    let context = part("== end of block 10", "== end of block 11");
    assert!(context.contains("Remember to update docs"), "{context}");
    let repo = sandbox.path("my-project");
    let integration = sandbox.jit_in(&repo, ["list", "Integration", "--json"]).ok().json();
    assert_eq!(integration["issues"][0]["dependencies"].as_array().map(Vec::len), Some(2));
}

#[test]
fn the_orchestrator_document_runs_as_a_script() {
    let document = include_str!("../fixtures/seeds/dispatch-examples-README.md");
    let blocks = blocks(document);
    let find = |needle: &str| {
        let found = blocks.iter().find(|block| block.contains(needle));
        *found.unwrap_or_else(|| panic!("{needle}"))
    };
    let setup = find("mkdir test-repo");
    let events = find("jit events tail");
    let troubleshooting = find("jit query blocked");
    let assignee = find("jit query assignee");
    let release = find("jit issue release <id>").replace("<id>", "$ISSUE_ID");
    let looping = find("while true; do").replace("sleep 30", "break");
    let orchestrator = "printf '#!/bin/sh\\njit issue claim-next agent:your-agent\\n' > your-orchestrator.sh\n\
                        chmod +x your-orchestrator.sh\n";
    let count =
        "jit query ready --json | python3 -c 'import json,sys; print(json.load(sys.stdin)[\"count\"])'";
    let script = format!(
        "set -eu\n{setup}\n{count}\nprocess_task() {{ jit query assignee agent:my-worker --json; }}\n{looping}\n\
         {orchestrator}{assignee}\nISSUE_ID=$(jit -q query assignee agent:your-agent)\n{release}\n\
         {troubleshooting}\n{events}\n"
    );
    let sandbox = Sandbox::new();
    let ran = bash(&sandbox, &script).ok();
    assert!(ran.stdout.contains("\n2\n"), "two ready issues are counted: {}", ran.stdout);
    let issues = sandbox.jit_in(&sandbox.path("test-repo"), ["list", "--json"]).ok().json();
    let states: Vec<_> = issues["issues"].as_array().expect("a list").iter().map(|i| &i["state"]).collect();
    assert_eq!(states, ["done", "ready"], "claim-next took the urgent one, release gave the other back");
    let last = ran.stdout.lines().last().expect("the event log");
    assert!(last.contains("\"type\":\"issue_released\"") && last.contains("timeout"), "{last}");
}
