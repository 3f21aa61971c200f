//! The gate registry, and the gates of issues.

pub(super) mod check;
mod registry;

use super::mutate::{Outcome, Reach};
use super::{CommandExecutor, Error};
use crate::model::{GateKey, GateResult, IdPrefix, create, gate};

impl CommandExecutor {
    /// Makes an issue require gates: all of them or none.
    pub fn gate_add(&self, issue: &IdPrefix, keys: &[GateKey]) -> Result<Outcome, Error> {
        self.mutate(None, std::slice::from_ref(issue), Reach::Named, |draft, ids| {
            create::warn_unregistered(draft, keys.iter());
            keys.iter().try_for_each(|key| gate::add(draft, ids[0], key))
        })
    }

    /// Makes an issue not require gates any more: all of them or none.
    pub fn gate_remove(&self, issue: &IdPrefix, keys: &[GateKey]) -> Result<Outcome, Error> {
        self.mutate(None, std::slice::from_ref(issue), Reach::Named, |draft, ids| {
            keys.iter().try_for_each(|key| gate::remove(draft, ids[0], key))
        })
    }

    /// Records the same report on several gates of an issue, in one commit.
    pub fn gate_report(
        &self,
        issue: &IdPrefix,
        keys: &[GateKey],
        result: &GateResult,
    ) -> Result<Outcome, Error> {
        self.mutate(None, std::slice::from_ref(issue), Reach::Named, |draft, ids| {
            keys.iter().try_for_each(|key| gate::report(draft, ids[0], key, result.clone()))
        })
    }
}
