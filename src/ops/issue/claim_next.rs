//! Claiming whatever is most urgent.

use super::shared_claim::{Pick, SharedClaim};
use crate::model::claim::Picker;
use crate::model::query::Filter;
use crate::model::{AgentId, ClaimId, IssueId, Refusal, Tracker, claim};
use crate::ops::mutate::{Chosen, Outcome, Reach};
use crate::ops::reading::Reading;
use crate::ops::{CommandExecutor, Error};
use crate::store::Extent;

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
        let repo = self.storage.open()?;
        if let Some(remote) = self.settling_remote(&repo)? {
            let shared = SharedClaim { agent: request.agent.clone(), ttl_secs: request.ttl_secs };
            return self.claim_shared(&repo, &remote, &shared, Pick::Any, |choice| {
                let picker = Picker {
                    filter: &request.filter,
                    now: choice.now,
                    holds: choice.holds,
                    spread: Some(choice.picker),
                };
                Ok(pick(&self.read_stored(choice.snapshot, Extent::Few), &picker)?)
            });
        }
        let clone = self.claiming_clone(&repo)?;
        let holds = repo.shared_remote()?.map(|remote| repo.holds(&remote.name)).unwrap_or_default();
        let choose = |reading: &Reading<'_, '_>, _: &[IssueId]| {
            let now = self.context.now();
            let picker = Picker { filter: &request.filter, now, holds: &holds, spread: None };
            Ok(Chosen { ids: vec![pick(reading, &picker)?.0], also: Vec::new() })
        };
        self.mutate(request.agent.clone(), &[], Reach::Chosen(Extent::Few, &choose), |draft, ids| {
            let (by, claim) = (draft.stamp().by.clone(), ClaimId::new(self.context.new_id()));
            let asked = claim::Request { by, claim, ttl_secs: request.ttl_secs, clone };
            claim::claim(draft, ids[0], asked)
        })
    }
}

/// The issue to hand out, and the part of the tracker that says that it may be.
fn pick(reading: &Reading<'_, '_>, picker: &Picker<'_>) -> Result<(IssueId, Tracker), Refusal> {
    for id in claim::candidates(reading.outlines(), picker) {
        let tracker = reading.with_dependencies(&[id]);
        if claim::may_hand_out(&tracker, id, picker) {
            return Ok((id, tracker));
        }
    }
    Err(claim::nothing_to_claim(picker))
}
