//! Lists of issues, a line each.

use std::collections::BTreeMap;

use super::text::{FAINT, HEADING, clean, joined, paint, state};
use super::{claim, table};
use crate::model::{Issue, IssueId, Tracker};

const HEADER: [&str; 5] = ["ID", "STATE", "PRIORITY", "ASSIGNEE", "TITLE"];

/// A table of issues in the making.
pub(crate) struct List {
    header: [&'static str; 5],
    columns: Columns,
    rows: Vec<[String; 5]>,
    /// The word for the state of each row, where there is such a column.
    states: Vec<&'static str>,
    /// What stands below rows, by their number.
    below: BTreeMap<usize, Vec<String>>,
}

/// What is told of each issue.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Columns {
    Plain,
    /// With what blocks it on the lines below it.
    Blockers,
    /// Who holds it; those that nobody holds are left out.
    Claims,
}

impl List {
    /// One line an issue.
    pub(crate) fn plain() -> Self {
        Self::new(HEADER, Columns::Plain)
    }

    /// With what blocks each issue on the lines below it.
    pub(crate) fn with_blockers() -> Self {
        Self::new(HEADER, Columns::Blockers)
    }

    /// Who holds what: those that somebody holds.
    pub(crate) fn of_claims() -> Self {
        Self::new(claim::HEADER, Columns::Claims)
    }

    fn new(header: [&'static str; 5], columns: Columns) -> Self {
        Self { header, columns, rows: Vec::new(), states: Vec::new(), below: BTreeMap::new() }
    }

    /// Adds an issue, whose direct dependencies must be in `tracker`.
    pub(crate) fn add(&mut self, tracker: &Tracker, issue: &Issue) {
        if self.columns == Columns::Claims {
            self.rows.extend(issue.claim.as_ref().map(|claim| claim::row(tracker, issue, claim)));
            return;
        }
        if self.columns == Columns::Blockers {
            let blockers = tracker.current_blockers(issue);
            let below = blockers.iter().map(|blocker| format!("  <- {}", clean(&blocker.to_string())));
            self.below.insert(self.rows.len(), below.collect());
        }
        let state = tracker.status(issue).as_str();
        self.states.push(state);
        self.rows.push(row(issue, state));
    }

    /// The table, line by line, cut to `width` columns if given; empty if there is no row.
    pub(crate) fn lines(self, width: Option<usize>) -> impl Iterator<Item = String> {
        let Self { header, rows, states, below, .. } = self;
        let lines = (!rows.is_empty()).then(|| table::lines_of(header, rows, width));
        lines.into_iter().flatten().enumerate().map(move |(number, line)| {
            let Some(row) = number.checked_sub(1) else { return paint(HEADING, &line) + "\n" };
            // No hexadecimal digits spell a state, so the first match is its column.
            let line = match states.get(row) {
                Some(word) => line.replacen(word, &state(word), 1),
                None => line,
            };
            let below = below.get(&row).into_iter().flatten().map(|line| paint(FAINT, line));
            joined(&[line].into_iter().chain(below).collect::<Vec<_>>())
        })
    }
}

/// Full ids, a line each.
pub(crate) fn ids(ids: &[IssueId]) -> String {
    joined(&ids.iter().map(ToString::to_string).collect::<Vec<_>>())
}

fn row(issue: &Issue, state: &str) -> [String; 5] {
    [
        issue.id.short(),
        state.to_owned(),
        issue.priority.as_str().to_owned(),
        issue.assignee.as_ref().map_or("-".to_owned(), |assignee| clean(assignee.as_str()).into_owned()),
        title(issue),
    ]
}

/// The title, and the labels in brackets.
fn title(issue: &Issue) -> String {
    let title = clean(&issue.title);
    if issue.labels.is_empty() {
        return title.into_owned();
    }
    let labels: Vec<&str> = issue.labels.iter().map(String::as_str).collect();
    format!("{title}  [{}]", clean(&labels.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::wire::sample::{full_tracker, id, issue, tracker};

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    fn text<'a>(
        mut list: List,
        tracker: &'a Tracker,
        issues: impl IntoIterator<Item = &'a Issue>,
        width: Option<usize>,
    ) -> String {
        issues.into_iter().for_each(|issue| list.add(tracker, issue));
        list.lines(width).collect()
    }

    fn issues<'a>(
        tracker: &'a Tracker,
        issues: impl IntoIterator<Item = &'a Issue>,
        width: Option<usize>,
    ) -> String {
        text(List::plain(), tracker, issues, width)
    }

    #[test]
    fn a_list_is_a_line_an_issue_however_odd_its_title() {
        let tracker = full_tracker();
        assert_eq!(
            plain(&issues(&tracker, tracker.ranked(), None)),
            "ID        STATE        PRIORITY  ASSIGNEE          TITLE\n\
             00000001  in_progress  high      copilot:worker-1  Login \\u{1b}[31m  [auth, wip]\n\
             00000002  ready        normal    -                 Model\n"
        );
    }

    #[test]
    fn a_list_fits_its_terminal() {
        let tracker = tracker([issue(1, &"long ".repeat(50), &[])]);
        let text = plain(&issues(&tracker, tracker.ranked(), Some(60)));
        assert!(text.ends_with('…') || text.ends_with("…\n"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
    }

    #[test]
    fn the_colour_is_on_the_state_and_not_on_the_title() {
        let tracker = tracker([issue(1, "ready", &[])]);
        let text = issues(&tracker, tracker.ranked(), None);
        assert!(text.contains(&format!("00000001  {}  normal", state("ready"))), "{text:?}");
        assert!(text.ends_with(" ready\n"), "{text:?}");
    }

    #[test]
    fn what_blocks_an_issue_stands_below_it() {
        let tracker = full_tracker();
        let text = plain(&text(List::with_blockers(), &tracker, [&tracker.issues[&id(1)]], None));
        let below: Vec<&str> = text.lines().skip(2).collect();
        assert_eq!(below, ["  <- 00000002 Model (open)", "  <- 00000003 (missing)"]);
    }

    #[test]
    fn no_issues_are_no_text() {
        assert_eq!(issues(&Tracker::default(), [], Some(80)), "");
    }
}
