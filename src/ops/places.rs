//! Where things are, for those who keep something of their own beside a tracker.

use std::path::PathBuf;

use uuid::Uuid;

use super::{CommandExecutor, Error};

/// Where a repository is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// The top of the working tree, or the git directory of a bare repository. Absolute.
    pub work_dir: PathBuf,
    /// What this clone keeps for itself, shared by its working trees. Absolute; it need not
    /// exist yet.
    pub private_dir: PathBuf,
    /// The remote that the tracker is shared with, if it is shared.
    pub shared_with: Option<String>,
    /// A remote that it could be shared with.
    pub first_remote: Option<String>,
    /// What claims of this clone carry, if it ever made one where the tracker is shared.
    pub clone_id: Option<Uuid>,
}

impl CommandExecutor {
    /// Where the repository is, and whom the tracker is shared with.
    pub fn places(&self) -> Result<Places, Error> {
        let repo = self.storage.open()?;
        let work_dir = repo.work_dir();
        Ok(Places {
            work_dir: work_dir.canonicalize().unwrap_or(work_dir),
            private_dir: repo.private_dir(),
            shared_with: repo.shared_remote()?.map(|remote| remote.name),
            first_remote: repo.first_remote(),
            clone_id: repo.known_clone_id(),
        })
    }
}
