//! Finding commits in the index, and what they lead to there.

use std::collections::{BTreeSet, BinaryHeap};

use gix::ObjectId;
use gix::hashtable::HashMap;

use super::{Index, LoggedCommit, Unreadable};
use crate::store::Repo;
use crate::store::history::load::Loader;
use crate::store::history::rank::{Position, Rank};

/// Commits that may be read to find out what is reached. After that, all of the history is.
const READ_MAX: usize = 1 << 16;

/// Finds commits in an index by their ids.
pub(in crate::store::history) struct Lookup<'i> {
    index: &'i Index,
    /// Those of the blocks that were looked into.
    known: HashMap<ObjectId, (usize, Rank)>,
    /// What was not looked into: blocks by number, and the tail after the last.
    unknown: BTreeSet<usize>,
}

impl<'i> Lookup<'i> {
    pub(in crate::store::history) fn new(index: &'i Index) -> Self {
        let unknown = (0..=index.manifest.blocks.len()).collect();
        Self { index, known: HashMap::default(), unknown }
    }

    /// The place of a commit and its rank, if the index has it.
    pub(in crate::store::history) fn find(
        &mut self,
        commit: &LoggedCommit,
    ) -> Result<Option<(usize, Rank)>, Unreadable> {
        let blocks = &self.index.manifest.blocks;
        let tail = self.index.manifest.tail.span();
        // Where clocks are right, the time of a commit leaves one block that may have it.
        let may_have =
            |number: &usize| blocks.get(*number).map_or(tail, |block| block.span).has(commit.seconds);
        while !self.known.contains_key(&commit.id)
            && let Some(number) = self.unknown.iter().copied().rfind(may_have)
        {
            let places = self.index.start_of(number)..;
            let positions = self.index.positions(number).ok_or(Unreadable)?;
            let found = positions.into_iter().zip(places).map(|((rank, id), place)| (id, (place, rank)));
            self.known.extend(found);
            self.unknown.remove(&number);
        }
        Ok(self.known.get(&commit.id).copied())
    }

    /// What is reached from commits of the index; none if that takes too long to find out.
    pub(in crate::store::history) fn reach(
        &mut self,
        repo: &Repo,
        from: &BTreeSet<usize>,
    ) -> Result<Option<Reach>, Unreadable> {
        if from.last().is_some_and(|place| place + 1 == self.index.len()) {
            return Ok(Some(Reach { below: self.index.len(), above: BTreeSet::new() }));
        }
        let mut loader = Loader::new(repo).map_err(|_| Unreadable)?;
        let mut above = from.clone();
        let mut queue: BinaryHeap<usize> = from.iter().copied().collect();
        // Highest first, so that a place that is alone in the queue leads to all that is reached
        // besides.
        while let Some(place) = queue.pop() {
            if queue.is_empty() && self.index.is_joint(place).ok_or(Unreadable)? {
                return Ok(Some(Reach { below: place, above }));
            }
            if above.len() > READ_MAX {
                return Ok(None);
            }
            let commit = loader.read(self.index.id(place).ok_or(Unreadable)?).map_err(|_| Unreadable)?;
            for parent in &commit.parents {
                let parent = loader.read(*parent).map_err(|_| Unreadable)?;
                let (place, _) = self.find(&parent)?.ok_or(Unreadable)?;
                if above.insert(place) {
                    queue.push(place);
                }
            }
        }
        Ok(Some(Reach { below: 0, above }))
    }
}

/// Which commits of an index are in the history of a tip.
pub(in crate::store::history) struct Reach {
    /// All before this place.
    pub(super) below: usize,
    /// And these.
    above: BTreeSet<usize>,
}

impl Reach {
    pub(super) fn has(&self, place: usize) -> bool {
        place < self.below || self.above.contains(&place)
    }

    /// How many commits had to be looked at to find out.
    pub(in crate::store::history) fn effort(&self) -> usize {
        self.above.len()
    }

    /// No place from here on is reached.
    pub(super) fn end(&self) -> usize {
        self.above.last().map_or(self.below, |last| self.below.max(last + 1))
    }
}

/// Finds where commits that an index does not have come in it.
pub(in crate::store::history) struct Places<'i> {
    index: &'i Index,
    /// The block looked into last.
    block: Option<(usize, Vec<Position>)>,
}

impl<'i> Places<'i> {
    pub(in crate::store::history) const fn new(index: &'i Index) -> Self {
        Self { index, block: None }
    }

    /// How many commits of the index come before a position.
    pub(in crate::store::history) fn before(&mut self, position: &Position) -> Result<usize, Unreadable> {
        let manifest = &self.index.manifest;
        let mut number = manifest.blocks.partition_point(|block| block.last < position.0);
        loop {
            if number == manifest.blocks.len() && manifest.tail.last() < position.0 {
                return Ok(self.index.len());
            }
            let positions = self.positions(number)?;
            let before = positions.partition_point(|other| other < position);
            if before < positions.len() || number == manifest.blocks.len() {
                return Ok(self.index.start_of(number) + before);
            }
            // All of them are of that rank or lower, and so may be some of the next.
            number += 1;
        }
    }

    fn positions(&mut self, number: usize) -> Result<&[Position], Unreadable> {
        if self.block.as_ref().is_none_or(|(known, _)| *known != number) {
            self.block = Some((number, self.index.positions(number).ok_or(Unreadable)?));
        }
        Ok(self.block.as_ref().map_or(&[], |(_, positions)| positions))
    }
}
