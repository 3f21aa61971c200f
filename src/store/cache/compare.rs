//! What differs between two trees of issues.

use std::collections::BTreeMap;

use gix::ObjectId;
use gix::bstr::{BString, ByteSlice};
use gix::objs::tree::Entry;

use super::delta::Changed;
use crate::model::{Damage, Hidden, IssueId};
use crate::store::snapshot::not_of_an_issue;
use crate::store::{Repo, Snapshot, layout, tree};

/// A file that differs.
pub(super) enum File {
    /// It has this content now.
    Now(IssueId, ObjectId),
    /// It is gone.
    Gone(IssueId),
    /// It cannot be a file of ours, or not any more.
    Odd(Damage),
}

impl File {
    /// The issue that it is the file of, if it is of one.
    pub(super) fn issue(&self) -> Option<IssueId> {
        match self {
            Self::Now(id, _) | Self::Gone(id) => Some(*id),
            Self::Odd(damage) => damage.issue(),
        }
    }
}

/// The files that differ in `new` from `old`, and the directories that they are in. None where
/// that cannot be told from the two trees alone: one of them is not there any more, or has
/// something else where a directory should be.
pub(super) fn files(
    repo: &Repo,
    old: Option<ObjectId>,
    new: Option<ObjectId>,
) -> Option<(Vec<File>, Vec<String>)> {
    let (mut files, mut shards) = (Vec::new(), Vec::new());
    let (old, new) = (entries(repo, old)?, entries(repo, new)?);
    for name in old.keys().chain(new.keys().filter(|name| !old.contains_key(*name))) {
        let (before, after) = (old.get(name), new.get(name));
        if before.map(|entry| entry.oid) == after.map(|entry| entry.oid) {
            continue;
        }
        if ![before, after].into_iter().flatten().all(|entry| entry.mode.is_tree()) {
            return None;
        }
        let shard = name.to_str().ok()?;
        let before = entries(repo, before.map(|entry| entry.oid))?;
        let after = entries(repo, after.map(|entry| entry.oid))?;
        for (file, entry) in &after {
            let same = before.get(file).is_some_and(|old| old.oid == entry.oid && old.mode == entry.mode);
            let id = file.to_str().ok().and_then(|file| layout::issue_of_file(shard, file));
            match id {
                Some(_) if same => {}
                Some(id) if entry.mode.is_blob() => files.push(File::Now(id, entry.oid)),
                id => files.push(File::Odd(not_of_an_issue(shard, entry, id))),
            }
        }
        for file in before.keys().filter(|file| !after.contains_key(*file)) {
            let id = file.to_str().ok().and_then(|file| layout::issue_of_file(shard, file));
            files.extend(id.map(File::Gone));
        }
        shards.push(shard.to_owned());
    }
    Some((files, shards))
}

fn entries(repo: &Repo, tree: Option<ObjectId>) -> Option<BTreeMap<BString, Entry>> {
    let Some(tree) = tree else { return Some(BTreeMap::new()) };
    let entries = tree::entries(repo, tree).ok()?;
    Some(entries.into_iter().map(|entry| (entry.filename.clone(), entry)).collect())
}

/// Brings what is known as of the tree `from` up to date with `snapshot`. The flag says whether
/// it can be written down: all that could not be read is a matter of the tree alone. None where
/// more than `most` files differ, or where it cannot be told.
pub(super) fn bring_up_to_date(
    snapshot: &Snapshot<'_>,
    from: Option<ObjectId>,
    (changed, damaged): (&mut Changed, &mut Vec<Damage>),
    most: usize,
) -> Option<bool> {
    let (files, shards) = files(snapshot.repo(), from, snapshot.issues_tree())?;
    if files.len() > most {
        return None;
    }
    let mut can_be_kept = true;
    // What is odd in these directories was listed anew.
    let is_odd_here = |damage: &Damage| {
        let mut parts = damage.path.split('/').skip(1);
        damage.hides == Hidden::Nothing && parts.next().is_some_and(|name| shards.iter().any(|s| s == name))
    };
    damaged.retain(|damage| !is_odd_here(damage));
    for file in files {
        if let Some(id) = file.issue() {
            damaged.retain(|damage| damage.issue() != Some(id));
            changed.insert(id, None);
        }
        match file {
            File::Now(id, oid) => match snapshot.read_issue(id, oid) {
                Ok(issue) => drop(changed.insert(id, Some(issue))),
                Err(unread) => {
                    can_be_kept &= unread.is_lasting;
                    damaged.push(unread.damage);
                }
            },
            File::Gone(_) => {}
            File::Odd(damage) => damaged.push(damage),
        }
    }
    Some(can_be_kept)
}
