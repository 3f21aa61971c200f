//! The dependency graph: edges point from an issue to what it depends on.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Issue, IssueId, Tracker};

/// The path from `from` to `to` along dependencies, both included, if there is one. A
/// shortest one, so that what is shown to a person is as brief as it can be.
pub fn path(tracker: &Tracker, from: IssueId, to: IssueId) -> Option<Vec<IssueId>> {
    path_along(dependencies_in(tracker), from, to)
}

fn dependencies_in<'t>(tracker: &'t Tracker) -> impl Fn(IssueId) -> Option<&'t BTreeSet<IssueId>> + Copy {
    |id| tracker.issues.get(&id).map(|issue| &issue.dependencies)
}

fn path_along<'d>(
    dependencies: impl Fn(IssueId) -> Option<&'d BTreeSet<IssueId>>,
    from: IssueId,
    to: IssueId,
) -> Option<Vec<IssueId>> {
    let mut came_from = BTreeMap::from([(from, from)]);
    let mut queue = VecDeque::from([from]);
    while let Some(id) = queue.pop_front() {
        if id == to {
            return Some(trace(&came_from, from, to));
        }
        for next in dependencies(id).into_iter().flatten() {
            came_from.entry(*next).or_insert_with(|| {
                queue.push_back(*next);
                id
            });
        }
    }
    None
}

fn trace(came_from: &BTreeMap<IssueId, IssueId>, from: IssueId, to: IssueId) -> Vec<IssueId> {
    let mut path = vec![to];
    let mut at = to;
    while at != from {
        at = came_from[&at];
        path.push(at);
    }
    path.reverse();
    path
}

/// For each issue, the issues that depend on it, most urgent first.
pub fn dependents(tracker: &Tracker) -> BTreeMap<IssueId, Vec<&Issue>> {
    let mut dependents: BTreeMap<IssueId, Vec<&Issue>> = BTreeMap::new();
    for issue in tracker.ranked() {
        for on in &issue.dependencies {
            dependents.entry(*on).or_default().push(issue);
        }
    }
    dependents
}

/// Every issue that `start` depends on, directly or through others, without `start`.
pub fn upstream(tracker: &Tracker, start: IssueId) -> BTreeSet<IssueId> {
    reach(start, |id| {
        tracker.issues.get(&id).into_iter().flat_map(|issue| issue.dependencies.iter().copied()).collect()
    })
}

/// Everything that `next` leads to from `start`, directly or through others, without `start`.
pub fn reach(start: IssueId, next: impl Fn(IssueId) -> Vec<IssueId>) -> BTreeSet<IssueId> {
    let mut seen = BTreeSet::new();
    let mut todo = next(start);
    while let Some(id) = todo.pop() {
        if id != start && seen.insert(id) {
            todo.extend(next(id));
        }
    }
    seen
}

/// The issues that nothing depends on, most urgent first.
pub fn tops(tracker: &Tracker) -> Vec<IssueId> {
    let dependents = dependents(tracker);
    let ranked = tracker.ranked().into_iter().map(|issue| issue.id);
    ranked.filter(|id| !dependents.contains_key(id)).collect()
}

/// One circle of dependencies, if the graph has any; first and last are the same.
pub fn cycle(tracker: &Tracker) -> Option<Vec<IssueId>> {
    cycle_among(tracker, &tracker.issues.keys().copied().collect())
}

/// One circle that runs only through `ids`, if there is any; first and last are the same.
pub fn cycle_among(tracker: &Tracker, ids: &BTreeSet<IssueId>) -> Option<Vec<IssueId>> {
    cycle_along(dependencies_in(tracker), ids)
}

/// The same, where `dependencies` tells what an issue depends on, if there is such an issue.
pub(super) fn cycle_along<'d>(
    dependencies: impl Fn(IssueId) -> Option<&'d BTreeSet<IssueId>> + Copy,
    ids: &BTreeSet<IssueId>,
) -> Option<Vec<IssueId>> {
    // Kahn's algorithm: whatever cannot be taken away leaf by leaf lies on or before a circle.
    let inside = |id: &&IssueId| ids.contains(id) && dependencies(**id).is_some();
    let mut dependents: BTreeMap<IssueId, Vec<IssueId>> = BTreeMap::new();
    let mut open: BTreeMap<IssueId, usize> = BTreeMap::new();
    for id in ids {
        let Some(all) = dependencies(*id) else { continue };
        open.insert(*id, all.iter().filter(inside).count());
        all.iter().filter(inside).for_each(|on| dependents.entry(*on).or_default().push(*id));
    }
    let mut leaves: Vec<IssueId> = open.iter().filter(|(_, n)| **n == 0).map(|(id, _)| *id).collect();
    while let Some(leaf) = leaves.pop() {
        open.remove(&leaf);
        for id in dependents.get(&leaf).into_iter().flatten() {
            if let Some(n) = open.get_mut(id) {
                *n -= 1;
                if *n == 0 {
                    leaves.push(*id);
                }
            }
        }
    }
    // Of what is left everything depends on something that is left: whoever follows that comes
    // around. What came before the circle is not on it.
    let next = |id: IssueId| dependencies(id).into_iter().flatten().find(|on| open.contains_key(on)).copied();
    let mut at = *open.keys().next()?;
    let mut seen = BTreeSet::new();
    while seen.insert(at) {
        at = next(at)?;
    }
    let circle = std::iter::successors(next(at), |on| next(*on)).take_while(|on| *on != at).chain([at]);
    circle_through(dependencies, circle.min()?)
}

/// The issues that lie on circles, or between two of them.
pub fn tangled(tracker: &Tracker) -> BTreeSet<IssueId> {
    let mut neighbours: BTreeMap<IssueId, [Vec<IssueId>; 2]> =
        tracker.issues.keys().map(|id| (*id, <[Vec<IssueId>; 2]>::default())).collect();
    let edges = tracker.issues.values().flat_map(|issue| issue.dependencies.iter().map(|on| (issue.id, *on)));
    for (from, on) in edges.filter(|(_, on)| tracker.issues.contains_key(on)) {
        neighbours.entry(from).or_default()[0].push(on);
        neighbours.entry(on).or_default()[1].push(from);
    }
    let mut left: BTreeMap<IssueId, [usize; 2]> =
        neighbours.iter().map(|(id, both)| (*id, both.each_ref().map(Vec::len))).collect();
    let mut ends: Vec<IssueId> =
        left.iter().filter(|(_, counts)| counts.contains(&0)).map(|(id, _)| *id).collect();
    while let Some(end) = ends.pop() {
        if left.remove(&end).is_none() {
            continue;
        }
        // Whoever `end` depends on has one dependent less, and the other way round.
        for (way, other) in [(0, 1), (1, 0)] {
            for id in &neighbours[&end][way] {
                if let Some(counts) = left.get_mut(id) {
                    counts[other] -= 1;
                    if counts[other] == 0 {
                        ends.push(*id);
                    }
                }
            }
        }
    }
    left.into_keys().collect()
}

fn circle_through<'d>(
    dependencies: impl Fn(IssueId) -> Option<&'d BTreeSet<IssueId>> + Copy,
    start: IssueId,
) -> Option<Vec<IssueId>> {
    let back = |next: &IssueId| path_along(dependencies, *next, start);
    let mut circle = dependencies(start)?.iter().find_map(back)?;
    circle.insert(0, start);
    Some(circle)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{id, tracker};
    use super::*;

    #[test]
    fn reach_goes_all_the_way() {
        let tracker = tracker(5, &[(1, 2), (2, 3), (4, 3)]);
        assert_eq!(upstream(&tracker, id(1)), [id(2), id(3)].into());
        assert_eq!(tops(&tracker), [id(1), id(4), id(5)]);
    }

    #[test]
    fn a_shortest_path_is_found_and_none_where_there_is_none() {
        let tracker = tracker(4, &[(1, 2), (2, 3), (3, 4), (1, 3)]);
        assert_eq!(path(&tracker, id(1), id(4)), Some(vec![id(1), id(3), id(4)]));
        assert_eq!(path(&tracker, id(4), id(1)), None);
    }

    #[test]
    fn a_circle_is_found_behind_a_tail_and_reach_ends_on_it() {
        let circle = tracker(4, &[(1, 2), (2, 3), (3, 4), (4, 2)]);
        let found = cycle(&circle).unwrap();
        assert_eq!(found.first(), found.last());
        assert_eq!(found.len(), 4);
        assert_eq!(upstream(&circle, id(1)).len(), 3);
        assert_eq!(cycle(&tracker(4, &[(1, 2), (2, 3), (1, 3), (3, 4)])), None);
        assert_eq!(cycle_among(&circle, &[id(1), id(2)].into()), None);
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_is_walked_without_recursion() {
        let mut edges: Vec<(u128, u128)> = (1..100_000).map(|n| (n, n + 1)).collect();
        let chain = tracker(100_000, &edges);
        assert_eq!(cycle(&chain), None);
        edges.push((100_000, 99_999));
        assert_eq!(cycle(&tracker(100_000, &edges)).map(|circle| circle.len()), Some(3));
        assert_eq!(path(&chain, id(1), id(100_000)).map(|path| path.len()), Some(100_000));
    }
}
