//! What people and programs get wrong, and what machines do to a tracker: every refusal is
//! one clear line with a documented exit code, and leaves the tracker as it was.

mod arguments;
mod batch;
mod claims;
mod damage;
pub mod disk;
mod gates;
mod graph;
mod ids;
mod output;
mod planted;
mod references;
mod text;
mod titles;

use std::ffi::OsStr;

use serde_json::Value;

use crate::support::{Ran, Sandbox, run_with_input};

/// The commit the tracker is at.
#[track_caller]
fn tip(sandbox: &Sandbox) -> String {
    sandbox.git(["rev-parse", "refs/jit/main"]).ok().stdout.trim().to_owned()
}

/// Runs jit, and insists that it says why it refuses and leaves the tracker as it was.
#[track_caller]
pub(super) fn refused<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(
    sandbox: &Sandbox,
    args: I,
    code: i32,
    message: &str,
) {
    unchanged(sandbox, || sandbox.jit(args)).fails(code, message);
}

/// The refusal as JSON, which has its message and code, and leaves the tracker as it was.
#[track_caller]
fn refused_as_json<'a>(sandbox: &Sandbox, args: impl IntoIterator<Item = &'a str>, code: i32) -> Value {
    let ran = unchanged(sandbox, || sandbox.jit(args.into_iter().chain(["--json"]))).exits(code);
    assert_eq!(ran.stderr, "", "the document is all there is");
    ran.json()["error"].clone()
}

/// Runs something that must not move the tracker.
#[track_caller]
fn unchanged(sandbox: &Sandbox, command: impl FnOnce() -> Ran) -> Ran {
    let before = tip(sandbox);
    let ran = command();
    assert_eq!(tip(sandbox), before, "a refusal changes nothing: {ran:?}");
    ran
}

/// Says why a test was left out.
fn skipped<T>(why: &str) -> Option<T> {
    eprintln!("skipped: {why}");
    None
}

/// The text of an issue's file.
fn yaml(id: &str, title: &str, more: &str) -> String {
    let stamp = "{by: \"human:ada\", at: \"2026-01-02T03:04:05.678Z\"}";
    format!(
        "id: {id}\ntitle: {title}\ntype: task\nstate: open\npriority: normal\n\
         {more}created: {stamp}\nupdated: {stamp}\n"
    )
}

/// The path of an issue's file.
pub(super) fn path_of(id: &str) -> String {
    format!("issues/{}/{id}.yaml", &id[..2])
}

/// Commits a file to the tracker as another program might, past every rule.
pub(super) fn plant(sandbox: &Sandbox, path: &str, content: impl AsRef<[u8]>) {
    let content = content.as_ref();
    let mut stream = b"commit refs/jit/main\ncommitter Eve <eve@example.com> 0 +0000\ndata 0\n\n".to_vec();
    stream.extend(format!("from refs/jit/main^0\nM 100644 inline {path}\ndata {}\n", content.len()).bytes());
    stream.extend(content);
    stream.push(b'\n');
    run_with_input(sandbox.program("git", &sandbox.repo()).args(["fast-import", "--quiet"]), &stream).ok();
}
