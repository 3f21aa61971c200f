//! Writing loose objects: one file each, under a temporary name until it is complete.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use gix::ObjectId;

use super::deflate::Deflate;
use super::object::{NewObject, Unsynced, sync_all};
use super::sharing::Sharing;
use super::{Error, Repo};
use crate::model::Durability;

/// How many files are open at once.
const PORTION: usize = 64;
/// Attempts at creating a file in a directory that gc may remove at any time.
const DIR_RETRIES: usize = 5;

/// Writes `objects`. Those that exist already are freshened, so that a gc that runs now does
/// not think them old. `beside` is synced together with the last of them.
pub(super) fn write(
    repo: &Repo,
    objects: &[NewObject],
    durability: Durability,
    mut beside: Option<Unsynced<'_>>,
) -> Result<(), Error> {
    let dir = repo.git.objects.store_ref().path().to_owned();
    let mut temporaries = Temporaries::new(&dir);
    let mut deflate = Deflate::new();
    let mut portions = objects.chunks(PORTION).peekable();
    while let Some(portion) = portions.next() {
        let mut pending = Vec::with_capacity(portion.len());
        for object in portion {
            let path = object_path(&dir, object.id);
            if !freshen(&path) {
                let object = Pending::create(&mut temporaries, &mut deflate, path, object)?;
                repo.sharing.apply(&object.temporary);
                pending.push(object);
            }
        }
        if durability == Durability::Full {
            let beside = if portions.peek().is_none() { beside.take() } else { None };
            sync_all(&pending.iter().map(Pending::unsynced).chain(beside).collect::<Vec<_>>())?;
        }
        for object in &mut pending {
            object.publish(repo.sharing)?;
        }
    }
    Ok(())
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
        deflate: &mut Deflate,
        path: PathBuf,
        object: &NewObject,
    ) -> Result<Self, Error> {
        let (file, temporary) = temporaries.create()?;
        let pending = Self { file, temporary, path, published: false };
        let failed = |source| Error::Io { action: "write", path: pending.temporary.clone(), source };
        let mut content = gix::objs::encode::loose_header(object.kind, object.data.len() as u64).to_vec();
        content.extend_from_slice(&object.data);
        let mut compressed = Vec::new();
        deflate.append(&content, &mut compressed)?;
        (&pending.file).write_all(&compressed).map_err(failed)?;
        set_read_only(&pending.file).map_err(failed)?;
        Ok(pending)
    }

    fn unsynced(&self) -> Unsynced<'_> {
        Unsynced { file: &self.file, path: &self.temporary }
    }

    /// Gives the object its real name.
    fn publish(&mut self, sharing: Sharing) -> Result<(), Error> {
        let dir = self.path.parent().expect("an object's path has a fan-out directory").to_owned();
        for attempt in 0.. {
            match fs::create_dir(&dir) {
                Ok(()) => sharing.apply(&dir),
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
        Ok(())
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

pub(super) fn set_read_only(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o444))
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
