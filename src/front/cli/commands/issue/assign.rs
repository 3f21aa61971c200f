use clap::Args;

use crate::front::cli::commands::App;
use crate::front::cli::error::Failure;
use crate::front::cli::{input, respond};
use crate::model::AgentId;
use crate::model::update::Update;
use crate::ops::Target;

/// Name who is to do an issue, without claiming it for them
///
/// A claim is never overwritten: an issue that somebody holds is refused.
#[derive(Args)]
#[command(after_help = "Example:\n  jit issue assign 3f2a human:ada")]
pub(crate) struct AssignArgs {
    /// The issue
    id: String,
    /// Who, as kind:name
    #[arg(required_unless_present = "to")]
    agent: Option<String>,
    /// Who, as kind:name
    #[arg(long, value_name = "AGENT", conflicts_with = "agent")]
    to: Option<String>,
}

/// Name nobody to do an issue
#[derive(Args)]
#[command(after_help = "Example:\n  jit issue unassign 3f2a")]
pub(crate) struct UnassignArgs {
    /// The issue
    id: String,
}

impl AssignArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let agent = self.agent.or(self.to).unwrap_or_default();
        assign(app, &self.id, Some(AgentId::parse(&agent)?))
    }
}

impl UnassignArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        assign(app, &self.id, None)
    }
}

fn assign(app: &mut App<'_>, id: &str, agent: Option<AgentId>) -> Result<(), Failure> {
    let update = Update { assignee: Some(agent), ..Update::default() };
    let outcome = app.jit.update(&Target::Issues(vec![input::id(id)?]), &update)?;
    respond::issues_changed(app.ui, "Updated", &outcome)
}
