//! Reading commits as the log has them: without what a shallow clone does not have.

use std::collections::BTreeSet;

use gix::ObjectId;

use super::commit::LoggedCommit;
use crate::store::{Error, Repo};

/// Reads commits.
pub(super) struct Loader<'r> {
    repo: &'r Repo,
    /// Commits whose parents a shallow clone does not have.
    shallow: BTreeSet<ObjectId>,
}

impl<'r> Loader<'r> {
    pub(super) fn new(repo: &'r Repo) -> Result<Self, Error> {
        Ok(Self { repo, shallow: shallow_commits(repo)? })
    }

    /// Reads a commit.
    pub(super) fn read(&self, id: ObjectId) -> Result<LoggedCommit, Error> {
        let mut commit = LoggedCommit::read(self.repo, id)?;
        if self.shallow.contains(&id) {
            commit.parents.clear();
        }
        Ok(commit)
    }
}

/// The commits whose parents a shallow clone does not have.
pub(super) fn shallow_commits(repo: &Repo) -> Result<BTreeSet<ObjectId>, Error> {
    let commits = repo.git.shallow_commits().map_err(Error::git)?;
    Ok(commits.into_iter().flat_map(|commits| commits.iter().copied().collect::<Vec<_>>()).collect())
}
