//! What a coordinator tells of itself, for whoever asks for its status.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::machine::{Stop, Verdict};
use super::place::{self, Place};
use super::runs::Run;
use super::runtime::Job;
use crate::model::refusal::rfc3339;

/// What is written.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// When it started.
    pub(crate) started_at: String,
    /// When it ended; absent while it runs, and if it was killed.
    pub(crate) ended_at: Option<String>,
    /// How it is stopping, if it is: `drain` or `now`.
    pub(crate) stopping: Option<String>,
    /// The file that it was configured by.
    pub(crate) config: String,
    /// The last result of each agent.
    pub(crate) results: BTreeMap<String, RunResult>,
}

/// What became of the work on an issue.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RunResult {
    /// The repository.
    pub(crate) repo: String,
    /// The issue.
    pub(crate) issue_id: String,
    /// Its title.
    pub(crate) title: String,
    /// The agent.
    pub(crate) agent: String,
    /// The how manieth attempt it was.
    pub(crate) attempt: u32,
    /// `done`, `gated`, `failed`, `gave_up`, `given_back` or `lost`.
    pub(crate) result: String,
    /// Why, unless it is done or gated.
    pub(crate) reason: Option<String>,
    /// When the issue was claimed.
    pub(crate) since: Option<String>,
    /// When the work ended.
    pub(crate) at: String,
}

impl RunResult {
    /// What became of `run`.
    pub(super) fn new(dir: &Path, run: &Run, verdict: &Verdict, at: String) -> Self {
        let spec = &run.spec;
        let (result, reason) = match verdict {
            Verdict::Done => ("done", None),
            Verdict::Gated => ("gated", None),
            Verdict::Failed(reason) => ("failed", Some(reason.clone())),
            Verdict::GaveUp(reason) => ("gave_up", Some(reason.clone())),
            Verdict::GivenBack(reason) => ("given_back", Some(reason.clone())),
            Verdict::Lost => ("lost", Some("somebody else has the issue, or ended it".to_owned())),
        };
        Self {
            repo: dir.display().to_string(),
            issue_id: spec.issue.clone(),
            title: spec.title.clone(),
            agent: spec.agent.clone(),
            attempt: spec.attempt,
            result: result.to_owned(),
            reason,
            since: spec.since.clone(),
            at,
        }
    }

    /// One line for people.
    pub(super) fn line(&self) -> String {
        let Self { agent, title, .. } = self;
        let id = self.issue_id.get(..8).unwrap_or(&self.issue_id);
        let reason = self.reason.as_ref().map_or(String::new(), |reason| format!(" ({reason})"));
        format!("{agent} {} {id}: {title}{reason}", self.result.replace('_', " "))
    }
}

/// Writes the state into every clone that the coordinator works in.
pub(super) struct Recorder {
    places: Vec<Place>,
    state: State,
}

impl Recorder {
    /// Goes on from what the last coordinator wrote.
    pub(super) fn new(places: Vec<Place>, job: &Job) -> Self {
        let mut results = BTreeMap::new();
        for place in &places {
            let before: State = place::read_json(&place.state()).unwrap_or_default();
            results.extend(before.results);
        }
        let state = State {
            started_at: rfc3339(&job.context.now()),
            ended_at: None,
            stopping: None,
            config: job.config_path.display().to_string(),
            results,
        };
        Self { places, state }
    }

    /// Writes it. What cannot be written is only missed by who asks.
    pub(super) fn write(&self) {
        for place in &self.places {
            place::write_json(&place.state(), &self.state).unwrap_or_default();
        }
    }

    pub(super) fn stopping(&mut self, stop: Stop) {
        self.state.stopping = Some(if stop == Stop::Now { "now" } else { "drain" }.to_owned());
        self.write();
    }

    pub(super) fn ended(&mut self, result: &RunResult) {
        self.state.results.insert(result.agent.clone(), result.clone());
        self.write();
    }

    pub(super) fn close(&mut self, at: String) {
        self.state.ended_at = Some(at);
        self.state.stopping = None;
        self.write();
    }
}
