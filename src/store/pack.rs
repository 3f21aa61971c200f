//! Writing many objects at once: one pack and its index, in git's own format.
//!
//! Both files get their names when they are complete, the index last, since a pack
//! without one is not looked at. Killed at any instant this leaves at most files that begin with
//! `tmp_`, which git's gc clears away, and a `.keep`, which the next bulk write does.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::thread;

use gix::ObjectId;
use gix::objs::Kind;
use gix::odb::pack::data::{self, entry::Header};

use super::deflate::Deflate;
use super::object::{NewObject, Unsynced};
use super::{Error, Repo};
use crate::model::Durability;

/// How many objects a thread compresses before they are written.
const PORTION: usize = 256;
/// What our own `.keep` files say.
const KEEP_REASON: &[u8] = b"jit bulk write\n";

/// Keeps a repack that runs now from dropping a pack that no reference leads to yet. Dropped,
/// it lets go.
pub(super) struct Keep(PathBuf);

impl Keep {
    /// It has its name only once it says whose it is: an empty one would be taken for a user's.
    fn create(repo: &Repo, dir: &Path, path: PathBuf) -> Result<Self, Error> {
        let temporary = Temporary::create(dir, "keep")?;
        (&temporary.file).write_all(KEEP_REASON).map_err(Error::io("write", &temporary.path))?;
        repo.sharing.apply(&temporary.path);
        temporary.publish(&path)?;
        Ok(Self(path))
    }

    /// Removes those that killed processes left. Only one process writes at a time.
    fn remove_left(dir: &Path) {
        let entries = fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
        for path in entries.filter(|path| path.extension().is_some_and(|suffix| suffix == "keep")) {
            if fs::read(&path).is_ok_and(|text| text == KEEP_REASON) {
                // One too many only means that a pack stays as it is.
                fs::remove_file(&path).ok();
            }
        }
    }
}

impl Drop for Keep {
    fn drop(&mut self) {
        // The next bulk write removes it too.
        fs::remove_file(&self.0).ok();
    }
}

/// Writes `objects`, no two of which are the same, as one pack.
pub(super) fn write(repo: &Repo, objects: &[NewObject], durability: Durability) -> Result<Keep, Error> {
    let dir = repo.git.objects.store_ref().path().join("pack");
    repo.create_dirs(&dir)?;
    Keep::remove_left(&dir);
    let pack = Temporary::create(&dir, "pack")?;
    let (entries, checksum) = write_pack(repo, &pack, objects)?;
    let index = Temporary::create(&dir, "idx")?;
    write_index(repo, &index, entries, checksum)?;
    for file in [&pack, &index] {
        file.finish(repo, durability)?;
    }
    let name = |suffix: &str| dir.join(format!("pack-{checksum}.{suffix}"));
    let keep = Keep::create(repo, &dir, name("keep"))?;
    pack.publish(&name("pack"))?;
    index.publish(&name("idx"))?;
    Ok(keep)
}

/// An object in the pack.
struct Entry {
    id: ObjectId,
    crc32: u32,
    offset: u64,
}

/// Writes the pack itself: what is in it, and its checksum.
fn write_pack(repo: &Repo, file: &Temporary, objects: &[NewObject]) -> Result<(Vec<Entry>, ObjectId), Error> {
    let task = repo.progress.begin("writing objects", Some(objects.len() as u64));
    let failed = |source| Error::Io { action: "write", path: file.path.clone(), source };
    let count =
        u32::try_from(objects.len()).map_err(|_| Error::Git { message: "too many objects".into() })?;
    let mut out = Hashed::new(repo, file);
    out.write_all(&data::header::encode(data::Version::V2, count)).map_err(failed)?;
    let mut entries = Vec::with_capacity(objects.len());
    let threads = thread::available_parallelism().map_or(1, usize::from);
    for round in objects.chunks(PORTION * threads) {
        for encoded in encode_in_parallel(round)? {
            let Encoded { id, bytes } = encoded;
            entries.push(Entry { id, crc32: crc32fast::hash(&bytes), offset: out.written });
            out.write_all(&bytes).map_err(failed)?;
        }
        task.advance(round.len() as u64);
    }
    let checksum = out.finish()?;
    Ok((entries, checksum))
}

/// An object as it is in a pack.
struct Encoded {
    id: ObjectId,
    bytes: Vec<u8>,
}

fn encode_in_parallel(objects: &[NewObject]) -> Result<Vec<Encoded>, Error> {
    thread::scope(|scope| {
        let threads: Vec<_> =
            objects.chunks(PORTION).map(|portion| scope.spawn(|| encode_all(portion))).collect();
        let mut all = Vec::with_capacity(objects.len());
        for thread in threads {
            all.extend(thread.join().expect("compressing does not panic")?);
        }
        Ok(all)
    })
}

fn encode_all(objects: &[NewObject]) -> Result<Vec<Encoded>, Error> {
    let mut deflate = Deflate::new();
    let encode = |object: &NewObject| {
        let header = match object.kind {
            Kind::Blob => Header::Blob,
            Kind::Tree => Header::Tree,
            Kind::Commit => Header::Commit,
            Kind::Tag => Header::Tag,
        };
        let mut bytes = Vec::new();
        header.write_to(object.data.len() as u64, &mut bytes).expect("memory takes any bytes");
        deflate.append(&object.data, &mut bytes)?;
        Ok(Encoded { id: object.id, bytes })
    };
    objects.iter().map(encode).collect()
}

/// Writes the index of a pack (version 2): its objects by id.
fn write_index(
    repo: &Repo,
    file: &Temporary,
    mut entries: Vec<Entry>,
    pack_checksum: ObjectId,
) -> Result<(), Error> {
    entries.sort_unstable_by_key(|entry| entry.id);
    let mut out = Hashed::new(repo, file);
    index_of(&mut out, &entries, pack_checksum).map_err(Error::io("write", &file.path))?;
    out.finish().map(drop)
}

fn index_of(out: &mut impl Write, entries: &[Entry], pack_checksum: ObjectId) -> io::Result<()> {
    out.write_all(b"\xfftOc\0\0\0\x02")?;
    for byte in 0..=u8::MAX {
        let up_to = entries.partition_point(|entry| entry.id.first_byte() <= byte);
        out.write_all(&u32::try_from(up_to).expect("a pack counts in 32 bits").to_be_bytes())?;
    }
    for entry in entries {
        out.write_all(entry.id.as_slice())?;
    }
    for entry in entries {
        out.write_all(&entry.crc32.to_be_bytes())?;
    }
    // Offsets beyond 31 bits are kept in a table of their own.
    let mut far: Vec<u64> = Vec::new();
    for entry in entries {
        let near = u32::try_from(entry.offset).ok().filter(|offset| offset & FAR == 0);
        let offset = near.unwrap_or_else(|| {
            far.push(entry.offset);
            FAR | u32::try_from(far.len() - 1).expect("a pack counts in 32 bits")
        });
        out.write_all(&offset.to_be_bytes())?;
    }
    for offset in far {
        out.write_all(&offset.to_be_bytes())?;
    }
    out.write_all(pack_checksum.as_slice())
}

/// The bit that says that an offset is in the table of far ones.
const FAR: u32 = 1 << 31;

/// A file whose last bytes are the hash of all before them.
struct Hashed<'a> {
    out: BufWriter<&'a File>,
    path: &'a Path,
    hash: gix::hash::Hasher,
    written: u64,
}

impl<'a> Hashed<'a> {
    fn new(repo: &Repo, file: &'a Temporary) -> Self {
        Self {
            out: BufWriter::with_capacity(1 << 16, &file.file),
            path: &file.path,
            hash: gix::hash::hasher(repo.git.object_hash()),
            written: 0,
        }
    }

    /// Writes the hash and tells it.
    fn finish(mut self) -> Result<ObjectId, Error> {
        let hash = self.hash.try_finalize().map_err(Error::git)?;
        let written = self.out.write_all(hash.as_slice()).and_then(|()| self.out.flush());
        written.map_err(Error::io("write", self.path))?;
        Ok(hash)
    }
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A file that has no name of its own yet. Dropped before it has, it removes itself.
struct Temporary {
    file: File,
    path: PathBuf,
    published: bool,
}

impl Temporary {
    fn create(dir: &Path, kind: &str) -> Result<Self, Error> {
        for attempt in 0_u32.. {
            let path = dir.join(format!("tmp_{kind}_jit_{}_{attempt}", std::process::id()));
            match File::create_new(&path) {
                Ok(file) => return Ok(Self { file, path, published: false }),
                // Left by a process of the same number that was killed.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(Error::Io { action: "create", path, source }),
            }
        }
        unreachable!("some number is free")
    }

    fn finish(&self, repo: &Repo, durability: Durability) -> Result<(), Error> {
        super::loose::set_read_only(&self.file).map_err(Error::io("write", &self.path))?;
        repo.sharing.apply(&self.path);
        if durability == Durability::Full {
            Unsynced { file: &self.file, path: &self.path }.sync()
        } else {
            Ok(())
        }
    }

    fn publish(mut self, path: &Path) -> Result<(), Error> {
        fs::rename(&self.path, path).map_err(Error::io("create", path))?;
        self.published = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.published {
            // Best effort: git's gc clears `tmp_` files too.
            fs::remove_file(&self.path).ok();
        }
    }
}
