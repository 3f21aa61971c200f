//! Broken rules.

use super::text::{clean, count, joined};
use crate::model::Tracker;
use crate::model::validate::Problem;

/// The problems of `tracker`, a line each, or that there are none.
pub(crate) fn report(tracker: &Tracker, problems: &[Problem]) -> String {
    if problems.is_empty() {
        let issues = count(tracker.issues.len(), "issue");
        return format!("no problems found: {issues}, {}\n", count(tracker.gates.len(), "gate"));
    }
    let line = |problem: &Problem| format!("{}: {}", problem.code(), clean(&problem.to_string()));
    joined(&problems.iter().map(line).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::wire::sample::{full_tracker, issue, tracker};
    use crate::model::validate::validate;

    #[test]
    fn a_sound_tracker_is_counted() {
        let tracker = tracker([issue(1, "a", &[])]);
        assert_eq!(report(&tracker, &[]), "no problems found: 1 issue, 0 gates\n");
    }

    #[test]
    fn each_problem_is_one_clean_line() {
        let tracker = full_tracker();
        let text = report(&tracker, &validate(&tracker));
        let codes: Vec<&str> = text.lines().filter_map(|line| line.split(": ").next()).collect();
        assert_eq!(codes, ["missing_dependency", "bad_title", "conflict"]);
    }
}
