//! The life of a job up to the end of its agent: claim, start, watch, stop.

use std::time::Duration;

use super::{Effect, Job, Key, Machine, Moment, Note, Phase, Running, Stop, Waiting, Why};

/// How long a supervisor may take beyond the time that its agent has to end.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long it is waited before a renewal that failed is tried again.
const RENEW_AGAIN: Duration = Duration::from_secs(5);
/// Renewals in the time of a lease.
const RENEWALS: u32 = 3;

impl Machine {
    pub(super) fn claimed(&mut self, key: Key, attempts: u32, effects: &mut Vec<Effect>) {
        let is_stopping = self.stopping.is_some();
        let Some(job) = self.jobs.get_mut(&key) else { return };
        job.attempt = attempts + 1;
        let Some(agent) = job.agent.filter(|_| !is_stopping) else {
            self.give_back(key, "the coordinator stops", effects);
            return;
        };
        job.phase = Phase::Starting { lost: false };
        effects.push(Effect::Start { key, agent, attempt: job.attempt });
    }

    /// Nothing came of a claim: the place is free for another.
    pub(super) fn drop_claim(&mut self, now: Moment, key: Key, effects: &mut Vec<Effect>) {
        let Some(job) = self.jobs.remove(&key) else { return };
        if let Some(agent) = job.agent {
            self.workers[agent].given = self.workers[agent].given.saturating_sub(1);
        }
        // What is said of it now may be said again at once.
        let attempts = job.attempt.saturating_sub(1);
        let until = now + self.limits.poll;
        self.waiting.insert(key, Waiting { attempts, until, woken: false });
        self.sites[key.site].wants_look = true;
        effects.push(Effect::Drop(key));
    }

    pub(super) fn started(&mut self, now: Moment, key: Key, effects: &mut Vec<Effect>) {
        let Some(job) = self.jobs.get_mut(&key) else { return };
        let Phase::Starting { lost } = job.phase else { return };
        job.phase = Phase::Running(Running {
            since: now,
            heard: now,
            renewed: now,
            renew: Some(now + self.limits.lease / RENEWALS),
        });
        if lost {
            self.stop_job(now, key, Why::Lost, effects);
        }
    }

    pub(super) fn adopted(&mut self, now: Moment, key: Key, agent: Option<usize>, attempt: u32) {
        // When the lease was last renewed is not known, so it is renewed at once.
        let phase = Phase::Running(Running { since: now, heard: now, renewed: now, renew: Some(now) });
        self.jobs.insert(key, Job { agent, attempt, phase, over: false });
    }

    pub(super) fn orphaned(
        &mut self,
        key: Key,
        agent: Option<usize>,
        attempt: u32,
        effects: &mut Vec<Effect>,
    ) {
        let phase = Phase::Starting { lost: false };
        self.jobs.insert(key, Job { agent, attempt, phase, over: false });
        self.give_back(key, "the coordinator that had claimed it was killed", effects);
    }

    fn running(&mut self, key: Key) -> Option<&mut Running> {
        match self.jobs.get_mut(&key).map(|job| &mut job.phase) {
            Some(Phase::Running(running)) => Some(running),
            _ => None,
        }
    }

    pub(super) fn heard(&mut self, now: Moment, key: Key) {
        if let Some(running) = self.running(key) {
            running.heard = now;
        }
    }

    pub(super) fn renewed(&mut self, now: Moment, key: Key, is_renewed: bool) {
        let pause = if is_renewed { self.limits.lease / RENEWALS } else { RENEW_AGAIN };
        if let Some(running) = self.running(key) {
            running.renew = Some(now + pause);
            if is_renewed {
                running.renewed = now;
            }
        }
    }

    pub(super) fn over(&mut self, key: Key) {
        if let Some(job) = self.jobs.get_mut(&key) {
            job.over = true;
        }
    }

    pub(super) fn lost(&mut self, now: Moment, key: Key, effects: &mut Vec<Effect>) {
        match self.jobs.get_mut(&key).map(|job| &mut job.phase) {
            Some(Phase::Starting { lost }) => *lost = true,
            Some(Phase::Running(_)) => self.stop_job(now, key, Why::Lost, effects),
            _ => {}
        }
    }

    fn stop_job(&mut self, now: Moment, key: Key, why: Why, effects: &mut Vec<Effect>) {
        if let Some(job) = self.jobs.get_mut(&key) {
            job.phase = Phase::Stopping { since: now, why, killed: false };
            effects.push(Effect::Stop(key));
        }
    }

    pub(super) fn gone(&mut self, now: Moment, site: usize, effects: &mut Vec<Effect>) {
        if self.sites[site].is_gone {
            return;
        }
        self.sites[site].is_gone = true;
        self.sites[site].offers.clear();
        let keys: Vec<Key> = self.jobs.keys().copied().filter(|key| key.site == site).collect();
        for key in keys {
            match self.jobs[&key].phase {
                Phase::Running(_) | Phase::Starting { .. } => self.stop_job(now, key, Why::Gone, effects),
                Phase::Stopping { .. } => {}
                Phase::Claiming | Phase::Ending { .. } => {
                    self.jobs.remove(&key);
                }
            }
        }
    }

    /// What time brings: renewals, agents that take too long, ends that are tried again.
    pub(super) fn advance_jobs(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let keys: Vec<Key> = self.jobs.keys().copied().collect();
        for key in keys {
            let Some(job) = self.jobs.get(&key) else { continue };
            match &job.phase {
                Phase::Running(running) => match self.why_to_stop(now, job.over, running) {
                    Some(why) => self.stop_job(now, key, why, effects),
                    None if job.over => {}
                    None => self.renew_if_due(now, key, effects),
                },
                Phase::Stopping { since, killed: false, .. }
                    if now >= *since + self.limits.grace + PATIENCE =>
                {
                    self.set_killed(key);
                    effects.push(Effect::Kill(key));
                }
                Phase::Ending { retry: Some(at), .. } if *at <= now => self.end(key, effects),
                Phase::Claiming | Phase::Starting { .. } | Phase::Stopping { .. } | Phase::Ending { .. } => {}
            }
        }
    }

    fn set_killed(&mut self, key: Key) {
        if let Some(Phase::Stopping { killed, .. }) = self.jobs.get_mut(&key).map(|job| &mut job.phase) {
            *killed = true;
        }
    }

    fn why_to_stop(&self, now: Moment, is_over: bool, running: &Running) -> Option<Why> {
        let limits = &self.limits;
        if self.stopping == Some(Stop::Now) {
            Some(Why::Shutdown)
        } else if !is_over && now >= running.renewed + limits.lease {
            Some(Why::LeaseOut)
        } else if now >= running.heard + limits.stall {
            Some(Why::Stalled)
        } else if limits.max_runtime.is_some_and(|most| now >= running.since + most) {
            Some(Why::TooLong)
        } else {
            None
        }
    }

    fn renew_if_due(&mut self, now: Moment, key: Key, effects: &mut Vec<Effect>) {
        if let Some(running) = self.running(key)
            && running.renew.is_some_and(|at| at <= now)
        {
            running.renew = None;
            effects.push(Effect::Renew(key));
        }
    }

    /// Gives an issue back that was claimed but is not worked on.
    pub(super) fn give_back(&mut self, key: Key, reason: &str, effects: &mut Vec<Effect>) {
        self.release(key, reason.to_owned(), Note::Nothing, effects);
    }
}
