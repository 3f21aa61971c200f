//! Starting work: a claim, and a branch to work on.

use std::path::{Path, PathBuf};

use super::{ABOUT, issue_of};
use crate::model::{IdPrefix, Issue, IssueId, Refusal, link};
use crate::ops::mutate::{Outcome, Reach};
use crate::ops::{CommandExecutor, Error};
use crate::store::{Repo, Scope, Snapshot, Storage, tidy_path};
use crate::sync::code;

/// What is to be started, and how.
#[derive(Clone, Debug)]
pub struct StartRequest {
    /// The issue.
    pub issue: IdPrefix,
    /// Seconds the claim lasts; as long as the project says where absent.
    pub ttl_secs: Option<u64>,
    /// The branch; one named after the issue where absent.
    pub branch: Option<String>,
    /// Where it is checked out.
    pub place: Place,
}

/// Where a branch is checked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the working tree that is there.
    Here,
    /// In a new one: in this folder, or beside the other one where absent.
    Worktree(Option<PathBuf>),
}

/// What was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// The branch.
    pub branch: String,
    /// Whether it was made for it.
    pub is_new: bool,
    /// The new working tree, if one was made. Absolute.
    pub worktree: Option<PathBuf>,
}

impl CommandExecutor {
    /// Claims an issue, unless whoever acts holds it already, and checks out a branch for it, which
    /// is made at the current commit if it is not there. Nothing is claimed where it can be told
    /// before that there will be no branch.
    pub fn start(&self, request: &StartRequest) -> Result<Outcome<Started>, Error> {
        self.check_present()?;
        let repo = self.storage.open()?;
        let snapshot = Snapshot::current(&repo)?;
        let id = snapshot.resolve(&request.issue)??;
        let tracker = snapshot.load(&Scope::Exactly(vec![id]));
        let issue = tracker.issue(id)?;
        let started = plan(&repo, &snapshot, issue, request)?;
        let actor = self.acting(&repo, None);
        let is_held = issue.claim.as_ref().is_some_and(|claim| claim.by == actor);
        let prefix = IdPrefix::of(id);
        let outcome = if is_held {
            self.mutate(None, &[prefix], Reach::Named, |_, _| Ok(()))?
        } else {
            self.claim(&prefix, None, request.ttl_secs)?
        };
        let made = match &started.worktree {
            Some(dir) => code::add_worktree(&repo, dir, &started.branch, started.is_new),
            None => code::switch(&repo, &started.branch, started.is_new),
        };
        if let Err(error) = made {
            if is_checked_out(&repo, &started) {
                self.warn(vec![format!("the branch is checked out, but git ended with a failure: {error}")]);
            } else {
                if outcome.changed {
                    self.warn(vec![not_started(id)]);
                }
                return Err(error.into());
            }
        }
        // A branch of another name is about it all the same.
        if issue_of(&repo, &started.branch)? != Some(id) {
            let noted = code::note_branch(&repo, &started.branch, ABOUT, &id.to_string());
            noted.unwrap_or_else(|error| self.warn(vec![format!("the branch is not noted: {error}")]));
        }
        Ok(outcome.map(|()| started))
    }
}

/// Whether the branch is checked out where it was to be: a hook that runs after that may fail.
fn is_checked_out(repo: &Repo, started: &Started) -> bool {
    let branch = match &started.worktree {
        None => repo.current_branch(),
        Some(dir) => Storage::new(dir).open().ok().and_then(|repo| repo.current_branch()),
    };
    branch.as_ref() == Some(&started.branch)
}

fn not_started(id: IssueId) -> String {
    let short = id.short();
    format!(
        "{short} is claimed all the same; 'jit start {short}' tries again, 'jit release {short}' gives it up"
    )
}

/// What is to be made, as far as it can be told that it can.
fn plan(
    repo: &Repo,
    snapshot: &Snapshot<'_>,
    issue: &Issue,
    request: &StartRequest,
) -> Result<Started, Error> {
    let branch = match &request.branch {
        Some(branch) if repo.may_name_branch(branch) => branch.clone(),
        Some(branch) => {
            return Err(Refusal::invalid("branch", format!("{branch:?} is no name of one")).into());
        }
        None => usual_branch(repo, snapshot, issue)?,
    };
    let is_new = !repo.branches()?.iter().any(|known| known.reference == format!("refs/heads/{branch}"));
    let worktree = match &request.place {
        Place::Here if repo.is_bare() => {
            let reason = "a bare repository has none; --worktree DIR makes one";
            return Err(Refusal::invalid("working tree", reason).into());
        }
        Place::Here => None,
        Place::Worktree(dir) => Some(free_dir(repo, dir.as_deref(), &branch)?),
    };
    Ok(Started { branch, is_new, worktree })
}

/// The branch that is named after the issue, if there is one, else a name for it.
fn usual_branch(repo: &Repo, snapshot: &Snapshot<'_>, issue: &Issue) -> Result<String, Error> {
    let names = |branch: &str| link::in_branch(branch).iter().any(|prefix| prefix.matches(issue.id));
    let branches = repo.branches()?;
    let mut local = branches.iter().filter(|branch| branch.reference.starts_with("refs/heads/"));
    if let Some(branch) = local.find(|branch| names(branch.name())) {
        return Ok(branch.name().to_owned());
    }
    // So many digits that it names no other issue.
    for digits in [8, 12, 16] {
        let prefix: String = issue.id.digits().chars().take(digits).collect();
        if snapshot.resolve(&IdPrefix::parse(&prefix)?)?.is_ok() {
            return Ok(link::branch_name(issue, digits));
        }
    }
    Ok(link::branch_name(issue, 32))
}

/// The folder for a new working tree, in which there must not be anything yet.
fn free_dir(repo: &Repo, asked: Option<&Path>, branch: &str) -> Result<PathBuf, Error> {
    let top = repo.work_dir();
    let top = top.canonicalize().unwrap_or(top);
    let beside = || {
        let name = top.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("{}-{}", name.trim_end_matches(".git"), branch.replace('/', "-"));
        top.parent().unwrap_or(&top).join(name)
    };
    let dir = asked.map_or_else(beside, Path::to_owned);
    let dir = tidy_path(&dir);
    let is_free = match std::fs::read_dir(&dir) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    };
    if is_free {
        return Ok(dir);
    }
    let reason = format!("{} is there already; name another folder", dir.display());
    Err(Refusal::invalid("worktree", reason).into())
}
