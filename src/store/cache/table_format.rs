//! How the file of a table is laid out, and writing it: see [`super::table`].

use gix::ObjectId;

use super::record;
use crate::model::gate::GateStatus;
use crate::model::{Damage, GateKey, Issue, IssueId, Priority, State, Timestamp};

/// A table of another layout, or of another release, is not read.
pub(super) const MAGIC: &[u8] = concat!("jit table 1, ", env!("CARGO_PKG_VERSION")).as_bytes();
pub(super) const TRAILER_LEN: usize = 112;
/// A dependency on an issue that the table does not have: the rest is its place in the list
/// of those.
pub(super) const MISSING: u32 = 1 << 31;
pub(super) const CLAIMED: u8 = 1;
pub(super) const CONFLICTS: u8 = 2;

/// Where a record is in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) start: u64,
    pub(super) len: u32,
}

impl Place {
    pub(super) fn end(&self) -> u64 {
        self.start.saturating_add(self.len.into())
    }

    /// The record in `bytes`, which begin at `start`.
    pub(super) fn within<'a>(&self, bytes: &'a [u8], start: u64) -> Option<&'a [u8]> {
        let from = usize::try_from(self.start.checked_sub(start)?).ok()?;
        bytes.get(from..from.checked_add(self.len as usize)?)
    }
}

/// An issue that is to become a row.
pub(super) struct NewRow {
    pub(super) id: IssueId,
    pub(super) place: Place,
    pub(super) priority: Priority,
    pub(super) created_at: Timestamp,
    pub(super) state: State,
    pub(super) is_claimed: bool,
    pub(super) has_conflicts: bool,
    pub(super) dependencies: Vec<IssueId>,
    /// Gates that have not passed, whatever they hold up.
    pub(super) pending_gates: Vec<GateKey>,
}

impl NewRow {
    /// The row of `issue`, whose record is at `place`.
    pub(super) fn of(issue: &Issue, place: Place) -> Self {
        let pending = issue.gates.iter().filter(|(_, state)| state.status != GateStatus::Passed);
        Self {
            id: issue.id,
            place,
            priority: issue.priority,
            created_at: issue.created.at,
            state: issue.state,
            is_claimed: issue.claim.is_some(),
            has_conflicts: !issue.conflicts.is_empty(),
            dependencies: issue.dependencies.iter().copied().collect(),
            pending_gates: pending.map(|(key, _)| key.clone()).collect(),
        }
    }
}

/// How many there are of what, and so where each column begins.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    pub(super) rows: usize,
    /// One of each column, in this order.
    pub(super) ids: usize,
    /// All ids, sorted, and the row of each.
    pub(super) sorted_ids: usize,
    pub(super) sorted_rows: usize,
    pub(super) seconds: usize,
    pub(super) nanos: usize,
    pub(super) states: usize,
    pub(super) priorities: usize,
    pub(super) flags: usize,
    pub(super) record_starts: usize,
    pub(super) record_lens: usize,
    pub(super) dependency_ends: usize,
    pub(super) gate_ends: usize,
    pub(super) dependencies: usize,
    pub(super) missing: usize,
    pub(super) gates: usize,
    /// The rest: gate keys and damage.
    pub(super) rest: usize,
}

/// Rows, dependencies, missing dependencies, pending gates: the first four numbers.
type Counts = [u32; 4];
const COUNTS_LEN: usize = 16;

impl Layout {
    pub(super) fn new(counts: Counts) -> Self {
        let [rows, dependencies, missing, gates] = counts.map(|count| count as usize);
        let mut at = COUNTS_LEN;
        let mut column = |width: usize, count: usize| {
            let start = at;
            at += width * count;
            start
        };
        Self {
            rows,
            ids: column(16, rows),
            sorted_ids: column(16, rows),
            sorted_rows: column(4, rows),
            seconds: column(8, rows),
            nanos: column(4, rows),
            states: column(1, rows),
            priorities: column(1, rows),
            flags: column(1, rows),
            record_starts: column(8, rows),
            record_lens: column(4, rows),
            dependency_ends: column(4, rows),
            gate_ends: column(4, rows),
            dependencies: column(4, dependencies),
            missing: column(16, missing),
            gates: column(4, gates),
            rest: at,
        }
    }
}

/// The columns of `rows`, which must be in the order of lists.
pub(super) fn columns(rows: &[NewRow], damaged: &[Damage]) -> Vec<u8> {
    let mut by_id: Vec<u32> = (0..count(rows.len())).collect();
    by_id.sort_unstable_by_key(|row| rows[*row as usize].id);
    let find = |id: IssueId| by_id.binary_search_by_key(&id, |row| rows[*row as usize].id).ok();
    let (mut dependencies, mut dependency_ends) = (Vec::new(), Vec::with_capacity(rows.len()));
    let (mut gates, mut gate_ends) = (Vec::new(), Vec::with_capacity(rows.len()));
    let (mut missing, mut keys) = (Vec::new(), Vec::new());
    for row in rows {
        for id in &row.dependencies {
            dependencies.push(if let Some(place) = find(*id) {
                by_id[place]
            } else {
                missing.push(*id);
                MISSING | count(missing.len() - 1)
            });
        }
        dependency_ends.push(count(dependencies.len()));
        for key in &row.pending_gates {
            let place = keys.iter().position(|known| known == key).unwrap_or_else(|| {
                keys.push(key.clone());
                keys.len() - 1
            });
            gates.push(count(place));
        }
        gate_ends.push(count(gates.len()));
    }
    let counts = [rows.len(), dependencies.len(), missing.len(), gates.len()].map(count);
    let mut bytes: Vec<u8> = Vec::with_capacity(Layout::new(counts).rest);
    bytes.extend(counts.into_iter().flat_map(u32::to_le_bytes));
    bytes.extend(rows.iter().flat_map(|row| row.id.uuid().into_bytes()));
    bytes.extend(by_id.iter().flat_map(|row| rows[*row as usize].id.uuid().into_bytes()));
    bytes.extend(by_id.iter().flat_map(|row| row.to_le_bytes()));
    bytes.extend(rows.iter().flat_map(|row| row.created_at.timestamp().to_le_bytes()));
    bytes.extend(rows.iter().flat_map(|row| row.created_at.timestamp_subsec_nanos().to_le_bytes()));
    bytes.extend(rows.iter().map(|row| record::place(&State::ALL, &row.state)));
    bytes.extend(rows.iter().map(|row| record::place(&Priority::ALL, &row.priority)));
    bytes.extend(
        rows.iter().map(|row| u8::from(row.is_claimed) * CLAIMED + u8::from(row.has_conflicts) * CONFLICTS),
    );
    bytes.extend(rows.iter().flat_map(|row| row.place.start.to_le_bytes()));
    bytes.extend(rows.iter().flat_map(|row| row.place.len.to_le_bytes()));
    bytes.extend(dependency_ends.into_iter().flat_map(u32::to_le_bytes));
    bytes.extend(gate_ends.into_iter().flat_map(u32::to_le_bytes));
    bytes.extend(dependencies.into_iter().flat_map(u32::to_le_bytes));
    bytes.extend(missing.into_iter().flat_map(|id| id.uuid().into_bytes()));
    bytes.extend(gates.into_iter().flat_map(u32::to_le_bytes));
    let keys: Vec<&str> = keys.iter().map(GateKey::as_str).collect();
    let rest = (keys, damaged.iter().map(super::damage::pack).collect::<Vec<_>>());
    postcard::to_extend(&rest, bytes).expect("a vector takes any number of bytes")
}

fn count(number: usize) -> u32 {
    u32::try_from(number)
        .ok()
        .filter(|number| *number < MISSING)
        .expect("fewer than two thousand million issues")
}

/// What ends the file of a table whose records take `records_len` bytes.
pub(super) fn trailer(tree: Option<ObjectId>, records_len: u64, columns: &[u8]) -> [u8; TRAILER_LEN] {
    let mut bytes = Vec::with_capacity(TRAILER_LEN);
    bytes.extend(crc32fast::hash(columns).to_le_bytes());
    bytes.extend(records_len.to_le_bytes());
    bytes.extend((columns.len() as u64).to_le_bytes());
    let tree = tree.as_ref().map_or(&[][..], |tree| tree.as_slice());
    bytes.extend(u32::try_from(tree.len()).unwrap_or_default().to_le_bytes());
    bytes.extend(tree);
    bytes.resize(TRAILER_LEN - 4 - MAGIC.len(), 0);
    bytes.extend(MAGIC);
    let checksum = crc32fast::hash(&bytes);
    bytes.extend(checksum.to_le_bytes());
    bytes.try_into().expect("the parts fill it exactly")
}
