//! What `import` did, as JSON.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::import::{FieldUse, Kept, Note, Report, Tally};

/// What an import did, or would do.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "import")]
pub(crate) struct ImportObject<'a> {
    /// The format.
    from: &'a str,
    /// The file; `-` for standard input.
    file: &'a str,
    /// Whether nothing was stored, because only a look was asked for.
    dry_run: bool,
    /// Issues in the file.
    read: usize,
    /// Issues that are new here.
    created: usize,
    /// Issues that were here and are different now.
    updated: usize,
    /// Issues that were here and stay as they are.
    unchanged: usize,
    /// Issues that were left out.
    skipped: usize,
    /// Comments in the file.
    comments: usize,
    /// Links between issues, by their kind in the file.
    links: BTreeMap<&'a str, LinkTally>,
    /// What became of each field of the file, by its name there.
    fields: BTreeMap<&'a str, FieldFate<'a>>,
    /// What did not fit, issue by issue.
    notes: Vec<ImportNote<'a>>,
}

/// What became of links of one kind.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "import_links")]
struct LinkTally {
    /// How many there are.
    read: usize,
    /// How many became dependencies. The others are kept in the context.
    dependencies: usize,
}

/// What became of a field.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "import_field")]
struct FieldFate<'a> {
    /// How many issues have it.
    issues: usize,
    /// The field of jit's that it became.
    field: Option<&'a str>,
    /// The context key that it is kept under.
    context: Option<&'a str>,
    /// Why it was left out.
    left_out: Option<&'a str>,
}

/// Something that did not fit.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "import_note")]
struct ImportNote<'a> {
    /// The issue's id in the file.
    id: &'a str,
    /// What.
    text: &'a str,
}

impl<'a> ImportObject<'a> {
    /// Describes the import of `file`.
    pub(crate) fn new(report: &'a Report, file: &'a str, dry_run: bool) -> Self {
        let links = report.links.iter().map(|(kind, tally)| (kind.as_str(), LinkTally::from(tally)));
        let fields = report.fields.iter().map(|(name, used)| (name.as_str(), FieldFate::from(used)));
        Self {
            from: &report.from,
            file,
            dry_run,
            read: report.read,
            created: report.created,
            updated: report.updated,
            unchanged: report.unchanged,
            skipped: report.skipped,
            comments: report.comments,
            links: links.collect(),
            fields: fields.collect(),
            notes: report.notes.iter().map(ImportNote::from).collect(),
        }
    }
}

impl From<&Tally> for LinkTally {
    fn from(tally: &Tally) -> Self {
        Self { read: tally.read, dependencies: tally.mapped }
    }
}

impl<'a> From<&'a FieldUse> for FieldFate<'a> {
    fn from(used: &'a FieldUse) -> Self {
        let (field, context, left_out) = match &used.kept {
            Kept::Mapped(field) => (Some(*field), None, None),
            Kept::Aside(key) => (None, Some(key.as_str()), None),
            Kept::Dropped(why) => (None, None, Some(*why)),
        };
        Self { issues: used.count, field, context, left_out }
    }
}

impl<'a> From<&'a Note> for ImportNote<'a> {
    fn from(note: &'a Note) -> Self {
        Self { id: &note.id, text: &note.text }
    }
}
