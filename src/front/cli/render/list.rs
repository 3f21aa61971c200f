//! Lists of issues, a line each.

use super::table;
use super::text::{FAINT, HEADING, clean, joined, paint, state};
use crate::model::{Issue, IssueId, Tracker};

const HEADER: [&str; 5] = ["ID", "STATE", "PRIORITY", "ASSIGNEE", "TITLE"];

/// A table of `issues`, cut to `width` columns if given; empty if there are none.
pub(crate) fn issues<'a>(
    tracker: &Tracker,
    issues: impl IntoIterator<Item = &'a Issue>,
    width: Option<usize>,
) -> String {
    render(tracker, issues, width, |_| Vec::new())
}

/// Like [`issues`], with what blocks each issue on the lines below it.
pub(crate) fn blocked<'a>(
    tracker: &Tracker,
    issues: impl IntoIterator<Item = &'a Issue>,
    width: Option<usize>,
) -> String {
    render(tracker, issues, width, |issue| {
        let blockers = tracker.current_blockers(issue);
        blockers.iter().map(|blocker| format!("  <- {}", clean(&blocker.to_string()))).collect()
    })
}

/// Full ids, a line each.
pub(crate) fn ids(ids: &[IssueId]) -> String {
    joined(&ids.iter().map(ToString::to_string).collect::<Vec<_>>())
}

fn render<'a>(
    tracker: &Tracker,
    issues: impl IntoIterator<Item = &'a Issue>,
    width: Option<usize>,
    below: impl Fn(&Issue) -> Vec<String>,
) -> String {
    let issues: Vec<&Issue> = issues.into_iter().collect();
    if issues.is_empty() {
        return String::new();
    }
    let mut table = table::lines(HEADER, issues.iter().map(|issue| row(tracker, issue)), width).into_iter();
    let mut lines: Vec<String> = table.next().map(|header| paint(HEADING, &header)).into_iter().collect();
    for (issue, line) in issues.into_iter().zip(table) {
        // No hexadecimal digits spell a state, so the first match is its column.
        let word = tracker.status(issue).as_str();
        lines.push(line.replacen(word, &state(word), 1));
        lines.extend(below(issue).iter().map(|line| paint(FAINT, line)));
    }
    joined(&lines)
}

fn row(tracker: &Tracker, issue: &Issue) -> [String; 5] {
    [
        issue.id.short(),
        tracker.status(issue).as_str().to_owned(),
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
        let text = plain(&blocked(&tracker, [&tracker.issues[&id(1)]], None));
        let below: Vec<&str> = text.lines().skip(2).collect();
        assert_eq!(below, ["  <- 00000002 Model (open)", "  <- 00000003 (missing)"]);
    }

    #[test]
    fn no_issues_are_no_text() {
        assert_eq!(issues(&Tracker::default(), [], Some(80)), "");
    }
}
