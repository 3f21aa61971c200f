//! The critical path: the longest chain of issues that are left and wait for each other.
//! However many people work, what is at its end takes as many steps as it has issues.

use std::collections::BTreeMap;

use super::IssueId;

/// The longest chain of dependencies among the issues in `open`, what comes first first. With an
/// `end`, the longest of those that end there. `waits` has each issue that waits, and what for;
/// what is not in `open` is passed over.
///
/// Of chains of the same length it is the one whose issues come first in `open`, looked at from
/// the end. Issues that wait for themselves, through others, have no place in a chain.
pub fn critical_path(
    open: &[IssueId],
    waits: impl IntoIterator<Item = (IssueId, IssueId)>,
    end: Option<IssueId>,
) -> Vec<IssueId> {
    let places: BTreeMap<IssueId, usize> = open.iter().copied().zip(0..).collect();
    let mut waiting: Vec<Vec<usize>> = vec![Vec::new(); open.len()];
    let mut left = vec![0_usize; open.len()];
    for (issue, on) in waits {
        if let (Some(issue), Some(on)) = (places.get(&issue), places.get(&on)) {
            waiting[*on].push(*issue);
            left[*issue] += 1;
        }
    }
    // Each gets its chain once all that it waits for have theirs.
    let mut chains: Vec<Option<Chain>> = vec![None; open.len()];
    let mut next: Vec<usize> = (0..open.len()).filter(|place| left[*place] == 0).collect();
    let mut complete = vec![false; open.len()];
    while let Some(place) = next.pop() {
        complete[place] = true;
        let len = chains[place].get_or_insert(Chain { len: 1, before: None }).len + 1;
        for issue in &waiting[place] {
            let chain = Chain { len, before: Some(place) };
            let is_better = chains[*issue].is_none_or(|known| chain.rank() < known.rank());
            if is_better {
                chains[*issue] = Some(chain);
            }
            left[*issue] -= 1;
            if left[*issue] == 0 {
                next.push(*issue);
            }
        }
    }
    let ends = (0..open.len()).filter(|place| complete[*place]);
    let last = match end {
        Some(end) => places.get(&end).copied().filter(|place| complete[*place]),
        None => ends.min_by_key(|place| chains[*place].map(|chain| (chain.rank().0, *place))),
    };
    let before = |place: &usize| chains[*place].and_then(|chain| chain.before);
    let mut path: Vec<IssueId> = std::iter::successors(last, before).map(|place| open[place]).collect();
    path.reverse();
    path
}

/// The longest chain that ends at an issue.
#[derive(Clone, Copy)]
struct Chain {
    len: usize,
    /// The place of the issue before the last.
    before: Option<usize>,
}

impl Chain {
    /// Lowest for the one that is wanted.
    fn rank(self) -> (std::cmp::Reverse<usize>, Option<usize>) {
        (std::cmp::Reverse(self.len), self.before)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn id(n: usize) -> IssueId {
        IssueId::new(Uuid::from_u128(n as u128))
    }

    fn path(open: &[usize], waits: &[(usize, usize)], end: Option<usize>) -> Vec<IssueId> {
        let open: Vec<IssueId> = open.iter().copied().map(id).collect();
        let waits = waits.iter().map(|(issue, on)| (id(*issue), id(*on)));
        critical_path(&open, waits, end.map(id))
    }

    fn ids(all: &[usize]) -> Vec<IssueId> {
        all.iter().copied().map(id).collect()
    }

    #[test]
    fn the_longest_chain_is_told_from_its_beginning() {
        let waits = [(1, 2), (2, 3), (1, 4), (5, 4)];
        assert_eq!(path(&[1, 2, 3, 4, 5], &waits, None), ids(&[3, 2, 1]));
        assert_eq!(path(&[1, 2, 3, 4, 5], &waits, Some(5)), ids(&[4, 5]));
        assert_eq!(path(&[1, 2, 3, 4, 5], &waits, Some(3)), ids(&[3]));
    }

    #[test]
    fn what_is_finished_is_no_step() {
        assert_eq!(path(&[1, 3], &[(1, 2), (2, 3)], None), ids(&[1]));
        assert_eq!(path(&[1, 3], &[(1, 2), (2, 3)], Some(2)), []);
        assert_eq!(path(&[], &[(1, 2)], None), []);
    }

    #[test]
    fn of_equal_chains_it_is_the_one_that_comes_first() {
        assert_eq!(path(&[4, 3, 2, 1], &[(1, 3), (1, 4), (2, 3), (2, 4)], None), ids(&[4, 2]));
    }

    #[test]
    fn circles_and_what_waits_for_them_have_no_place() {
        assert_eq!(path(&[1, 2, 3, 4], &[(1, 2), (2, 1), (3, 1), (4, 9)], None), ids(&[4]));
        assert_eq!(path(&[1, 2], &[(1, 2), (2, 1)], None), []);
    }

    proptest! {
        #[test]
        fn each_step_waits_for_the_one_before_and_none_is_longer(
            len in 1_usize..12,
            edges in prop::collection::vec((0_usize..12, 0_usize..12), 0..40),
        ) {
            // Without circles: an issue waits only for those with higher numbers.
            let waits: Vec<(usize, usize)> =
                edges.into_iter().filter(|(a, b)| a != b).map(|(a, b)| (a.min(b), a.max(b))).collect();
            let open: Vec<usize> = (0..len).collect();
            let found = path(&open, &waits, None);
            for pair in found.windows(2) {
                prop_assert!(waits.iter().any(|(issue, on)| (id(*issue), id(*on)) == (pair[1], pair[0])));
            }
            let mut longest = vec![1; len];
            for place in (0..len).rev() {
                let of = |on: usize| longest.get(on).map_or(1, |below| below + 1);
                let below = waits.iter().filter(|(issue, on)| *issue == place && *on < len).map(|(_, on)| of(*on));
                longest[place] = below.max().unwrap_or(1);
            }
            prop_assert_eq!(Some(found.len()), longest.into_iter().max());
        }
    }
}
