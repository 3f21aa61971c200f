//! The small file that says what the index holds: which blocks of the data file, then the
//! newest commits themselves. It is replaced as a whole.

use gix::hash::Kind as HashKind;

use super::columns::{Column, Columns, Span, Summary, count};
use crate::store::history::rank::Rank;

/// Begins the file; its last byte is the version.
const MAGIC: &[u8; 8] = b"jit-log\x03";
/// The bytes of the checksum at the end.
const CHECKSUM: usize = 4;

/// A block of the data file. All have the same number of commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Where it begins in the data file.
    pub(super) offset: u64,
    /// How many events it has.
    pub(super) events: u32,
    /// When its commits were made.
    pub(super) span: Span,
    /// The highest rank.
    pub(super) last: Rank,
    pub(super) summary: Summary,
    /// The checksum of each column.
    pub(super) checksums: [u32; Column::ALL.len()],
}

/// What the file says.
#[derive(Clone, Debug)]
pub(super) struct Manifest {
    pub(super) hash: HashKind,
    /// What else the history depends on: see [`super::surroundings`].
    pub(super) surroundings: u32,
    /// Commits in a block.
    pub(super) block_size: usize,
    /// Which data file.
    pub(super) data: u32,
    pub(super) blocks: Vec<Block>,
    /// The commits after the blocks.
    pub(super) tail: Columns,
}

impl Manifest {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        let (hash, size) = (count(self.hash.len_in_bytes()), count(self.block_size));
        let lens = [self.blocks.len(), self.tail.entries.len(), self.tail.keys.len()].map(count);
        for number in [hash, self.surroundings, size, self.data].into_iter().chain(lens) {
            bytes.extend(number.to_le_bytes());
        }
        for block in &self.blocks {
            bytes.extend(block.offset.to_le_bytes());
            bytes.extend(block.events.to_le_bytes());
            bytes.extend(block.span.from.to_le_bytes());
            bytes.extend(block.span.to.to_le_bytes());
            bytes.extend(block.last.to_bits().to_le_bytes());
            bytes.extend(block.summary.kinds.to_le_bytes());
            bytes.extend(block.summary.actors.to_le_bytes());
            bytes.extend(block.summary.latest.to_le_bytes());
            bytes.extend(block.checksums.into_iter().flat_map(u32::to_le_bytes));
        }
        bytes.extend(Column::ALL.into_iter().flat_map(|column| self.tail.encode(column)));
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }

    /// Reads the file; none if it is torn, of another version or of anything else.
    pub(super) fn decode(bytes: &[u8], hash: HashKind) -> Option<Self> {
        let (body, checksum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM)?)?;
        if crc32fast::hash(body).to_le_bytes() != checksum {
            return None;
        }
        let mut rest = Rest(body.strip_prefix(MAGIC)?);
        if rest.u32()? as usize != hash.len_in_bytes() {
            return None;
        }
        let (surroundings, block_size, data) = (rest.u32()?, rest.u32()? as usize, rest.u32()?);
        let (blocks, commits, events) = (rest.u32()?, rest.u32()? as usize, rest.u32()? as usize);
        let blocks = (0..blocks).map(|_| rest.block()).collect::<Option<_>>()?;
        let mut column = |column: Column| Some(rest.take(column.len(commits, events, hash))?.to_vec());
        let tail = Columns::decode(&mut column, hash)?;
        Some(Self { hash, surroundings, block_size, data, blocks, tail })
    }
}

/// What is not read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    fn block(&mut self) -> Option<Block> {
        let (offset, events) = (self.u64()?, self.u32()?);
        let span = Span { from: self.u32()?, to: self.u32()? };
        let last = Rank::from_bits(self.u64()?);
        let summary = Summary { kinds: self.u64()?, actors: self.u64()?, latest: self.u32()? };
        let mut checksums = [0; Column::ALL.len()];
        for checksum in &mut checksums {
            *checksum = self.u32()?;
        }
        Some(Block { offset, events, span, last, summary, checksums })
    }
}
