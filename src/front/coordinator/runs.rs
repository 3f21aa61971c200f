//! The work that goes on: starts supervisors, notices what agents print and how they end.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};

use super::config::{Agent, Rules};
use super::machine::{Input, Key};
use super::place::Place;
use super::run::{RunDir, Spec, Work};
use super::site::Granted;
use super::supervise::log_from_run;
use crate::model::{AgentId, IssueId};
use crate::process::job::{self, Job, Started};

/// How often it is looked whether the supervisor of another coordinator is alive.
const LOOK: Duration = Duration::from_secs(1);
/// The most bytes of a description in the environment, where the system takes no more than
/// 128 kB of one value. Standard input has all of it.
const MOST_IN_ENVIRONMENT: usize = 64 << 10;

/// The work on an issue.
#[derive(Debug)]
pub(super) struct Run {
    dir: RunDir,
    pub(super) spec: Spec,
    agent: Option<AgentId>,
    log: PathBuf,
    issue: Option<Granted>,
    supervisor: Option<Started>,
    phase: Phase,
    printed: Option<(u64, SystemTime)>,
    renewals: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing was started.
    Idle,
    /// A supervisor of ours works.
    Ours,
    /// A supervisor that another coordinator started works; when that was last looked at.
    Adopted(Instant),
    /// The agent ended.
    Ended,
}

impl Run {
    /// An issue that is about to be claimed.
    pub(super) fn claiming(place: &Place, issue: IssueId, agent: &AgentId) -> Self {
        let spec = Spec {
            issue: issue.to_string(),
            title: String::new(),
            agent: agent.to_string(),
            claim: None,
            since: None,
            attempt: 1,
            work: None,
        };
        Self::new(place, issue, spec, Phase::Idle)
    }

    /// What an earlier coordinator left; whether its agent still works, or ended and left word.
    pub(super) fn left(place: &Place, issue: IssueId, spec: Spec, works: bool) -> Self {
        let phase = if works { Phase::Adopted(Instant::now()) } else { Phase::Idle };
        Self::new(place, issue, spec, phase)
    }

    fn new(place: &Place, issue: IssueId, spec: Spec, phase: Phase) -> Self {
        let dir = RunDir::new(place.run(issue));
        Self {
            agent: AgentId::parse(&spec.agent).ok(),
            log: place.log(issue),
            renewals: dir.renewals(),
            dir,
            spec,
            issue: None,
            supervisor: None,
            phase,
            printed: None,
        }
    }

    /// Notes it, so that it is known to a coordinator to come.
    pub(super) fn note(&self) -> io::Result<()> {
        self.dir.remove()?;
        self.dir.write_spec(&self.spec)
    }

    fn supervisor_id(&self) -> Option<i32> {
        let ours = self.supervisor.as_ref().map(Started::id);
        ours.or_else(|| self.dir.worker().map(|worker| worker.supervisor))
    }

    /// Whether the agent printed anything since it was last looked.
    fn has_printed(&mut self) -> bool {
        let Ok(meta) = fs::metadata(&self.log) else { return false };
        let now = meta.modified().ok().map(|at| (meta.len(), at));
        let is_new = now != self.printed;
        self.printed = now;
        is_new
    }

    /// Whether the supervisor is gone.
    fn is_abandoned(&mut self) -> bool {
        match &mut self.phase {
            Phase::Idle | Phase::Ended => return false,
            Phase::Ours => match self.supervisor.as_mut().map(Started::try_wait) {
                Some(Ok(None)) => return false,
                _ => self.phase = Phase::Adopted(Instant::now()),
            },
            Phase::Adopted(looked) if looked.elapsed() < LOOK => return false,
            Phase::Adopted(looked) => *looked = Instant::now(),
        }
        matches!(self.dir.try_lock(), Ok(Some(_)) | Err(_))
    }

    /// How the agent ended, if it did.
    fn end(&mut self, key: Key) -> Option<Input> {
        if matches!(self.phase, Phase::Idle | Phase::Ended) {
            return None;
        }
        // In this order: word is left before the supervisor goes.
        let is_abandoned = self.is_abandoned();
        if let Some(end) = self.dir.end() {
            self.phase = Phase::Ended;
            return Some(Input::Exited { key, end });
        }
        is_abandoned.then(|| {
            self.phase = Phase::Ended;
            end_leftovers(&self.dir);
            Input::Vanished(key)
        })
    }
}

/// Ends what is left of an agent whose supervisor was killed.
pub(super) fn end_leftovers(dir: &RunDir) {
    if let Some(worker) = dir.worker()
        && (worker.agent.is_alive() || worker.agent.may_have_left_a_group())
    {
        job::end_group(worker.agent.pid);
    }
}

/// All work that goes on.
pub(super) struct Runs {
    supervisor: (PathBuf, Vec<&'static str>),
    runs: BTreeMap<Key, Run>,
}

impl Runs {
    /// No work yet; the program and first arguments of supervisors.
    pub(super) fn new(supervisor: (PathBuf, Vec<&'static str>)) -> Self {
        Self { supervisor, runs: BTreeMap::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    pub(super) fn insert(&mut self, key: Key, run: Run) {
        self.runs.insert(key, run);
    }

    pub(super) fn get(&self, key: Key) -> Option<&Run> {
        self.runs.get(&key)
    }

    /// Forgets a run, and what is noted of it.
    pub(super) fn remove(&mut self, key: Key) {
        if let Some(run) = self.runs.remove(&key) {
            // What stays is taken for an orphan by the next coordinator, which then finds that
            // nothing is to be done.
            run.dir.remove().unwrap_or_default();
        }
    }

    /// Who holds an issue, by which claim.
    pub(super) fn holder(&self, key: Key) -> Option<(AgentId, Option<String>)> {
        let run = self.runs.get(&key)?;
        Some((run.agent.clone()?, run.spec.claim.clone()))
    }

    /// The claims in a repository that are worked on.
    pub(super) fn claims(&self, site: usize) -> Vec<(Key, String)> {
        let runs = self.runs.iter().filter(|(key, _)| key.site == site);
        runs.filter_map(|(key, run)| Some((*key, run.spec.claim.clone()?))).collect()
    }

    pub(super) fn granted(&mut self, key: Key, granted: Granted) {
        if let Some(run) = self.runs.get_mut(&key) {
            run.spec.claim = Some(granted.claim.clone());
            run.spec.since = Some(granted.since.clone());
            run.spec.title.clone_from(&granted.issue.title);
            run.issue = Some(granted);
        }
    }

    pub(super) fn renewed(&mut self, key: Key) {
        if let Some(run) = self.runs.get_mut(&key) {
            run.renewals += 1;
            // Without it the supervisor ends the agent in time.
            run.dir.renew_lease(run.renewals).unwrap_or_default();
        }
    }

    /// Starts the agent, under a supervisor; what is to be told of it.
    pub(super) fn start(
        &mut self,
        key: Key,
        agent: &Agent,
        rules: &Rules,
        attempt: u32,
        work_dir: &Path,
        now: &str,
    ) -> io::Result<String> {
        let Some(run) = self.runs.get_mut(&key) else { return Err(io::ErrorKind::NotFound.into()) };
        let Some(granted) = &run.issue else { return Err(io::ErrorKind::NotFound.into()) };
        let stdin = stdin(granted, agent, attempt, work_dir, &run.log);
        let environment = environment(granted, agent, attempt, work_dir, &run.log);
        let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        // The supervisor must be through with it when others may take the issue over.
        let lease = rules.lease.saturating_sub(Duration::from_secs(rules.stop_grace_secs));
        run.spec.attempt = attempt;
        run.spec.work = Some(Work {
            command: agent.command_line(),
            is_shell: agent.is_run_by_shell(),
            dir: work_dir.to_owned(),
            environment,
            log: log_from_run(&run.log),
            heading: format!("{now} {}, attempt {attempt}, claim {}", agent.id, granted.claim),
            lease_millis: millis(lease.max(rules.lease / 2)),
            grace_millis: millis(Duration::from_secs(rules.stop_grace_secs)),
        });
        run.dir.write_stdin(serde_json::to_string(&stdin)?.as_bytes())?;
        run.dir.write_spec(&run.spec)?;
        let args: Vec<_> = self.supervisor.1.iter().map(std::ffi::OsString::from).collect();
        let job = Job {
            name: self.supervisor.0.as_os_str(),
            args: &args,
            dir: run.dir.path(),
            environment: &[],
            stdin: None,
            output: None,
            errors: None,
        };
        run.supervisor = Some(job.start()?);
        run.phase = Phase::Ours;
        Ok(format!("{} works on {}: {}", agent.id, key.issue.short(), granted.issue.title))
    }

    /// What has happened to agents since it was last looked.
    pub(super) fn look(&mut self) -> Vec<Input> {
        let mut inputs = Vec::new();
        for (key, run) in &mut self.runs {
            if matches!(run.phase, Phase::Ours | Phase::Adopted(_)) && run.has_printed() {
                inputs.push(Input::Heard(*key));
            }
            inputs.extend(run.end(*key));
        }
        inputs
    }

    /// Asks an agent to end.
    pub(super) fn stop(&self, key: Key) {
        if let Some(id) = self.runs.get(&key).and_then(Run::supervisor_id) {
            job::ask_to_end(id);
        }
    }

    /// Ends an agent and its supervisor.
    pub(super) fn kill(&self, key: Key) {
        let Some(run) = self.runs.get(&key) else { return };
        end_leftovers(&run.dir);
        run.supervisor_id().into_iter().for_each(job::end);
    }
}

fn labels(granted: &Granted) -> String {
    granted.issue.labels.iter().map(String::as_str).collect::<Vec<_>>().join(",")
}

/// What an agent reads.
fn stdin(granted: &Granted, agent: &Agent, attempt: u32, work_dir: &Path, log: &Path) -> Value {
    json!({
        "issue": granted.json,
        "agent": agent.id.as_str(),
        "agent_type": agent.kind,
        "claim_id": granted.claim,
        "attempt": attempt,
        "repo": work_dir,
        "log": log,
    })
}

/// What an agent finds in its environment.
fn environment(
    granted: &Granted,
    agent: &Agent,
    attempt: u32,
    work_dir: &Path,
    log: &Path,
) -> Vec<(String, String)> {
    let issue = &granted.issue;
    let values = [
        ("JIT_AGENT", agent.id.to_string()),
        ("JIT_AGENT_TYPE", agent.kind.clone()),
        ("JIT_ATTEMPT", attempt.to_string()),
        ("JIT_CLAIM_ID", granted.claim.clone()),
        ("JIT_DESCRIPTION", beginning(&issue.description).to_owned()),
        ("JIT_ISSUE_ID", issue.id.to_string()),
        ("JIT_LABELS", labels(granted)),
        ("JIT_LOG", log.display().to_string()),
        ("JIT_PRIORITY", issue.priority.to_string()),
        ("JIT_REPO", work_dir.display().to_string()),
        ("JIT_TITLE", issue.title.clone()),
        ("JIT_TYPE", issue.issue_type.clone()),
    ];
    values.into_iter().map(|(name, value)| (name.to_owned(), value.replace('\0', ""))).collect()
}

/// As much of a text as the environment takes.
fn beginning(text: &str) -> &str {
    let end = (0..=text.len().min(MOST_IN_ENVIRONMENT)).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or_default()]
}
