//! Claims whose holder seems to be gone.

use crate::model::query::Filter;
use crate::model::{IdPrefix, IssueId, stale};
use crate::ops::mutate::{Chosen, Outcome, Reach};
use crate::ops::reading::Reading;
use crate::ops::{CommandExecutor, Error, Listing};

impl CommandExecutor {
    /// Releases, in one commit, all issues whose claim has expired or has been held for
    /// `older_than_secs` seconds. The outcome's ids are those it released.
    pub fn release_stale(&self, older_than_secs: Option<u64>) -> Result<Outcome, Error> {
        let choose = |reading: &Reading<'_, '_>, _: &[IssueId]| {
            let ids = reading.select(&Filter::default(), |outline| outline.is_claimed, None);
            Ok(Chosen { ids, also: Vec::new() })
        };
        let mut outcome = self.mutate(None, &[], Reach::Chosen(&choose), |draft, _| {
            let released = stale::release_all(draft, older_than_secs)?;
            draft.summarize("issue_released", "stale");
            Ok(released)
        })?;
        outcome.ids = std::mem::take(&mut outcome.value);
        // Those that only the shared remote knows of are released there, one by one.
        let Listing { tracker, ids } = self.query_stale(&Filter::default(), older_than_secs)?;
        for id in ids {
            if tracker.holds.contains_key(&id) && !outcome.ids.contains(&id) {
                let reason = format!("the claim of {} is stale", tracker.holds[&id].by);
                let released = self.release(&IdPrefix::of(id), Some(&reason))?;
                outcome.changed = true;
                outcome.tracker.issues.extend(released.tracker.issues);
                outcome.ids.push(id);
            }
        }
        Ok(outcome.map(|_| ()))
    }
}
