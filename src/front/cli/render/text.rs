//! Text that is safe and easy to read on a terminal.
//!
//! Everything that came from an issue, a person or another program passes through
//! [`clean`] or [`clean_block`] before people see it.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style};

use crate::model::Timestamp;
use crate::model::text::is_invisible;

/// Headings.
pub(crate) const HEADING: Style = Style::new().bold();
/// What matters less than its neighbours.
pub(crate) const FAINT: Style = Style::new().dimmed();

/// Text of one line as a terminal may show it: what would move the cursor, change colours
/// or reorder its neighbours is shown as an escape. Tabs become spaces.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    escape(text, is_invisible, |c| match c {
        '\t' => "    ".to_owned(),
        c => c.escape_default().to_string(),
    })
}

/// Like [`clean`], for text of several lines: line breaks stay.
pub(crate) fn clean_block(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") {
        return Cow::Owned(clean_block(&text.replace("\r\n", "\n")).into_owned());
    }
    if text.contains('\n') {
        let lines: Vec<Cow<'_, str>> = text.split('\n').map(clean).collect();
        return Cow::Owned(lines.join("\n"));
    }
    clean(text)
}

/// A piece of JSON without the control characters that it need not escape.
pub(crate) fn escape_json(json: &str) -> Cow<'_, str> {
    escape(json, |c| c != '\n' && is_invisible(c), |c| format!("\\u{:04x}", u32::from(c)))
}

/// Replaces what is unsafe. No printable ASCII character is, which most text is made of.
fn escape(text: &str, is_unsafe: impl Fn(char) -> bool, escaped: impl Fn(char) -> String) -> Cow<'_, str> {
    let mut safe = String::new();
    let (mut rest, mut copied) = (text, 0);
    loop {
        rest = &rest[printable_ascii(rest.as_bytes())..];
        let Some(c) = rest.chars().next() else { break };
        if is_unsafe(c) {
            let at = text.len() - rest.len();
            safe.push_str(&text[copied..at]);
            safe.push_str(&escaped(c));
            copied = at + c.len_utf8();
        }
        rest = &rest[c.len_utf8()..];
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    safe.push_str(&text[copied..]);
    Cow::Owned(safe)
}

/// How many bytes at the beginning are printable ASCII.
fn printable_ascii(bytes: &[u8]) -> usize {
    let is_plain = |byte: &u8| (b' '..=b'~').contains(byte);
    // All bytes of a piece are looked at, which takes a fraction of looking for the first.
    let pieces =
        bytes.chunks_exact(32).take_while(|piece| piece.iter().fold(true, |all, b| all & is_plain(b)));
    let start = pieces.count() * 32;
    let rest = &bytes[start..];
    // Most texts are short and end within a piece.
    if rest.len() < 32 && rest.iter().fold(true, |all, byte| all & is_plain(byte)) {
        return bytes.len();
    }
    start + rest.iter().take_while(|byte| is_plain(byte)).count()
}

/// A point in time for people, in UTC whatever the locale.
pub(crate) fn time(at: Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A number with its noun, such as `1 issue` or `2 issues`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// Lines as one text.
pub(crate) fn joined<T: AsRef<str>>(lines: &[T]) -> String {
    lines.iter().flat_map(|line| [line.as_ref(), "\n"]).collect()
}

/// Lines further to the right; blank ones stay blank.
pub(crate) fn indented<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let indent = |line: &str| if line.is_empty() { String::new() } else { format!("  {line}") };
    lines.into_iter().map(indent).collect()
}

/// `text` in a style; output that takes no colour strips it again.
pub(crate) fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// The word for a state, or for how a gate stands, in its colour.
pub(crate) fn state(word: &str) -> String {
    state_as(word, word)
}

/// Text that stands for a state, in the colour of the state.
pub(crate) fn state_as(word: &str, text: &str) -> String {
    let style = match word {
        "ready" | "passed" => AnsiColor::Green.on_default(),
        "in_progress" | "pending" => AnsiColor::Yellow.on_default(),
        "gated" => AnsiColor::Magenta.on_default(),
        "failed" | "missing" | "damaged" => AnsiColor::Red.on_default(),
        "backlog" | "done" | "rejected" => FAINT,
        _ => Style::new(),
    };
    paint(style, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_as_escapes() {
        assert_eq!(clean("plain ünï 😀"), "plain ünï 😀");
        assert_eq!(clean("a\u{1b}[31m\tb\u{7f}\u{9b}"), "a\\u{1b}[31m    b\\u{7f}\\u{9b}");
        assert_eq!(clean("\u{202e}evil\nline\r"), "\\u{202e}evil\\nline\\r");
    }

    #[test]
    fn only_blocks_keep_their_lines() {
        assert_eq!(clean_block("one\r\ntwo\n\u{1b}]0;x\u{7}"), "one\ntwo\n\\u{1b}]0;x\\u{7}");
        assert_eq!(clean_block("tail\n"), "tail\n");
    }
}
