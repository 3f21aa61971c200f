//! A tracker inside a git repository.
//!
//! Guarantees:
//!
//! - Reading never writes, but for data derived from the history, which it does without in a
//!   read-only repository.
//! - A mutation writes its objects first and moves exactly one reference last, by
//!   compare-and-swap. Killed at any instant, it leaves the old state or the new one, and
//!   perhaps unreachable objects that git clears away in time.
//! - Branches, index, stash, HEAD, working tree and hooks of the user are never touched.
//!
//! Absent on purpose: merge rules, retries and `git` child processes.

mod ahead;
mod ancestry;
mod attached;
mod bulk_read;
mod cache;
mod code;
mod cursor;
mod deflate;
mod derived;
mod differences;
mod drafts;
pub mod error;
mod facts;
mod fast_import;
mod files;
mod foreign_lock;
pub mod format;
pub mod history;
mod layout;
mod lock;
mod loose;
mod object;
mod opened;
mod pack;
mod private;
pub mod progress;
mod reference;
mod regular;
mod repo;
mod resolve;
mod revision;
mod sharing;
mod snapshot;
mod tracking;
mod tracking_ref;
mod transaction;
mod tree;
pub(crate) mod work;

use std::path::{Path, PathBuf};

pub(crate) use cache::{Extent, View};
pub(crate) use code::{CodeCommit, Walked, tidy_path};
pub use cursor::{Cursor, Position};
pub use derived::{DerivedFile, DerivedState};
pub(crate) use differences::Difference;
pub use drafts::KeptDraft;
pub use error::Error;
pub(crate) use facts::{LeftFile, LeftKind};
pub(crate) use fast_import::FastImport;
pub(crate) use files::{StoredFile, StoredName};
pub use format::event::LoggedEvent;
pub use gix::ObjectId as CommitId;
pub use history::EventFilter;
pub(crate) use history::{Lineage, NewCommit};
pub(crate) use lock::{Place, RemoteLock, RepoLock};
use opened::Opened;
pub use progress::Progress;
pub(crate) use reference::Swap;
pub use repo::Identity;
pub(crate) use repo::Repo;
pub(crate) use resolve::Resolver;
pub use revision::Revision;
pub(crate) use snapshot::{Scope, Snapshot};
pub(crate) use tracking::Remote;

/// Where a tracker is looked for. Making one does no IO.
#[derive(Clone, Debug)]
pub struct Storage {
    dir: PathBuf,
    progress: Progress,
    opened: Opened,
}

impl Storage {
    /// The tracker of the git repository that `dir` is in; `GIT_DIR` overrides, as with git.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), progress: Progress::default(), opened: Opened::default() }
    }

    /// The same, telling how far long work is.
    pub(crate) fn with_progress(mut self, progress: Progress) -> Self {
        self.progress = progress;
        self
    }

    /// The directory given.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Opens the repository.
    pub(crate) fn open(&self) -> Result<Repo, Error> {
        let found = match self.opened.open(&self.dir) {
            // It may have appeared between the search and the look at what is there instead.
            Err(Error::BrokenRepository { .. }) => self.opened.open(&self.dir),
            found => found,
        };
        found.map(|repo| Repo { progress: self.progress.clone(), ..repo })
    }

    /// Opens the repository, or makes one in the directory itself; the flag says it was made.
    pub(crate) fn open_or_create(&self) -> Result<(Repo, bool), Error> {
        match self.open() {
            Err(Error::NotARepository { .. }) => {
                let created = Repo::create(&self.dir)?;
                Ok((self.open()?, created))
            }
            other => other.map(|repo| (repo, false)),
        }
    }

    /// Opens the repository of the directory itself, not one around it, or makes one there,
    /// with the directory; the flag says it was made.
    pub(crate) fn open_or_create_here(&self) -> Result<(Repo, bool), Error> {
        std::fs::create_dir_all(&self.dir).map_err(Error::io("create", &self.dir))?;
        let is_here = |repo: &Repo| repo.work_dir().canonicalize().ok() == self.dir.canonicalize().ok();
        match self.open() {
            Ok(repo) if is_here(&repo) => return Ok((repo, false)),
            Ok(_) | Err(Error::NotARepository { .. }) => {}
            Err(error) => return Err(error),
        }
        let created = Repo::create(&self.dir)?;
        let repo = self.open()?;
        if !is_here(&repo) {
            // The environment leads elsewhere.
            return Err(Error::NotARepository { dir: self.dir.clone() });
        }
        Ok((repo, created))
    }
}
