//! Two values of a field, one beside the other or line by line.

use std::time::Duration;

use anstyle::{AnsiColor, Style};
use similar::TextDiff;

use super::text::{clean, clean_block, paint};

/// The most characters of a value that is shown on a line.
const MAX_CHARS: usize = 60;
/// How long a difference may be looked for; after that it is shown less finely.
const DIFF_TIME: Duration = Duration::from_secs(2);
/// What is shown of a value that is not there.
const NONE: &str = "(empty)";

/// What came.
pub(super) const ADDED: Style = AnsiColor::Green.on_default();
/// What went.
pub(super) const REMOVED: Style = AnsiColor::Red.on_default();
const HUNK: Style = AnsiColor::Cyan.on_default();

/// Whether a value can be shown on a line with another.
pub(super) fn is_short(value: Option<&str>) -> bool {
    value.is_none_or(|text| !text.contains('\n') && text.chars().count() <= MAX_CHARS)
}

/// The beginning of the first line.
pub(super) fn brief(value: Option<&str>) -> String {
    let Some(text) = value else { return NONE.to_owned() };
    let first: String = text.lines().next().unwrap_or_default().chars().take(MAX_CHARS).collect();
    let more = if first.len() < text.trim_end().len() { "…" } else { "" };
    format!("{}{more}", clean(&first))
}

/// How `after` differs, as a unified diff below `header`, if one is wanted.
pub(super) fn unified(before: &str, after: &str, header: Option<(&str, &str)>) -> Vec<String> {
    // Clean before they are compared: then nothing else can get into the lines.
    let whole = |text: &str| match clean_block(text).trim_end_matches('\n') {
        "" if header.is_none() => String::new(),
        text => format!("{text}\n"),
    };
    let (before, after) = (whole(before), whole(after));
    let diff = TextDiff::configure().timeout(DIFF_TIME).diff_lines(&before, &after);
    let mut unified = diff.unified_diff();
    unified.context_radius(3);
    if let Some((before, after)) = header {
        unified.header(before, after);
    }
    let text = unified.to_string();
    if text.is_empty() {
        return vec!["(they differ only in line breaks)".to_owned()];
    }
    text.lines().map(painted).collect()
}

fn painted(line: &str) -> String {
    let style = match line.as_bytes().first() {
        Some(b'+') => ADDED,
        Some(b'-') => REMOVED,
        Some(b'@') => HUNK,
        _ => return line.to_owned(),
    };
    paint(style, line)
}
