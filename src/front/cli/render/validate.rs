//! Broken rules.

use super::text::{clean, count, joined};
use crate::model::validate::Problem;
use crate::ops::Validated;

/// The problems that were found, a line each, or that there are none.
pub(crate) fn report(validated: &Validated) -> String {
    let Validated { issues, gates, problems, .. } = validated;
    if problems.is_empty() {
        return format!("no problems found: {}, {}\n", count(*issues, "issue"), count(*gates, "gate"));
    }
    let line = |problem: &Problem| format!("{}: {}", problem.code(), clean(&problem.to_string()));
    joined(&problems.iter().map(line).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::wire::sample::full_tracker;
    use crate::model::validate::validate;

    fn validated(problems: Vec<Problem>) -> Validated {
        Validated {
            issues: 1,
            gates: 0,
            claimed: 0,
            conflicts: 0,
            damaged: 0,
            attachments: Vec::new(),
            problems,
        }
    }

    #[test]
    fn a_sound_tracker_is_counted() {
        assert_eq!(report(&validated(Vec::new())), "no problems found: 1 issue, 0 gates\n");
    }

    #[test]
    fn each_problem_is_one_clean_line() {
        let text = report(&validated(validate(&full_tracker())));
        let codes: Vec<&str> = text.lines().filter_map(|line| line.split(": ").next()).collect();
        assert_eq!(codes, ["missing_dependency", "bad_title", "conflict"]);
    }
}
