//! Deleting issues.

use crate::model::{IdPrefix, IssueId, dependency};
use crate::ops::mutate::{Chosen, Outcome, Reach};
use crate::ops::reading::Reading;
use crate::ops::{CommandExecutor, Error};

impl CommandExecutor {
    /// Deletes issues and the edges to them, in one commit. Their history stays.
    pub fn delete(&self, issues: &[IdPrefix]) -> Result<Outcome, Error> {
        let choose = |reading: &Reading<'_, '_>, ids: &[IssueId]| {
            let also = reading.view().dependents(ids).into_iter().collect();
            Ok(Chosen { ids: ids.to_vec(), also })
        };
        self.mutate(None, issues, Reach::Chosen(&choose), |draft, ids| {
            ids.iter().try_for_each(|id| dependency::delete(draft, *id))?;
            draft.summarize("issue_deleted", "ids");
            Ok(())
        })
    }
}
