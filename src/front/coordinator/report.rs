//! How a coordinator and its agents stand, as it is told to people and programs.

use super::config::Config;
use super::place::{self, Place};
use super::run::RunDir;
use super::runtime::Summary;
use super::state::{RunResult, State};
use crate::front::wire::{
    ClaimedIssue, CoordinatorAgent, CoordinatorObject, CoordinatorResult, CoordinatorRun, CoordinatorSummary,
    StatusObject,
};
use crate::ops::{CommandExecutor, Error, Places};

/// How the coordinator of a clone stands, with the agents that its configuration names.
pub(crate) fn status(
    jit: &CommandExecutor,
    places: &Places,
    config: Option<&Config>,
) -> Result<CoordinatorObject, Error> {
    let place = Place::new(&places.private_dir);
    let holder = place.holder();
    let state: State = place::read_json(&place.state()).unwrap_or_default();
    let is_known = !state.started_at.is_empty();
    Ok(CoordinatorObject {
        running: holder.is_some(),
        pid: holder.and_then(|holder| holder.pid),
        started_at: is_known.then(|| state.started_at.clone()),
        ended_at: state.ended_at.clone().filter(|_| holder.is_none()),
        stopping: state.stopping.clone().filter(|_| holder.is_some()),
        config: is_known.then(|| state.config.clone()),
        log: Some(place.own_log()).filter(|log| log.exists()).map(|log| log.display().to_string()),
        agents: agents_of(jit, &place, &state, config)?,
    })
}

/// The agents that the configuration names: what they work on, and what they hold.
pub(crate) fn agents(
    jit: &CommandExecutor,
    places: &Places,
    config: &Config,
) -> Result<Vec<CoordinatorAgent>, Error> {
    let place = Place::new(&places.private_dir);
    let state: State = place::read_json(&place.state()).unwrap_or_default();
    agents_of(jit, &place, &state, Some(config))
}

fn agents_of(
    jit: &CommandExecutor,
    place: &Place,
    state: &State,
    config: Option<&Config>,
) -> Result<Vec<CoordinatorAgent>, Error> {
    let Some(config) = config else { return Ok(Vec::new()) };
    let claimed: Vec<ClaimedIssue> = StatusObject::new(&jit.status()?).claimed;
    let runs = runs(place);
    let agent = |agent: &super::config::Agent| {
        let id = agent.id.as_str();
        CoordinatorAgent {
            id: id.to_owned(),
            agent_type: agent.kind.clone(),
            max_concurrent: agent.max_concurrent.get(),
            running: runs.iter().filter(|(who, _)| who == id).map(|(_, run)| run.clone()).collect(),
            holds: claimed.iter().filter(|claimed| claimed.by == id).cloned().collect(),
            last_result: state.results.get(id).map(result),
        }
    };
    Ok(config.agent_pool.iter().map(agent).collect())
}

/// What is worked on, and by whom.
fn runs(place: &Place) -> Vec<(String, CoordinatorRun)> {
    let run = |issue: crate::model::IssueId| {
        let dir = RunDir::new(place.run(issue));
        let spec = dir.spec().filter(|spec| spec.work.is_some() && dir.end().is_none())?;
        let run = CoordinatorRun {
            issue_id: spec.issue.clone(),
            short_id: issue.short(),
            title: spec.title,
            since: spec.since.unwrap_or_default(),
            attempt: spec.attempt,
            pid: dir.worker().map(|worker| worker.agent.pid),
            log: place.log(issue).display().to_string(),
        };
        Some((spec.agent, run))
    };
    place.run_ids().into_iter().filter_map(run).collect()
}

fn result(result: &RunResult) -> CoordinatorResult {
    CoordinatorResult {
        repo: result.repo.clone(),
        issue_id: result.issue_id.clone(),
        short_id: result.issue_id.get(..8).unwrap_or(&result.issue_id).to_owned(),
        title: result.title.clone(),
        agent: result.agent.clone(),
        attempt: result.attempt,
        result: result.result.clone(),
        reason: result.reason.clone(),
        since: result.since.clone(),
        at: result.at.clone(),
    }
}

/// What became of all work.
pub(crate) fn summary(summary: &Summary) -> CoordinatorSummary {
    let count = |what: &str| summary.results.iter().filter(|result| result.result == what).count();
    let (done, gated) = (count("done"), count("gated"));
    CoordinatorSummary {
        results: summary.results.iter().map(result).collect(),
        count: summary.results.len(),
        done,
        gated,
        failed: summary.results.len() - done - gated,
        gone: summary.gone.clone(),
        troubles: summary.troubles,
    }
}
