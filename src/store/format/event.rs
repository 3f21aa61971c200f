//! Events as they stand in commit messages: one line of JSON each.

use serde_json::Value;
use uuid::Uuid;

use super::payload::{object, payload, shown};
use crate::model::refusal::rfc3339;
use crate::model::text::is_invisible;
use crate::model::{ClaimId, IssueId, NewEvent, Stamp, Timestamp};
use crate::store::CommitId;

/// The trailer of a commit message that an event is the value of.
pub const TRAILER: &str = "Jit-Event";

/// An event that is in the history. Types and keys that this version does not know are in
/// `json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedEvent {
    /// What kind of event: `issue_claimed`, for example.
    pub kind: String,
    /// Tells it from every other.
    pub id: Uuid,
    /// The issue it happened to; none for events of the project.
    pub issue_id: Option<IssueId>,
    /// When.
    pub timestamp: Timestamp,
    /// Who did it.
    pub actor: String,
    /// The commit that it is part of.
    pub commit: CommitId,
    /// All of it, one line.
    pub json: String,
}

impl LoggedEvent {
    /// Reads one line of a commit; none if it is no event of any version.
    pub fn from_json(commit: CommitId, line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        Some(Self {
            kind: text("type")?.to_owned(),
            id: text("id")?.parse().ok()?,
            issue_id: text("issue_id").and_then(|id| id.parse().ok()),
            timestamp: super::fields::timestamp(text("timestamp")?).ok()?,
            actor: text("actor")?.to_owned(),
            commit,
            // As written, since numbers might not survive another round.
            json: if line.contains(is_invisible) { one_line(&value) } else { line.trim().to_owned() },
        })
    }

    /// The claim that the event is about, if it is about one.
    pub fn claim(&self) -> Option<ClaimId> {
        let value: Value = serde_json::from_str(&self.json).ok()?;
        value.get("claim_id")?.as_str()?.parse().ok().map(ClaimId::new)
    }

    /// The key of the gate that it is about, if it is about one.
    pub fn gate(&self) -> Option<String> {
        let value: Value = serde_json::from_str(&self.json).ok()?;
        value.get("gate")?.as_str().map(str::to_owned)
    }

    /// Whether it moved an issue to the state of this name.
    pub fn moved_to(&self, state: &str) -> bool {
        let value: Option<Value> = serde_json::from_str(&self.json).ok();
        value.is_some_and(|value| value.get("to").and_then(Value::as_str) == Some(state))
    }
}

/// The event as one line.
pub fn to_json(id: Uuid, stamp: &Stamp, event: &NewEvent) -> String {
    let mut line = object([
        ("type", Some(event.kind.name().into())),
        ("id", Some(id.to_string().into())),
        ("issue_id", Some(shown(event.issue.as_ref()))),
        ("timestamp", Some(rfc3339(&stamp.at).into())),
        ("actor", Some(stamp.by.as_str().into())),
    ]);
    line.extend(payload(&event.kind));
    one_line(&Value::Object(line))
}

/// JSON with everything escaped that some program takes for the end of a line, or that
/// does something to a terminal.
fn one_line(value: &Value) -> String {
    let json = value.to_string();
    if !json.contains(is_invisible) {
        return json;
    }
    let mut line = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        if is_invisible(c) { line.push_str(&escape(c)) } else { line.push(c) }
    }
    line
}

/// Everything invisible is below U+10000, so one escape is enough.
fn escape(c: char) -> String {
    format!("\\u{:04x}", u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AgentId, EventKind};

    const ID: &str = "3f2a9c1e-7d0b-4c52-9a44-0c7f5f1f2b11";

    fn commit() -> CommitId {
        CommitId::from_hex(&[b'7'; 40]).expect("it is an id")
    }

    fn issue_id() -> IssueId {
        IssueId::new(Uuid::from_u128(7))
    }

    fn stamp() -> Stamp {
        let at = super::super::fields::timestamp("2026-01-02T03:04:05.678Z").expect("it is valid");
        Stamp { by: AgentId::parse("ci:x").expect("it is valid"), at }
    }

    fn json(kind: EventKind) -> String {
        to_json(Uuid::nil(), &stamp(), &NewEvent { issue: Some(issue_id()), kind })
    }

    #[test]
    fn the_common_keys_come_first() {
        let expected = concat!(
            r#"{"type":"label_added","id":"00000000-0000-0000-0000-000000000000","#,
            r#""issue_id":"00000000-0000-0000-0000-000000000007","timestamp":"2026-01-02T03:04:05.678Z","#,
            r#""actor":"ci:x","label":"auth"}"#
        );
        assert_eq!(json(EventKind::LabelAdded { label: "auth".to_owned() }), expected);
    }

    #[test]
    fn a_summary_has_the_type_of_what_it_sums_up() {
        let kind = EventKind::Summary { kind: "imported", count: 200, source: "file".to_owned() };
        let json = to_json(Uuid::nil(), &stamp(), &NewEvent { issue: None, kind });
        assert!(json.starts_with(r#"{"type":"imported","#) && json.contains(r#""issue_id":null"#), "{json}");
        assert!(json.ends_with(r#""count":200,"source":"file"}"#), "{json}");
    }

    #[test]
    fn text_of_many_lines_stays_on_one_and_comes_back() {
        let title = "a\nb\r\u{85}\u{2028}\u{2029}\u{7f}\u{9b}\0\u{feff}é😀\"".to_owned();
        let json = json(EventKind::IssueDeleted { title: title.clone() });
        assert!(!json.contains(is_invisible), "{json}");
        let event = LoggedEvent::from_json(commit(), &json).unwrap();
        assert_eq!(
            (event.kind.as_str(), event.issue_id, &event.json),
            ("issue_deleted", Some(issue_id()), &json)
        );
        assert_eq!(serde_json::from_str::<Value>(&event.json).unwrap()["title"], Value::from(title));
    }

    #[test]
    fn events_of_other_versions_are_read_as_they_are() {
        let line = format!(
            r#"{{"v": 12345678901234567890123, "type":"issue_teleported","id":"{ID}","timestamp":"2026-01-02T03:04:05+01:00","actor":"?"}}"#
        );
        let event = LoggedEvent::from_json(commit(), &line).unwrap();
        assert_eq!((event.kind.as_str(), event.issue_id, event.json), ("issue_teleported", None, line));
        for line in ["", "{}", "[]", "null", "{\"type\":\"x\"}", "not json"] {
            assert_eq!(LoggedEvent::from_json(commit(), line), None, "{line}");
        }
    }
}
