//! `events tail --follow`: everything that happens is printed once, whichever way it comes.

mod ending;
mod history;
mod remotes;

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::support::Sandbox;

/// Longer than anything takes here on a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running `jit events tail --follow`, until it is dropped.
pub struct Follower {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Follower {
    /// Begins with what happens from now on.
    pub fn start<'a>(sandbox: &Sandbox, options: impl IntoIterator<Item = &'a str>) -> Self {
        let mut command = sandbox.jit_command(["events", "tail", "--follow", "-n", "1"]);
        command.args(options).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let stdout = child.stdout.take().expect("it is piped");
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                kept.lock().expect("nobody panics with it").push(line);
            }
        });
        let follower = Self { child, lines };
        eventually("it prints the newest event", || follower.events().len() == 1);
        follower.lines.lock().expect("nobody panics with it").clear();
        follower
    }

    /// What it printed so far.
    pub fn events(&self) -> Vec<Value> {
        let lines = self.lines.lock().expect("nobody panics with it");
        lines.iter().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect()
    }

    /// The ids of the events that it printed so far.
    pub fn ids(&self) -> Vec<String> {
        ids(&self.events())
    }

    /// Waits until it printed so many events.
    #[track_caller]
    pub fn wait_for(&self, count: usize) {
        eventually(&format!("it prints {count} events"), || self.events().len() >= count);
    }

    /// Sends a signal, and waits for the end: the exit status, if it was not killed, and what it
    /// said.
    pub fn end(mut self, signal: Signal) -> (Option<i32>, String) {
        kill(Pid::from_raw(self.child.id().try_into().expect("a process id")), signal).expect("it runs");
        let status = self.child.wait().expect("it ends");
        let mut said = String::new();
        self.child.stderr.take().expect("it is piped").read_to_string(&mut said).expect("it is text");
        (status.code(), said)
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The ids of events.
pub fn ids(events: &[Value]) -> Vec<String> {
    events.iter().map(|event| event["id"].as_str().expect("it has an id").to_owned()).collect()
}

/// Waits until something holds.
#[track_caller]
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "never: {what}");
        thread::sleep(Duration::from_millis(50));
    }
}
