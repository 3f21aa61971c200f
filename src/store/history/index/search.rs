//! Searching the index.

use gix::ObjectId;

use super::columns::{matching, u16s};
use super::{Column, Index, KeyFilter, Reach, Unreadable};

/// The commits of an index that a search may be about, newest first.
pub(in crate::store::history) struct Candidates<'i> {
    index: &'i Index,
    /// What must hold of an event; none if every commit is meant.
    filter: Option<&'i KeyFilter>,
    reach: &'i Reach,
    /// Places before this were not looked at.
    left: usize,
    /// Those of the block looked at last, oldest first.
    found: Vec<(usize, ObjectId)>,
}

impl<'i> Candidates<'i> {
    /// All those that are `reach`ed.
    pub(in crate::store::history) fn new(
        index: &'i Index,
        filter: Option<&'i KeyFilter>,
        reach: &'i Reach,
    ) -> Self {
        Self { index, filter, reach, left: reach.end(), found: Vec::new() }
    }

    /// The next one, unless it comes before the place `floor`.
    pub(in crate::store::history) fn next(&mut self, floor: usize) -> Result<Option<ObjectId>, Unreadable> {
        loop {
            match self.found.last().copied() {
                Some((place, _)) if place < floor => return Ok(None),
                Some((place, id)) => {
                    self.found.pop();
                    if self.reach.has(place) {
                        return Ok(Some(id));
                    }
                }
                None if self.left <= floor => return Ok(None),
                None => self.look().ok_or(Unreadable)?,
            }
        }
    }

    /// Looks at the next block.
    fn look(&mut self) -> Option<()> {
        let number = self.index.block_of(self.left - 1);
        let start = self.index.start_of(number);
        let ids = self.places(number)?;
        self.found = ids.into_iter().map(|(place, id)| (start + place, id)).collect();
        self.found.truncate(self.found.partition_point(|(place, _)| *place < self.left));
        self.left = start;
        Some(())
    }

    /// The commits of a block or of the tail that a search may be about, in order.
    fn places(&self, number: usize) -> Option<Vec<(usize, ObjectId)>> {
        let Some(filter) = self.filter else {
            return Some(self.index.ids(number)?.into_iter().enumerate().collect());
        };
        let tail = &self.index.manifest.tail;
        let block = self.index.manifest.blocks.get(number);
        if block.is_some_and(|block| !block.summary.may_have(filter)) {
            return Some(Vec::new());
        }
        let mut read = |column| {
            block.map_or_else(|| Some(tail.encode(column)), |block| self.index.column(block, column))
        };
        let found = matching(filter, &mut read)?;
        if found.is_empty() {
            return Some(Vec::new());
        }
        let commits: Vec<u16> = u16s(&read(Column::Commit)?).collect();
        let ids = self.index.ids(number)?;
        let place = |event: u32| Some(usize::from(*commits.get(event as usize)?));
        let mut places: Vec<usize> = found.into_iter().map(place).collect::<Option<_>>()?;
        places.dedup();
        places.into_iter().map(|place| Some((place, *ids.get(place)?))).collect()
    }
}
