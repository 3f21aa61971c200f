//! Reading Markdown and sources: links, headings, tables, lists of names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::support::console::fences;

/// Names, sorted, each once.
pub fn set<T: Into<String>>(items: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    items.into_iter().map(Into::into).collect()
}

/// The lines of a document that are not in fenced blocks.
fn prose(text: &str) -> Vec<&str> {
    let fences = fences(text);
    let lines = text.lines().enumerate();
    lines.filter(|(index, _)| !fences.iter().any(|f| f.lines.contains(index))).map(|(_, line)| line).collect()
}

/// Where the links of a document lead.
pub fn links(text: &str) -> Vec<String> {
    let end = |rest: &str| rest.split(')').next().unwrap_or_default().to_owned();
    prose(text).join("\n").split("](").skip(1).map(end).collect()
}

/// Whether what `link` in document `name` leads to is there, heading included. Links to
/// other hosts are not followed.
pub fn resolves(root: &Path, name: &str, link: &str) -> bool {
    if link.starts_with("https://") {
        return true;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let folder = root.join(name).parent().expect("a file is in a folder").to_owned();
    let target = if file.is_empty() { root.join(name) } else { folder.join(file) };
    if anchor.is_empty() {
        return target.exists();
    }
    let has_anchor = |text: String| prose(&text).iter().filter_map(heading).any(|h| anchor_of(h) == anchor);
    std::fs::read_to_string(target).is_ok_and(has_anchor)
}

fn heading<'a>(line: &&'a str) -> Option<&'a str> {
    line.starts_with('#').then(|| line.trim_start_matches('#').trim())
}

/// The anchor of a heading, as code hosts make it.
fn anchor_of(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The text below each heading that begins with `mark` (such as `### `), without blocks, up
/// to the next heading; by heading, backticks removed.
pub fn sections(text: &str, mark: &str) -> BTreeMap<String, String> {
    let mut sections = BTreeMap::new();
    let mut current = None;
    for line in prose(text) {
        if line.starts_with('#') {
            current = line.strip_prefix(mark).map(|title| title.replace('`', ""));
            sections.extend(current.clone().map(|title| (title, String::new())));
        } else if let Some(body) = current.as_ref().and_then(|title| sections.get_mut(title)) {
            body.push_str(line);
            body.push('\n');
        }
    }
    sections
}

/// The rows of the tables in `text` that begin with a word in backticks: that word, and the
/// cell after it.
pub fn rows(text: &str) -> BTreeMap<String, String> {
    let row = |line: &str| {
        let (word, rest) = line.strip_prefix("| `")?.split_once("` | ")?;
        Some((word.to_owned(), rest.split(" |").next()?.to_owned()))
    };
    text.lines().filter_map(row).collect()
}

/// The body of the function or type that begins with `signature`.
pub fn body<'a>(source: &'a str, signature: &str) -> &'a str {
    let (_, rest) = source.split_once(signature).unwrap_or_else(|| panic!("there is no {signature}"));
    let indent = source.lines().find(|line| line.contains(signature)).expect("it was found above");
    let indent = &indent[..indent.len() - indent.trim_start().len()];
    rest.split(&format!("\n{indent}}}\n")).next().expect("split yields at least one part")
}

/// What stands between double quotes.
pub fn strings(source: &str) -> impl Iterator<Item = &str> {
    source.split('"').skip(1).step_by(2)
}

/// The words that follow `prefix`, such as the variants after `Exit::`, with their places.
pub fn names_after<'a>(source: &'a str, prefix: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    source.match_indices(prefix).map(move |(at, _)| {
        let rest = &source[at + prefix.len()..];
        (at, rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default())
    })
}
