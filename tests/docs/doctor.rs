//! The reference of `jit doctor` describes every finding there is.

use std::collections::BTreeSet;

use super::read;
use super::text::{rows, set};

/// The names of findings in the sources: what follows a level.
fn codes() -> BTreeSet<String> {
    let folder = super::root().join("src/ops/doctor");
    let files = std::fs::read_dir(folder).expect("it is there").flatten();
    let sources = files.map(|file| std::fs::read_to_string(file.path()).expect("it is text"));
    let code = |source: String| source.split("mod tests").next().unwrap_or_default().to_owned();
    let found = sources.map(code).flat_map(|source| {
        let calls = source.split("Level::").skip(1);
        let after = calls.filter_map(|rest| rest.split_once(','));
        let named = after.filter_map(|(_, rest)| {
            rest.trim_start().strip_prefix('"')?.split('"').next().map(str::to_owned)
        });
        named.collect::<Vec<_>>()
    });
    let mut found = set(found);
    found.insert("hidden_refs".to_owned());
    found
}

#[test]
fn every_finding_is_described() {
    let codes = codes();
    assert!(codes.len() > 35, "{codes:?}");
    let described = set(rows(&read("docs/reference/doctor.md")).into_keys());
    let levels = set(["ok", "info", "warning", "problem", "fixed"]);
    let of_store = set(["remote_not_found", "bad_remote"]);
    let mut expected: BTreeSet<String> = codes.union(&levels).cloned().collect();
    expected.insert("ambiguous_remote".to_owned());
    let missing: Vec<_> = expected.difference(&described).collect();
    let unknown: Vec<_> = described.difference(&expected).filter(|code| !of_store.contains(*code)).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing {missing:?}, unknown {unknown:?}");
}
