//! What one side deleted and the other changed stays: the change was not known to whoever
//! deleted it. That is recorded, so that somebody decides, and what the deleting side had
//! changed before is not lost either.

use super::conflict::{Recorder, Side};
use super::{ConflictPlace, LostClaim, Merged, Sides, issue};
use crate::model::conflict::{DELETED, IS_DELETED, IS_KEPT};
use crate::model::{AgentId, Claim, ClaimId, Conflict, Issue, IssueId, Stamp, State, Tracker};

/// The issue as if `deleter` had not deleted it. `held` is the claim that the remote's claim
/// reference names.
pub(super) fn undo(
    sides: &Sides<'_>,
    base: &Issue,
    changed: &Issue,
    deleter: Side,
    held: Option<ClaimId>,
    merged: &mut Merged,
) -> Issue {
    let deletions = tracker_of(sides, deleter).deleted.get(&base.id).map_or(&[][..], Vec::as_slice);
    let mut last = base.clone();
    for deletion in deletions {
        last = issue::both(deletion.base.as_ref(), &last, &deletion.last, held, merged);
    }
    let mut kept = match deleter {
        Side::Upstream => issue::both(Some(base), &last, changed, held, merged),
        Side::Local => issue::both(Some(base), changed, &last, held, merged),
    };
    let lasts = || deletions.iter().map(|deletion| &deletion.last);
    // A deletion ends the claims that whoever deleted the issue knew of.
    let is_known = |claim: &Claim| {
        let mut known = lasts().chain([base]).filter_map(|issue| issue.claim.as_ref());
        known.any(|known| known.id == claim.id)
    };
    if let Some(claim) = kept.claim.take_if(|claim| held != Some(claim.id) && is_known(claim)) {
        kept.assignee = kept.assignee.filter(|assignee| *assignee != claim.by);
        kept.state = if kept.state == State::InProgress { State::Open } else { kept.state };
        merged.lost_claims.push(LostClaim { issue: base.id, claim, winner: None });
    }
    // Where the log does not say who did it, nobody is named.
    let unknown = || Stamp { by: AgentId::human(""), at: last.updated.at };
    let stamp = deletions.first().map_or_else(unknown, |deletion| deletion.stamp.clone());
    let known = [&base.conflicts, &changed.conflicts, &last.conflicts].map(Vec::as_slice);
    record(ConflictPlace::Issue(base.id), known, stamp, deleter, &mut kept.conflicts, merged);
    kept
}

/// Records in `conflicts`, which a place has, that its deletion does not stand. `known` are those
/// that it had.
pub(super) fn record(
    place: ConflictPlace,
    known: [&[Conflict]; 3],
    stamp: Stamp,
    deleter: Side,
    conflicts: &mut Vec<Conflict>,
    merged: &mut Merged,
) {
    let text = |text: &str| Some(text.to_owned());
    let mut recorder = Recorder::new(place, known, [stamp.clone(), stamp]);
    recorder.record(DELETED, text(IS_KEPT), text(IS_DELETED), deleter);
    recorder.finish(conflicts, merged);
}

/// Puts back the dependencies on issues that are back, where deleting those is what removed
/// them. They may close circles.
pub(super) fn restore_edges(sides: &Sides<'_>, merged: &mut Merged) {
    for deleter in [Side::Upstream, Side::Local] {
        for (on, deletions) in &tracker_of(sides, deleter).deleted {
            if !merged.tracker.issues.contains_key(on) {
                continue;
            }
            for from in deletions.iter().flat_map(|deletion| &deletion.dependents) {
                if !was_removed(sides, deleter, *from, *on)
                    && let Some(issue) = merged.tracker.issues.get_mut(from)
                {
                    issue.dependencies.insert(*on);
                }
            }
        }
    }
}

/// Whether the side that did not delete `on` removed the dependency on it.
fn was_removed(sides: &Sides<'_>, deleter: Side, from: IssueId, on: IssueId) -> bool {
    let has =
        |tracker: &Tracker| tracker.issues.get(&from).is_some_and(|issue| issue.dependencies.contains(&on));
    has(sides.base) && !has(tracker_of(sides, deleter.other()))
}

fn tracker_of<'a>(sides: &Sides<'a>, side: Side) -> &'a Tracker {
    match side {
        Side::Upstream => sides.upstream,
        Side::Local => sides.local,
    }
}
