//! Which issue goes to which agent, when to look for more, when to ask the remote, when to end.

use std::time::Duration;

use super::{Effect, Job, Key, Machine, Moment, Offer, Phase, Stop, Waiting};

/// How often it is looked without a sign of change: claims expire silently.
const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// The longest that an issue waits for another attempt.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);
/// The longest between two attempts at a remote that does not answer.
const LONGEST_SILENCE: Duration = Duration::from_secs(5 * 60);
/// Offers asked for beyond what there are places for: others may be quicker.
const SPARE: usize = 8;

impl Machine {
    pub(super) fn found(&mut self, now: Moment, site: usize, offers: Vec<Offer>) {
        for offer in &offers {
            let key = Key { site, issue: offer.issue };
            let known = self.waiting.get(&key).is_some_and(|waiting| waiting.attempts >= offer.attempts);
            if offer.attempts > 0 && !known {
                let until = now + self.delay(offer.attempts).saturating_sub(offer.rested);
                self.waiting.insert(key, Waiting { attempts: offer.attempts, until, woken: false });
            }
        }
        let site = &mut self.sites[site];
        (site.is_looking, site.is_fresh, site.looked, site.offers) = (false, true, Some(now), offers);
    }

    /// How long an issue waits after so many attempts.
    pub(super) fn delay(&self, attempts: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(attempts.saturating_sub(1));
        self.limits.retry_delay.saturating_mul(doubled).min(LONGEST_WAIT)
    }

    pub(super) fn trouble(&mut self, now: Moment, site: usize, reason: &str, effects: &mut Vec<Effect>) {
        let poll = self.limits.poll;
        let site = &mut self.sites[site];
        if site.trouble.is_none() {
            effects.push(Effect::Warn(format!("{reason}; trying again")));
        }
        site.trouble = Some(now + poll);
        site.is_looking = false;
        site.offers.clear();
    }

    pub(super) fn synced(&mut self, now: Moment, site: usize) {
        let poll = self.limits.poll;
        let site = &mut self.sites[site];
        site.wants_look |= !site.has_synced;
        (site.has_synced, site.failures, site.sync) = (true, 0, Some(now + poll));
    }

    pub(super) fn not_synced(&mut self, now: Moment, site: usize, reason: &str, effects: &mut Vec<Effect>) {
        let poll = self.limits.poll;
        let site = &mut self.sites[site];
        if site.failures == 0 {
            effects.push(Effect::Warn(format!("{reason}; trying again")));
        }
        let pause = poll.saturating_mul(2_u32.saturating_pow(site.failures));
        site.failures = site.failures.saturating_add(1);
        (site.has_synced, site.sync) = (true, Some(now + pause.min(LONGEST_SILENCE.max(poll))));
    }

    /// Looks for work where there may be any, else hands out what was found. Nothing is handed
    /// out until all repositories have told what they have, so that the most urgent issue of
    /// all is known.
    pub(super) fn dispatch(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        if self.stopping.is_some() {
            return;
        }
        self.wake(now);
        let waits =
            |site: &super::Site| !site.is_gone && (site.is_looking || (site.is_shared && !site.has_synced));
        if !self.sites.iter().any(waits) {
            if self.sites.iter().any(|site| site.is_fresh) {
                self.assign(now, effects);
            }
            if !self.look(now, effects) {
                self.assign(now, effects);
            }
        }
        let is_claiming = self.jobs.values().any(|job| matches!(job.phase, Phase::Claiming));
        let is_open = |site: &super::Site| !site.is_gone && site.looked.is_none() && site.trouble.is_none();
        let has_places = (0..self.workers.len()).any(|agent| self.free_places(now, agent) > 0);
        if self.once && !is_claiming && !(has_places && self.sites.iter().any(is_open)) {
            self.stopping = Some(Stop::Drain);
        }
    }

    /// Notices that pauses are over.
    fn wake(&mut self, now: Moment) {
        let sites = &mut self.sites;
        self.waiting.retain(|key, waiting| {
            if !waiting.woken && waiting.until <= now {
                waiting.woken = true;
                sites[key.site].wants_look = true;
            }
            // What waited without having failed is like any other now; so is what nobody
            // offers any more.
            !waiting.woken || (waiting.attempts > 0 && now < waiting.until + LONGEST_WAIT)
        });
        for worker in &mut self.workers {
            if worker.paused.is_some_and(|until| until <= now) {
                worker.paused = None;
                self.sites.iter_mut().for_each(|site| site.wants_look = true);
            }
        }
        for site in &mut self.sites {
            if site.trouble.is_some_and(|until| until <= now) {
                (site.trouble, site.wants_look) = (None, true);
            }
            site.wants_look |= site.looked.is_some_and(|looked| now >= looked + LOOK_AGAIN);
        }
    }

    fn is_ready(&self, site: usize) -> bool {
        let site = &self.sites[site];
        !site.is_gone && site.trouble.is_none() && (site.has_synced || !site.is_shared)
    }

    /// Looks for more where there may be any; whether it does.
    fn look(&mut self, now: Moment, effects: &mut Vec<Effect>) -> bool {
        let mut looks = false;
        let agents: Vec<usize> =
            (0..self.workers.len()).filter(|agent| self.free_places(now, *agent) > 0).collect();
        if agents.is_empty() {
            return false;
        }
        let most = agents.iter().map(|agent| self.free_places(now, *agent)).max().unwrap_or_default();
        for index in 0..self.sites.len() {
            let may_look = !self.once || self.sites[index].looked.is_none();
            if !self.sites[index].wants_look || !may_look || !self.is_ready(index) {
                continue;
            }
            let busy = self.waiting.keys().chain(self.jobs.keys()).filter(|key| key.site == index).count();
            let site = &mut self.sites[index];
            (site.wants_look, site.is_looking) = (false, true);
            effects.push(Effect::Look { site: index, agents: agents.clone(), limit: most + busy + SPARE });
            looks = true;
        }
        looks
    }

    fn load(&self, agent: usize) -> usize {
        self.jobs.values().filter(|job| job.agent == Some(agent)).count()
    }

    fn free_places(&self, now: Moment, agent: usize) -> usize {
        let worker = &self.workers[agent];
        if worker.paused.is_some_and(|until| until > now) {
            return 0;
        }
        let given = if self.once { worker.given } else { 0 };
        worker.max.saturating_sub(self.load(agent)).min(worker.max.saturating_sub(given))
    }

    /// Hands out offers, the most urgent of all repositories first.
    fn assign(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let mut offers: Vec<(usize, usize, Key, Offer)> = Vec::new();
        for (index, site) in self.sites.iter_mut().enumerate() {
            site.is_fresh = false;
            for (place, offer) in std::mem::take(&mut site.offers).into_iter().enumerate() {
                let rank = self.limits.order.iter().position(|priority| *priority == offer.priority);
                let key = Key { site: index, issue: offer.issue };
                offers.extend(rank.map(|rank| (rank, place, key, offer)));
            }
        }
        offers.sort_by_key(|(rank, place, key, _)| (*rank, *place, key.site));
        for (_, _, key, offer) in offers {
            let waits = self.waiting.get(&key).is_some_and(|waiting| waiting.until > now);
            if waits || self.jobs.contains_key(&key) || !self.is_ready(key.site) {
                continue;
            }
            match self.choose(now, &offer.agents) {
                Some(agent) => {
                    self.workers[agent].given += 1;
                    let attempt = offer.attempts + 1;
                    let job = Job { agent: Some(agent), attempt, phase: Phase::Claiming, over: false };
                    self.jobs.insert(key, job);
                    effects.push(Effect::Claim { key, agent });
                }
                // For others, if a claim does not come about.
                None => self.sites[key.site].offers.push(offer),
            }
        }
    }

    /// Of the agents that have a place, the one that is least busy.
    fn choose(&self, now: Moment, agents: &[usize]) -> Option<usize> {
        let free = agents.iter().copied().filter(|agent| self.free_places(now, *agent) > 0);
        free.min_by_key(|agent| (self.load(*agent) * 1000 / self.workers[*agent].max, *agent))
    }

    /// Shares the trackers when it is time, once more at the end, and ends.
    pub(super) fn sync_and_quit(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let is_over = self.stopping.is_some() && self.jobs.is_empty();
        for (index, site) in self.sites.iter_mut().enumerate() {
            if site.is_gone || !site.is_shared {
                continue;
            }
            let is_due = site.sync.is_some_and(|at| at <= now || (is_over && !site.is_closed));
            if is_due && !site.is_closed {
                (site.sync, site.is_closed) = (None, is_over);
                effects.push(Effect::Sync(index));
            }
        }
        let is_settled = |site: &super::Site| {
            site.is_gone || !site.is_looking && (!site.is_shared || site.is_closed && site.sync.is_some())
        };
        let all_gone = self.sites.iter().all(|site| site.is_gone);
        let may_quit = (is_over && self.sites.iter().all(is_settled)) || (all_gone && self.jobs.is_empty());
        if may_quit && !self.has_quit {
            self.has_quit = true;
            effects.push(Effect::Quit);
        }
    }
}
