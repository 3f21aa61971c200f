//! Claims whose holder seems to be gone.

use crate::model::query::Filter;
use crate::model::{IssueId, stale};
use crate::ops::mutate::{Chosen, Outcome, Reach};
use crate::ops::reading::Reading;
use crate::ops::{CommandExecutor, Error, Listing};
use crate::store::Extent;

impl CommandExecutor {
    /// Releases, in one commit, all issues whose claim has expired or has been held for
    /// `older_than_secs` seconds. The outcome's ids are those it released.
    pub fn release_stale(&self, older_than_secs: Option<u64>) -> Result<Outcome, Error> {
        let repo = self.storage.open()?;
        let remote = self.settling_remote(&repo)?;
        if let Some(remote) = &remote {
            match self.settle_with(&repo, remote) {
                Err(error) if !error.may_pass() => return Err(error),
                _ => {}
            }
        }
        let Listing { tracker, ids } = self.query_stale(&Filter::default(), older_than_secs)?;
        let choose = |reading: &Reading<'_, '_>, _: &[IssueId]| {
            let ids = reading.select(&Filter::default(), |outline| outline.is_claimed, None);
            Ok(Chosen { ids, also: Vec::new() })
        };
        let mut outcome = self.mutate(None, &[], Reach::Chosen(Extent::All, &choose), |draft, _| {
            let released = stale::release_all(draft, older_than_secs)?;
            draft.summarize("issue_released", "stale");
            Ok(released)
        })?;
        outcome.ids = std::mem::take(&mut outcome.value);
        // Those that only the shared remote knows of are released there, one by one.
        for id in ids {
            if let (Some(remote), Some(hold)) = (&remote, tracker.holds.get(&id)) {
                let reason = format!("the claim of {} is stale", hold.by);
                let released = self.release_shared(&repo, remote, id, Some(hold), Some(&reason))?;
                outcome.warnings.extend(released.warnings);
                outcome.changed = true;
                outcome.tracker.issues.extend(released.tracker.issues);
                outcome.ids.push(id);
            }
        }
        Ok(outcome.map(|_| ()))
    }
}
