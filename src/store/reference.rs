//! The one reference that holds the tracker, moved by compare-and-swap.
//!
//! Guarantees of [`compare_and_swap`]:
//!
//! - The value is compared while the reference is locked in git's own way
//!   (`<ref>.lock`), after reading the loose file and a freshly opened `packed-refs`, so a
//!   concurrent `git pack-refs`, `git gc`, `git fetch` or `git update-ref` cannot make a
//!   stale swap succeed.
//! - Only this reference is locked, never `packed-refs`.
//! - A crash leaves the old value or the new one, and at most a line too many in the
//!   reference's log. A lock file that a killed process left
//!   is recognised and removed by the next one.
//!
//! The new value is prepared in `<common>/jit/next` and linked to the name of the lock, so
//! the lock is complete from the first instant, and a lock left behind is known to be ours:
//! it is the same file as `next`, and whoever holds [`RepoLock`] knows its maker is gone.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use gix::ObjectId;

use super::object::{Unsynced, sync_dir};
use super::{Error, Repo, RepoLock, foreign_lock};
use crate::model::Durability;

/// How long to wait for another program's lock.
const PATIENCE: Duration = Duration::from_secs(15);
/// Attempts at creating a file in a directory that pack-refs may remove at any time.
const DIR_RETRIES: usize = 5;

/// How a compare-and-swap ended.
#[derive(Debug)]
pub(crate) enum Swap {
    /// The reference has the new value.
    Moved {
        /// The new value.
        to: ObjectId,
        /// What went wrong beside it, for the person who asked: the move itself stands.
        warnings: Vec<String>,
    },
    /// Somebody else moved it first; the value that was seen.
    Lost { actual: Option<ObjectId> },
}

/// What the log of the reference says of a move.
pub(super) struct LogEntry<'a> {
    pub(super) committer: &'a gix::actor::Signature,
    pub(super) message: &'a str,
}

/// The value of the reference; none if it does not exist.
pub(super) fn read(repo: &Repo) -> Result<Option<ObjectId>, Error> {
    let path = repo.common_dir().join(&repo.ref_name);
    match fs::read(&path) {
        Ok(content) => parse_loose(repo, &content).map(Some),
        // A directory of that name means refs such as refs/jit/main/x.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            read_packed(repo)
        }
        // What is left of a reference below this name; git looks past it if it is empty.
        Err(error) if error.kind() == io::ErrorKind::IsADirectory && is_empty(&path) => read_packed(repo),
        Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
            let reason = format!("references such as {}/x are in its way", repo.ref_name);
            Err(Error::NotATracker { name: repo.ref_name.clone(), reason })
        }
        Err(source) => Err(Error::Io { action: "read", path, source }),
    }
}

fn parse_loose(repo: &Repo, content: &[u8]) -> Result<ObjectId, Error> {
    let bad = |reason: &str| Error::NotATracker { name: repo.ref_name.clone(), reason: reason.to_owned() };
    let content = content.trim_ascii();
    if content.starts_with(b"ref:") {
        return Err(bad("it is a symbolic reference"));
    }
    match ObjectId::from_hex(content) {
        Ok(id) if id.kind() == repo.git.object_hash() => Ok(id),
        _ if content.is_empty() => Err(bad("its file is empty, as a power cut may leave it")),
        _ => Err(bad("its file is not an object id")),
    }
}

fn read_packed(repo: &Repo) -> Result<Option<ObjectId>, Error> {
    let path = repo.common_dir().join("packed-refs");
    let content = match fs::read(&path) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::Io { action: "read", path, source }),
    };
    let wanted = repo.ref_name.as_bytes();
    let line = content.split(|byte| *byte == b'\n').find_map(|line| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        line.strip_suffix(wanted).and_then(|line| line.strip_suffix(b" "))
    });
    line.map(|hex| parse_loose(repo, hex)).transpose()
}

/// Moves the reference from `expected` to the value that is `prepared`, if it still is at
/// `expected`. With full durability what is prepared must have been synced, and everything
/// that it leads to.
pub(super) fn compare_and_swap(
    repo: &Repo,
    expected: Option<ObjectId>,
    prepared: &Prepared,
    durability: Durability,
    log: &LogEntry<'_>,
) -> Result<Swap, Error> {
    let new = prepared.value;
    let path = repo.common_dir().join(&repo.ref_name);
    let lock_path = with_suffix(&path, ".lock");
    let _signals = super::lock::hold_signals();
    let (lock, removed) = RefLock::take(repo, lock_path, prepared)?;
    let actual = read(repo)?;
    if actual != expected {
        return Ok(Swap::Lost { actual });
    }
    // Before the move and under the lock, as git does it: a log that cannot be written is a
    // mutation that did not happen, and git's own rewriting of the log stays out of the way.
    append_log(repo, expected, new, log)?;
    lock.commit(&path)?;
    // The reference has moved: whatever fails now must not look like a failed mutation.
    let mut warnings: Vec<String> = Vec::new();
    warnings.extend(
        removed.map(|lock| format!("removed {}, which another program had left behind", lock.display())),
    );
    if durability == Durability::Full
        && let Err(error) = sync_dir(parent(&path))
    {
        warnings.push(format!("done, but a power cut may undo it: {error}"));
    }
    Ok(Swap::Moved { to: new, warnings })
}

/// The file with the new value of the reference.
pub(super) struct Prepared {
    path: PathBuf,
    file: File,
    value: ObjectId,
    /// When it was made, by the clock of the file system.
    made: SystemTime,
}

impl Prepared {
    /// Writes the value `new`. It is not synced.
    pub(super) fn write(repo: &Repo, turn: &RepoLock, new: ObjectId) -> Result<Self, Error> {
        let path = turn.private_dir.join("next");
        let failed = |source| Error::Io { action: "write", path: path.clone(), source };
        let lock_path = with_suffix(&repo.common_dir().join(&repo.ref_name), ".lock");
        if is_same_file(&path, &lock_path) {
            fs::remove_file(&lock_path).map_err(Error::io("remove", &lock_path))?;
        }
        // Never truncated: after a crash it may still be the same file as the reference.
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let mut file = File::create_new(&path).map_err(failed)?;
        let made = file.metadata().and_then(|meta| meta.modified()).map_err(failed)?;
        repo.sharing.apply(&path);
        let written = file.write_all(format!("{new}\n").as_bytes());
        let prepared = Self { path: path.clone(), file, value: new, made };
        written.map_err(failed)?;
        Ok(prepared)
    }

    /// What is to be synced before the reference moves.
    pub(super) fn unsynced(&self) -> Unsynced<'_> {
        Unsynced { file: &self.file, path: &self.path }
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        // Best effort: the next swap removes it too.
        drop(fs::remove_file(&self.path));
    }
}

/// git's lock on the reference. Dropped uncommitted, it is given up.
struct RefLock {
    path: PathBuf,
    committed: bool,
}

impl RefLock {
    /// Takes the lock; the path of another program's lock if one had to be removed.
    fn take(repo: &Repo, path: PathBuf, prepared: &Prepared) -> Result<(Self, Option<PathBuf>), Error> {
        let mut dir_retries = 0;
        let mut foreign = None;
        let mut removed = None;
        let started = Instant::now();
        let now = || prepared.made + started.elapsed();
        loop {
            repo.create_dirs(parent(&path))?;
            let error = match link_or_copy(&prepared.path, &path) {
                Ok(()) => return Ok((Self { path, committed: false }, removed)),
                Err(error) => error,
            };
            match error.kind() {
                io::ErrorKind::NotFound if dir_retries < DIR_RETRIES => dir_retries += 1,
                io::ErrorKind::AlreadyExists if started.elapsed() < PATIENCE => {
                    if foreign_lock::was_left(&path, &mut foreign, now()) {
                        fs::remove_file(&path).map_err(Error::io("remove", &path))?;
                        removed = Some(path.clone());
                    } else {
                        std::thread::sleep(Duration::from_millis(5));
                    }
                }
                io::ErrorKind::AlreadyExists => {
                    let reason = format!("another program keeps taking {}", path.display());
                    return Err(Error::Contended { reason });
                }
                _ => return Err(Error::Io { action: "create", path, source: error }),
            }
        }
    }

    fn commit(mut self, target: &Path) -> Result<(), Error> {
        replace(&self.path, target)?;
        self.committed = true;
        Ok(())
    }
}

/// Makes the complete `lock` of a loose reference the reference itself.
pub(super) fn replace(lock: &Path, target: &Path) -> Result<(), Error> {
    if target.is_dir() {
        // Only an empty one can be removed; otherwise the next step says what is wrong.
        fs::remove_dir(target).unwrap_or_default();
    }
    fs::rename(lock, target).map_err(Error::io("replace", target))
}

impl Drop for RefLock {
    fn drop(&mut self) {
        if !self.committed {
            drop(fs::remove_file(&self.path));
        }
    }
}

/// Links, or copies where the file system has no hard links.
fn link_or_copy(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Err(error)
            if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied) =>
        {
            let content = fs::read(from)?;
            let mut file = File::create_new(to)?;
            file.write_all(&content)?;
            file.sync_all()
        }
        other => other,
    }
}

fn is_empty(dir: &Path) -> bool {
    fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_none())
}

pub(super) fn is_same_file(one: &Path, other: &Path) -> bool {
    let id = |path: &Path| fs::metadata(path).ok().map(|meta| (meta.dev(), meta.ino()));
    id(one).is_some_and(|one| id(other) == Some(one))
}

/// Adds a line to the reference's log, which is kept whatever git's settings say: it is
/// what recovers a tracker whose reference was moved by mistake.
fn append_log(repo: &Repo, old: Option<ObjectId>, new: ObjectId, entry: &LogEntry<'_>) -> Result<(), Error> {
    let path = repo.common_dir().join("logs").join(&repo.ref_name);
    let old = old.unwrap_or_else(|| ObjectId::null(repo.git.object_hash()));
    let mut line = format!("{old} {new} ").into_bytes();
    entry.committer.write_to(&mut line).map_err(Error::io("write", &path))?;
    line.extend_from_slice(format!("\t{}\n", entry.message).as_bytes());
    let mut attempt = 0;
    loop {
        repo.create_dirs(parent(&path))?;
        let appended =
            File::options().append(true).create(true).open(&path).and_then(|mut file| file.write_all(&line));
        match appended {
            Err(error) if error.kind() == io::ErrorKind::NotFound && attempt < DIR_RETRIES => attempt += 1,
            other => {
                repo.sharing.apply(&path);
                return other.map_err(Error::io("write", &path));
            }
        }
    }
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn parent(path: &Path) -> &Path {
    path.parent().expect("a reference is a file below the common directory")
}
