//! The files of a tracker as they are stored, byte for byte, for those who copy them out.

use std::collections::BTreeMap;

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::tree::Entry;

use super::format::{gate as gate_format, settings as settings_format, template as template_format};
use super::{Snapshot, layout, tree};
use crate::model::template::TemplateName;
use crate::model::{GateKey, IssueId};

/// What a file of a tracker holds. Its path follows from it, so no name that a tree happens
/// to have ever becomes a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum StoredName {
    /// The format and the settings.
    Settings,
    /// A gate definition.
    Gate(GateKey),
    /// An issue.
    Issue(IssueId),
    /// A template.
    Template(TemplateName),
}

impl StoredName {
    /// The folders at the top that hold files: those of gates, and of templates.
    pub(crate) const FLAT_FOLDERS: [&str; 2] = [layout::GATES, layout::TEMPLATES];
    /// The folder at the top that holds folders of issues.
    pub(crate) const ISSUES: &str = layout::ISSUES;

    /// The folder it is in, from the top, each by name.
    pub(crate) fn folder(&self) -> Vec<String> {
        match self {
            Self::Settings => Vec::new(),
            Self::Gate(_) => vec![layout::GATES.to_owned()],
            Self::Issue(id) => vec![layout::ISSUES.to_owned(), layout::shard(*id)],
            Self::Template(_) => vec![layout::TEMPLATES.to_owned()],
        }
    }

    /// Its name in that folder.
    pub(crate) fn file(&self) -> String {
        match self {
            Self::Settings => layout::SETTINGS.to_owned(),
            Self::Gate(key) => layout::gate_file(key),
            Self::Issue(id) => layout::issue_file(*id),
            Self::Template(name) => layout::template_file(name),
        }
    }

    /// Its path in the tracker's tree.
    pub(crate) fn path(&self) -> String {
        [self.folder(), vec![self.file()]].concat().join("/")
    }

    /// What a file of this name in this folder holds, if it can be one of a tracker's.
    pub(crate) fn of_file(folder: &[&str], file: &str) -> Option<Self> {
        match folder {
            [] => (file == layout::SETTINGS).then_some(Self::Settings),
            [layout::GATES] => layout::gate_of_file(file).map(Self::Gate),
            [layout::TEMPLATES] => layout::template_of_file(file).map(Self::Template),
            [layout::ISSUES, shard] => layout::issue_of_file(shard, file).map(Self::Issue),
            _ => None,
        }
    }

    /// Whether a file of this name that has these bytes is one of a tracker's. The name of an
    /// issue's says it all; the others are names that anybody may give to a file.
    pub(crate) fn is_plausible(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Settings => settings_format::from_toml(bytes).is_ok(),
            // Any map reads as a gate with keys of a newer version; jit always writes a stage.
            Self::Gate(_) => {
                let has_stage = bytes.lines().any(|line| line.starts_with(b"stage:"));
                has_stage && gate_format::from_yaml(bytes).is_ok()
            }
            // The same of templates and their priority.
            Self::Template(_) => {
                let has_priority = bytes.lines().any(|line| line.starts_with(b"priority:"));
                has_priority && template_format::from_yaml(bytes).is_ok()
            }
            Self::Issue(_) => true,
        }
    }
}

/// A file of a tracker.
#[derive(Clone, Debug)]
pub(crate) struct StoredFile {
    /// What it holds.
    pub(crate) name: StoredName,
    oid: ObjectId,
}

impl StoredFile {
    /// The object with its content.
    pub(super) fn id(&self) -> ObjectId {
        self.oid
    }
}

/// What is in a tracker's tree, by name.
#[derive(Debug, Default)]
pub(crate) struct StoredFiles {
    /// Its files, sorted.
    pub(crate) files: Vec<StoredFile>,
    /// What else there is, by path, and what is wrong with it.
    pub(crate) others: BTreeMap<String, String>,
}

impl Snapshot<'_> {
    /// Lists all files of the tracker. None of them is read.
    pub(crate) fn stored_files(&self) -> StoredFiles {
        let mut found = StoredFiles::default();
        for entry in &self.root {
            match entry.filename.to_str() {
                Ok(layout::GATES) => self.walk(&mut found, &[layout::GATES], entry),
                Ok(layout::ISSUES) => self.walk(&mut found, &[layout::ISSUES], entry),
                Ok(layout::TEMPLATES) => self.walk(&mut found, &[layout::TEMPLATES], entry),
                _ => found.add(&[], entry),
            }
        }
        found.files.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }

    /// Adds what is below the directory `dir`, whose path is `folder`.
    fn walk(&self, found: &mut StoredFiles, folder: &[&str], dir: &Entry) {
        let entries = match tree::entries(self.repo, dir.oid) {
            Ok(entries) => entries,
            Err(reason) => return drop(found.others.insert(folder.join("/"), reason)),
        };
        for entry in entries {
            match (folder, entry.filename.to_str()) {
                ([layout::ISSUES], Ok(shard)) if entry.mode.is_tree() => {
                    self.walk(found, &[layout::ISSUES, shard], &entry);
                }
                _ => found.add(folder, &entry),
            }
        }
    }

    /// The bytes of a file that [`Self::stored_files`] listed, or why they cannot be read.
    pub(crate) fn read(&self, file: &StoredFile) -> Result<Vec<u8>, String> {
        self.read_file(file.oid)
    }
}

impl StoredFiles {
    fn add(&mut self, folder: &[&str], entry: &Entry) {
        let name = entry.filename.to_str().ok().and_then(|file| StoredName::of_file(folder, file));
        match name {
            Some(name) if entry.mode.is_blob() => self.files.push(StoredFile { name, oid: entry.oid }),
            _ => {
                let mut path: Vec<String> = folder.iter().map(|name| (*name).to_owned()).collect();
                path.push(entry.filename.to_string());
                self.others.insert(path.join("/"), "not a file of a tracker".to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "3f2a9c1e-7d0b-4c52-9a44-0c7f5f1f2b11";

    #[test]
    fn names_and_places_agree() {
        let id: IssueId = ID.parse().unwrap();
        let names = [
            (StoredName::Settings, "config.toml".to_owned()),
            (StoredName::Gate(GateKey::parse("unit-tests").unwrap()), "gates/unit-tests.yaml".to_owned()),
            (StoredName::Issue(id), format!("issues/3f/{ID}.yaml")),
            (StoredName::Template(TemplateName::parse("bug").unwrap()), "templates/bug.yaml".to_owned()),
        ];
        for (name, path) in names {
            let folder = name.folder();
            assert_eq!(name.path(), path);
            let folder: Vec<&str> = folder.iter().map(String::as_str).collect();
            assert_eq!(StoredName::of_file(&folder, &name.file()), Some(name));
        }
    }

    #[test]
    fn a_name_of_another_kind_is_none_of_ours() {
        let file = format!("{ID}.yaml");
        for (folder, file) in [
            (&["issues", "3e"][..], file.as_str()),
            (&["issues"], &file),
            (&["issues", "3f", "3f"], &file),
            (&["issues", "3f"], "../../config.toml"),
            (&["gates"], "../x.yaml"),
            (&["gates"], "x.yml"),
            (&["gates", "a"], "x.yaml"),
            (&[], "README.md"),
            (&["elsewhere"], "config.toml"),
        ] {
            assert_eq!(StoredName::of_file(folder, file), None, "{folder:?} {file}");
        }
    }

    #[test]
    fn settings_and_gates_are_known_by_what_is_in_them() {
        let gate = StoredName::Gate(GateKey::parse("x").unwrap());
        assert!(StoredName::Settings.is_plausible(b"format = 1\n") && gate.is_plausible(b"stage: pre\n"));
        assert!(!StoredName::Settings.is_plausible(b"name = \"site\"\n"));
        for foreign in [&b"kind: Deployment\n"[..], b"stage: build\n", b"", b"stage: [\n", b"\xff"] {
            assert!(!gate.is_plausible(foreign), "{foreign:?}");
        }
    }
}
