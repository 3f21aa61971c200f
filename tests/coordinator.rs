//! The coordinator: real agents, that is shell scripts, in real repositories.

mod agents;
mod basics;
mod config;
mod dispatch;
mod document;
mod ends;
mod fleet;
mod takeover;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::support::Sandbox;

/// How long a test waits for what must happen: long, since machines can be busy.
const PATIENCE: Duration = Duration::from_secs(120);

/// Waits until `is_so`.
#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "it never happened: {what}");
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// An agent that runs `command` in a shell.
fn agent(id: &str, places: u32, command: &str) -> Value {
    json!({"id": id, "agent_type": "script", "command": command, "max_concurrent": places})
}

/// Writes a configuration with rules that suit a test.
fn configure(sandbox: &Sandbox, agents: &[Value], rules: &Value) {
    let mut all = json!({"retry_delay_secs": 0, "stop_grace_secs": 2, "max_attempts": 2});
    for (key, value) in rules.as_object().into_iter().flatten() {
        all[key] = value.clone();
    }
    let config = json!({"agent_pool": agents, "dispatch_rules": all, "poll_interval_secs": 1});
    std::fs::create_dir_all(sandbox.repo().join(".jit")).expect("it is writable");
    let path = sandbox.repo().join(".jit/coordinator.json");
    std::fs::write(path, config.to_string()).expect("it is writable");
}

/// A program in the background; killed, with agents it left, when dropped.
struct Background {
    child: Child,
    repo: std::path::PathBuf,
    log: std::path::PathBuf,
}

impl Background {
    fn start(mut command: Command, repo: &Path) -> Self {
        let log = repo.with_extension(format!("said-{}", uuid::Uuid::new_v4()));
        let file = std::fs::File::create(&log).expect("it is writable");
        let child = command.stdout(Stdio::null()).stderr(file).spawn().expect("it starts");
        Self { child, repo: repo.to_owned(), log }
    }

    /// A coordinator in the repository of `sandbox`, that has begun to work.
    fn coordinator(sandbox: &Sandbox) -> Self {
        let running = Self::start(sandbox.jit_command(["coordinator", "start"]), &sandbox.repo());
        running.wait_for_start(sandbox);
        running
    }

    fn wait_for_start(&self, sandbox: &Sandbox) {
        let pid = self.child.id();
        wait_until("the coordinator has started", || {
            let status = sandbox.json(["coordinator", "status"]);
            status["running"] == true && status["pid"] == pid && !status["started_at"].is_null()
        });
    }

    /// What it said.
    fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).expect("it runs");
    }

    /// Its exit status, when it has ended.
    fn wait(mut self) -> (i32, String) {
        let status = self.child.wait().expect("it ends");
        (status.code().unwrap_or(-1), self.said())
    }

    fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
        std::mem::forget(self);
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        end_agents(&self.repo);
    }
}

/// Ends the agents that a killed coordinator left in a repository.
fn end_agents(repo: &Path) {
    let runs = std::fs::read_dir(repo.join(".git/jit/coordinator/runs"));
    for run in runs.into_iter().flatten().flatten() {
        let text = std::fs::read_to_string(run.path().join("agent.json")).unwrap_or_default();
        let Ok(worker) = serde_json::from_str::<Value>(&text) else { continue };
        for pid in [&worker["supervisor"], &worker["agent"]["pid"]] {
            let Some(pid) = pid.as_i64().and_then(|pid| i32::try_from(pid).ok()) else { continue };
            nix::sys::signal::killpg(Pid::from_raw(pid), Signal::SIGKILL).ok();
        }
    }
}

/// The state of an issue.
fn state(sandbox: &Sandbox, id: &str) -> String {
    sandbox.json(["show", id])["state"].as_str().expect("it has one").to_owned()
}

/// What is in the log of an issue.
fn log(sandbox: &Sandbox, id: &str) -> String {
    let path = sandbox.repo().join(format!(".git/jit/coordinator/logs/{id}.log"));
    String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned()
}

/// Whether a process runs.
fn is_alive(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}
