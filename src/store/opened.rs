//! Opening a repository once for many operations.
//!
//! Finding a repository and reading git's configuration costs as much as a small mutation.
//! One command opens its repository several times over, and a long-lived program for
//! every operation; so what was read is used again, while every file it was read from is as it
//! was.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use gix::config::Source;

use super::work::{self, Step};
use super::{Error, Repo};

/// The repository that was opened last, if any. Copies share it.
#[derive(Clone, Default)]
pub(super) struct Opened(Arc<Mutex<Option<Known>>>);

struct Known {
    /// Where the search for it began.
    from: PathBuf,
    git: gix::ThreadSafeRepository,
    /// The files that say how it is configured.
    config: Vec<FileMark>,
}

impl Opened {
    /// Opens the repository that `dir` is in.
    pub(super) fn open(&self, dir: &Path) -> Result<Repo, Error> {
        // Absolute, so that every path told to a person is, and the git library finds the
        // repository from inside its git directory too.
        let dir = std::path::absolute(dir).map_err(Error::io("find", dir))?;
        // Whoever panicked with the lock left a value that is whole.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_current = |known: &Known| known.from == dir && known.config.iter().all(FileMark::is_current);
        if let Some(known) = known.as_ref().filter(|known| is_current(known)) {
            return Repo::new(known.git.to_thread_local());
        }
        *known = None;
        work::count(Step::Open);
        let before = Moment::now();
        let git = Repo::discover(dir.clone())?;
        let repo = Repo::new(git.to_thread_local())?;
        // A repository that appears nearer by is the one to open then.
        let top = repo.work_dir();
        let nearer = dir.ancestors().take_while(|dir| *dir != top).map(|dir| dir.join(".git"));
        let files = config_files(&git).into_iter().chain(nearer);
        let config: Vec<FileMark> = files.map(FileMark::of).collect();
        // What changed just now may have been read as it was before, or change again in the
        // same tick of the clock.
        if config.iter().all(|file| file.is_older_than(&before)) {
            *known = Some(Known { from: dir, git, config });
        }
        Ok(repo)
    }
}

/// The files that git's configuration of a repository is read from, also those that are not
/// there yet.
fn config_files(git: &gix::ThreadSafeRepository) -> Vec<PathBuf> {
    let git = git.to_thread_local();
    let usual = [Source::System, Source::Git, Source::User];
    let usual = usual.into_iter().filter_map(|source| source.storage_location(&mut gix::path::env::var));
    let own = [git.common_dir().join("config"), git.git_dir().join("config.worktree")];
    let config = git.config_snapshot();
    let read = config.plumbing().sections().filter_map(|section| section.meta().path.clone());
    let mut files: Vec<PathBuf> = usual.chain(own).chain(read).collect();
    files.sort_unstable();
    files.dedup();
    files
}

/// A moment as file systems note it, with what their clocks are late by taken off.
struct Moment(Duration);

/// File systems note times in ticks of up to ten milliseconds.
const TICK: Duration = Duration::from_millis(20);

impl Moment {
    #[expect(clippy::disallowed_methods, reason = "the age of a file is the machine's own time")]
    fn now() -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self(now.saturating_sub(TICK))
    }
}

/// Tells a file from what it was before.
struct FileMark {
    path: PathBuf,
    state: Option<FileState>,
}

#[derive(PartialEq, Eq)]
struct FileState {
    device: u64,
    inode: u64,
    size: u64,
    /// Since the beginning of 1970; of anything but its contents, too.
    changed: Duration,
}

impl FileState {
    fn of(path: &Path) -> Option<Self> {
        let meta = fs::metadata(path).ok()?;
        let seconds = u64::try_from(meta.ctime()).unwrap_or_default();
        let nanoseconds = u32::try_from(meta.ctime_nsec()).unwrap_or_default();
        let changed = Duration::new(seconds, nanoseconds);
        Some(Self { device: meta.dev(), inode: meta.ino(), size: meta.size(), changed })
    }
}

impl FileMark {
    fn of(path: PathBuf) -> Self {
        let state = FileState::of(&path);
        Self { path, state }
    }

    fn is_current(&self) -> bool {
        FileState::of(&self.path) == self.state
    }

    fn is_older_than(&self, moment: &Moment) -> bool {
        self.state.as_ref().is_none_or(|state| state.changed < moment.0)
    }
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").finish_non_exhaustive()
    }
}
