//! Deciding that issues will not be done.

use crate::model::{IdPrefix, transition};
use crate::ops::mutate::{Outcome, Reach};
use crate::ops::{CommandExecutor, Error};

impl CommandExecutor {
    /// Rejects issues, in one commit.
    pub fn reject(&self, issues: &[IdPrefix], reason: Option<&str>) -> Result<Outcome, Error> {
        self.mutate(None, issues, Reach::Named, |draft, ids| {
            ids.iter().try_for_each(|id| transition::reject(draft, *id, reason.map(str::to_owned)))
        })
    }
}
