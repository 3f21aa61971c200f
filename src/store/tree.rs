//! Editing git trees: only the trees on the way to what changed are read and written.

use std::collections::BTreeMap;

use gix::ObjectId;
use gix::bstr::BString;
use gix::objs::tree::{Entry, EntryKind};
use gix::objs::{Kind, Tree, TreeRefIter};

use super::object::{self, Batch};
use super::{Error, Repo};

/// What becomes of one path.
pub(super) enum Edit {
    /// A file with this content.
    Put(ObjectId),
    /// No such file.
    Remove,
}

/// Edits by path, split at the slashes.
#[derive(Default)]
pub(super) struct Edits {
    here: BTreeMap<BString, Edit>,
    below: BTreeMap<BString, Edits>,
}

impl Edits {
    /// Adds an edit of the file at `path`.
    pub(super) fn add(&mut self, path: &str, edit: Edit) {
        match path.split_once('/') {
            Some((dir, rest)) => self.below.entry(dir.into()).or_default().add(rest, edit),
            None => {
                self.here.insert(path.into(), edit);
            }
        }
    }

    /// Applies the edits to `tree`, adding new trees to `batch`. The new tree, or none if
    /// nothing is left in it.
    pub(super) fn apply(
        self,
        repo: &Repo,
        batch: &mut Batch<'_>,
        tree: Option<ObjectId>,
    ) -> Result<Option<ObjectId>, Error> {
        let current = tree.map_or_else(|| Ok(Vec::new()), |id| entries(repo, id));
        let mut entries =
            current.map_err(|reason| Error::NotATracker { name: repo.ref_name.clone(), reason })?;
        // Once for all edits: there may be as many as there are files.
        entries.retain(|entry| !self.here.contains_key(&entry.filename));
        for (name, edit) in self.here {
            if let Edit::Put(oid) = edit {
                entries.push(Entry { mode: EntryKind::Blob.into(), filename: name, oid });
            }
        }
        for (name, edits) in self.below {
            let current = entries
                .iter()
                .position(|entry| entry.filename == name && entry.mode.is_tree())
                .map(|at| entries.remove(at).oid);
            if let Some(oid) = edits.apply(repo, batch, current)? {
                entries.retain(|entry| entry.filename != name);
                entries.push(Entry { mode: EntryKind::Tree.into(), filename: name, oid });
            }
        }
        if entries.is_empty() {
            return Ok(None);
        }
        entries.sort();
        batch.add_object(&Tree { entries }).map(Some)
    }
}

/// The entries of a tree, in git's order, or what is wrong with it.
pub(super) fn entries(repo: &Repo, id: ObjectId) -> Result<Vec<Entry>, String> {
    let data = object::read(repo, id, Kind::Tree).map_err(|error| error.reason(id))?;
    TreeRefIter::from_bytes(&data, repo.git.object_hash())
        .map(|entry| entry.map(Entry::from))
        .collect::<Result<_, _>>()
        .map_err(|_| format!("tree {id} is damaged"))
}
