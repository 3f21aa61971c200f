//! Of what kind the repository is, and what belongs to the tracker in its directory.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::store::{CommitId, Error, Repo, layout};

impl Repo {
    /// Whether it has no working tree.
    pub(crate) fn is_bare(&self) -> bool {
        self.git.workdir().is_none()
    }

    /// Whether its history was cut off somewhere.
    pub(crate) fn is_shallow(&self) -> bool {
        self.git.is_shallow().unwrap_or_default()
    }

    /// The remote that objects were left out for, if any were.
    pub(crate) fn promisor(&self) -> Option<String> {
        self.partial_clone_remote()
    }

    /// Whether what a mutation writes to may be written.
    pub(crate) fn is_writable(&self) -> bool {
        let dirs = [self.common_dir(), self.git.objects.store_ref().path()];
        dirs.into_iter().all(|dir| nix::unistd::access(dir, nix::unistd::AccessFlags::W_OK).is_ok())
    }

    fn log_path(&self) -> PathBuf {
        self.common_dir().join("logs").join(&self.ref_name)
    }

    /// Whether the moves of the tracker's reference are logged, also those that git makes.
    pub(crate) fn has_log(&self) -> bool {
        self.log_path().is_file()
    }

    /// Repairs a log that is missing: from now on every move is logged.
    pub(crate) fn create_log(&self) -> Result<(), Error> {
        let path = self.log_path();
        self.create_dirs(path.parent().expect("a log is in a directory"))?;
        File::options().append(true).create(true).open(&path).map_err(Error::io("create", &path))?;
        self.sharing.apply(&path);
        Ok(())
    }

    /// Whether the last move in the log led to `tip`.
    pub(crate) fn log_ends_at(&self, tip: CommitId) -> bool {
        let log = fs::read(self.log_path()).unwrap_or_default();
        let last = log.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        last.split(|byte| *byte == b' ').nth(1) == Some(tip.to_string().as_bytes())
    }

    /// How many moves the log has, and its size in bytes.
    pub(crate) fn log_size(&self) -> (usize, u64) {
        let log = fs::read(self.log_path()).unwrap_or_default();
        (log.split_inclusive(|byte| *byte == b'\n').count(), log.len() as u64)
    }

    /// What git noted when its last gc failed.
    pub(crate) fn gc_complaint(&self) -> Option<String> {
        let log = fs::read_to_string(self.common_dir().join("gc.log")).ok()?;
        log.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
    }

    /// Whether the note of this clone's id was made for another folder, of which this one is
    /// a copy.
    pub(crate) fn is_copied_clone(&self) -> bool {
        self.common_dir().join(layout::PRIVATE_DIR).join("clone").exists() && self.known_clone_id().is_none()
    }

    /// Files and directories of the tracker that lack permissions which the others of a
    /// shared repository need.
    pub(crate) fn unshared(&self) -> Vec<PathBuf> {
        let private = self.common_dir().join(layout::PRIVATE_DIR);
        let reference = self.common_dir().join(&self.ref_name);
        let mut paths = vec![self.log_path(), private.clone()];
        paths.extend(reference.parent().map(Path::to_owned));
        paths.push(reference);
        let mut dirs = vec![private];
        while let Some(dir) = dirs.pop() {
            for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
                dirs.extend(entry.file_type().is_ok_and(|kind| kind.is_dir()).then(|| entry.path()));
                paths.push(entry.path());
            }
        }
        paths.retain(|path| self.sharing.lacks(path));
        paths
    }

    /// Gives files and directories the permissions that the others need; those that could
    /// not be given them.
    pub(crate) fn share(&self, paths: &[PathBuf]) -> Vec<PathBuf> {
        for path in paths {
            self.sharing.apply(path);
        }
        paths.iter().filter(|path| self.sharing.lacks(path)).cloned().collect()
    }
}
