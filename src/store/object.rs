//! Reading and writing git objects.
//!
//! Objects are written loose, each under a temporary name that git's own clean-up
//! recognises, and renamed when complete. With full durability every byte of them is on
//! disk before [`Batch::write`] returns; the reference moves only after that.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use gix::ObjectId;
use gix::objs::{Kind, WriteTo};

use super::sharing::Sharing;
use super::{Error, Repo};
use crate::model::Durability;

/// How many files are open at once.
const PORTION: usize = 64;
/// How many files are synced side by side.
const SYNC_THREADS: usize = 5;
/// How often a missing object is looked for again in a repository opened anew.
const FRESH_LOOKS: usize = 3;
/// Attempts at creating a file in a directory that gc may remove at any time.
const DIR_RETRIES: usize = 5;

/// Objects to be written together.
pub(super) struct Batch<'r> {
    repo: &'r Repo,
    objects: Vec<(ObjectId, Kind, Vec<u8>)>,
}

impl<'r> Batch<'r> {
    pub(super) fn new(repo: &'r Repo) -> Self {
        Self { repo, objects: Vec::new() }
    }

    /// Adds an object and tells its id. Nothing is written yet.
    pub(super) fn add(&mut self, kind: Kind, data: Vec<u8>) -> Result<ObjectId, Error> {
        let id = gix::objs::compute_hash(self.repo.git.object_hash(), kind, &data).map_err(Error::git)?;
        self.objects.push((id, kind, data));
        Ok(id)
    }

    /// Adds an object of the git library's making.
    pub(super) fn add_object(&mut self, object: &dyn WriteTo) -> Result<ObjectId, Error> {
        let mut data = Vec::new();
        object
            .write_to(&mut data)
            .map_err(|error| Error::Git { message: format!("cannot encode an object: {error}") })?;
        self.add(object.kind(), data)
    }

    /// Writes all objects. Those that exist already are freshened, so that a gc that runs
    /// now does not think them old.
    pub(super) fn write(self, durability: Durability) -> Result<(), Error> {
        let dir = self.repo.git.objects.store_ref().path().to_owned();
        let mut temporaries = Temporaries::new(&dir);
        let mut changed_dirs: BTreeSet<PathBuf> = BTreeSet::new();
        let task = self.repo.progress.begin("writing objects", Some(self.objects.len() as u64));
        for portion in self.objects.chunks(PORTION) {
            let mut pending = Vec::with_capacity(portion.len());
            for (id, kind, data) in portion {
                let path = object_path(&dir, *id);
                if !freshen(&path) {
                    let object = Pending::create(&mut temporaries, path, *kind, data)?;
                    self.repo.sharing.apply(&object.temporary);
                    pending.push(object);
                }
            }
            if durability == Durability::Full {
                sync_all(&pending)?;
            }
            for object in &mut pending {
                changed_dirs.extend(object.publish(self.repo.sharing)?);
            }
            task.advance(portion.len() as u64);
        }
        if durability == Durability::Full {
            changed_dirs.iter().try_for_each(|dir| sync_dir(dir))?;
        }
        Ok(())
    }
}

/// An object under its temporary name. Dropped unpublished, it removes itself.
struct Pending {
    file: File,
    temporary: PathBuf,
    path: PathBuf,
    published: bool,
}

impl Pending {
    fn create(
        temporaries: &mut Temporaries<'_>,
        path: PathBuf,
        kind: Kind,
        data: &[u8],
    ) -> Result<Self, Error> {
        let (file, temporary) = temporaries.create()?;
        let pending = Self { file, temporary, path, published: false };
        let failed = |source| Error::Io { action: "write", path: pending.temporary.clone(), source };
        let mut deflate =
            gix::zlib::stream::deflate::Write::new(&pending.file, gix::zlib::Compression::BEST_SPEED);
        deflate
            .write_all(&gix::objs::encode::loose_header(kind, data.len() as u64))
            .and_then(|()| deflate.write_all(data))
            .and_then(|()| deflate.flush())
            .map_err(failed)?;
        set_read_only(&pending.file).map_err(failed)?;
        Ok(pending)
    }

    /// Gives the object its real name; the directories whose entries changed.
    fn publish(&mut self, sharing: Sharing) -> Result<Vec<PathBuf>, Error> {
        let dir = self.path.parent().expect("an object's path has a fan-out directory").to_owned();
        let mut changed = vec![dir.clone()];
        for attempt in 0.. {
            match fs::create_dir(&dir) {
                Ok(()) => {
                    sharing.apply(&dir);
                    changed.extend(dir.parent().map(Path::to_owned));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(Error::Io { action: "create", path: dir, source }),
            }
            match fs::rename(&self.temporary, &self.path) {
                Ok(()) => break,
                // gc removes fan-out directories that it finds empty.
                Err(error) if error.kind() == io::ErrorKind::NotFound && attempt < DIR_RETRIES => {}
                Err(source) => return Err(Error::Io { action: "create", path: self.path.clone(), source }),
            }
        }
        self.published = true;
        Ok(changed)
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.published {
            // Best effort: git's gc clears `tmp_obj_` files too.
            drop(fs::remove_file(&self.temporary));
        }
    }
}

/// Names for temporary objects that nobody else uses.
struct Temporaries<'a> {
    dir: &'a Path,
    counter: u64,
}

impl<'a> Temporaries<'a> {
    fn new(dir: &'a Path) -> Self {
        Self { dir, counter: 0 }
    }

    fn create(&mut self) -> Result<(File, PathBuf), Error> {
        loop {
            self.counter += 1;
            let path = self.dir.join(format!("tmp_obj_jit_{}_{}", std::process::id(), self.counter));
            match File::create_new(&path) {
                Ok(file) => return Ok((file, path)),
                // Left by a process of the same number that was killed.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(Error::Io { action: "create", path, source }),
            }
        }
    }
}

fn set_read_only(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o444))
}

/// Syncs side by side, so that the file system can commit them together.
fn sync_all(pending: &[Pending]) -> Result<(), Error> {
    let sync = |object: &Pending| {
        object.file.sync_data().map_err(|source| Error::Io {
            action: "sync",
            path: object.temporary.clone(),
            source,
        })
    };
    let portions = pending.chunks(pending.len().div_ceil(SYNC_THREADS).max(1));
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            portions.map(|portion| scope.spawn(move || portion.iter().try_for_each(sync))).collect();
        let outcomes = threads.into_iter().map(|thread| thread.join().expect("syncing does not panic"));
        outcomes.fold(Ok(()), Result::and)
    })
}

/// Makes the entries of a directory durable.
pub(super) fn sync_dir(dir: &Path) -> Result<(), Error> {
    let synced = File::open(dir).and_then(|dir| dir.sync_all());
    synced.map_err(Error::io("sync", dir))
}

fn object_path(dir: &Path, id: ObjectId) -> PathBuf {
    let hex = id.to_string();
    dir.join(&hex[..2]).join(&hex[2..])
}

#[expect(clippy::disallowed_methods, reason = "the age of a file, as gc sees it, is the machine's own time")]
fn freshen(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    // An empty file is what a power cut leaves of an object: write it anew.
    file.metadata().is_ok_and(|meta| meta.len() > 0) && file.set_modified(SystemTime::now()).is_ok()
}

/// Why an object could not be read.
pub(super) enum ReadError {
    Missing,
    Damaged(String),
}

/// Reads an object of the given kind.
pub(super) fn read(repo: &Repo, id: ObjectId, kind: Kind) -> Result<Vec<u8>, ReadError> {
    let mut found = find(&repo.git, id, kind);
    // Beside a repack, an object can be gone from where the library looks before it looks
    // where the object went. Only a miss with fresh eyes is believed.
    for _ in 0..FRESH_LOOKS {
        if !matches!(found, Err(ReadError::Missing)) || repo.partial_clone_remote().is_some() {
            break;
        }
        if let Ok(fresh) = gix::open_opts(repo.git.git_dir(), repo.git.open_options().clone()) {
            found = find(&fresh, id, kind);
        }
    }
    let Err(ReadError::Missing) = found else { return found };
    let Some(remote) = repo.partial_clone_remote() else { return found };
    let name = &repo.ref_name;
    let fetch = format!("git fetch --refetch --no-filter {remote} {name}:{name}");
    Err(ReadError::Damaged(format!("was left out of this partial clone; '{fetch}' gets it")))
}

fn find(git: &gix::Repository, id: ObjectId, kind: Kind) -> Result<Vec<u8>, ReadError> {
    match git.try_find_object(id) {
        Ok(Some(object)) if object.kind == kind => Ok(object.detach().data),
        Ok(Some(object)) => Err(ReadError::Damaged(format!("is a {}, not a {kind}", object.kind))),
        Ok(None) => Err(ReadError::Missing),
        Err(error) => Err(ReadError::Damaged(format!("is damaged: {}", super::error::causes(&error)))),
    }
}

impl ReadError {
    /// What is wrong with the object, for people.
    pub(super) fn reason(self, id: ObjectId) -> String {
        match self {
            Self::Missing => format!("object {id} is missing"),
            Self::Damaged(reason) => format!("object {id} {reason}"),
        }
    }
}
