//! Where the tracker meets the code: branches, commits, and the hook that names issues in them.

mod close;
mod hooks;
mod links;
mod start;

use crate::support::{Ran, Sandbox};

/// Makes a commit; what git said.
fn commit(sandbox: &Sandbox, message: &str) -> Ran {
    sandbox.git(["commit", "-q", "--allow-empty", "-m", message])
}

/// The message of the commit that is checked out.
fn message(sandbox: &Sandbox) -> String {
    sandbox.git(["log", "-1", "--format=%B"]).ok().stdout.trim().to_owned()
}

/// The branch that is checked out.
fn branch(sandbox: &Sandbox) -> String {
    sandbox.git(["symbolic-ref", "--short", "HEAD"]).ok().stdout.trim().to_owned()
}

fn state(sandbox: &Sandbox, id: &str) -> String {
    sandbox.json(["show", id])["state"].as_str().expect("text").to_owned()
}
