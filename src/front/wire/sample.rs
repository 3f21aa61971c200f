//! Values for tests.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use uuid::Uuid;

use crate::model::gate::GateStatus;
use crate::model::{
    AgentId, Attachment, Claim, ClaimId, Comment, Conflict, Extra, GateDefinition, GateKey, GateStage,
    GateState, Issue, IssueId, Priority, Stamp, State, Timestamp, Tracker,
};
use crate::ops::Summary;

/// The issue `00000001-…` for 1, and so on.
pub(crate) fn id(number: u32) -> IssueId {
    IssueId::new(Uuid::from_fields(number, 0, 0x4000, b"\x80\0\0\0\0\0\0\0"))
}

/// A time some seconds after 2025-01-02 03:04:05 UTC.
pub(crate) fn at(secs: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + TimeDelta::seconds(1_735_787_045 + secs)
}

/// An agent whose name needs no check.
pub(crate) fn agent(name: &str) -> AgentId {
    AgentId::parse(name).expect("tests name agents correctly")
}

/// A gate key that needs no check.
pub(crate) fn gate(key: &str) -> GateKey {
    GateKey::parse(key).expect("tests name gates correctly")
}

/// A tracker of `issues`.
pub(crate) fn tracker(issues: impl IntoIterator<Item = Issue>) -> Tracker {
    Tracker { issues: issues.into_iter().map(|issue| (issue.id, issue)).collect(), ..Tracker::default() }
}

/// An open issue that depends on others.
pub(crate) fn issue(number: u32, title: &str, dependencies: &[u32]) -> Issue {
    let stamp = Stamp { by: agent("human:ada"), at: at(i64::from(number)) };
    let mut issue = Issue::new(id(number), title.to_owned(), stamp);
    issue.dependencies = dependencies.iter().map(|number| id(*number)).collect();
    issue
}

/// Issue 1 has everything that an issue can have. It is held up by the open issue 2 and by
/// issue 3, which does not exist; the gate `review` comes before it.
pub(crate) fn full_tracker() -> Tracker {
    let mut full = issue(1, "Login \u{1b}[31m", &[2, 3]);
    full.description = "One\r\n\ttwo".to_owned();
    full.state = State::InProgress;
    full.priority = Priority::High;
    full.labels = BTreeSet::from(["auth".to_owned(), "wip".to_owned()]);
    full.assignee = Some(agent("copilot:worker-1"));
    full.claim = Some(claim());
    full.gates.insert(gate("review"), GateState::default());
    full.gates.insert(gate("tests"), passed());
    full.context.insert("agent_notes".to_owned(), "Remember".to_owned());
    full.attachments.insert(Attachment::new("docs/login.md", "7".repeat(40)).expect("it is one"));
    full.comments.push(comment());
    full.conflicts.push(conflict());
    let mut tracker = tracker([full, issue(2, "Model", &[])]);
    let review = GateDefinition { stage: GateStage::Pre, ..GateDefinition::default() };
    tracker.gates.insert(gate("review"), review);
    tracker
}

fn claim() -> Claim {
    let by = agent("copilot:worker-1");
    Claim {
        id: ClaimId::new(Uuid::nil()),
        by,
        at: at(10),
        expires: Some(at(3610)),
        clone: None,
        extra: Extra::new(),
    }
}

fn passed() -> GateState {
    let by = Some(agent("ci:github"));
    GateState { status: GateStatus::Passed, by, at: Some(at(20)), extra: Extra::new() }
}

fn comment() -> Comment {
    let by = agent("human:ada");
    Comment { id: Uuid::nil(), by, at: at(30), body: "Looks\ngood".to_owned(), extra: Extra::new() }
}

fn conflict() -> Conflict {
    Conflict {
        id: Uuid::nil(),
        field: "title".to_owned(),
        upstream: Some("Login".to_owned()),
        local: None,
        by: agent("human:bob"),
        at: at(40),
        extra: Extra::new(),
    }
}

/// The summary of a tracker.
pub(crate) fn summary(tracker: &Tracker) -> Summary {
    let outlines = tracker.ranked().into_iter().map(|issue| tracker.outline(issue));
    Summary::new(outlines, |_| tracker.clone())
}
