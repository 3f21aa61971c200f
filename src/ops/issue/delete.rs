//! Deleting issues.

use crate::model::{IdPrefix, dependency};
use crate::ops::mutate::{Outcome, Reach};
use crate::ops::{CommandExecutor, Error};

impl CommandExecutor {
    /// Deletes issues and the edges to them, in one commit. Their history stays.
    pub fn delete(&self, issues: &[IdPrefix]) -> Result<Outcome, Error> {
        self.mutate(None, issues, Reach::All, |draft, ids| {
            ids.iter().try_for_each(|id| dependency::delete(draft, *id))?;
            draft.summarize("issue_deleted", "ids");
            Ok(())
        })
    }
}
