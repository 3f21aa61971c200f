//! Reading commits as the log has them: without what a shallow clone does not have.

use std::collections::BTreeSet;

use gix::ObjectId;

use super::commit::LoggedCommit;
use crate::store::{Error, Repo};

/// After so many reads the repository is opened anew: what is read of a pack stays in memory as
/// long as the pack is open, and a long history would bring in all of it.
const READS: usize = 1 << 15;

/// Reads commits.
pub(in crate::store) struct Loader<'r> {
    repo: &'r Repo,
    /// What is read from once many were read.
    fresh: Option<Repo>,
    reads: usize,
    /// Commits whose parents a shallow clone does not have.
    shallow: BTreeSet<ObjectId>,
}

impl<'r> Loader<'r> {
    pub(in crate::store) fn new(repo: &'r Repo) -> Result<Self, Error> {
        Ok(Self { repo, fresh: None, reads: 0, shallow: shallow_commits(repo)? })
    }

    /// Whether the parents of a commit are left out, since a shallow clone does not have them.
    pub(in crate::store) fn is_cut(&self, id: ObjectId) -> bool {
        self.shallow.contains(&id)
    }

    /// Reads a commit.
    pub(in crate::store) fn read(&mut self, id: ObjectId) -> Result<LoggedCommit, Error> {
        self.reads += 1;
        if self.reads.is_multiple_of(READS) {
            self.fresh = self.repo.reopened();
        }
        let mut commit = LoggedCommit::read(self.fresh.as_ref().unwrap_or(self.repo), id)?;
        if self.shallow.contains(&id) {
            commit.parents.clear();
        }
        Ok(commit)
    }
}

/// The commits whose parents a shallow clone does not have.
pub(in crate::store) fn shallow_commits(repo: &Repo) -> Result<BTreeSet<ObjectId>, Error> {
    let commits = repo.git.shallow_commits().map_err(Error::git)?;
    Ok(commits.into_iter().flat_map(|commits| commits.iter().copied().collect::<Vec<_>>()).collect())
}
