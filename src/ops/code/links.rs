//! The commits and branches that are about an issue.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::model::{IssueId, Timestamp, Tracker, link};
use crate::ops::{CommandExecutor, Error};
use crate::store::{CodeCommit, CommitId, Repo, Walked};

/// Clocks differ, and commits have whole seconds: an issue's first commit may seem to be older
/// than it.
const SLACK: TimeDelta = TimeDelta::days(1);

/// So many commits are looked at for the links of issues: half of a tenth of a second.
const MOST_LOOKED_AT: usize = 2000;

/// A commit that names an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedCommit {
    /// The commit.
    pub id: CommitId,
    /// When it was made.
    pub at: Timestamp,
    /// The name of who wrote it.
    pub author: String,
    /// The first line of its message.
    pub subject: String,
    /// Whether it finishes the issue once it is merged.
    pub closes: bool,
}

/// A branch that is named after an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedBranch {
    /// Its name, with the remote's where it is there.
    pub name: String,
    /// The commit that it is at.
    pub tip: CommitId,
}

/// The code that is about an issue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Commits on any branch or tag, newest first.
    pub commits: Vec<LinkedCommit>,
    /// Branches, by name.
    pub branches: Vec<LinkedBranch>,
}

impl CommandExecutor {
    /// The code that is about `ids`, issues of `tracker`: what is on branches and tags here, and on branches of
    /// remotes as they last were. None, if the past is looked at. What goes wrong is told as a
    /// warning, since the issues are there all the same.
    pub fn links(&self, tracker: &Tracker, ids: &[IssueId]) -> BTreeMap<IssueId, Links> {
        if self.context.moment().is_some() {
            return BTreeMap::new();
        }
        self.find_links(tracker, ids).unwrap_or_else(|error| {
            self.warn(vec![format!("commits and branches are left out: {error}")]);
            BTreeMap::new()
        })
    }

    fn find_links(&self, tracker: &Tracker, ids: &[IssueId]) -> Result<BTreeMap<IssueId, Links>, Error> {
        let repo = self.storage.open()?;
        let mut links: BTreeMap<IssueId, Links> = BTreeMap::new();
        let created = ids.iter().filter_map(|id| tracker.issues.get(id)).map(|issue| issue.created.at);
        let Some(since) = created.min().and_then(|at| at.checked_sub_signed(SLACK)) else {
            return Ok(links);
        };
        let branches = repo.branches()?;
        for branch in &branches {
            let named = link::in_branch(branch.name());
            for id in ids.iter().filter(|id| named.iter().any(|prefix| prefix.matches(**id))) {
                let branch = LinkedBranch { name: branch.name().to_owned(), tip: branch.tip };
                links.entry(*id).or_default().branches.push(branch);
            }
        }
        let tips = branches.iter().map(|branch| branch.tip).chain(repo.head_commit()).chain(repo.tagged()?);
        // In a shallow clone, those that are there: nobody misses what is older.
        let walked = repo.walk_code(tips, since, MOST_LOOKED_AT, |commit| {
            let named = link::named(&commit.message);
            for id in ids {
                let mut about = named.iter().filter(|named| named.issue.matches(*id)).peekable();
                if about.peek().is_some() {
                    let closes = about.any(|named| named.closes);
                    links.entry(*id).or_default().commits.push(linked(&commit, closes));
                }
            }
        })?;
        if walked == Walked::Stopped {
            self.warn(vec![format!(
                "only the newest {MOST_LOOKED_AT} commits were looked at; 'git log --all --grep=Jit-Issue' finds older ones"
            )]);
        }
        Ok(links)
    }
}

fn linked(commit: &CodeCommit, closes: bool) -> LinkedCommit {
    let subject = commit.message.lines().next().unwrap_or_default().trim().to_owned();
    let CodeCommit { id, at, author, .. } = commit;
    LinkedCommit { id: *id, at: *at, author: author.clone(), subject, closes }
}

/// A commit that finishes issues, and those.
pub(super) struct ClosingCommit {
    pub(super) commit: LinkedCommit,
    pub(super) named: Vec<link::Named>,
}

/// The commits on `tips` made since which finish issues, newest first.
pub(super) fn closing(
    repo: &Repo,
    tips: Vec<CommitId>,
    since: Timestamp,
) -> Result<(Vec<ClosingCommit>, Walked), Error> {
    let since = since.checked_sub_signed(SLACK).unwrap_or(since);
    let mut found = Vec::new();
    let walked = repo.walk_code(tips, since, usize::MAX, |commit| {
        let mut named = link::named(&commit.message);
        named.retain(|named| named.closes);
        if !named.is_empty() {
            found.push(ClosingCommit { commit: linked(&commit, true), named });
        }
    })?;
    Ok((found, walked))
}
