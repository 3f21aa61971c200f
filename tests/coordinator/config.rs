//! Configurations, good and bad.

use super::{agent, configure};
use crate::support::Sandbox;

fn with(sandbox: &Sandbox, name: &str, text: &str) {
    std::fs::create_dir_all(sandbox.repo().join(".jit")).expect("it is writable");
    std::fs::write(sandbox.repo().join(".jit").join(name), text).expect("it is writable");
}

#[test]
fn init_config_writes_two_agents_in_either_language_and_nothing_twice() {
    for (format, name) in [("json", "coordinator.json"), ("toml", "coordinator.toml")] {
        let sandbox = Sandbox::with_tracker();
        let ran = sandbox.jit(["coordinator", "init-config", "--format", format]).ok();
        assert!(ran.stdout.ends_with(&format!(".jit/{name}\n")), "{}", ran.stdout);
        let agents = sandbox.json(["coordinator", "agents"]);
        let ids: Vec<_> = agents["agents"].as_array().unwrap().iter().map(|agent| &agent["id"]).collect();
        assert_eq!(ids, ["copilot:worker-1", "copilot:worker-2"]);
        sandbox.jit(["coordinator", "init-config", "--format", format]).fails(6, "exists already");
        sandbox.jit(["coordinator", "init-config", "--format", format, "--force"]).ok();
        let other = if format == "json" { "toml" } else { "json" };
        let ran = sandbox.jit(["coordinator", "init-config", "--force", "--format", other]);
        ran.fails(6, &format!("{name} exists already"));
    }
}

#[test]
fn two_configurations_are_one_too_many() {
    let sandbox = Sandbox::with_tracker();
    sandbox.jit(["coordinator", "init-config"]).ok();
    with(&sandbox, "coordinator.toml", "");
    for command in ["agents", "status", "start", "once", "init-config"] {
        let ran = sandbox.jit(["coordinator", command]).exits(4);
        for name in [".jit/coordinator.json", ".jit/coordinator.toml"] {
            assert!(ran.stderr.contains(name), "{}", ran.stderr);
        }
    }
}

#[test]
fn without_a_configuration_it_is_said_how_to_get_one() {
    let sandbox = Sandbox::with_tracker();
    for command in ["agents", "start", "once"] {
        let ran = sandbox.jit(["coordinator", command]).fails(3, "there is no ");
        assert!(ran.stderr.contains("jit coordinator init-config"), "{}", ran.stderr);
    }
    let ran = sandbox.jit(["coordinator", "status"]).ok();
    assert!(ran.stdout.starts_with("Coordinator: not running\n"), "{}", ran.stdout);
}

#[test]
fn mistakes_are_named_with_their_line() {
    let agents = "{\n\"agent_pool\": [\n{\"id\": \"a:b\", \"command\": \"true\"";
    let json = [
        ("{\n\"agent_pool\": [}", ":2: ", "expected value"),
        ("", ":1: ", "EOF"),
        ("{\n\"agent_pol\": []}", ":2: ", "unknown field `agent_pol`"),
        (&format!("{agents}, \"max\": 1}}]}}"), ":3: ", "unknown field `max`"),
        (&format!("{agents}}}],\n\"dispatch_rules\": {{\n\"stall\": 1}}}}"), ":5: ", "unknown field `stall`"),
        (&format!("{agents}, \"max_concurrent\": 0}}]}}"), ":3: ", "nonzero"),
        (&format!("{agents}, \"filter\": \"color:red\"}}]}}"), ":3: ", "no key \"color\""),
        (&format!("{agents}, \"labels\": [\"a b\"]}}]}}"), ":3: ", "white space"),
        (
            &format!("{agents}}}, {{\"id\": \"a:b\", \"command\": \"true\"}}]}}"),
            ":3: ",
            "two agents are called a:b",
        ),
        ("{\"agent_pool\": [{\"id\": \"ab\", \"command\": \"true\"}]}", ":1: ", "it has no colon"),
        ("{\"agent_pool\": [{\"id\": \"a:b\", \"command\": []}]}", ":1: ", "the command is empty"),
        ("{\"agent_pool\": [{\"id\": \"a:b\", \"command\": \" \"}]}", ":1: ", "the command is empty"),
        ("{\"agent_pool\": [{\"id\": \"a:b\"}]}", ":1: ", "missing field `command`"),
        ("{\"agent_pool\": []}", ":1: ", "there must be an agent at least"),
        (&format!("{agents}}}],\n\"sync\": \"maybe\"}}"), ":4: ", "\"on\" or \"off\""),
        (&format!("{agents}}}],\n\"poll_interval_secs\": 0}}"), ":4: ", "nonzero"),
        (
            &format!("{agents}}}],\n\"dispatch_rules\": {{\"priority_order\": [\"urgent\"]}}}}"),
            ":4: ",
            "urgent",
        ),
        (
            &format!("{agents}}}],\n\"dispatch_rules\": {{\"stall_timeout_minutes\": -1}}}}"),
            ":4: ",
            "-1 minutes",
        ),
    ];
    for (text, line, reason) in json {
        let sandbox = Sandbox::with_tracker();
        with(&sandbox, "coordinator.json", text);
        for command in ["start", "once", "agents", "status"] {
            let ran = sandbox.jit(["coordinator", command]).fails(4, reason);
            assert!(ran.stderr.contains(&format!(".jit/coordinator.json{line}")), "{text}: {}", ran.stderr);
        }
        let told = sandbox.jit(["coordinator", "start", "--json"]).exits(4).json();
        assert_eq!(told["error"]["code"], "coordinator_config_invalid");
    }
}

#[test]
fn mistakes_in_toml_are_named_with_their_line() {
    let agent = "[[agent_pool]]\nid = \"a:b\"\ncommand = \"true\"\n";
    let toml = [
        ("agent_pool = [", ":1: ", ""),
        (&format!("pool = 1\n{agent}"), ":1: ", "unknown field `pool`"),
        (&format!("{agent}max = 1\n"), ":4: ", "unknown field `max`"),
        (&format!("{agent}filter = \"color:red\"\n"), ":4: ", "no key \"color\""),
        (&format!("{agent}\n[dispatch_rules]\nmax_attempts = 0\n"), ":6: ", "nonzero"),
    ];
    for (text, line, reason) in toml {
        let sandbox = Sandbox::with_tracker();
        with(&sandbox, "coordinator.toml", text);
        let ran = sandbox.jit(["coordinator", "start"]).fails(4, reason);
        assert!(ran.stderr.contains(&format!(".jit/coordinator.toml{line}")), "{text}: {}", ran.stderr);
    }
}

#[test]
fn both_languages_and_both_kinds_of_command_say_the_same() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    with(
        &sandbox,
        "coordinator.toml",
        "poll_interval_secs = 1\nsync = \"off\"\n[dispatch_rules]\nstall_timeout_minutes = 0.5\n\
         [[agent_pool]]\nid = \"a:b\"\ntype = \"t\"\ncommand = [\"sh\", \"-c\", \"echo $0-$1\", \"x\", \"y z\"]\n",
    );
    sandbox.jit(["coordinator", "once"]).ok();
    assert!(super::log(&sandbox, &id).ends_with("x-y z\n"));
}

#[test]
fn agents_shows_what_they_hold_though_no_coordinator_runs() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    sandbox.jit(["claim", &id, "copilot:worker-1"]).ok();
    configure(
        &sandbox,
        &[agent("copilot:worker-1", 2, "true"), agent("copilot:worker-2", 1, "true")],
        &serde_json::json!({}),
    );
    let agents = sandbox.json(["coordinator", "agents"]);
    assert_eq!(agents["count"], 2);
    assert_eq!(agents["agents"][0]["holds"][0]["id"], *id);
    assert_eq!(agents["agents"][1]["holds"].as_array().map(Vec::len), Some(0));
    let ran = sandbox.jit(["coordinator", "agents"]).ok();
    assert!(ran.stdout.contains(&format!("  holds {} since ", &id[..8])), "{}", ran.stdout);
    // What somebody claimed by hand is nobody's business here.
    sandbox.jit(["coordinator", "once"]).ok();
    assert_eq!(super::state(&sandbox, &id), "in_progress");
}

#[test]
fn outside_a_repository_or_without_a_tracker_it_says_so() {
    let sandbox = Sandbox::new();
    for command in ["agents", "init-config", "start", "once", "status", "stop"] {
        sandbox.jit_in(&sandbox.path(""), ["coordinator", command]).fails(3, "no git repository");
    }
    let sandbox = Sandbox::with_repo();
    sandbox.jit(["coordinator", "init-config"]).ok();
    for command in ["start", "once"] {
        sandbox.jit(["coordinator", command]).fails(3, "has no tracker");
    }
}
