//! The examples work: the scripts, and every block of their documents.

mod document;
mod orchestrators;
mod others;
mod patterns;
mod recipes;

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::support::Sandbox;
use crate::support::console::fences;
use crate::support::hub::executable;

/// A file beside the sources.
fn source(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The block of a document that has `needle` in it.
fn block(document: &str, language: &str, needle: &str) -> String {
    let text = source(document);
    let lines: Vec<&str> = text.lines().collect();
    let blocks = fences(&text).into_iter().filter(|fence| fence.language == language);
    let mut found =
        blocks.map(|fence| lines[fence.lines].join("\n") + "\n").filter(|text| text.contains(needle));
    let block = found.next().unwrap_or_else(|| panic!("{document} has no {language} block with {needle:?}"));
    assert!(found.next().is_none(), "{needle:?} is in two blocks");
    block
}

/// Puts the examples into the folder `examples` of a repository, as scripts that can be run.
fn install(sandbox: &Sandbox) {
    let folder = sandbox.repo().join("examples");
    fs::create_dir_all(&folder).expect("the sandbox is writable");
    for name in ["bash-orchestrator.sh", "simple-orchestrator.py"] {
        executable(&folder.join(name), &source(&format!("examples/{name}")));
    }
    for (name, language, needle) in [
        ("dispatch-on-events.sh", "bash", "# dispatch-on-events.sh"),
        ("post-events.sh", "bash", "# post-events.sh"),
        ("release-stale.sh", "bash", "# release-stale.sh"),
        ("with-lease.sh", "bash", "# with-lease.sh"),
        ("webhook-receiver.py", "python", "webhook-receiver.py PORT"),
        ("dispatch-once.sh", "bash", "# dispatch-once.sh"),
        ("dispatch.toml", "toml", "# dispatch.toml"),
        ("dispatch-all.py", "python", "dispatch-all.py AGENT"),
    ] {
        executable(&folder.join(name), &block("examples/integration-patterns.md", language, needle));
    }
}

/// A program that runs in the background, with all it starts, until it is dropped.
struct Background(Child);

impl Background {
    fn start(command: &mut Command) -> Self {
        Self(command.process_group(0).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts"))
    }

    fn group(&self) -> Pid {
        Pid::from_raw(self.0.id().try_into().expect("a process id"))
    }

    /// Asks the program itself to end; its exit status.
    fn end(mut self) -> Option<i32> {
        nix::sys::signal::kill(self.group(), Signal::SIGTERM).expect("it runs");
        self.0.wait().expect("it ends").code()
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        killpg(self.group(), Signal::SIGKILL).ok();
        self.0.wait().ok();
    }
}

/// The states of all issues, in the order in which they were created.
fn states(sandbox: &Sandbox) -> Vec<String> {
    let listed = sandbox.json(["list"]);
    let mut issues: Vec<_> = listed["issues"].as_array().expect("a list").iter().collect();
    issues.sort_by_key(|issue| issue["created_at"].as_str());
    issues.iter().map(|issue| issue["state"].as_str().expect("text").to_owned()).collect()
}

/// Whether all issues are done.
fn all_done(sandbox: &Sandbox) -> bool {
    states(sandbox).iter().all(|state| state == "done")
}
