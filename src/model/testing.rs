//! Small trackers for the unit tests of this layer.

use chrono::DateTime;
use uuid::Uuid;

use super::{
    AgentId, ClaimId, Draft, GateDefinition, GateKey, GateStage, Issue, IssueId, Stamp, State, Timestamp,
    Tracker, claim,
};

/// The id of issue number `n`.
pub(crate) fn id(n: u128) -> IssueId {
    IssueId::new(Uuid::from_u128(n << 96))
}

/// Second `n` of the tests' time.
pub(crate) fn at(n: i64) -> Timestamp {
    DateTime::from_timestamp(1_700_000_000 + n, 0).unwrap_or_default()
}

/// `agent:<name>`.
pub(crate) fn agent(name: &str) -> AgentId {
    AgentId::parse(&format!("agent:{name}")).expect("the tests' names are valid")
}

/// A gate key.
pub(crate) fn gate(key: &str) -> GateKey {
    GateKey::parse(key).expect("the tests' keys are valid")
}

/// Issues 1 to `count`, open, each a second younger than the one before, where `edges`
/// says which depends on which.
pub(crate) fn tracker(count: u128, edges: &[(u128, u128)]) -> Tracker {
    let mut tracker = Tracker::default();
    for (n, seconds) in (1..=count).zip(0..) {
        let stamp = Stamp { by: agent("creator"), at: at(seconds) };
        tracker.issues.insert(id(n), Issue::new(id(n), format!("Issue {n}"), stamp));
    }
    for (from, on) in edges {
        if let Some(issue) = tracker.issues.get_mut(&id(*from)) {
            issue.dependencies.insert(id(*on));
        }
    }
    tracker
}

/// A draft of `tracker`, a thousand seconds after its first issue, by `agent:tester`.
pub(crate) fn draft(tracker: Tracker) -> Draft {
    Draft::new(tracker, Stamp { by: agent("tester"), at: at(1000) })
}

/// Registers a gate that issue `n` then requires.
pub(crate) fn require(tracker: &mut Tracker, n: u128, key: &str, stage: GateStage) {
    tracker.gates.insert(gate(key), GateDefinition { stage, ..GateDefinition::default() });
    if let Some(issue) = tracker.issues.get_mut(&id(n)) {
        issue.gates.insert(gate(key), super::GateState::default());
    }
}

/// Puts issue `n` into a stored state.
pub(crate) fn put(tracker: &mut Tracker, n: u128, state: State) {
    if let Some(issue) = tracker.issues.get_mut(&id(n)) {
        issue.state = state;
    }
}

/// A request by `agent:<name>`, with a lease of `ttl_secs`.
pub(crate) fn request(name: &str, ttl_secs: Option<u64>) -> claim::Request {
    claim::Request { by: agent(name), claim: ClaimId::new(Uuid::from_u128(7)), ttl_secs, clone: None }
}

/// The names of the events that a draft recorded.
pub(crate) fn events(draft: Draft) -> Vec<&'static str> {
    let change = draft.finish().change;
    change.into_iter().flat_map(|change| change.events).map(|event| event.kind.name()).collect()
}
