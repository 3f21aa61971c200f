//! Giving an issue up.

use crate::model::{IdPrefix, claim};
use crate::ops::mutate::{Outcome, Reach};
use crate::ops::{CommandExecutor, Error};

impl CommandExecutor {
    /// Releases an issue, whoever holds it, so that others can claim it.
    pub fn release(&self, issue: &IdPrefix, reason: Option<&str>) -> Result<Outcome, Error> {
        self.mutate(None, std::slice::from_ref(issue), Reach::Named, |draft, ids| {
            claim::release(draft, ids[0], reason.map(str::to_owned))
        })
    }
}
