use clap::Args;

use crate::front::cli::commands::App;
use crate::front::cli::error::Failure;
use crate::front::cli::input;
use crate::front::cli::respond::{self, Shape};
use crate::model::update::Update;
use crate::model::{AgentId, Refusal};
use crate::ops::{Outcome, Target};

/// Change issues
///
/// Many ids, or all issues that a filter admits, are changed in one commit: all of them or
/// none. '--state done' with pending gates makes an issue gated instead (exit status 4).
#[derive(Args)]
#[command(
    after_help = "Examples:\n  jit issue update 3f2a --state done\n  jit issue update 3f2a --context 'agent_notes=Remember to update docs'\n  jit update --filter 'label:auth state:ready' --priority high"
)]
pub(crate) struct UpdateArgs {
    /// The issues
    #[arg(value_name = "ID", required_unless_present = "filter", conflicts_with = "filter")]
    ids: Vec<String>,
    /// Instead of ids: all issues that match
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    filter: Option<String>,
    /// A new title
    #[arg(short, long, allow_hyphen_values = true)]
    title: Option<String>,
    /// A new description; '-' reads it from standard input
    #[arg(short, long = "desc", visible_alias = "description", value_name = "TEXT")]
    #[arg(allow_hyphen_values = true)]
    description: Option<String>,
    /// A new type
    #[arg(long = "type", value_name = "TYPE")]
    issue_type: Option<String>,
    /// A new priority: critical, high, normal or low
    #[arg(short, long)]
    priority: Option<String>,
    /// A new state: open, ready, backlog, in_progress, gated, done or rejected
    #[arg(short, long)]
    state: Option<String>,
    /// Who is to do it, as kind:name
    #[arg(short, long, value_name = "AGENT")]
    assignee: Option<String>,
    /// Nobody is to do it
    #[arg(long, conflicts_with = "assignee")]
    unassign: bool,
    /// A label to add; can be repeated
    #[arg(short, long)]
    label: Vec<String>,
    /// A label to remove; can be repeated
    #[arg(long, value_name = "LABEL")]
    remove_label: Vec<String>,
    /// A note for agents to set, as key=value; can be repeated
    #[arg(long, value_name = "KEY=VALUE", allow_hyphen_values = true)]
    context: Vec<String>,
    /// A note for agents to remove, by key; can be repeated
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    remove_context: Vec<String>,
    /// A gate to require; can be repeated
    #[arg(short, long)]
    gate: Vec<String>,
    /// A gate not to require any more; can be repeated
    #[arg(long, value_name = "GATE")]
    remove_gate: Vec<String>,
    /// An issue that must be finished first; can be repeated
    #[arg(long = "dep", visible_alias = "depends-on", value_name = "ID")]
    dependencies: Vec<String>,
    /// An issue that need not be finished first any more; can be repeated
    #[arg(long = "remove-dep", value_name = "ID")]
    remove_dependencies: Vec<String>,
}

impl UpdateArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let update = self.update()?;
        if update.is_empty() {
            return Err(Failure::usage(
                "nothing to change was said; 'jit issue update --help' lists what can be",
            ));
        }
        let shape = if self.filter.is_some() { Shape::List } else { Shape::of(&self.ids) };
        let target = match self.filter {
            Some(text) if text.trim().is_empty() => {
                let message =
                    "an empty filter would change every issue; 'state:open|done|rejected' means all";
                return Err(Failure::usage(message));
            }
            Some(text) => Target::Filter(app.filter([&text])?, text),
            None => Target::Issues(input::ids(&self.ids)?),
        };
        let outcome = app.jit.update(&target, &update)?;
        if outcome.ids.is_empty() {
            app.ui.note("no issue matches");
        }
        answer(app, &outcome, shape, update.may_finish())
    }

    fn update(&self) -> Result<Update, Failure> {
        let assignee = match &self.assignee {
            Some(agent) => Some(Some(AgentId::parse(agent)?)),
            None => self.unassign.then_some(None),
        };
        let description = self.description.as_deref().map(input::text_or_stdin).transpose()?;
        Ok(Update {
            title: self.title.clone(),
            description,
            issue_type: self.issue_type.clone(),
            priority: self.priority.as_deref().map(str::parse).transpose()?,
            assignee,
            add_labels: self.label.clone(),
            remove_labels: self.remove_label.clone(),
            set_context: self.context.iter().map(|text| input::pair(text)).collect::<Result<_, _>>()?,
            remove_context: self.remove_context.clone(),
            add_gates: input::gate_keys(&self.gate)?,
            remove_gates: input::gate_keys(&self.remove_gate)?,
            add_dependencies: input::ids(&self.dependencies)?,
            remove_dependencies: input::ids(&self.remove_dependencies)?,
            state: self.state.as_deref().map(str::parse).transpose()?,
        })
    }
}

/// Answers an update, and tells of issues that were to be done and are gated.
pub(super) fn answer(
    app: &mut App<'_>,
    outcome: &Outcome<Vec<Refusal>>,
    shape: Shape,
    moved: bool,
) -> Result<(), Failure> {
    let mut gated = outcome.value.clone();
    let Some(last) = gated.pop() else {
        if moved {
            return respond::issues_moved(app.ui, outcome, shape);
        }
        return match shape {
            Shape::One => respond::issues_changed(app.ui, "Updated", outcome),
            Shape::List => respond::list_changed(app.ui, "Updated", outcome),
        };
    };
    if !app.ui.is_json() {
        respond::issues_moved(app.ui, outcome, shape)?;
    }
    for refusal in gated {
        app.ui.warn(&refusal.to_string());
    }
    Err(last.into())
}
