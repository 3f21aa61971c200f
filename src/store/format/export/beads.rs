//! Lines of JSON for the tracker `bd`. What an import from it kept aside goes back.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::model::refusal::rfc3339;
use crate::model::{AgentId, Issue, IssueId, Priority, State, Tracker, origin};
use crate::store::format::import::{from_aside, people_name};

/// What stands before the context keys.
const PREFIX: &str = "beads.";
/// The key of the dependencies as they were.
const DEPENDENCIES: &str = "beads.dependencies";

/// A line for each issue.
pub(super) fn parts<'t>(
    tracker: &'t Tracker,
    issues: Vec<&'t Issue>,
) -> Box<dyn Iterator<Item = String> + 't> {
    Box::new(issues.into_iter().map(|issue| format!("{}\n", line(tracker, issue))))
}

fn line(tracker: &Tracker, issue: &Issue) -> Value {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| {
        if !value.is_null() && value != "" && value != json!([]) {
            map.insert(key.to_owned(), value);
        }
    };
    put("id", origin::exported_id(issue).into());
    put("title", issue.title.as_str().into());
    put("description", issue.description.as_str().into());
    put("status", status(issue).into());
    put("priority", priority(issue.priority).into());
    put("issue_type", issue.issue_type.as_str().into());
    put("assignee", issue.assignee.as_ref().map(people_name).into());
    put("created_at", rfc3339(&issue.created.at).into());
    if issue.created.by != origin::unknown() {
        put("created_by", people_name(&issue.created.by).into());
    }
    put("updated_at", rfc3339(&issue.updated.at).into());
    if issue.state.is_finished() {
        put("closed_at", rfc3339(&issue.updated.at).into());
    }
    if issue.state == State::Rejected {
        put("close_reason", "rejected".into());
    }
    put("labels", issue.labels.iter().map(String::as_str).collect());
    let mut metadata = Map::new();
    for (key, value) in &issue.context {
        match key.strip_prefix(PREFIX) {
            Some("dependencies" | "parent") => {}
            Some(key) if still_holds(issue, key, value) => put(key, from_aside(value)),
            Some(_) => {}
            None if key.starts_with("import.") => {}
            None => drop(metadata.insert(key.clone(), value.as_str().into())),
        }
    }
    if !metadata.is_empty() {
        put("metadata", metadata.into());
    }
    put("dependencies", dependencies(tracker, issue).into());
    put("comments", comments(issue).into());
    Value::Object(map)
}

/// Whether what was kept aside still tells of the issue as it is now.
fn still_holds(issue: &Issue, key: &str, kept: &str) -> bool {
    match key {
        "status" if kept == "hooked" => issue.state == State::InProgress,
        "status" => issue.state == State::Open && !issue.gates.is_empty(),
        "pinned" | "defer_until" => !issue.gates.is_empty(),
        "closed_at" | "close_reason" => issue.state.is_finished(),
        "priority" => issue.priority == Priority::Low,
        "assignee" => issue.assignee.as_ref() == Some(&AgentId::human(kept)),
        _ => true,
    }
}

/// What it depends on: as it was where that is so still, and as `blocks` what was added here.
fn dependencies(tracker: &Tracker, issue: &Issue) -> Vec<Value> {
    let id = origin::exported_id(issue);
    let mut told = BTreeSet::new();
    let mut records = Vec::new();
    for (to, kind, record) in kept(issue) {
        let other = origin::issue_id(&to);
        let stands = match (kind.as_str(), other.and_then(|other| tracker.issues.get(&other))) {
            ("blocks" | "conditional-blocks", Some(other)) => issue.dependencies.contains(&other.id),
            ("parent-child", Some(whole)) if whole.issue_type == "epic" => {
                whole.dependencies.contains(&issue.id)
            }
            _ => true,
        };
        if stands {
            told.extend(other);
            records.push(with_ids(&id, &to, record));
        }
    }
    let is_part = |on: &IssueId| {
        let part = tracker.issues.get(on).filter(|_| issue.issue_type == "epic");
        part.is_some_and(|part| kept(part).any(|(to, kind, _)| kind == "parent-child" && to == id))
    };
    for on in issue.dependencies.iter().filter(|on| !told.contains(*on) && !is_part(on)) {
        let to = tracker.issues.get(on).map_or_else(|| on.to_string(), origin::exported_id);
        let record = json!({"type": "blocks", "created_at": rfc3339(&issue.updated.at)});
        records.push(with_ids(&id, &to, record));
    }
    records
}

/// The dependencies of an issue as they were: what each is on, its kind, and all of it.
fn kept(issue: &Issue) -> impl Iterator<Item = (String, String, Value)> {
    let text = issue.context.get(DEPENDENCIES).map_or("[]", String::as_str);
    let records: Vec<Value> = serde_json::from_str(text).unwrap_or_default();
    records.into_iter().filter_map(|mut record| {
        let to = record.as_object_mut()?.shift_remove("id")?.as_str()?.to_owned();
        let kind = record.get("type")?.as_str()?.to_owned();
        Some((to, kind, record))
    })
}

fn with_ids(from: &str, to: &str, record: Value) -> Value {
    let mut whole = json!({"issue_id": from, "depends_on_id": to});
    if let (Value::Object(whole), Value::Object(record)) = (&mut whole, record) {
        whole.extend(record);
    }
    whole
}

fn comments(issue: &Issue) -> Vec<Value> {
    let id = origin::exported_id(issue);
    let comment = |comment: &crate::model::Comment| {
        json!({
            "id": comment.id.to_string(),
            "issue_id": id,
            "author": people_name(&comment.by),
            "text": comment.body,
            "created_at": rfc3339(&comment.at),
        })
    };
    issue.comments.iter().map(comment).collect()
}

fn status(issue: &Issue) -> &'static str {
    match issue.state {
        State::Open => "open",
        State::InProgress | State::Gated => "in_progress",
        State::Done | State::Rejected => "closed",
    }
}

fn priority(priority: Priority) -> u8 {
    match priority {
        Priority::Critical => 0,
        Priority::High => 1,
        Priority::Normal => 2,
        Priority::Low => 3,
    }
}
