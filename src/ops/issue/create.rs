//! Creating one issue.

use crate::model::create::{self, NewIssue};
use crate::model::{IdPrefix, IssueId};
use crate::ops::mutate::{Outcome, Reach};
use crate::ops::{CommandExecutor, Error};

impl CommandExecutor {
    /// Creates an issue that depends on those that `depends_on` names.
    pub fn create(&self, new: &NewIssue, depends_on: &[IdPrefix]) -> Result<Outcome, Error> {
        let id = IssueId::new(self.context.new_id());
        let mut outcome = self.mutate(None, depends_on, Reach::Named, |draft, on| {
            let mut new = new.clone();
            new.dependencies.extend(on);
            create::create(draft, vec![(id, new)])
        })?;
        outcome.ids = vec![id];
        Ok(outcome)
    }
}
