//! `watch`: every event is delivered in order, whatever happens on the way.

mod bad_input;
mod exec;
mod kills;
mod receiver;
mod tls;
mod webhook;

use std::fs;
use std::process::{Child, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::support::Sandbox;

/// A running `jit watch`, until it is dropped.
pub struct Watching(Child);

impl Watching {
    pub fn start<'a>(sandbox: &Sandbox, options: impl IntoIterator<Item = &'a str>) -> Self {
        let mut command = sandbox.jit_command(["watch"]);
        command.args(options).stdout(Stdio::null()).stderr(Stdio::piped());
        Self(command.spawn().expect("it starts"))
    }

    pub fn kill(mut self) {
        self.0.kill().expect("it runs");
        self.0.wait().expect("it ends");
    }

    /// Asks it to end; its exit status, and what it said.
    pub fn end(mut self) -> (Option<i32>, String) {
        kill(Pid::from_raw(self.0.id().try_into().expect("a process id")), Signal::SIGTERM).expect("it runs");
        let mut said = String::new();
        let mut stderr = self.0.stderr.take().expect("it is piped");
        std::io::Read::read_to_string(&mut stderr, &mut said).expect("it is text");
        (self.0.wait().expect("it ends").code(), said)
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// The ids of the events in a file that a command wrote, a line each.
pub fn delivered(sandbox: &Sandbox, file: &str) -> Vec<String> {
    let text = fs::read_to_string(sandbox.path(file)).unwrap_or_default();
    text.lines().map(id).collect()
}

/// The id of an event.
pub fn id(line: &str) -> String {
    let event: Value = serde_json::from_str(line).expect("it is JSON");
    event["id"].as_str().expect("it has an id").to_owned()
}

/// The ids of all events there are.
pub fn logged(sandbox: &Sandbox) -> Vec<String> {
    crate::follow::ids(&sandbox.events())
}

/// The ids of all events that are not among `before`.
pub fn logged_since(sandbox: &Sandbox, before: &[String]) -> Vec<String> {
    logged(sandbox).into_iter().filter(|id| !before.contains(id)).collect()
}
