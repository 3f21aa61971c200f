//! How a project works with its tracker, for those who begin to work on it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{CommandExecutor, Error};
use crate::model::{GateDefinition, GateKey, IssueId, Settings};
use crate::store::{Extent, Scope};

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

/// Issues that are read at once.
const PORTION: usize = 1024;

impl CommandExecutor {
    /// How this project works with its tracker.
    pub fn conventions(&self) -> Result<Conventions, Error> {
        let repo = self.storage.open()?;
        let snapshot = self.snapshot(&repo)?;
        let reading = self.read(&snapshot, Extent::All);
        let ids: Vec<IssueId> = reading.outlines().map(|outline| outline.id).collect();
        let (mut required, mut labels, mut types) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for portion in ids.chunks(PORTION) {
            for issue in reading.exactly(portion.iter().copied()).issues.into_values() {
                issue.gates.into_keys().for_each(|key| *required.entry(key).or_default() += 1);
                issue.labels.into_iter().for_each(|label| *labels.entry(label).or_default() += 1);
                *types.entry(issue.issue_type).or_default() += 1;
            }
        }
        Ok(Conventions {
            ref_name: repo.ref_name().to_owned(),
            settings: snapshot.settings.clone(),
            gates: snapshot.load(&Scope::Registry).gates,
            required,
            labels: ranked(labels),
            types: ranked(types),
            shared_with: repo.shared_remote()?.map(|remote| remote.name),
            first_remote: repo.first_remote(),
        })
    }
}

/// Words and how often each is there, the most frequent first, and equals by name.
fn ranked(counts: BTreeMap<String, usize>) -> Vec<(String, usize)> {
    let mut ranked: Vec<(String, usize)> = counts.into_iter().collect();
    ranked.sort_by_key(|(_, count)| Reverse(*count));
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_words_come_first_and_equals_by_name() {
        let counts = [("c", 1), ("b", 2), ("a", 1)].map(|(word, count)| (word.to_owned(), count));
        let expected = [("b", 2), ("a", 1), ("c", 1)].map(|(word, count)| (word.to_owned(), count));
        assert_eq!(ranked(BTreeMap::from(counts)), expected);
    }
}
