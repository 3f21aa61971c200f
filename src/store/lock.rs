//! Turn-taking between processes that mutate one repository.
//!
//! The kernel frees the lock when its holder dies, so nothing stale is ever left. It makes
//! writers take turns; it does not replace the compare-and-swap, because plain git does
//! not know it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use nix::sys::signal::{SigSet, Signal};

use super::work::{self, Step};
use super::{Error, Repo, layout, regular};

/// How long a writer waits for its turn before it reports contention.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a process waits for others on this machine that publish to the same remote.
const QUEUE_PATIENCE: Duration = Duration::from_secs(30);
/// How long a process waits for its turn at the remote, which one first fetch may take.
const REMOTE_PATIENCE: Duration = Duration::from_secs(300);

/// The turn to write. Given back when dropped.
pub(crate) struct RepoLock {
    _file: File,
    /// Where the next value of the reference is prepared.
    pub(super) private_dir: PathBuf,
}

impl RepoLock {
    /// Waits for the turn to write to `repo`.
    pub(crate) fn acquire(repo: &Repo) -> Result<Self, Error> {
        work::count(Step::Lock);
        let (file, private_dir) = acquire(repo, "lock", PATIENCE)?;
        Ok(Self { _file: file, private_dir })
    }
}

/// The turn to talk to a remote, always taken before the turn to write. Given back when
/// dropped.
pub(crate) struct RemoteLock {
    _file: File,
}

impl RemoteLock {
    /// Waits for the turn to talk to a remote of `repo`.
    pub(crate) fn acquire(repo: &Repo) -> Result<Self, Error> {
        let (file, _) = acquire(repo, "remote-lock", REMOTE_PATIENCE)?;
        Ok(Self { _file: file })
    }
}

/// A place in the queue of those clones on this machine that publish to the same remote, which
/// is a directory here. Who is next fetches and pushes while no other does, so nobody loses.
/// It only spares attempts: clones elsewhere do not know it. Given back when dropped.
pub(crate) struct Place {
    _file: File,
    /// Whether somebody else was publishing.
    pub(crate) waited: bool,
}

impl Place {
    /// Waits for the turn to publish to the remote in `dir`; none if it cannot be had, or takes
    /// too long. Nothing is written there.
    pub(crate) fn take(dir: &Path) -> Option<Self> {
        let file = File::open(dir).ok()?;
        match file.try_lock() {
            Ok(()) => Some(Self { _file: file, waited: false }),
            Err(TryLockError::WouldBlock) => {
                let file = wait(file, dir.to_owned(), QUEUE_PATIENCE).ok()?;
                Some(Self { _file: file, waited: true })
            }
            Err(TryLockError::Error(_)) => None,
        }
    }
}

/// Takes the lock `name`; the file that holds it, and the directory it is in.
fn acquire(repo: &Repo, name: &str, patience: Duration) -> Result<(File, PathBuf), Error> {
    let private_dir = repo.common_dir().join(layout::PRIVATE_DIR);
    repo.create_dirs(&private_dir)?;
    let path = private_dir.join(name);
    let file = regular::open_with(OpenOptions::new().create(true).truncate(false).write(true), &path)
        .map_err(Error::io("open", &path))?;
    repo.sharing.apply(&path);
    let file = match file.try_lock() {
        Ok(()) => file,
        Err(TryLockError::WouldBlock) => wait(file, path, patience)?,
        Err(TryLockError::Error(source)) => return Err(Error::Io { action: "lock", path, source }),
    };
    Ok((file, private_dir))
}

/// Blocks in the kernel, which serves waiters in turn; polling would let the quick starve
/// the patient. The thread exists only because that wait has no time limit of its own.
fn wait(file: File, path: PathBuf, patience: Duration) -> Result<File, Error> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let locked = file.lock().map(|()| file);
        // The waiter may have given up; the file is then closed, which frees the lock.
        drop(sender.send(locked));
    });
    match receiver.recv_timeout(patience) {
        Ok(Ok(file)) => Ok(file),
        Ok(Err(source)) => Err(Error::Io { action: "lock", path, source }),
        Err(_) => Err(Error::Contended {
            reason: format!("another process has held {} for {patience:?}", path.display()),
        }),
    }
}

/// Signals that would end the process wait until this is dropped.
pub(super) struct HeldSignals {
    before: Option<SigSet>,
}

/// Holds back the signals a terminal or a supervisor sends, so that a mutation that has
/// begun to move the reference also finishes its log and leaves no lock.
pub(super) fn hold_signals() -> HeldSignals {
    let mut ending = SigSet::empty();
    for signal in [Signal::SIGHUP, Signal::SIGINT, Signal::SIGTERM] {
        ending.add(signal);
    }
    let before = SigSet::thread_get_mask().ok();
    // Without it a signal is only as bad as a kill, which nothing here is harmed by.
    ending.thread_block().unwrap_or_default();
    HeldSignals { before }
}

impl Drop for HeldSignals {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            before.thread_set_mask().unwrap_or_default();
        }
    }
}
