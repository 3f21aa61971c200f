//! Counting what the store does, for tests that hold operations to what they may cost. Built
//! for anything else, nothing is counted.

/// What is counted, on the thread that does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// The configuration of a repository is read.
    Open,
    /// A commit is read.
    ReadCommit,
    /// A tree is read, the same one perhaps again.
    ReadTree,
    /// A file of the tracker is read.
    ReadBlob,
    /// The record of a claim is read, which is three objects.
    ReadRecord,
    /// It is listed which claims a remote has on record.
    ListRecords,
    /// An object is written.
    Write,
    /// A file or a directory is made durable.
    Sync,
    /// The disk is waited for, once for all files that are synced side by side.
    Wait,
    /// The turn to write is taken.
    Lock,
}

#[cfg(not(test))]
pub(super) const fn count(_: Step) {}

#[cfg(test)]
pub(super) use counting::count;
#[cfg(test)]
pub(crate) use counting::counted;

#[cfg(test)]
mod counting {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    use super::Step;

    thread_local! {
        static STEPS: RefCell<BTreeMap<Step, usize>> = const { RefCell::new(BTreeMap::new()) };
    }

    pub(in crate::store) fn count(step: Step) {
        STEPS.with_borrow_mut(|steps| *steps.entry(step).or_default() += 1);
    }

    /// Does some work; what it returns, and how often it took which step.
    pub(crate) fn counted<T>(work: impl FnOnce() -> T) -> (T, BTreeMap<Step, usize>) {
        STEPS.take();
        let value = work();
        (value, STEPS.take())
    }
}
