//! Finding the file that somebody wants to attach in the repository's own history.

use gix::ObjectId;
use gix::bstr::BStr;
use gix::objs::Kind;
use gix::objs::tree::EntryKind;

use super::{Error, Repo, object};
use crate::model::{Attachment, Refusal};

/// The commit that is meant where none is named.
const USUAL: &str = "HEAD";
/// Digits of a commit's id that people are shown.
const DIGITS: usize = 10;

impl Repo {
    /// The file that `spec` names, as `path` or `path@revision`; the path is seen from where the
    /// command runs. It must be in that commit.
    pub(crate) fn find_file(&self, spec: &str) -> Result<Result<Attachment, Refusal>, Error> {
        let refused = |reason: String| Ok(Err(Refusal::invalid("attachment", reason)));
        // A path may have an `@` in it, and so may a revision: the first reading that finds a file
        // is meant.
        let with_revision = spec.match_indices('@').map(|(at, _)| (&spec[..at], &spec[at + 1..]));
        let readings: Vec<(&str, &str)> = std::iter::once((spec, USUAL)).chain(with_revision).collect();
        let mut reason = None;
        for (path, revision) in
            readings.iter().filter(|(path, revision)| !path.is_empty() && !revision.is_empty())
        {
            match self.file_at(path, revision)? {
                Ok(attachment) => return Ok(Ok(attachment)),
                // What is said of the last reading is the best: it is what most people mean.
                Err(why) => reason = Some(why),
            }
        }
        refused(reason.unwrap_or_else(|| format!("{spec:?} names no file")))
    }

    /// Whether the commit of this id is here.
    pub(crate) fn has_commit(&self, id: &str) -> bool {
        let id = ObjectId::from_hex(id.as_bytes());
        id.is_ok_and(|id| object::read(self, id, Kind::Commit).is_ok())
    }

    /// `path@revision` with the whole id of the commit, and the path seen from the top.
    pub(crate) fn with_commit(&self, spec: &str) -> Option<String> {
        let (path, revision) = spec.rsplit_once('@')?;
        let id = self.git.rev_parse_single(BStr::new(revision)).ok()?;
        let commit = id.object().ok()?.peel_to_commit().ok()?;
        Some(format!("{}@{}", self.path_from_top(path)?, commit.id))
    }

    fn file_at(&self, path: &str, revision: &str) -> Result<Result<Attachment, String>, Error> {
        let Some(path) = self.path_from_top(path) else {
            return Ok(Err(format!("{path:?} is not in this repository")));
        };
        let commit = self.git.rev_parse_single(BStr::new(revision)).ok();
        let commit = commit.and_then(|id| id.object().ok()?.peel_to_commit().ok());
        let Some(commit) = commit else { return Ok(Err(format!("there is no commit {revision:?}"))) };
        let id = commit.id;
        let tree = commit.tree().map_err(Error::git)?;
        let entry = tree.lookup_entry_by_path(&path).map_err(Error::git)?;
        let name = format!("{} ({revision})", id.to_hex_with_len(DIGITS));
        Ok(match entry.map(|entry| entry.mode().kind()) {
            Some(EntryKind::Blob | EntryKind::BlobExecutable) => Attachment::new(path, id.to_string())
                .map_err(|refusal| match refusal {
                    Refusal::Invalid { reason, .. } => reason,
                    other => other.to_string(),
                }),
            Some(_) => Err(format!("{path:?} is not a file in commit {name}")),
            None => Err(format!("{path:?} is not in commit {name}")),
        })
    }

    /// A path as it is seen from the top of the working tree; none if it leads out of it.
    pub(crate) fn path_from_top(&self, path: &str) -> Option<String> {
        let prefix = self.git.prefix().ok().flatten().unwrap_or(std::path::Path::new(""));
        let path = match (self.git.workdir(), path.starts_with('/')) {
            (Some(top), true) => {
                let top = top.canonicalize().ok()?;
                std::path::Path::new(path).strip_prefix(top).ok()?.to_owned()
            }
            _ => prefix.join(path),
        };
        let mut parts: Vec<&str> = Vec::new();
        for part in path.to_str()?.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()?),
                part => parts.push(part),
            }
        }
        let path = parts.join("/");
        (!path.is_empty()).then_some(path)
    }
}
