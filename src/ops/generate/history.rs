//! What happened in a made-up project, as changes in order. The rules of
//! [`crate::model`] decide each of them, as if somebody had typed it.

use chrono::{DateTime, TimeDelta};

use super::Plan;
use super::random::Random;
use super::texts;
use crate::model::create::{self, NewIssue};
use crate::model::state::{StateRequest, Status};
use crate::model::update::{self, Update};
use crate::model::{
    AgentId, Change, Checker, ClaimId, Draft, EventKind, Extra, GateDefinition, GateResult, GateStage, Issue,
    IssueId, Refusal, Settings, Stamp, State, Timestamp, Tracker, claim, gate, transition,
};

/// Issues that one commit creates or changes where many are.
const BATCH: usize = 1000;
/// When a made-up project starts (2025-01-01), and how long it goes on: a year.
const START_SECS: i64 = 1_735_689_600;
const LENGTH_MILLIS: i64 = 365 * 24 * 3600 * 1000;
/// How far back dependencies reach.
const REACH: usize = 200;
/// Comments that an issue gets at most.
const COMMENTS: usize = 3;
/// What summaries name as their source.
const SOURCE: &str = "jit dev generate";

const LEAD: &str = "human:ada";
const WORKERS: [&str; 6] =
    ["agent:worker-1", "agent:worker-2", "copilot:worker-3", "human:grace", "human:linus", "ci:tests"];

/// Calls `store` with every change, the first one of an empty tracker.
pub(super) fn play<E: From<Refusal>>(
    plan: &Plan,
    mut store: impl FnMut(&Change) -> Result<(), E>,
) -> Result<(), E> {
    let mut project = Project::new(plan);
    let mut put = |change: Result<Option<Change>, Refusal>| change?.as_ref().map_or(Ok(()), &mut store);
    put(project.start())?;
    for first in (0..plan.issues).step_by(BATCH) {
        put(project.import(first..plan.issues.min(first + BATCH)))?;
    }
    for round in 1..plan.commits_per_issue {
        for first in (0..plan.issues).step_by(BATCH) {
            put(project.revise(round, first..plan.issues.min(first + BATCH)))?;
        }
    }
    for _ in 0..plan.events {
        put(project.work())?;
    }
    Ok(())
}

/// How many changes [`play`] makes.
pub(super) fn count(plan: &Plan) -> usize {
    1 + plan.commits_per_issue * plan.issues.div_ceil(BATCH) + plan.events
}

/// The project so far.
struct Project {
    tracker: Tracker,
    /// The issues, oldest first: dependencies point back in this order.
    ids: Vec<IssueId>,
    random: Random,
    now: Timestamp,
    step: TimeDelta,
}

impl Project {
    fn new(plan: &Plan) -> Self {
        let count = i64::try_from(count(plan)).expect("a count fits");
        Self {
            tracker: Tracker::default(),
            ids: Vec::with_capacity(plan.issues),
            random: Random::new(plan.seed),
            now: DateTime::from_timestamp(START_SECS, 0).expect("it is in the calendar"),
            step: TimeDelta::milliseconds(LENGTH_MILLIS / count),
        }
    }

    /// One mutation by `by`; no change if there was nothing to do.
    fn mutate(
        &mut self,
        by: &str,
        decide: impl FnOnce(&mut Draft, &mut Random) -> Result<(), Refusal>,
    ) -> Result<Option<Change>, Refusal> {
        let stamp = Stamp { by: AgentId::parse(by)?, at: self.now };
        self.now += self.step;
        let mut draft = Draft::new(std::mem::take(&mut self.tracker), stamp);
        decide(&mut draft, &mut self.random)?;
        let finished = draft.finish();
        self.tracker = finished.tracker;
        Ok(finished.change)
    }

    /// The tracker, its settings and its gates.
    fn start(&mut self) -> Result<Option<Change>, Refusal> {
        self.mutate(LEAD, |draft, _| {
            let settings = Settings::default();
            let value = crate::model::settings::FORMAT.to_string();
            draft.put_settings(settings);
            draft.record(None, EventKind::ConfigChanged { key: "format".to_owned(), value });
            let [design, review, tests] = texts::GATES.map(texts::gate);
            let checker =
                Checker { command: "make test".to_owned(), timeout_secs: None, extra: Extra::new() };
            gate::define(draft, &design, GateDefinition { stage: GateStage::Pre, ..Default::default() })?;
            gate::define(draft, &review, GateDefinition::default())?;
            gate::define(draft, &tests, GateDefinition { checker: Some(checker), ..Default::default() })
        })
    }

    /// Creates issues, some of which depend on older ones.
    fn import(&mut self, range: std::ops::Range<usize>) -> Result<Option<Change>, Refusal> {
        let mut batch: Vec<(IssueId, NewIssue)> = Vec::with_capacity(range.len());
        for at in range {
            let mut new = texts::issue(&mut self.random);
            if at > 0 && self.random.percent(40) {
                for _ in 0..=self.random.below(3) {
                    let back = 1 + self.random.below(at.min(REACH));
                    new.dependencies.insert(self.ids[at - back]);
                }
            }
            let id = IssueId::new(self.random.uuid());
            self.ids.push(id);
            batch.push((id, new));
        }
        self.mutate(LEAD, |draft, _| {
            create::create(draft, batch)?;
            draft.summarize("issue_created", SOURCE);
            Ok(())
        })
    }

    /// Changes issues together: in the first round their states, later a note on each.
    fn revise(&mut self, round: usize, range: std::ops::Range<usize>) -> Result<Option<Change>, Refusal> {
        let ids = self.ids[range].to_vec();
        self.mutate(LEAD, |draft, random| {
            for id in ids {
                if round == 1 {
                    advance(draft, random, id)?;
                } else {
                    note(draft, id, "sprint", &format!("2025-{round:02}"), random)?;
                }
            }
            draft.summarize(if round == 1 { "issue_state_changed" } else { "context_set" }, SOURCE);
            Ok(())
        })
    }

    /// What somebody does next: one mutation of one issue.
    fn work(&mut self) -> Result<Option<Change>, Refusal> {
        let id = self.ids[self.random.below(self.ids.len())];
        let worker = self.random.pick(&WORKERS);
        let issue = self.tracker.issue(id)?;
        let is_free = self.tracker.blockers(issue).is_empty();
        let is_stuck = !self.tracker.unfinished_dependencies(issue).is_empty();
        let (state, comments) = (issue.state, issue.comments.len());
        let next_gate = next_gate(&self.tracker, issue, GateStage::Post);
        let design = next_gate_before(&self.tracker, issue);
        let holder = issue.claim.as_ref().map(|claim| claim.by.to_string());
        let luck = self.random.below(100);
        let by = holder.as_deref().unwrap_or(worker).to_owned();
        self.mutate(&by, |draft, random| match state {
            State::Open if is_free && luck < 40 => take(draft, id, random),
            State::Open if luck < 60 && design.is_some() => pass(draft, id, design),
            State::InProgress | State::Gated if luck < 40 && next_gate.is_some() => {
                pass(draft, id, next_gate)
            }
            State::InProgress if luck < 45 => claim::release(draft, id, None),
            State::InProgress if luck < 90 && !is_stuck => request(draft, id, Status::Done, random),
            State::Done | State::Rejected if luck < 5 => reopen(draft, id, random),
            _ if luck >= 70 && comments < COMMENTS => {
                let (comment, body) = (random.uuid(), texts::remark(random));
                update::comment(draft, id, comment, body)
            }
            _ if luck < 70 => note(draft, id, "progress", &format!("{} of 1000", random.below(1000)), random),
            _ => relabel(draft, id, random),
        })
    }
}

/// Where an issue was when the project came to be kept here. Older ones are further.
fn advance(draft: &mut Draft, random: &mut Random, id: IssueId) -> Result<(), Refusal> {
    let luck = random.below(100);
    let issue = draft.issue(id)?;
    let is_designed = next_gate_before(draft.tracker(), issue).is_none();
    let is_free = draft.tracker().unfinished_dependencies(issue).is_empty();
    match luck {
        0..55 if is_free => {
            while let Some(key) = next_gate_of_all(draft, id)? {
                gate::report(draft, id, &key, GateResult::Passed)?;
            }
            request(draft, id, Status::Done, random)
        }
        55..58 if is_free && is_designed => request(draft, id, Status::Done, random),
        58..64 if is_free && is_designed => take(draft, id, random),
        64..68 => transition::reject(draft, id, Some("not worth it".to_owned())),
        _ => note(draft, id, "source", "the old list", random),
    }
}

fn next_gate_of_all(draft: &Draft, id: IssueId) -> Result<Option<crate::model::GateKey>, Refusal> {
    let issue = draft.issue(id)?;
    let next = next_gate_before(draft.tracker(), issue);
    Ok(next.or_else(|| next_gate(draft.tracker(), issue, GateStage::Post)))
}

fn next_gate_before(tracker: &Tracker, issue: &Issue) -> Option<crate::model::GateKey> {
    next_gate(tracker, issue, GateStage::Pre)
}

fn next_gate(tracker: &Tracker, issue: &Issue, stage: GateStage) -> Option<crate::model::GateKey> {
    gate::pending(tracker, issue, stage).next().map(|(key, _)| key.clone())
}

fn pass(draft: &mut Draft, id: IssueId, key: Option<crate::model::GateKey>) -> Result<(), Refusal> {
    key.map_or(Ok(()), |key| gate::report(draft, id, &key, GateResult::Passed))
}

fn take(draft: &mut Draft, id: IssueId, random: &mut Random) -> Result<(), Refusal> {
    let by = draft.stamp().by.clone();
    claim::claim(
        draft,
        id,
        claim::Request { by, claim: ClaimId::new(random.uuid()), ttl_secs: None, clone: None },
    )
}

fn request(draft: &mut Draft, id: IssueId, to: Status, random: &mut Random) -> Result<(), Refusal> {
    let by = draft.stamp().by.clone();
    transition::request(draft, id, StateRequest::Status(to), by, || ClaimId::new(random.uuid()))
}

fn reopen(draft: &mut Draft, id: IssueId, random: &mut Random) -> Result<(), Refusal> {
    let by = draft.stamp().by.clone();
    transition::request(draft, id, StateRequest::Open, by, || ClaimId::new(random.uuid()))
}

fn note(draft: &mut Draft, id: IssueId, key: &str, value: &str, random: &mut Random) -> Result<(), Refusal> {
    let update = Update { set_context: vec![(key.to_owned(), value.to_owned())], ..Update::default() };
    update::update(draft, id, &update, || ClaimId::new(random.uuid()))
}

/// Adds a label that the issue does not have, or removes one that it has.
fn relabel(draft: &mut Draft, id: IssueId, random: &mut Random) -> Result<(), Refusal> {
    let label = texts::area(random);
    let update = if draft.issue(id)?.labels.contains(&label) {
        Update { remove_labels: vec![label], ..Update::default() }
    } else {
        Update { add_labels: vec![label], ..Update::default() }
    };
    update::update(draft, id, &update, || ClaimId::new(random.uuid()))
}
