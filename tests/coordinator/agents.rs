//! Agents that misbehave.

use serde_json::json;

use super::{Background, agent, configure, is_alive, log, state, wait_until};
use crate::support::Sandbox;

/// What became of the only issue in one cycle.
fn result(sandbox: &Sandbox) -> serde_json::Value {
    let summary = sandbox.jit(["coordinator", "once", "--json"]).exits(10).json();
    assert_eq!(summary["count"], 1, "{summary}");
    summary["results"][0].clone()
}

#[test]
fn a_command_that_does_not_exist_is_no_fault_of_the_issue() {
    for command in [json!(["/no/such/agent"]), json!("no-such-agent --now"), json!("/etc/passwd")] {
        let sandbox = Sandbox::with_tracker();
        let id = sandbox.create("One", []);
        let mut broken = agent("agent:broken", 1, "");
        broken["command"] = command.clone();
        configure(&sandbox, &[broken], &json!({}));
        let result = result(&sandbox);
        assert_eq!(result["result"], "given_back", "{command}");
        let reason = result["reason"].as_str().expect("a reason");
        assert!(reason.starts_with("the agent could not be started: "), "{reason}");
        let issue = sandbox.json(["show", &id]);
        assert_eq!((&issue["state"], &issue["context"]), (&json!("ready"), &json!({})));
    }
}

#[test]
fn an_agent_that_cannot_be_started_gets_no_work_and_others_do() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    let mut broken = agent("agent:a-broken", 5, "");
    broken["command"] = json!(["/no/such/agent"]);
    configure(&sandbox, &[broken, agent("agent:good", 1, "true")], &json!({}));
    let running = Background::coordinator(&sandbox);
    wait_until("it is done", || state(&sandbox, &id) == "done");
    drop(running);
    assert_eq!(sandbox.json(["show", &id])["assignee"], "agent:good");
}

#[test]
fn an_agent_that_keeps_failing_is_tried_again_and_then_the_issue_is_left_to_people() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    configure(
        &sandbox,
        &[agent("agent:a", 1, "echo attempt $JIT_ATTEMPT; exit 3")],
        &json!({"max_attempts": 3}),
    );
    let running = Background::coordinator(&sandbox);
    wait_until("it is given up", || {
        sandbox.json(["show", &id])["labels"]
            .as_array()
            .is_some_and(|labels| labels.contains(&json!("gave-up")))
    });
    wait_until("it is released", || state(&sandbox, &id) == "ready");
    let issue = sandbox.json(["show", &id]);
    assert_eq!(issue["context"], json!({"coordinator.reason": "the agent exited with 3"}));
    let said = log(&sandbox, &id);
    let attempts: Vec<&str> = said.lines().filter(|line| line.starts_with("attempt ")).collect();
    assert_eq!(attempts, ["attempt 1", "attempt 2", "attempt 3"]);
    // Whoever takes the label off wants it to be tried again.
    sandbox.jit(["update", &id, "--remove-label", "gave-up"]).ok();
    wait_until("it is given up again", || {
        log(&sandbox, &id).lines().filter(|line| line.starts_with("attempt ")).count() == 6
    });
    drop(running);
}

#[test]
fn an_agent_that_never_exits_is_stopped_when_it_has_said_nothing_for_too_long() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    configure(
        &sandbox,
        &[agent("agent:a", 1, "echo $$; sleep 600")],
        &json!({"stall_timeout_minutes": 0.05}),
    );
    let result = result(&sandbox);
    assert_eq!(result["result"], "failed");
    assert_eq!(result["reason"], "the agent printed nothing for 3 seconds");
    let pid = log(&sandbox, &id).lines().last().and_then(|line| line.parse().ok()).expect("a process");
    assert!(!is_alive(pid));
    assert_eq!(state(&sandbox, &id), "ready");
}

#[test]
fn an_agent_that_prints_goes_on_but_not_for_ever() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("One", []);
    let rules = json!({"stall_timeout_minutes": 0.15, "max_runtime_minutes": 0.25});
    let chatty = "while true; do echo still here; sleep 0.3; done";
    configure(&sandbox, &[agent("agent:a", 1, chatty)], &rules);
    assert_eq!(result(&sandbox)["reason"], "the agent worked for more than 15 seconds");
}

#[test]
fn an_agent_that_ignores_sigterm_is_killed() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    let stubborn = "trap '' TERM; echo $$; while true; do sleep 1; done";
    configure(&sandbox, &[agent("agent:a", 1, stubborn)], &json!({"stop_grace_secs": 1}));
    let running = Background::coordinator(&sandbox);
    wait_until("it has begun", || log(&sandbox, &id).lines().count() == 2);
    sandbox.jit(["coordinator", "stop", "--now"]).ok();
    assert_eq!(running.wait().0, 0);
    let pid = log(&sandbox, &id).lines().last().and_then(|line| line.parse().ok()).expect("a process");
    assert!(!is_alive(pid));
    assert_eq!(state(&sandbox, &id), "ready");
}

#[test]
fn what_an_agent_leaves_in_its_group_ends_with_it() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    configure(&sandbox, &[agent("agent:a", 1, "sleep 600 & echo $!; nohup sleep 600 & echo $!")], &json!({}));
    sandbox.jit(["coordinator", "once"]).ok();
    let said = log(&sandbox, &id);
    let children: Vec<i32> = said.lines().filter_map(|line| line.parse().ok()).collect();
    assert_eq!(children.len(), 2, "{said}");
    wait_until("they are gone", || !children.iter().any(|pid| is_alive(*pid)));
    assert_eq!(state(&sandbox, &id), "done");
}

#[test]
fn what_an_agent_detaches_does_not_keep_its_issue_open() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    // It has left the group and keeps the pipe: nothing can be done about it, nor need be.
    configure(&sandbox, &[agent("agent:a", 1, "setsid sleep 30 & echo $!")], &json!({}));
    sandbox.jit(["coordinator", "once"]).ok();
    assert_eq!(state(&sandbox, &id), "done");
}

#[test]
fn a_flood_of_output_is_cut_and_bytes_are_kept_as_they_are() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    let flood = r"head -c 100000000 /dev/zero | tr '\0' '\377'; printf '\000\033[31mthe end'";
    configure(&sandbox, &[agent("agent:a", 1, flood)], &json!({}));
    sandbox.jit(["coordinator", "once"]).ok();
    let folder = sandbox.repo().join(".git/jit/coordinator/logs");
    let sizes: Vec<u64> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).collect();
    assert!(sizes.len() == 2 && sizes.iter().sum::<u64>() <= 10 << 20, "{sizes:?}");
    let bytes = std::fs::read(folder.join(format!("{id}.log"))).unwrap();
    assert!(bytes.ends_with(b"\xff\x00\x1b[31mthe end"));
    assert_eq!(state(&sandbox, &id), "done");
}

#[test]
fn a_description_larger_than_the_environment_takes_is_whole_on_standard_input() {
    let sandbox = Sandbox::with_tracker();
    let text = "ä".repeat(200_000);
    sandbox.write("long", &text);
    let id = sandbox.create("One", []);
    sandbox.jit_with_input(text.as_bytes(), ["update", &id, "--desc", "-"]).ok();
    let command = r#"printf %s "$JIT_DESCRIPTION" | wc -c; wc -c | tr -d ' '"#;
    configure(&sandbox, &[agent("agent:a", 1, command)], &json!({}));
    sandbox.jit(["coordinator", "once"]).ok();
    let said = log(&sandbox, &id);
    let sizes: Vec<usize> = said.lines().filter_map(|line| line.trim().parse().ok()).collect();
    assert_eq!(sizes[0], 65_536);
    assert!(sizes[1] > 400_000, "{said}");
}
