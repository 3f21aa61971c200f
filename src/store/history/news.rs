//! What a history has that others have not: the commits that a reader has not seen yet.
//!
//! Clocks of clones differ, so the time of a commit only says which way to look first.
//! Whatever they say, no new commit is left out; and one that was seen is only told again if
//! the clocks of more than [`SLOP`] commits in a row hide how it descends.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use gix::ObjectId;
use gix::hashtable::HashMap;
use gix::objs::Kind;

use super::commit::LoggedCommit;
use super::load::Loader;
use crate::store::{Error, LoggedEvent, Repo, object};

/// Seen commits that are looked at after the last new one was found.
const SLOP: usize = 64;

/// A commit that was not seen.
#[derive(Clone, Debug)]
pub(crate) struct NewCommit {
    /// Its id.
    pub(crate) id: ObjectId,
    /// What it builds on.
    pub(crate) parents: Vec<ObjectId>,
    /// When it was made, in seconds since 1970.
    seconds: u32,
}

/// The new commits, each after its parents.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// The commits.
    pub(crate) commits: Vec<NewCommit>,
    /// Whether none of what was seen is there any more, so that all there is counts as new.
    pub(crate) is_anew: bool,
}

impl Repo {
    /// What `tip` has in its history, itself included, and none of `seen` has.
    pub(crate) fn news(&self, tip: ObjectId, seen: &[ObjectId]) -> Result<News, Error> {
        if seen.contains(&tip) {
            return Ok(News::default());
        }
        let mut search = Search::new(Loader::new(self)?);
        for id in seen {
            // What was seen may be gone, with a history that was given up.
            if object::read(self, *id, Kind::Commit).is_ok() {
                search.meet(*id, true)?;
            }
        }
        let is_anew = !seen.is_empty() && search.met.is_empty();
        if !search.met.contains_key(&tip) {
            search.meet(tip, false)?;
        }
        search.run()?;
        Ok(News { commits: search.in_order(), is_anew })
    }

    /// The events of a commit, in order.
    pub(crate) fn events_of(&self, commit: ObjectId) -> Result<Vec<LoggedEvent>, Error> {
        Ok(LoggedCommit::read(self, commit)?.events)
    }
}

struct Met {
    commit: NewCommit,
    is_seen: bool,
    /// Whether its parents were met.
    is_passed: bool,
}

/// A walk from what is new and what was seen at once, until nothing is left that may be new.
struct Search<'r> {
    loader: Loader<'r>,
    met: HashMap<ObjectId, Met>,
    /// What was met and not passed: the youngest first.
    queue: BinaryHeap<(u32, Reverse<usize>, ObjectId)>,
    /// How many of those are not known to be seen.
    maybe_new: usize,
    /// Whether a history was walked to its beginning without meeting what was seen: then all
    /// that was seen is walked as well, before that is believed.
    found_root: bool,
}

impl<'r> Search<'r> {
    fn new(loader: Loader<'r>) -> Self {
        Self { loader, met: HashMap::default(), queue: BinaryHeap::new(), maybe_new: 0, found_root: false }
    }

    fn run(&mut self) -> Result<(), Error> {
        let mut slop = 0;
        while self.maybe_new > 0 || self.found_root || slop < SLOP {
            let Some((_, _, id)) = self.queue.pop() else { break };
            slop = if self.maybe_new > 0 { 0 } else { slop + 1 };
            self.pass(id)?;
        }
        Ok(())
    }

    /// Meets the parents of a commit.
    fn pass(&mut self, id: ObjectId) -> Result<(), Error> {
        let met = self.met.get_mut(&id).expect("only what was met is in the queue");
        met.is_passed = true;
        let (is_seen, parents) = (met.is_seen, met.commit.parents.clone());
        if !is_seen {
            self.maybe_new -= 1;
            self.found_root |= parents.is_empty();
        }
        for parent in parents {
            match self.met.get(&parent).map(|met| met.is_seen) {
                None => self.meet(parent, is_seen)?,
                Some(false) if is_seen => self.mark_seen(parent),
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Learns that a commit that was met was seen, and so was all below it.
    fn mark_seen(&mut self, id: ObjectId) {
        let mut left = vec![id];
        while let Some(id) = left.pop() {
            let Some(met) = self.met.get_mut(&id).filter(|met| !met.is_seen) else { continue };
            met.is_seen = true;
            if met.is_passed {
                left.extend(&met.commit.parents);
            } else {
                self.maybe_new -= 1;
            }
        }
    }

    fn meet(&mut self, id: ObjectId, is_seen: bool) -> Result<(), Error> {
        let LoggedCommit { seconds, parents, .. } = self.loader.read(id)?;
        self.queue.push((seconds, Reverse(self.met.len()), id));
        self.maybe_new += usize::from(!is_seen);
        let commit = NewCommit { id, parents, seconds };
        self.met.insert(id, Met { commit, is_seen, is_passed: false });
        Ok(())
    }

    /// The commits that are new: parents first, and of those that could be next the oldest.
    fn in_order(self) -> Vec<NewCommit> {
        let mut new: HashMap<ObjectId, NewCommit> =
            self.met.into_iter().filter(|(_, met)| !met.is_seen).map(|(id, met)| (id, met.commit)).collect();
        let mut waits: HashMap<ObjectId, usize> = HashMap::default();
        let mut children: HashMap<ObjectId, Vec<ObjectId>> = HashMap::default();
        let mut next = BinaryHeap::new();
        for commit in new.values() {
            let parents: BTreeSet<&ObjectId> =
                commit.parents.iter().filter(|id| new.contains_key(*id)).collect();
            if parents.is_empty() {
                next.push(Reverse((commit.seconds, commit.id)));
            }
            waits.insert(commit.id, parents.len());
            for parent in parents {
                children.entry(*parent).or_default().push(commit.id);
            }
        }
        let mut ordered = Vec::with_capacity(new.len());
        while let Some(Reverse((_, id))) = next.pop() {
            for child in children.remove(&id).unwrap_or_default() {
                let left = waits.get_mut(&child).expect("every new commit has an entry");
                *left -= 1;
                if *left == 0 {
                    next.push(Reverse((new[&child].seconds, child)));
                }
            }
            ordered.extend(new.remove(&id));
        }
        ordered
    }
}
