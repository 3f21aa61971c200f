//! The event log as JSON. Events are passed on as they were stored, whatever they say.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::ChangeObject;
use crate::model::FieldChange;

/// Events: oldest first, but newest first from `log`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "event_list")]
pub(crate) struct EventList {
    /// The events.
    #[schemars(with = "Vec<EventObject>")]
    events: Vec<Value>,
    /// How many.
    count: usize,
}

impl EventList {
    /// Passes on `events`, each one stored line.
    pub(crate) fn new<'a>(events: impl IntoIterator<Item = &'a str>) -> Self {
        let events: Vec<Value> = events.into_iter().map(parse_event).collect();
        Self { count: events.len(), events }
    }
}

/// Events with what their commits changed, newest first.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "event_with_changes_list")]
pub(crate) struct ChangedEventList {
    /// The events.
    #[schemars(with = "Vec<ChangedEventObject>")]
    events: Vec<Value>,
    /// How many.
    count: usize,
}

impl ChangedEventList {
    /// Passes on `events`, each one stored line, with what its commit changed.
    pub(crate) fn new<'a>(events: impl IntoIterator<Item = (&'a str, &'a [FieldChange])>) -> Self {
        let with = |(line, changes): (&str, &[FieldChange])| {
            let mut event = parse_event(line);
            event["changes"] = json!(ChangeObject::all(changes));
            event
        };
        let events: Vec<Value> = events.into_iter().map(with).collect();
        Self { count: events.len(), events }
    }
}

/// The event that a stored line holds. A line that is not JSON is not lost: it becomes an
/// event of the type `unreadable`.
pub(crate) fn parse_event(line: &str) -> Value {
    match serde_json::from_str(line) {
        Ok(event @ Value::Object(_)) => event,
        Ok(_) | Err(_) => json!({"type": "unreadable", "text": line}),
    }
}

/// What happened. Each type of event has keys of its own besides these, and readers should
/// skip types they do not know.
#[derive(JsonSchema)]
#[schemars(rename = "event")]
#[expect(dead_code, reason = "describes stored events in the schema; never built")]
pub(super) struct EventObject {
    /// What happened, such as `issue_claimed`.
    #[serde(rename = "type")]
    event_type: String,
    /// Tells the event from every other.
    id: String,
    /// The issue it happened to; null for events of the project.
    issue_id: Option<String>,
    /// When, RFC 3339 in UTC.
    timestamp: String,
    /// Who did it, as `kind:name`.
    actor: String,
}

/// What happened, and what became of it.
#[derive(JsonSchema)]
#[schemars(rename = "event_with_changes")]
#[expect(dead_code, reason = "describes stored events in the schema; never built")]
pub(super) struct ChangedEventObject {
    /// What happened, such as `issue_claimed`.
    #[serde(rename = "type")]
    event_type: String,
    /// Tells the event from every other.
    id: String,
    /// The issue it happened to; null for events of the project.
    issue_id: Option<String>,
    /// When, RFC 3339 in UTC.
    timestamp: String,
    /// Who did it, as `kind:name`.
    actor: String,
    /// What its commit changed of the issue; or else of everything that no other of its events is
    /// about.
    changes: Vec<ChangeObject>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_keep_the_order_of_their_keys() {
        let line = r#"{"type":"issue_claimed","id":"1","actor":"a:b","assignee":"a:b"}"#;
        let list = serde_json::to_string(&EventList::new([line])).unwrap();
        assert_eq!(list, format!(r#"{{"events":[{line}],"count":1}}"#));
    }

    #[test]
    fn a_line_that_is_no_object_is_kept() {
        for line in ["", "{", "[1]"] {
            assert_eq!(parse_event(line), json!({"type": "unreadable", "text": line}));
        }
    }
}
