//! Storing a history that is made at once.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::time::Duration;

use super::Error;
use super::git::{environment, last_words};
use crate::process::{Limit, Program};
use crate::store::Repo;

/// What git prints at most; it reports statistics in a few lines.
const KEEP_BYTES: usize = 64 << 10;
/// Longest that git may take after the last byte, for the index of a very large pack.
const LIMIT: Duration = Duration::from_secs(6 * 3600);

/// Runs `git fast-import` on what `write` writes. The references move at its end, or none
/// does. Nothing is synced to disk: what can be made once can be made again.
pub(crate) fn fast_import(
    repo: &Repo,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    let args = [
        // What the log of the reference says is kept for all of them.
        "-c",
        "core.logAllRefUpdates=always",
        // Packed better by the next maintenance, if ever; now it is to be quick.
        "-c",
        "core.compression=1",
        "fast-import",
        "--quiet",
    ];
    let program = Program {
        name: OsStr::new("git"),
        args: &args,
        dir: &repo.work_dir(),
        environment: &environment(repo),
        interactive: false,
        show_errors: false,
    };
    let (running, stdin) = program.start_fed(KEEP_BYTES).map_err(|source| Error::NoGit { source })?;
    let mut stdin = io::BufWriter::with_capacity(1 << 20, stdin);
    let written = write(&mut stdin).and_then(|()| stdin.flush());
    drop(stdin.into_parts());
    let finished = running.finish(Limit::Total(LIMIT)).map_err(|source| Error::NoGit { source })?;
    let failed = |reason| Error::Local { command: "fast-import", reason };
    match written {
        _ if !finished.status.is_some_and(|status| status.success()) && !finished.stderr.is_empty() => {
            Err(failed(last_words(&finished.stderr)))
        }
        Err(error) => Err(failed(error.to_string())),
        Ok(()) if finished.status.is_some_and(|status| status.success()) => Ok(()),
        Ok(()) => Err(failed("it ended early".to_owned())),
    }
}
