//! The list that `gh issue list --json …` prints. What GitHub has no field for becomes a key of
//! its own.
//!
//! Numbers say which issue is meant, here and in another file: those of GitHub stay, and others
//! follow from the issue's id. What leads back to such an issue, and would otherwise be lost on the
//! way, is the object `jit`.

use serde_json::{Map, Value, json};

use crate::model::refusal::rfc3339;
use crate::model::{AgentId, Comment, Issue, Priority, State, Tracker, origin};
use crate::store::format::import::{ImportFormat, people_name};

/// Bits of an id that a number is made of: all readers of JSON keep that many.
const NUMBER_BITS: u32 = 48;

/// One JSON list, by number; issues that were never on GitHub come last.
pub(super) fn parts<'t>(
    tracker: &'t Tracker,
    mut issues: Vec<&'t Issue>,
) -> Box<dyn Iterator<Item = String> + 't> {
    issues.sort_by_key(|issue| known_number(issue).unwrap_or(u64::MAX));
    let mut is_first = true;
    let items = issues.into_iter().map(move |issue| {
        let between = if std::mem::take(&mut is_first) { "[\n" } else { ",\n" };
        format!("{between}{}", object(tracker, issue))
    });
    let mut items = items.peekable();
    let end = if items.peek().is_some() { "\n]\n" } else { "[]\n" };
    Box::new(items.chain([end.to_owned()]))
}

/// The number that an issue had on GitHub.
fn known_number(issue: &Issue) -> Option<u64> {
    is_of_github(issue).then(|| origin::original_id(issue)?.rsplit_once('#')?.1.parse().ok())?
}

fn is_of_github(issue: &Issue) -> bool {
    issue.context.get(origin::FROM).is_some_and(|from| from == ImportFormat::GitHub.as_str())
}

/// The same in every file.
fn number(issue: &Issue) -> u64 {
    let of_id = || u64::try_from(issue.id.uuid().as_u128() >> (u128::BITS - NUMBER_BITS)).unwrap_or(u64::MAX);
    known_number(issue).unwrap_or_else(of_id)
}

/// What leads back to an issue: its own id, unless it has one of GitHub.
fn jit_id(issue: &Issue) -> String {
    if is_of_github(issue) { origin::exported_id(issue) } else { issue.id.to_string() }
}

fn leads_back(issue: &Issue) -> bool {
    jit_id(issue) == format!("#{}", number(issue))
}

/// What it depends on, by number.
fn waits_for<'t>(tracker: &'t Tracker, issue: &Issue) -> Vec<&'t Issue> {
    let mut waits: Vec<&Issue> = issue.dependencies.iter().filter_map(|on| tracker.issues.get(on)).collect();
    waits.sort_by_key(|on| number(on));
    waits
}

/// What only jit knows of an issue; none where GitHub's fields say it all.
fn own(tracker: &Tracker, issue: &Issue) -> Option<Value> {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| drop(map.insert(key.to_owned(), value));
    if !leads_back(issue) {
        put("id", jit_id(issue).into());
    }
    if !is_of_github(issue) {
        put("type", issue.issue_type.as_str().into());
        if let Some(priority) = unlabelled_priority(issue) {
            put("priority", priority.as_str().into());
        }
        if matches!(issue.state, State::InProgress | State::Gated) {
            put("state", State::InProgress.as_str().into());
        }
    }
    let waits = waits_for(tracker, issue);
    if !waits.iter().all(|on| leads_back(on)) {
        put("blockedBy", waits.iter().map(|on| jit_id(on)).collect());
    }
    (!map.is_empty()).then_some(Value::Object(map))
}

fn object(tracker: &Tracker, issue: &Issue) -> Value {
    let login = |agent: &AgentId| json!({"login": people_name(agent)});
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| drop(map.insert(key.to_owned(), value));
    put("number", number(issue).into());
    if let Some(own) = own(tracker, issue) {
        put("jit", own);
    }
    put("title", issue.title.as_str().into());
    put("body", issue.description.as_str().into());
    put("state", if issue.state.is_finished() { "CLOSED" } else { "OPEN" }.into());
    put("stateReason", state_reason(issue).into());
    put("labels", labels(issue).map(|name| json!({"name": name})).collect());
    put("assignees", issue.assignee.iter().map(login).collect());
    put("author", login(&issue.created.by));
    put("createdAt", rfc3339(&issue.created.at).into());
    put("updatedAt", rfc3339(&issue.updated.at).into());
    if issue.state.is_finished() {
        put("closedAt", rfc3339(&issue.updated.at).into());
    }
    let waits = waits_for(tracker, issue);
    if !waits.is_empty() {
        put("blockedBy", waits.iter().map(|on| number(on)).collect());
    }
    put("comments", issue.comments.iter().map(comment).collect());
    Value::Object(map)
}

/// Priorities and types are labels there.
fn labels(issue: &Issue) -> impl Iterator<Item = String> {
    let mut labels = issue.labels.clone();
    labels.extend(unlabelled_priority(issue).map(|priority| format!("priority:{priority}")));
    labels.into_iter()
}

/// The priority of an issue, if it is unusual and no label says one.
fn unlabelled_priority(issue: &Issue) -> Option<Priority> {
    let says = |label: &String| {
        let label = label.to_lowercase();
        label.starts_with("priority") || ["p0", "p1", "p2", "p3", "p4"].contains(&label.as_str())
    };
    let is_said = issue.labels.iter().any(says);
    Some(issue.priority).filter(|priority| *priority != Priority::Normal && !is_said)
}

fn state_reason(issue: &Issue) -> &'static str {
    match issue.state {
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
