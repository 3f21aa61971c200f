//! Reading git objects, and collecting those that one mutation writes.
//!
//! A few objects are written as loose files; many go to one pack. Either way they are
//! complete or not there at all, whenever the process is killed, and what is left then has a name that
//! git's own clean-up recognises. With full durability every byte of them is on
//! disk before [`Batch::write`] returns. Their names are there by the time the new value of
//! the reference is: they were given first, and file systems that keep a journal keep the
//! order of names.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;
use std::thread;

use gix::ObjectId;
use gix::objs::{Kind, WriteTo};

use super::work::{self, Step};
use super::{Error, Repo, loose, pack};
use crate::model::Durability;

/// More objects than this are written as one pack. git packs loose objects by itself when
/// there are 6,700, and merges packs when there are 50: at this size either comes to the same.
const LOOSE_MAX: usize = 256;
/// How many files are synced side by side: those of one mutation.
const SYNC_THREADS: usize = 6;
/// How often a missing object is looked for again in a repository opened anew.
const FRESH_LOOKS: usize = 3;

/// An object to be written.
pub(super) struct NewObject {
    pub(super) id: ObjectId,
    pub(super) kind: Kind,
    pub(super) data: Vec<u8>,
}

/// Objects to be written together, each once.
pub(super) struct Batch<'r> {
    repo: &'r Repo,
    objects: Vec<NewObject>,
    ids: HashSet<ObjectId>,
}

impl<'r> Batch<'r> {
    pub(super) fn new(repo: &'r Repo) -> Self {
        Self { repo, objects: Vec::new(), ids: HashSet::new() }
    }

    /// Adds an object and tells its id. Nothing is written yet.
    pub(super) fn add(&mut self, kind: Kind, data: Vec<u8>) -> Result<ObjectId, Error> {
        let id = gix::objs::compute_hash(self.repo.git.object_hash(), kind, &data).map_err(Error::git)?;
        if self.ids.insert(id) {
            work::count(Step::Write);
            self.objects.push(NewObject { id, kind, data });
        }
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

    /// Writes all objects. They are safe from a clean-up that runs now for as long as the
    /// value returned lives, which must be until a reference leads to them.
    /// `beside` is made durable too, without a wait of its own where objects are few.
    pub(super) fn write(
        self,
        durability: Durability,
        beside: Option<Unsynced<'_>>,
    ) -> Result<Written, Error> {
        let Self { repo, objects, .. } = self;
        let keep = if objects.len() > LOOSE_MAX {
            let keep = pack::write(repo, &objects, durability)?;
            beside.filter(|_| durability == Durability::Full).map_or(Ok(()), Unsynced::sync)?;
            Some(keep)
        } else {
            loose::write(repo, &objects, durability, beside)?;
            None
        };
        Ok(Written { _keep: keep })
    }
}

/// Objects that were written, and that nothing leads to yet.
pub(super) struct Written {
    _keep: Option<pack::Keep>,
}

/// A file that has its bytes, and not yet on disk.
#[derive(Clone, Copy)]
pub(super) struct Unsynced<'a> {
    pub(super) file: &'a File,
    pub(super) path: &'a Path,
}

impl Unsynced<'_> {
    /// Makes its bytes durable, and what is needed to read them.
    pub(super) fn sync(self) -> Result<(), Error> {
        work::count(Step::Wait);
        work::count(Step::Sync);
        self.sync_uncounted()
    }

    fn sync_uncounted(self) -> Result<(), Error> {
        self.file.sync_data().map_err(Error::io("sync", self.path))
    }
}

/// Syncs files side by side, so that the file system commits them together: one after the
/// other, each waits for a commit of its own.
pub(super) fn sync_all(files: &[Unsynced<'_>]) -> Result<(), Error> {
    let portions = files.chunks(files.len().div_ceil(SYNC_THREADS).max(1));
    let sync = |portion: &[Unsynced<'_>]| portion.iter().try_for_each(|file| file.sync_uncounted());
    let mut portions = portions.into_iter();
    let Some(own) = portions.next() else { return Ok(()) };
    work::count(Step::Wait);
    for _ in files {
        work::count(Step::Sync);
    }
    thread::scope(|scope| {
        let threads: Vec<_> = portions.map(|portion| scope.spawn(move || sync(portion))).collect();
        let own = sync(own);
        let others = threads.into_iter().map(|thread| thread.join().expect("syncing does not panic"));
        others.fold(own, Result::and)
    })
}

/// Makes the entries of a directory durable.
pub(super) fn sync_dir(dir: &Path) -> Result<(), Error> {
    work::count(Step::Wait);
    work::count(Step::Sync);
    let synced = File::open(dir).and_then(|dir| dir.sync_all());
    synced.map_err(Error::io("sync", dir))
}

/// Why an object could not be read.
pub(super) enum ReadError {
    Missing,
    Damaged(String),
}

/// Reads an object of the given kind.
pub(super) fn read(repo: &Repo, id: ObjectId, kind: Kind) -> Result<Vec<u8>, ReadError> {
    work::count(match kind {
        Kind::Commit => Step::ReadCommit,
        Kind::Tree => Step::ReadTree,
        Kind::Blob | Kind::Tag => Step::ReadBlob,
    });
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
