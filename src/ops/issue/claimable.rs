//! What there is to claim, for those who choose among it.

use crate::model::IssueId;
use crate::model::claim::{self, Picker};
use crate::model::query::Filter;
use crate::ops::query::Listing;
use crate::ops::{CommandExecutor, Error, shared};
use crate::store::{Extent, Snapshot};

/// Issues that are read at once while it is looked which may be claimed.
const PORTION: usize = 64;

impl CommandExecutor {
    /// The first `limit` issues that `filter` admits and that may be claimed now, issues whose
    /// claims have expired included, in the order in which
    /// [`claim_next`](CommandExecutor::claim_next) would hand them out.
    pub fn claimable(&self, filter: &Filter, limit: usize) -> Result<Listing, Error> {
        let repo = self.storage.open()?;
        let snapshot = Snapshot::current(&repo)?;
        let known = shared::known_holds(&repo);
        let spread = known.as_ref().and(repo.known_clone_id());
        let spread = spread.map(|clone| format!("{} {clone}", self.acting(&repo, None)));
        let holds = known.unwrap_or_default();
        let now = self.context.now();
        let picker = Picker { filter, now, holds: &holds, spread: spread.as_deref() };
        let reading = self.read_stored(&snapshot, Extent::Few);
        let mut candidates = claim::candidates(reading.outlines(), &picker);
        let mut found = Vec::new();
        while found.len() < limit {
            let portion: Vec<IssueId> = candidates.by_ref().take(PORTION.min(limit)).collect();
            if portion.is_empty() {
                break;
            }
            let tracker = reading.with_dependencies(&portion);
            found.extend(portion.into_iter().filter(|id| claim::may_hand_out(&tracker, *id, &picker)));
        }
        found.truncate(limit);
        let tracker = reading.with_dependencies(&found);
        Ok(Listing { tracker, ids: found })
    }
}
