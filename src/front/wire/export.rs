//! What `export` wrote, as JSON.

use schemars::JsonSchema;
use serde::Serialize;

use crate::ops::{ExportFile, Exported};

/// A folder that has the files of a tracker.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "export")]
pub(crate) struct ExportObject {
    /// The folder.
    dir: String,
    /// How many issues are in it.
    issues: usize,
    /// How many gate definitions are in it.
    gates: usize,
    /// How many files of the tracker are in it, `config.toml` included.
    files: usize,
    /// How many files of an earlier export were removed.
    removed: usize,
    /// What is in the tracker's tree and was left out.
    skipped: Vec<SkippedObject>,
}

/// Something in the tracker's tree that was not exported.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "skipped")]
struct SkippedObject {
    /// Its path in the tree.
    path: String,
    /// What is wrong with it.
    reason: String,
}

/// Issues as one file.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "export_file")]
pub(crate) struct ExportFileObject {
    /// The format.
    format: &'static str,
    /// How many issues are in it.
    issues: usize,
    /// The file.
    content: String,
}

impl ExportFileObject {
    /// Describes `file`.
    pub(crate) fn new(format: &'static str, file: &ExportFile) -> Self {
        Self { format, issues: file.count(), content: file.parts().collect() }
    }
}

impl From<&Exported> for ExportObject {
    fn from(exported: &Exported) -> Self {
        let skipped = exported.skipped.iter();
        let skipped =
            skipped.map(|(path, reason)| SkippedObject { path: path.clone(), reason: reason.clone() });
        Self {
            dir: exported.dir.display().to_string(),
            issues: exported.issues,
            gates: exported.gates,
            files: exported.files,
            removed: exported.removed,
            skipped: skipped.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn an_export_counts_its_files_and_names_what_was_left_out() {
        let skipped = BTreeMap::from([("README".to_owned(), "not a file of a tracker".to_owned())]);
        let exported = Exported { dir: "/out".into(), issues: 3, gates: 1, files: 5, removed: 2, skipped };
        assert_eq!(
            serde_json::to_string(&ExportObject::from(&exported)).unwrap(),
            r#"{"dir":"/out","issues":3,"gates":1,"files":5,"removed":2,"skipped":[{"path":"README","reason":"not a file of a tracker"}]}"#
        );
    }
}
