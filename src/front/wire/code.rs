//! Where the tracker meets the code, as JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::IssueObject;
use super::fixed::{Id, Time};
use crate::model::link::Meant;
use crate::model::{IssueId, Tracker};
use crate::ops::{
    self, Closed, Fate, HookChange, HookState, LinkedBranch, LinkedCommit, Links, Outcome, Started,
};

/// A commit that names an issue.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "linked_commit")]
struct CommitObject<'a> {
    /// The commit.
    id: String,
    /// When it was made.
    #[schemars(with = "String")]
    at: Time,
    /// The name of who wrote it.
    author: &'a str,
    /// The first line of its message.
    subject: &'a str,
    /// Whether it finishes the issue once it is on the main branch.
    closes: bool,
}

/// A branch that is named after an issue.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "linked_branch")]
struct BranchObject<'a> {
    /// Its name, with the remote's where it is there.
    name: &'a str,
    /// The commit that it is at.
    commit: String,
}

/// An issue and the code that is about it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "shown_issue")]
pub(crate) struct ShownIssue<'a> {
    #[serde(flatten)]
    issue: IssueObject<'a>,
    /// The commits that name it, newest first: on any branch here, or at a remote as it last was.
    commits: Vec<CommitObject<'a>>,
    /// The branches that are named after it.
    branches: Vec<BranchObject<'a>>,
}

impl<'a> ShownIssue<'a> {
    /// Describes an issue of `tracker`, if it is there.
    pub(crate) fn new(tracker: &'a Tracker, id: IssueId, links: Option<&'a Links>) -> Option<Self> {
        let commit = |commit: &'a LinkedCommit| CommitObject {
            id: commit.id.to_string(),
            at: Time(commit.at),
            author: &commit.author,
            subject: &commit.subject,
            closes: commit.closes,
        };
        let branch =
            |branch: &'a LinkedBranch| BranchObject { name: &branch.name, commit: branch.tip.to_string() };
        Some(Self {
            issue: IssueObject::new(tracker, tracker.issues.get(&id)?),
            commits: links.into_iter().flat_map(|links| links.commits.iter().map(commit)).collect(),
            branches: links.into_iter().flat_map(|links| links.branches.iter().map(branch)).collect(),
        })
    }
}

#[cfg(feature = "mcp")]
impl<'a> ShownIssue<'a> {
    /// The first issue of a listing.
    pub(crate) fn first(
        listing: &'a ops::Listing,
        links: &'a std::collections::BTreeMap<IssueId, Links>,
    ) -> Option<Self> {
        let id = listing.ids.first()?;
        Self::new(&listing.tracker, *id, links.get(id))
    }
}

/// Issues and the code that is about them.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "shown_issue_list")]
pub(crate) struct ShownIssueList<'a> {
    /// The issues, as they were asked for.
    issues: Vec<ShownIssue<'a>>,
    /// How many.
    count: usize,
}

impl<'a> ShownIssueList<'a> {
    /// A list of what is described.
    pub(crate) fn new(issues: Vec<ShownIssue<'a>>) -> Self {
        Self { count: issues.len(), issues }
    }
}

/// Work that was started.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "started")]
pub(crate) struct StartedObject<'a> {
    /// The issue, which is claimed now.
    issue: Option<IssueObject<'a>>,
    /// The branch that is checked out for it.
    branch: &'a str,
    /// Whether the branch was made for it.
    branch_created: bool,
    /// The working tree that was made for it; null where the branch is checked out in the one that
    /// was there.
    worktree: Option<String>,
}

impl<'a> StartedObject<'a> {
    /// Describes what was started.
    pub(crate) fn new(outcome: &'a Outcome<Started>) -> Self {
        let issue = outcome.issues().next().map(|issue| IssueObject::new(&outcome.tracker, issue));
        let Started { branch, is_new, worktree } = &outcome.value;
        let worktree = worktree.as_ref().map(|dir| dir.display().to_string());
        Self { issue, branch, branch_created: *is_new, worktree }
    }
}

/// An issue that a merged commit finishes.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "closed_issue")]
struct ClosedIssue<'a> {
    /// The issue.
    #[schemars(with = "String")]
    issue_id: Id,
    /// Its title.
    title: &'a str,
    /// The commit that finishes it.
    commit: String,
    /// What became of it: `done`, `gated` because gates are pending, or `refused`.
    #[schemars(extend("enum" = ["done", "gated", "refused"]))]
    result: &'static str,
    /// What keeps it from being finished, if it was refused.
    reason: Option<String>,
}

/// The issues that merged commits finish.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "close_merged")]
pub(crate) struct ClosedObject<'a> {
    /// The branch that was looked at.
    branch: &'a str,
    /// Whether it is only told what would be done.
    dry_run: bool,
    /// The issues that were not finished yet, oldest commit first.
    issues: Vec<ClosedIssue<'a>>,
    /// How many.
    count: usize,
}

impl<'a> ClosedObject<'a> {
    /// Describes what was closed.
    pub(crate) fn new(closed: &'a Closed, dry_run: bool) -> Self {
        let issue = |one: &ops::ClosedIssue| {
            let (result, reason) = match &one.fate {
                Fate::Done => ("done", None),
                Fate::Gated => ("gated", None),
                Fate::Refused(refusal) => ("refused", Some(refusal.to_string())),
            };
            let title = closed.tracker.issues.get(&one.issue).map_or("", |issue| issue.title.as_str());
            ClosedIssue { issue_id: one.issue.into(), title, commit: one.commit.to_string(), result, reason }
        };
        let issues: Vec<ClosedIssue<'_>> = closed.issues.iter().map(issue).collect();
        Self { branch: &closed.branch, dry_run, count: issues.len(), issues }
    }
}

/// Why a commit names no issue that is made again.
pub(crate) const REPLAYED: &str = "a rebase, a merge or the like is in progress";

/// The hook that names issues in commits.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "hook")]
pub(crate) struct HookObject {
    /// The file of the hook.
    path: String,
    /// Whether it names issues in commits.
    installed: bool,
    /// Whether the hook does something besides, of another tool or of your own.
    has_others: bool,
    /// Whether the command changed anything.
    changed: bool,
    /// The issue that a commit made now would name.
    issue_id: Option<String>,
    /// Why none is named, where you hold several, the branch is about another, or commits that were
    /// made before are made again.
    unclear: Option<String>,
}

impl HookObject {
    /// Describes the hook, and what a commit is about.
    pub(crate) fn new(state: &HookState, meant: &Meant) -> Self {
        let (issue_id, unclear) = match meant {
            Meant::Issue(id) => (Some(id.to_string()), None),
            Meant::Nothing => (None, None),
            Meant::Replayed => (None, Some(REPLAYED.to_owned())),
            Meant::Unclear(why) => (None, Some(why.clone())),
        };
        let path = state.path.display().to_string();
        let (installed, has_others) = (state.is_installed, state.has_others);
        Self { path, installed, has_others, changed: false, issue_id, unclear }
    }

    /// Describes the hook after it was changed.
    pub(crate) fn changed(change: &HookChange, meant: &Meant) -> Self {
        Self { changed: change.changed, ..Self::new(&change.state, meant) }
    }
}
