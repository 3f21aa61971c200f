//! What an import did.

use std::fmt::Write;

use super::text::{clean, count};
use crate::model::import::{FieldUse, Kept, Report};

/// So many notes are shown; the JSON has all.
const NOTES: usize = 20;

/// The report of an import of `file`.
pub(crate) fn report(report: &Report, file: &str, dry_run: bool) -> String {
    let verb = if dry_run { "Would import" } else { "Imported" };
    let mut text = format!(
        "{verb} {} from {}: {} created, {} updated, {} unchanged, {} left out\n",
        count(report.read, "issue"),
        clean(file),
        report.created,
        report.updated,
        report.unchanged,
        report.skipped
    );
    let mut line = |what: &str, items: Vec<String>| {
        if !items.is_empty() {
            writeln!(text, "{what}: {}", items.join(", ")).expect("a string takes any text");
        }
    };
    let links = report.links.iter();
    let links = links.map(|(kind, tally)| {
        let kind = clean(kind);
        match tally.read - tally.mapped {
            0 => format!("{kind} {}", tally.read),
            aside => format!("{kind} {} ({aside} only kept in the context)", tally.read),
        }
    });
    line("Dependencies", links.collect());
    if report.comments > 0 {
        line("Comments", vec![report.comments.to_string()]);
    }
    line(
        "Taken over",
        fields(report, |name, used| match &used.kept {
            Kept::Mapped(field) if *field == name || *field == "itself" => {
                Some(format!("{name} {}", used.count))
            }
            Kept::Mapped(field) => Some(format!("{name} {} (to {field})", used.count)),
            Kept::Aside(_) | Kept::Dropped(_) => None,
        }),
    );
    line(
        "Kept in the context",
        fields(report, |_, used| match &used.kept {
            Kept::Aside(key) => Some(format!("{} {}", clean(key), used.count)),
            Kept::Mapped(_) | Kept::Dropped(_) => None,
        }),
    );
    line(
        "Left out",
        fields(report, |name, used| match &used.kept {
            Kept::Dropped(why) => Some(format!("{name} {} ({why})", used.count)),
            Kept::Mapped(_) | Kept::Aside(_) => None,
        }),
    );
    for note in report.notes.iter().take(NOTES) {
        writeln!(text, "{}: {}", clean(&note.id), clean(&note.text)).expect("a string takes any text");
    }
    if report.notes.len() > NOTES {
        let more = count(report.notes.len() - NOTES, "note");
        writeln!(text, "and {more} more; --json has all").expect("a string takes any text");
    }
    text
}

fn fields(report: &Report, shown: impl Fn(&str, &FieldUse) -> Option<String>) -> Vec<String> {
    report.fields.iter().filter_map(|(name, used)| shown(&clean(name), used)).collect()
}
