//! Conflicts: both values, how they differ, and the command that settles it.

use anstyle::{AnsiColor, Style};

use super::diff::{brief, is_short, unified};
use super::table;
use super::text::{FAINT, HEADING, clean, indented, joined, paint};
use super::times::Times;
use crate::model::conflict::{DELETED, Located, short_id};
use crate::model::settle::standing;
use crate::model::{Conflict, ConflictPlace, Tracker};

const HEADER: [&str; 6] = ["ID", "IN", "FIELD", "BY", "UPSTREAM", "LOCAL"];

const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// A table of `found`, cut to `width` columns if given; empty if there are none.
pub(crate) fn list(found: &[Located], width: Option<usize>) -> String {
    let row = |located: &Located| {
        let conflict = &located.conflict;
        [
            short_id(conflict),
            located.place.to_string(),
            clean(&conflict.field).into_owned(),
            clean(conflict.by.as_str()).into_owned(),
            brief(conflict.upstream.as_deref()),
            brief(conflict.local.as_deref()),
        ]
    };
    table::titled(HEADER, found.iter().map(row), width)
}

/// Full ids, a line each.
pub(crate) fn ids(found: &[Located]) -> String {
    joined(&found.iter().map(|located| located.conflict.id.to_string()).collect::<Vec<_>>())
}

/// That `found` are settled, a line each.
pub(crate) fn settled(found: &[Located]) -> String {
    let line = |located: &Located| {
        let Located { place, conflict } = located;
        format!("Settled conflict: {} ({} of {place})", conflict.id, clean(&conflict.field))
    };
    joined(&found.iter().map(line).collect::<Vec<_>>())
}

/// All there is to know of each of `found`.
pub(crate) fn show(tracker: &Tracker, found: &[Located], times: Times) -> String {
    let mut lines = Vec::new();
    for located in found {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let title = located.place.issue().and_then(|id| tracker.issues.get(&id));
        let title = title.map(|issue| format!("  {}", clean(&issue.title))).unwrap_or_default();
        lines.push(format!("{}{title}", paint(HEADING, &heading(&located.place, &located.conflict))));
        let body = body(tracker, &located.place, &located.conflict, times);
        lines.extend(indented(body.iter().map(String::as_str)));
    }
    joined(&lines)
}

/// The conflicts of one issue, below a heading that catches the eye; nothing if it has none.
pub(super) fn of_issue(
    tracker: &Tracker,
    place: &ConflictPlace,
    conflicts: &[Conflict],
    times: Times,
) -> Vec<String> {
    if conflicts.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new(), paint(WARNING, "Conflicts:")];
    for conflict in conflicts {
        lines.push(format!("  {} (conflict {})", clean(&conflict.field), short_id(conflict)));
        let body = body(tracker, place, conflict, times);
        lines.extend(indented(indented(body.iter().map(String::as_str)).iter().map(String::as_str)));
    }
    lines
}

fn heading(place: &ConflictPlace, conflict: &Conflict) -> String {
    format!("{} of {place} (conflict {})", clean(&conflict.field), short_id(conflict))
}

/// Both values or how they differ, who wrote the one put aside, and the command.
fn body(tracker: &Tracker, place: &ConflictPlace, conflict: &Conflict, times: Times) -> Vec<String> {
    if conflict.field == DELETED {
        return deleted(tracker, place, conflict, times);
    }
    let (upstream, local) = (conflict.upstream.as_deref(), conflict.local.as_deref());
    let mut lines = if is_short(upstream) && is_short(local) {
        vec![format!("upstream: {}", brief(upstream)), format!("local:    {}", brief(local))]
    } else {
        unified(upstream.unwrap_or_default(), local.unwrap_or_default(), Some(("upstream", "local")))
    };
    let written =
        format!("local was written by {}, {}", clean(conflict.by.as_str()), times.show(conflict.at));
    lines.push(paint(FAINT, &written));
    if standing(tracker, place, conflict) != conflict.upstream {
        lines.push(paint(FAINT, "changed since: '--take upstream' keeps what stands now"));
    }
    lines.push(format!("settle: {}  (or upstream, or another value)", command(tracker, place, conflict)));
    lines
}

/// Why something is still there.
fn deleted(tracker: &Tracker, place: &ConflictPlace, conflict: &Conflict, times: Times) -> Vec<String> {
    let (by, at) = (clean(conflict.by.as_str()), times.show(conflict.at));
    let command = command(tracker, place, conflict);
    vec![
        format!("deleted by {by}, {at}, and changed elsewhere: it stays"),
        format!("settle: {command}  (deletes it; upstream keeps it)"),
    ]
}

/// The command that takes the local value, as a shell reads it.
fn command(tracker: &Tracker, place: &ConflictPlace, conflict: &Conflict) -> String {
    let is_alone = place.conflicts(tracker).iter().filter(|other| other.field == conflict.field).count() == 1;
    let is_plain = conflict.field.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    if is_alone && is_plain {
        format!("jit conflict resolve {} {} --take local", place.name(), conflict.field)
    } else {
        format!("jit conflict resolve {} --take local", short_id(conflict))
    }
}

#[cfg(test)]
mod tests {
    use super::super::diff::REMOVED;
    use super::*;
    use crate::front::wire::sample::{full_tracker, id};
    use crate::model::conflict::all;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    fn with(edit: impl Fn(&mut Conflict)) -> Tracker {
        let mut tracker = full_tracker();
        if let Some(issue) = tracker.issues.get_mut(&id(1)) {
            issue.conflicts.iter_mut().for_each(edit);
        }
        tracker
    }

    #[test]
    fn short_values_are_two_lines() {
        let tracker = full_tracker();
        let expected = "\
title of 00000001 (conflict 00000000)  Login \\u{1b}[31m
  upstream: Login
  local:    (empty)
  local was written by human:bob, 2025-01-02 03:04:45 UTC
  changed since: '--take upstream' keeps what stands now
  settle: jit conflict resolve 00000001 title --take local  (or upstream, or another value)
";
        assert_eq!(plain(&show(&tracker, &all(&tracker), Times::EXACT)), expected);
        let table = plain(&list(&all(&tracker), None));
        assert!(table.ends_with("00000000  00000001  title  human:bob  Login     (empty)\n"), "{table}");
    }

    #[test]
    fn long_values_are_a_diff_that_is_clean() {
        let tracker = with(|conflict| {
            conflict.field = "description".to_owned();
            conflict.upstream = Some("One\nTwo\nThree".to_owned());
            conflict.local = Some("One\n2 \u{1b}[2J\nThree\n".to_owned());
        });
        let shown = show(&tracker, &all(&tracker), Times::EXACT);
        let expected =
            "  --- upstream\n  +++ local\n  @@ -1,3 +1,3 @@\n   One\n  -Two\n  +2 \\u{1b}[2J\n   Three\n";
        assert!(plain(&shown).contains(expected), "{}", plain(&shown));
        assert!(shown.contains(&paint(REMOVED, "-Two")), "{shown:?}");
    }

    #[test]
    fn what_a_shell_would_misread_is_named_by_its_id() {
        let tracker = with(|conflict| conflict.field = "context.a b; rm".to_owned());
        let shown = plain(&show(&tracker, &all(&tracker), Times::EXACT));
        assert!(shown.contains("settle: jit conflict resolve 00000000 --take local"), "{shown}");
    }
}
