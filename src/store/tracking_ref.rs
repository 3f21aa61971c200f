//! Writing down what a remote was heard to have, without starting git for it.
//!
//! Done as git does it: `<ref>.lock` is made, filled and renamed, so a fetch that runs
//! beside it either sees the old value or the new one. A reference that git has packed is
//! left to git, which must rewrite `packed-refs` to remove it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gix::ObjectId;

use super::{Error, RemoteLock, Repo, reference};

/// How long another program's lock may stay: git holds one for milliseconds, and jit's own
/// processes take turns at the remote.
const PATIENCE: Duration = Duration::from_secs(2);

impl Repo {
    /// Moves (`Some`) or removes (`None`) `name`, a reference that says what a remote has.
    /// False if only git can.
    pub(crate) fn note_tracking(
        &self,
        _turn: &RemoteLock,
        name: &str,
        value: Option<ObjectId>,
    ) -> Result<bool, Error> {
        let path = self.common_dir().join(name);
        let lock = Lock::take(self, &path)?;
        if let Some(id) = value {
            return lock.replace(self, &path, id).map(|()| true);
        }
        if self.is_packed(name)? {
            return Ok(false);
        }
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::Io { action: "remove", path, source: error });
            }
            _ => {}
        }
        // Kept only where git was told to keep logs of everything.
        fs::remove_file(self.common_dir().join("logs").join(name)).unwrap_or_default();
        // Packed in between, it would be there again.
        Ok(!self.is_packed(name)?)
    }

    fn is_packed(&self, name: &str) -> Result<bool, Error> {
        let path = self.common_dir().join("packed-refs");
        match fs::read(&path) {
            Ok(content) => Ok(content.split(|byte| *byte == b'\n').any(|line| {
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                line.strip_suffix(name.as_bytes()).is_some_and(|line| line.ends_with(b" "))
            })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(Error::Io { action: "read", path, source }),
        }
    }
}

/// git's lock on a reference. Dropped, it is given up.
struct Lock {
    path: PathBuf,
    file: File,
    renamed: bool,
}

impl Lock {
    fn take(repo: &Repo, target: &Path) -> Result<Self, Error> {
        let mut name = target.as_os_str().to_owned();
        name.push(".lock");
        let path = PathBuf::from(name);
        let mut started = Instant::now();
        loop {
            repo.create_dirs(target.parent().expect("a reference is a file below the common directory"))?;
            match File::create_new(&path) {
                Ok(file) => return Ok(Self { path, file, renamed: false }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    if started.elapsed() > PATIENCE {
                        // Whoever made it is gone. Another may remove it first.
                        fs::remove_file(&path).unwrap_or_default();
                        started = Instant::now();
                    } else {
                        std::thread::sleep(Duration::from_millis(5));
                    }
                }
                // git removes directories that became empty.
                Err(error) if error.kind() == io::ErrorKind::NotFound && started.elapsed() < PATIENCE => {}
                Err(source) => return Err(Error::Io { action: "create", path, source }),
            }
        }
    }

    fn replace(mut self, repo: &Repo, target: &Path, id: ObjectId) -> Result<(), Error> {
        let failed = |source| Error::Io { action: "write", path: self.path.clone(), source };
        (&self.file).write_all(format!("{id}\n").as_bytes()).map_err(failed)?;
        // As git does: an empty reference after a power cut would look like a remote that
        // was never asked.
        self.file.sync_all().map_err(failed)?;
        repo.sharing.apply(&self.path);
        reference::replace(&self.path, target)?;
        self.renamed = true;
        Ok(())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if !self.renamed {
            fs::remove_file(&self.path).unwrap_or_default();
        }
    }
}
