//! The list that `gh issue list --json …` prints. What GitHub has no field for becomes a key of
//! its own.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::model::refusal::rfc3339;
use crate::model::{AgentId, Comment, Issue, IssueId, Priority, State, origin};
use crate::store::format::import::people_name;

/// One JSON list.
pub(super) fn parts<'t>(issues: Vec<&'t Issue>) -> Box<dyn Iterator<Item = String> + 't> {
    let numbers = numbers(&issues);
    let mut is_first = true;
    let items = issues.into_iter().map(move |issue| {
        let between = if std::mem::take(&mut is_first) { "[\n" } else { ",\n" };
        format!("{between}{}", object(issue, &numbers))
    });
    let mut items = items.peekable();
    let end = if items.peek().is_some() { "\n]\n" } else { "[]\n" };
    Box::new(items.chain([end.to_owned()]))
}

/// The numbers that issues had; those that had none get the next ones.
fn numbers(issues: &[&Issue]) -> BTreeMap<IssueId, u64> {
    let known = |issue: &Issue| origin::original_id(issue)?.rsplit_once('#')?.1.parse().ok();
    let mut numbers: BTreeMap<IssueId, u64> =
        issues.iter().filter_map(|issue| Some((issue.id, known(issue)?))).collect();
    let mut next = numbers.values().max().copied().unwrap_or(0);
    for issue in issues {
        numbers.entry(issue.id).or_insert_with(|| {
            next += 1;
            next
        });
    }
    numbers
}

fn object(issue: &Issue, numbers: &BTreeMap<IssueId, u64>) -> Value {
    let login = |agent: &AgentId| json!({"login": people_name(agent)});
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| drop(map.insert(key.to_owned(), value));
    put("number", numbers.get(&issue.id).copied().into());
    put("title", issue.title.as_str().into());
    put("body", issue.description.as_str().into());
    put("state", if issue.state.is_finished() { "CLOSED" } else { "OPEN" }.into());
    put("stateReason", state_reason(issue.state).into());
    put("labels", labels(issue).map(|name| json!({"name": name})).collect());
    put("assignees", issue.assignee.iter().map(login).collect());
    put("author", login(&issue.created.by));
    put("createdAt", rfc3339(&issue.created.at).into());
    put("updatedAt", rfc3339(&issue.updated.at).into());
    if issue.state.is_finished() {
        put("closedAt", rfc3339(&issue.updated.at).into());
    }
    let waits: Vec<u64> = issue.dependencies.iter().filter_map(|on| numbers.get(on).copied()).collect();
    if !waits.is_empty() {
        put("blockedBy", waits.into());
    }
    put("comments", issue.comments.iter().map(comment).collect());
    Value::Object(map)
}

/// Priorities and types are labels there.
fn labels(issue: &Issue) -> impl Iterator<Item = String> {
    let priority = match issue.priority {
        Priority::Normal => None,
        other => Some(format!("priority:{other}")),
    };
    let mut labels = issue.labels.clone();
    let has_priority = labels.iter().any(|label| label.to_lowercase().starts_with("priority"));
    labels.extend(priority.filter(|_| !has_priority));
    labels.into_iter()
}

fn state_reason(state: State) -> &'static str {
    match state {
        State::Done => "COMPLETED",
        State::Rejected => "NOT_PLANNED",
        State::Open | State::InProgress | State::Gated => "",
    }
}

fn comment(comment: &Comment) -> Value {
    json!({
        "id": comment.id.to_string(),
        "author": {"login": people_name(&comment.by)},
        "body": comment.body,
        "createdAt": rfc3339(&comment.at),
    })
}
