//! A table that spreadsheets open, and `import --from csv` reads.

use std::borrow::Cow;

use crate::model::refusal::rfc3339;
use crate::model::{AgentId, Issue, Tracker, origin};

const HEADINGS: [&str; 12] = [
    "id",
    "title",
    "type",
    "state",
    "priority",
    "labels",
    "assignee",
    "dependencies",
    "created_by",
    "created_at",
    "updated_at",
    "description",
];

/// The line of headings, then a row for each issue.
pub(super) fn parts<'t>(
    tracker: &'t Tracker,
    issues: Vec<&'t Issue>,
) -> Box<dyn Iterator<Item = String> + 't> {
    let headings = std::iter::once(row(&HEADINGS.map(ToOwned::to_owned)));
    Box::new(headings.chain(issues.into_iter().map(|issue| row(&cells(tracker, issue)))))
}

fn cells(tracker: &Tracker, issue: &Issue) -> [String; 12] {
    let labels: Vec<Cow<'_, str>> = issue.labels.iter().map(|label| quoted_word(label)).collect();
    let name = |id| tracker.issues.get(id).map_or_else(|| id.to_string(), origin::exported_id);
    let dependencies: Vec<String> = issue.dependencies.iter().map(name).collect();
    [
        origin::exported_id(issue),
        issue.title.clone(),
        issue.issue_type.clone(),
        issue.state.to_string(),
        issue.priority.to_string(),
        labels.join(" "),
        issue.assignee.as_ref().map_or_else(String::new, AgentId::to_string),
        dependencies.join(" "),
        issue.created.by.to_string(),
        rfc3339(&issue.created.at),
        rfc3339(&issue.updated.at),
        issue.description.clone(),
    ]
}

/// A word of a cell; in quotes where it has what parts words, or begins like one in quotes.
fn quoted_word(word: &str) -> Cow<'_, str> {
    if word.starts_with('"') || word.contains([',', ';']) {
        Cow::Owned(format!("\"{}\"", word.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(word)
    }
}

fn row(cells: &[String; 12]) -> String {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(cells).expect("a row goes to memory");
    let bytes = table.into_inner().expect("memory needs no flush");
    String::from_utf8(bytes).expect("the cells are text")
}
