//! The user's own branches and commits, as far as they name issues. Nothing here writes.

mod walk;

use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::bstr::ByteSlice;

pub(crate) use walk::{CodeCommit, Walked};

use super::{Error, Repo};

/// Branches of the clone, and what the remotes last had.
const BRANCHES: [&str; 2] = ["refs/heads/", "refs/remotes/"];

/// A branch of the user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Branch {
    /// Its full name.
    pub(crate) reference: String,
    /// The commit that it is at.
    pub(crate) tip: ObjectId,
}

impl Branch {
    /// Its name as people write it, with the remote's where it is there.
    pub(crate) fn name(&self) -> &str {
        let short = BRANCHES.iter().find_map(|prefix| self.reference.strip_prefix(prefix));
        short.unwrap_or(&self.reference)
    }

    /// Whether it is called so, here or at one of `remotes`.
    fn is_named(&self, name: &str, remotes: &[String]) -> bool {
        let is_at = |remote: &String| self.reference == format!("{}{remote}/{name}", BRANCHES[1]);
        self.name() == name || remotes.iter().any(is_at)
    }
}

impl Repo {
    /// The user's branches, and those of remotes as they last were, by name; without the tracker's
    /// own.
    pub(crate) fn branches(&self) -> Result<Vec<Branch>, Error> {
        let platform = self.git.references().map_err(Error::git)?;
        let mut branches = Vec::new();
        for prefix in BRANCHES {
            for reference in platform.prefixed(prefix).map_err(Error::git)?.flatten() {
                // What only points to another one is that one.
                let Some(tip) = reference.try_id().map(gix::Id::detach) else { continue };
                let reference = reference.name().as_bstr().to_str_lossy().into_owned();
                if reference != self.ref_name {
                    branches.push(Branch { reference, tip });
                }
            }
        }
        Ok(branches)
    }

    /// The commits that tags are at.
    pub(crate) fn tagged(&self) -> Result<Vec<ObjectId>, Error> {
        let platform = self.git.references().map_err(Error::git)?;
        let tags = platform.prefixed("refs/tags/").map_err(Error::git)?.flatten();
        let commit = |mut tag: gix::Reference<'_>| {
            let id = tag.peel_to_id().ok()?.detach();
            let is_commit =
                self.git.find_header(id).is_ok_and(|header| header.kind() == gix::objs::Kind::Commit);
            is_commit.then_some(id)
        };
        Ok(tags.filter_map(commit).collect())
    }

    /// The branch that is checked out here, as people write it, whether or not it has a commit
    /// yet; none where no branch is.
    pub(crate) fn current_branch(&self) -> Option<String> {
        let head = self.git.head_name().ok()??;
        let name = head.as_bstr().to_str_lossy().into_owned();
        name.strip_prefix(BRANCHES[0]).map(str::to_owned)
    }

    /// The commit that is checked out here, if there is one.
    pub(crate) fn head_commit(&self) -> Option<ObjectId> {
        self.git.head_id().ok().map(gix::Id::detach)
    }

    /// The name of the branch that others' work comes together on: what the first remote says it
    /// is, else `main` or `master`, whichever there is.
    pub(crate) fn main_branch(&self) -> Option<String> {
        let remote = self.first_remote().and_then(|remote| {
            let prefix = format!("{}{remote}/", BRANCHES[1]);
            let head = self.git.try_find_reference(format!("{prefix}HEAD").as_str()).ok()??;
            let target = head.target().try_name()?.as_bstr().to_str_lossy().into_owned();
            target.strip_prefix(&prefix).map(str::to_owned)
        });
        let usual = || {
            let (branches, remotes) = (self.branches().ok()?, self.remote_names());
            let is_there = |name: &&str| branches.iter().any(|branch| branch.is_named(name, &remotes));
            ["main", "master"].into_iter().find(is_there).map(str::to_owned)
        };
        remote.or_else(usual)
    }

    /// The commits that a branch is at: here, and at the remotes as they last were. `HEAD` and the
    /// full names of references do too.
    pub(crate) fn branch_tips(&self, name: &str) -> Result<Vec<ObjectId>, Error> {
        if name == "HEAD" {
            return Ok(self.head_commit().into_iter().collect());
        }
        if name.starts_with("refs/") {
            let reference = self.git.try_find_reference(name).map_err(Error::git)?;
            let peeled = reference.map(|mut reference| reference.peel_to_id().map(gix::Id::detach));
            return Ok(peeled.transpose().map_err(Error::git)?.into_iter().collect());
        }
        let (branches, remotes) = (self.branches()?, self.remote_names());
        let named = branches.iter().filter(|branch| branch.is_named(name, &remotes));
        Ok(named.map(|branch| branch.tip).collect())
    }

    /// Whether a branch may have this name.
    pub(crate) fn may_name_branch(&self, name: &str) -> bool {
        let full = format!("{}{name}", BRANCHES[0]);
        !name.starts_with('-')
            && name != "HEAD"
            && full != self.ref_name
            && gix::validate::reference::name(full.as_str().into()).is_ok()
    }

    /// Whether commits are being made that are none of new work: a merge, a rebase, or commits
    /// picked from elsewhere.
    pub(crate) fn replays_commits(&self) -> bool {
        use gix::state::InProgress;
        !matches!(
            self.git.state(),
            None | Some(InProgress::Bisect | InProgress::Revert | InProgress::RevertSequence)
        )
    }

    /// What git's configuration says of a branch.
    pub(crate) fn branch_note(&self, branch: &str, variable: &str) -> Option<String> {
        let config = self.git.config_snapshot();
        let value = config.string(format!("branch.{branch}.{variable}").as_str())?;
        value.to_str().ok().map(str::to_owned)
    }

    /// What begins a comment in a commit message.
    pub(crate) fn comment_mark(&self) -> String {
        let config = self.git.config_snapshot();
        let marks = ["core.commentString", "core.commentChar"].into_iter();
        let set = marks.filter_map(|key| config.string(key)).find(|mark| !mark.is_empty() && *mark != "auto");
        set.map_or_else(|| "#".to_owned(), |mark| mark.to_str_lossy().into_owned())
    }

    /// The folder that git looks for hooks in. It need not exist.
    pub(crate) fn hooks_dir(&self) -> Result<PathBuf, Error> {
        let set = self.git.config_snapshot().trusted_path("core.hooksPath").map_err(Error::git)?;
        match set.filter(|path| !path.as_os_str().is_empty()) {
            // git runs hooks at the top of the working tree.
            Some(path) => Ok(self.absolute(&path)),
            None => Ok(self.absolute(&self.common_dir().join("hooks"))),
        }
    }

    /// Whether a path is in the repository: in one of its git directories, or in the working tree here
    /// or the first one.
    pub(crate) fn owns(&self, path: &Path) -> bool {
        let common = self.absolute(self.common_dir());
        let first = common.parent().filter(|_| common.ends_with(".git")).map(Path::to_owned);
        let here = [self.absolute(&self.work_dir()), self.absolute(self.git.git_dir()), common.clone()];
        here.iter().chain(&first).any(|own| path.starts_with(own))
    }

    fn absolute(&self, path: &Path) -> PathBuf {
        let top = self.work_dir();
        tidy_path(&if path.is_absolute() { path.to_owned() } else { top.join(path) })
    }
}

/// An absolute path without detours, whether or not anything is there.
pub(crate) fn tidy_path(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let beside = || Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?));
    path.canonicalize().ok().or_else(beside).unwrap_or(path)
}
