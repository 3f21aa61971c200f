//! Claiming whatever is most urgent.

use crate::model::query::Filter;
use crate::model::{AgentId, ClaimId, claim};
use crate::ops::mutate::{Outcome, Reach};
use crate::ops::{CommandExecutor, Error};

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
    /// Claims the most urgent, then oldest, issue that is ready.
    pub fn claim_next(&self, request: &ClaimNext) -> Result<Outcome, Error> {
        let mut outcome = self.mutate(request.agent.clone(), &[], Reach::All, |draft, _| {
            let stamp = draft.stamp().clone();
            let id = claim::next(draft.tracker(), &request.filter, stamp.at)?;
            let claim = ClaimId::new(self.context.new_id());
            claim::claim(draft, id, claim::Request { by: stamp.by, claim, ttl_secs: request.ttl_secs, clone: None })?;
            Ok(id)
        })?;
        outcome.ids = vec![outcome.value];
        Ok(outcome.map(|_| ()))
    }
}
