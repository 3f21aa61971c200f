//! Writing: the editor, templates, attachments, and Markdown on a terminal.

mod attachments;
mod editor;
mod markdown;
mod templates;

use std::os::unix::fs::PermissionsExt;

use crate::support::{Ran, Sandbox, run};

/// An editor that is a script; it finds the file in `$1`.
fn editor(sandbox: &Sandbox, script: &str) -> String {
    let path = sandbox.path("editor");
    std::fs::write(&path, format!("#!/bin/sh\nset -e\n{script}\n")).expect("the sandbox is writable");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    path.to_str().expect("it is plain text").to_owned()
}

/// Runs jit where that script is the editor.
fn jit_with(sandbox: &Sandbox, script: &str, args: &[&str]) -> Ran {
    let editor = editor(sandbox, script);
    run(sandbox.jit_command(args).env("EDITOR", editor))
}

/// The files of drafts.
fn drafts(sandbox: &Sandbox) -> Vec<String> {
    let dir = std::fs::read_dir(sandbox.path("repo/.git/jit/drafts")).into_iter().flatten().flatten();
    let mut names: Vec<String> = dir.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
