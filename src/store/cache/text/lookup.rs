//! Finding words in an index.

use std::ops::Range;

use gix::ObjectId;
use uuid::Uuid;

use super::super::table::Records;
use super::format::{self, Block, Head, Part, TRAILER_LEN};
use crate::model::IssueId;
use crate::model::search::Frequency;

/// An index, open for reading.
pub(super) struct Index {
    /// The tree of issues it was made from; none where there was none.
    pub(super) tree: Option<ObjectId>,
    /// Issues that could not be read when it was made.
    pub(super) unread: Vec<IssueId>,
    /// The issues, by their places.
    pub(super) ids: Vec<IssueId>,
    /// The lengths of their texts.
    pub(super) lengths: Vec<u64>,
    blocks: Vec<(String, Part)>,
    records: Records,
}

/// A part of the index is not as it was written.
#[derive(Debug)]
pub(super) struct Damaged;

/// Issues by their places, and how often a word, and how often longer ones, are in each.
pub(super) type Found = Vec<(u32, [Frequency; 2])>;

impl Index {
    /// Opens an index; none if it is torn, foreign, or of another version.
    pub(super) fn open(records: Records) -> Option<Self> {
        let at = records.len().ok()?.checked_sub(TRAILER_LEN as u64)?;
        let (len, checksum) = format::head_of(&records.read(at, TRAILER_LEN).ok()?)?;
        let head = records.read(at.checked_sub(len)?, usize::try_from(len).ok()?).ok()?;
        if crc32fast::hash(&head) != checksum {
            return None;
        }
        let head: Head<'_> = postcard::from_bytes(&head).ok()?;
        let tree = match head.tree {
            [] => None,
            tree => Some(ObjectId::try_from(tree).ok()?),
        };
        let id = |bytes: &[u8; 16]| IssueId::new(Uuid::from_bytes(*bytes));
        let ids: Vec<IssueId> = head.ids.as_chunks::<16>().0.iter().map(id).collect();
        let lengths: Vec<u64> =
            head.lengths.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect();
        let blocks = head.blocks.into_iter().map(|(word, part)| (word.to_owned(), part)).collect();
        let unread = head.unread.iter().map(id).collect();
        (ids.len() == lengths.len()).then_some(Self { tree, unread, ids, lengths, blocks, records })
    }

    /// How many issues it is of.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The issues that have `word`, or with `is_open` a longer one that begins so, by place.
    pub(super) fn find(&self, word: &str, is_open: bool) -> Result<Found, Damaged> {
        let mut found = Found::new();
        for number in self.blocks_of(word, is_open) {
            let bytes = self.part(self.blocks[number].1)?;
            let block: Block<'_> = postcard::from_bytes(&bytes).map_err(|_| Damaged)?;
            for (known, part) in block {
                let is_longer = known != word;
                if is_longer && !(is_open && known.starts_with(word)) {
                    continue;
                }
                for (place, frequency) in format::postings(&self.part(part)?).ok_or(Damaged)? {
                    if place as usize >= self.len() {
                        return Err(Damaged);
                    }
                    let mut both = [Frequency::default(); 2];
                    both[usize::from(is_longer)] = frequency;
                    found.push((place, both));
                }
            }
        }
        Ok(if is_open { added(found) } else { found })
    }

    /// The blocks that may have `word`, or a longer one.
    fn blocks_of(&self, word: &str, is_open: bool) -> Range<usize> {
        let start = self.blocks.partition_point(|(first, _)| first.as_str() <= word).saturating_sub(1);
        let goes_on =
            |(first, _): &(String, Part)| first.as_str() <= word || (is_open && first.starts_with(word));
        let count =
            self.blocks[start.min(self.blocks.len())..].iter().take_while(|block| goes_on(block)).count();
        start..start + count
    }

    fn part(&self, part: Part) -> Result<Vec<u8>, Damaged> {
        let bytes = self.records.read(part.start, part.len as usize).map_err(|_| Damaged)?;
        if crc32fast::hash(&bytes) == part.checksum { Ok(bytes) } else { Err(Damaged) }
    }
}

/// The same with each issue once, in order.
fn added(mut found: Found) -> Found {
    found.sort_by_key(|(place, _)| *place);
    found.dedup_by(|(place, more), (kept, all)| {
        let is_same = place == kept;
        if is_same {
            for (all, more) in all.iter_mut().zip(more) {
                all.title = all.title.saturating_add(more.title);
                all.body = all.body.saturating_add(more.body);
            }
        }
        is_same
    });
    found
}
