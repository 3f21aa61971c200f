use clap::Args;

use crate::front::cli::commands::App;
use crate::front::cli::error::Failure;
use crate::front::cli::{input, respond};
use crate::model::AgentId;

/// Claim an issue
///
/// Exactly one of any number of rivals succeeds. Fails with exit status 5 if somebody holds
/// the issue, and 4 if it is not ready.
#[derive(Args)]
#[command(after_help = "Examples:\n  jit issue claim 3f2a agent:worker-1\n  jit claim 3f2a --ttl 4h")]
pub(crate) struct ClaimArgs {
    /// The issue
    id: String,
    /// Who claims it, as kind:name [default: whoever acts]
    agent: Option<String>,
    /// Who claims it, as kind:name
    #[arg(long, value_name = "AGENT", conflicts_with = "agent")]
    to: Option<String>,
    /// How long the claim lasts unless renewed [default: the project's claim.ttl]
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
    ttl: Option<String>,
}

impl ClaimArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let agent = self.agent.or(self.to);
        let agent = agent.as_deref().map(AgentId::parse).transpose()?;
        let ttl = input::secs("ttl", self.ttl.as_deref())?;
        let outcome = app.jit.claim(&input::id(&self.id)?, agent, ttl)?;
        respond::issues_changed(app.ui, "Claimed", &outcome)
    }
}
