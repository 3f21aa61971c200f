//! What checkers said, as JSON.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::IssueObject;
use crate::model::Refusal;
use crate::ops::{CheckResult, Checked, Outcome};

/// The checkers of an issue's gates that ran.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "check_report")]
pub(crate) struct CheckReport<'a> {
    /// What each said.
    checks: Vec<CheckObject>,
    /// How many ran.
    count: usize,
    /// The issue afterwards.
    issue: Option<IssueObject<'a>>,
}

/// What one checker said.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "check")]
struct CheckObject {
    /// The gate.
    gate: String,
    /// `passed`, `failed` or `timed_out`.
    result: &'static str,
    /// Its exit status; null if a signal ended it or it took too long.
    exit_status: Option<i32>,
    /// The end of what it printed.
    output: String,
}

impl<'a> CheckReport<'a> {
    /// The report on what `gate check` did.
    pub(crate) fn new(outcome: &'a Outcome<Vec<Checked>>) -> Self {
        let issue = outcome.issues().next().map(|issue| IssueObject::new(&outcome.tracker, issue));
        let checks: Vec<CheckObject> = outcome.value.iter().map(CheckObject::new).collect();
        Self { count: checks.len(), checks, issue }
    }
}

/// The failure that checkers which did not pass stand for, and what each checker said, as the
/// detail `checks`.
pub(crate) fn failed_checks(outcome: &Outcome<Vec<Checked>>) -> Option<(Refusal, Value)> {
    let failed = outcome.value.iter().filter(|check| check.result != CheckResult::Passed);
    let gates: Vec<_> = failed.map(|check| check.key.clone()).collect();
    let issue = *outcome.ids.first().filter(|_| !gates.is_empty())?;
    let checks: Vec<CheckObject> = outcome.value.iter().map(CheckObject::new).collect();
    Some((Refusal::CheckFailed { issue, gates }, json!(checks)))
}

impl CheckObject {
    fn new(check: &Checked) -> Self {
        let (result, exit_status) = match check.result {
            CheckResult::Passed => ("passed", Some(0)),
            CheckResult::Failed(status) => ("failed", status),
            CheckResult::TimedOut => ("timed_out", None),
        };
        Self { gate: check.key.to_string(), result, exit_status, output: check.output.clone() }
    }
}
