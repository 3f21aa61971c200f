//! How a project works with its tracker, for those who begin to work on it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::{CommandExecutor, Error};
use crate::model::{GateDefinition, GateKey, Settings};
use crate::store::{Extent, Snapshot};

/// What somebody must know who begins to work on a project.
#[derive(Clone, Debug)]
pub struct Conventions {
    /// The reference that holds the tracker.
    pub ref_name: String,
    /// The project's settings.
    pub settings: Settings,
    /// The gates of the registry.
    pub gates: BTreeMap<GateKey, GateDefinition>,
    /// How many issues require each gate, those that are not registered included.
    pub required: BTreeMap<GateKey, usize>,
    /// The labels of issues, and how many issues have each; the most used first.
    pub labels: Vec<(String, usize)>,
    /// The types of issues, and how many issues are of each; the most used first.
    pub types: Vec<(String, usize)>,
    /// The remote that the tracker is shared with.
    pub shared_with: Option<String>,
    /// A remote that it could be shared with.
    pub first_remote: Option<String>,
}

impl CommandExecutor {
    /// How this project works with its tracker.
    pub fn conventions(&self) -> Result<Conventions, Error> {
        let repo = self.storage.open()?;
        let snapshot = Snapshot::current(&repo)?;
        let tracker = self.read(&snapshot, Extent::All).all();
        let issues = tracker.issues.values();
        let mut required = BTreeMap::new();
        for key in issues.clone().flat_map(|issue| issue.gates.keys()) {
            *required.entry(key.clone()).or_default() += 1;
        }
        Ok(Conventions {
            ref_name: repo.ref_name().to_owned(),
            labels: counted(issues.clone().flat_map(|issue| issue.labels.iter())),
            types: counted(issues.map(|issue| &issue.issue_type)),
            required,
            settings: snapshot.settings.clone(),
            gates: tracker.gates,
            shared_with: repo.shared_remote()?.map(|remote| remote.name),
            first_remote: repo.first_remote(),
        })
    }

    /// The top of the working tree, or the git directory of a bare repository. There need not
    /// be a tracker.
    pub fn project_dir(&self) -> Result<PathBuf, Error> {
        let dir = self.storage.open()?.work_dir();
        Ok(dir.canonicalize().unwrap_or(dir))
    }
}

/// Words and how often each is there, the most frequent first.
fn counted<'a>(words: impl Iterator<Item = &'a String>) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    let ranked: BTreeSet<_> = counts.into_iter().map(|(word, count)| (usize::MAX - count, word)).collect();
    ranked.into_iter().map(|(rank, word)| (word.to_owned(), usize::MAX - rank)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_words_come_first_and_equals_by_name() {
        let words = ["b", "a", "c", "b"].map(str::to_owned);
        let expected = [("b", 2), ("a", 1), ("c", 1)].map(|(word, count)| (word.to_owned(), count));
        assert_eq!(counted(words.iter()), expected);
    }
}
