//! What is in the directory that jit keeps to itself.

use std::fs;
use std::path::PathBuf;

use crate::store::{Repo, layout};

/// What this version puts there, and what there is in each of its directories; `*` stands for
/// any number, `**` for anything.
const KNOWN: [(&str, &[&str]); 12] = [
    ("lock", &[]),
    ("remote-lock", &[]),
    ("next", &[]),
    ("clone", &[]),
    ("clone.**", &[]),
    ("claimed", &["**"]),
    ("fetched", &["**"]),
    ("fetched.**", &[]),
    ("coordinator", &["**"]),
    ("drafts", &["**"]),
    ("cache", &["table", "delta", "table.**", "delta.**"]),
    ("events", &["lock", "index", "index.new", "*"]),
];

impl Repo {
    /// Files and directories in there that this version does not know, with their sizes.
    pub(crate) fn unknown_private(&self) -> Vec<(PathBuf, u64)> {
        let list = |dir: PathBuf| fs::read_dir(dir).into_iter().flatten().flatten();
        let mut unknown = Vec::new();
        for entry in list(self.common_dir().join(layout::PRIVATE_DIR)) {
            let name = entry.file_name();
            let known = KNOWN.iter().find(|(known, _)| is_like(&name.to_string_lossy(), known));
            let Some((_, inside)) = known else {
                unknown.push(entry);
                continue;
            };
            unknown.extend(list(entry.path()).filter(|entry| {
                let name = entry.file_name();
                !inside.iter().any(|known| is_like(&name.to_string_lossy(), known))
            }));
        }
        let size = |path: PathBuf| {
            let bytes = fs::symlink_metadata(&path).map_or(0, |meta| meta.len());
            (path, bytes)
        };
        unknown.into_iter().map(|entry| size(entry.path())).collect()
    }
}

fn is_like(name: &str, known: &str) -> bool {
    match known.strip_suffix("**") {
        Some(start) => name.starts_with(start),
        None if known == "*" => name.parse::<u32>().is_ok(),
        None => name == known,
    }
}
