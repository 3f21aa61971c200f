//! Issues as JSON.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::blocker::BlockerObject;
use super::conflict::ConflictObject;
use super::{agent, time};
use crate::model::refusal::rfc3339;
use crate::model::state::Status;
use crate::model::{Blocker, Claim, Comment, ConflictPlace, GateState, Issue, IssueId, Priority, Tracker};

/// One issue.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "issue")]
pub(crate) struct IssueObject {
    /// The UUID, chosen when the issue was created.
    id: String,
    /// The first eight digits of the id.
    short_id: String,
    /// One line.
    title: String,
    /// Any text; may be empty.
    description: String,
    /// What kind of work it is; free text.
    #[serde(rename = "type")]
    issue_type: String,
    /// `backlog` and `ready` are derived: an issue that nobody started is ready when every
    /// dependency is finished and every pre gate passed.
    #[schemars(extend("enum" = Status::ALL.map(Status::as_str)))]
    state: &'static str,
    /// How urgent it is.
    #[schemars(extend("enum" = Priority::ALL.map(Priority::as_str)))]
    priority: &'static str,
    /// Who is to do it or did it, as `kind:name`.
    assignee: Option<String>,
    /// Words that group issues.
    labels: Vec<String>,
    /// Ids of the issues that must be finished first.
    dependencies: Vec<String>,
    /// Keys of the gates it must pass.
    gates_required: Vec<String>,
    /// How each required gate stands, by key.
    gates_status: BTreeMap<String, GateStatusObject>,
    /// Notes by key.
    context: BTreeMap<String, String>,
    /// Who holds it now.
    claim: Option<ClaimObject>,
    /// Whether anything holds it up in the state it is in. Never, once it is finished.
    blocked: bool,
    /// What holds it up: ids of dependencies, and `gate:<key>`.
    blocked_by: Vec<String>,
    /// What holds it up, in detail, in the same order.
    blockers: Vec<BlockerObject>,
    /// Remarks, oldest first.
    comments: Vec<CommentObject>,
    /// Values that a merge could not keep and nobody has settled yet.
    conflicts: Vec<ConflictObject>,
    /// Who created it.
    created_by: String,
    /// When it was created.
    created_at: String,
    /// Who changed it last.
    updated_by: String,
    /// When it was changed last.
    updated_at: String,
}

impl IssueObject {
    /// Describes `issue`; its direct dependencies must be in `tracker`.
    pub(crate) fn new(tracker: &Tracker, issue: &Issue) -> Self {
        let blockers = tracker.current_blockers(issue);
        let gates = issue.gates.iter().map(|(key, state)| (key.to_string(), GateStatusObject::new(state)));
        Self {
            id: issue.id.to_string(),
            short_id: issue.id.short(),
            title: issue.title.clone(),
            description: issue.description.clone(),
            issue_type: issue.issue_type.clone(),
            state: tracker.status(issue).as_str(),
            priority: issue.priority.as_str(),
            assignee: agent(issue.assignee.as_ref()),
            labels: issue.labels.iter().cloned().collect(),
            dependencies: issue.dependencies.iter().map(ToString::to_string).collect(),
            gates_required: issue.gates.keys().map(ToString::to_string).collect(),
            gates_status: gates.collect(),
            context: issue.context.clone(),
            claim: issue.claim.as_ref().map(|claim| ClaimObject::new(tracker, issue.id, claim)),
            blocked: !blockers.is_empty(),
            blocked_by: blockers.iter().map(Blocker::name).collect(),
            blockers: blockers.iter().map(BlockerObject::new).collect(),
            comments: issue.comments.iter().map(CommentObject::new).collect(),
            conflicts: ConflictObject::all(&ConflictPlace::Issue(issue.id), &issue.conflicts),
            created_by: issue.created.by.to_string(),
            created_at: rfc3339(&issue.created.at),
            updated_by: issue.updated.by.to_string(),
            updated_at: rfc3339(&issue.updated.at),
        }
    }
}

/// Issues, most urgent first.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "issue_list")]
pub(crate) struct IssueList<'a> {
    /// The issues.
    #[schemars(with = "Vec<IssueObject>")]
    issues: Described<'a>,
    /// How many.
    count: usize,
}

/// Issues of a tracker. Each is described when it is written, so that not all descriptions
/// are there at once.
struct Described<'a> {
    tracker: &'a Tracker,
    issues: Vec<&'a Issue>,
}

impl Serialize for Described<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.issues.iter().map(|issue| IssueObject::new(self.tracker, issue)))
    }
}

impl<'a> IssueList<'a> {
    /// Describes `issues` of `tracker`.
    pub(crate) fn new(tracker: &'a Tracker, issues: impl IntoIterator<Item = &'a Issue>) -> Self {
        let issues: Vec<&Issue> = issues.into_iter().collect();
        Self { count: issues.len(), issues: Described { tracker, issues } }
    }
}

/// How a gate stands on an issue.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "gate_status")]
struct GateStatusObject {
    /// The last report.
    #[schemars(extend("enum" = ["pending", "passed", "failed"]))]
    status: &'static str,
    /// Who reported it.
    by: Option<String>,
    /// When.
    at: Option<String>,
}

impl GateStatusObject {
    fn new(state: &GateState) -> Self {
        Self { status: state.status.as_str(), by: agent(state.by.as_ref()), at: time(state.at) }
    }
}

/// A hold on an issue.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "claim")]
struct ClaimObject {
    /// Tells this hold from every other, also of the same agent.
    id: String,
    /// The holder.
    by: String,
    /// Since when.
    at: String,
    /// When it ends unless renewed; never if null.
    expires: Option<String>,
    /// Whether others may take the issue over: its end is at least `claim.skew` ago.
    expired: bool,
    /// Whether the remote does not know of it yet: another clone may have been first.
    provisional: bool,
}

impl ClaimObject {
    fn new(tracker: &Tracker, issue: IssueId, claim: &Claim) -> Self {
        Self {
            id: claim.id.to_string(),
            by: claim.by.to_string(),
            at: rfc3339(&claim.at),
            expires: time(claim.expires),
            expired: tracker.is_expired(claim),
            provisional: tracker.provisional.contains(&issue),
        }
    }
}

/// A remark on an issue.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "comment")]
struct CommentObject {
    /// Tells it from others.
    id: String,
    /// Who wrote it.
    by: String,
    /// When.
    at: String,
    /// What it says.
    body: String,
}

impl CommentObject {
    fn new(comment: &Comment) -> Self {
        Self {
            id: comment.id.to_string(),
            by: comment.by.to_string(),
            at: rfc3339(&comment.at),
            body: comment.body.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::front::wire::sample::{agent, full_tracker, id, issue, tracker};
    use crate::model::State;

    const KEYS: &str = "id short_id title description type state priority assignee labels dependencies \
        gates_required gates_status context claim blocked blocked_by blockers comments conflicts \
        created_by created_at updated_by updated_at";

    fn json_of(tracker: &Tracker, number: u32) -> Value {
        serde_json::to_value(IssueObject::new(tracker, &tracker.issues[&id(number)])).unwrap()
    }

    #[test]
    fn every_key_is_present_in_its_order() {
        let expected: Vec<&str> = KEYS.split_whitespace().collect();
        for (tracker, number) in [(full_tracker(), 1), (tracker([issue(1, "bare", &[])]), 1)] {
            let json = json_of(&tracker, number);
            let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
            assert_eq!(keys, expected);
        }
    }

    #[test]
    fn what_an_issue_lacks_is_null_or_empty() {
        let json = json_of(&tracker([issue(1, "bare", &[])]), 1);
        assert_eq!((&json["assignee"], &json["claim"]), (&Value::Null, &Value::Null));
        assert_eq!((&json["gates_status"], &json["blockers"]), (&json!({}), &json!([])));
        assert_eq!((&json["state"], &json["blocked"]), (&json!("ready"), &json!(false)));
    }

    #[test]
    fn a_started_issue_is_held_up_by_dependencies_alone() {
        let json = json_of(&full_tracker(), 1);
        assert_eq!(json["blocked_by"], json!([id(2).to_string(), id(3).to_string()]));
        assert_eq!(
            json["blockers"][0],
            json!({"type": "dependency", "id": id(2).to_string(), "title": "Model", "state": "open",
                "gate": null, "status": null})
        );
        assert_eq!(json["blockers"][1]["type"], "missing_dependency");
        assert_eq!(json["gates_status"]["review"], json!({"status": "pending", "by": null, "at": null}));
    }

    #[test]
    fn an_open_issue_waits_for_its_pre_gates_too() {
        let mut tracker = full_tracker();
        tracker.issues.get_mut(&id(1)).unwrap().state = State::Open;
        let json = json_of(&tracker, 1);
        assert_eq!(json["blocked_by"][2], "gate:review");
        assert_eq!(json["state"], "backlog");
    }

    #[test]
    fn a_finished_issue_is_not_blocked() {
        let mut tracker = full_tracker();
        tracker.issues.get_mut(&id(1)).unwrap().state = State::Done;
        let json = json_of(&tracker, 1);
        assert_eq!((&json["blocked"], &json["blocked_by"]), (&json!(false), &json!([])));
    }

    #[test]
    fn a_claim_says_who_and_until_when() {
        let json = json_of(&full_tracker(), 1);
        assert_eq!(json["claim"]["by"], agent("copilot:worker-1").as_str());
        assert_eq!(json["claim"]["expires"], "2025-01-02T04:04:15.000Z");
    }
}
