//! What an earlier coordinator left: agents that still work are taken over, the ends of others
//! are told, and claims without work are given back.

use super::config::Agent;
use super::machine::{Input, Key};
use super::place::Place;
use super::run::{RunDir, Spec};
use super::runs::{self, Run};
use crate::model::IssueId;

/// A run that was left.
pub(super) struct Found {
    pub(super) key: Key,
    pub(super) run: Run,
    agent: Option<usize>,
    attempt: u32,
    /// Whether there is an agent, or word of how it ended.
    has_work: bool,
}

impl Found {
    /// What the machine is told.
    pub(super) fn input(&self) -> Input {
        let Self { key, agent, attempt, .. } = *self;
        if self.has_work {
            Input::Adopted { key, agent, attempt }
        } else {
            Input::Orphaned { key, agent, attempt }
        }
    }

    /// What people are told.
    pub(super) fn says(&self) -> String {
        let Spec { agent, title, .. } = &self.run.spec;
        let what =
            if self.has_work { "taken over from an earlier coordinator" } else { "was left without work" };
        format!("{} {what}: {agent}, {title}", self.key.issue.short())
    }
}

/// All that was left in a clone.
pub(super) fn find(place: &Place, site: usize, agents: &[Agent]) -> Vec<Found> {
    place.run_ids().into_iter().filter_map(|issue| look_at(place, site, issue, agents)).collect()
}

fn look_at(place: &Place, site: usize, issue: IssueId, agents: &[Agent]) -> Option<Found> {
    let dir = RunDir::new(place.run(issue));
    let Some(spec) = dir.spec() else {
        // It was killed before it noted anything.
        dir.remove().unwrap_or_default();
        return None;
    };
    let lock = dir.try_lock();
    let has_ended = dir.end().is_some();
    let is_alive = matches!(lock, Ok(None));
    let has_work = spec.claim.is_some() && (is_alive || has_ended);
    if !is_alive && !has_ended {
        runs::end_leftovers(&dir);
        // A supervisor that comes late waits for the lock, and finds nothing to run.
        dir.write_spec(&Spec { work: None, ..spec.clone() }).unwrap_or_default();
    }
    drop(lock);
    let agent = agents.iter().position(|agent| agent.id.as_str() == spec.agent);
    let attempt = spec.attempt;
    let run = Run::left(place, issue, spec, has_work);
    Some(Found { key: Key { site, issue }, run, agent, attempt, has_work })
}
