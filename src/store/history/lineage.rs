//! What single commits build on, and the file of one issue along the history.

use std::cell::RefCell;

use gix::ObjectId;
use gix::objs::{CommitRefIter, Kind, TreeRefIter};

use super::Loader;
use crate::model::{IssueId, Timestamp};
use crate::store::{CommitId, Error, LoggedEvent, Repo, layout, object};

/// The history, a commit at a time.
pub(crate) struct Lineage<'r> {
    repo: &'r Repo,
    loader: RefCell<Loader<'r>>,
}

/// What a commit is and builds on.
pub(crate) struct Step {
    /// What it builds on; none where a shallow clone does not have it.
    pub(crate) parents: Option<Vec<CommitId>>,
    /// Its events, in order.
    pub(crate) events: Vec<LoggedEvent>,
    /// When it was made.
    pub(crate) made: Timestamp,
}

impl Step {
    /// Who made the commit, and when.
    pub(crate) fn maker(&self) -> (String, Timestamp) {
        self.events
            .first()
            .map_or_else(|| ("-".to_owned(), self.made), |event| (event.actor.clone(), event.timestamp))
    }
}

impl<'r> Lineage<'r> {
    /// The history in `repo`.
    pub(crate) fn new(repo: &'r Repo) -> Result<Self, Error> {
        Ok(Self { repo, loader: RefCell::new(Loader::new(repo)?) })
    }

    /// Reads a commit.
    pub(crate) fn step(&self, commit: CommitId) -> Result<Step, Error> {
        let mut loader = self.loader.borrow_mut();
        let read = loader.read(commit)?;
        let made = read.made();
        let parents = (!loader.is_cut(commit)).then_some(read.parents);
        Ok(Step { parents, events: read.events, made })
    }

    /// The file of an issue as of a commit, by its content; none if there is none. No more is read
    /// than leads to it.
    pub(crate) fn file(&self, commit: CommitId, issue: IssueId) -> Result<Option<ObjectId>, Error> {
        let damaged = |id: ObjectId| move |error: object::ReadError| self.damaged(error.reason(id));
        let data = object::read(self.repo, commit, Kind::Commit).map_err(damaged(commit))?;
        let hash = self.repo.git.object_hash();
        let tree = CommitRefIter::from_bytes(&data, hash).tree_id();
        let mut at = tree.map_err(|_| self.damaged(format!("commit {commit} is damaged")))?;
        for name in [layout::ISSUES.to_owned(), layout::shard(issue), layout::issue_file(issue)] {
            let data = object::read(self.repo, at, Kind::Tree).map_err(damaged(at))?;
            let mut entries = TreeRefIter::from_bytes(&data, hash).filter_map(Result::ok);
            match entries.find(|entry| entry.filename == name.as_bytes()) {
                Some(entry) => at = entry.oid.to_owned(),
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }

    /// The first of `parents`, which `commit` builds on, that has the same file of an issue.
    pub(crate) fn unchanged_in(
        &self,
        parents: &[CommitId],
        commit: CommitId,
        issue: IssueId,
    ) -> Result<Option<CommitId>, Error> {
        let file = self.file(commit, issue)?;
        for parent in parents {
            if self.file(*parent, issue)? == file {
                return Ok(Some(*parent));
            }
        }
        Ok(None)
    }

    fn damaged(&self, reason: String) -> Error {
        Error::NotATracker { name: self.repo.ref_name.clone(), reason }
    }
}
