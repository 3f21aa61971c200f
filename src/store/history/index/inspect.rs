//! How the index stands, for people who wonder.

use std::fs;

use super::{Column, INDEX, Index, dir, surroundings};
use crate::store::{CommitId, DerivedFile, DerivedState, Repo};

/// Tells of the index, all of which is read for that.
pub(in crate::store) fn inspect(repo: &Repo, tip: CommitId) -> Vec<DerivedFile> {
    let dir = dir(repo);
    let path = dir.join(INDEX);
    let state = match Index::read(repo) {
        None if path.symlink_metadata().is_ok() => DerivedState::Broken,
        None => DerivedState::Absent,
        Some(index) if !index.is_whole() => DerivedState::Broken,
        Some(index) => {
            let last = index.len().checked_sub(1).and_then(|place| index.id(place));
            let is_current = last == Some(tip) && surroundings(repo) == Some(index.manifest.surroundings);
            if is_current { DerivedState::Current } else { DerivedState::Behind }
        }
    };
    let files = fs::read_dir(dir).into_iter().flatten().flatten().filter_map(|entry| entry.metadata().ok());
    let bytes = files.filter(fs::Metadata::is_file).map(|meta| meta.len()).sum();
    vec![DerivedFile { name: "events", path, bytes, state }]
}

impl Index {
    /// Whether all of it is what was written.
    fn is_whole(&self) -> bool {
        let all = |block| Column::ALL.into_iter().all(|column| self.column(block, column).is_some());
        self.manifest.blocks.iter().all(all)
    }
}
