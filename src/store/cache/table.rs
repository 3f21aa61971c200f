//! The table: every issue as of one tree, in one file.
//!
//! First come the records of the issues, in no order; then the columns, which hold what an
//! [`Outline`] needs, in the order of lists; then a trailer of fixed length. All numbers are
//! little-endian. A read takes the trailer and the columns (some 80 bytes an issue), checks
//! their checksums, and then just the records that it shows.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use gix::ObjectId;
use uuid::Uuid;

use super::columns::{Columns, Extent};
use super::record;
use super::table_format::{CLAIMED, CONFLICTS, Layout, MAGIC, MISSING, NewRow, Place, TRAILER_LEN};
use crate::model::{Damage, GateKey, Issue, IssueId, Priority, State, Timestamp};

/// Records that are no further apart are read together,
const READ_OVER: u64 = 4 << 10;
/// as long as it does not become more at once.
const READ_AT_ONCE: u64 = 4 << 20;

/// What a row depends on.
pub(super) enum Dependency {
    /// An issue of the table.
    Row(usize),
    /// An issue that the table does not have.
    Missing(IssueId),
}

/// The table of one tree, open for reading.
pub(super) struct Table {
    /// The tree of issues it was made from; none where there was none.
    pub(super) tree: Option<ObjectId>,
    trailer: [u8; TRAILER_LEN],
    columns: Columns,
    layout: Layout,
    records: Records,
    gate_keys: Vec<GateKey>,
    /// What of the tree could not be read, each a matter of the tree alone.
    pub(super) damaged: Vec<Damage>,
}

pub(super) enum Records {
    File(File),
    Memory(Vec<u8>),
}

impl Records {
    pub(super) fn read(&self, start: u64, len: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; len];
        self.read_into(&mut bytes, start)?;
        Ok(bytes)
    }

    pub(super) fn read_into(&self, bytes: &mut [u8], start: u64) -> io::Result<()> {
        match self {
            Self::File(file) => file.read_exact_at(bytes, start),
            Self::Memory(all) => {
                let start = usize::try_from(start).unwrap_or(usize::MAX);
                let part = start.checked_add(bytes.len()).and_then(|end| all.get(start..end));
                bytes.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
                Ok(())
            }
        }
    }

    pub(super) fn len(&self) -> io::Result<u64> {
        match self {
            Self::File(file) => Ok(file.metadata()?.len()),
            Self::Memory(all) => Ok(all.len() as u64),
        }
    }
}

impl Table {
    /// Opens a table; none if it is torn, foreign, or of another version.
    pub(super) fn open(records: Records, extent: Extent) -> Option<Self> {
        let len = records.len().ok()?;
        let at = len.checked_sub(TRAILER_LEN as u64)?;
        let trailer: [u8; TRAILER_LEN] = records.read(at, TRAILER_LEN).ok()?.try_into().ok()?;
        let (body, checksum) = trailer.split_at(TRAILER_LEN - 4);
        if crc32fast::hash(body).to_le_bytes() != checksum || !body.ends_with(MAGIC) {
            return None;
        }
        let records_len = u64::from_le_bytes(part(body, 4)?);
        let columns_len = u64::from_le_bytes(part(body, 12)?);
        if records_len.checked_add(columns_len)? != at {
            return None;
        }
        let tree = match u32::from_le_bytes(part(body, 20)?) as usize {
            0 => None,
            len => Some(ObjectId::try_from(body.get(24..24 + len)?).ok()?),
        };
        let place = (records_len, usize::try_from(columns_len).ok()?);
        let columns = Columns::open(&records, place, u32::from_le_bytes(part(body, 0)?), extent)?;
        let counts = [0, 4, 8, 12].map(|at| columns.part(&records, at).map_or(0, u32::from_le_bytes));
        let layout = Layout::new(counts);
        let rest = columns.len().checked_sub(layout.rest)?;
        let rest = columns.range(&records, layout.rest, rest).ok()?;
        let (keys, damaged): (Vec<&str>, Vec<super::damage::Packed<'_>>) =
            postcard::from_bytes(&rest).ok()?;
        let gate_keys = keys.into_iter().map(GateKey::parse).collect::<Result<_, _>>().ok()?;
        let damaged = damaged.into_iter().map(super::damage::unpack).collect();
        Some(Self { tree, trailer, columns, layout, records, gate_keys, damaged })
    }

    /// Tells this table from every other.
    pub(super) fn mark(&self) -> &[u8; TRAILER_LEN] {
        &self.trailer
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.layout.rows
    }

    fn part<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        self.columns.part(&self.records, at)
    }

    fn number(&self, column: usize, row: usize) -> usize {
        self.part(column + 4 * row).map_or(0, u32::from_le_bytes) as usize
    }

    fn byte(&self, column: usize, row: usize) -> u8 {
        self.part::<1>(column + row).map_or(0, |[byte]| byte)
    }

    fn id_at(&self, start: usize) -> IssueId {
        IssueId::new(Uuid::from_bytes(self.part(start).unwrap_or_default()))
    }

    /// The states of all rows, as places in [`State::ALL`].
    pub(super) fn states(&self) -> Vec<u8> {
        let states = self.columns.range(&self.records, self.layout.states, self.layout.rows);
        states.unwrap_or_else(|_| vec![0; self.layout.rows])
    }

    pub(super) fn id(&self, row: usize) -> IssueId {
        self.id_at(self.layout.ids + 16 * row)
    }

    pub(super) fn priority(&self, row: usize) -> Priority {
        let place = usize::from(self.byte(self.layout.priorities, row));
        Priority::ALL.get(place).copied().unwrap_or_default()
    }

    pub(super) fn created_at(&self, row: usize) -> Timestamp {
        let seconds = self.part(self.layout.seconds + 8 * row).map_or(0, i64::from_le_bytes);
        let nanos = self.part(self.layout.nanos + 4 * row).map_or(0, u32::from_le_bytes);
        Timestamp::from_timestamp(seconds, nanos).unwrap_or_default()
    }

    pub(super) fn is_claimed(&self, row: usize) -> bool {
        self.byte(self.layout.flags, row) & CLAIMED != 0
    }

    pub(super) fn has_conflicts(&self, row: usize) -> bool {
        self.byte(self.layout.flags, row) & CONFLICTS != 0
    }

    /// The entries that belong to `row` in a column of lists, whose ends are in another.
    fn range(&self, ends: usize, row: usize) -> Range<usize> {
        let start = if row == 0 { 0 } else { self.number(ends, row - 1) };
        start..self.number(ends, row)
    }

    pub(super) fn dependencies(&self, row: usize) -> impl ExactSizeIterator<Item = Dependency> {
        self.range(self.layout.dependency_ends, row).map(|at| {
            let place = self.number(self.layout.dependencies, at);
            let missing = MISSING as usize;
            if place < missing {
                Dependency::Row(place)
            } else {
                Dependency::Missing(self.id_at(self.layout.missing + 16 * (place - missing)))
            }
        })
    }

    /// The gates of `row` that have not passed.
    pub(super) fn pending_gates(&self, row: usize) -> impl Iterator<Item = &GateKey> {
        self.range(self.layout.gate_ends, row).filter_map(|at| {
            let place = self.number(self.layout.gates, at);
            self.gate_keys.get(place)
        })
    }

    /// The row of an issue.
    pub(super) fn find(&self, id: IssueId) -> Option<usize> {
        let rows = self.layout.rows;
        let sorted = |at: usize| self.id_at(self.layout.sorted_ids + 16 * at);
        // Ids are drawn evenly, so the place of one is known to within a few hundred.
        let digits = u128::from_be_bytes(id.uuid().into_bytes()) >> 64;
        let guess = usize::try_from((digits * rows as u128) >> 64).unwrap_or_default();
        let reach = 4 * rows.isqrt() + 16;
        let (mut low, mut high) = (guess.saturating_sub(reach), (guess + reach).min(rows));
        if low > 0 && sorted(low) > id {
            low = 0;
        }
        if high < rows && sorted(high) <= id {
            high = rows;
        }
        while low < high {
            let middle = usize::midpoint(low, high);
            match sorted(middle).cmp(&id) {
                std::cmp::Ordering::Equal => return Some(self.number(self.layout.sorted_rows, middle)),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// All rows, in the order of their records.
    pub(super) fn rows_as_stored(&self) -> Vec<usize> {
        let mut rows: Vec<usize> = (0..self.len()).collect();
        rows.sort_by_cached_key(|row| self.place(*row).start);
        rows
    }

    fn place(&self, row: usize) -> Place {
        let start = self.part(self.layout.record_starts + 8 * row).map_or(0, u64::from_le_bytes);
        let len = self.part(self.layout.record_lens + 4 * row).map_or(0, u32::from_le_bytes);
        Place { start, len }
    }

    /// `row` as a row of another table that has the same issues.
    pub(super) fn row(&self, row: usize) -> NewRow {
        let state = usize::from(self.byte(self.layout.states, row));
        let dependencies = self.dependencies(row).map(|on| match on {
            Dependency::Row(row) => self.id(row),
            Dependency::Missing(id) => id,
        });
        NewRow {
            id: self.id(row),
            place: self.place(row),
            priority: self.priority(row),
            created_at: self.created_at(row),
            state: State::ALL.get(state).copied().unwrap_or_default(),
            is_claimed: self.is_claimed(row),
            has_conflicts: self.has_conflicts(row),
            dependencies: dependencies.collect(),
            pending_gates: self.pending_gates(row).cloned().collect(),
        }
    }

    /// The record of `row`, as stored.
    pub(super) fn record(&self, row: usize) -> Option<Vec<u8>> {
        let Place { start, len } = self.place(row);
        self.records.read(start, len as usize).ok()
    }

    /// The issues of `rows`; none in place of one that cannot be read.
    pub(super) fn issues(&self, rows: &[usize]) -> Vec<Option<Issue>> {
        let mut wanted: Vec<(Place, usize)> =
            rows.iter().enumerate().map(|(at, row)| (self.place(*row), at)).collect();
        wanted.sort_unstable_by_key(|(place, _)| place.start);
        let mut issues: Vec<Option<Issue>> = rows.iter().map(|_| None).collect();
        let mut rest = wanted.as_slice();
        while let Some((first, _)) = rest.first() {
            let (start, mut end) = (first.start, first.end());
            let together = rest.iter().take_while(|(place, _)| {
                let belongs = place.start <= end + READ_OVER && place.end() - start <= READ_AT_ONCE;
                if belongs {
                    end = end.max(place.end());
                }
                belongs
            });
            let (run, others) = rest.split_at(together.count().max(1));
            rest = others;
            let bytes = usize::try_from(end - start).ok().and_then(|len| self.records.read(start, len).ok());
            for (place, at) in run {
                let record = bytes.as_deref().and_then(|bytes| place.within(bytes, start));
                issues[*at] = record.and_then(|record| record::decode(self.id(rows[*at]), record));
            }
        }
        issues
    }
}

fn part<const N: usize>(bytes: &[u8], start: usize) -> Option<[u8; N]> {
    bytes.get(start..)?.first_chunk().copied()
}
