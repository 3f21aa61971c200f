//! Editing the fields of an issue.

use super::event::FieldValue;
use super::state::{StateRequest, Status};
use super::transition;
use super::{
    AgentId, ClaimId, Comment, Draft, EventKind, Extra, GateKey, IdPrefix, IssueId, Priority, Refusal,
    dependency, gate, label, text,
};

/// What to change; fields that are absent stay.
#[derive(Clone, Debug, Default)]
pub struct Update {
    /// A new title.
    pub title: Option<String>,
    /// A new description.
    pub description: Option<String>,
    /// A new type.
    pub issue_type: Option<String>,
    /// A new priority.
    pub priority: Option<Priority>,
    /// A new assignee; `Some(None)` for nobody.
    pub assignee: Option<Option<AgentId>>,
    /// Labels to add.
    pub add_labels: Vec<String>,
    /// Labels to remove.
    pub remove_labels: Vec<String>,
    /// Context values to set.
    pub set_context: Vec<(String, String)>,
    /// Context keys to remove.
    pub remove_context: Vec<String>,
    /// Gates to require.
    pub add_gates: Vec<GateKey>,
    /// Gates not to require any more.
    pub remove_gates: Vec<GateKey>,
    /// Issues that must be finished first.
    pub add_dependencies: Vec<IdPrefix>,
    /// Issues that need not be finished first any more.
    pub remove_dependencies: Vec<IdPrefix>,
    /// A state to move to, after all else.
    pub state: Option<StateRequest>,
}

impl Update {
    /// Whether the issue is to be done, rather than only gated.
    pub fn wants_done(&self) -> bool {
        self.state == Some(StateRequest::Status(Status::Done))
    }

    /// Whether issues may come to their end by it: what they were gated for may go.
    pub fn may_finish(&self) -> bool {
        self.state.is_some() || !self.remove_gates.is_empty() || !self.remove_dependencies.is_empty()
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.title.is_none()
            && self.description.is_none()
            && self.issue_type.is_none()
            && self.priority.is_none()
            && self.assignee.is_none()
            && self.add_labels.is_empty()
            && self.remove_labels.is_empty()
            && self.set_context.is_empty()
            && self.remove_context.is_empty()
            && self.add_gates.is_empty()
            && self.remove_gates.is_empty()
            && self.add_dependencies.is_empty()
            && self.remove_dependencies.is_empty()
            && self.state.is_none()
    }
}

/// Applies `update` to issue `id`. What is as asked already stays untouched. The draft must
/// hold the issues that `add_dependencies` names, and all they depend on.
pub fn update(
    draft: &mut Draft,
    id: IssueId,
    update: &Update,
    new_claim: impl FnOnce() -> ClaimId,
) -> Result<(), Refusal> {
    set_fields(draft, id, update)?;
    set_labels(draft, id, update)?;
    set_context(draft, id, update)?;
    set_gates(draft, id, update)?;
    set_dependencies(draft, id, update)?;
    match update.state {
        Some(to) => {
            let named = update.assignee.clone().flatten();
            let claimant = named.unwrap_or_else(|| draft.stamp().by.clone());
            transition::request(draft, id, to, claimant, new_claim)
        }
        None => Ok(()),
    }
}

fn set_fields(draft: &mut Draft, id: IssueId, update: &Update) -> Result<(), Refusal> {
    let issue = draft.issue(id)?;
    let mut fields = Vec::new();
    if let Some(title) = update.title.as_ref().filter(|title| **title != issue.title) {
        text::check_title(title)?;
        fields.push(FieldValue::Title(title.clone()));
    }
    if let Some(description) = update.description.as_ref().filter(|d| **d != issue.description) {
        text::check_text("description", description)?;
        fields.push(FieldValue::Description(description.clone()));
    }
    if let Some(issue_type) = update.issue_type.as_ref().filter(|t| **t != issue.issue_type) {
        text::check_name("type", issue_type)?;
        fields.push(FieldValue::Type(issue_type.clone()));
    }
    if let Some(priority) = update.priority.filter(|priority| *priority != issue.priority) {
        fields.push(FieldValue::Priority(priority));
    }
    if let Some(assignee) = update.assignee.as_ref().filter(|assignee| **assignee != issue.assignee) {
        if let Some(claim) = &issue.claim {
            return Err(Refusal::already_claimed(id, claim));
        }
        fields.push(FieldValue::Assignee(assignee.clone()));
    }
    if fields.is_empty() {
        return Ok(());
    }
    let issue = draft.edit(id)?;
    for field in &fields {
        match field.clone() {
            FieldValue::Title(title) => issue.title = title,
            FieldValue::Description(description) => issue.description = description,
            FieldValue::Type(issue_type) => issue.issue_type = issue_type,
            FieldValue::Priority(priority) => issue.priority = priority,
            FieldValue::Assignee(assignee) => issue.assignee = assignee,
        }
    }
    draft.record(Some(id), EventKind::IssueUpdated(fields));
    Ok(())
}

fn set_labels(draft: &mut Draft, id: IssueId, update: &Update) -> Result<(), Refusal> {
    for word in &update.add_labels {
        label::check(word)?;
        if !draft.issue(id)?.labels.contains(word) {
            draft.edit(id)?.labels.insert(word.clone());
            draft.record(Some(id), EventKind::LabelAdded { label: word.clone() });
        }
    }
    for word in &update.remove_labels {
        if draft.issue(id)?.labels.contains(word) {
            draft.edit(id)?.labels.remove(word);
            draft.record(Some(id), EventKind::LabelRemoved { label: word.clone() });
        } else {
            draft.warn(format!("{} has no label {word:?}", id.short()));
        }
    }
    Ok(())
}

fn set_context(draft: &mut Draft, id: IssueId, update: &Update) -> Result<(), Refusal> {
    for (key, value) in &update.set_context {
        text::check_name("context key", key)?;
        text::check_text("context value", value)?;
        if draft.issue(id)?.context.get(key) != Some(value) {
            draft.edit(id)?.context.insert(key.clone(), value.clone());
            draft.record(Some(id), EventKind::ContextSet { key: key.clone(), value: Some(value.clone()) });
        }
    }
    for key in &update.remove_context {
        if draft.issue(id)?.context.contains_key(key) {
            draft.edit(id)?.context.remove(key);
            draft.record(Some(id), EventKind::ContextSet { key: key.clone(), value: None });
        } else {
            draft.warn(format!("{} has no context {key:?}", id.short()));
        }
    }
    Ok(())
}

fn set_gates(draft: &mut Draft, id: IssueId, update: &Update) -> Result<(), Refusal> {
    for key in &update.add_gates {
        if !draft.issue(id)?.gates.contains_key(key) {
            gate::add(draft, id, key)?;
        }
    }
    for key in &update.remove_gates {
        if draft.issue(id)?.gates.contains_key(key) {
            gate::remove(draft, id, key)?;
        } else {
            draft.warn(format!("{} does not require gate {key}", id.short()));
        }
    }
    Ok(())
}

fn set_dependencies(draft: &mut Draft, id: IssueId, update: &Update) -> Result<(), Refusal> {
    for prefix in &update.add_dependencies {
        let issues = &draft.tracker().issues;
        let on = prefix.resolve_within(|range| issues.range(range).map(|(id, _)| *id))?;
        dependency::add(draft, id, on)?;
    }
    for prefix in &update.remove_dependencies {
        dependency::remove_named(draft, id, prefix)?;
    }
    Ok(())
}

/// Adds a remark to issue `id`.
pub fn comment(draft: &mut Draft, id: IssueId, comment: uuid::Uuid, body: String) -> Result<(), Refusal> {
    if body.trim().is_empty() {
        return Err(Refusal::invalid("comment", "it is empty"));
    }
    text::check_text("comment", &body)?;
    let stamp = draft.stamp().clone();
    draft.edit(id)?.comments.push(Comment {
        id: comment,
        by: stamp.by,
        at: stamp.at,
        body: body.clone(),
        extra: Extra::new(),
    });
    draft.record(Some(id), EventKind::CommentAdded { comment, body });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::claim;
    use super::super::testing::{agent, draft, events, id, request, tracker};
    use super::*;

    fn apply(draft: &mut Draft, change: &Update) -> Result<(), Refusal> {
        update(draft, id(1), change, || unreachable!("no state is asked for"))
    }

    #[test]
    fn what_is_as_asked_already_records_nothing() {
        let mut draft = draft(tracker(1, &[]));
        let same = Update {
            title: Some("Issue 1".to_owned()),
            priority: Some(Priority::Normal),
            assignee: Some(None),
            remove_labels: vec!["absent".to_owned()],
            ..Update::default()
        };
        apply(&mut draft, &same).unwrap();
        let finished = draft.finish();
        assert_eq!((finished.change, finished.warnings.len()), (None, 1));
    }

    #[test]
    fn every_effect_is_an_event_of_its_own() {
        let mut draft = draft(tracker(1, &[]));
        let change = Update {
            title: Some("New".to_owned()),
            priority: Some(Priority::Low),
            add_labels: vec!["a".to_owned(), "b".to_owned()],
            set_context: vec![("k".to_owned(), "v".to_owned())],
            ..Update::default()
        };
        apply(&mut draft, &change).unwrap();
        assert_eq!(events(draft), ["issue_updated", "label_added", "label_added", "context_set"]);
    }

    #[test]
    fn assigning_never_overwrites_a_claim() {
        let mut draft = draft(tracker(1, &[]));
        claim::claim(&mut draft, id(1), request("one", None)).unwrap();
        let assign = Update { assignee: Some(Some(agent("two"))), ..Update::default() };
        assert_eq!(apply(&mut draft, &assign).unwrap_err().code(), "already_claimed");
    }
}
