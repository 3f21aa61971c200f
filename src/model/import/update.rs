//! Storing what is planned: as a new issue, or in one that was imported before.

use std::collections::BTreeMap;

use super::{Foreign, Incoming, build};
use crate::model::gate::GateStatus;
use crate::model::{
    AgentId, Claim, Comment, Draft, GateKey, GateStage, GateState, Issue, IssueId, State, gate, origin,
};

/// What became of one issue.
pub(super) enum Stored {
    /// It is new.
    Created(IssueId),
    /// It is different now; this is what it was.
    Updated(Box<Issue>),
    /// It stays as it is.
    Unchanged,
}

/// Stores `planned`, which `incoming` is to become.
pub(super) fn store(draft: &mut Draft, incoming: &Incoming, planned: Issue) -> Stored {
    let id = planned.id;
    let Ok(known) = draft.issue(id) else {
        draft.insert(planned);
        return Stored::Created(id);
    };
    let known = known.clone();
    let merged = match incoming {
        Incoming::Own(_) => planned,
        Incoming::Foreign(_) if is_as_seen(&known, &planned) => return Stored::Unchanged,
        Incoming::Foreign(foreign) => merge(draft, &known, planned, foreign),
    };
    if merged == known {
        return Stored::Unchanged;
    }
    draft.insert(merged);
    Stored::Updated(Box::new(known))
}

/// Whether the issue has not changed where it came from: then what was done to it here stands.
fn is_as_seen(known: &Issue, planned: &Issue) -> bool {
    let hash = |issue: &Issue| issue.context.get(origin::HASH).cloned();
    hash(planned).is_some() && hash(known) == hash(planned)
}

/// `known` with all that the other tracker tells as it is there, and the rest as it is here.
fn merge(draft: &Draft, known: &Issue, planned: Issue, foreign: &Foreign) -> Issue {
    let tells = |field| !foreign.silent_on.contains(field);
    let mut merged = known.clone();
    merged.title = planned.title;
    if tells("description") {
        merged.description = planned.description;
    }
    if tells("type") {
        merged.issue_type = planned.issue_type;
    }
    if tells("priority") {
        merged.priority = planned.priority;
    }
    if tells("labels") {
        merged.labels = planned.labels;
    }
    if tells("dependencies") {
        merged.dependencies.retain(|on| !is_of(draft, *on, known));
        merged.dependencies.extend(planned.dependencies);
    }
    if foreign.created_at.is_some() {
        merged.created = planned.created;
    }
    merge_comments(&mut merged.comments, planned.comments);
    merge_context(&mut merged, planned.context);
    if tells("state") {
        merge_hold(&mut merged, planned.gates);
        merge_state(draft, &mut merged, known, (planned.state, planned.claim), planned.assignee.clone());
    }
    if tells("assignee") && merged.claim.is_none() {
        merged.assignee = planned.assignee;
    }
    if merged != *known {
        merged.updated = match foreign.updated_at {
            Some(at) if at > known.updated.at => planned.updated,
            _ => draft.stamp().clone(),
        };
    }
    merged
}

/// Whether issue `on` is of the tracker that `known` is of.
fn is_of(draft: &Draft, on: IssueId, known: &Issue) -> bool {
    let from = |issue: &Issue| issue.context.get(origin::FROM).cloned();
    draft.issue(on).is_ok_and(|on| from(on) == from(known))
}

/// Comments are told apart by their ids: those that are only here stay.
fn merge_comments(known: &mut Vec<Comment>, planned: Vec<Comment>) {
    for comment in planned {
        match known.iter_mut().find(|other| other.id == comment.id) {
            Some(other) => other.body = comment.body,
            None => known.push(comment),
        }
    }
    known.sort_by_key(|comment| comment.at);
}

/// What the import has put into the context is its own; all else stays.
fn merge_context(issue: &mut Issue, planned: BTreeMap<String, String>) {
    let own = issue.context.get(origin::FROM).map(|from| format!("{from}."));
    issue.context.retain(|key, _| !own.as_ref().is_some_and(|own| key.starts_with(own.as_str())));
    issue.context.extend(planned);
}

/// Gates that say that an issue is not to be started there come and go with that.
fn merge_hold(issue: &mut Issue, planned: BTreeMap<GateKey, GateState>) {
    let own = issue.context.get(origin::FROM).map(|from| format!("{from}-"));
    issue.gates.retain(|key, state| {
        let is_own = own.as_ref().is_some_and(|own| key.as_str().starts_with(own.as_str()));
        !is_own || state.status == GateStatus::Passed || planned.contains_key(key)
    });
    for (key, state) in planned {
        issue.gates.entry(key).or_insert(state);
    }
}

/// A state that has changed there since counts here too; one that has not leaves it to those
/// who work on it here. Nobody's hold is taken, unless the work is finished there.
fn merge_state(
    draft: &Draft,
    merged: &mut Issue,
    known: &Issue,
    (state, claim): (State, Option<Claim>),
    assignee: Option<AgentId>,
) {
    if build::state_seen(known) == Some(state.as_str()) || known.state == state {
        return;
    }
    match state {
        State::Done | State::Rejected => {
            merged.state = state;
            merged.claim = None;
            if state == State::Done
                && gate::pending(draft.tracker(), merged, GateStage::Post).next().is_some()
            {
                merged.state = State::Gated;
            }
        }
        _ if known.claim.is_some() => {}
        // Other trackers have no word for it.
        State::InProgress if known.state == State::Gated => {}
        State::Open | State::InProgress | State::Gated => {
            merged.state = state;
            if claim.is_some() {
                merged.assignee = assignee;
            }
            merged.claim = claim;
        }
    }
}
