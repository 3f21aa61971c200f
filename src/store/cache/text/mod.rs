//! The index of texts: which words are in which issues, and how often.
//!
//! - It is keyed by the tree of issues, like the cache beside which it lies. What differs between
//!   that tree and the one asked for is looked at itself, so an answer is the same, down to the
//!   order, however old the index is.
//! - It is made anew where too much differs, and where a part of it turns out to be damaged. Every
//!   part has a checksum, and only parts that a search needs are read.
//! - Without write access it is made in memory.

mod build;
mod format;
mod lookup;
mod search;

use std::collections::BTreeSet;

use self::lookup::Index;
use super::table::Records;
use super::view::{View, is_kept};
use super::{Files, compare};
use crate::model::{Hidden, IssueId};
use crate::store::{CommitId, DerivedFile, DerivedState, Snapshot, regular};

/// The name of its file.
pub(super) const TEXT: &str = "text";
/// Where more issues than this, and one of so many, differ, the index is made anew.
const MOST_CHANGED: usize = 256;
const CHANGED_SHARE: usize = 64;

/// An index, and the issues that it has another idea of, or none.
struct Opened {
    index: Index,
    changed: BTreeSet<IssueId>,
}

/// The index for `view`, as somebody left it.
fn found(view: &View<'_, '_>) -> Option<Opened> {
    let index = Index::open(Records::File(Files::of(view.snapshot.repo()).file(TEXT)?))?;
    let mut changed: BTreeSet<IssueId> = index.unread.iter().copied().collect();
    let now = view.snapshot.issues_tree();
    if index.tree != now {
        let (files, _) = compare::files(view.snapshot.repo(), index.tree, now)?;
        changed.extend(files.iter().filter_map(compare::File::issue));
    }
    let most = MOST_CHANGED + index.len() / CHANGED_SHARE;
    (changed.len() <= most).then_some(Opened { index, changed })
}

/// An index that is made now, and kept for the next reader if it can be.
fn made(view: &View<'_, '_>) -> Opened {
    let files = Files::of(view.snapshot.repo());
    let bytes = build::build(view);
    // A directory that cannot be read today may be there tomorrow.
    let is_whole = !view.damaged.iter().any(|damage| matches!(damage.hides, Hidden::BeginningWith(_)));
    if is_whole
        && is_kept(view.snapshot)
        && let Some(temporary) = files.temporary(TEXT)
    {
        let written = regular::write_new(&temporary, &bytes).is_ok();
        files.publish(written, &temporary, TEXT);
    }
    let index = Index::open(Records::Memory(bytes)).expect("an index in memory is whole");
    // What cannot be read has no words; it need not be tried again at once.
    Opened { index, changed: BTreeSet::new() }
}

/// Tells of the file, for people who wonder.
pub(super) fn inspect(files: &Files<'_>, tip: CommitId) -> DerivedFile {
    let path = files.dir.join(TEXT);
    let bytes = path.metadata().map_or(0, |meta| meta.len());
    let state = match files.file(TEXT).map(|file| Index::open(Records::File(file))) {
        None if path.exists() => DerivedState::Broken,
        None => DerivedState::Absent,
        Some(None) => DerivedState::Broken,
        Some(Some(index)) => {
            let now = Snapshot::at(files.repo, tip).ok().and_then(|snapshot| snapshot.issues_tree());
            if index.tree == now { DerivedState::Current } else { DerivedState::Behind }
        }
    };
    DerivedFile { name: "text", path, bytes, state }
}
