//! The coordinator as JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::ClaimedIssue;

/// How the coordinator of a clone stands.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "coordinator")]
pub(crate) struct CoordinatorObject {
    /// Whether one runs.
    pub(crate) running: bool,
    /// Its process.
    pub(crate) pid: Option<i32>,
    /// When the one that runs, or ran last, was started.
    pub(crate) started_at: Option<String>,
    /// When it ended; null while it runs, and if it was killed.
    pub(crate) ended_at: Option<String>,
    /// How it is stopping, if it is: drain or now.
    pub(crate) stopping: Option<String>,
    /// The file that it was configured by.
    pub(crate) config: Option<String>,
    /// What it says in the background goes here.
    pub(crate) log: Option<String>,
    /// The agents that the configuration names now.
    pub(crate) agents: Vec<CoordinatorAgent>,
}

/// An agent of a coordinator.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "coordinator_agent")]
pub(crate) struct CoordinatorAgent {
    /// Who claims issues for it.
    pub(crate) id: String,
    /// A word for people.
    pub(crate) agent_type: String,
    /// How many issues it works on at the same time, at most.
    pub(crate) max_concurrent: u32,
    /// What the coordinator of this clone has it work on.
    pub(crate) running: Vec<CoordinatorRun>,
    /// The issues that it holds by the tracker, whoever claimed them for it.
    pub(crate) holds: Vec<ClaimedIssue>,
    /// What it last did for the coordinator of this clone.
    pub(crate) last_result: Option<CoordinatorResult>,
}

/// The agents of a coordinator.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "coordinator_agent_list")]
pub(crate) struct CoordinatorAgentList {
    /// The agents, as configured.
    pub(crate) agents: Vec<CoordinatorAgent>,
    /// How many.
    pub(crate) count: usize,
}

/// Work that goes on.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "coordinator_run")]
pub(crate) struct CoordinatorRun {
    /// The issue.
    pub(crate) issue_id: String,
    /// The first eight digits of its id.
    pub(crate) short_id: String,
    /// Its title.
    pub(crate) title: String,
    /// Since when it is claimed.
    pub(crate) since: String,
    /// The how manieth attempt it is, from 1.
    pub(crate) attempt: u32,
    /// The process of the agent.
    pub(crate) pid: Option<i32>,
    /// What the agent prints goes here.
    pub(crate) log: String,
}

/// What became of the work on an issue.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "coordinator_result")]
pub(crate) struct CoordinatorResult {
    /// The repository.
    pub(crate) repo: String,
    /// The issue.
    pub(crate) issue_id: String,
    /// The first eight digits of its id.
    pub(crate) short_id: String,
    /// Its title.
    pub(crate) title: String,
    /// Who worked on it.
    pub(crate) agent: String,
    /// The how manieth attempt it was, from 1.
    pub(crate) attempt: u32,
    /// What became of it: done, gated, failed, `gave_up`, `given_back` or lost.
    pub(crate) result: String,
    /// Why, unless it is done or gated.
    pub(crate) reason: Option<String>,
    /// When it was claimed.
    pub(crate) since: Option<String>,
    /// When it ended.
    pub(crate) at: String,
}

/// What a coordinator did.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "coordinator_summary")]
pub(crate) struct CoordinatorSummary {
    /// Every end of work, in order.
    pub(crate) results: Vec<CoordinatorResult>,
    /// How many.
    pub(crate) count: usize,
    /// How many issues are done.
    pub(crate) done: usize,
    /// How many issues wait for gates, their work finished.
    pub(crate) gated: usize,
    /// How many ended otherwise.
    pub(crate) failed: usize,
    /// Repositories that went away meanwhile, and why it was thought so.
    pub(crate) gone: Vec<String>,
    /// How often a repository or its remote could not be used.
    pub(crate) troubles: usize,
}

impl CoordinatorSummary {
    /// Whether all went as it should.
    pub(crate) fn is_good(&self) -> bool {
        self.failed == 0 && self.gone.is_empty() && self.troubles == 0
    }
}

/// A configuration that was written.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "coordinator_config")]
pub(crate) struct CoordinatorConfig {
    /// The file.
    pub(crate) path: String,
}

/// A coordinator that was started in the background, or stopped.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "coordinator_process")]
pub(crate) struct CoordinatorProcess {
    /// Whether it runs.
    pub(crate) running: bool,
    /// Its process.
    pub(crate) pid: Option<i32>,
    /// What it says in the background goes here.
    pub(crate) log: Option<String>,
}
