//! What this clone notes for itself beside the locks. All of it may be lost at any time
//! without harm to the tracker: it makes repairs prompt and saves questions.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::{Error, Repo, layout, regular};
use crate::model::refusal::rfc3339;
use crate::model::{IssueId, Timestamp};

/// Issues that this clone has claimed at a remote, an empty file each, until both sides
/// agree that the claim is over.
const CLAIMED: &str = "claimed";
/// When each remote was last asked, a file each.
const FETCHED: &str = "fetched";
/// What ends the name of the file for the tracker alone: no name of a remote does, since a `%`
/// in it is followed by digits.
const TRACKER_ONLY: &str = "%tracker";

impl Repo {
    /// Tells this clone from every other. A copy of the folder is another clone: the id is
    /// void where the directory is not the one it was made for.
    pub(crate) fn clone_id(&self, fresh: impl FnOnce() -> Uuid) -> Result<Uuid, Error> {
        let path = self.private("clone");
        let here = identity_of(self.common_dir())?;
        if let Some(id) = regular::read_text(&path).ok().and_then(|text| known_clone(&text, &here)) {
            return Ok(id);
        }
        let id = fresh();
        let temporary = path.with_extension(format!("{id}"));
        regular::write_new(&temporary, format!("{id} {here}\n").as_bytes())
            .map_err(Error::io("write", &temporary))?;
        regular::rename(&temporary, &path).map_err(Error::io("write", &path))?;
        Ok(id)
    }

    /// The id of this clone, if it ever needed one.
    pub(crate) fn known_clone_id(&self) -> Option<Uuid> {
        let text = regular::read_text(&self.private("clone")).ok()?;
        known_clone(&text, &identity_of(self.common_dir()).ok()?)
    }
}

fn known_clone(text: &str, here: &str) -> Option<Uuid> {
    let (id, place) = text.trim().split_once(' ')?;
    (place == here).then(|| id.parse().ok())?
}

fn identity_of(dir: &Path) -> Result<String, Error> {
    use std::os::unix::fs::MetadataExt;
    let meta = fs::metadata(dir).map_err(Error::io("read", dir))?;
    Ok(format!("{}:{}", meta.dev(), meta.ino()))
}

impl Repo {
    fn private(&self, name: &str) -> PathBuf {
        self.common_dir().join(layout::PRIVATE_DIR).join(name)
    }

    /// Notes that this clone is about to claim `issue` at a remote.
    pub(crate) fn note_claimed(&self, issue: IssueId) -> Result<(), Error> {
        let path = self.private(CLAIMED).join(issue.to_string());
        self.create_dirs(&self.private(CLAIMED))?;
        if path.symlink_metadata().is_err() {
            regular::write_new(&path, b"").map_err(Error::io("write", &path))?;
        }
        self.sharing.apply(&path);
        Ok(())
    }

    /// Forgets that this clone has claimed `issue`.
    pub(crate) fn forget_claimed(&self, issue: IssueId) {
        // A note too many only means that the issue is looked at again.
        fs::remove_file(self.private(CLAIMED).join(issue.to_string())).unwrap_or_default();
    }

    /// The issues that this clone has claimed at a remote.
    pub(crate) fn claimed(&self) -> BTreeSet<IssueId> {
        let entries = fs::read_dir(self.private(CLAIMED)).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
    }

    /// Notes that `remote` was asked for all that it has, or for its tracker alone.
    pub(crate) fn note_fetch(&self, remote: &str, all: bool, now: Timestamp) -> Result<(), Error> {
        let dir = self.private(FETCHED);
        self.create_dirs(&dir)?;
        let path = dir.join(file_name(remote) + if all { "" } else { TRACKER_ONLY });
        // Nobody else writes one while this process has the turn at the remote; what a killed one
        // left is in the way.
        let temporary = self.private(&format!("{FETCHED}.{}", std::process::id()));
        fs::remove_file(&temporary).unwrap_or_default();
        regular::write_new(&temporary, rfc3339(&now).as_bytes()).map_err(Error::io("write", &temporary))?;
        regular::rename(&temporary, &path).map_err(Error::io("write", &path))?;
        self.sharing.apply(&path);
        Ok(())
    }

    /// When `remote` was last asked for all that it has, if known.
    pub(crate) fn last_fetch(&self, remote: &str) -> Option<Timestamp> {
        self.noted_time(&file_name(remote))
    }

    /// When `remote` was last asked for its tracker, with or without the rest, if known.
    pub(crate) fn last_fetch_of_tracker(&self, remote: &str) -> Option<Timestamp> {
        self.last_fetch(remote).max(self.noted_time(&(file_name(remote) + TRACKER_ONLY)))
    }

    fn noted_time(&self, name: &str) -> Option<Timestamp> {
        regular::read_text(&self.private(FETCHED).join(name)).ok()?.trim().parse().ok()
    }
}

/// A remote's name may have slashes.
fn file_name(remote: &str) -> String {
    remote.replace('%', "%25").replace('/', "%2F")
}
