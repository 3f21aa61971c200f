//! Issues -> files for other tools, an issue at a time.
//!
//! Only `jsonl` and `yaml` have all of an issue, and only the former is read back; what the
//! others leave out is in the documents.

mod beads;
mod csv_table;
mod github;
mod markdown;

use std::fmt;
use std::str::FromStr;

use super::issue;
use crate::model::{Issue, Refusal, Tracker};

/// A format that issues can be exported to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// The stored documents as JSON, one a line.
    Jsonl,
    /// A table with a line of headings.
    Csv,
    /// What `gh issue list --json` prints.
    GitHub,
    /// The lines of JSON that the tracker `bd` imports.
    Beads,
    /// A document to read.
    Markdown,
    /// The stored documents, one after the other.
    Yaml,
}

impl ExportFormat {
    /// All formats.
    pub const ALL: [Self; 6] =
        [Self::Jsonl, Self::Csv, Self::GitHub, Self::Beads, Self::Markdown, Self::Yaml];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::GitHub => "github",
            Self::Beads => "beads",
            Self::Markdown => "markdown",
            Self::Yaml => "yaml",
        }
    }
}

impl fmt::Display for ExportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for ExportFormat {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::ALL.into_iter().find(|format| format.as_str() == text).ok_or_else(|| {
            let all = Self::ALL.map(Self::as_str).join(", ");
            Refusal::invalid("format", format!("{text:?} is none of {all}"))
        })
    }
}

/// The parts of the file that has `issues` of `tracker`, which must be whole.
pub(crate) fn parts<'t>(
    format: ExportFormat,
    tracker: &'t Tracker,
    issues: Vec<&'t Issue>,
) -> Box<dyn Iterator<Item = String> + 't> {
    match format {
        ExportFormat::Jsonl => Box::new(issues.into_iter().map(|one| format!("{}\n", issue::to_json(one)))),
        ExportFormat::Yaml => Box::new(issues.into_iter().map(|one| format!("---\n{}", issue::to_yaml(one)))),
        ExportFormat::Csv => csv_table::parts(tracker, issues),
        ExportFormat::GitHub => github::parts(tracker, issues),
        ExportFormat::Beads => beads::parts(tracker, issues),
        ExportFormat::Markdown => markdown::parts(tracker, issues),
    }
}
