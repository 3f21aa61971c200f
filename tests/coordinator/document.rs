//! The coordinator as the document shows it that the project was started from.

use super::wait_until;
use crate::support::{Sandbox, run};

/// The bash blocks of the document, in order.
fn blocks() -> Vec<&'static str> {
    let document = include_str!("../../fixtures/seeds/EXAMPLE.md");
    document
        .split("```bash\n")
        .skip(1)
        .map(|rest| rest.split("```").next().expect("split yields at least one part"))
        .collect()
}

fn bash(sandbox: &Sandbox, dir: &std::path::Path, script: &str) -> crate::support::Ran {
    run(sandbox.program("bash", dir).args(["-c", script]))
}

#[test]
fn the_daemon_of_the_document_works_on_what_is_made_ready_in_another_terminal() {
    let sandbox = Sandbox::with_repo();
    let repo = sandbox.repo();
    let block = blocks().into_iter().find(|block| block.contains("jit coordinator start")).expect("a block");
    let commands: Vec<&str> = block.lines().filter(|line| line.starts_with("jit ")).collect();
    assert_eq!(commands, ["jit coordinator start", "jit coordinator stop"]);
    let setup = blocks()[0].lines().skip_while(|line| *line != "jit init").collect::<Vec<_>>().join("\n");
    bash(&sandbox, &repo, &setup).ok();
    // "Edit .jit/coordinator.json to configure your agents".
    let path = repo.join(".jit/coordinator.json");
    let mut config: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    for agent in config["agent_pool"].as_array_mut().expect("a list") {
        agent["command"] = r#"echo "$JIT_AGENT has $JIT_TITLE"; sleep 0.1"#.into();
    }
    config["poll_interval_secs"] = 1.into();
    std::fs::write(&path, config.to_string()).unwrap();
    let mut terminal = sandbox.program("bash", &repo);
    let running = super::Background::start(
        {
            terminal.args(["-c", &format!("exec {}", commands[0])]);
            terminal
        },
        &repo,
    );
    running.wait_for_start(&sandbox);
    let other = "set -eu\nA=$(jit -q create 'Feature A' --priority high)\nB=$(jit -q create 'Feature B')\n\
        I=$(jit -q create Integration --gate review)\njit dep add $I $A\njit dep add $I $B\njit coordinator agents";
    bash(&sandbox, &repo, other).ok();
    wait_until("all are worked on", || {
        sandbox.json(["list", "state:done"])["count"] == 2
            && sandbox.json(["list", "state:gated"])["count"] == 1
    });
    let ran = bash(&sandbox, &repo, commands[1]).ok();
    assert!(ran.stdout.starts_with("Stopped coordinator: process "), "{}", ran.stdout);
    let (code, said) = running.wait();
    assert_eq!(code, 0, "{said}");
    let last = said.lines().rfind(|line| line.contains(" works on ")).expect("agents worked");
    assert!(last.ends_with(": Integration"), "{said}");
}
