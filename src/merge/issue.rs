//! One issue, field by field.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::conflict::{self, Recorder, Side};
use super::value::{self, Choice};
use super::{ConflictPlace, Fate, Known, LostClaim, Merged, Sides, deletion, extra, fate, gate, hold, text};
use crate::model::{ClaimId, Comment, Extra, Issue, IssueId, Priority, Tracker};

/// Merges issue `id` into `merged`. `held` is the claim that the remote's claim reference
/// names.
pub(super) fn merge(sides: &Sides<'_>, id: IssueId, held: Option<ClaimId>, merged: &mut Merged) {
    let [base, upstream, local] = [sides.base, sides.upstream, sides.local].map(|side| known(side, id));
    let given_up = |side: &Known<'_, Issue>, other: &Tracker| {
        hold::without_released(base.readable(), side.readable()?, &other.released)
    };
    let (there, here) = (given_up(&upstream, sides.local), given_up(&local, sides.upstream));
    let upstream = there.as_ref().map_or(upstream, |(issue, _)| Known::Here(issue));
    let local = here.as_ref().map_or(local, |(issue, _)| Known::Here(issue));
    let issue = match fate(&base, &upstream, &local) {
        Fate::Gone => None,
        Fate::As(issue) => Some(issue.clone()),
        Fate::Both(upstream, local) => Some(both(base.readable(), upstream, local, held, merged)),
        Fate::Kept { base, changed, deleter } => {
            Some(deletion::undo(sides, base, changed, deleter, held, merged))
        }
    };
    if let Some((_, claim)) = here {
        let winner = issue.as_ref().and_then(|issue| issue.claim.clone());
        merged.lost_claims.push(LostClaim { issue: id, claim, winner });
    }
    merged.tracker.issues.extend(issue.map(|issue| (id, issue)));
}

/// What `tracker` says of issue `id`.
pub(super) fn known(tracker: &Tracker, id: IssueId) -> Known<'_, Issue> {
    Known::new(tracker.issues.get(&id), || tracker.damage_of(id).is_some())
}

/// An issue that both sides changed.
pub(super) fn both(
    base: Option<&Issue>,
    upstream: &Issue,
    local: &Issue,
    held: Option<ClaimId>,
    merged: &mut Merged,
) -> Issue {
    let known =
        [base, Some(upstream), Some(local)].map(|issue| issue.map_or(&[][..], |issue| &issue.conflicts));
    let stamps = [upstream.updated.clone(), local.updated.clone()];
    let mut recorder = Recorder::new(ConflictPlace::Issue(upstream.id), known, stamps);
    let mut result = upstream.clone();
    fields(base, local, &mut result, &mut recorder);
    result.labels = value::set(base.map(|base| &base.labels), &upstream.labels, &local.labels);
    let attachments = base.map(|base| &base.attachments);
    result.attachments = value::set(attachments, &upstream.attachments, &local.attachments);
    let dependencies = base.map(|base| &base.dependencies);
    result.dependencies = value::set(dependencies, &upstream.dependencies, &local.dependencies);
    result.gates =
        gate::merge_required(base.map(|base| &base.gates), &upstream.gates, &local.gates, &mut recorder);
    result.context =
        context(base.map(|base| &base.context), &upstream.context, &local.context, &mut recorder);
    result.comments = comments(base, upstream, local, &mut recorder);
    let settled = hold::merge(base, upstream, local, held, &mut recorder);
    result.state = settled.state;
    result.claim = settled.claim;
    result.assignee = settled.assignee;
    merged.lost_claims.extend(settled.lost);
    if local.updated.at > upstream.updated.at {
        result.updated = local.updated.clone();
    }
    result.extra = unknown(base, upstream, local, &mut recorder);
    result.conflicts = conflict::list(known[0], &upstream.conflicts, &local.conflicts);
    recorder.finish(&mut result.conflicts, merged);
    result
}

/// The fields of one value each. `result` has upstream's.
fn fields(base: Option<&Issue>, local: &Issue, result: &mut Issue, recorder: &mut Recorder) {
    let whole = |text: &str| Some(text.to_owned());
    let titles = [base.map(|base| base.title.as_str()), Some(&result.title), Some(&local.title)];
    if recorder.takes_local("title", titles, whole) {
        result.title.clone_from(&local.title);
    }
    let types =
        [base.map(|base| base.issue_type.as_str()), Some(&result.issue_type), Some(&local.issue_type)];
    if recorder.takes_local("type", types, whole) {
        result.issue_type.clone_from(&local.issue_type);
    }
    let priorities = [base.map(|base| &base.priority), Some(&result.priority), Some(&local.priority)];
    if recorder.takes_local("priority", priorities, |priority: &Priority| Some(priority.to_string())) {
        result.priority = local.priority;
    }
    description(base, local, result, recorder);
}

fn description(base: Option<&Issue>, local: &Issue, result: &mut Issue, recorder: &mut Recorder) {
    let texts = [&result.description, &local.description];
    result.description =
        merge_text("description", base.map(|base| base.description.as_str()), texts, recorder);
}

/// The rule for text of many lines: both edits, unless they overlap.
pub(super) fn merge_text(
    field: &str,
    base: Option<&str>,
    [upstream, local]: [&String; 2],
    recorder: &mut Recorder,
) -> String {
    match value::choose(base, upstream.as_str(), local.as_str()) {
        Choice::Upstream => upstream.clone(),
        Choice::Local => local.clone(),
        Choice::Clash => {
            let lines = base.and_then(|base| text::merge(base, upstream, local));
            lines.unwrap_or_else(|| {
                let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
                recorder.record(field, filled(upstream), filled(local), Side::Local);
                upstream.clone()
            })
        }
    }
}

pub(super) fn context(
    base: Option<&BTreeMap<String, String>>,
    upstream: &BTreeMap<String, String>,
    local: &BTreeMap<String, String>,
    recorder: &mut Recorder,
) -> BTreeMap<String, String> {
    value::map(base, upstream, local, |key, all| {
        let (stands, aside) = value::edit(all);
        if let Some(side) = aside {
            let value = if side == Side::Local { all[2] } else { all[1] };
            recorder.record(format!("context.{key}"), stands.cloned(), value.cloned(), side);
        }
        stands.cloned()
    })
}

/// All comments of both, oldest first.
fn comments(base: Option<&Issue>, upstream: &Issue, local: &Issue, recorder: &mut Recorder) -> Vec<Comment> {
    let upstream_ids: BTreeSet<Uuid> = upstream.comments.iter().map(|comment| comment.id).collect();
    let find = |issue: &'_ Issue, id| issue.comments.iter().find(|comment| comment.id == id).cloned();
    let mut comments = Vec::new();
    for comment in &upstream.comments {
        let theirs = find(local, comment.id);
        let all = [base.and_then(|base| find(base, comment.id)), Some(comment.clone()), theirs];
        comments.push(one_comment(all.each_ref().map(Option::as_ref), comment, recorder));
    }
    let only_local = local.comments.iter().filter(|comment| !upstream_ids.contains(&comment.id));
    comments.extend(only_local.cloned());
    comments.sort_by_key(|comment| (comment.at, comment.id));
    comments
}

/// A comment does not change, but for a hand or a newer version that changes it.
fn one_comment(all: [Option<&Comment>; 3], upstream: &Comment, recorder: &mut Recorder) -> Comment {
    let [_, _, Some(local)] = all else { return upstream.clone() };
    let field = format!("comments.{}", upstream.id);
    let bodies = all.map(|comment| comment.map(|comment| comment.body.as_str()));
    let mut result = upstream.clone();
    if recorder.takes_local(&field, bodies, |body| Some(body.to_owned())) {
        result.body.clone_from(&local.body);
    }
    let base = all[0].map(|comment| &comment.extra);
    result.extra = extra::merge(&format!("{field}.extra."), base, &upstream.extra, &local.extra, recorder);
    result
}

/// Unknown keys. Those of the stamp `updated` go with it.
fn unknown(base: Option<&Issue>, upstream: &Issue, local: &Issue, recorder: &mut Recorder) -> Extra {
    const UPDATED: &str = "updated";
    let without = |issue: &Issue| {
        let mut extra = issue.extra.clone();
        extra.remove(UPDATED);
        extra
    };
    let base = base.map(without);
    let mut extra = extra::merge("extra.", base.as_ref(), &without(upstream), &without(local), recorder);
    let newer = if local.updated.at > upstream.updated.at { local } else { upstream };
    extra.extend(newer.extra.get(UPDATED).map(|value| (UPDATED.to_owned(), value.clone())));
    extra
}
