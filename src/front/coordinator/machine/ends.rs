//! What the end of an agent means for its issue.

use std::time::Duration;

use super::super::run::End;
use super::{Effect, Ending, How, Key, Machine, Moment, Note, Phase, Verdict, Waiting, Why};

/// How long it is waited before an end that could not be told is told again.
const TELL_AGAIN: Duration = Duration::from_secs(5);
/// How often that is tried. The claim then expires by itself.
const TRIES: u32 = 20;
/// How long an agent gets no work that could not be started: at first, and at most.
const PAUSE: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(10 * 60));

impl Machine {
    pub(super) fn exited(&mut self, now: Moment, key: Key, end: &End, effects: &mut Vec<Effect>) {
        let Some(job) = self.jobs.get(&key) else { return };
        match job.phase {
            Phase::Stopping { why, .. } => self.stopped(now, key, why, effects),
            Phase::Running(_) | Phase::Starting { .. } => self.ended_alone(now, key, end, effects),
            Phase::Claiming | Phase::Ending { .. } => {}
        }
    }

    pub(super) fn vanished(&mut self, now: Moment, key: Key, effects: &mut Vec<Effect>) {
        let end = End { signal: Some(9), ..End::default() };
        self.exited(now, key, &end, effects);
    }

    /// The agent ended without being asked to by us.
    fn ended_alone(&mut self, now: Moment, key: Key, end: &End, effects: &mut Vec<Effect>) {
        if let Some(reason) = &end.not_run {
            self.not_run(now, key, reason, effects);
            return;
        }
        if let Some(agent) = self.jobs.get(&key).and_then(|job| job.agent) {
            self.workers[agent].failures = 0;
        }
        let is_over = self.jobs.get(&key).is_some_and(|job| job.over);
        match end {
            _ if is_over => self.begin_end(key, How::Finish, effects),
            End { stopped: false, code: Some(0), .. } => self.begin_end(key, How::Finish, effects),
            End { lease_ran_out: true, .. } => {
                self.give_back(key, "its lease ran out while no coordinator ran", effects);
            }
            End { stopped: true, .. } => self.give_back(key, "its agent was asked to end", effects),
            End { code: Some(code), .. } => {
                self.failed(key, format!("the agent exited with {code}"), effects);
            }
            End { signal, .. } => {
                let signal =
                    signal.map_or_else(|| "a signal".to_owned(), |signal| format!("signal {signal}"));
                self.failed(key, format!("the agent was ended by {signal}"), effects);
            }
        }
    }

    /// The agent ended after it was asked to.
    fn stopped(&mut self, now: Moment, key: Key, why: Why, effects: &mut Vec<Effect>) {
        let is_over = self.jobs.get(&key).is_some_and(|job| job.over);
        let minutes = |limit: Duration| {
            let secs = limit.as_secs();
            if secs > 60 && secs.is_multiple_of(60) {
                format!("{} minutes", secs / 60)
            } else {
                format!("{secs} seconds")
            }
        };
        match why {
            _ if is_over && why != Why::Gone => self.begin_end(key, How::Finish, effects),
            Why::Stalled => {
                let reason = format!("the agent printed nothing for {}", minutes(self.limits.stall));
                self.failed(key, reason, effects);
            }
            Why::TooLong => {
                let most = self.limits.max_runtime.unwrap_or_default();
                self.failed(key, format!("the agent worked for more than {}", minutes(most)), effects);
            }
            Why::Shutdown => self.give_back(key, "the coordinator was stopped", effects),
            Why::LeaseOut => self.give_back(key, "its claim could not be renewed in time", effects),
            Why::Lost => {
                // Whoever gave it back may not want it to be taken at once.
                let attempts = self.jobs.get(&key).map_or(1, |job| job.attempt);
                self.close(now, key, Verdict::Lost, effects);
                let until = now + self.delay(attempts).max(self.limits.poll);
                self.waiting.insert(key, Waiting { attempts, until, woken: false });
            }
            Why::Gone => self.close(now, key, Verdict::Lost, effects),
        }
    }

    /// The agent could not be started: that is no fault of the issue's.
    pub(super) fn not_run(&mut self, now: Moment, key: Key, reason: &str, effects: &mut Vec<Effect>) {
        if let Some(agent) = self.jobs.get(&key).and_then(|job| job.agent) {
            let worker = &mut self.workers[agent];
            let pause = PAUSE.0.saturating_mul(2_u32.saturating_pow(worker.failures)).min(PAUSE.1);
            worker.failures = worker.failures.saturating_add(1);
            worker.paused = Some(now + pause);
        }
        self.give_back(key, &format!("the agent could not be started: {reason}"), effects);
    }

    fn failed(&mut self, key: Key, reason: String, effects: &mut Vec<Effect>) {
        let attempt = self.jobs.get(&key).map_or(1, |job| job.attempt);
        let is_last = attempt >= self.limits.max_attempts;
        let note = if is_last { Note::GiveUp } else { Note::Attempts(attempt) };
        self.release(key, reason, note, effects);
    }

    pub(super) fn release(&mut self, key: Key, reason: String, note: Note, effects: &mut Vec<Effect>) {
        let verdict = match note {
            Note::Nothing => Verdict::GivenBack(reason.clone()),
            Note::Attempts(_) => Verdict::Failed(reason.clone()),
            Note::GiveUp => Verdict::GaveUp(reason.clone()),
        };
        self.begin_end(key, How::Release { reason, note, verdict }, effects);
    }

    fn begin_end(&mut self, key: Key, how: How, effects: &mut Vec<Effect>) {
        if let Some(job) = self.jobs.get_mut(&key) {
            job.phase = Phase::Ending { how, retry: None, tries: 0 };
            self.end(key, effects);
        }
    }

    /// Tells the tracker.
    pub(super) fn end(&mut self, key: Key, effects: &mut Vec<Effect>) {
        let Some(job) = self.jobs.get_mut(&key) else { return };
        let Phase::Ending { how, retry, .. } = &mut job.phase else { return };
        *retry = None;
        effects.push(match how {
            How::Finish => Effect::Finish(key),
            How::Release { reason, note, .. } => Effect::Release { key, reason: reason.clone(), note: *note },
        });
    }

    pub(super) fn unfinishable(&mut self, now: Moment, key: Key, reason: &str, effects: &mut Vec<Effect>) {
        let attempts = self.jobs.get(&key).map_or(1, |job| job.attempt);
        let until = now + self.delay(attempts);
        self.waiting.insert(key, Waiting { attempts, until, woken: false });
        self.give_back(key, reason, effects);
    }

    pub(super) fn not_ended(&mut self, now: Moment, key: Key, reason: &str, effects: &mut Vec<Effect>) {
        let Some(job) = self.jobs.get_mut(&key) else { return };
        let Phase::Ending { retry, tries, .. } = &mut job.phase else { return };
        *tries += 1;
        if *tries == 1 {
            effects.push(Effect::Warn(format!("{reason}; trying again")));
        }
        if *tries < TRIES {
            *retry = Some(now + TELL_AGAIN);
        } else {
            self.close(now, key, Verdict::GivenBack(reason.to_owned()), effects);
        }
    }

    pub(super) fn ended(&mut self, now: Moment, key: Key, ending: &Ending, effects: &mut Vec<Effect>) {
        let Some(job) = self.jobs.get(&key) else { return };
        let Phase::Ending { how, .. } = &job.phase else { return };
        let verdict = match (ending, how) {
            (Ending::Done, _) => Verdict::Done,
            (Ending::Gated, _) => Verdict::Gated,
            (Ending::Released, How::Release { verdict, .. }) => verdict.clone(),
            (Ending::Released | Ending::Lost, _) => Verdict::Lost,
        };
        self.close(now, key, verdict, effects);
    }

    /// Frees the place.
    fn close(&mut self, now: Moment, key: Key, verdict: Verdict, effects: &mut Vec<Effect>) {
        let Some(job) = self.jobs.remove(&key) else { return };
        let attempts = job.attempt;
        match verdict {
            Verdict::Failed(_) => {
                let until = now + self.delay(attempts);
                self.waiting.insert(key, Waiting { attempts, until, woken: false });
            }
            Verdict::Done | Verdict::Gated | Verdict::GaveUp(_) => {
                self.waiting.remove(&key);
            }
            Verdict::GivenBack(_) | Verdict::Lost => {}
        }
        // A place is free for whatever is most urgent now, wherever it is.
        self.sites.iter_mut().for_each(|site| site.wants_look = true);
        effects.push(Effect::Forget { key, verdict });
    }
}
