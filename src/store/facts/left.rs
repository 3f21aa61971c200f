//! Files that programs which were killed have left.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::store::foreign_lock::LEFT_BEHIND;
use crate::store::repo::STAGING;
use crate::store::{Error, RemoteLock, Repo, RepoLock, layout};

/// How old a temporary file must be to be nobody's any more.
const TEMPORARY: Duration = Duration::from_secs(60 * 60);
/// How long git's maintenance may hold its lock.
const MAINTENANCE: Duration = Duration::from_secs(24 * 60 * 60);

/// What was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeftKind {
    /// git's lock on the tracker's reference.
    TrackerLock,
    /// git's lock on a reference that says what a remote has.
    TrackingLock,
    /// git's lock on packed references: no business of ours.
    PackedRefsLock,
    /// The lock of git's maintenance, which does nothing while it is there.
    MaintenanceLock,
    /// What jit was writing.
    Temporary,
    /// What git was writing; its gc removes it in time.
    GitTemporary,
}

/// A file that was left.
#[derive(Clone, Debug)]
pub(crate) struct LeftFile {
    /// What it is.
    pub(crate) kind: LeftKind,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its size.
    pub(crate) bytes: u64,
}

impl Repo {
    /// The files that were left, as of `now` by the machine's clock.
    pub(crate) fn left_files(&self, now: SystemTime) -> Vec<LeftFile> {
        let objects = self.git.objects.store_ref().path().to_owned();
        let mut found: Vec<LeftFile> =
            self.left_lock(now).into_iter().filter_map(|path| file(LeftKind::TrackerLock, path)).collect();
        for remote in self.remote_names() {
            let locks = self.tracking_locks(&remote).into_iter().map(|lock| lock.path);
            found.extend(older(locks, LeftKind::TrackingLock, LEFT_BEHIND, now));
        }
        let packed = [self.common_dir().join("packed-refs.lock")];
        found.extend(older(packed, LeftKind::PackedRefsLock, LEFT_BEHIND, now));
        let lock = [objects.join("maintenance.lock")];
        found.extend(older(lock, LeftKind::MaintenanceLock, MAINTENANCE, now));
        let (ours, gits): (Vec<_>, Vec<_>) =
            temporary_objects(&objects).into_iter().partition(|path| owner(path).is_some());
        found.extend(older(gits, LeftKind::GitTemporary, MAINTENANCE, now));
        let ours = ours.into_iter().chain(self.own_temporaries()).filter(|path| !is_in_use(path));
        found.extend(older(ours, LeftKind::Temporary, TEMPORARY, now));
        found
    }

    /// Removes what was left, where it still is as it was found.
    pub(crate) fn remove_left(&self, file: &LeftFile, now: SystemTime) -> Result<(), Error> {
        let _turn = match file.kind {
            LeftKind::TrackerLock => Some(RepoLock::acquire(self)?),
            _ => None,
        };
        let _remote_turn = match file.kind {
            LeftKind::TrackingLock => Some(RemoteLock::acquire(self)?),
            _ => None,
        };
        if !self.left_files(now).iter().any(|left| left.path == file.path) {
            return Ok(());
        }
        let removed =
            if file.path.is_dir() { fs::remove_dir_all(&file.path) } else { fs::remove_file(&file.path) };
        removed.map_err(Error::io("remove", &file.path))
    }

    /// What jit writes under a temporary name besides objects.
    fn own_temporaries(&self) -> Vec<PathBuf> {
        let starting = |dir: PathBuf, prefix: &'static str| {
            let entries = fs::read_dir(dir).into_iter().flatten().flatten();
            let named = entries.filter(move |entry| entry.file_name().to_string_lossy().starts_with(prefix));
            named.map(|entry| entry.path())
        };
        let private = self.common_dir().join(layout::PRIVATE_DIR);
        let cache = private.join("cache");
        let cached = starting(cache.clone(), "table.").chain(starting(cache, "delta."));
        let noted = starting(private.clone(), "clone.").chain(starting(private.clone(), "fetched."));
        let indexed = starting(private.join("events"), "index.");
        noted.chain(starting(self.work_dir(), STAGING)).chain(cached).chain(indexed).collect()
    }
}

fn temporary_objects(objects: &Path) -> Vec<PathBuf> {
    let list = |dir: &Path| fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let dirs = list(objects).filter(|path| path.is_dir()).chain([objects.to_owned()]);
    let files = dirs.flat_map(|dir| list(&dir).collect::<Vec<_>>());
    let is_temporary = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("tmp_") || name.starts_with(".tmp-")
    };
    files.filter(is_temporary).collect()
}

/// The process that has the file, if its name says so: `tmp_obj_jit_<process>_<number>`,
/// `table.<process>.<number>` and the like.
fn owner(path: &Path) -> Option<i32> {
    let name = path.file_name()?.to_str()?;
    let number = name.strip_prefix(STAGING).or_else(|| Some(name.split_once("_jit_")?.1));
    let number = number.or_else(|| Some(name.split_once('.')?.1))?;
    number.split(['_', '.']).next()?.parse().ok()
}

fn is_in_use(path: &Path) -> bool {
    let is_alive = |id| nix::sys::signal::kill(nix::unistd::Pid::from_raw(id), None).is_ok();
    owner(path).is_some_and(is_alive)
}

fn older(
    paths: impl IntoIterator<Item = PathBuf>,
    kind: LeftKind,
    age: Duration,
    now: SystemTime,
) -> impl Iterator<Item = LeftFile> {
    let is_old = move |path: &PathBuf| {
        let modified = fs::symlink_metadata(path).and_then(|meta| meta.modified());
        modified.is_ok_and(|modified| now.duration_since(modified).is_ok_and(|since| since >= age))
    };
    paths.into_iter().filter(is_old).filter_map(move |path| file(kind, path))
}

fn file(kind: LeftKind, path: PathBuf) -> Option<LeftFile> {
    let bytes = fs::symlink_metadata(&path).ok()?.len();
    Some(LeftFile { kind, path, bytes })
}
