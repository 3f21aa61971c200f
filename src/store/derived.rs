//! Files of derived data under the common directory, as far as all of them are alike.

use std::fs;
use std::path::PathBuf;

use super::{CommitId, Error, Repo, cache, history};

/// How a file of derived data stands to the tracker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DerivedState {
    /// There is none yet, or no more.
    Absent,
    /// It is of the commit that the tracker is at.
    Current,
    /// It is of another commit: the next reader brings it up to date.
    Behind,
    /// It cannot be used: the next reader makes it anew.
    Broken,
}

impl DerivedState {
    /// The word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Current => "current",
            Self::Behind => "behind",
            Self::Broken => "broken",
        }
    }
}

/// A file of derived data. Removing it is always safe.
#[derive(Clone, Debug)]
pub struct DerivedFile {
    /// What it is, in a word.
    pub name: &'static str,
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes; 0 if there is none.
    pub bytes: u64,
    /// How it stands.
    pub state: DerivedState,
}

/// Tells of the files that one kind of derived data is kept in, given the commit that the
/// tracker is at. It reads no more of them than it must, and writes nothing.
type Inspect = fn(&Repo, CommitId) -> Vec<DerivedFile>;

/// Every kind of derived data there is.
const KINDS: [Inspect; 2] = [cache::inspect, history::inspect];

impl Repo {
    /// All files of derived data.
    pub(crate) fn derived_files(&self, tip: CommitId) -> Vec<DerivedFile> {
        KINDS.iter().flat_map(|inspect| inspect(self, tip)).collect()
    }

    /// Removes a file of derived data, or what is in its place.
    pub(crate) fn remove_derived(&self, file: &DerivedFile) -> Result<(), Error> {
        let is_dir = fs::symlink_metadata(&file.path).is_ok_and(|meta| meta.is_dir());
        let removed = if is_dir { fs::remove_dir_all(&file.path) } else { fs::remove_file(&file.path) };
        removed.map_err(Error::io("remove", &file.path))
    }
}
