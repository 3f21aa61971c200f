//! The folder for the work on one issue: what is to be run, and what became of it.
//!
//! It is made before the issue is claimed and removed after the end of the work is in the
//! tracker, so that whatever is killed in between, the next coordinator knows of it. The
//! supervisor of the agent holds the folder's lock as long as it lives, which tells that work
//! goes on without trusting in process ids.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::place;
use crate::process::job::Identity;

/// What is to be run.
const SPEC: &str = "run.json";
/// What the agent reads.
const STDIN: &str = "stdin.json";
/// Held by the supervisor.
const LOCK: &str = "lock";
/// Who works.
const WORKER: &str = "agent.json";
/// Counts renewals of the lease.
const LEASE: &str = "lease";
/// How the work ended.
const END: &str = "end.json";

/// What is to be run, for which issue.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Spec {
    /// The issue.
    pub(crate) issue: String,
    /// Its title.
    pub(crate) title: String,
    /// Who holds it.
    pub(crate) agent: String,
    /// The claim; absent until it is granted.
    pub(crate) claim: Option<String>,
    /// Since when it is held.
    pub(crate) since: Option<String>,
    /// The how manieth attempt it is, from 1.
    pub(crate) attempt: u32,
    /// What to start; absent until the issue is claimed.
    pub(crate) work: Option<Work>,
}

/// A program to start, and its limits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Work {
    /// The program and its arguments.
    pub(crate) command: Vec<String>,
    /// Whether the program is a shell, which tells by its status that there is no command.
    pub(crate) is_shell: bool,
    /// Where it runs.
    pub(crate) dir: PathBuf,
    /// What is added to its environment.
    pub(crate) environment: Vec<(String, String)>,
    /// Where its output goes, seen from the folder.
    pub(crate) log: PathBuf,
    /// What stands above its output.
    pub(crate) heading: String,
    /// Milliseconds that it may work without a renewal of the lease.
    pub(crate) lease_millis: u64,
    /// Milliseconds that it has to end after it was asked to.
    pub(crate) grace_millis: u64,
}

/// Who works.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Worker {
    /// The agent, which leads a process group.
    pub(crate) agent: Identity,
    /// Its supervisor.
    pub(crate) supervisor: i32,
}

/// How the work ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct End {
    /// The exit status.
    pub(crate) code: Option<i32>,
    /// The signal that ended it.
    pub(crate) signal: Option<i32>,
    /// Whether it was asked to end.
    pub(crate) stopped: bool,
    /// Whether it was asked because nobody renewed the lease.
    pub(crate) lease_ran_out: bool,
    /// Why it could not be started at all.
    pub(crate) not_run: Option<String>,
}

/// The folder.
#[derive(Clone, Debug)]
pub(crate) struct RunDir(PathBuf);

impl RunDir {
    /// The folder `dir`, which need not exist.
    pub(crate) fn new(dir: PathBuf) -> Self {
        Self(dir)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Makes the folder, or changes what is to be run.
    pub(crate) fn write_spec(&self, spec: &Spec) -> io::Result<()> {
        fs::create_dir_all(&self.0)?;
        place::write_json(&self.0.join(SPEC), spec)
    }

    /// What is to be run.
    pub(crate) fn spec(&self) -> Option<Spec> {
        place::read_json(&self.0.join(SPEC))
    }

    /// Writes what the agent reads.
    pub(crate) fn write_stdin(&self, json: &[u8]) -> io::Result<()> {
        place::write(&self.0.join(STDIN), json)
    }

    /// What the agent reads.
    pub(crate) fn stdin(&self) -> io::Result<File> {
        File::open(self.0.join(STDIN))
    }

    /// Tells who works.
    pub(crate) fn write_worker(&self, worker: &Worker) -> io::Result<()> {
        place::write_json(&self.0.join(WORKER), worker)
    }

    /// Who works, or did.
    pub(crate) fn worker(&self) -> Option<Worker> {
        place::read_json(&self.0.join(WORKER))
    }

    /// Tells the supervisor that the lease was renewed.
    pub(crate) fn renew_lease(&self, count: u64) -> io::Result<()> {
        place::write_json(&self.0.join(LEASE), &count)
    }

    /// How often the lease was renewed.
    pub(crate) fn renewals(&self) -> u64 {
        place::read_json(&self.0.join(LEASE)).unwrap_or_default()
    }

    /// Tells how the work ended.
    pub(crate) fn write_end(&self, end: &End) -> io::Result<()> {
        place::write_json(&self.0.join(END), end)
    }

    /// How the work ended, if it did.
    pub(crate) fn end(&self) -> Option<End> {
        place::read_json(&self.0.join(END))
    }

    /// Takes the folder's lock; none if somebody has it.
    pub(crate) fn try_lock(&self) -> io::Result<Option<File>> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(self.0.join(LOCK))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(source),
        }
    }

    /// Removes the folder. A supervisor that comes late finds nothing to run.
    pub(crate) fn remove(&self) -> io::Result<()> {
        match fs::remove_dir_all(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
