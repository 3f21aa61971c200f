//! Gates of issues.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Tool;
use super::answer::Answer;
use crate::front::wire::{CheckReport, IssueObject, Told, failed_checks, input};
use crate::model::{GateKey, GateResult};
use crate::ops::CommandExecutor;

/// Which gates of which issue.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GatePass {
    id: String,
    gates: Vec<String>,
}

/// Which gates of which issue, and why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GateFail {
    id: String,
    gates: Vec<String>,
    reason: Option<String>,
}

/// Which gates of which issue.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GateCheck {
    id: String,
    /// All with a checker unless said
    #[serde(default)]
    gates: Vec<String>,
}

fn some(gates: &[String]) -> Result<Vec<GateKey>, Told> {
    if gates.is_empty() {
        return Err(Told::usage("name at least one gate".to_owned(), None));
    }
    Ok(input::gate_keys(gates)?)
}

impl Tool for GatePass {
    const NAME: &'static str = "gate_pass";
    const ABOUT: &'static str = "Record that gates passed";
    type Answer = IssueObject<'static>;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        Answer::issue(jit.gate_report(&input::id(&self.id)?, &some(&self.gates)?, &GateResult::Passed)?)
    }
}

impl Tool for GateFail {
    const NAME: &'static str = "gate_fail";
    const ABOUT: &'static str = "Record that gates failed";
    type Answer = IssueObject<'static>;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        let failed = GateResult::Failed { reason: self.reason };
        Answer::issue(jit.gate_report(&input::id(&self.id)?, &some(&self.gates)?, &failed)?)
    }
}

impl Tool for GateCheck {
    const NAME: &'static str = "gate_check";
    const ABOUT: &'static str = "Run the checkers of an issue's gates and record what they say";
    type Answer = CheckReport<'static>;
    const DEPTH: usize = 2;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        let outcome = jit.gate_check(&input::id(&self.id)?, &input::gate_keys(&self.gates)?)?;
        match failed_checks(&outcome) {
            Some((refusal, checks)) => Err(Told::of_refusal(refusal).with("checks", checks)),
            None => Answer::of(&CheckReport::new(&outcome), outcome.warnings.clone()),
        }
    }
}
