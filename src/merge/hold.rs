//! State, claim and assignee: settled together, since they must fit each other.

use std::collections::BTreeSet;

use super::conflict::{Recorder, Side};
use super::{LostClaim, extra};
use crate::model::{AgentId, Claim, ClaimId, Issue, State};

/// State, claim and assignee of an issue.
pub(super) struct Settled {
    pub(super) state: State,
    pub(super) claim: Option<Claim>,
    pub(super) assignee: Option<AgentId>,
    /// Holds that came to nothing.
    pub(super) lost: Vec<LostClaim>,
}

/// The part of an issue that says how far the work is and who is at it.
#[derive(Clone, Copy, PartialEq)]
struct Hold<'a> {
    state: State,
    claim: Option<&'a Claim>,
}

impl<'a> Hold<'a> {
    fn of(issue: &'a Issue) -> Self {
        Self { state: issue.state, claim: issue.claim.as_ref() }
    }

    fn claim_id(&self) -> Option<ClaimId> {
        self.claim.map(|claim| claim.id)
    }
}

/// Merges them. `held` is the claim that the remote's claim reference names.
pub(super) fn merge(
    base: Option<&Issue>,
    upstream: &Issue,
    local: &Issue,
    held: Option<ClaimId>,
    recorder: &mut Recorder,
) -> Settled {
    let holds = Holds { base: base.map(Hold::of), upstream: Hold::of(upstream), local: Hold::of(local) };
    let Some(side) = holds.contested(held) else {
        let takes_local = holds.base == Some(holds.upstream);
        let issue = if takes_local { local } else { upstream };
        let assignee = uncontested_assignee(base, upstream, local, issue.claim.as_ref(), recorder);
        return Settled { state: issue.state, claim: issue.claim.clone(), assignee, lost: Vec::new() };
    };
    let (stands, aside) = match side {
        Side::Upstream => (upstream, local),
        Side::Local => (local, upstream),
    };
    let state = holds.state(side);
    let claim = stands.claim.as_ref().map(|claim| renewed(claim, aside.claim.as_ref(), base, recorder));
    let lost = lost(base, stands, aside, state);
    if is_put_aside(base, stands, aside, state) {
        let word = |state: State| Some(state.as_str().to_owned());
        recorder.record("state", word(state), word(aside.state), side.other());
    }
    let assignee = claim.as_ref().map_or(stands.assignee.clone(), |claim| Some(claim.by.clone()));
    let told = lost.as_ref().is_some_and(|lost| aside.assignee.as_ref() == Some(&lost.claim.by));
    let was_released = base.is_some_and(|base| base.claim.is_some()) && aside.assignee.is_none();
    if !told && !was_released {
        record_assignee(base, assignee.as_ref(), aside.assignee.as_ref(), side.other(), recorder);
    }
    Settled { state, claim, assignee, lost: lost.into_iter().collect() }
}

/// `issue` as if its claim had never been made, and that claim: if the base does not show it
/// and the other side has given it up.
pub(super) fn without_released(
    base: Option<&Issue>,
    issue: &Issue,
    released: &BTreeSet<ClaimId>,
) -> Option<(Issue, Claim)> {
    let before = base.and_then(|base| base.claim.as_ref());
    let is_new = |claim: &&Claim| before.is_none_or(|before| before.id != claim.id);
    let claim = issue.claim.as_ref().filter(is_new).filter(|claim| released.contains(&claim.id))?;
    let without = Issue {
        state: base.map_or(State::Open, |base| base.state),
        claim: before.cloned(),
        assignee: base.and_then(|base| base.assignee.clone()),
        ..issue.clone()
    };
    Some((without, claim.clone()))
}

struct Holds<'a> {
    base: Option<Hold<'a>>,
    upstream: Hold<'a>,
    local: Hold<'a>,
}

impl Holds<'_> {
    /// Whose hold stands, if both sides changed it.
    fn contested(&self, held: Option<ClaimId>) -> Option<Side> {
        let Self { base, upstream, local } = self;
        if upstream == local || *base == Some(*upstream) || *base == Some(*local) {
            return None;
        }
        Some(match (upstream.state.is_finished(), local.state.is_finished()) {
            (false, true) => Side::Local,
            (true, true) if local.state == State::Done && upstream.state != State::Done => Side::Local,
            (true, _) => Side::Upstream,
            (false, false) => self.unfinished(held),
        })
    }

    fn unfinished(&self, held: Option<ClaimId>) -> Side {
        let (upstream, local) = (self.upstream.claim_id(), self.local.claim_id());
        let names = |claim: Option<ClaimId>| claim.is_some() && claim == held;
        if upstream == local || names(upstream) {
            Side::Upstream
        } else if names(local) || (self.gave_up(&self.upstream) && self.is_new(local)) {
            // A claim fits after the end of an older one: nobody loses.
            Side::Local
        } else {
            Side::Upstream
        }
    }

    /// Whether the claim of the base was given up on this side.
    fn gave_up(&self, side: &Hold<'_>) -> bool {
        side.state == State::Open
            && side.claim.is_none()
            && self.base.is_some_and(|base| base.claim.is_some())
    }

    fn is_new(&self, claim: Option<ClaimId>) -> bool {
        claim.is_some() && claim != self.base.and_then(|base| base.claim_id())
    }

    /// The state that stands with the hold of `side`. Where both sides have the same hold,
    /// it is the one that moved.
    fn state(&self, side: Side) -> State {
        let Self { base, upstream, local } = self;
        match side {
            Side::Local => local.state,
            Side::Upstream
                if upstream.claim.is_some()
                    && upstream.claim_id() == local.claim_id()
                    && base.is_some_and(|base| base.state == upstream.state) =>
            {
                local.state
            }
            Side::Upstream => upstream.state,
        }
    }
}

/// The claim that stands; with the later expiry if the other side has the same.
fn renewed(claim: &Claim, other: Option<&Claim>, base: Option<&Issue>, recorder: &mut Recorder) -> Claim {
    let mut result = claim.clone();
    if let Some(other) = other.filter(|other| other.id == claim.id) {
        result.expires = claim.expires.and_then(|expires| Some(expires.max(other.expires?)));
        let base = base.and_then(|base| base.claim.as_ref()).filter(|base| base.id == claim.id);
        let base = base.map(|base| &base.extra);
        result.extra = extra::merge("claim.extra.", base, &claim.extra, &other.extra, recorder);
    }
    result
}

/// The hold of the side that was put aside, unless it is the one that stands or came to the
/// end that it was to come to: gated work whose gates have passed is done.
fn lost(base: Option<&Issue>, stands: &Issue, aside: &Issue, state: State) -> Option<LostClaim> {
    let claim = aside.claim.as_ref()?;
    let is_same = |other: Option<&Claim>| other.is_some_and(|other| other.id == claim.id);
    let finished_itself = state == State::Done
        && aside.state == State::Gated
        && is_same(base.and_then(|base| base.claim.as_ref()));
    let is_lost = !is_same(stands.claim.as_ref()) && !finished_itself;
    is_lost.then(|| LostClaim { issue: aside.id, claim: claim.clone(), winner: stands.claim.clone() })
}

/// Whether the state of `aside` must be recorded: it is a decision of its own that no other
/// rule tells of.
fn is_put_aside(base: Option<&Issue>, stands: &Issue, aside: &Issue, state: State) -> bool {
    let had = base.and_then(|base| base.claim.as_ref()).map(|claim| claim.id);
    let has = stands.claim.as_ref().map(|claim| claim.id);
    match aside.state {
        same if same == state => false,
        unchanged if base.is_some_and(|base| base.state == unchanged) => false,
        // Told by the claim that is lost.
        State::InProgress => false,
        // On the same way, only not as far.
        State::Gated => state != State::Done,
        // The hold that was given up ended on the other side too.
        State::Open if had.is_some() && has.is_some() && had != has => false,
        State::Open | State::Done | State::Rejected => true,
    }
}

/// Where at most one side changed the hold: its holder, or else as any other field.
fn uncontested_assignee(
    base: Option<&Issue>,
    upstream: &Issue,
    local: &Issue,
    claim: Option<&Claim>,
    recorder: &mut Recorder,
) -> Option<AgentId> {
    let Some(claim) = claim else {
        let all = [base.map(|base| &base.assignee), Some(&upstream.assignee), Some(&local.assignee)];
        let text = |assignee: &Option<AgentId>| assignee.as_ref().map(ToString::to_string);
        let takes_local = recorder.takes_local("assignee", all, text);
        return if takes_local { local } else { upstream }.assignee.clone();
    };
    let assignee = Some(claim.by.clone());
    for (side, issue) in [(Side::Upstream, upstream), (Side::Local, local)] {
        record_assignee(base, assignee.as_ref(), issue.assignee.as_ref(), side, recorder);
    }
    assignee
}

fn record_assignee(
    base: Option<&Issue>,
    stands: Option<&AgentId>,
    aside: Option<&AgentId>,
    side: Side,
    recorder: &mut Recorder,
) {
    let was = base.and_then(|base| base.assignee.as_ref());
    if aside != stands && aside != was {
        let text = |assignee: Option<&AgentId>| assignee.map(ToString::to_string);
        recorder.record("assignee", text(stands), text(aside), side);
    }
}
