//! Whatever is asked in whatever order, an accepted mutation leaves a sound tracker.

use std::collections::BTreeMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::create::{self, NewIssue};
use super::query::Filter;
use super::state::{StateRequest, Status};
use super::testing::{agent, at, gate as key, id};
use super::validate::validate;
use super::{
    ClaimId, Draft, EventKind, GateDefinition, GateResult, GateStage, Refusal, Stamp, Tracker, claim,
    dependency, gate, transition,
};

/// Something that somebody asks for.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Create(u128, Option<u128>),
    Delete(u128),
    Depend(u128, u128),
    Undepend(u128, u128),
    Claim(u128, &'static str, Option<u64>),
    ClaimNext(&'static str),
    Renew(u128),
    Release(u128),
    Reject(u128),
    Move(u128, StateRequest),
    Require(u128, &'static str),
    Unrequire(u128, &'static str),
    Report(u128, &'static str, bool),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let n = 1..7_u128;
    let who = prop_oneof![Just("one"), Just("two"), Just("three")];
    let gate = prop_oneof![Just("design"), Just("review"), Just("unregistered")];
    let states = Status::ALL.map(StateRequest::Status).into_iter().chain([StateRequest::Open]);
    let state = proptest::sample::select(states.collect::<Vec<_>>());
    let step = prop_oneof![
        3 => (n.clone(), proptest::option::of(n.clone())).prop_map(|(n, on)| Step::Create(n, on)),
        1 => n.clone().prop_map(Step::Delete),
        3 => (n.clone(), n.clone()).prop_map(|(n, on)| Step::Depend(n, on)),
        1 => (n.clone(), n.clone()).prop_map(|(n, on)| Step::Undepend(n, on)),
        4 => (n.clone(), who.clone(), proptest::option::of(1..5_u64)).prop_map(|(n, w, t)| Step::Claim(n, w, t)),
        2 => who.prop_map(Step::ClaimNext),
        1 => n.clone().prop_map(Step::Renew),
        2 => n.clone().prop_map(Step::Release),
        1 => n.clone().prop_map(Step::Reject),
        6 => (n.clone(), state).prop_map(|(n, state)| Step::Move(n, state)),
        2 => (n.clone(), gate.clone()).prop_map(|(n, gate)| Step::Require(n, gate)),
        1 => (n.clone(), gate.clone()).prop_map(|(n, gate)| Step::Unrequire(n, gate)),
        4 => (n, gate, any::<bool>()).prop_map(|(n, gate, passed)| Step::Report(n, gate, passed)),
    ];
    proptest::collection::vec(step, 1..60)
}

/// Decides on `step`; `fresh` is the number of a new claim.
pub(crate) fn decide(draft: &mut Draft, step: &Step, fresh: u128) -> Result<(), Refusal> {
    let request = |who, ttl_secs| claim::Request {
        by: agent(who),
        claim: ClaimId::new(Uuid::from_u128(fresh)),
        ttl_secs,
        clone: None,
    };
    match *step {
        Step::Create(n, _) if draft.issue(id(n)).is_ok() => Ok(()),
        Step::Create(n, on) => {
            let dependencies = on.into_iter().map(id).collect();
            let new = NewIssue { title: format!("Issue {n}"), dependencies, ..NewIssue::default() };
            create::create(draft, vec![(id(n), new)])
        }
        Step::Delete(n) => dependency::delete(draft, id(n)),
        Step::Depend(n, on) => dependency::add(draft, id(n), id(on)),
        Step::Undepend(n, on) => dependency::remove(draft, id(n), id(on)),
        Step::Claim(n, who, ttl) => claim::claim(draft, id(n), request(who, ttl)),
        Step::ClaimNext(who) => {
            let next = claim::next(
                draft.tracker(),
                &claim::Picker {
                    filter: &Filter::default(),
                    now: draft.stamp().at,
                    holds: &super::Holds::new(),
                    spread: None,
                },
            )?;
            claim::claim(draft, next, request(who, None))
        }
        Step::Renew(n) => claim::renew(draft, id(n), None, Some(3)),
        Step::Release(n) => claim::release(draft, id(n), None),
        Step::Reject(n) => transition::reject(draft, id(n), None),
        Step::Move(n, to) => {
            let by = draft.stamp().by.clone();
            transition::request(draft, id(n), to, by, || ClaimId::new(Uuid::from_u128(fresh)))
        }
        Step::Require(n, gate) => gate::add(draft, id(n), &key(gate)),
        Step::Unrequire(n, gate) => gate::remove(draft, id(n), &key(gate)),
        Step::Report(n, gate, true) => gate::report(draft, id(n), &key(gate), GateResult::Passed),
        Step::Report(n, gate, false) => {
            gate::report(draft, id(n), &key(gate), GateResult::Failed { reason: None })
        }
    }
}

fn start() -> Tracker {
    let mut tracker = Tracker::default();
    for (gate, stage) in [("design", GateStage::Pre), ("review", GateStage::Post)] {
        tracker.gates.insert(key(gate), GateDefinition { stage, ..GateDefinition::default() });
    }
    tracker
}

/// Follows who holds what through the events alone.
#[derive(Default)]
struct Holds(BTreeMap<super::IssueId, (ClaimId, Option<super::Timestamp>)>);

impl Holds {
    fn see(&mut self, issue: super::IssueId, kind: &EventKind, now: super::Timestamp) {
        match kind {
            EventKind::IssueClaimed { claim, expires, .. } => {
                if let Some((_, until)) = self.0.insert(issue, (*claim, *expires)) {
                    assert!(until.is_some_and(|until| until <= now), "a live hold was taken over");
                }
            }
            EventKind::ClaimRenewed { claim, expires } => {
                self.0.insert(issue, (*claim, *expires));
            }
            EventKind::IssueReleased { .. }
            | EventKind::IssueCompleted { .. }
            | EventKind::IssueRejected { .. }
            | EventKind::IssueDeleted { .. } => {
                self.0.remove(&issue);
            }
            _ => {}
        }
    }

    fn agree_with(&self, tracker: &Tracker) {
        let claims = tracker.issues.values().filter_map(|issue| Some((issue.id, issue.claim.as_ref()?)));
        let held: BTreeMap<_, _> = claims.map(|(issue, claim)| (issue, (claim.id, claim.expires))).collect();
        assert_eq!(self.0, held);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn accepted_mutations_keep_every_rule_and_their_events_tell_who_holds_what(steps in steps()) {
        let mut tracker = start();
        let mut holds = Holds::default();
        for (second, step) in (0..).zip(&steps) {
            let stamp = Stamp { by: agent("tester"), at: at(second) };
            tracker.as_of = stamp.at;
            let mut draft = Draft::new(tracker.clone(), stamp.clone());
            if decide(&mut draft, step, u128::from(second.unsigned_abs()) + 1).is_err() {
                continue;
            }
            let finished = draft.finish();
            prop_assert_eq!(validate(&finished.tracker), vec![]);
            prop_assert_eq!(finished.change.is_some(), finished.tracker != tracker, "an event for every change");
            for event in finished.change.iter().flat_map(|change| &change.events) {
                if let Some(issue) = event.issue {
                    holds.see(issue, &event.kind, stamp.at);
                }
            }
            holds.agree_with(&finished.tracker);
            tracker = finished.tracker;
        }
    }
}
