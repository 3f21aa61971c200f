//! Making issues.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Tool;
use super::answer::Answer;
use crate::front::wire::{IssueList, IssueObject, Told, input};
use crate::model::create::NewIssue;
use crate::model::{AgentId, Priority};
use crate::ops::CommandExecutor;

/// What the list of issues is called in errors and in the log.
const ORIGIN: &str = "issues";

/// A new issue.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Create {
    title: String,
    #[serde(default)]
    description: String,
    #[serde(rename = "type")]
    issue_type: Option<String>,
    #[schemars(extend("enum" = Priority::ALL.map(Priority::as_str)))]
    priority: Option<String>,
    #[serde(default)]
    labels: Vec<String>,
    /// Gates it must pass
    #[serde(default)]
    gates: Vec<String>,
    /// Ids of issues to finish first
    #[serde(default)]
    dependencies: Vec<String>,
    /// Notes by key
    #[serde(default)]
    context: BTreeMap<String, String>,
    assignee: Option<String>,
}

/// New issues.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateMany {
    issues: Vec<Entry>,
}

/// Other keys as of create
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(expecting = "an issue")]
struct Entry {
    title: String,
    /// Names it in dependencies of others
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// Keys or ids
    #[serde(skip_serializing_if = "Option::is_none")]
    dependencies: Option<Vec<String>>,
    // Those of `create --from`, which knows the rules.
    #[serde(flatten)]
    rest: serde_json::Map<String, serde_json::Value>,
}

impl Tool for Create {
    const NAME: &'static str = "create";
    const ABOUT: &'static str = "Create an issue";
    type Answer = IssueObject<'static>;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        let new = NewIssue {
            title: self.title,
            description: self.description,
            issue_type: self.issue_type,
            priority: self.priority.as_deref().map(str::parse).transpose()?.unwrap_or_default(),
            labels: self.labels.into_iter().collect(),
            gates: input::gate_keys(&self.gates)?.into_iter().collect(),
            context: self.context,
            assignee: self.assignee.as_deref().map(AgentId::parse).transpose()?,
            ..NewIssue::default()
        };
        Answer::issue(jit.create(&new, &input::ids(&self.dependencies)?)?)
    }
}

impl Tool for CreateMany {
    const NAME: &'static str = "create_many";
    const ABOUT: &'static str = "Create issues that depend on each other: all or none";
    type Answer = IssueList<'static>;
    const DEPTH: usize = 2;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        let text =
            serde_json::to_vec(&self.issues).map_err(|error| Told::internal("output", error.to_string()))?;
        let outcome = jit.create_batch(ORIGIN, jit.parse_batch(ORIGIN, &text)?)?;
        Answer::of(&IssueList::new(&outcome.tracker, outcome.issues()), outcome.warnings.clone())
    }
}
