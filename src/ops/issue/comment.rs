//! Remarking on an issue.

use crate::model::{IdPrefix, update};
use crate::ops::mutate::{Outcome, Reach};
use crate::ops::{CommandExecutor, Error};

impl CommandExecutor {
    /// Adds a comment to an issue.
    pub fn comment(&self, issue: &IdPrefix, body: &str) -> Result<Outcome, Error> {
        self.mutate(None, std::slice::from_ref(issue), Reach::Named, |draft, ids| {
            update::comment(draft, ids[0], self.context.new_id(), body.to_owned())
        })
    }
}
