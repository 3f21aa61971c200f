//! What a coordinator keeps in a clone, under `jit/coordinator` of its git directory.
//!
//! - `lock`: held by the coordinator as long as it lives; the kernel frees it with the process.
//! - `stop`: written by whoever wants it to stop.
//! - `state.json`: what it last did, for `status`.
//! - `runs/<issue>/`: one folder for each issue that is worked on, from before it is claimed until
//!   after its end is in the tracker. What a killed coordinator leaves there is what the
//!   next one takes over.
//! - `logs/<issue>.log`: what agents printed.
//!
//! Every file but logs is written under another name first, so that none is ever seen in part.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Error;
use crate::model::IssueId;

/// The folder below the private folder of the clone.
const FOLDER: &str = "coordinator";
/// How many logs are kept.
const LOGS: usize = 1000;

/// How often it is tried to take the lock, and how long it is waited in between.
const LOOKS: u32 = 5;
const LOOK: Duration = Duration::from_millis(20);

/// The folder of a clone.
#[derive(Clone, Debug)]
pub(crate) struct Place(PathBuf);

impl Place {
    /// The folder in a clone that keeps `private_dir` for itself. It need not exist.
    pub(crate) fn new(private_dir: &Path) -> Self {
        Self(private_dir.join(FOLDER))
    }

    /// The folder.
    pub(crate) fn dir(&self) -> &Path {
        &self.0
    }

    /// Makes the folder and those in it.
    pub(crate) fn create(&self) -> Result<(), Error> {
        [self.runs(), self.logs()]
            .iter()
            .try_for_each(|dir| fs::create_dir_all(dir).map_err(Error::io("create", dir)))
    }

    fn runs(&self) -> PathBuf {
        self.0.join("runs")
    }

    fn logs(&self) -> PathBuf {
        self.0.join("logs")
    }

    /// The folder for the work on `issue`.
    pub(crate) fn run(&self, issue: IssueId) -> PathBuf {
        self.runs().join(issue.to_string())
    }

    /// The issues that are worked on, as far as the folders tell.
    pub(crate) fn run_ids(&self) -> Vec<IssueId> {
        let entries = fs::read_dir(self.runs()).into_iter().flatten().flatten();
        let mut ids: Vec<IssueId> =
            entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
        ids.sort_unstable();
        ids
    }

    /// Where it goes what agents print about `issue`.
    pub(crate) fn log(&self, issue: IssueId) -> PathBuf {
        self.logs().join(format!("{issue}.log"))
    }

    /// Where a coordinator in the background says what it does.
    pub(crate) fn own_log(&self) -> PathBuf {
        self.0.join("coordinator.log")
    }

    /// What the coordinator last did.
    pub(crate) fn state(&self) -> PathBuf {
        self.0.join("state.json")
    }

    /// The wish that it stops.
    pub(crate) fn stop(&self) -> PathBuf {
        self.0.join("stop")
    }

    /// Removes the oldest logs if there are too many.
    pub(crate) fn prune_logs(&self) {
        let entries = fs::read_dir(self.logs()).into_iter().flatten().flatten();
        let age = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified());
        let mut logs: Vec<(SystemTime, PathBuf)> =
            entries.map(|entry| entry.path()).filter_map(|path| Some((age(&path).ok()?, path))).collect();
        logs.sort_unstable();
        let excess = logs.len().saturating_sub(LOGS);
        // What cannot be removed is in nobody's way.
        logs.iter().take(excess).for_each(|(_, path)| fs::remove_file(path).unwrap_or_default());
    }

    /// Takes the place of the coordinator of this clone.
    pub(crate) fn lock(&self) -> Result<Lock, Error> {
        self.create()?;
        let path = self.0.join("lock");
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(false).read(true).write(true).open(&path);
        let mut file = file.map_err(Error::io("open", &path))?;
        // Whoever only looks whether it is held holds it for a moment.
        for patience in (0..LOOKS).rev() {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if patience > 0 => std::thread::sleep(LOOK),
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::Running { pid: pid_in(&mut file), dir: self.0.clone() });
                }
                Err(TryLockError::Error(source)) => return Err(Error::io("lock", &path)(source)),
            }
        }
        let noted = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        noted.map_err(Error::io("write", &path))?;
        Ok(Lock { _file: file })
    }

    /// Whether a coordinator runs; its process, if it said so.
    pub(crate) fn holder(&self) -> Option<Holder> {
        let mut file = File::open(self.0.join("lock")).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(Holder { pid: pid_in(&mut file) }),
            _ => None,
        }
    }
}

/// Who holds the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    /// Its process, if it said so.
    pub(crate) pid: Option<i32>,
}

/// The place of the coordinator. Given back when dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

fn pid_in(file: &mut File) -> Option<i32> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// Writes a file as a whole or not at all.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("new");
    fs::write(&temporary, bytes)?;
    fs::rename(&temporary, path)
}

/// Writes a value as a whole or not at all.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> io::Result<()> {
    write(path, &serde_json::to_vec(value)?)
}

/// Reads a value; none if the file is not there or is not what this version writes.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}
