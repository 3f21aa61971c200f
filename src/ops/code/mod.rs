//! Where the tracker meets the code: commits and branches that name issues.

pub(super) mod close;
mod commit_message;
pub(super) mod hooks;
pub(super) mod links;
pub(super) mod start;

use crate::model::{IssueId, link};
use crate::ops::{CommandExecutor, Error};
use crate::store::{Repo, Snapshot};

impl CommandExecutor {
    /// The issue that the branch which is checked out is named after, and that branch.
    pub fn branch_issue(&self) -> Result<(Option<String>, Option<IssueId>), Error> {
        let repo = self.storage.open()?;
        let branch = repo.current_branch();
        let id = branch.as_deref().map(|branch| issue_of(&repo, branch)).transpose()?.flatten();
        Ok((branch, id))
    }
}

/// The variable of a branch in git's configuration that says which issue it was made for.
const ABOUT: &str = "jitIssue";

/// The issue that `branch` was made for by `start`, else the one that it is named after: the first
/// part of its name that names one.
fn issue_of(repo: &Repo, branch: &str) -> Result<Option<IssueId>, Error> {
    if let Some(id) = repo.branch_note(branch, ABOUT).and_then(|id| id.parse::<IssueId>().ok()) {
        return Ok(Some(id));
    }
    let candidates = link::in_branch(branch);
    if candidates.is_empty() {
        return Ok(None);
    }
    let snapshot = Snapshot::current(repo)?;
    for candidate in candidates {
        if let Ok(id) = snapshot.resolve(&candidate)? {
            return Ok(Some(id));
        }
    }
    Ok(None)
}
