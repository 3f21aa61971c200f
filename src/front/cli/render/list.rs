//! Lists of issues, a line each.

use std::collections::BTreeMap;

use anstyle::Style;

use super::column::{Column, Row};
use super::excerpt;
use super::line_format::LineFormat;
use super::table::{self, Laid};
use super::text::{FAINT, HEADING, clean, joined, paint, state_as};
use super::times::Times;
use crate::model::search::SearchQuery;
use crate::model::{Issue, IssueId, Tracker};

/// The form of a list.
#[derive(Clone, Debug)]
pub(crate) enum Layout {
    /// A table of these columns.
    Table(Vec<Column>),
    /// The usual table, with what blocks each issue on the lines below it.
    Blockers,
    /// The usual table, with where something was found on the lines below each issue.
    Found(SearchQuery),
    /// A line of one's own for each.
    Lines(LineFormat),
}

impl Layout {
    /// The usual table.
    pub(crate) fn plain() -> Self {
        Self::Table(vec![Column::ShortId, Column::State, Column::Priority, Column::Assignee, Column::Summary])
    }

    /// Who holds what.
    pub(crate) fn of_claims() -> Self {
        Self::Table(vec![Column::ShortId, Column::Holder, Column::Since, Column::Claim, Column::Title])
    }
}

/// A list of issues in the making.
pub(crate) struct List {
    columns: Vec<Column>,
    line_format: Option<LineFormat>,
    with_blockers: bool,
    query: Option<SearchQuery>,
    times: Times,
    rows: Vec<Vec<String>>,
    /// The lines, where the list is no table.
    lines: Vec<String>,
    /// The word for the state of each row.
    states: Vec<&'static str>,
    /// What stands below rows, by their number.
    below: BTreeMap<usize, Vec<Painted>>,
}

impl List {
    /// An empty list.
    pub(crate) fn new(layout: Layout, times: Times) -> Self {
        let empty = Self {
            columns: Vec::new(),
            line_format: None,
            with_blockers: false,
            query: None,
            times,
            rows: Vec::new(),
            lines: Vec::new(),
            states: Vec::new(),
            below: BTreeMap::new(),
        };
        match layout {
            Layout::Table(columns) => Self { columns, ..empty },
            Layout::Lines(line_format) => Self { line_format: Some(line_format), ..empty },
            Layout::Blockers => Self { with_blockers: true, ..Self::new(Layout::plain(), times) },
            Layout::Found(query) => Self { query: Some(query), ..Self::new(Layout::plain(), times) },
        }
    }

    /// Adds an issue, whose direct dependencies must be in `tracker`.
    pub(crate) fn add(&mut self, tracker: &Tracker, issue: &Issue) {
        let row = Row { tracker, issue, times: self.times };
        if let Some(line_format) = &self.line_format {
            self.lines.push(line_format.fill(row));
            return;
        }
        if self.with_blockers {
            let blockers = tracker.current_blockers(issue);
            let below = blockers.iter().map(|blocker| format!("  <- {}", clean(&blocker.to_string())));
            let below = below.map(|line| vec![(FAINT, line)]);
            self.below.insert(self.rows.len(), below.collect());
        }
        if let Some(query) = &self.query {
            self.below.insert(self.rows.len(), excerpt::lines(query, issue));
        }
        self.states.push(tracker.status(issue).as_str());
        self.rows.push(self.columns.iter().map(|column| column.cell(row)).collect());
    }

    /// The list, line by line; a table is cut to `width` columns if given, and empty if there
    /// is no row.
    pub(crate) fn lines(self, width: Option<usize>) -> impl Iterator<Item = String> {
        let Self { columns, rows, lines, states, below, query, .. } = self;
        let state_column = columns.iter().position(|column| *column == Column::State);
        let headings = columns.iter().map(|column| column.heading().to_owned()).collect();
        let laid = (!rows.is_empty()).then(|| table::lay_out(headings, rows, width));
        let start =
            |column: Option<usize>| laid.as_ref().zip(column).and_then(|(laid, column)| laid.start(column));
        let state_at = start(state_column);
        // The title stands last where words are searched for.
        let title_at = query.and_then(|query| Some((query, start(columns.len().checked_sub(1))?)));
        let table = laid.into_iter().flat_map(Laid::into_lines).enumerate().map(move |(number, line)| {
            let Some(row) = number.checked_sub(1) else { return paint(HEADING, &line) + "\n" };
            let line = match &title_at {
                Some((query, at)) => excerpt::marked(query, &line, *at),
                None => line,
            };
            let line = match (state_at, states.get(row)) {
                (Some(at), Some(word)) => colored(&line, at, word),
                _ => line,
            };
            let below = below.get(&row).into_iter().flatten();
            let below = below.map(|line| painted(line, width));
            joined(&[line].into_iter().chain(below).collect::<Vec<_>>())
        });
        table.chain(lines)
    }
}

/// `line` with the colour of a state on the word that begins in column `at`.
fn colored(line: &str, at: usize, state: &str) -> String {
    let Some((before, rest)) = table::byte_at(line, at).map(|at| line.split_at(at)) else {
        return line.to_owned();
    };
    let (word, after) = rest.split_at(rest.find(' ').unwrap_or(rest.len()));
    format!("{before}{}{after}", state_as(state, word))
}

/// Pieces of a line, each in a style.
pub(super) type Painted = Vec<(Style, String)>;

/// A line cut to `width` columns if given.
fn painted(line: &Painted, width: Option<usize>) -> String {
    let mut left = width;
    let mut text = String::new();
    for (style, piece) in line {
        let shown = table::cut(piece, left);
        text.push_str(&paint(*style, &shown));
        if shown.len() != piece.len() {
            break;
        }
        left = left.map(|left| left.saturating_sub(table::columns(piece)));
    }
    text
}

/// Full ids, a line each.
pub(crate) fn ids(ids: &[IssueId]) -> String {
    joined(&ids.iter().map(ToString::to_string).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::super::text::state;
    use super::*;
    use crate::front::wire::sample::{at, full_tracker, id, issue, tracker};

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    fn text<'a>(
        layout: Layout,
        tracker: &'a Tracker,
        issues: impl IntoIterator<Item = &'a Issue>,
        width: Option<usize>,
    ) -> String {
        let mut list = List::new(layout, Times::EXACT);
        issues.into_iter().for_each(|issue| list.add(tracker, issue));
        list.lines(width).collect()
    }

    fn issues<'a>(
        tracker: &'a Tracker,
        issues: impl IntoIterator<Item = &'a Issue>,
        width: Option<usize>,
    ) -> String {
        text(Layout::plain(), tracker, issues, width)
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
    fn a_list_fits_its_terminal_however_narrow_it_is() {
        let tracker = tracker([issue(1, &"long ".repeat(50), &[])]);
        for width in [1, 5, 12, 20, 33, 60, 80, 200] {
            let text = plain(&issues(&tracker, tracker.ranked(), Some(width)));
            assert!(text.lines().all(|line| line.chars().count() <= width), "{width}: {text}");
            assert_eq!(text.lines().count(), 2, "{width}: {text}");
        }
        let narrow = plain(&issues(&tracker, tracker.ranked(), Some(20)));
        assert_eq!(narrow, "ID        TITLE\n00000001  long long…\n");
    }

    #[test]
    fn the_colour_is_on_the_state_and_not_on_the_title() {
        let tracker = tracker([issue(1, "ready", &[])]);
        let text = issues(&tracker, tracker.ranked(), None);
        assert!(text.contains(&format!("00000001  {}  normal", state("ready"))), "{text:?}");
        assert!(text.ends_with(" ready\n"), "{text:?}");
        let narrow = issues(&tracker, tracker.ranked(), Some(20));
        assert!(narrow.ends_with("00000001  ready\n"), "{narrow:?}");
    }

    #[test]
    fn the_colour_is_on_the_state_wherever_its_column_is() {
        let tracker = tracker([issue(1, "名前 é ready", &[])]);
        let layout = Layout::Table(vec![Column::Title, Column::State]);
        let text = text(layout, &tracker, tracker.ranked(), Some(40));
        assert!(text.ends_with(&format!("名前 é ready  {}\n", state("ready"))), "{text:?}");
    }

    #[test]
    fn what_blocks_an_issue_stands_below_it() {
        let tracker = full_tracker();
        let below = |width| {
            let text = plain(&text(Layout::Blockers, &tracker, [&tracker.issues[&id(1)]], width));
            text.lines().skip(2).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(below(None), ["  <- 00000002 Model (open)", "  <- 00000003 (missing)"]);
        assert_eq!(below(Some(20)), ["  <- 00000002 Model…", "  <- 00000003 (miss…"]);
    }

    #[test]
    fn a_hold_is_shown_with_its_age_until_it_has_expired() {
        let shown = |as_of: i64| {
            let tracker = Tracker { as_of: at(as_of), ..full_tracker() };
            plain(&text(Layout::of_claims(), &tracker, [&tracker.issues[&id(1)]], None))
        };
        let table = |how: &str, gap: &str| {
            format!(
                "ID        HOLDER            SINCE                    CLAIM{gap}  TITLE\n\
                 00000001  copilot:worker-1  2025-01-02 03:04:15 UTC  {how}  Login \\u{{1b}}[31m\n"
            )
        };
        assert_eq!(shown(3610), table("held for 1h", "      "));
        assert_eq!(shown(3610 + 3723), table("expired 1h 2m ago", "            "));
        assert_eq!(shown(0), table("held for 0s", "      "), "a clock that is behind");
    }

    #[test]
    fn every_column_has_a_name_a_heading_and_a_cell() {
        let tracker = full_tracker();
        for name in Column::names() {
            let column = Column::parse(name).unwrap();
            assert!(!column.heading().is_empty(), "{name}");
            let row = Row { tracker: &tracker, issue: &tracker.issues[&id(1)], times: Times::EXACT };
            let cell = column.cell(row);
            assert!(!cell.is_empty() && !cell.contains(['\n', '\u{1b}']), "{name}: {cell:?}");
        }
    }

    #[test]
    fn no_issues_are_no_text() {
        assert_eq!(issues(&Tracker::default(), [], Some(80)), "");
    }
}
