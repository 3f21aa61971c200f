//! An index of the event log, so that nobody walks a long history to find a few events.
//!
//! It holds every commit in the history of one tip in the [order of the log](super::rank), lowest
//! first, with what is needed to pass over events that a filter does not mean. It is derived
//! data, in `<common-dir>/jit/events/`: `index` (replaced as a whole) names the blocks of a data
//! file (only ever added to; a new one is begun when most of it is out of use) and holds
//! the commits after them.
//!
//! - Nothing in it is believed without its checksum. What is torn, foreign or of another
//!   version counts as not there.
//! - It says nothing of the tip. Whoever reads it looks at the commits from the tip of the moment to
//!   those that are in the index, and finds out which of the index are [reached](Reach) from
//!   there; so a tip that moved ahead, back, or to another history altogether costs the difference.
//! - A shallow clone that was deepened has another history below the same commits. The index
//!   names what it was built with, and is not used with anything else.
//! - Writers take turns and never wait; readers need no lock, since no file changes under them.
//!
//! An event takes 16 bytes, and its commit 33 (45 with SHA-256).

mod columns;
mod inspect;
mod key;
mod lookup;
mod manifest;
mod save;
mod search;

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use gix::ObjectId;

use super::LoggedCommit;
use super::load::shallow_commits;
use super::rank::Position;
use crate::store::{Repo, layout, regular};

use columns::{Column, Columns};
pub(in crate::store) use inspect::inspect;
pub(super) use key::{EventKey, KeyFilter};
pub(super) use lookup::{Lookup, Places, Reach};
use manifest::{Block, Manifest};
pub(super) use save::{Addition, Kept, Turn};
pub(super) use search::Candidates;

/// Under the directory of derived data.
const DIR: &str = "events";
/// The file that names everything else.
const INDEX: &str = "index";

/// How the index is kept. All in commits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// In a block: fewer make a longer index of blocks, more a longer tail to be written anew.
    pub(super) block: usize,
    /// Walked before an index is made.
    pub(super) walk: usize,
    /// Walked before an index is brought up to date on disk.
    pub(super) behind: usize,
}

impl Limits {
    /// What is used.
    pub(super) const USUAL: Self = Self { block: 4096, walk: 512, behind: 32 };
}

/// The index is not what was written.
pub(super) struct Unreadable;

/// The index as it is on disk.
pub(super) struct Index {
    manifest: Manifest,
    data: Option<File>,
}

impl Index {
    /// Opens the index, if there is one that can be used.
    pub(super) fn open(repo: &Repo, limits: Limits) -> Option<Self> {
        // A writer may have removed the data file since the manifest was read.
        (0..3).find_map(|_| Self::try_open(repo, limits))
    }

    fn try_open(repo: &Repo, limits: Limits) -> Option<Self> {
        let index = Self::read(repo)?;
        let known = index.manifest.surroundings == surroundings(repo)?;
        (known && index.manifest.block_size == limits.block).then_some(index)
    }

    /// Opens the index, whatever it was built with.
    fn read(repo: &Repo) -> Option<Self> {
        let manifest = read(&dir(repo).join(INDEX)).filter(|_| regular::is_dir(&dir(repo)))?;
        let manifest = Manifest::decode(&manifest, repo.git.object_hash())?;
        let data = match manifest.blocks.len() {
            0 => None,
            _ => Some(regular::open(&dir(repo).join(manifest.data.to_string())).ok()?),
        };
        Some(Self { manifest, data })
    }

    fn in_blocks(&self) -> usize {
        self.manifest.blocks.len() * self.manifest.block_size
    }

    /// How many commits it has.
    fn len(&self) -> usize {
        self.in_blocks() + self.manifest.tail.entries.len()
    }

    /// The number of the block that has a place; one more than the last for the tail.
    fn block_of(&self, place: usize) -> usize {
        (place / self.manifest.block_size).min(self.manifest.blocks.len())
    }

    /// The first place of a block or of the tail.
    fn start_of(&self, number: usize) -> usize {
        number * self.manifest.block_size
    }

    /// One column of a block; none if it is not what was written.
    fn column(&self, block: &Block, column: Column) -> Option<Vec<u8>> {
        let len =
            |column: &Column| column.len(self.manifest.block_size, block.events as usize, self.manifest.hash);
        let before = Column::ALL.iter().take_while(|other| **other != column);
        let offset = before.clone().map(len).sum::<usize>() as u64;
        let mut bytes = vec![0; len(&column)];
        self.data.as_ref()?.read_exact_at(&mut bytes, block.offset + offset).ok()?;
        (crc32fast::hash(&bytes) == block.checksums[before.count()]).then_some(bytes)
    }

    /// All columns of a block or of the tail; none if they are not what was written.
    fn columns(&self, number: usize) -> Option<Columns> {
        match self.manifest.blocks.get(number) {
            Some(block) => Columns::decode(&mut |column| self.column(block, column), self.manifest.hash),
            None => Some(self.manifest.tail.clone()),
        }
    }

    /// The ids of a block or of the tail.
    fn ids(&self, number: usize) -> Option<Vec<ObjectId>> {
        match self.manifest.blocks.get(number) {
            Some(block) => Some(columns::ids(&self.column(block, Column::Id)?, self.manifest.hash).collect()),
            None => Some(self.manifest.tail.entries.iter().map(|entry| entry.id).collect()),
        }
    }

    /// The id of the commit at a place.
    fn id(&self, place: usize) -> Option<ObjectId> {
        let number = self.block_of(place);
        self.ids(number)?.get(place - self.start_of(number)).copied()
    }

    /// The commits of a block or of the tail, in order.
    fn positions(&self, number: usize) -> Option<Vec<Position>> {
        match self.manifest.blocks.get(number) {
            Some(block) => {
                let ranks = self.column(block, Column::Rank)?;
                Some(columns::ranks(&ranks).zip(self.ids(number)?).collect())
            }
            None => Some(self.manifest.tail.entries.iter().map(|entry| (entry.rank, entry.id)).collect()),
        }
    }

    /// Whether all commits before `place` are in the history of the one there.
    fn is_joint(&self, place: usize) -> Option<bool> {
        let number = self.block_of(place);
        let place = place - self.start_of(number);
        match self.manifest.blocks.get(number) {
            Some(block) => Some(self.column(block, Column::Joint)?.get(place) == Some(&1)),
            None => self.manifest.tail.entries.get(place).map(|entry| entry.joint),
        }
    }
}

fn read(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    regular::open(path).ok()?.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn dir(repo: &Repo) -> PathBuf {
    repo.common_dir().join(layout::PRIVATE_DIR).join(DIR)
}

/// A checksum of what the history below a commit depends on besides the commit: where a
/// shallow clone ends, and objects that others replace.
fn surroundings(repo: &Repo) -> Option<u32> {
    let mut hasher = crc32fast::Hasher::new();
    shallow_commits(repo).ok()?.iter().for_each(|id| hasher.update(id.as_slice()));
    for (replaced, by) in repo.git.objects.store_ref().replacements() {
        hasher.update(b"replaced");
        hasher.update(replaced.as_slice());
        hasher.update(by.as_slice());
    }
    Some(hasher.finalize())
}
