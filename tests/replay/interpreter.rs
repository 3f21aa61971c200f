//! A reader of the event log that knows nothing of jit but the log.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::support::Sandbox;

/// A tracker, issues and all, in the shape of `--json`.
#[derive(Debug, Default, PartialEq)]
struct Tracker {
    issues: BTreeMap<String, Value>,
    gates: BTreeMap<String, Value>,
    templates: BTreeMap<String, Value>,
    settings: BTreeMap<String, Value>,
}

impl Tracker {
    /// What the events say.
    fn replayed(events: &[Value]) -> Self {
        let mut tracker = Self::default();
        for event in events {
            match event["issue_id"].as_str() {
                Some(id) => tracker.apply_to_issue(id, event),
                None => tracker.apply_to_project(event),
            }
        }
        tracker
    }

    fn apply_to_project(&mut self, event: &Value) {
        match text(&event["type"]) {
            "config_changed" => {
                self.settings.insert(text(&event["key"]).to_owned(), event["value"].clone());
            }
            "gate_defined" => {
                self.gates.insert(text(&event["gate"]).to_owned(), gate(event));
            }
            "template_defined" => {
                let mut template = event["definition"].clone();
                template["name"] = event["template"].clone();
                self.templates.insert(text(&event["template"]).to_owned(), template);
            }
            "template_undefined" => {
                self.templates.remove(text(&event["template"])).expect("it was defined");
            }
            // Neither the registry nor the settings show their conflicts, and what was undone of them
            // is told by the events before.
            "change_undone" | "conflict_recorded" | "conflict_resolved" => {}
            "gate_undefined" => {
                self.gates.remove(text(&event["gate"])).expect("it was defined");
            }
            other => panic!("{other} is no event of the project"),
        }
    }

    fn apply_to_issue(&mut self, id: &str, event: &Value) {
        match text(&event["type"]) {
            "issue_created" => {
                let before = self.issues.insert(id.to_owned(), new_issue(event));
                assert_eq!(before, None, "created twice");
            }
            "issue_deleted" => {
                let deleted = self.issues.remove(id).expect("it was created");
                assert_eq!(deleted["title"], event["title"]);
            }
            "change_undone" if event["issue"].is_null() => {
                drop(self.issues.remove(id).expect("it was created"));
            }
            "change_undone" => drop(self.issues.insert(id.to_owned(), undone_issue(event))),
            kind => {
                let issue = self.issues.get_mut(id).expect("it was created");
                change(issue, kind, event);
                move_on(issue, event);
                issue["updated_by"] = event["actor"].clone();
                issue["updated_at"] = event["timestamp"].clone();
            }
        }
    }

    /// What jit says.
    fn shown(sandbox: &Sandbox) -> Self {
        let settings = sandbox.json(["config", "list"])["settings"].take();
        let settings = array(&settings).iter().map(|s| (text(&s["key"]).to_owned(), s["value"].clone()));
        let gates = sandbox.json(["registry", "list"])["gates"].take();
        let gates = array(&gates).iter().map(|gate| (text(&gate["key"]).to_owned(), gate.clone()));
        let templates = sandbox.json(["template", "list"])["templates"].take();
        let templates = array(&templates).iter().map(|one| (text(&one["name"]).to_owned(), one.clone()));
        let issues = sandbox.json(["list"])["issues"].take();
        let issues = array(&issues).iter().map(|issue| (text(&issue["id"]).to_owned(), stored(issue)));
        Self {
            issues: issues.collect(),
            gates: gates.collect(),
            templates: templates.collect(),
            settings: settings.collect(),
        }
    }
}

/// The part of an issue's JSON that is stored, rather than derived from others.
fn stored(issue: &Value) -> Value {
    let mut issue = issue.clone();
    if ["ready", "backlog"].contains(&text(&issue["state"])) {
        issue["state"] = "open".into();
    }
    let keys = issue.as_object_mut().expect("an issue is an object");
    for derived in ["short_id", "blocked", "blocked_by", "blockers"] {
        keys.remove(derived).expect("all keys are present");
    }
    for conflict in keys["conflicts"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        for derived in ["short_id", "issue_id", "gate", "template", "setting"] {
            conflict.remove(derived).expect("all keys are present");
        }
    }
    if let Some(claim) = keys["claim"].as_object_mut() {
        claim.remove("expired").expect("all keys are present");
        claim.remove("provisional").expect("all keys are present");
        claim.remove("released").expect("all keys are present");
        // The log says who claimed, not where.
        claim.remove("clone").expect("all keys are present");
    }
    issue
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is not text"))
}

pub(super) fn array(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("{value} is not a list"))
}

fn new_issue(event: &Value) -> Value {
    let new = &event["issue"];
    let gates = array(&new["gates"]).iter().map(|key| (text(key).to_owned(), pending()));
    json!({
        "id": event["issue_id"], "title": new["title"], "description": new["description"],
        "type": new["type"], "state": new["state"], "priority": new["priority"],
        "assignee": new["assignee"], "labels": new["labels"], "dependencies": new["dependencies"],
        "gates_required": new["gates"], "gates_status": gates.collect::<Map<_, _>>(),
        "context": new["context"], "claim": null, "comments": [],
        "attachments": new.get("attachments").cloned().unwrap_or(json!([])), "conflicts": [],
        "created_by": event["actor"], "created_at": event["timestamp"],
        "updated_by": event["actor"], "updated_at": event["timestamp"],
    })
}

/// An issue after a change was taken back.
fn undone_issue(event: &Value) -> Value {
    let mut issue = new_issue(event);
    for key in ["claim", "gates_status", "comments", "conflicts", "created_by", "created_at"] {
        issue[key] = event["issue"][key].clone();
    }
    issue
}

fn pending() -> Value {
    json!({"status": "pending", "by": null, "at": null})
}

/// The registry's entry.
fn gate(event: &Value) -> Value {
    let mut gate = event["definition"].clone();
    gate["key"] = event["gate"].clone();
    if let Some(checker) = gate["checker"].as_object_mut() {
        let timeout = checker.remove("timeout").expect("all keys are present");
        checker.insert("timeout_secs".to_owned(), timeout);
    }
    gate
}

fn change(issue: &mut Value, kind: &str, event: &Value) {
    match kind {
        "issue_updated" => {
            for (field, value) in event["fields"].as_object().expect("fields are an object") {
                assert_ne!(issue[field], *value, "an update changes something");
                issue[field] = value.clone();
            }
        }
        "label_added" => add(&mut issue["labels"], &event["label"]),
        "label_removed" => remove(&mut issue["labels"], &event["label"]),
        "dependency_added" => add(&mut issue["dependencies"], &event["depends_on"]),
        "dependency_removed" => remove(&mut issue["dependencies"], &event["depends_on"]),
        "attachment_added" => add(&mut issue["attachments"], &file(event)),
        "attachment_removed" => remove(&mut issue["attachments"], &file(event)),
        "context_set" => set_context(issue, event),
        "comment_added" => {
            let comment = json!({"id": event["comment_id"], "by": event["actor"],
                "at": event["timestamp"], "body": event["body"]});
            issue["comments"].as_array_mut().expect("a list").push(comment);
        }
        "gate_added" | "gate_removed" | "gate_passed" | "gate_failed" => set_gate(issue, kind, event),
        "issue_claimed" | "claim_renewed" | "issue_released" => set_claim(issue, kind, event),
        "issue_completed" | "issue_rejected" => issue["claim"] = Value::Null,
        "conflict_recorded" => {
            let conflicts = issue["conflicts"].as_array_mut().expect("a list");
            conflicts.push(event["conflict"].clone());
        }
        "conflict_resolved" => {
            let conflicts = issue["conflicts"].as_array_mut().expect("a list");
            let at = conflicts.iter().position(|conflict| conflict["id"] == event["conflict_id"]);
            conflicts.remove(at.expect("it was recorded"));
        }
        "issue_state_changed" => {}
        other => panic!("{other} is no event of an issue"),
    }
}

/// Moves the issue to the state the event says, from the one it says.
fn move_on(issue: &mut Value, event: &Value) {
    if let Some(to) = event.get("to") {
        assert_eq!(issue["state"], event["from"], "{event}");
        issue["state"] = to.clone();
    }
}

fn file(event: &Value) -> Value {
    json!({"path": event["path"], "commit": event["commit"]})
}

fn add(set: &mut Value, member: &Value) {
    let set = set.as_array_mut().expect("a list");
    assert!(!set.contains(member), "{member} is there already");
    set.push(member.clone());
    set.sort_by_key(|member| member.as_str().map_or_else(|| member.to_string(), str::to_owned));
}

fn remove(set: &mut Value, member: &Value) {
    let set = set.as_array_mut().expect("a list");
    let at = set.iter().position(|each| each == member).expect("it is there");
    set.remove(at);
}

fn set_context(issue: &mut Value, event: &Value) {
    let context = issue["context"].as_object_mut().expect("an object");
    let key = text(&event["key"]);
    if event["value"].is_null() {
        context.remove(key).expect("it was set");
    } else {
        context.insert(key.to_owned(), event["value"].clone());
    }
}

fn set_gate(issue: &mut Value, kind: &str, event: &Value) {
    let status = match kind {
        "gate_added" => pending(),
        "gate_removed" => Value::Null,
        _ => {
            let status = kind.trim_start_matches("gate_");
            json!({"status": status, "by": event["actor"], "at": event["timestamp"]})
        }
    };
    let gates = issue["gates_status"].as_object_mut().expect("an object");
    if status.is_null() {
        gates.remove(text(&event["gate"])).expect("it was required");
        remove(&mut issue["gates_required"], &event["gate"]);
        return;
    }
    let before = gates.insert(text(&event["gate"]).to_owned(), status);
    assert_eq!(before.is_none(), kind == "gate_added", "{event}");
    if before.is_none() {
        add(&mut issue["gates_required"], &event["gate"]);
    }
}

fn set_claim(issue: &mut Value, kind: &str, event: &Value) {
    match kind {
        "issue_claimed" => {
            let before = issue["claim"]["id"].clone();
            assert_eq!(before, event.get("took_over").cloned().unwrap_or_default(), "{event}");
            issue["assignee"] = event["assignee"].clone();
            issue["claim"] = json!({"id": event["claim_id"], "by": event["assignee"],
                "at": event["timestamp"], "expires": event["expires"]});
        }
        "claim_renewed" => {
            assert_eq!(issue["claim"]["id"], event["claim_id"]);
            issue["claim"]["expires"] = event["expires"].clone();
        }
        _ => {
            assert_eq!(issue["claim"]["id"], event["claim_id"]);
            assert_eq!(issue["assignee"], event["assignee"]);
            issue["assignee"] = Value::Null;
            issue["claim"] = Value::Null;
        }
    }
}

/// Insists that the log replays to what is shown.
pub(in super::super) fn check_replay(sandbox: &Sandbox) {
    let mut replayed = Tracker::replayed(&sandbox.events());
    let format = replayed.settings.remove("format");
    assert_eq!(format, Some("1".into()), "the first event makes the tracker");
    let shown = Tracker::shown(sandbox);
    for (key, value) in &shown.settings {
        let before = replayed.settings.entry(key.clone()).or_insert_with(|| value.clone());
        assert_eq!(before, value, "{key}");
    }
    for (id, issue) in &shown.issues {
        assert_eq!(replayed.issues.get(id), Some(issue), "the log on the left, jit on the right");
    }
    assert_eq!(replayed, shown);
}
