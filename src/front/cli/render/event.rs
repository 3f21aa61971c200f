//! The event log, a line each event.

use serde_json::Value;

use super::text::{FAINT, clean, paint};
use super::times::Times;
use crate::model::IssueId;

/// Keys that the beginning of the line shows, or that only programs need.
const NOT_SHOWN: [&str; 7] = ["id", "type", "issue_id", "timestamp", "actor", "claim_id", "comment_id"];
/// The most characters of one value that are shown.
const MAX_CHARS: usize = 60;

/// One event on one line, without the line break: when, who, which issue, what, and then
/// what the event itself says. Types of events that jit does not know are shown as well.
pub(crate) fn line(event: &Value, times: Times) -> String {
    let text = |key: &str| event.get(key).and_then(Value::as_str).unwrap_or("-");
    let mut parts = vec![
        paint(FAINT, &times.aligned_text(text("timestamp"))),
        clean(text("actor")).into_owned(),
        format!("{:8}", value_text(text("issue_id"))),
        clean(text("type")).into_owned(),
    ];
    let payload = event.as_object().into_iter().flatten();
    parts.extend(payload.filter(|(key, _)| !NOT_SHOWN.contains(&key.as_str())).filter_map(|(key, value)| {
        let shown = shown(value)?;
        Some(format!("{}={shown}", clean(key)))
    }));
    parts.join("  ")
}

fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(value_text(text)),
        Value::Object(map) if map.contains_key("title") => shown(&map["title"]),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Some(value_text(&value.to_string()))
        }
    }
}

/// The first line of `text`, or of it what is not too long, quoted if it has spaces. Of an
/// id only the first digits.
fn value_text(text: &str) -> String {
    if let Ok(id) = text.parse::<IssueId>() {
        return id.short();
    }
    let first: String = text.lines().next().unwrap_or_default().chars().take(MAX_CHARS).collect();
    let more = if first.len() < text.trim_end().len() { "…" } else { "" };
    let shown = clean(&first);
    if shown.contains(' ') { format!("\"{shown}{more}\"") } else { format!("{shown}{more}") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plain(event: &Value) -> String {
        anstream::adapter::strip_str(&line(event, Times::EXACT)).to_string()
    }

    #[test]
    fn a_line_says_when_who_what_and_the_rest() {
        let event = json!({
            "type": "issue_claimed", "id": "c0ffee00-0000-4000-8000-000000000001",
            "issue_id": "3f2a9c1e-7d0b-4c52-9a44-0c7f5f1f2b11",
            "timestamp": "2025-01-02T03:04:05.678Z", "actor": "copilot:worker-1",
            "assignee": "copilot:worker-1", "claim_id": "x", "expires": null, "from": "open",
        });
        assert_eq!(
            plain(&event),
            "2025-01-02 03:04:05 UTC  copilot:worker-1  3f2a9c1e  issue_claimed  \
             assignee=copilot:worker-1  from=open"
        );
    }

    #[test]
    fn long_and_hostile_values_stay_one_short_line() {
        let event = json!({
            "type": "comment_added", "issue_id": null, "body": format!("a\u{1b}[2J {}\nsecond", "b".repeat(99)),
            "depends_on": "3f2a9c1e-7d0b-4c52-9a44-0c7f5f1f2b11", "issue": {"title": "New title", "state": "open"},
        });
        let line = plain(&event);
        assert!(line.starts_with("-  -  -         comment_added  body=\"a\\u{1b}[2J bbb"), "{line}");
        assert!(line.ends_with("bbb…\"  depends_on=3f2a9c1e  issue=\"New title\""), "{line}");
    }
}
