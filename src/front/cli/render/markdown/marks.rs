//! The marks of a text.

use anstyle::Effects;
use pulldown_cmark::TagEnd;

/// How many bytes at either end of `text` a style stands for. One tilde is none: people write
/// `~5` for about five.
pub(super) fn mark(text: &str, tag: TagEnd) -> usize {
    match tag {
        TagEnd::Emphasis => 1,
        TagEnd::Strong => 2,
        TagEnd::Strikethrough if text.starts_with("~~") => 2,
        _ => 0,
    }
}

pub(super) fn effect(tag: TagEnd) -> Effects {
    match tag {
        TagEnd::Emphasis => Effects::ITALIC,
        TagEnd::Strong => Effects::BOLD,
        TagEnd::Strikethrough => Effects::STRIKETHROUGH,
        _ => Effects::new(),
    }
}

/// How many bytes the number signs before a heading take; none where it is underlined instead.
pub(super) fn heading_mark(heading: &str) -> usize {
    let text = heading.trim_start();
    let after = text.trim_start_matches('#');
    if after.len() == text.len() { 0 } else { heading.len() - after.len() }
}

/// The first line of a fenced block, and the last where it has one.
pub(super) fn fence(block: &str) -> (String, String) {
    let first = block.trim_start().lines().next().unwrap_or_default().trim_end();
    let mark = first.chars().next().unwrap_or('`');
    let last = block.trim_end().lines().skip(1).last().unwrap_or_default();
    let last = last.trim_start_matches([' ', '>']);
    let is_fence = last.starts_with("```") || last.starts_with("~~~");
    let last = if is_fence && last.chars().all(|c| c == mark) { last } else { "" };
    (first.to_owned(), last.to_owned())
}
