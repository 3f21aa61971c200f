//! Reading a tracker as it was.

use super::{CommandExecutor, Error};
use crate::model::Timestamp;
use crate::store::{CommitId, Repo, Revision, Snapshot};

/// A moment in the history of a tracker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// When a commit had just been made.
    Revision(Revision),
    /// Any other time: the tracker is then as the last commit before it left it, in the order
    /// in which changes came to be shared.
    Time(Timestamp),
}

impl Moment {
    /// The commit that the tracker was at.
    pub(super) fn commit(&self, repo: &Repo) -> Result<CommitId, Error> {
        Ok(match self {
            Self::Revision(revision) => repo.find_revision(revision)?,
            Self::Time(time) => repo.find_time(*time)?,
        })
    }
}

impl CommandExecutor {
    /// The tracker at the moment that is looked at: now, unless the context says otherwise.
    pub(super) fn snapshot<'r>(&self, repo: &'r Repo) -> Result<Snapshot<'r>, Error> {
        let Some(moment) = self.context.moment() else { return Ok(Snapshot::current(repo)?) };
        let commit = moment.commit(repo)?;
        let time = match moment {
            Moment::Time(time) => (*time).min(self.context.now()),
            Moment::Revision(_) => repo.time_of(commit)?,
        };
        Ok(Snapshot::at(repo, commit)?.into_past(time))
    }

    /// The time by which leases of `snapshot` are judged.
    pub(super) fn as_of(&self, snapshot: &Snapshot<'_>) -> Timestamp {
        snapshot.past().unwrap_or_else(|| self.context.now())
    }

    /// Fails if the past is looked at, which nothing can change.
    pub(super) fn check_present(&self) -> Result<(), Error> {
        if self.context.moment().is_some() { Err(Error::ReadOnlyPast) } else { Ok(()) }
    }
}
