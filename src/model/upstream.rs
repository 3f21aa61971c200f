//! What issues depend on, remembered while one mutation adds many dependencies: each walk of the
//! graph may cost as much as the tracker is large.

use std::collections::{BTreeMap, BTreeSet};

use super::{IssueId, Tracker, graph};

/// So many issues are remembered at most: a request names few that others are to wait for.
const MOST: usize = 64;

/// All that some issues depend on, directly or through others. It may list what they do not
/// depend on any more: dependencies that go away are not followed up.
#[derive(Debug, Default)]
pub(super) struct Upstream {
    known: BTreeMap<IssueId, BTreeSet<IssueId>>,
    #[cfg(test)]
    walks: usize,
}

impl Upstream {
    /// Whether `from` may depend on `on`, directly or through others, or is the same. Where it says
    /// no, that is so.
    pub(super) fn may_lead_to(&mut self, tracker: &Tracker, from: IssueId, on: IssueId) -> bool {
        if from == on {
            return true;
        }
        if self.known.len() >= MOST && !self.known.contains_key(&from) {
            self.known.clear();
        }
        let known = self.known.entry(from).or_insert_with(|| {
            #[cfg(test)]
            {
                self.walks += 1;
            }
            graph::upstream(tracker, from)
        });
        known.contains(&on)
    }

    /// Issue `id` depends on more now: what leads to it is not known any more.
    pub(super) fn grown(&mut self, id: IssueId) {
        self.known.retain(|from, upstream| *from != id && !upstream.contains(&id));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{id, tracker};
    use super::*;

    #[test]
    fn many_issues_that_are_to_wait_for_one_take_one_walk() {
        let mut edges: Vec<(u128, u128)> = (1..1000).map(|n| (n, n + 1)).collect();
        let mut tracker = tracker(2000, &edges);
        let mut upstream = Upstream::default();
        for n in 1001..=2000 {
            for on in [1, 500] {
                assert!(!upstream.may_lead_to(&tracker, id(on), id(n)));
                tracker.issues.get_mut(&id(n)).unwrap().dependencies.insert(id(on));
                upstream.grown(id(n));
                edges.push((n, on));
            }
        }
        assert_eq!(upstream.walks, 2);
    }

    #[test]
    fn it_says_what_a_walk_says_whatever_comes_and_goes() {
        let mut tracker = tracker(12, &[]);
        let mut upstream = Upstream::default();
        let mut number: u128 = 1;
        for _ in 0..4000 {
            number = number * 6_364_136_223_846_793_005 % 1_000_000_007;
            let (from, on) = (id(number % 12 + 1), id(number / 12 % 12 + 1));
            let leads = graph::path(&tracker, on, from).is_some();
            assert!(upstream.may_lead_to(&tracker, on, from) || !leads);
            let dependencies = &mut tracker.issues.get_mut(&from).unwrap().dependencies;
            if number.is_multiple_of(5) {
                dependencies.clear();
            } else if !leads {
                dependencies.insert(on);
                upstream.grown(from);
            }
        }
    }
}
