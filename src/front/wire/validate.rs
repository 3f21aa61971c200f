//! Broken rules as JSON.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::validate::Problem;

/// What is wrong with a tracker.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "validation")]
pub(crate) struct ValidationObject {
    /// Whether no rule is broken.
    valid: bool,
    /// The rules that are broken.
    problems: Vec<ProblemObject>,
    /// How many.
    count: usize,
}

impl ValidationObject {
    /// Describes `problems`.
    pub(crate) fn new(problems: &[Problem]) -> Self {
        Self {
            valid: problems.is_empty(),
            problems: problems.iter().map(ProblemObject::new).collect(),
            count: problems.len(),
        }
    }
}

/// A rule that is broken.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "problem")]
struct ProblemObject {
    /// The stable name of the rule.
    code: &'static str,
    /// One line for people.
    message: String,
    /// The issue that breaks it, if it is one.
    issue_id: Option<String>,
}

impl ProblemObject {
    fn new(problem: &Problem) -> Self {
        Self {
            code: problem.code(),
            message: problem.to_string(),
            issue_id: problem.issue().map(|id| id.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_tracker_is_valid() {
        let json = serde_json::to_string(&ValidationObject::new(&[])).unwrap();
        assert_eq!(json, r#"{"valid":true,"problems":[],"count":0}"#);
    }

    #[test]
    fn a_problem_without_an_issue_has_a_null_id() {
        let damage = Problem::Damaged { path: "gates/x".into(), issue: None, reason: "bad".into() };
        let json = serde_json::to_string(&ValidationObject::new(&[damage])).unwrap();
        assert_eq!(
            json,
            r#"{"valid":false,"problems":[{"code":"damaged","message":"gates/x: bad","issue_id":null}],"count":1}"#
        );
    }
}
