//! Claiming whatever is most urgent.

use super::shared_claim::SharedClaim;
use crate::model::claim::Picker;
use crate::model::query::Filter;
use crate::model::{AgentId, ClaimId, Holds, claim};
use crate::ops::mutate::{Outcome, Reach};
use crate::ops::{CommandExecutor, Error};
use crate::store::Scope;

/// Who wants work, which, and for how long.
#[derive(Clone, Debug, Default)]
pub struct ClaimNext {
    /// The agent; whoever acts where absent.
    pub agent: Option<AgentId>,
    /// Which issues will do.
    pub filter: Filter,
    /// Seconds the claim lasts; as long as the project says where absent.
    pub ttl_secs: Option<u64>,
}

impl CommandExecutor {
    /// Claims the most urgent issue that is ready: of equally urgent ones the oldest, or,
    /// where the tracker is shared, any.
    pub fn claim_next(&self, request: &ClaimNext) -> Result<Outcome, Error> {
        let mut repo = self.storage.open()?;
        repo.prepare_bulk_read();
        if let Some(remote) = self.settling_remote(&repo)? {
            let shared = SharedClaim { agent: request.agent.clone(), ttl_secs: request.ttl_secs };
            return self.claim_shared(&repo, &remote, &shared, true, |choice| {
                let tracker = choice.snapshot.load(&Scope::All);
                let picker = Picker {
                    filter: &request.filter,
                    now: choice.now,
                    holds: choice.holds,
                    spread: Some(choice.picker),
                };
                Ok((claim::next(&tracker, &picker)?, tracker))
            });
        }
        let clone = self.claiming_clone(&repo)?;
        let holds = repo.shared_remote()?.map(|remote| repo.holds(&remote.name)).unwrap_or_default();
        self.claim_next_here(request, clone, &holds)
    }

    fn claim_next_here(
        &self,
        request: &ClaimNext,
        clone: Option<uuid::Uuid>,
        holds: &Holds,
    ) -> Result<Outcome, Error> {
        let mut outcome = self.mutate(request.agent.clone(), &[], Reach::All, |draft, _| {
            let stamp = draft.stamp().clone();
            let picker = Picker { filter: &request.filter, now: stamp.at, holds, spread: None };
            let id = claim::next(draft.tracker(), &picker)?;
            let claim = ClaimId::new(self.context.new_id());
            let asked = claim::Request { by: stamp.by, claim, ttl_secs: request.ttl_secs, clone };
            claim::claim(draft, id, asked)?;
            Ok(id)
        })?;
        outcome.ids = vec![outcome.value];
        Ok(outcome.map(|_| ()))
    }
}
