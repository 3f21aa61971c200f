//! What changed, field by field; and where fields are from.

use std::collections::BTreeSet;

use super::diff::{ADDED, REMOVED, brief, is_short, unified};
use super::event;
use super::table;
use super::text::{FAINT, HEADING, clean, indented, joined, paint};
use super::times::Times;
use crate::front::wire::parse_event;
use crate::model::field::FieldText;
use crate::model::{ConflictPlace, FieldChange, FieldEdit, IssueId};
use crate::ops::{Blame, Compared, UndoneChange};

/// Digits of a commit's id that are shown.
const DIGITS: usize = 8;

/// Lines of `changes` of one thing, below what names it.
fn lines(changes: &[FieldChange]) -> Vec<String> {
    changes.iter().flat_map(|change| field(&change.field, &change.edit)).collect()
}

/// `changes` as they stand below an event, which names the issue that they are of if `named`.
pub(crate) fn below_event(changes: &[FieldChange], named: bool) -> String {
    let lines = if named { lines(changes) } else { by_place(changes) };
    let lines = indented(lines.iter().map(String::as_str));
    joined(&indented(lines.iter().map(String::as_str)))
}

/// Lines of `changes`, below a line for each thing that they are of.
fn by_place(changes: &[FieldChange]) -> Vec<String> {
    let mut lines = Vec::new();
    for part in changes.chunk_by(|one, other| one.place == other.place) {
        lines.push(paint(HEADING, &place(&part[0].place)));
        lines.extend(indented(self::lines(part).iter().map(String::as_str)));
    }
    lines
}

/// How two states differ.
pub(crate) fn compared(compared: &Compared, times: Times) -> String {
    let to = compared.to.to_hex_with_len(DIGITS);
    let mut lines = Vec::new();
    if let Some((actor, at)) = &compared.by {
        lines.push(paint(FAINT, &format!("commit {to}  {}  {}", times.show(*at), clean(actor))));
    }
    lines.extend(by_place(&compared.changes));
    joined(&lines)
}

/// The changes that were taken back: a line each, and below it its events.
pub(crate) fn undone(changes: &[UndoneChange], times: Times) -> String {
    let mut lines = Vec::new();
    for change in changes {
        lines.push(format!("Undone: {}", change.commit.to_hex_with_len(DIGITS)));
        let events = change.events.iter().map(|event| event::line(&parse_event(&event.json), times));
        lines.extend(events.map(|line| format!("  {line}")));
    }
    joined(&lines)
}

/// Where each field is from, cut to `width` columns if given.
pub(crate) fn blame(blame: &Blame, width: Option<usize>, times: Times) -> String {
    let row = |blamed: &crate::ops::Blamed| {
        let value = match &blamed.text {
            FieldText::Value(text) => brief(Some(text)),
            FieldText::Set(members) => {
                clean(&members.iter().map(|member| short(member)).collect::<Vec<_>>().join(" ")).into_owned()
            }
        };
        [
            blamed.commit.to_hex_with_len(DIGITS).to_string(),
            times.show(blamed.at),
            clean(&blamed.actor).into_owned(),
            clean(&name(&blamed.field)).into_owned(),
            value,
        ]
    };
    table::titled(["COMMIT", "WHEN", "BY", "FIELD", "VALUE"], blame.fields.iter().map(row), width)
}

fn place(place: &ConflictPlace) -> String {
    match place {
        ConflictPlace::Settings => "settings".to_owned(),
        other => clean(&other.to_string()).into_owned(),
    }
}

/// The name of a field; ids in it are cut.
fn name(field: &str) -> String {
    match field.split_once('.') {
        Some((group @ ("comments" | "conflicts"), id)) => format!("{group}.{}", short(id)),
        _ => field.to_owned(),
    }
}

/// An id by its first digits; anything else as it is.
fn short(text: &str) -> String {
    text.parse::<IssueId>().map_or_else(|_| text.to_owned(), IssueId::short)
}

fn field(field: &str, edit: &FieldEdit) -> Vec<String> {
    let field = name(field);
    let field = clean(&field);
    match edit {
        FieldEdit::Set { added, removed } => {
            let members = |members: &BTreeSet<String>, sign: &str, style| {
                let one = |member: &String| paint(style, &format!("{sign}{}", clean(&short(member))));
                members.iter().map(one).collect::<Vec<_>>()
            };
            let all = [members(added, "+", ADDED), members(removed, "-", REMOVED)].concat();
            vec![format!("{field}: {}", all.join(" "))]
        }
        FieldEdit::Unreadable { before, after } => {
            let told = |when: &str, reason: &Option<String>, style| {
                let reason = reason.as_deref()?;
                Some(paint(style, &format!("{field}: {when}: {}", clean(reason))))
            };
            let before = told("could not be read", before, REMOVED);
            let after = told("cannot be read", after, ADDED);
            before.into_iter().chain(after).collect()
        }
        FieldEdit::Value { before, after } if is_short(before.as_deref()) && is_short(after.as_deref()) => {
            let (before, after) = (brief(before.as_deref()), brief(after.as_deref()));
            vec![format!("{field}: {} -> {}", paint(REMOVED, &before), paint(ADDED, &after))]
        }
        FieldEdit::Value { before, after } if is_line(before.as_deref()) && is_line(after.as_deref()) => {
            let signed = |value: &Option<String>, sign: &str, style| {
                value.as_deref().map(|text| paint(style, &format!("  {sign}{}", clean(text))))
            };
            let values = [signed(before, "-", REMOVED), signed(after, "+", ADDED)];
            std::iter::once(format!("{field}:")).chain(values.into_iter().flatten()).collect()
        }
        FieldEdit::Value { before, after } => {
            let diff =
                unified(before.as_deref().unwrap_or_default(), after.as_deref().unwrap_or_default(), None);
            let mut lines = vec![format!("{field}:")];
            lines.extend(indented(diff.iter().map(String::as_str)));
            lines
        }
    }
}

fn is_line(value: Option<&str>) -> bool {
    value.is_none_or(|text| !text.contains('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(field: &str, edit: &FieldEdit) -> Vec<String> {
        let strip = |line: &String| anstream::adapter::strip_str(line).to_string();
        super::field(field, edit).iter().map(strip).collect()
    }

    fn value(before: Option<&str>, after: Option<&str>) -> FieldEdit {
        FieldEdit::Value { before: before.map(str::to_owned), after: after.map(str::to_owned) }
    }

    #[test]
    fn short_values_stand_beside_each_other_and_long_ones_are_compared() {
        assert_eq!(plain("title", &value(Some("old"), Some("new"))), ["title: old -> new"]);
        assert_eq!(plain("assignee", &value(None, Some("agent:a"))), ["assignee: (empty) -> agent:a"]);
        let long = plain("description", &value(Some("one\ntwo\nthree\n"), Some("one\n2\nthree\n")));
        let text = "x".repeat(70);
        let line = plain("claim", &value(None, Some(&text)));
        assert_eq!(line, ["claim:".to_owned(), format!("  +{text}")]);
        assert_eq!(long, ["description:", "  @@ -1,3 +1,3 @@", "   one", "  -two", "  +2", "   three"]);
    }

    #[test]
    fn sets_show_what_came_and_what_went() {
        let set =
            |members: &[&str]| members.iter().map(|member| (*member).to_owned()).collect::<BTreeSet<_>>();
        let edit = FieldEdit::Set { added: set(&["a", "b"]), removed: set(&["c\u{1b}"]) };
        assert_eq!(plain("labels", &edit), ["labels: +a +b -c\\u{1b}"]);
    }
}
