//! Derived data that makes reading fast: see [`table`], [`delta`] and [`text`] for the files.
//!
//! - It is keyed by the tree of issues, so it is right after whatever moved the reference:
//!   what differs between that tree and the one asked for is read from the objects.
//! - Files are written under another name and renamed, so readers and writers need no lock.
//!   They are not synced; a torn one fails its checksum.
//! - Deleting or damaging it is always safe, and where it cannot be written (a read-only
//!   repository) everything works without.
//! - Mutations read the issues that they change from the objects themselves.

mod build;
mod columns;
mod compare;
mod damage;
mod delta;
mod holds;
mod record;
mod table;
mod table_format;
mod text;
mod view;

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) use columns::Extent;
pub(super) use holds::holds;
pub(crate) use view::View;

use self::delta::Delta;
use self::table::{Records, Table};
use super::{CommitId, DerivedFile, DerivedState, Repo, Snapshot, layout, regular};

/// Under the private directory: the table and the delta.
const DIR: &str = "cache";
const TABLE: &str = "table";
const DELTA: &str = "delta";
/// Bytes of the delta that are read at most: longer it is none of ours.
const MOST_DELTA: u64 = 64 << 20;

/// Where the cache of a repository is.
struct Files<'r> {
    repo: &'r Repo,
    dir: PathBuf,
}

impl<'r> Files<'r> {
    fn of(repo: &'r Repo) -> Self {
        Self { repo, dir: repo.common_dir().join(layout::PRIVATE_DIR).join(DIR) }
    }

    /// A file, if there is one.
    fn file(&self, name: &str) -> Option<File> {
        regular::open(&self.dir.join(name)).ok().filter(|_| regular::is_dir(&self.dir))
    }

    fn table(&self, extent: Extent) -> Option<Table> {
        Table::open(Records::File(self.file(TABLE)?), extent)
    }

    /// What differs from `table`, as far as it was written down.
    fn delta(&self, table: &Table) -> Delta {
        let file = self.file(DELTA).filter(|file| file.metadata().is_ok_and(|meta| meta.len() <= MOST_DELTA));
        let read = file.and_then(|file| {
            let mut bytes = Vec::new();
            file.take(MOST_DELTA).read_to_end(&mut bytes).ok()?;
            Delta::decode(&bytes, table)
        });
        read.unwrap_or_else(|| Delta::none(table))
    }

    /// Writes the delta down, if it can be.
    fn keep_delta(&self, delta: &Delta, table: &Table) {
        let Some(temporary) = self.temporary(DELTA) else { return };
        let written = regular::write_new(&temporary, &delta.encode(table)).is_ok();
        self.publish(written, &temporary, DELTA);
    }

    /// A name for a file that is not complete yet, which nobody else uses.
    fn temporary(&self, name: &str) -> Option<PathBuf> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        self.repo.create_dirs(&self.dir).ok()?;
        if !regular::is_dir(&self.dir) {
            return None;
        }
        if name == TABLE {
            self.remove_abandoned();
        }
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        Some(self.dir.join(format!("{name}.{}.{number}", std::process::id())))
    }

    /// Removes what processes left that were killed while they wrote.
    fn remove_abandoned(&self) {
        for entry in fs::read_dir(&self.dir).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let process = name.to_str().and_then(|name| name.split('.').nth(1)?.parse().ok());
            let is_gone = |id| nix::sys::signal::kill(nix::unistd::Pid::from_raw(id), None).is_err();
            if process.is_some_and(is_gone) {
                // What stays is in nobody's way.
                fs::remove_file(entry.path()).unwrap_or_default();
            }
        }
    }

    /// Gives a complete file its name, or removes it.
    fn publish(&self, complete: bool, temporary: &Path, name: &str) {
        self.repo.sharing.apply(temporary);
        if !complete || regular::rename(temporary, &self.dir.join(name)).is_err() {
            // What stays is in nobody's way.
            fs::remove_file(temporary).unwrap_or_default();
        }
    }
}

/// Tells of the files of the cache, for people who wonder.
pub(super) fn inspect(repo: &Repo, tip: CommitId) -> Vec<DerivedFile> {
    let files = Files::of(repo);
    let path = files.dir.join(TABLE);
    let bytes = [TABLE, DELTA].map(|name| fs::metadata(files.dir.join(name)).map_or(0, |meta| meta.len()));
    let state = match files.table(Extent::All) {
        None if path.exists() => DerivedState::Broken,
        None => DerivedState::Absent,
        Some(table) => {
            let now = Snapshot::at(repo, tip).ok().and_then(|snapshot| snapshot.issues_tree());
            let is_current = files.delta(&table).tree == now;
            if is_current { DerivedState::Current } else { DerivedState::Behind }
        }
    };
    vec![DerivedFile { name: "cache", path, bytes: bytes.iter().sum(), state }, text::inspect(&files, tip)]
}
