//! Extending a lease.

use super::shared_claim::SharedClaim;
use crate::model::{AgentId, IdPrefix, claim};
use crate::ops::mutate::{Outcome, Reach};
use crate::ops::{CommandExecutor, Error};

impl CommandExecutor {
    /// Extends the claim on an issue to `ttl_secs` seconds from now, or as long as the
    /// project says. An agent that is named must be the holder.
    pub fn renew(
        &self,
        issue: &IdPrefix,
        agent: Option<AgentId>,
        ttl_secs: Option<u64>,
    ) -> Result<Outcome, Error> {
        let holder = agent.clone().or_else(|| self.context.actor().cloned());
        let repo = self.storage.open()?;
        if let Some(remote) = self.settling_remote(&repo)? {
            let request = SharedClaim { agent, ttl_secs };
            return self.renew_shared(&repo, &remote, issue, &request, holder.as_ref());
        }
        self.mutate(agent, std::slice::from_ref(issue), Reach::Named, |draft, ids| {
            claim::renew(draft, ids[0], holder.as_ref(), ttl_secs)
        })
    }
}
