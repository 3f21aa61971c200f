//! Changing issues.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Tool;
use super::answer::Answer;
use crate::front::wire::{IssueObject, Told, UndoObject, input};
use crate::model::state::{StateRequest, Status};
use crate::model::{AgentId, Priority, update};
use crate::ops::{CommandExecutor, Target, UndoRequest};

/// What to change.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Update {
    id: String,
    title: Option<String>,
    description: Option<String>,
    #[serde(rename = "type")]
    issue_type: Option<String>,
    #[schemars(extend("enum" = Priority::ALL.map(Priority::as_str)))]
    priority: Option<String>,
    /// open, ready, backlog, in_progress, gated, done or rejected
    state: Option<String>,
    /// kind:name, or none
    assignee: Option<String>,
    #[serde(default)]
    add_labels: Vec<String>,
    #[serde(default)]
    remove_labels: Vec<String>,
    #[serde(default)]
    set_context: BTreeMap<String, String>,
    #[serde(default)]
    remove_context: Vec<String>,
    #[serde(default)]
    add_gates: Vec<String>,
    #[serde(default)]
    remove_gates: Vec<String>,
}

/// Which issue.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Done {
    id: String,
}

/// Which issue, and why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reject {
    id: String,
    reason: Option<String>,
}

/// Which issue, and what to say.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Comment {
    id: String,
    text: String,
}

/// Which change; none is the newest that whoever acts made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Undo {
    /// An event of another change
    event: Option<String>,
}

impl Tool for Update {
    const NAME: &'static str = "update";
    const ABOUT: &'static str = "Change an issue";
    type Answer = IssueObject<'static>;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        let target = Target::Issues(vec![input::id(&self.id)?]);
        let update = self.update()?;
        if update.is_empty() {
            return Err(Told::usage("nothing to change was said".to_owned(), None));
        }
        Answer::finished(jit.update(&target, &update)?)
    }
}

impl Update {
    fn update(self) -> Result<update::Update, Told> {
        let assignee = match self.assignee.as_deref() {
            None => None,
            Some("none") => Some(None),
            Some(agent) => Some(Some(AgentId::parse(agent)?)),
        };
        Ok(update::Update {
            title: self.title,
            description: self.description,
            issue_type: self.issue_type,
            priority: self.priority.as_deref().map(str::parse).transpose()?,
            assignee,
            add_labels: self.add_labels,
            remove_labels: self.remove_labels,
            set_context: self.set_context.into_iter().collect(),
            remove_context: self.remove_context,
            add_gates: input::gate_keys(&self.add_gates)?,
            remove_gates: input::gate_keys(&self.remove_gates)?,
            state: self.state.as_deref().map(str::parse).transpose()?,
            ..update::Update::default()
        })
    }
}

impl Tool for Done {
    const NAME: &'static str = "done";
    const ABOUT: &'static str =
        "Finish an issue; with pending gates it becomes gated, and done when the last passes";
    type Answer = IssueObject<'static>;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        let state = Some(StateRequest::Status(Status::Done));
        let update = update::Update { state, ..update::Update::default() };
        Answer::finished(jit.update(&Target::Issues(vec![input::id(&self.id)?]), &update)?)
    }
}

impl Tool for Reject {
    const NAME: &'static str = "reject";
    const ABOUT: &'static str = "Decide that an issue will not be done";
    type Answer = IssueObject<'static>;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        Answer::issue(jit.reject(&[input::id(&self.id)?], self.reason.as_deref())?)
    }
}

impl Tool for Comment {
    const NAME: &'static str = "comment";
    const ABOUT: &'static str = "Remark on an issue";
    type Answer = IssueObject<'static>;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        Answer::issue(jit.comment(&input::id(&self.id)?, &self.text)?)
    }
}

impl Tool for Undo {
    const NAME: &'static str = "undo";
    const ABOUT: &'static str = "Take back your newest change; once more redoes it";
    type Answer = UndoObject<'static>;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        let request = self.event.map_or(UndoRequest::Newest(1), UndoRequest::Event);
        Answer::undone(jit.undo(&request)?)
    }
}
