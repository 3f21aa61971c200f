//! Running the checkers of gates.

use std::ffi::OsStr;
use std::time::Duration;

use crate::model::{Checker, GateKey, GateResult, IdPrefix, IssueId, Refusal, Tracker, gate};
use crate::ops::mutate::{Outcome, Reach, resolve};
use crate::ops::{CommandExecutor, Error};
use crate::process::{Limit, Program};
use crate::store::{Scope, Snapshot};

/// How much of what a checker printed is kept.
const KEEP_BYTES: usize = 16 << 10;

/// What became of one checker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckResult {
    /// It exited with status 0.
    Passed,
    /// It exited with another status, or a signal ended it (none).
    Failed(Option<i32>),
    /// It took too long and was stopped.
    TimedOut,
}

/// One checker that ran.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The gate.
    pub key: GateKey,
    /// How it ended.
    pub result: CheckResult,
    /// The end of what it printed.
    pub output: String,
}

impl CommandExecutor {
    /// Runs the checkers of an issue's gates and records the results in one commit. Without
    /// `keys`, all required gates that have a checker run.
    pub fn gate_check(&self, issue: &IdPrefix, keys: &[GateKey]) -> Result<Outcome<Vec<Checked>>, Error> {
        let repo = self.storage.open()?;
        let snapshot = Snapshot::current(&repo)?;
        let id = resolve(&snapshot, std::slice::from_ref(issue))?[0];
        let tracker = snapshot.load(&Scope::Issues(vec![id]));
        let actor = self.acting(&repo, None);
        let checkers = checkers(&tracker, id, keys)?;
        // No lock is held while they run; the reports are decided on the tracker as it is then.
        let mut checked = Vec::with_capacity(checkers.len());
        for (key, checker) in checkers {
            let secs = checker.timeout_secs.unwrap_or(tracker.settings.gate_timeout_secs);
            let shell = Program {
                name: OsStr::new("sh"),
                args: &["-c", &checker.command],
                dir: &repo.work_dir(),
                environment: &[
                    ("JIT_ISSUE_ID", Some(id.to_string())),
                    ("JIT_GATE", Some(key.to_string())),
                    ("JIT_AGENT", Some(actor.to_string())),
                ],
                interactive: false,
                show_errors: false,
            };
            let finished = shell
                .start(KEEP_BYTES)
                .and_then(|running| {
                    running.finish_while(Limit::Total(Duration::from_secs(secs)), || {
                        !self.context.is_cancelled()
                    })
                })
                .map_err(|source| Error::Checker { gate: key.clone(), source })?;
            self.context.check_wanted()?;
            let result = match finished.status {
                None => CheckResult::TimedOut,
                Some(status) if status.success() => CheckResult::Passed,
                Some(status) => CheckResult::Failed(status.code()),
            };
            checked.push(Checked { key, result, output: finished.stdout + &finished.stderr });
        }
        let outcome = self.mutate(None, &[IdPrefix::of(id)], Reach::Named, |draft, ids| {
            checked.iter().try_for_each(|check| gate::report(draft, ids[0], &check.key, check.report()))
        })?;
        Ok(outcome.map(|()| checked))
    }
}

impl Checked {
    fn report(&self) -> GateResult {
        let reason = match self.result {
            CheckResult::Passed => return GateResult::Passed,
            CheckResult::Failed(Some(status)) => format!("exit status {status}"),
            CheckResult::Failed(None) => "ended by a signal".to_owned(),
            CheckResult::TimedOut => "timed out".to_owned(),
        };
        GateResult::Failed { reason: Some(reason) }
    }
}

fn checkers(tracker: &Tracker, id: IssueId, keys: &[GateKey]) -> Result<Vec<(GateKey, Checker)>, Refusal> {
    let issue = tracker.issue(id)?;
    let checker = |key: &GateKey| tracker.gates.get(key).and_then(|gate| gate.checker.clone());
    if keys.is_empty() {
        let all = issue.gates.keys().filter_map(|key| Some((key.clone(), checker(key)?)));
        return Ok(all.collect());
    }
    let named = keys.iter().map(|key| {
        if !issue.gates.contains_key(key) {
            return Err(Refusal::GateNotRequired { issue: id, key: key.clone() });
        }
        let checker = checker(key).ok_or_else(|| Refusal::NoChecker { key: key.clone() })?;
        Ok((key.clone(), checker))
    });
    named.collect()
}
