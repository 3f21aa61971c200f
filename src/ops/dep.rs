//! Adding and removing dependencies.

use super::mutate::{Outcome, Reach};
use super::{CommandExecutor, Error};
use crate::model::{IdPrefix, dependency};

impl CommandExecutor {
    /// Makes an issue depend on others: all of them or, if any is refused, none.
    pub fn dep_add(&self, issue: &IdPrefix, on: &[IdPrefix]) -> Result<Outcome, Error> {
        let prefixes = [std::slice::from_ref(issue), on].concat();
        // The path that would close a circle runs through what the new dependencies need.
        let mut outcome = self.mutate(None, &prefixes, Reach::Closure, |draft, ids| {
            let (id, others) = ids.split_first().expect("at least the issue itself is named");
            if on.iter().any(|on| on.matches(*id)) {
                dependency::add(draft, *id, *id)?;
            }
            others.iter().try_for_each(|on| dependency::add(draft, *id, *on))
        })?;
        outcome.ids.truncate(1);
        Ok(outcome)
    }

    /// Makes an issue not depend on others any more: all of them or none.
    pub fn dep_remove(&self, issue: &IdPrefix, on: &[IdPrefix]) -> Result<Outcome, Error> {
        self.mutate(None, std::slice::from_ref(issue), Reach::Named, |draft, ids| {
            on.iter().try_for_each(|on| dependency::remove_named(draft, ids[0], on))
        })
    }
}
