//! What differs between the issues of two snapshots, from the names and hashes of files alone.
//!
//! Directories that cannot be read count as empty, so that whoever reads what differs finds out.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::tree::EntryRef;
use gix::objs::{Kind, TreeRefIter};

use super::{Repo, Snapshot, layout, object};
use crate::model::IssueId;

/// How the file of an issue differs from before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// There was none.
    Added,
    /// It is another.
    Changed,
    /// There is none any more.
    Removed,
}

impl Snapshot<'_> {
    /// The issues whose files differ in `later`, and how.
    pub(crate) fn differences(&self, later: &Self) -> BTreeMap<IssueId, Difference> {
        differences(self.repo(), self.issues_tree(), later.issues_tree())
    }

    /// The issues whose files differ between the two.
    pub(crate) fn changed_issues(&self, other: &Self) -> BTreeSet<IssueId> {
        self.differences(other).into_keys().collect()
    }

    /// All issues.
    pub(crate) fn issue_ids(&self) -> BTreeSet<IssueId> {
        differences(self.repo(), None, self.issues_tree()).into_keys().collect()
    }
}

/// What a commit changed.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// The issues whose files it changed.
    pub(super) issues: BTreeSet<IssueId>,
    /// Whether it changed anything else.
    pub(super) others: bool,
}

/// What the tree `after` of a tracker has otherwise than each of `befores`, or than nothing if
/// there are none.
pub(super) fn touched(repo: &Repo, befores: &[ObjectId], after: ObjectId) -> Touched {
    let one = |before: Option<ObjectId>| {
        let mut touched = Touched::default();
        walk(repo, before, Some(after), |name, before, after| {
            if name == layout::ISSUES.as_bytes() {
                touched.issues = differences(repo, before.map(oid), after.map(oid)).into_keys().collect();
            } else {
                touched.others = true;
            }
        });
        touched
    };
    let Some((first, others)) = befores.split_first() else { return one(None) };
    others.iter().fold(one(Some(*first)), |mut all, before| {
        let other = one(Some(*before));
        all.issues.retain(|id| other.issues.contains(id));
        all.others &= other.others;
        all
    })
}

fn differences(
    repo: &Repo,
    before: Option<ObjectId>,
    after: Option<ObjectId>,
) -> BTreeMap<IssueId, Difference> {
    let mut found = BTreeMap::new();
    walk(repo, before, after, |name, before, after| {
        let Ok(shard) = name.to_str() else { return };
        walk(repo, before.map(oid), after.map(oid), |name, before, after| {
            let issue = name.to_str().ok().and_then(|name| layout::issue_of_file(shard, name));
            let difference = match (before, after) {
                (None, _) => Difference::Added,
                (Some(_), None) => Difference::Removed,
                (Some(_), Some(_)) => Difference::Changed,
            };
            found.extend(issue.map(|issue| (issue, difference)));
        });
    });
    found
}

fn oid(entry: &EntryRef<'_>) -> ObjectId {
    entry.oid.to_owned()
}

/// Calls `visit` with the name of each entry that differs between two trees, and the entry in
/// each. No more is looked at than the two lists, in step.
fn walk(
    repo: &Repo,
    before: Option<ObjectId>,
    after: Option<ObjectId>,
    mut visit: impl FnMut(&[u8], Option<&EntryRef<'_>>, Option<&EntryRef<'_>>),
) {
    if before == after {
        return;
    }
    let [before, after] = [before, after].map(|tree| data(repo, tree));
    let [before, after] = [&before, &after].map(|data| entries(repo, data));
    let (mut before, mut after) = (before.iter().peekable(), after.iter().peekable());
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(before), Some(after)) => before.filename.cmp(after.filename),
        };
        let before = (order != Ordering::Greater).then(|| before.next()).flatten();
        let after = (order != Ordering::Less).then(|| after.next()).flatten();
        let look =
            |entry: Option<&EntryRef<'_>>| entry.map(|entry| (entry.oid.to_owned(), entry.mode.is_blob()));
        if let Some(entry) = before.or(after).filter(|_| look(before) != look(after)) {
            visit(entry.filename, before, after);
        }
    }
}

/// The bytes of a tree; none of one that is not there.
fn data(repo: &Repo, tree: Option<ObjectId>) -> Vec<u8> {
    tree.and_then(|tree| object::read(repo, tree, Kind::Tree).ok()).unwrap_or_default()
}

/// The entries of a tree in the order of their names, which git's own are in but for folders.
fn entries<'d>(repo: &Repo, data: &'d [u8]) -> Vec<EntryRef<'d>> {
    let entries = TreeRefIter::from_bytes(data, repo.git.object_hash()).collect::<Result<Vec<_>, _>>();
    let mut entries = entries.unwrap_or_default();
    entries.sort_by(|one, other| one.filename.cmp(other.filename));
    entries.dedup_by(|one, other| one.filename == other.filename);
    entries
}
