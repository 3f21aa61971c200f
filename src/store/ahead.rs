//! How far one history is ahead of another, without walking more of either than is asked for.

use std::collections::{BinaryHeap, HashMap};

use gix::ObjectId;
use gix::objs::{CommitRefIter, Kind};

use super::{Repo, object};

/// From where a commit can be reached.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Reached {
    from_tip: bool,
    from_known: bool,
}

impl Reached {
    const TIP: Self = Self { from_tip: true, from_known: false };
    const KNOWN: Self = Self { from_tip: false, from_known: true };

    fn with(self, other: Self) -> Self {
        Self { from_tip: self.from_tip || other.from_tip, from_known: self.from_known || other.from_known }
    }

    const fn is_ahead(self) -> bool {
        self.from_tip && !self.from_known
    }
}

impl Repo {
    /// How many commits `tip` has in its history that `known` has not; `most` if they are
    /// that many or more. What is not in this clone (a shallow one) is not counted. Looks at
    /// the newest commits first, so that a short way to what both share is short.
    pub(crate) fn count_ahead(&self, tip: ObjectId, known: Option<ObjectId>, most: usize) -> usize {
        let mut walk =
            Walk { repo: self, nodes: HashMap::new(), queue: BinaryHeap::new(), ahead: 0, oldest: i64::MAX };
        walk.reach(tip, Reached::TIP);
        if let Some(known) = known {
            walk.reach(known, Reached::KNOWN);
        }
        // Where the histories share nothing, the other's length must not matter either.
        for _ in 0..most.saturating_mul(2) {
            if walk.is_over() || !walk.step() {
                return walk.ahead.min(most);
            }
        }
        walk.ahead.min(most)
    }
}

/// A commit that was read.
struct Node {
    reached: Reached,
    time: i64,
    parents: Vec<ObjectId>,
}

struct Walk<'r> {
    repo: &'r Repo,
    nodes: HashMap<ObjectId, Node>,
    /// Commits whose parents are to be looked at, by time.
    queue: BinaryHeap<(i64, ObjectId)>,
    /// How many commits are reached from the tip only, as far as known.
    ahead: usize,
    /// When the oldest of those was made that were ever counted.
    oldest: i64,
}

impl Walk<'_> {
    /// Whether all that is left to look at was reached from what is known, and is too old to
    /// lead to what was counted: commits of one second come in any order.
    fn is_over(&self) -> bool {
        self.queue.iter().all(|(time, id)| !self.nodes[id].reached.is_ahead() && *time < self.oldest)
    }

    fn reach(&mut self, id: ObjectId, from: Reached) {
        let Some(node) = self.nodes.get_mut(&id) else {
            let Some((time, parents)) = self.read(id) else { return };
            if from.is_ahead() {
                self.ahead += 1;
                self.oldest = self.oldest.min(time);
            }
            self.nodes.insert(id, Node { reached: from, time, parents });
            return self.queue.push((time, id));
        };
        let before = node.reached;
        node.reached = before.with(from);
        if before != node.reached {
            self.ahead -= usize::from(before.is_ahead());
            self.queue.push((node.time, id));
        }
    }

    /// Looks at the parents of the newest commit; false if there is none left.
    fn step(&mut self) -> bool {
        let Some((_, id)) = self.queue.pop() else { return false };
        let (from, parents) = (self.nodes[&id].reached, self.nodes[&id].parents.clone());
        for parent in parents {
            self.reach(parent, from);
        }
        true
    }

    fn read(&self, id: ObjectId) -> Option<(i64, Vec<ObjectId>)> {
        let data = object::read(self.repo, id, Kind::Commit).ok()?;
        let hash = self.repo.git.object_hash();
        let committer = CommitRefIter::from_bytes(&data, hash).committer().ok()?;
        let time = committer.time().map(|time| time.seconds).unwrap_or_default();
        Some((time, CommitRefIter::from_bytes(&data, hash).parent_ids().collect()))
    }
}

#[cfg(test)]
mod tests {
    use gix::actor::Signature;
    use gix::objs::Commit;

    use super::*;
    use crate::store::Storage;

    #[test]
    fn commits_of_one_second_are_counted_in_whatever_order_they_come() {
        let dir = tempfile::tempdir().unwrap();
        let (repo, _) = Storage::new(dir.path()).open_or_create().unwrap();
        let time = gix::date::Time::new(1_700_000_000, 0);
        let signature = Signature { name: "a".into(), email: "b".into(), time };
        let commit = |message: String, parents: &[ObjectId]| {
            let commit = Commit {
                tree: ObjectId::empty_tree(repo.git.object_hash()),
                parents: parents.iter().copied().collect(),
                author: signature.clone(),
                committer: signature.clone(),
                encoding: None,
                message: message.into(),
                extra_headers: Vec::new(),
            };
            repo.git.write_object(&commit).unwrap().detach()
        };
        for n in 0..40 {
            let root = commit(format!("root {n}"), &[]);
            let base = commit(format!("base {n}"), &[root]);
            let here = commit(format!("here {n}"), &[base]);
            let there = commit(format!("there {n}"), &[base]);
            let later = commit(format!("later {n}"), &[there]);
            let tip = commit(format!("merge {n}"), &[here, later]);
            assert_eq!(repo.count_ahead(tip, Some(later), 100), 2, "{n}");
            assert_eq!(repo.count_ahead(tip, Some(tip), 100), 0, "{n}");
        }
    }
}
