//! Writing the index.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use gix::ObjectId;

use super::columns::{Summary, count};
use super::{
    Block, Column, Columns, EventKey, INDEX, Index, Limits, LoggedCommit, Manifest, dir, surroundings,
};
use crate::store::Repo;

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
        let path = dir.join(LOCK);
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&path).ok()?;
        repo.sharing.apply(&path);
        lock.try_lock().ok()?;
        Some(Self { _lock: lock, dir })
    }
}

/// What a walk has found that an index does not have, newest first.
#[derive(Default)]
pub(in crate::store::history) struct Fresh {
    commits: Vec<(ObjectId, i64, u32)>,
    keys: Vec<EventKey>,
}

impl Fresh {
    pub(in crate::store::history) fn len(&self) -> usize {
        self.commits.len()
    }

    pub(in crate::store::history) fn push(&mut self, commit: &LoggedCommit) {
        self.commits.push((commit.id, commit.seconds, count(commit.events.len())));
        self.keys.extend(commit.events.iter().rev().map(EventKey::of));
    }

    /// Writes the index anew: `kept`, the first commits of an index, and then these, of which
    /// those at `joints` are joints. An error is nobody's loss: the next one to ask tries
    /// again.
    pub(in crate::store::history) fn save(
        mut self,
        repo: &Repo,
        turn: &Turn,
        limits: Limits,
        kept: Option<(&Index, usize)>,
        joints: &[u32],
    ) -> io::Result<()> {
        let mut writer = Writer::begin(repo, turn, limits, kept)?;
        let mut joints = joints.iter().rev().map(|joint| *joint as usize).peekable();
        while let Some((id, seconds, events)) = self.commits.pop() {
            let is_joint = joints.next_if_eq(&self.commits.len()).is_some();
            let keys = self.keys.drain(self.keys.len() - events as usize..).rev();
            writer.push(id, seconds, is_joint, keys)?;
        }
        writer.finish(repo, turn)
    }
}

struct Writer {
    manifest: Manifest,
    file: Option<File>,
    dir: PathBuf,
    end: u64,
}

impl Writer {
    fn begin(repo: &Repo, turn: &Turn, limits: Limits, kept: Option<(&Index, usize)>) -> io::Result<Self> {
        let stale = || io::Error::from(io::ErrorKind::StaleNetworkFileHandle);
        let manifest = Manifest {
            hash: repo.git.object_hash(),
            surroundings: surroundings(repo).ok_or_else(stale)?,
            block_size: limits.block,
            data: numbers(turn).max().unwrap_or(0) + 1,
            blocks: Vec::new(),
            tail: Columns::default(),
        };
        let mut writer = Self { manifest, file: None, dir: turn.dir.clone(), end: 0 };
        if let Some((index, len)) = kept {
            // Another process may have written it since.
            if fs::read(turn.dir.join(INDEX))? != index.manifest.encode() {
                return Err(stale());
            }
            writer.keep(index, len).ok_or_else(stale)??;
        }
        Ok(writer)
    }

    /// Takes over the first `len` commits of `index`.
    fn keep(&mut self, index: &Index, len: usize) -> Option<io::Result<()>> {
        let size = index.manifest.block_size;
        let whole = (len / size).min(index.manifest.blocks.len());
        self.manifest.tail = match index.manifest.blocks.get(whole) {
            Some(cut) => {
                Columns::decode(&mut |column| index.column(cut, column), index.manifest.hash, cut.span)?
            }
            None => index.manifest.tail.clone(),
        };
        self.manifest.tail.truncate(len - whole * size);
        let live: u64 = index.manifest.blocks[..whole].iter().map(|block| self.bytes(block)).sum();
        let file = index.data.as_ref();
        let end = file.map_or(Some(0), |file| Some(file.metadata().ok()?.len()))?;
        if whole > 0 && end <= 2 * live {
            self.manifest.data = index.manifest.data;
            self.manifest.blocks = index.manifest.blocks[..whole].to_vec();
            self.file =
                OpenOptions::new().write(true).open(self.dir.join(self.manifest.data.to_string())).ok();
            self.end = end;
            return self.file.is_some().then_some(Ok(()));
        }
        for block in &index.manifest.blocks[..whole] {
            let columns =
                Columns::decode(&mut |column| index.column(block, column), index.manifest.hash, block.span)?;
            if let Err(error) = self.add_block(&columns) {
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

    fn push(
        &mut self,
        id: ObjectId,
        seconds: i64,
        joint: bool,
        keys: impl Iterator<Item = EventKey>,
    ) -> io::Result<()> {
        self.manifest.tail.push(id, seconds, joint, keys);
        if self.manifest.tail.ids.len() == self.manifest.block_size {
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
            self.file = Some(OpenOptions::new().create(true).truncate(true).write(true).open(path)?);
        }
        let file = self.file.as_ref().expect("it was just opened");
        file.write_all_at(&bytes, self.end)?;
        self.manifest.blocks.push(Block {
            offset: self.end,
            events: count(columns.keys.len()),
            span: columns.span,
            summary: Summary::of(&columns.keys),
            checksums,
        });
        self.end += bytes.len() as u64;
        Ok(())
    }

    fn finish(self, repo: &Repo, turn: &Turn) -> io::Result<()> {
        let next = turn.dir.join(NEXT);
        fs::write(&next, self.manifest.encode())?;
        repo.sharing.apply(&next);
        repo.sharing.apply(&turn.dir.join(self.manifest.data.to_string()));
        fs::rename(&next, turn.dir.join(INDEX))?;
        for number in numbers(turn).filter(|number| *number != self.manifest.data) {
            // Whoever still reads it has it open.
            fs::remove_file(turn.dir.join(number.to_string())).ok();
        }
        Ok(())
    }
}

/// The numbers of the data files that there are.
fn numbers(turn: &Turn) -> impl Iterator<Item = u32> {
    let entries = fs::read_dir(&turn.dir).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}
