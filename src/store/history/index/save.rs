//! Writing the index.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use super::columns::{Entry, Summary, count};
use super::{
    Block, Column, Columns, EventKey, INDEX, Index, Limits, Manifest, Reach, dir, read, surroundings,
};
use crate::store::history::graph::{Graph, Order};
use crate::store::{Repo, regular};

/// What writers lock.
const LOCK: &str = "lock";
/// The next manifest while it is written.
const NEXT: &str = "index.new";

/// The turn to write the index. Given back when dropped, by the kernel if need be.
pub(in crate::store::history) struct Turn {
    _lock: File,
    dir: PathBuf,
}

impl Turn {
    /// The turn, unless another process has it or the repository cannot be written to.
    pub(in crate::store::history) fn take(repo: &Repo) -> Option<Self> {
        let dir = dir(repo);
        repo.create_dirs(&dir).ok()?;
        if !regular::is_dir(&dir) {
            return None;
        }
        let path = dir.join(LOCK);
        let lock =
            regular::open_with(OpenOptions::new().create(true).truncate(false).write(true), &path).ok()?;
        repo.sharing.apply(&path);
        lock.try_lock().ok()?;
        Some(Self { _lock: lock, dir })
    }
}

/// Commits that an index is to have.
pub(in crate::store::history) struct Addition<'a> {
    pub(in crate::store::history) graph: &'a Graph,
    pub(in crate::store::history) order: &'a Order,
    /// The index that they come on top of, if there is one.
    pub(in crate::store::history) to: Option<Kept<'a>>,
}

/// What stays of an index.
#[derive(Clone, Copy)]
pub(in crate::store::history) struct Kept<'a> {
    pub(in crate::store::history) index: &'a Index,
    pub(in crate::store::history) reach: &'a Reach,
    /// The place in the index that each of the new commits comes at, in their order.
    pub(in crate::store::history) floors: &'a [usize],
}

impl Kept<'_> {
    /// Up to here nothing changes.
    fn untouched(&self) -> usize {
        self.floors.last().map_or(self.reach.below, |floor| self.reach.below.min(*floor))
    }
}

impl Addition<'_> {
    /// Writes the index. An error is nobody's loss: the next one to ask tries again.
    pub(in crate::store::history) fn save(&self, repo: &Repo, turn: &Turn, limits: Limits) -> io::Result<()> {
        let mut writer = Writer::begin(repo, turn, limits, self.to)?;
        let mut old = old(self.to).peekable();
        let numbers = self.order.numbers();
        for (at, joint) in self.joints().into_iter().enumerate().rev() {
            let floor = self.to.map_or(0, |kept| kept.floors[at]);
            while let Some(old) = old.next_if(|old| old.as_ref().map_or(true, |old| old.place < floor)) {
                let old = old?;
                writer.push(old.entry, &old.keys)?;
            }
            let (rank, id) = self.order.position(self.graph, numbers[at]);
            let seconds = self.graph.seconds(numbers[at]);
            writer.push(Entry { id, seconds, rank, joint }, self.graph.keys(numbers[at]))?;
        }
        for old in old {
            let old = old?;
            writer.push(old.entry, &old.keys)?;
        }
        writer.finish(repo, turn)
    }

    /// Which of the new commits are joints, as far as that is known, in their order.
    fn joints(&self) -> Vec<bool> {
        let top = self.to.map_or(0, |kept| kept.reach.end());
        let mut mentioned = vec![false; self.graph.len()];
        // Mentioned and not passed: what is left is in the history of these.
        let mut open = 0_usize;
        let joint = |(at, number): (usize, &u32)| {
            let known = std::mem::replace(&mut mentioned[*number as usize], true);
            open -= usize::from(known);
            // Above it is nothing but new commits.
            let joint = open == 0 && self.to.is_none_or(|kept| kept.floors[at] == top);
            for parent in self.graph.parents(*number) {
                open += usize::from(!std::mem::replace(&mut mentioned[*parent as usize], true));
            }
            joint
        };
        self.order.numbers().iter().enumerate().map(joint).collect()
    }
}

/// A commit that is copied from an index.
struct Old {
    place: usize,
    entry: Entry,
    keys: Vec<EventKey>,
}

/// What is copied of an index, in order.
fn old(kept: Option<Kept<'_>>) -> impl Iterator<Item = io::Result<Old>> {
    kept.into_iter().flat_map(|kept| {
        let (index, from) = (kept.index, kept.untouched());
        let numbers = index.block_of(from)..=index.manifest.blocks.len();
        let blocks = numbers.flat_map(move |number| match index.columns(number) {
            Some(columns) => block(&columns, index.start_of(number)),
            None => vec![Err(stale())],
        });
        let lowest = kept.floors.last().copied();
        blocks
            .filter(move |old| {
                old.as_ref().map_or(true, |old| old.place >= from && kept.reach.has(old.place))
            })
            .map(move |old| {
                let mut old = old?;
                old.entry.joint &= lowest.is_none_or(|lowest| old.place < lowest);
                Ok(old)
            })
    })
}

fn block(columns: &Columns, start: usize) -> Vec<io::Result<Old>> {
    let old = |((entry, keys), place): ((&Entry, &[EventKey]), usize)| {
        Ok(Old { place, entry: *entry, keys: keys.to_vec() })
    };
    columns.iter().zip(start..).map(old).collect()
}

fn stale() -> io::Error {
    io::Error::from(io::ErrorKind::StaleNetworkFileHandle)
}

struct Writer {
    manifest: Manifest,
    file: Option<File>,
    dir: PathBuf,
    end: u64,
}

impl Writer {
    fn begin(repo: &Repo, turn: &Turn, limits: Limits, kept: Option<Kept<'_>>) -> io::Result<Self> {
        let manifest = Manifest {
            hash: repo.git.object_hash(),
            surroundings: surroundings(repo).ok_or_else(stale)?,
            block_size: limits.block,
            data: numbers(turn).max().unwrap_or(0) + 1,
            blocks: Vec::new(),
            tail: Columns::default(),
        };
        let mut writer = Self { manifest, file: None, dir: turn.dir.clone(), end: 0 };
        if let Some(kept) = kept {
            // Another process may have written it since.
            if read(&turn.dir.join(INDEX)) != Some(kept.index.manifest.encode()) {
                return Err(stale());
            }
            writer.keep(kept.index, kept.untouched()).ok_or_else(stale)??;
        }
        Ok(writer)
    }

    /// Takes over the first `len` commits of `index`.
    fn keep(&mut self, index: &Index, len: usize) -> Option<io::Result<()>> {
        let whole = index.block_of(len);
        self.manifest.tail = index.columns(whole)?;
        self.manifest.tail.truncate(len - index.start_of(whole));
        let live: u64 = index.manifest.blocks[..whole].iter().map(|block| self.bytes(block)).sum();
        let file = index.data.as_ref();
        let end = file.map_or(Some(0), |file| Some(file.metadata().ok()?.len()))?;
        if whole > 0 && end <= 2 * live {
            self.manifest.data = index.manifest.data;
            self.manifest.blocks = index.manifest.blocks[..whole].to_vec();
            let path = self.dir.join(self.manifest.data.to_string());
            self.file = regular::open_with(OpenOptions::new().write(true), &path).ok();
            self.end = end;
            return self.file.is_some().then_some(Ok(()));
        }
        for number in 0..whole {
            if let Err(error) = self.add_block(&index.columns(number)?) {
                return Some(Err(error));
            }
        }
        Some(Ok(()))
    }

    fn bytes(&self, block: &Block) -> u64 {
        let len =
            |column: &Column| column.len(self.manifest.block_size, block.events as usize, self.manifest.hash);
        Column::ALL.iter().map(len).sum::<usize>() as u64
    }

    fn push(&mut self, entry: Entry, keys: &[EventKey]) -> io::Result<()> {
        self.manifest.tail.push(entry, keys);
        if self.manifest.tail.entries.len() == self.manifest.block_size {
            let full = std::mem::take(&mut self.manifest.tail);
            self.add_block(&full)?;
        }
        Ok(())
    }

    fn add_block(&mut self, columns: &Columns) -> io::Result<()> {
        let mut bytes = Vec::new();
        let checksums = Column::ALL.map(|column| {
            let encoded = columns.encode(column);
            bytes.extend_from_slice(&encoded);
            crc32fast::hash(&encoded)
        });
        let path = self.dir.join(self.manifest.data.to_string());
        if self.file.is_none() {
            // Its number is higher than that of any file there is.
            self.file = Some(OpenOptions::new().create_new(true).write(true).open(path)?);
        }
        let file = self.file.as_ref().expect("it was just opened");
        file.write_all_at(&bytes, self.end)?;
        self.manifest.blocks.push(Block {
            offset: self.end,
            events: count(columns.keys.len()),
            span: columns.span(),
            last: columns.last(),
            summary: Summary::of(&columns.keys),
            checksums,
        });
        self.end += bytes.len() as u64;
        Ok(())
    }

    fn finish(self, repo: &Repo, turn: &Turn) -> io::Result<()> {
        let next = turn.dir.join(NEXT);
        fs::remove_file(&next).or_else(|error| not_found(&error).then_some(()).ok_or(error))?;
        regular::write_new(&next, &self.manifest.encode())?;
        repo.sharing.apply(&next);
        repo.sharing.apply(&turn.dir.join(self.manifest.data.to_string()));
        regular::rename(&next, &turn.dir.join(INDEX))?;
        for number in numbers(turn).filter(|number| *number != self.manifest.data) {
            // Whoever still reads it has it open.
            fs::remove_file(turn.dir.join(number.to_string())).ok();
        }
        Ok(())
    }
}

fn not_found(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

/// The numbers of the data files that there are.
fn numbers(turn: &Turn) -> impl Iterator<Item = u32> {
    let entries = fs::read_dir(&turn.dir).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}
