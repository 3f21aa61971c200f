//! How many objects there are, and how much room they take.

use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::store::{Repo, Snapshot};

/// The object store of a repository. Sizes are in bytes, as files have them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ObjectFacts {
    /// Objects that are files of their own.
    pub(crate) loose: u64,
    /// Their size.
    pub(crate) loose_bytes: u64,
    /// Packs.
    pub(crate) packs: u64,
    /// The objects in packs; one that is in two counts twice.
    pub(crate) packed: u64,
    /// The size of packs and their indices.
    pub(crate) pack_bytes: u64,
    /// Whether objects of another repository are borrowed.
    pub(crate) borrows: bool,
}

impl Repo {
    /// Counts what is in the object store. No object is read.
    pub(crate) fn object_facts(&self) -> ObjectFacts {
        let dir = self.git.objects.store_ref().path();
        let mut facts = ObjectFacts { borrows: dir.join("info/alternates").exists(), ..Default::default() };
        for fan_out in entries(dir).filter(|entry| is_hex(entry, 2)) {
            for object in entries(&fan_out.path()).filter(|entry| is_hex(entry, 38) || is_hex(entry, 62)) {
                facts.loose += 1;
                facts.loose_bytes += object.metadata().map_or(0, |meta| meta.len());
            }
        }
        for file in entries(&dir.join("pack")) {
            let path = file.path();
            facts.pack_bytes += file.metadata().map_or(0, |meta| meta.len());
            facts.packs += u64::from(path.extension().is_some_and(|extension| extension == "pack"));
            if path.extension().is_some_and(|extension| extension == "idx") {
                facts.packed += u64::from(objects_in(&path).unwrap_or_default());
            }
        }
        facts
    }
}

impl Snapshot<'_> {
    /// The size of all files of the tracker, and whether it is an estimate: at most `most`
    /// files, evenly spread, are looked at.
    pub(crate) fn bytes(&self, most: usize) -> (u64, bool) {
        let files = self.stored_files().files;
        let step = files.len().div_ceil(most.max(1)).max(1);
        let sizes = files.iter().step_by(step).filter_map(|file| {
            let header = self.repo.git.find_header(file.id()).ok()?;
            Some(header.size())
        });
        let (count, bytes) = sizes.fold((0_u64, 0), |(count, bytes), size| (count + 1, bytes + size));
        let all = files.len() as u64;
        (bytes.saturating_mul(all) / count.max(1), step > 1)
    }
}

fn entries(dir: &Path) -> impl Iterator<Item = fs::DirEntry> {
    fs::read_dir(dir).into_iter().flatten().flatten()
}

fn is_hex(entry: &fs::DirEntry, digits: usize) -> bool {
    let name = entry.file_name();
    name.len() == digits && name.as_encoded_bytes().iter().all(u8::is_ascii_hexdigit)
}

/// How many objects the index of a pack lists: the last of the 256 sums that it begins with.
fn objects_in(index: &Path) -> Option<u32> {
    const HEADER: u64 = 8;
    let mut file = fs::File::open(index).ok()?;
    file.seek(SeekFrom::Start(HEADER + 255 * 4)).ok()?;
    let mut sum = [0; 4];
    file.read_exact(&mut sum).ok()?;
    Some(u32::from_be_bytes(sum))
}
