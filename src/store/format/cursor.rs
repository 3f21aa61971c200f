//! A position in the event log as one line of JSON.

use serde_json::{Value, json};

use crate::store::CommitId;
use crate::store::cursor::Position;

/// The position as text.
pub(crate) fn format(position: &Position) -> String {
    let heads: Vec<String> = position.heads.iter().map(ToString::to_string).collect();
    let mut value = json!({"format": 1, "heads": heads});
    if let Some((commit, events)) = position.part {
        value["part"] = json!({"commit": commit.to_string(), "events": events});
    }
    format!("{value}\n")
}

/// The position that a text holds; none if it holds none.
pub(crate) fn parse(text: &str) -> Option<Position> {
    let value: Value = serde_json::from_str(text).ok()?;
    if value.get("format")? != 1 {
        return None;
    }
    let id = |value: &Value| CommitId::from_hex(value.as_str()?.as_bytes()).ok();
    let heads = value.get("heads")?.as_array()?.iter().map(id).collect::<Option<_>>()?;
    let part = match value.get("part") {
        Some(part) => {
            let events = usize::try_from(part.get("events")?.as_u64()?).ok()?;
            Some((id(part.get("commit")?)?, events))
        }
        None => None,
    };
    Some(Position { heads, part })
}
