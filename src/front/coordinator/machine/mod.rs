//! The coordinator's mind: from what happened, and when, to what is to be done. Pure: it reads no
//! clock, starts nothing and knows no tracker. `fixtures/coordinator` shows how it behaves.
//!
//! - An issue takes a place of its agent from before it is claimed until its end is in the
//!   tracker, so that no agent ever has more work than it may.
//! - Times are durations since the start, by a clock that nobody sets.
//! - Nothing is asked twice at the same time: each effect that is answered is answered once.

mod dispatch;
mod ends;
mod jobs;
#[cfg(test)]
mod scenarios;

use std::collections::BTreeMap;
use std::time::Duration;

use super::run::End;
use crate::model::{IssueId, Priority};

/// Time since the start.
pub(crate) type Moment = Duration;

/// An issue, and the repository it is in, by its place in the list of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) site: usize,
    pub(crate) issue: IssueId,
}

/// The rules of dispatch.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// The priorities that are handed out, in order.
    pub(crate) order: Vec<Priority>,
    /// How long an agent may print nothing.
    pub(crate) stall: Duration,
    /// How long it may work in all.
    pub(crate) max_runtime: Option<Duration>,
    /// How long a claim lasts.
    pub(crate) lease: Duration,
    /// How often an issue is tried.
    pub(crate) max_attempts: u32,
    /// How long an issue waits after its first attempt.
    pub(crate) retry_delay: Duration,
    /// How long an agent has to end.
    pub(crate) grace: Duration,
    /// How often the remote is asked.
    pub(crate) poll: Duration,
}

/// How to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stop {
    /// Let running work end; begin nothing.
    Drain,
    /// Stop running work and give its issues back.
    Now,
}

/// An issue that could be claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) issue: IssueId,
    pub(crate) priority: Priority,
    /// How often it was tried, by whatever coordinator.
    pub(crate) attempts: u32,
    /// How long ago it was changed, by the clocks of those who did and who looked.
    pub(crate) rested: Duration,
    /// The agents that take it.
    pub(crate) agents: Vec<usize>,
}

/// What happened.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// Time passed.
    Tick,
    /// The tracker changed.
    Moved(usize),
    /// Answers [`Effect::Look`]: offers in the order in which to try them.
    Found { site: usize, offers: Vec<Offer> },
    /// The repository or its remote could not be used just now.
    Trouble { site: usize, reason: String },
    /// Answers [`Effect::Claim`]: it is ours, and was tried so often before.
    Claimed { key: Key, attempts: u32 },
    /// Answers [`Effect::Claim`]: somebody was quicker, or it may not be claimed any more.
    Missed(Key),
    /// Answers [`Effect::Claim`]: nobody could be asked.
    ClaimFailed { key: Key, reason: String },
    /// Answers [`Effect::Start`].
    Started(Key),
    /// Answers [`Effect::Start`].
    NotStarted { key: Key, reason: String },
    /// The agent printed something.
    Heard(Key),
    /// Answers [`Effect::Renew`].
    Renewed(Key),
    /// Answers [`Effect::Renew`]: nobody could be asked.
    NotRenewed(Key),
    /// The issue is finished although its agent works on: the agent, or somebody else, did it.
    Over(Key),
    /// The claim is not ours any more.
    Lost(Key),
    /// The agent ended.
    Exited { key: Key, end: End },
    /// The agent ended and left no word how.
    Vanished(Key),
    /// Answers [`Effect::Finish`] and [`Effect::Release`].
    Ended { key: Key, ending: Ending },
    /// Answers [`Effect::Finish`]: a rule does not let it be finished.
    Unfinishable { key: Key, reason: String },
    /// Answers [`Effect::Finish`] and [`Effect::Release`]: it must be tried again.
    NotEnded { key: Key, reason: String },
    /// Answers [`Effect::Sync`].
    Synced(usize),
    /// Answers [`Effect::Sync`].
    NotSynced { site: usize, reason: String },
    /// The repository is not there any more.
    Gone(usize),
    /// An earlier coordinator left work that goes on.
    Adopted { key: Key, agent: Option<usize>, attempt: u32 },
    /// An earlier coordinator left a claim without work.
    Orphaned { key: Key, agent: Option<usize>, attempt: u32 },
    /// Somebody wants it to stop.
    Stop(Stop),
}

/// How the tracker shows that work has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Done,
    Gated,
    Released,
    /// It was not ours to end.
    Lost,
}

/// What becomes of an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is done.
    Done,
    /// The work is finished and gates are pending.
    Gated,
    /// The agent failed; it is tried again.
    Failed(String),
    /// The agent failed too often.
    GaveUp(String),
    /// It was given back, through no fault of its own.
    GivenBack(String),
    /// Somebody else has it, or ended it.
    Lost,
}

/// What the tracker is told of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    /// Nothing.
    Nothing,
    /// So many attempts have failed.
    Attempts(u32),
    /// It is not to be tried any more.
    GiveUp,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Look which issues could be claimed: for each of the agents so many.
    Look { site: usize, agents: Vec<usize>, limit: usize },
    /// Claim an issue for an agent.
    Claim { key: Key, agent: usize },
    /// Start the agent.
    Start { key: Key, agent: usize, attempt: u32 },
    /// Ask the agent to end, and end it if it does not.
    Stop(Key),
    /// End the agent and its supervisor at once.
    Kill(Key),
    /// Extend the claim.
    Renew(Key),
    /// Finish the issue.
    Finish(Key),
    /// Give the issue back.
    Release { key: Key, reason: String, note: Note },
    /// Forget the run: its end is told.
    Forget { key: Key, verdict: Verdict },
    /// Forget the run without a word: nothing was claimed.
    Drop(Key),
    /// Share the tracker with the remote.
    Sync(usize),
    /// Tell people.
    Warn(String),
    /// End.
    Quit,
}

/// A place of an agent.
#[derive(Clone, Debug)]
struct Job {
    agent: Option<usize>,
    attempt: u32,
    phase: Phase,
    /// Whether the issue is finished already.
    over: bool,
}

#[derive(Clone, Debug)]
enum Phase {
    Claiming,
    Starting { lost: bool },
    Running(Running),
    Stopping { since: Moment, why: Why, killed: bool },
    Ending { how: How, retry: Option<Moment>, tries: u32 },
}

#[derive(Clone, Debug)]
struct Running {
    since: Moment,
    heard: Moment,
    renewed: Moment,
    /// When to renew next; none while that goes on.
    renew: Option<Moment>,
}

/// Why an agent is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    Stalled,
    TooLong,
    Lost,
    LeaseOut,
    Shutdown,
    Gone,
}

/// How an end is put into the tracker.
#[derive(Clone, Debug)]
enum How {
    Finish,
    Release { reason: String, note: Note, verdict: Verdict },
}

/// An agent, as far as it matters here.
#[derive(Clone, Debug)]
struct Worker {
    max: usize,
    /// Until when it gets no work, because it could not be started.
    paused: Option<Moment>,
    failures: u32,
    /// How many issues it was given, where each place is filled once.
    given: usize,
}

/// A repository.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Site {
    is_shared: bool,
    is_gone: bool,
    wants_look: bool,
    is_looking: bool,
    /// Whether what is offered was just found.
    is_fresh: bool,
    looked: Option<Moment>,
    offers: Vec<Offer>,
    /// When to sync next; none while that goes on.
    sync: Option<Moment>,
    has_synced: bool,
    failures: u32,
    /// Until when nothing is claimed.
    trouble: Option<Moment>,
    /// Whether its end was shared.
    is_closed: bool,
}

/// An issue that waits after a failed attempt.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    attempts: u32,
    until: Moment,
    /// Whether it was told that the wait is over.
    woken: bool,
}

/// The coordinator's mind.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    limits: Limits,
    workers: Vec<Worker>,
    sites: Vec<Site>,
    jobs: BTreeMap<Key, Job>,
    waiting: BTreeMap<Key, Waiting>,
    once: bool,
    stopping: Option<Stop>,
    has_quit: bool,
}

impl Machine {
    /// Agents that take so many issues each; of each repository, whether it is shared with a
    /// remote; whether every place is filled once only.
    pub(crate) fn new(limits: Limits, agents: &[usize], shared: &[bool], once: bool) -> Self {
        let worker = |max: &usize| Worker { max: *max, paused: None, failures: 0, given: 0 };
        let site = |is_shared: &bool| Site {
            is_shared: *is_shared,
            is_gone: false,
            wants_look: true,
            is_looking: false,
            is_fresh: false,
            looked: None,
            offers: Vec::new(),
            sync: Some(Moment::ZERO),
            has_synced: false,
            failures: 0,
            trouble: None,
            is_closed: false,
        };
        Self {
            limits,
            workers: agents.iter().map(worker).collect(),
            sites: shared.iter().map(site).collect(),
            jobs: BTreeMap::new(),
            waiting: BTreeMap::new(),
            once,
            stopping: None,
            has_quit: false,
        }
    }

    /// What is to be done now that this happened.
    pub(crate) fn step(&mut self, now: Moment, input: Input) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.take(now, input, &mut effects);
        self.advance_jobs(now, &mut effects);
        self.dispatch(now, &mut effects);
        self.sync_and_quit(now, &mut effects);
        effects
    }

    /// How it is stopping, if it is.
    pub(crate) fn stopping(&self) -> Option<Stop> {
        self.stopping
    }

    fn take(&mut self, now: Moment, input: Input, effects: &mut Vec<Effect>) {
        match input {
            Input::Tick => {}
            Input::Moved(site) => self.sites[site].wants_look = true,
            Input::Found { site, offers } => self.found(now, site, offers),
            Input::Trouble { site, reason } => self.trouble(now, site, &reason, effects),
            Input::Claimed { key, attempts } => self.claimed(key, attempts, effects),
            Input::Missed(key) => self.drop_claim(now, key, effects),
            Input::ClaimFailed { key, reason } => {
                self.drop_claim(now, key, effects);
                self.trouble(now, key.site, &reason, effects);
            }
            Input::Started(key) => self.started(now, key, effects),
            Input::NotStarted { key, reason } => self.not_run(now, key, &reason, effects),
            Input::Heard(key) => self.heard(now, key),
            Input::Renewed(key) => self.renewed(now, key, true),
            Input::NotRenewed(key) => self.renewed(now, key, false),
            Input::Over(key) => self.over(key),
            Input::Lost(key) => self.lost(now, key, effects),
            Input::Exited { key, end } => self.exited(now, key, &end, effects),
            Input::Vanished(key) => self.vanished(now, key, effects),
            Input::Ended { key, ending } => self.ended(now, key, &ending, effects),
            Input::Unfinishable { key, reason } => self.unfinishable(now, key, &reason, effects),
            Input::NotEnded { key, reason } => self.not_ended(now, key, &reason, effects),
            Input::Synced(site) => self.synced(now, site),
            Input::NotSynced { site, reason } => self.not_synced(now, site, &reason, effects),
            Input::Gone(site) => self.gone(now, site, effects),
            Input::Adopted { key, agent, attempt } => self.adopted(now, key, agent, attempt),
            Input::Orphaned { key, agent, attempt } => self.orphaned(key, agent, attempt, effects),
            Input::Stop(stop) => self.stopping = self.stopping.max(Some(stop)),
        }
    }
}
