//! The dependency graph after a merge: no edge to what was deleted, no circle.

use std::collections::BTreeSet;

use super::conflict::{Recorder, Side};
use super::{ConflictPlace, Known, Merged, Sides, issue};
use crate::model::{Issue, IssueId, Timestamp, Tracker, graph};

/// Drops the dependencies on issues that one side deleted while the other depended on them, or
/// that an issue which is back had on what is not.
pub(super) fn drop_edges_to_deleted(sides: &Sides<'_>, merged: &mut Merged) {
    let dangles = |tracker: &Tracker, from: IssueId, on: IssueId| {
        let depends = tracker.issues.get(&from).is_some_and(|issue| issue.dependencies.contains(&on));
        depends && matches!(issue::known(tracker, on), Known::Absent)
    };
    let all = [sides.base, sides.upstream, sides.local];
    let is_gone = |merged: &Merged, on: IssueId| {
        let is_damaged = |tracker: &&Tracker| matches!(issue::known(tracker, on), Known::Damaged);
        !merged.tracker.issues.contains_key(&on) && !all.iter().any(is_damaged)
    };
    let was_deleted = |on: IssueId| all.iter().any(|tracker| tracker.issues.contains_key(&on));
    let is_back = |from: IssueId, on: IssueId| {
        let had =
            |side: &Tracker| side.issues.get(&from).is_some_and(|issue| issue.dependencies.contains(&on));
        !had(sides.upstream) && !had(sides.local)
    };
    let mut edges = Vec::new();
    for issue in merged.tracker.issues.values() {
        for on in issue.dependencies.iter().copied() {
            // An edge that led nowhere before is not for a merge to drop.
            let led_nowhere = dangles(sides.upstream, issue.id, on) || dangles(sides.local, issue.id, on);
            if is_gone(merged, on) && !led_nowhere && (was_deleted(on) || is_back(issue.id, on)) {
                edges.push((issue.id, on));
            }
        }
    }
    for (from, on) in edges {
        drop_edge(sides, from, on, merged);
    }
}

/// Drops the dependencies that closed a circle: those that only this clone had, the newest
/// first.
pub(super) fn break_cycles(sides: &Sides<'_>, merged: &mut Merged) {
    if graph::cycle(&merged.tracker).is_none() {
        return;
    }
    let tangled = graph::tangled(&merged.tracker);
    let mut edges = Vec::new();
    for issue in tangled.iter().filter_map(|id| merged.tracker.issues.get(id)) {
        let upstream = sides.upstream.issues.get(&issue.id).map(|issue| &issue.dependencies);
        let is_local = |on: &&IssueId| upstream.is_none_or(|known| !known.contains(*on));
        let candidates = issue.dependencies.intersection(&tangled).filter(is_local);
        edges.extend(candidates.map(|on| (age(sides, issue), issue.id, *on)));
    }
    edges.sort_unstable();
    // Only what is tangled can be on a circle.
    let ids: Vec<IssueId> = tangled.iter().copied().collect();
    let place = |id: IssueId| ids.binary_search(&id).expect("both ends are tangled");
    let dropped: BTreeSet<(IssueId, IssueId)> = edges.iter().map(|(_, from, on)| (*from, *on)).collect();
    let kept = |id: &IssueId| {
        let all = merged.tracker.issues.get(id).into_iter().flat_map(|issue| &issue.dependencies);
        let stays = |on: &&IssueId| tangled.contains(*on) && !dropped.contains(&(*id, **on));
        all.filter(stays).map(|on| place(*on)).collect::<Vec<usize>>()
    };
    let mut open: Vec<Vec<usize>> = ids.iter().map(kept).collect();
    let mut seen = vec![0; ids.len()];
    // Putting them back, oldest first, leaves out the newest of every circle.
    for (round, (_, from, on)) in (1..).zip(edges) {
        if leads(&open, place(on), place(from), &mut seen, round) {
            drop_edge(sides, from, on, merged);
        } else {
            open[place(from)].push(place(on));
        }
    }
}

/// Whether there is a way; `seen` has the round in which each place was last visited.
fn leads(open: &[Vec<usize>], from: usize, to: usize, seen: &mut [usize], round: usize) -> bool {
    let mut todo = vec![from];
    while let Some(at) = todo.pop() {
        if at == to {
            return true;
        }
        if seen[at] != round {
            seen[at] = round;
            todo.extend(&open[at]);
        }
    }
    false
}

fn age(sides: &Sides<'_>, issue: &Issue) -> Timestamp {
    sides.local.issues.get(&issue.id).unwrap_or(issue).updated.at
}

/// The issue `from` on one side; if it was deleted there, as who had made it depend on `on` left it.
fn with_edge(side: &Tracker, from: IssueId, on: IssueId) -> Option<&Issue> {
    let deleted = || side.deleted.get(&from).into_iter().flatten().map(|deletion| &deletion.last);
    side.issues.get(&from).or_else(|| deleted().find(|last| last.dependencies.contains(&on)))
}

fn drop_edge(sides: &Sides<'_>, from: IssueId, on: IssueId, merged: &mut Merged) {
    let Some(mut issue) = merged.tracker.issues.remove(&from) else { return };
    issue.dependencies.remove(&on);
    let all = [sides.base, sides.upstream, sides.local].map(|side| with_edge(side, from, on));
    let side = if all[2].is_some_and(|issue| issue.dependencies.contains(&on)) {
        Side::Local
    } else {
        Side::Upstream
    };
    let stamp = |side: Option<&Issue>| side.unwrap_or(&issue).updated.clone();
    let stamps = [stamp(all[1]), stamp(all[2])];
    let known = all.map(|issue| issue.map_or(&[][..], |issue| &issue.conflicts));
    let mut recorder = Recorder::new(ConflictPlace::Issue(from), known, stamps);
    recorder.record("dependencies", None, Some(on.to_string()), side);
    recorder.finish(&mut issue.conflicts, merged);
    merged.tracker.issues.insert(from, issue);
    merged.dropped_dependencies.push((from, on));
}

#[cfg(test)]
mod tests {
    use super::super::{Holds, Sides, merge};
    use crate::model::graph;
    use crate::model::testing::{id, tracker};

    #[test]
    fn ten_thousand_issues_in_knots_are_untied_at_once() {
        let count = 10_000;
        let chain: Vec<(u128, u128)> = (1..count).map(|n| (n, n + 1)).collect();
        let back: Vec<(u128, u128)> = (2..=count).map(|n| (n, n / 2)).collect();
        let (base, upstream, local) = (tracker(count, &[]), tracker(count, &chain), tracker(count, &back));
        let merged = merge(
            &Sides { base: &base, upstream: &upstream, local: &local, project: [None, None] },
            &Holds::new(),
        );
        assert_eq!(graph::cycle(&merged.tracker), None);
        assert_eq!(merged.dropped_dependencies.len(), back.len());
        assert!(merged.tracker.issues[&id(1)].dependencies.contains(&id(2)));
    }
}
