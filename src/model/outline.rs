//! What order, readiness and most filters need to know of an issue: enough to choose issues
//! without reading the texts of all.

use super::gate::GateStatus;
use super::{GateKey, GateStage, Issue, IssueId, Priority, State, Status, Timestamp};

/// An issue without its texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Outline {
    /// The issue.
    pub id: IssueId,
    /// How urgent it is.
    pub priority: Priority,
    /// When it was created.
    pub created_at: Timestamp,
    /// The stored state.
    pub state: State,
    /// Whether a dependency is not finished, missing ones included.
    pub waits: bool,
    /// Whether a gate that must pass before the start has not.
    pub has_pending_pre_gate: bool,
    /// Whether it depends on nothing.
    pub is_root: bool,
    /// Whether it has a claim, expired or not.
    pub is_claimed: bool,
    /// Whether a merge left values on it that nobody has settled.
    pub has_conflicts: bool,
}

impl Outline {
    /// That of `issue`, where `state` tells the states of its dependencies, and `stage` what
    /// its gates hold up.
    pub fn of(
        issue: &Issue,
        state: impl Fn(IssueId) -> Option<State>,
        stage: impl Fn(&GateKey) -> GateStage,
    ) -> Self {
        let mut pending = issue.gates.iter().filter(|(_, gate)| gate.status != GateStatus::Passed);
        Self {
            id: issue.id,
            priority: issue.priority,
            created_at: issue.created.at,
            state: issue.state,
            waits: !issue.dependencies.iter().all(|id| state(*id).is_some_and(State::is_finished)),
            has_pending_pre_gate: pending.any(|(key, _)| stage(key) == GateStage::Pre),
            is_root: issue.dependencies.is_empty(),
            is_claimed: issue.claim.is_some(),
            has_conflicts: !issue.conflicts.is_empty(),
        }
    }

    /// The derived status.
    pub fn status(&self) -> Status {
        self.state.status(self.is_blocked())
    }

    /// Whether anything keeps it from starting.
    pub fn is_blocked(&self) -> bool {
        self.waits || self.has_pending_pre_gate
    }

    /// The order of lists: most urgent first, then oldest, then by id.
    pub fn rank(&self) -> (Priority, Timestamp, IssueId) {
        (self.priority, self.created_at, self.id)
    }

    /// Whether anything holds it up in the state it is in.
    pub fn is_held_up(&self) -> bool {
        let [dependencies, pre_gates] = self.state.minds();
        (dependencies && self.waits) || (pre_gates && self.has_pending_pre_gate)
    }
}
