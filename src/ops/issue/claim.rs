//! Claiming one issue.

use std::fmt::Display;

use super::shared_claim::{Pick, SharedClaim};
use crate::model::{AgentId, ClaimId, IdPrefix, claim};
use crate::ops::mutate::{Outcome, Reach};
use crate::ops::{CommandExecutor, Error};
use crate::store::Scope;

impl CommandExecutor {
    /// Claims an issue, named by its id or a prefix of it, for `agent` (`kind:name`). Of
    /// any number of rivals exactly one succeeds.
    #[expect(clippy::needless_pass_by_value, reason = "the documented signature, which programs call")]
    pub fn claim_issue(&self, issue: &(impl Display + ?Sized), agent: String) -> Result<Outcome, Error> {
        let prefix = IdPrefix::parse(&issue.to_string())?;
        self.claim(&prefix, Some(AgentId::parse(&agent)?), None)
    }

    /// Claims an issue for `agent`, or for whoever acts, for `ttl_secs` seconds or as long
    /// as the project says. Where the tracker is shared, the remote has the last word.
    pub fn claim(
        &self,
        issue: &IdPrefix,
        agent: Option<AgentId>,
        ttl_secs: Option<u64>,
    ) -> Result<Outcome, Error> {
        let repo = self.storage.open()?;
        if let Some(remote) = self.settling_remote(&repo)? {
            let request = SharedClaim { agent, ttl_secs };
            return self.claim_shared(&repo, &remote, &request, Pick::Named, |choice| {
                let id = choice.snapshot.resolve(issue)??;
                Ok((id, choice.snapshot.load(&Scope::Issues(vec![id]))))
            });
        }
        let clone = self.claiming_clone(&repo)?;
        self.mutate(agent, std::slice::from_ref(issue), Reach::Named, |draft, ids| {
            let by = draft.stamp().by.clone();
            let claim = ClaimId::new(self.context.new_id());
            claim::claim(draft, ids[0], claim::Request { by, claim, ttl_secs, clone })
        })
    }
}
