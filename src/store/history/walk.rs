//! The order of the event log: newest commit first, as `git log` orders them.
//!
//! At a *joint* the walk is at a single commit: whatever comes is reached through it, and
//! nothing of that has come before. The rest of the walk therefore depends on that commit
//! alone, whatever tip the walk began at. Every commit of a history without merges is a
//! joint. This is what lets an index be extended instead of built again.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use gix::ObjectId;
use gix::hashtable::HashMap;

use super::commit::LoggedCommit;
use crate::store::{Error, Repo};

/// A commit that was met but did not have its turn yet. Of those of the same second, the one
/// met first comes first.
struct Queued {
    key: (i64, Reverse<u64>),
    commit: LoggedCommit,
}

impl PartialEq for Queued {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Queued {}

impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Queued {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

/// Walks all that is reachable from a commit. It reads one commit more than it yields, and no
/// commit twice.
pub(super) struct Walk<'r> {
    repo: &'r Repo,
    /// Commits whose parents a shallow clone does not have.
    shallow: BTreeSet<ObjectId>,
    queue: BinaryHeap<Queued>,
    /// Commits that were met: their place in the order once they had their turn.
    met: HashMap<ObjectId, Option<u32>>,
    yielded: u32,
    /// The places of those that look like joints so far.
    joints: Vec<u32>,
    /// What is wrong with a parent of the commit yielded last.
    failed: Option<Error>,
}

impl<'r> Walk<'r> {
    /// A walk that begins at `tip`.
    pub(super) fn new(repo: &'r Repo, tip: ObjectId) -> Result<Self, Error> {
        let mut walk = Self {
            repo,
            shallow: shallow_commits(repo)?,
            queue: BinaryHeap::new(),
            met: HashMap::default(),
            yielded: 0,
            joints: Vec::new(),
            failed: None,
        };
        walk.meet(tip)?;
        Ok(walk)
    }

    /// The next commit; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<LoggedCommit>, Error> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let Some(Queued { commit, .. }) = self.queue.pop() else { return Ok(None) };
        self.met.insert(commit.id, Some(self.yielded));
        if self.queue.is_empty() {
            self.joints.push(self.yielded);
        }
        self.yielded += 1;
        if !self.shallow.contains(&commit.id) {
            for parent in &commit.parents {
                match self.met.get(parent) {
                    // A clock was wrong: what comes after a joint must not have come before.
                    Some(Some(place)) => {
                        while self.joints.last().is_some_and(|joint| joint > place) {
                            self.joints.pop();
                        }
                    }
                    Some(None) => {}
                    None => self.failed = self.meet(*parent).err().or(self.failed.take()),
                }
            }
        }
        Ok(Some(commit))
    }

    /// Whether the commit yielded last may be a joint.
    pub(super) fn is_alone(&self) -> bool {
        self.joints.last().is_some_and(|joint| joint + 1 == self.yielded)
    }

    /// The places of the joints, in order. Those that are known only from what is yielded
    /// later are right once all of it was.
    pub(super) fn joints(&self) -> &[u32] {
        &self.joints
    }

    fn meet(&mut self, id: ObjectId) -> Result<(), Error> {
        let commit = LoggedCommit::read(self.repo, id)?;
        let count = self.met.len() as u64;
        self.met.insert(id, None);
        self.queue.push(Queued { key: (commit.seconds, Reverse(count)), commit });
        Ok(())
    }
}

/// The commits whose parents a shallow clone does not have.
pub(super) fn shallow_commits(repo: &Repo) -> Result<BTreeSet<ObjectId>, Error> {
    let commits = repo.git.shallow_commits().map_err(Error::git)?;
    Ok(commits.into_iter().flat_map(|commits| commits.iter().copied().collect::<Vec<_>>()).collect())
}
