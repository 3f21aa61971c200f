//! The two orchestrators.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::{Background, all_done, install, states};
use crate::follow::eventually;
use crate::support::{Sandbox, run};

/// A folder of programs that has no `jq`.
fn without_jq(sandbox: &Sandbox) -> PathBuf {
    let folder = sandbox.path("bin");
    fs::create_dir(&folder).expect("the sandbox is writable");
    let find =
        |name: &str| run(sandbox.program("sh", &folder).args(["-c", &format!("command -v {name}")])).ok();
    for name in ["bash", "date", "git", "jit", "sleep"] {
        let link = std::os::unix::fs::symlink(find(name).stdout.trim(), folder.join(name));
        link.expect("the sandbox is writable");
    }
    folder
}

#[test]
fn the_bash_orchestrator_works_off_what_is_ready_with_and_without_jq() {
    for has_jq in [true, false] {
        let sandbox = Sandbox::with_tracker();
        install(&sandbox);
        let low = sandbox.create("Low", ["--priority", "low"]);
        let failing = sandbox.create("Fails", []);
        let waiting = sandbox.create("Waits", ["--priority", "critical"]);
        let urgent = sandbox.create("Urgent", ["--priority", "high"]);
        sandbox.jit(["dep", "add", &waiting, &low]).ok();
        let mut script =
            sandbox.program(sandbox.repo().join("examples/bash-orchestrator.sh"), &sandbox.repo());
        script
            .arg("--once")
            .env("AGENT", "agent:bash")
            .env("WORK", format!("echo $JIT_ISSUE_ID >> ../order; [ $JIT_ISSUE_ID != {failing} ] || exit 7"));
        if !has_jq {
            script.env("PATH", without_jq(&sandbox));
        }
        run(&mut script).ok();
        let order = fs::read_to_string(sandbox.path("order")).unwrap();
        assert_eq!(order.lines().collect::<Vec<_>>(), [&urgent, &failing, &low, &waiting], "jq: {has_jq}");
        assert_eq!(states(&sandbox), ["done", "ready", "done", "done"]);
        let released = sandbox.events().into_iter().find(|event| event["type"] == "issue_released").unwrap();
        assert_eq!(
            (&released["reason"], &released["actor"]),
            (&"exit status 7".into(), &"agent:bash".into())
        );
    }
}

#[test]
fn both_go_on_as_their_readme_starts_them_and_end_in_order() {
    let bash = "chmod +x examples/bash-orchestrator.sh\nexec ./examples/bash-orchestrator.sh\n";
    let python = "exec python3 examples/simple-orchestrator.py\n";
    for (needle, script) in [("chmod ", bash), ("simple-orchestrator.py\n", python)] {
        assert_eq!(script.replace("exec ", ""), super::block("examples/README.md", "bash", needle));
        let sandbox = Sandbox::with_tracker();
        install(&sandbox);
        sandbox.create("Before", []);
        let running = Background::start(sandbox.program("bash", &sandbox.repo()).args(["-c", script]));
        eventually("what was there is done", || all_done(&sandbox));
        sandbox.create("After", []);
        sandbox.create("More", []);
        eventually("what comes is done", || all_done(&sandbox));
        assert_eq!(running.end(), Some(0));
    }
}

#[test]
fn the_python_orchestrator_keeps_to_priorities_and_capacities() {
    let sandbox = Sandbox::with_tracker();
    install(&sandbox);
    let priorities = ["low", "normal", "critical", "high", "low", "critical", "normal", "high"];
    let ids = priorities.map(|priority| sandbox.create(priority, ["--priority", priority]));
    let work = "echo start $JIT_AGENT $JIT_ISSUE_TITLE >> ../log; sleep 0.3; echo end $JIT_AGENT >> ../log";
    let failing = format!("{work}; test $JIT_ISSUE_ID != {}", ids[0]);
    let mut python = sandbox.program("python3", &sandbox.repo());
    python.args(["examples/simple-orchestrator.py", "--once", "--work", &failing, "--interval", "0.2"]);
    run(python.args(["--agent", "agent:big:2", "--agent", "agent:small:1"])).ok();
    let log = fs::read_to_string(sandbox.path("log")).unwrap();
    let mut running: BTreeMap<&str, usize> = BTreeMap::new();
    let mut started = Vec::new();
    for line in log.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let count = running.entry(words[1]).or_default();
        if words[0] == "start" {
            *count += 1;
            started.push(words[2]);
        } else {
            *count -= 1;
        }
        assert!(*count <= if words[1] == "agent:big" { 2 } else { 1 }, "{log}");
    }
    let count =
        |priorities: &[&str]| priorities.iter().filter(|priority| priority.starts_with("crit")).count();
    assert_eq!((started.len(), count(&started), count(&started[..3])), (8, 2, 2), "{log}");
    let states = states(&sandbox);
    assert_eq!(states.iter().filter(|state| *state == "done").count(), 7);
    assert_eq!(states[0], "ready", "what failed is given back");
    let options = ["examples/simple-orchestrator.py", "--agent", "nobody"];
    run(sandbox.program("python3", &sandbox.repo()).args(options)).exits(2);
}
