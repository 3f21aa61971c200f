//! The tracker as of one commit, read as far as a decision needs it.

use std::collections::{BTreeMap, BTreeSet};

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::tree::Entry;
use gix::objs::{CommitRefIter, Kind};

use super::format::{
    FormatError, gate as gate_format, issue as issue_format, settings as settings_format,
    template as template_format,
};
use super::object::{self};
use super::{Error, Repo, Resolver, bulk_read, layout, reference, tree};
use crate::model::{
    ConflictPlace, Damage, Hidden, IdPrefix, Issue, IssueId, Refusal, Settings, Timestamp, Tracker,
};

/// How much of a tracker is read.
pub(crate) enum Scope {
    /// Settings, gate registry and templates only.
    Registry,
    /// Exactly these issues.
    Exactly(Vec<IssueId>),
    /// These issues and their direct dependencies.
    Issues(Vec<IssueId>),
    /// These issues and everything they depend on, directly or through others.
    Closure(Vec<IssueId>),
    /// Everything.
    All,
}

/// The tracker as of one commit.
pub(crate) struct Snapshot<'r> {
    pub(super) repo: &'r Repo,
    /// The commit.
    pub(super) commit: ObjectId,
    /// Its tree.
    pub(super) tree: ObjectId,
    /// The entries of that tree.
    pub(super) root: Vec<Entry>,
    pub(crate) settings: Settings,
    /// When it was, if it is looked at as the past.
    past: Option<Timestamp>,
}

impl<'r> Snapshot<'r> {
    /// The tracker as it is now.
    pub(crate) fn current(repo: &'r Repo) -> Result<Self, Error> {
        Self::try_current(repo)?.ok_or_else(|| repo.no_tracker())
    }

    /// The tracker as it is now, if there is one.
    pub(crate) fn try_current(repo: &'r Repo) -> Result<Option<Self>, Error> {
        reference::read(repo)?.map(|commit| Self::at(repo, commit)).transpose()
    }

    /// The tracker as of `commit`.
    pub(crate) fn at(repo: &'r Repo, commit: ObjectId) -> Result<Self, Error> {
        let not_a_tracker = |reason: String| Error::NotATracker { name: repo.ref_name.clone(), reason };
        let data = object::read(repo, commit, Kind::Commit).map_err(|e| not_a_tracker(e.reason(commit)))?;
        let tree = CommitRefIter::from_bytes(&data, repo.git.object_hash())
            .tree_id()
            .map_err(|_| not_a_tracker(format!("commit {commit} is damaged")))?;
        let root = tree::entries(repo, tree).map_err(not_a_tracker)?;
        let Some(config) = find(&root, layout::SETTINGS) else {
            return Err(not_a_tracker(format!("commit {commit} has no {}", layout::SETTINGS)));
        };
        let text = object::read(repo, config, Kind::Blob).map_err(|e| not_a_tracker(e.reason(config)))?;
        let settings = settings_format::from_toml(&text)
            .map_err(|source| Error::Settings { name: repo.ref_name.clone(), source })?;
        Ok(Self { repo, commit, tree, root, settings, past: None })
    }

    /// The same, looked at as what was there at `time`. What is derived from it is for nobody
    /// else, and what is known only of the present has no part in it.
    pub(crate) fn into_past(self, time: Timestamp) -> Self {
        Self { past: Some(time), ..self }
    }

    /// When it was, if it is looked at as the past.
    pub(crate) fn past(&self) -> Option<Timestamp> {
        self.past
    }

    /// The repository it was read from.
    pub(crate) fn repo(&self) -> &'r Repo {
        self.repo
    }

    /// Whether there is a file for issue `id`.
    pub(crate) fn has_issue(&self, id: IssueId) -> bool {
        self.shard_ids(&layout::shard(id)).is_ok_and(|ids| ids.contains(&id))
    }

    /// Whether both have the same settings and gate registry.
    pub(crate) fn has_same_rules(&self, other: &Self) -> bool {
        let rules =
            |snapshot: &Self| [layout::SETTINGS, layout::GATES].map(|name| find(&snapshot.root, name));
        rules(self) == rules(other)
    }

    /// Whether both have the same templates.
    pub(crate) fn has_same_templates(&self, other: &Self) -> bool {
        find(&self.root, layout::TEMPLATES) == find(&other.root, layout::TEMPLATES)
    }

    /// The commit.
    pub(crate) fn commit(&self) -> ObjectId {
        self.commit
    }

    /// The issue that a prefix names, from the names of files alone.
    pub(crate) fn resolve(&self, prefix: &IdPrefix) -> Result<Result<IssueId, Refusal>, Error> {
        Resolver::new(self).resolve(prefix)
    }

    pub(super) fn shard_ids(&self, shard: &str) -> Result<Vec<IssueId>, String> {
        let Some(issues) = find(&self.root, layout::ISSUES) else { return Ok(Vec::new()) };
        let Some(tree) = find(&tree::entries(self.repo, issues)?, shard) else { return Ok(Vec::new()) };
        let entries = tree::entries(self.repo, tree)?;
        let ids =
            entries.iter().filter_map(|entry| layout::issue_of_file(shard, entry.filename.to_str().ok()?));
        Ok(ids.collect())
    }

    /// The path in the tracker's tree of what has the fields of `place`; none for the settings.
    pub(crate) fn path_of(place: &ConflictPlace) -> Option<String> {
        match place {
            ConflictPlace::Issue(id) => Some(layout::issue_path(*id)),
            ConflictPlace::Gate(key) => Some(format!("{}/{}", layout::GATES, layout::gate_file(key))),
            ConflictPlace::Template(name) => {
                Some(format!("{}/{}", layout::TEMPLATES, layout::template_file(name)))
            }
            ConflictPlace::Settings => None,
        }
    }

    /// Reads the part of the tracker that `scope` names.
    pub(crate) fn load(&self, scope: &Scope) -> Tracker {
        let mut tracker = Tracker { settings: self.settings.clone(), ..Tracker::default() };
        self.load_gates(&mut tracker);
        self.load_templates(&mut tracker);
        match scope {
            Scope::Registry => {}
            Scope::Exactly(ids) => self.load_issues(&mut tracker, ids, Some(0)),
            Scope::Issues(ids) => self.load_issues(&mut tracker, ids, Some(1)),
            Scope::Closure(ids) => self.load_issues(&mut tracker, ids, None),
            Scope::All => self.load_all(&mut tracker),
        }
        tracker
    }

    fn load_gates(&self, tracker: &mut Tracker) {
        let (gates, damaged) =
            self.load_folder(layout::GATES, "gate", layout::gate_of_file, gate_format::from_yaml);
        tracker.gates = gates;
        tracker.damaged.extend(damaged);
    }

    fn load_templates(&self, tracker: &mut Tracker) {
        let read = template_format::from_yaml;
        let (templates, damaged) =
            self.load_folder(layout::TEMPLATES, "template", layout::template_of_file, read);
        tracker.templates = templates;
        tracker.damaged.extend(damaged);
    }

    /// Reads the files of a folder at the top, each of which is one `what` and called as `name`
    /// says; and what cannot be read.
    fn load_folder<K: Ord, V>(
        &self,
        folder: &str,
        what: &str,
        name: impl Fn(&str) -> Option<K>,
        read: impl Fn(&[u8]) -> Result<V, FormatError>,
    ) -> (BTreeMap<K, V>, Vec<Damage>) {
        let (mut found, mut damaged) = (BTreeMap::new(), Vec::new());
        let Some(tree) = find(&self.root, folder) else { return (found, damaged) };
        let entries = match tree::entries(self.repo, tree) {
            Ok(entries) => entries,
            Err(error) => return (found, vec![damage(folder, Hidden::Nothing, error)]),
        };
        for entry in entries {
            let path = format!("{folder}/{}", entry.filename);
            let key = entry.filename.to_str().ok().and_then(&name);
            let Some(key) = key.filter(|_| entry.mode.is_blob()) else {
                damaged.push(damage(&path, Hidden::Nothing, format!("not the file of a {what}")));
                continue;
            };
            match self.read_file(entry.oid).and_then(|text| read(&text).map_err(|error| error.to_string())) {
                Ok(value) => drop(found.insert(key, value)),
                Err(reason) => damaged.push(damage(&path, Hidden::Nothing, reason)),
            }
        }
        (found, damaged)
    }

    /// Loads `ids` and what they depend on, `depth` steps far, or all the way.
    fn load_issues(&self, tracker: &mut Tracker, ids: &[IssueId], mut depth: Option<usize>) {
        let Some(shards) = self.shards(tracker) else { return };
        let mut listed = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let mut todo: Vec<IssueId> = ids.to_vec();
        loop {
            todo.retain(|id| seen.insert(*id));
            let find = |id| Some((id, self.find_issue(tracker, &shards, &mut listed, id)?));
            let files = todo.into_iter().filter_map(find).collect();
            let mut next = Vec::new();
            let take = |read: bulk_read::Read| match read {
                Ok(issue) => {
                    next.extend(issue.dependencies.iter().copied());
                    tracker.issues.insert(issue.id, issue);
                }
                Err(unread) => tracker.damaged.push(unread.damage),
            };
            bulk_read::read(self.repo, files, |_, read| read, take);
            if next.is_empty() || depth == Some(0) {
                return tracker.damaged.sort_by(|a, b| a.path.cmp(&b.path));
            }
            depth = depth.map(|depth| depth - 1);
            todo = next;
        }
    }

    /// The directories of issues; none, and noted as damage, if they cannot be read.
    fn shards(&self, tracker: &mut Tracker) -> Option<Vec<Entry>> {
        let issues = find(&self.root, layout::ISSUES)?;
        let all = Hidden::BeginningWith(String::new());
        tree::entries(self.repo, issues)
            .map_err(|reason| tracker.damaged.push(damage(layout::ISSUES, all, reason)))
            .ok()
    }

    /// The files of one directory of issues; none, and noted as damage, if they cannot be read.
    fn files(&self, tracker: &mut Tracker, shard: &Entry) -> Option<Vec<Entry>> {
        let path = format!("{}/{}", layout::ISSUES, shard.filename);
        if !shard.mode.is_tree() {
            tracker.damaged.push(damage(&path, Hidden::Nothing, "not a directory of issues"));
            return None;
        }
        let hidden = Hidden::BeginningWith(shard.filename.to_string());
        tree::entries(self.repo, shard.oid)
            .map_err(|reason| {
                let known = tracker.damaged.iter().any(|damage| damage.path == path);
                if !known {
                    tracker.damaged.push(damage(&path, hidden, reason));
                }
            })
            .ok()
    }

    /// The file of issue `id`. Directories that were `listed` are not read again.
    fn find_issue(
        &self,
        tracker: &mut Tracker,
        shards: &[Entry],
        listed: &mut BTreeMap<String, Vec<Entry>>,
        id: IssueId,
    ) -> Option<ObjectId> {
        let name = layout::shard(id);
        let files = listed.entry(name).or_insert_with_key(|name| {
            let shard = shards.iter().find(|shard| shard.filename == name.as_bytes());
            shard.and_then(|shard| self.files(tracker, shard)).unwrap_or_default()
        });
        find(files, &layout::issue_file(id))
    }

    fn load_all(&self, tracker: &mut Tracker) {
        let issues = &mut tracker.issues;
        let damaged = self.read_issues(|issue| drop(issues.insert(issue.id, issue)));
        tracker.damaged.extend(damaged);
        tracker.damaged.sort_by(|a, b| a.path.cmp(&b.path));
    }

    /// Reads all issues, a few at a time, and shows each to `look`, in no particular order. What
    /// cannot be read is handed back.
    pub(crate) fn for_each_issue(&self, mut look: impl FnMut(&Issue)) -> Vec<Damage> {
        self.read_issues(|issue| look(&issue))
    }

    fn read_issues(&self, mut take: impl FnMut(Issue)) -> Vec<Damage> {
        let mut listed = Tracker::default();
        let files = self.list_files(&mut listed);
        let mut damaged = listed.damaged;
        bulk_read::read(
            self.repo,
            files,
            |_, read| read,
            |read| match read {
                Ok(issue) => take(issue),
                Err(unread) => damaged.push(unread.damage),
            },
        );
        damaged
    }

    /// The files of all issues. What else is where they are is noted as damage.
    pub(super) fn list_files(&self, tracker: &mut Tracker) -> Vec<(IssueId, ObjectId)> {
        let mut files = Vec::new();
        for shard in self.shards(tracker).into_iter().flatten() {
            for file in self.files(tracker, &shard).into_iter().flatten() {
                let name = shard.filename.to_str_lossy();
                match file.filename.to_str().ok().and_then(|file| layout::issue_of_file(&name, file)) {
                    Some(id) if file.mode.is_blob() => files.push((id, file.oid)),
                    id => tracker.damaged.push(not_of_an_issue(&name, &file, id)),
                }
            }
        }
        files
    }

    /// Reads the file of issue `id`.
    pub(super) fn read_issue(&self, id: IssueId, oid: ObjectId) -> Result<Issue, Unread> {
        read_issue(self.repo, id, oid)
    }

    /// The tree of issues, if there is one.
    pub(super) fn issues_tree(&self) -> Option<ObjectId> {
        find(&self.root, layout::ISSUES)
    }

    /// The bytes of a file, or why they cannot be read.
    pub(super) fn read_file(&self, oid: ObjectId) -> Result<Vec<u8>, String> {
        object::read(self.repo, oid, Kind::Blob).map_err(|error| error.reason(oid))
    }
}

/// What is said of an entry in the directory `shard` that is not the file of an issue, though
/// it may be called like that of `id`.
pub(super) fn not_of_an_issue(shard: &str, entry: &Entry, id: Option<IssueId>) -> Damage {
    let path = format!("{}/{shard}/{}", layout::ISSUES, entry.filename);
    damage(&path, id.map_or(Hidden::Nothing, Hidden::Issue), "not the file of an issue")
}

/// An issue that could not be read.
pub(super) struct Unread {
    pub(super) damage: Damage,
    /// Whether it is so wherever the tracker has this file, rather than a matter of the
    /// objects that this repository has at the moment.
    pub(super) is_lasting: bool,
}

/// Reads the file `oid` of issue `id`.
pub(super) fn read_issue(repo: &Repo, id: IssueId, oid: ObjectId) -> Result<Issue, Unread> {
    let unread = |reason: String, is_lasting: bool| Unread {
        damage: damage(&layout::issue_path(id), Hidden::Issue(id), reason),
        is_lasting,
    };
    let text = object::read(repo, oid, Kind::Blob).map_err(|error| unread(error.reason(oid), false))?;
    issue_format::from_yaml(id, &text).map_err(|error| unread(error.to_string(), true))
}

fn find(entries: &[Entry], name: &str) -> Option<ObjectId> {
    entries.iter().find(|entry| entry.filename == name.as_bytes()).map(|entry| entry.oid)
}

fn damage(path: &str, hides: Hidden, reason: impl Into<String>) -> Damage {
    Damage { path: path.to_owned(), hides, reason: reason.into() }
}
