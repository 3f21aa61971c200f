use clap::Args;

use crate::front::cli::commands::App;
use crate::front::cli::error::Failure;
use crate::front::cli::{input, respond};
use crate::model::AgentId;

/// Extend the claim on an issue
///
/// Where an agent is named (here, by --by or by JIT_AGENT), it must be the holder.
#[derive(Args)]
#[command(after_help = "Example:\n  jit issue renew 3f2a --ttl 2h")]
pub(crate) struct RenewArgs {
    /// The issue
    id: String,
    /// Who holds it, as kind:name
    agent: Option<String>,
    /// How long from now [default: the project's claim.ttl]
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
    ttl: Option<String>,
}

impl RenewArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let agent = self.agent.as_deref().map(AgentId::parse).transpose()?;
        let ttl = input::secs("ttl", self.ttl.as_deref())?;
        let outcome = app.jit.renew(&input::id(&self.id)?, agent, ttl)?;
        respond::issues_changed(app.ui, "Renewed", &outcome)
    }
}
