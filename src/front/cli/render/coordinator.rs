//! The coordinator, its agents, and what they did.

use super::table;
use super::text::{FAINT, HEADING, clean, count, joined, paint};
use super::times::Times;
use crate::front::wire::{
    ClaimedIssue, CoordinatorAgent, CoordinatorObject, CoordinatorResult, CoordinatorRun, CoordinatorSummary,
};

/// Whether it runs, and its agents.
pub(crate) fn status(status: &CoordinatorObject, quiet: bool, width: Option<usize>) -> String {
    if quiet {
        return format!("{}\n", if status.running { "running" } else { "not running" });
    }
    let process = status.pid.map_or(String::new(), |pid| format!(" as process {pid}"));
    let since = status.started_at.as_deref().map_or(String::new(), |at| format!(" since {}", time(at)));
    let mut lines = vec![paint(
        HEADING,
        &match (status.running, &status.stopping, &status.ended_at) {
            (true, None, _) => format!("Coordinator: running{process}{since}"),
            (true, Some(how), _) => format!("Coordinator: stopping ({}){process}{since}", clean(how)),
            (false, _, Some(at)) => format!("Coordinator: not running, stopped at {}", time(at)),
            (false, _, None) => "Coordinator: not running".to_owned(),
        },
    )];
    if let Some(log) = &status.log {
        lines.push(format!("  log: {}", clean(log)));
    }
    if status.agents.is_empty() {
        lines.push("  no agents are configured ('jit coordinator init-config' writes an example)".to_owned());
        return joined(&lines);
    }
    lines.push(String::new());
    joined(&lines) + &agents(&status.agents, false, width)
}

/// The agents, what they work on and what they hold.
pub(crate) fn agents(agents: &[CoordinatorAgent], quiet: bool, width: Option<usize>) -> String {
    if quiet {
        return joined(&agents.iter().map(|agent| clean(&agent.id).into_owned()).collect::<Vec<_>>());
    }
    let row = |agent: &CoordinatorAgent| {
        [
            clean(&agent.id).into_owned(),
            clean(&agent.agent_type).into_owned(),
            format!("{} of {}", agent.running.len(), agent.max_concurrent),
            agent.holds.len().to_string(),
            agent.last_result.as_ref().map(last).unwrap_or_default(),
        ]
    };
    let header = ["AGENT", "TYPE", "RUNNING", "HOLDS", "LAST RESULT"];
    let mut table = table::lines(header, agents.iter().map(row), width).into_iter();
    let mut lines: Vec<String> = table.next().map(|header| paint(HEADING, &header)).into_iter().collect();
    for (agent, line) in agents.iter().zip(table) {
        lines.push(line);
        lines.extend(agent.running.iter().map(running));
        let is_running =
            |held: &&ClaimedIssue| agent.running.iter().any(|running| running.issue_id == held.id);
        lines.extend(agent.holds.iter().filter(|held| !is_running(held)).map(held));
    }
    joined(&lines)
}

/// A point in time, exactly: who looks at a coordinator compares it with its log.
fn time(at: &str) -> std::borrow::Cow<'_, str> {
    Times::EXACT.show_text(at)
}

fn last(result: &CoordinatorResult) -> String {
    format!("{} {} at {}", clean(&result.result.replace('_', " ")), result.short_id, time(&result.at))
}

fn running(run: &CoordinatorRun) -> String {
    let attempt = if run.attempt > 1 { format!(", attempt {}", run.attempt) } else { String::new() };
    format!("  works on {} since {}{attempt}: {}", run.short_id, time(&run.since), clean(&run.title))
}

fn held(held: &ClaimedIssue) -> String {
    let expired = if held.expired { ", expired" } else { "" };
    paint(
        FAINT,
        &format!("  holds {} since {}{expired}: {}", held.short_id, time(&held.at), clean(&held.title)),
    )
}

/// What became of all work.
pub(crate) fn summary(summary: &CoordinatorSummary, quiet: bool, width: Option<usize>) -> String {
    if quiet {
        return joined(&summary.results.iter().map(|result| result.issue_id.clone()).collect::<Vec<_>>());
    }
    let row = |result: &CoordinatorResult| {
        [
            result.short_id.clone(),
            clean(&result.result.replace('_', " ")).into_owned(),
            clean(&result.agent).into_owned(),
            clean(&result.title).into_owned(),
        ]
    };
    let mut table =
        table::lines(["ID", "RESULT", "AGENT", "TITLE"], summary.results.iter().map(row), width).into_iter();
    let mut lines: Vec<String> = table.next().map(|header| paint(HEADING, &header)).into_iter().collect();
    for (result, line) in summary.results.iter().zip(table) {
        lines.push(line);
        lines.extend(result.reason.as_ref().map(|reason| paint(FAINT, &format!("  <- {}", clean(reason)))));
    }
    let CoordinatorSummary { done, gated, failed, .. } = summary;
    lines.push(format!(
        "\n{}: {done} done, {gated} gated, {failed} not finished",
        count(summary.count, "issue")
    ));
    joined(&lines)
}
