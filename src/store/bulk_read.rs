//! Reading the files of many issues: in the order in which they are packed, on all cores.

use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;

use gix::ObjectId;

use super::Repo;
use super::snapshot::{Unread, read_issue};
use crate::model::{Issue, IssueId};

/// Fewer files than this are read one after the other.
const WORTH_A_THREAD: usize = 256;
/// Files that a thread reads before it hands them over.
const PORTION: usize = 64;
/// Portions that may wait to be taken, so that memory stays bounded.
const WAITING: usize = 16;
/// More packs than this are not looked through for the order in which to read.
const PACKS: usize = 64;
/// Threads at most: beyond that, memory for packed objects costs more than it gains.
const THREADS: usize = 8;

/// An issue, or why it cannot be read.
pub(super) type Read = Result<Issue, Unread>;

/// Reads `files`, turns each into what is wanted of it by `map`, on any thread, and gives that
/// to `take`, in no particular order.
pub(super) fn read<T: Send>(
    repo: &Repo,
    mut files: Vec<(IssueId, ObjectId)>,
    map: impl Fn(IssueId, Read) -> T + Sync,
    mut take: impl FnMut(T),
) {
    // To ask how many there may be reads several files of the system.
    let threads = || thread::available_parallelism().map_or(1, usize::from).min(THREADS);
    let threads = if files.len() < WORTH_A_THREAD { 1 } else { threads() };
    if threads == 1 {
        for (id, oid) in files {
            take(map(id, read_issue(repo, id, oid)));
        }
        return;
    }
    let task = repo.progress.begin("reading issues", Some(files.len() as u64));
    sort_as_packed(repo, &mut files);
    let shared = repo.git.clone().into_sync();
    let (sender, receiver) = mpsc::sync_channel::<Vec<T>>(WAITING);
    thread::scope(|scope| {
        for part in files.chunks(files.len().div_ceil(threads)) {
            let (sender, map, shared) = (sender.clone(), &map, &shared);
            let (ref_name, sharing, progress) = (repo.ref_name.clone(), repo.sharing, repo.progress.clone());
            scope.spawn(move || {
                let mut repo = Repo { git: shared.to_thread_local(), ref_name, sharing, progress };
                repo.prepare_bulk_read_on(threads);
                for portion in part.chunks(PORTION) {
                    let read = portion.iter().map(|(id, oid)| map(*id, read_issue(&repo, *id, *oid)));
                    if sender.send(read.collect()).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for portion in receiver {
            task.advance(portion.len() as u64);
            portion.into_iter().for_each(&mut take);
        }
    });
}

/// Packed objects that follow each other in their pack are read several times as fast.
fn sort_as_packed(repo: &Repo, files: &mut [(IssueId, ObjectId)]) {
    let dir = repo.git.objects.store_ref().path().join("pack");
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let indexes: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|e| e == "idx")).collect();
    if indexes.len() > PACKS {
        return;
    }
    let open = |path: &PathBuf| gix::odb::pack::index::File::at(path, repo.git.object_hash()).ok();
    let indexes: Vec<_> = indexes.iter().filter_map(open).collect();
    let place = |oid: &ObjectId| {
        indexes.iter().enumerate().find_map(|(pack, index)| {
            index.lookup(oid).map(|entry| (pack, index.pack_offset_at_index(entry)))
        })
    };
    files.sort_by_cached_key(|(_, oid)| place(oid));
}
