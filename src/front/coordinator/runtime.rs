//! The coordinator's body: does what the machine decides, and tells it what happened.
//!
//! Trackers are asked by a thread for each repository, agents run under supervisors of their
//! own; this loop only waits for answers, looks after runs, and keeps time.

use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use super::config::{Agent, Config};
use super::machine::{Effect, Input, Key, Limits, Machine, Stop, Verdict};
use super::place::{Lock, Place};
use super::runs::{Run, Runs};
use super::site::{Answer, Granted, Hurry, Site, Task};
use super::state::{Recorder, RunResult};
use super::{Error, recover};
use crate::model::refusal::rfc3339;
use crate::ops::{CommandExecutor, Context, Places, RemoteUse};
use crate::store::Storage;

/// How long it sleeps where nobody says anything: while agents run, and otherwise.
const TICK: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(200));

/// What a coordinator is to do.
pub(crate) struct Job {
    /// Its agents and rules.
    pub(crate) config: Config,
    /// Where they are from.
    pub(crate) config_path: PathBuf,
    /// The repositories.
    pub(crate) repos: Vec<PathBuf>,
    /// Whether each place of each agent is filled once only.
    pub(crate) once: bool,
    /// The clock, and how to talk to remotes.
    pub(crate) context: Context,
    /// The program and first arguments of a supervisor.
    pub(crate) supervisor: (PathBuf, Vec<&'static str>),
}

/// What is told while it works.
pub(crate) enum Told {
    /// It went as it should.
    Note(String),
    /// It did not.
    Warning(String),
}

/// What became of it all.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    /// Every end of work, in order.
    pub(crate) results: Vec<RunResult>,
    /// The repositories that went away.
    pub(crate) gone: Vec<String>,
    /// How often a repository or its remote could not be used.
    pub(crate) troubles: usize,
}

/// A repository, seen from here.
struct SiteHandle {
    place: Place,
    dir: PathBuf,
    tasks: Sender<Task>,
    thread: std::thread::JoinHandle<()>,
    _lock: Lock,
}

/// Works until it is stopped, or for one cycle.
pub(crate) fn run(job: &Job, tell: &mut dyn FnMut(Told)) -> Result<Summary, Error> {
    let (answers, inbox) = mpsc::channel();
    let mut context = job.context.clone();
    if !job.config.sync {
        context = context.clone().with_network(context.network(), RemoteUse::Offline);
    }
    let hurry = Hurry::default();
    let mut sites = Vec::new();
    let mut shared = Vec::new();
    for (index, dir) in job.repos.iter().enumerate() {
        let places = CommandExecutor::with_context(Storage::new(dir), context.clone()).places()?;
        warn_unshared(job, &places, tell);
        shared.push(job.config.sync && places.shared_with.is_some());
        sites.push(open(index, &places, &context, &hurry, &answers)?);
    }
    listen_to_signals(&answers)?;
    let agents = &job.config.agent_pool;
    let places: Vec<usize> = agents.iter().map(|agent| agent.max_concurrent.get() as usize).collect();
    let machine = Machine::new(limits(&job.config), &places, &shared, job.once);
    let recorder = Recorder::new(sites.iter().map(|site| site.place.clone()).collect(), job);
    let runs = Runs::new(job.supervisor.clone());
    let mut runtime = Runtime {
        job,
        context,
        agents,
        machine,
        sites,
        hurry,
        runs,
        recorder,
        inbox,
        started: Instant::now(),
        summary: Summary::default(),
        tell,
        gone: None,
        has_quit: false,
    };
    runtime.recorder.write();
    if !job.once {
        runtime.note("working; a signal or 'jit coordinator stop' stops it");
    }
    runtime.take_over();
    while !runtime.has_quit {
        runtime.turn();
    }
    runtime.close()
}

fn warn_unshared(job: &Job, places: &Places, tell: &mut dyn FnMut(Told)) {
    if let (true, None, Some(remote)) = (job.config.sync, &places.shared_with, &places.first_remote) {
        tell(Told::Warning(format!(
            "the tracker is not shared with {remote}, so claims count in this clone alone; 'jit sync' shares it"
        )));
    }
}

fn open(
    index: usize,
    places: &Places,
    context: &Context,
    hurry: &Hurry,
    answers: &Sender<Answer>,
) -> Result<SiteHandle, Error> {
    let place = Place::new(&places.private_dir);
    let lock = place.lock()?;
    // A wish that was meant for somebody else.
    std::fs::remove_file(place.stop()).unwrap_or_default();
    place.prune_logs();
    let site = Site::new(index, places, context.clone(), hurry.clone(), answers.clone());
    let (tasks, queue) = mpsc::channel();
    let thread = std::thread::spawn(move || site.run(&queue));
    Ok(SiteHandle { place, dir: places.work_dir.clone(), tasks, thread, _lock: lock })
}

fn listen_to_signals(answers: &Sender<Answer>) -> Result<(), Error> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM]);
    let mut signals = signals.map_err(Error::io("listen to", std::path::Path::new("signals")))?;
    let answers = answers.clone();
    std::thread::spawn(move || {
        for _ in signals.forever() {
            if answers.send(Answer::Stop).is_err() {
                return;
            }
        }
    });
    Ok(())
}

fn limits(config: &Config) -> Limits {
    let rules = &config.dispatch_rules;
    Limits {
        order: rules.priority_order.clone(),
        stall: rules.stall,
        max_runtime: rules.max_runtime,
        lease: rules.lease,
        max_attempts: rules.max_attempts.get(),
        retry_delay: Duration::from_secs(rules.retry_delay_secs),
        grace: Duration::from_secs(rules.stop_grace_secs),
        poll: Duration::from_secs(config.poll_interval_secs.get()),
    }
}

struct Runtime<'a> {
    job: &'a Job,
    context: Context,
    agents: &'a [Agent],
    machine: Machine,
    sites: Vec<SiteHandle>,
    hurry: Hurry,
    runs: Runs,
    recorder: Recorder,
    inbox: Receiver<Answer>,
    started: Instant,
    summary: Summary,
    tell: &'a mut dyn FnMut(Told),
    /// The repository that went away last.
    gone: Option<Error>,
    has_quit: bool,
}

impl Runtime<'_> {
    fn note(&mut self, text: &str) {
        let now = rfc3339(&self.context.now());
        (self.tell)(Told::Note(format!("{now} {text}")));
    }

    fn warn(&mut self, text: &str) {
        let now = rfc3339(&self.context.now());
        (self.tell)(Told::Warning(format!("{now} {text}")));
    }

    /// Takes over what an earlier coordinator left.
    fn take_over(&mut self) {
        for index in 0..self.sites.len() {
            let found = recover::find(&self.sites[index].place, index, self.agents);
            for found in found {
                self.note(&found.says());
                let input = found.input();
                self.runs.insert(found.key, found.run);
                self.feed(input);
            }
        }
    }

    /// Waits for an answer, then looks after everything.
    fn turn(&mut self) {
        let pause = if self.runs.is_empty() { TICK.1 } else { TICK.0 };
        match self.inbox.recv_timeout(pause) {
            Ok(answer) => {
                self.answer(answer);
                while let Ok(answer) = self.inbox.try_recv() {
                    self.answer(answer);
                }
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
        for input in self.runs.look() {
            self.feed(input);
        }
        self.read_wishes();
        self.feed(Input::Tick);
    }

    fn answer(&mut self, answer: Answer) {
        match answer {
            Answer::Input(Input::Moved(site)) => {
                self.check(site);
                self.feed(Input::Moved(site));
            }
            Answer::Input(Input::Renewed(key)) => {
                self.runs.renewed(key);
                self.feed(Input::Renewed(key));
            }
            Answer::Input(Input::Synced(site)) => {
                self.check(site);
                self.feed(Input::Synced(site));
            }
            Answer::Input(input) => {
                if matches!(
                    input,
                    Input::Trouble { .. } | Input::ClaimFailed { .. } | Input::NotSynced { .. }
                ) {
                    self.summary.troubles += 1;
                }
                self.feed(input);
            }
            Answer::Granted { key, granted } => self.granted(key, *granted),
            Answer::Warning(text) => self.warn(&text),
            Answer::Gone { site, reason } => {
                let gone = Error::RepositoryGone { dir: self.sites[site].dir.clone(), reason };
                self.summary.gone.push(gone.to_string());
                if self.sites.len() > 1 {
                    self.warn(&gone.to_string());
                }
                self.gone = Some(gone);
                self.feed(Input::Gone(site));
            }
            Answer::Stop => {
                let stop = if self.machine.stopping().is_some() { Stop::Now } else { Stop::Drain };
                self.stop(stop);
            }
        }
    }

    fn granted(&mut self, key: Key, granted: Granted) {
        let attempts = granted.attempts;
        self.runs.granted(key, granted);
        self.feed(Input::Claimed { key, attempts });
    }

    /// Lets it be seen whether the claims that are worked on still stand.
    fn check(&mut self, site: usize) {
        let claims = self.runs.claims(site);
        if !claims.is_empty() {
            self.ask(site, Task::Check(claims));
        }
    }

    fn read_wishes(&mut self) {
        let wishes = self.sites.iter().filter_map(|site| {
            let text = std::fs::read_to_string(site.place.stop()).ok()?;
            Some(if text.trim() == "now" { Stop::Now } else { Stop::Drain })
        });
        if let Some(stop) = wishes.max() {
            self.stop(stop);
        }
    }

    fn stop(&mut self, stop: Stop) {
        if self.machine.stopping() >= Some(stop) {
            return;
        }
        let text = match stop {
            Stop::Drain => "stopping when running work has ended",
            Stop::Now => "stopping now: running work is stopped and given back",
        };
        self.note(text);
        if stop == Stop::Now {
            self.hurry.begin();
        }
        self.recorder.stopping(stop);
        self.feed(Input::Stop(stop));
    }

    fn ask(&self, site: usize, task: Task) {
        // The thread ends only after this does.
        self.sites[site].tasks.send(task).unwrap_or_default();
    }

    fn feed(&mut self, input: Input) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            for effect in self.machine.step(self.started.elapsed(), input) {
                inputs.extend(self.perform(effect));
            }
        }
    }

    /// Does it; what comes of it at once, if anything does.
    fn perform(&mut self, effect: Effect) -> Option<Input> {
        let rules = &self.job.config.dispatch_rules;
        let ttl_secs = rules.lease.as_secs().max(1);
        match effect {
            Effect::Look { site, agents, limit } => {
                let takes = |agent: usize| (agent, self.agents[agent].takes(rules));
                let agents = agents.into_iter().map(takes).collect();
                self.ask(site, Task::Look { agents, order: rules.priority_order.clone(), limit });
            }
            Effect::Claim { key, agent } => {
                let agent = &self.agents[agent];
                let run = Run::claiming(&self.sites[key.site].place, key.issue, &agent.id);
                if let Err(error) = run.note() {
                    return Some(Input::ClaimFailed { key, reason: error.to_string() });
                }
                self.runs.insert(key, run);
                let takes = agent.takes(rules);
                self.ask(key.site, Task::Claim { key, agent: agent.id.clone(), takes, ttl_secs });
            }
            Effect::Start { key, agent, attempt } => return Some(self.start(key, agent, attempt)),
            Effect::Stop(key) => self.runs.stop(key),
            Effect::Kill(key) => self.runs.kill(key),
            Effect::Renew(key) => {
                if let Some((agent, Some(claim))) = self.runs.holder(key) {
                    self.ask(key.site, Task::Renew { key, agent, claim, ttl_secs });
                }
            }
            Effect::Finish(key) => {
                if let Some((agent, Some(claim))) = self.runs.holder(key) {
                    self.ask(key.site, Task::Finish { key, agent, claim });
                }
            }
            Effect::Release { key, reason, note } => {
                if let Some((agent, claim)) = self.runs.holder(key) {
                    let label = rules.give_up_label.clone();
                    self.ask(key.site, Task::Release { key, agent, claim, reason, note, label });
                }
            }
            Effect::Forget { key, verdict } => self.forget(key, &verdict),
            Effect::Drop(key) => self.runs.remove(key),
            Effect::Sync(site) => self.ask(site, Task::Sync),
            Effect::Warn(text) => self.warn(&text),
            Effect::Quit => self.has_quit = true,
        }
        None
    }

    fn start(&mut self, key: Key, agent: usize, attempt: u32) -> Input {
        let site = &self.sites[key.site];
        let now = rfc3339(&self.context.now());
        let rules = &self.job.config.dispatch_rules;
        match self.runs.start(key, &self.agents[agent], rules, attempt, &site.dir, &now) {
            Ok(said) => {
                self.note(&said);
                Input::Started(key)
            }
            Err(error) => Input::NotStarted { key, reason: error.to_string() },
        }
    }

    fn forget(&mut self, key: Key, verdict: &Verdict) {
        let now = rfc3339(&self.context.now());
        if let Some(run) = self.runs.get(key) {
            let result = RunResult::new(&self.sites[key.site].dir, run, verdict, now);
            self.note(&result.line());
            self.recorder.ended(&result);
            self.summary.results.push(result);
        }
        self.runs.remove(key);
    }

    fn close(mut self) -> Result<Summary, Error> {
        self.recorder.close(rfc3339(&self.context.now()));
        let is_only = self.sites.len() == 1;
        for site in self.sites {
            std::fs::remove_file(site.place.stop()).unwrap_or_default();
            drop(site.tasks);
            // A thread that panicked has told so already.
            site.thread.join().unwrap_or_default();
        }
        match self.gone {
            Some(gone) if is_only => Err(gone),
            _ => Ok(self.summary),
        }
    }
}
