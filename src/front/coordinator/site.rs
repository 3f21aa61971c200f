//! One repository: a thread that asks its tracker and tells it, in turn, what the coordinator
//! wants, so that a remote that takes its time keeps nobody from watching agents. It uses the
//! operations that everybody has.

mod ending;

use std::cell::Cell;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use serde_json::Value;

use super::machine::{Input, Key, Note, Offer};
use super::place::Place;
use crate::front::wire::IssueObject;
use crate::model::query::Filter;
use crate::model::refusal::rfc3339;
use crate::model::{AgentId, IdPrefix, Issue, Priority, Refusal, State};
use crate::ops::{CommandExecutor, Context, Error, EventFilter, Outcome, Places, RemoteUse, SyncRequest};
use crate::store::{self, CommitId, Storage};
use crate::sync::Network;

/// The context key that counts failed attempts.
const ATTEMPTS: &str = "coordinator.attempts";
/// How often it is looked whether the tracker changed. Looking costs a few small files.
const POLL: Duration = Duration::from_millis(250);
/// How often in a row a repository must not be found before it counts as gone.
const ABSENCES: u32 = 4;
/// How long a remote may stay silent when everything is to end at once.
const HURRIED_TIMEOUT: Duration = Duration::from_secs(5);

/// What the coordinator wants of the tracker.
pub(super) enum Task {
    Look { agents: Vec<(usize, Filter)>, order: Vec<Priority>, limit: usize },
    Claim { key: Key, agent: AgentId, takes: Filter, ttl_secs: u64 },
    Check(Vec<(Key, String)>),
    Renew { key: Key, agent: AgentId, claim: String, ttl_secs: u64 },
    Finish { key: Key, agent: AgentId, claim: String },
    Release { key: Key, agent: AgentId, claim: Option<String>, reason: String, note: Note, label: String },
    Sync,
}

/// What comes back.
pub(super) enum Answer {
    /// For the machine.
    Input(Input),
    /// A claim was granted.
    Granted { key: Key, granted: Box<Granted> },
    /// For people.
    Warning(String),
    /// The repository is not there any more.
    Gone { site: usize, reason: String },
    /// A signal to stop.
    Stop,
}

/// What an agent is told of the issue it is to work on.
#[derive(Clone, Debug)]
pub(super) struct Granted {
    pub(super) claim: String,
    pub(super) since: String,
    pub(super) attempts: u32,
    pub(super) issue: Issue,
    /// The issue as `--json` shows it.
    pub(super) json: Value,
}

/// A repository, and the way to its tracker.
pub(super) struct Site {
    index: usize,
    storage: Storage,
    context: Context,
    place: Place,
    /// Tells the folder from one that takes its place.
    identity: Option<(u64, u64)>,
    answers: Sender<Answer>,
    hurry: Hurry,
    /// Whether the remote did not answer in time when there was a hurry.
    is_cut_off: Cell<bool>,
    seen: Option<CommitId>,
    absences: u32,
}

/// Whether everything is to end at once. Nobody waits for remotes for long then.
#[derive(Clone, Default)]
pub(super) struct Hurry(Arc<AtomicBool>);

impl Hurry {
    /// From now on.
    pub(super) fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Site {
    /// The repository at `places`, the `index`th of all.
    pub(super) fn new(
        index: usize,
        places: &Places,
        context: Context,
        hurry: Hurry,
        answers: Sender<Answer>,
    ) -> Self {
        let place = Place::new(&places.private_dir);
        Self {
            index,
            storage: Storage::new(&places.work_dir),
            context,
            identity: identity(place.dir()),
            place,
            answers,
            hurry,
            is_cut_off: Cell::new(false),
            seen: None,
            absences: 0,
        }
    }

    /// Does what comes until nobody wants anything any more.
    pub(super) fn run(mut self, tasks: &Receiver<Task>) {
        loop {
            match tasks.recv_timeout(POLL) {
                Ok(task) => self.perform(task),
                Err(RecvTimeoutError::Timeout) => self.watch(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn send(&self, answer: Answer) {
        // The coordinator may have ended, and wants nothing then.
        self.answers.send(answer).unwrap_or_default();
    }

    fn input(&self, input: Input) {
        self.send(Answer::Input(input));
    }

    fn acting(&self, agent: Option<&AgentId>) -> CommandExecutor {
        let context = self.context.clone().acting_as(agent.cloned());
        CommandExecutor::with_context(self.storage.clone(), self.with_patience(context))
    }

    /// No remote is waited for any longer when the hurry begins; from then on with little patience,
    /// and not at all once it did not answer.
    fn with_patience(&self, context: Context) -> Context {
        if !self.hurry.has_begun() {
            let hurry = self.hurry.clone();
            return context.giving_up_on_remotes(move || hurry.has_begun());
        }
        let network = context.network();
        let network = Network { timeout: network.timeout.min(HURRIED_TIMEOUT), ..network };
        let remote_use = if self.is_cut_off.get() { RemoteUse::Offline } else { context.remote_use() };
        context.with_network(network, remote_use)
    }

    /// Tells that what was stored here did not reach the remote.
    fn unpublished(&self, error: &Error) {
        self.is_cut_off.set(self.hurry.has_begun());
        self.send(Answer::Warning(error.to_string()));
    }

    /// Notices changes, and that the repository went away.
    fn watch(&mut self) {
        if identity(self.place.dir()) != self.identity {
            self.absent("it was moved or deleted");
            return;
        }
        match self.acting(None).events(&EventFilter::default(), Some(0)) {
            Ok(events) => {
                self.absences = 0;
                if self.seen.replace(events.at) != Some(events.at) {
                    self.input(Input::Moved(self.index));
                }
            }
            Err(error) if is_absence(&error) => {
                self.absent(&error.to_string());
            }
            // Whatever it is, the next task meets it too, and tells.
            Err(_) => {}
        }
    }

    fn absent(&mut self, reason: &str) {
        self.absences += 1;
        if self.absences == ABSENCES {
            self.send(Answer::Gone { site: self.index, reason: reason.to_owned() });
        }
    }

    fn perform(&mut self, task: Task) {
        match task {
            Task::Look { agents, order, limit } => self.look(&agents, &order, limit),
            Task::Claim { key, agent, takes, ttl_secs } => self.claim(key, &agent, &takes, ttl_secs),
            Task::Check(claims) => self.check(&claims),
            Task::Renew { key, agent, claim, ttl_secs } => self.renew(key, &agent, &claim, ttl_secs),
            Task::Finish { key, agent, claim } => self.finish(key, &agent, &claim),
            Task::Release { key, agent, claim, reason, note, label } => {
                self.release(key, &agent, claim.as_deref(), &reason, note, label);
            }
            Task::Sync => self.sync(),
        }
    }

    fn look(&self, agents: &[(usize, Filter)], order: &[Priority], limit: usize) {
        let site = self.index;
        self.input(match self.offers(agents, order, limit) {
            Ok(offers) => Input::Found { site, offers },
            Err(error) => Input::Trouble { site, reason: error.to_string() },
        });
    }

    fn offers(
        &self,
        agents: &[(usize, Filter)],
        order: &[Priority],
        limit: usize,
    ) -> Result<Vec<Offer>, Error> {
        let jit = self.acting(None);
        let mut offers: Vec<Offer> = Vec::new();
        let mut known: Vec<(&Filter, Vec<Offer>)> = Vec::new();
        for (agent, filter) in agents {
            if !known.iter().any(|(other, _)| *other == filter) {
                known.push((filter, claimable(&jit, filter, order, limit)?));
            }
            let found = known.iter().find(|(other, _)| *other == filter).map(|(_, found)| found);
            for offer in found.into_iter().flatten() {
                match offers.iter_mut().find(|known| known.issue == offer.issue) {
                    Some(known) => known.agents.push(*agent),
                    None => offers.push(Offer { agents: vec![*agent], ..offer.clone() }),
                }
            }
        }
        Ok(offers)
    }

    fn claim(&self, key: Key, agent: &AgentId, takes: &Filter, ttl_secs: u64) {
        if self.hurry.has_begun() {
            self.input(Input::Missed(key));
            return;
        }
        let jit = self.acting(Some(agent));
        match jit.claim(&IdPrefix::of(key.issue), Some(agent.clone()), Some(ttl_secs)) {
            Ok(outcome) => self.claimed(key, &jit, &outcome, takes),
            Err(Error::Refusal(_)) => self.input(Input::Missed(key)),
            Err(error) => self.input(Input::ClaimFailed { key, reason: error.to_string() }),
        }
    }

    fn claimed(&self, key: Key, jit: &CommandExecutor, outcome: &Outcome, takes: &Filter) {
        if let Some(granted) = granted(key, outcome, takes) {
            self.warn(outcome);
            self.send(Answer::Granted { key, granted: Box::new(granted) });
            return;
        }
        // It was changed elsewhere just before, so that this agent does not take it.
        let reason = "it is not for this agent any more";
        self.warn_if(jit.release(&IdPrefix::of(key.issue), Some(reason)));
        self.input(Input::Missed(key));
    }

    /// Tells of claims that are not ours any more.
    fn check(&self, claims: &[(Key, String)]) {
        for (key, claim) in claims {
            match self.standing(*key, |held| held.id.to_string() == *claim) {
                Ok(Standing::Ours | Standing::Unknown) | Err(_) => {}
                Ok(Standing::Finished(_) | Standing::Gated) => self.input(Input::Over(*key)),
                Ok(Standing::Lost) => self.input(Input::Lost(*key)),
            }
        }
    }

    /// How an issue stands that we believe to hold.
    fn standing(&self, key: Key, is_ours: impl Fn(&crate::model::Claim) -> bool) -> Result<Standing, Error> {
        let listing = match self.acting(None).show(&[IdPrefix::of(key.issue)]) {
            Err(Error::Refusal(Refusal::IssueNotFound { .. })) => return Ok(Standing::Lost),
            // What cannot be read now may be readable again.
            Err(Error::Refusal(_)) => return Ok(Standing::Unknown),
            other => other?,
        };
        let Some(issue) = listing.tracker.issues.get(&key.issue) else { return Ok(Standing::Lost) };
        Ok(match (issue.state, &issue.claim) {
            (state @ (State::Done | State::Rejected), _) => Standing::Finished(state),
            (State::Gated, _) => Standing::Gated,
            (_, Some(claim)) if is_ours(claim) => Standing::Ours,
            _ => Standing::Lost,
        })
    }

    fn renew(&self, key: Key, agent: &AgentId, claim: &str, ttl_secs: u64) {
        match self.try_to_renew(key, agent, claim, ttl_secs) {
            Ok(true) => {
                self.input(Input::Renewed(key));
                return;
            }
            Ok(false) => {}
            Err(error) => self.send(Answer::Warning(error.to_string())),
        }
        self.input(Input::NotRenewed(key));
        self.check(&[(key, claim.to_owned())]);
    }

    /// Whether it was renewed; the tracker tells why if it was not.
    fn try_to_renew(&self, key: Key, agent: &AgentId, claim: &str, ttl_secs: u64) -> Result<bool, Error> {
        if !matches!(self.standing(key, |held| held.id.to_string() == claim)?, Standing::Ours) {
            return Ok(false);
        }
        let jit = self.acting(Some(agent));
        match jit.renew(&IdPrefix::of(key.issue), Some(agent.clone()), Some(ttl_secs)) {
            Ok(outcome) => {
                self.warn(&outcome);
                Ok(true)
            }
            Err(Error::Refusal(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn sync(&self) {
        let jit = self.acting(None);
        match jit.sync(&SyncRequest::default()) {
            Ok(synced) => {
                synced.warnings.iter().for_each(|warning| self.send(Answer::Warning(warning.clone())));
                self.input(Input::Synced(self.index));
            }
            Err(error) => {
                self.input(Input::NotSynced { site: self.index, reason: error.to_string() });
            }
        }
    }

    fn warn<T>(&self, outcome: &Outcome<T>) {
        outcome.warnings.iter().for_each(|warning| self.send(Answer::Warning(warning.clone())));
    }

    fn warn_if<T>(&self, result: Result<T, Error>) {
        if let Err(error) = result {
            self.send(Answer::Warning(error.to_string()));
        }
    }
}

/// How an issue stands that we believe to hold.
enum Standing {
    Ours,
    Gated,
    Finished(State),
    Lost,
    Unknown,
}

/// The issues that could be claimed, in the order of dispatch.
fn claimable(
    jit: &CommandExecutor,
    filter: &Filter,
    order: &[Priority],
    limit: usize,
) -> Result<Vec<Offer>, Error> {
    let now = jit.context().now();
    let mut offers = Vec::new();
    for priority in order {
        let mut filter = filter.clone();
        filter.and(Filter::key_value("priority", priority.as_str())?);
        let listing = jit.claimable(&filter, limit - offers.len())?;
        offers.extend(listing.issues().map(|issue| Offer {
            issue: issue.id,
            priority: issue.priority,
            attempts: attempts(issue),
            rested: (now - issue.updated.at).to_std().unwrap_or_default(),
            agents: Vec::new(),
        }));
        if offers.len() >= limit {
            break;
        }
    }
    Ok(offers)
}

fn attempts(issue: &Issue) -> u32 {
    issue.context.get(ATTEMPTS).and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn granted(key: Key, outcome: &Outcome, takes: &Filter) -> Option<Granted> {
    let issue = outcome.tracker.issues.get(&key.issue)?;
    let claim = issue.claim.as_ref()?;
    takes.admits_as_ready(&outcome.tracker, issue).then(|| Granted {
        claim: claim.id.to_string(),
        since: rfc3339(&claim.at),
        attempts: attempts(issue),
        json: serde_json::to_value(IssueObject::new(&outcome.tracker, issue)).unwrap_or_default(),
        issue: issue.clone(),
    })
}

/// Whether an error means that there is no tracker where it was.
fn is_absence(error: &Error) -> bool {
    use store::Error as E;
    matches!(
        error,
        Error::Store(
            E::NotARepository { .. } | E::BrokenRepository { .. } | E::BadGitDir { .. } | E::NoTracker { .. }
        )
    )
}

fn identity(dir: &Path) -> Option<(u64, u64)> {
    let meta = fs::metadata(dir).ok()?;
    Some((meta.dev(), meta.ino()))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicI64;
    use std::sync::mpsc;

    use chrono::TimeDelta;

    use super::*;
    use crate::front::coordinator::machine::Ending;
    use crate::model::create::NewIssue;

    /// A clock that a test sets forward.
    #[derive(Clone, Default)]
    struct Clock(Arc<AtomicI64>);

    impl Clock {
        fn context(&self) -> Context {
            let (clock, real) = (self.clone(), Context::default());
            let now = move || real.now() + TimeDelta::seconds(clock.0.load(Ordering::SeqCst));
            Context::default().with_clock(now)
        }
    }

    /// A site with one issue that an agent has claimed for a minute.
    fn claimed(clock: &Clock) -> (tempfile::TempDir, Site, mpsc::Receiver<Answer>, Key, String) {
        let dir = tempfile::tempdir().unwrap();
        let jit = CommandExecutor::with_context(Storage::new(dir.path()), clock.context());
        jit.init().unwrap();
        let created = jit.create(&NewIssue { title: "One".to_owned(), ..NewIssue::default() }, &[]).unwrap();
        let key = Key { site: 0, issue: created.ids[0] };
        let (answers, inbox) = mpsc::channel();
        let mut site = Site::new(0, &jit.places().unwrap(), clock.context(), Hurry::default(), answers);
        let agent = AgentId::parse("agent:a").unwrap();
        site.perform(Task::Claim { key, agent, takes: Filter::default(), ttl_secs: 60 });
        let Ok(Answer::Granted { granted, .. }) = inbox.recv() else { panic!("it was not granted") };
        (dir, site, inbox, key, granted.claim)
    }

    #[test]
    fn a_clock_that_jumps_takes_no_claim_away() {
        for jump in [TimeDelta::days(400), TimeDelta::days(-400)] {
            let clock = Clock::default();
            let (_dir, mut site, inbox, key, claim) = claimed(&clock);
            let agent = AgentId::parse("agent:a").unwrap();
            clock.0.store(jump.num_seconds(), Ordering::SeqCst);
            site.perform(Task::Check(vec![(key, claim.clone())]));
            assert!(inbox.try_recv().is_err(), "it is not lost");
            let renew = Task::Renew { key, agent: agent.clone(), claim: claim.clone(), ttl_secs: 60 };
            site.perform(renew);
            assert!(matches!(inbox.try_recv(), Ok(Answer::Input(Input::Renewed(_)))));
            site.perform(Task::Finish { key, agent, claim });
            let done = Ending::Done;
            assert!(
                matches!(inbox.try_recv(), Ok(Answer::Input(Input::Ended { ending, .. })) if ending == done)
            );
        }
    }

    #[test]
    fn what_is_not_ours_any_more_is_neither_renewed_nor_finished() {
        let clock = Clock::default();
        let (_dir, mut site, inbox, key, claim) = claimed(&clock);
        let agent = AgentId::parse("agent:a").unwrap();
        // The same agent has it from elsewhere, by another claim.
        let jit = site.acting(Some(&agent));
        jit.release(&IdPrefix::of(key.issue), None).unwrap();
        jit.claim(&IdPrefix::of(key.issue), None, None).unwrap();
        site.perform(Task::Renew { key, agent: agent.clone(), claim: claim.clone(), ttl_secs: 60 });
        let answers: Vec<Answer> = inbox.try_iter().collect();
        let is_lost = |answer: &Answer| matches!(answer, Answer::Input(Input::Lost(_)));
        assert!(answers.iter().any(is_lost));
        site.perform(Task::Finish { key, agent, claim });
        let lost = Ending::Lost;
        assert!(matches!(inbox.try_recv(), Ok(Answer::Input(Input::Ended { ending, .. })) if ending == lost));
        assert_eq!(
            jit.show(&[IdPrefix::of(key.issue)]).unwrap().issues().next().unwrap().state,
            State::InProgress
        );
    }
}
