//! git commands on the user's own branches, which the user asked for. Hooks run, as if they had
//! been typed.

use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use super::Error;
use super::git::{environment, last_words};
use crate::process::{Limit, Program};
use crate::store::Repo;

/// What git prints at most that is worth keeping.
const KEEP_BYTES: usize = 64 << 10;
/// Longest that writing a working tree may take, hooks included.
const CHECKOUT: Duration = Duration::from_secs(3600);
/// Longest that adding a line to a message may take.
const MESSAGE: Duration = Duration::from_secs(10);

/// Checks a branch out in the working tree of `repo`, made at the current commit if it is new.
pub(crate) fn switch(repo: &Repo, branch: &str, is_new: bool) -> Result<(), Error> {
    let args =
        if is_new { vec!["switch", "--quiet", "-c", branch] } else { vec!["switch", "--quiet", branch] };
    run(repo, "switch", &args, CHECKOUT)
}

/// Adds a working tree with a branch checked out, made at the current commit if it is new.
pub(crate) fn add_worktree(repo: &Repo, dir: &Path, branch: &str, is_new: bool) -> Result<(), Error> {
    let Some(dir) = dir.to_str() else {
        let reason = format!("{} is not UTF-8 text", dir.display());
        return Err(Error::Local { command: "worktree", reason });
    };
    let mut args = vec!["worktree", "add", "--quiet"];
    args.extend(if is_new { vec!["-b", branch, "--", dir] } else { vec!["--", dir, branch] });
    run(repo, "worktree", &args, CHECKOUT)
}

/// Notes `value` for a branch in the repository's configuration, from which git takes it when the
/// branch is deleted.
pub(crate) fn note_branch(repo: &Repo, branch: &str, variable: &str, value: &str) -> Result<(), Error> {
    let name = format!("branch.{branch}.{variable}");
    run(repo, "config", &["config", "--local", &name, value], MESSAGE)
}

/// Adds a trailer to the commit message in `file`, where git has its trailers, whatever the user has
/// configured for others. Lines that begin with `comment` are no part of the message.
pub(crate) fn add_trailer(
    repo: &Repo,
    file: &Path,
    (key, value): (&str, &str),
    comment: Option<char>,
) -> Result<(), Error> {
    let trailer = format!("{key}: {value}");
    let Some(file) = file.to_str() else {
        let reason = format!("{} is not UTF-8 text", file.display());
        return Err(Error::Local { command: "interpret-trailers", reason });
    };
    let comment = comment.map(|comment| format!("core.commentChar={comment}"));
    let mut args = vec!["-c", "trailer.separators=:"];
    args.extend(comment.iter().flat_map(|comment| ["-c", comment]));
    args.extend(["interpret-trailers", "--in-place", "--no-divider", "--where=end", "--if-exists=add"]);
    args.extend(["--if-missing=add", "--trailer", &trailer, "--", file]);
    run(repo, "interpret-trailers", &args, MESSAGE)
}

fn run(repo: &Repo, command: &'static str, args: &[&str], limit: Duration) -> Result<(), Error> {
    let environment = environment(repo);
    let program = Program {
        name: OsStr::new("git"),
        args,
        dir: &repo.work_dir(),
        environment: &environment,
        interactive: false,
        show_errors: false,
    };
    let running = program.start(KEEP_BYTES).map_err(|source| Error::NoGit { source })?;
    let finished = running.finish(Limit::Total(limit)).map_err(|source| Error::NoGit { source })?;
    if finished.status.is_some_and(|status| status.success()) {
        return Ok(());
    }
    Err(Error::Local { command, reason: last_words(&finished.stderr) })
}
