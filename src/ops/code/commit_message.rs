//! Naming the issue that a commit is about, while the commit is made.

use std::path::Path;

use super::issue_of;
use crate::model::link::{self, Meant};
use crate::model::query::Filter;
use crate::model::{IssueId, State};
use crate::ops::{CommandExecutor, Error};
use crate::store::{Extent, Repo, Snapshot};
use crate::sync::code;

/// Longest commit message that is looked at, in bytes.
const MOST_BYTES: u64 = 16 << 20;

impl CommandExecutor {
    /// The issue that a commit made now is about: one that the acting agent holds.
    pub fn commit_issue(&self) -> Result<Meant, Error> {
        let repo = self.storage.open()?;
        if repo.replays_commits() {
            return Ok(Meant::Replayed);
        }
        if repo.try_tip()?.is_none() {
            return Ok(Meant::Nothing);
        }
        let branch = repo.current_branch();
        let named = match &branch {
            Some(branch) => issue_of(&repo, branch)?.map(|id| (branch.as_str(), id)),
            None => None,
        };
        let held = self.held(&repo)?;
        let worked: Vec<IssueId> =
            held.iter().filter(|(_, state)| *state == State::InProgress).map(|(id, _)| *id).collect();
        let held: Vec<IssueId> = held.into_iter().map(|(id, _)| id).collect();
        Ok(link::meant(&held, &worked, named))
    }

    /// Adds the trailer that names that issue to the commit message in `file`, unless the message
    /// names issues itself or says nothing. What was added, or why nothing was.
    pub fn name_in_commit(&self, file: &Path) -> Result<Meant, Error> {
        let meant = self.commit_issue()?;
        let Meant::Issue(id) = &meant else { return Ok(meant) };
        let repo = self.storage.open()?;
        let message = read(file)?;
        let mark = repo.comment_mark();
        if !link::says_anything(&message, &mark) || !link::named(&message).is_empty() {
            return Ok(Meant::Nothing);
        }
        let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        // git takes lines at the end that begin like comments for those that it wrote there itself.
        let comment = if link::ends_in_comments(&message, &mark) { None } else { link::no_comment(&message) };
        code::add_trailer(&repo, &file, (link::ABOUT, &id.to_string()), comment)?;
        Ok(meant)
    }

    /// The unfinished issues that the acting agent holds, most urgent first.
    fn held(&self, repo: &Repo) -> Result<Vec<(IssueId, State)>, Error> {
        let actor = self.acting(repo, None);
        let snapshot = Snapshot::current(repo)?;
        let reading = self.read_stored(&snapshot, Extent::All);
        let filter = Filter::key_value("assignee", actor.as_str())?;
        let ids = reading.select(&filter, |outline| outline.is_claimed && !outline.state.is_finished(), None);
        let tracker = reading.exactly(ids.iter().copied());
        let is_held = |id: &IssueId| {
            let issue = tracker.issues.get(id)?;
            issue.claim.as_ref().filter(|claim| claim.by == actor).map(|_| (*id, issue.state))
        };
        Ok(ids.iter().filter_map(is_held).collect())
    }
}

fn read(file: &Path) -> Result<String, Error> {
    let failed = |source| crate::store::Error::Io { action: "read", path: file.to_owned(), source };
    let length = std::fs::metadata(file).map_err(failed)?.len();
    if length > MOST_BYTES {
        return Err(failed(std::io::ErrorKind::FileTooLarge.into()).into());
    }
    Ok(String::from_utf8_lossy(&std::fs::read(file).map_err(failed)?).into_owned())
}
