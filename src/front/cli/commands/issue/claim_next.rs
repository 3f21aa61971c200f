use clap::Args;

use crate::front::cli::commands::App;
use crate::front::cli::error::Failure;
use crate::front::cli::{input, respond};
use crate::model::AgentId;
use crate::ops::ClaimNext;

/// Claim the most urgent issue that is ready
///
/// Prints the id of the issue, and nothing else, on standard output. Exit status 3 if no
/// issue is ready.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  jit issue claim-next agent:worker-1\n  jit issue claim-next --filter 'priority:high|critical' --to agent:worker-1"
)]
pub(crate) struct ClaimNextArgs {
    /// Who claims it, as kind:name [default: whoever acts]
    agent: Option<String>,
    /// Who claims it, as kind:name
    #[arg(long, value_name = "AGENT", conflicts_with = "agent")]
    to: Option<String>,
    /// Only an issue that matches, such as 'label:auth priority:high|critical'; can be repeated
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    filter: Vec<String>,
    /// How long the claim lasts unless renewed [default: the project's claim.ttl]
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
    ttl: Option<String>,
}

impl ClaimNextArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let agent = self.agent.or(self.to);
        let request = ClaimNext {
            agent: agent.as_deref().map(AgentId::parse).transpose()?,
            filter: app.filter(&self.filter)?,
            ttl_secs: input::secs("ttl", self.ttl.as_deref())?,
        };
        let outcome = app.jit.claim_next(&request)?;
        if app.ui.is_json() {
            return respond::issues_changed(app.ui, "Claimed", &outcome);
        }
        respond::warnings(app.ui, &outcome);
        for issue in outcome.issues() {
            app.ui.note(&format!("claimed: {}", issue.title));
            app.ui.result(&issue.id.to_string())?;
        }
        Ok(())
    }
}
