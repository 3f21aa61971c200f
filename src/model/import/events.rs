//! The events that tell what became of issues.

use std::collections::BTreeSet;

use super::Batch;
use crate::model::event::{self, FieldValue};
use crate::model::{Draft, EventKind, Issue, IssueId, Refusal, State, create};

/// Texts of more bytes than this are not repeated in the log.
const MAX_LOGGED_BYTES: usize = 1 << 20;

/// One event for the import, and those of each issue where these are few.
pub(super) fn record(
    draft: &mut Draft,
    batch: &Batch,
    changed: &[(IssueId, Option<Box<Issue>>)],
) -> Result<(), Refusal> {
    let count = changed.len();
    draft.record_first(EventKind::Imported { count, source: batch.source.clone() });
    let mut gates = BTreeSet::new();
    for (id, _) in changed {
        gates.extend(draft.issue(*id)?.gates.keys().cloned());
    }
    create::warn_unregistered(draft, gates.iter());
    let mut bytes = 0;
    for (id, _) in changed {
        bytes += text_bytes(draft.issue(*id)?);
    }
    if count > event::MAX_ISSUES || bytes > MAX_LOGGED_BYTES {
        return Ok(());
    }
    for (id, before) in changed {
        let after = draft.issue(*id)?.clone();
        for kind in of(before.as_deref(), &after) {
            draft.record(Some(*id), kind);
        }
    }
    Ok(())
}

/// Bytes of the texts of `issue`.
fn text_bytes(issue: &Issue) -> usize {
    let context: usize = issue.context.values().map(String::len).sum();
    let comments: usize = issue.comments.iter().map(|comment| comment.body.len()).sum();
    issue.description.len() + context + comments
}

/// What happened to an issue that is `after` now and was `before`, if it was.
fn of(before: Option<&Issue>, after: &Issue) -> Vec<EventKind> {
    let Some(before) = before else { return created(after) };
    let mut kinds: Vec<EventKind> = updated(before, after).into_iter().collect();
    kinds.extend(
        before.labels.difference(&after.labels).map(|label| EventKind::LabelRemoved { label: label.clone() }),
    );
    kinds.extend(
        after.labels.difference(&before.labels).map(|label| EventKind::LabelAdded { label: label.clone() }),
    );
    let removed = before.dependencies.difference(&after.dependencies);
    kinds.extend(removed.map(|on| EventKind::DependencyRemoved { on: *on }));
    let added = after.dependencies.difference(&before.dependencies);
    kinds.extend(added.map(|on| EventKind::DependencyAdded { on: *on }));
    gates(before, after, &mut kinds);
    context(before, after, &mut kinds);
    let removed = before.attachments.difference(&after.attachments).cloned();
    kinds.extend(removed.map(|attachment| EventKind::AttachmentRemoved { attachment }));
    let added = after.attachments.difference(&before.attachments).cloned();
    kinds.extend(added.map(|attachment| EventKind::AttachmentAdded { attachment }));
    let is_known = |id| before.comments.iter().any(|comment| comment.id == id);
    for comment in after.comments.iter().filter(|comment| !is_known(comment.id)) {
        kinds.push(EventKind::CommentAdded { comment: comment.id, body: comment.body.clone() });
    }
    kinds.extend(moved(before, after));
    kinds
}

/// The event of a new issue has no comments and no claim: these have their own.
fn created(issue: &Issue) -> Vec<EventKind> {
    let mut kinds = vec![EventKind::IssueCreated(Box::new(issue.clone()))];
    for comment in &issue.comments {
        kinds.push(EventKind::CommentAdded { comment: comment.id, body: comment.body.clone() });
    }
    if let Some(claim) = &issue.claim {
        let (assignee, expires) = (claim.by.clone(), claim.expires);
        kinds.push(EventKind::IssueClaimed {
            assignee,
            claim: claim.id,
            expires,
            took_over: None,
            from: issue.state,
        });
    }
    kinds
}

fn updated(before: &Issue, after: &Issue) -> Option<EventKind> {
    let mut fields = Vec::new();
    if before.title != after.title {
        fields.push(FieldValue::Title(after.title.clone()));
    }
    if before.description != after.description {
        fields.push(FieldValue::Description(after.description.clone()));
    }
    if before.issue_type != after.issue_type {
        fields.push(FieldValue::Type(after.issue_type.clone()));
    }
    if before.priority != after.priority {
        fields.push(FieldValue::Priority(after.priority));
    }
    if before.assignee != after.assignee {
        fields.push(FieldValue::Assignee(after.assignee.clone()));
    }
    (!fields.is_empty()).then_some(EventKind::IssueUpdated(fields))
}

fn gates(before: &Issue, after: &Issue, kinds: &mut Vec<EventKind>) {
    let removed = before.gates.keys().filter(|key| !after.gates.contains_key(*key));
    kinds.extend(removed.map(|key| EventKind::GateRemoved { key: key.clone() }));
    let added = after.gates.keys().filter(|key| !before.gates.contains_key(*key));
    kinds.extend(added.map(|key| EventKind::GateAdded { key: key.clone() }));
}

fn context(before: &Issue, after: &Issue, kinds: &mut Vec<EventKind>) {
    for key in before.context.keys().filter(|key| !after.context.contains_key(*key)) {
        kinds.push(EventKind::ContextSet { key: key.clone(), value: None });
    }
    for (key, value) in after.context.iter().filter(|(key, value)| before.context.get(*key) != Some(*value)) {
        kinds.push(EventKind::ContextSet { key: key.clone(), value: Some(value.clone()) });
    }
}

fn moved(before: &Issue, after: &Issue) -> Option<EventKind> {
    let (from, to) = (before.state, after.state);
    match (&before.claim, &after.claim) {
        (_, Some(claim)) if before.claim.as_ref().map(|claim| claim.id) != Some(claim.id) => {
            let (assignee, expires) = (claim.by.clone(), claim.expires);
            let took_over = before.claim.as_ref().map(|claim| claim.id);
            Some(EventKind::IssueClaimed { assignee, claim: claim.id, expires, took_over, from })
        }
        _ if from == to => None,
        _ if to == State::Done => Some(EventKind::IssueCompleted { from }),
        _ if to == State::Rejected => Some(EventKind::IssueRejected { reason: None, from }),
        _ => Some(EventKind::IssueStateChanged { from, to }),
    }
}
