//! The event log, a line each event.

use serde_json::{Map, Value};

use super::text::{FAINT, clean, paint};
use super::times::Times;
use crate::front::wire::parse_event;
use crate::model::IssueId;
use crate::store::LoggedEvent;

/// Keys that the beginning of the line shows, or that only programs need.
const NOT_SHOWN: [&str; 7] = ["id", "type", "issue_id", "timestamp", "actor", "claim_id", "comment_id"];
/// Keys of a value with keys of its own that are not shown either.
const NOT_SHOWN_BELOW: [&str; 4] = ["id", "by", "at", "timeout"];
/// The most characters of one value that are shown.
const MAX_CHARS: usize = 60;
/// Digits of a commit's id that are shown.
const DIGITS: usize = 8;

/// One event of the log on one line, without the line break: its commit, as `undo` and `--at` take it,
/// and what [`line`] says.
pub(crate) fn logged(event: &LoggedEvent, times: Times) -> String {
    let commit = event.commit.to_hex_with_len(DIGITS).to_string();
    format!("{}  {}", paint(FAINT, &commit), line(&parse_event(&event.json), times))
}

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
    let payload = payload.filter(|(key, _)| !NOT_SHOWN.contains(&key.as_str()));
    parts.extend(payload.flat_map(|(key, value)| match value {
        Value::Object(map) => below(key, map),
        value => shown(value).map(|shown| named(key, &shown)).into_iter().collect(),
    }));
    parts.join("  ")
}

/// What is shown of a value with keys of its own: of an issue its title, else all that it says.
fn below(key: &str, map: &Map<String, Value>) -> Vec<String> {
    let title = |map: &Map<String, Value>| map.get("title").and_then(shown);
    if key == "issue" {
        return title(map).map(|title| named("title", &title)).into_iter().collect();
    }
    let says = |value: &Value| !matches!(value, Value::Null | Value::Bool(false)) && value != "";
    let said = map.iter().filter(|(key, value)| !NOT_SHOWN_BELOW.contains(&key.as_str()) && says(value));
    let one = |(key, value): (&String, &Value)| match value {
        // The command of a checker.
        Value::Object(below) => Some(named(key, &shown(below.get("command")?)?)),
        value => Some(named(key, &shown(value)?)),
    };
    said.filter_map(one).collect()
}

fn named(key: &str, shown: &str) -> String {
    format!("{}={shown}", clean(key))
}

fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(value_text(text)),
        Value::Array(all) => {
            let all: Vec<String> =
                all.iter().map(|one| one.as_str().map_or_else(|| one.to_string(), cut)).collect();
            (!all.is_empty()).then(|| value_text(&all.join(",")))
        }
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => Some(value_text(&value.to_string())),
    }
}

/// Of an id of an issue or a commit only the first digits; anything else as it is.
fn cut(text: &str) -> String {
    let is_commit = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match text.parse::<IssueId>() {
        Ok(id) => id.short(),
        Err(_) if is_commit => text[..DIGITS].to_owned(),
        Err(_) => text.to_owned(),
    }
}

/// The first line of `text`, or of it what is not too long, quoted if it has spaces. Of an
/// id only the first digits.
fn value_text(text: &str) -> String {
    let text = cut(text);
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
        assert!(line.ends_with("bbb…\"  depends_on=3f2a9c1e  title=\"New title\""), "{line}");
    }

    #[test]
    fn what_an_event_says_is_named_and_ids_are_cut() {
        for (payload, expected) in [
            (json!({"fields": {"title": "D3", "assignee": null}}), "title=D3"),
            (
                json!({"undone": ["0aab865eb86ba320ee71d22d1bce8d2ec7e2534b"], "issue": null}),
                "undone=0aab865e",
            ),
            (
                json!({"definition": {
                    "title": null, "description": "", "stage": "pre", "auto": false,
                    "checker": {"command": "cargo test", "timeout": 5}, "labels": [],
                }}),
                "stage=pre  checker=\"cargo test\"",
            ),
            (json!({"subject": "by hand"}), "subject=\"by hand\""),
        ] {
            let line = plain(&payload);
            assert_eq!(line, format!("-  -  -         -  {expected}"));
        }
    }
}
