//! The order of the event log.
//!
//! A commit ranks by when it was made, but above everything it builds on: where its own
//! clock says otherwise, just above the highest of its parents. Newest first is highest
//! first, and of those that rank the same the one with the larger id. So:
//!
//! - No commit is shown before what was built on it, whatever clocks said.
//! - A rank depends on nothing but the commit and its history. Every clone shows two commits the
//!   same way round, from whichever tip, however it came by them.
//! - Where clocks are right, it is the order of time.

use gix::ObjectId;

/// Where a commit comes in the log. A parent is always lower than its children.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank(u64);

/// The place of a commit in the order: no two have the same.
pub(super) type Position = (Rank, ObjectId);

impl Rank {
    /// Lower than all that have a parent.
    pub(super) const LOWEST: Self = Self(0);

    /// The rank of a commit that was made then, in seconds since 1970, and that builds on
    /// commits of those ranks.
    pub(super) fn above(seconds: u32, parents: impl Iterator<Item = Self>) -> Self {
        // The lower half counts the steps within a second.
        let own = Self(u64::from(seconds) << 32);
        parents.map(|Self(parent)| Self(parent.saturating_add(1))).fold(own, Ord::max)
    }

    /// As it is stored.
    pub(super) const fn to_bits(self) -> u64 {
        self.0
    }

    /// From how it is stored.
    pub(super) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_ranks_by_its_time_unless_it_builds_on_later_ones() {
        let rank = |seconds, parents: &[Rank]| Rank::above(seconds, parents.iter().copied());
        let base = rank(100, &[]);
        let next = rank(101, &[base]);
        let same_second = rank(100, &[base]);
        let (late, early) = (rank(5000, &[next]), rank(0, &[next]));
        assert!(base < same_second && same_second < next && next < early && early < late);
        let merge = rank(90, &[late, early]);
        assert!(late < merge && merge < rank(5001, &[]));
        assert!(rank(u32::MAX, &[]) < rank(3, &[rank(u32::MAX, &[])]));
    }
}
