//! An index of the event log, so that nobody walks a long history to find a few events.
//!
//! It holds every commit of the walk from one tip, oldest first, with what is needed to pass
//! over events that a filter does not mean. It is derived data, in `<common-dir>/jit/events/`:
//! `index` (replaced as a whole) names the blocks of a data file (only ever added to; a new
//! one is begun when most of it is out of use) and holds the commits after them.
//!
//! - Nothing in it is believed without its checksum. What is torn, foreign or of another
//!   version counts as not there.
//! - It says nothing of the tip. Whoever reads it walks from the tip of the moment until a
//!   [joint](super::walk) that is in the index too, and goes on here; so a tip that moved
//!   ahead, back, or to another history altogether costs the difference.
//! - A shallow clone that was deepened has another history below the same commits. The index
//!   names what it was built with, and is not used with anything else.
//! - Writers take turns and never wait; readers need no lock, since no file changes under them.
//!
//! An event takes 16 bytes, and its commit 21 (33 with SHA-256).

mod columns;
mod key;
mod manifest;
mod save;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use gix::ObjectId;
use gix::hashtable::HashMap;

use super::walk::shallow_commits;
use super::{EventFilter, LoggedCommit};
use crate::store::{Repo, layout};

use columns::{Column, Columns, matching, u16s};
use key::{EventKey, KeyFilter};
use manifest::{Block, Manifest};
pub(super) use save::{Fresh, Turn};

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
    pub(super) const USUAL: Self = Self { block: 4096, walk: 4096, behind: 32 };
}

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
        let manifest = Manifest::decode(&fs::read(dir(repo).join(INDEX)).ok()?, repo.git.object_hash())?;
        let known = manifest.surroundings == surroundings(repo)? && manifest.block_size == limits.block;
        let data = match manifest.blocks.len() {
            0 => None,
            _ => Some(File::open(dir(repo).join(manifest.data.to_string())).ok()?),
        };
        known.then_some(Self { manifest, data })
    }

    fn in_blocks(&self) -> usize {
        self.manifest.blocks.len() * self.manifest.block_size
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

    fn ids(&self, block: &Block) -> Option<Vec<ObjectId>> {
        Some(columns::ids(&self.column(block, Column::Id)?, self.manifest.hash).collect())
    }

    /// Whether the commit at `place` is a joint.
    fn is_joint(&self, place: usize) -> Option<bool> {
        let size = self.manifest.block_size;
        match self.manifest.blocks.get(place / size) {
            Some(block) => Some(self.column(block, Column::Joint)?.get(place % size) == Some(&1)),
            None => self.manifest.tail.joints.get(place - self.in_blocks()).copied(),
        }
    }

    /// Calls `visit` with the commits before the place `passed` that may have an event that
    /// is meant, newest first, until it returns false. `passed` then says how far it came.
    /// False if the rest cannot be read. The filter must not be empty.
    pub(super) fn search<E>(
        &self,
        passed: &mut usize,
        filter: &EventFilter,
        mut visit: impl FnMut(ObjectId) -> Result<bool, E>,
    ) -> Result<bool, E> {
        let filter = KeyFilter::of(filter);
        let size = self.manifest.block_size;
        while let Some(last) = passed.checked_sub(1) {
            let number = (last / size).min(self.manifest.blocks.len());
            let found = match self.manifest.blocks.get(number) {
                Some(block) => self.in_block(block, &filter),
                None => Some(self.in_tail(&filter)),
            };
            let Some(found) = found else { return Ok(false) };
            let before = |place: &(usize, ObjectId)| number * size + place.0 < *passed;
            for (_, id) in found.into_iter().rev().skip_while(|place| !before(place)) {
                if !visit(id)? {
                    return Ok(true);
                }
            }
            *passed = number * size;
        }
        Ok(true)
    }

    fn in_tail(&self, filter: &KeyFilter) -> Vec<(usize, ObjectId)> {
        let tail = &self.manifest.tail;
        let found = matching(filter, &mut |column| Some(tail.encode(column))).unwrap_or_default();
        let mut places: Vec<usize> =
            found.into_iter().map(|event| tail.commits[event as usize] as usize).collect();
        places.dedup();
        places.into_iter().map(|place| (place, tail.ids[place])).collect()
    }

    fn in_block(&self, block: &Block, filter: &KeyFilter) -> Option<Vec<(usize, ObjectId)>> {
        if !block.summary.may_have(filter) {
            return Some(Vec::new());
        }
        let found = matching(filter, &mut |column| self.column(block, column))?;
        if found.is_empty() {
            return Some(Vec::new());
        }
        let commits: Vec<u16> = u16s(&self.column(block, Column::Commit)?).collect();
        let ids = self.ids(block)?;
        let mut places: Vec<usize> = found
            .into_iter()
            .map(|event| Some(usize::from(*commits.get(event as usize)?)))
            .collect::<Option<_>>()?;
        places.dedup();
        places.into_iter().map(|place| Some((place, *ids.get(place)?))).collect()
    }
}

/// The index is not what was written.
pub(super) struct Unreadable;

/// Finds the place at which a walk from a new tip meets the index.
pub(super) struct Meeting<'i> {
    index: &'i Index,
    /// Commits of the index by id: those of the blocks that were looked into.
    known: HashMap<ObjectId, usize>,
    /// What was not looked into: blocks by number, and the tail after the last.
    unknown: BTreeSet<usize>,
    /// The oldest commit of the index that the walk has passed.
    oldest: usize,
}

impl<'i> Meeting<'i> {
    pub(super) fn new(index: &'i Index) -> Self {
        let unknown = (0..=index.manifest.blocks.len()).collect();
        Self { index, known: HashMap::default(), unknown, oldest: usize::MAX }
    }

    /// The place of `commit`, the next of the walk, if all that comes after it is what comes
    /// before that place in the index.
    pub(super) fn at(&mut self, commit: &LoggedCommit, is_alone: bool) -> Result<Option<usize>, Unreadable> {
        let Some(place) = self.find(commit)? else { return Ok(None) };
        let none_passed = place < self.oldest;
        self.oldest = self.oldest.min(place);
        let met = is_alone && none_passed && self.index.is_joint(place).ok_or(Unreadable)?;
        Ok(met.then_some(place))
    }

    fn find(&mut self, commit: &LoggedCommit) -> Result<Option<usize>, Unreadable> {
        let Manifest { blocks, tail, block_size, .. } = &self.index.manifest;
        // Where clocks are right, the time of a commit leaves one block that may have it.
        let may_have =
            |number: &usize| blocks.get(*number).map_or(tail.span, |block| block.span).has(commit.seconds);
        while let Some(number) = self.unknown.iter().copied().rfind(may_have) {
            let block = blocks.get(number);
            let ids = block
                .map_or_else(|| Some(tail.ids.clone()), |block| self.index.ids(block))
                .ok_or(Unreadable)?;
            self.known.extend(ids.into_iter().zip(number * *block_size..));
            self.unknown.remove(&number);
        }
        Ok(self.known.get(&commit.id).copied())
    }
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
