//! The delta: what has changed since the table was made, in a small file of its own, so that
//! a change does not cost writing the table again.

use std::collections::BTreeMap;

use gix::ObjectId;
use uuid::Uuid;

use super::damage;
use super::record;
use super::table::Table;
use crate::model::{Damage, Issue, IssueId};

/// The whole issues that differ from the table, as of one tree; none stands for one that is
/// not there or cannot be read.
pub(super) type Changed = BTreeMap<IssueId, Option<Issue>>;

/// What differs from a table as of another tree.
pub(super) struct Delta {
    /// The tree of issues.
    pub(super) tree: Option<ObjectId>,
    pub(super) changed: Changed,
    pub(super) damaged: Vec<Damage>,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Packed<'a> {
    /// The mark of the table it goes with.
    table: &'a [u8],
    tree: &'a [u8],
    #[serde(borrow)]
    changed: Vec<([u8; 16], Option<&'a [u8]>)>,
    #[serde(borrow)]
    damaged: Vec<damage::Packed<'a>>,
}

const CHECKSUM_LEN: usize = 4;

impl Delta {
    /// Nothing differs from `table`.
    pub(super) fn none(table: &Table) -> Self {
        Self { tree: table.tree, changed: Changed::new(), damaged: table.damaged.clone() }
    }

    /// Reads a delta; none if it is torn, foreign, or goes with another table.
    pub(super) fn decode(bytes: &[u8], table: &Table) -> Option<Self> {
        let (body, checksum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM_LEN)?)?;
        if crc32fast::hash(body).to_le_bytes() != checksum {
            return None;
        }
        let packed: Packed<'_> = postcard::from_bytes(body).ok()?;
        if packed.table != table.mark() {
            return None;
        }
        let issue = |(id, record): ([u8; 16], Option<&[u8]>)| {
            let id = IssueId::new(Uuid::from_bytes(id));
            match record {
                Some(record) => Some((id, Some(record::decode(id, record)?))),
                None => Some((id, None)),
            }
        };
        let tree = match packed.tree {
            [] => None,
            tree => Some(ObjectId::try_from(tree).ok()?),
        };
        Some(Self {
            tree,
            changed: packed.changed.into_iter().map(issue).collect::<Option<_>>()?,
            damaged: packed.damaged.into_iter().map(damage::unpack).collect(),
        })
    }

    /// The bytes of the delta to `table`.
    pub(super) fn encode(&self, table: &Table) -> Vec<u8> {
        let records: Vec<Option<Vec<u8>>> =
            self.changed.values().map(|issue| issue.as_ref().map(record::encode)).collect();
        let packed = Packed {
            table: table.mark(),
            tree: self.tree.as_ref().map_or(&[], |tree| tree.as_slice()),
            changed: self
                .changed
                .keys()
                .zip(&records)
                .map(|(id, record)| (id.uuid().into_bytes(), record.as_deref()))
                .collect(),
            damaged: self.damaged.iter().map(damage::pack).collect(),
        };
        let bytes = postcard::to_allocvec(&packed).expect("a vector takes any number of bytes");
        let checksum = crc32fast::hash(&bytes);
        [bytes.as_slice(), &checksum.to_le_bytes()].concat()
    }
}
