//! What can be typed: for shells that complete command lines.

use std::collections::BTreeMap;

use super::{CommandExecutor, Error, Listing};
use crate::model::{AgentId, Issue, IssueId, State};
use crate::store::{Extent, View};

/// Words of a tracker, and how many issues have each.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// Labels.
    pub labels: BTreeMap<String, usize>,
    /// Agents: who is to do an issue, who created it, and who changed it last.
    pub agents: BTreeMap<String, usize>,
    /// Types.
    pub types: BTreeMap<String, usize>,
}

impl Vocabulary {
    fn add(&mut self, issue: &Issue) {
        for label in &issue.labels {
            count(&mut self.labels, label);
        }
        count(&mut self.types, &issue.issue_type);
        let mut agents = vec![&issue.created.by, &issue.updated.by];
        agents.extend(&issue.assignee);
        agents.sort_by_key(|agent| agent.as_str());
        agents.dedup();
        agents.into_iter().map(AgentId::as_str).for_each(|agent| count(&mut self.agents, agent));
    }
}

/// Counts one more; a word that is known is not copied.
fn count(words: &mut BTreeMap<String, usize>, word: &str) {
    match words.get_mut(word) {
        Some(count) => *count += 1,
        None => drop(words.insert(word.to_owned(), 1)),
    }
}

impl CommandExecutor {
    /// The words of the tracker.
    pub fn vocabulary(&self) -> Result<Vocabulary, Error> {
        let repo = self.storage.open()?;
        let snapshot = self.snapshot(&repo)?;
        let mut vocabulary = Vocabulary::default();
        View::open(&snapshot, Extent::All).for_each_issue(|issue| vocabulary.add(issue));
        Ok(vocabulary)
    }

    /// The first `limit` issues whose ids begin with `prefix`: those that are not finished first, then as
    /// lists have them.
    pub fn issues_beginning(&self, prefix: &str, limit: usize) -> Result<Listing, Error> {
        let repo = self.storage.open()?;
        let snapshot = self.snapshot(&repo)?;
        let reading = self.read(&snapshot, Extent::All);
        let begins = |id: IssueId| id.to_string().starts_with(prefix);
        let found = reading.outlines().filter(|outline| begins(outline.id));
        let (finished, open): (Vec<_>, Vec<_>) = found
            .map(|outline| (outline.id, outline.state))
            .partition(|(_, state)| State::is_finished(*state));
        let ids: Vec<IssueId> = open.into_iter().chain(finished).map(|(id, _)| id).take(limit).collect();
        Ok(Listing { tracker: reading.exactly(ids.iter().copied()), ids })
    }
}
