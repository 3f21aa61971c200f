//! Issues as JSON.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use schemars::JsonSchema;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::blocker::BlockerObject;
use super::conflict::ConflictObject;
use super::fixed::{Id, ShortId, Time};
use crate::model::state::Status;
use crate::model::{
    AgentId, Attachment, Blocker, Claim, Comment, ConflictPlace, GateKey, GateState, Issue, IssueId,
    Priority, Tracker,
};
use crate::ops::Listing;

/// One issue.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "issue")]
pub(crate) struct IssueObject<'a> {
    /// The UUID, chosen when the issue was created.
    #[schemars(with = "String")]
    id: Id,
    /// The first eight digits of the id.
    #[schemars(with = "String")]
    short_id: ShortId,
    /// One line.
    title: &'a str,
    /// Any text; may be empty.
    description: &'a str,
    /// What kind of work it is; free text.
    #[serde(rename = "type")]
    issue_type: &'a str,
    /// `backlog` and `ready` are derived: an issue that nobody started is ready when every
    /// dependency is finished and every pre gate passed.
    #[schemars(extend("enum" = Status::ALL.map(Status::as_str)))]
    state: &'static str,
    /// How urgent it is.
    #[schemars(extend("enum" = Priority::ALL.map(Priority::as_str)))]
    priority: &'static str,
    /// Who is to do it or did it, as `kind:name`.
    assignee: Option<&'a str>,
    /// Words that group issues.
    #[schemars(with = "Vec<String>")]
    labels: &'a BTreeSet<String>,
    /// Ids of the issues that must be finished first.
    #[serde(serialize_with = "dependencies")]
    #[schemars(with = "Vec<String>")]
    dependencies: &'a BTreeSet<IssueId>,
    /// Keys of the gates it must pass.
    #[serde(serialize_with = "gate_keys")]
    #[schemars(with = "Vec<String>")]
    gates_required: &'a BTreeMap<GateKey, GateState>,
    /// How each required gate stands, by key.
    #[serde(serialize_with = "gate_states")]
    #[schemars(with = "BTreeMap<String, GateStatusObject<'static>>")]
    gates_status: &'a BTreeMap<GateKey, GateState>,
    /// Notes by key.
    context: &'a BTreeMap<String, String>,
    /// Who holds it now.
    claim: Option<ClaimObject<'a>>,
    /// Whether anything holds it up in the state it is in. Never, once it is finished.
    blocked: bool,
    /// What holds it up: ids of dependencies, and `gate:<key>`.
    blocked_by: Vec<String>,
    /// What holds it up, in detail, in the same order.
    blockers: Vec<BlockerObject>,
    /// Files that belong to it.
    #[serde(serialize_with = "attachments")]
    #[schemars(with = "Vec<AttachmentObject<'static>>")]
    attachments: &'a BTreeSet<Attachment>,
    /// Remarks, oldest first.
    #[serde(serialize_with = "comments")]
    #[schemars(with = "Vec<CommentObject<'static>>")]
    comments: &'a [Comment],
    /// Values that a merge could not keep and nobody has settled yet.
    conflicts: Vec<ConflictObject>,
    /// Who created it.
    created_by: &'a str,
    /// When it was created.
    #[schemars(with = "String")]
    created_at: Time,
    /// Who changed it last.
    updated_by: &'a str,
    /// When it was changed last.
    #[schemars(with = "String")]
    updated_at: Time,
}

impl<'a> IssueObject<'a> {
    /// Describes `issue`; its direct dependencies must be in `tracker`.
    pub(crate) fn new(tracker: &Tracker, issue: &'a Issue) -> Self {
        let blockers = tracker.current_blockers(issue);
        Self {
            id: issue.id.into(),
            short_id: ShortId(issue.id.uuid()),
            title: &issue.title,
            description: &issue.description,
            issue_type: &issue.issue_type,
            state: tracker.status(issue).as_str(),
            priority: issue.priority.as_str(),
            assignee: issue.assignee.as_ref().map(AgentId::as_str),
            labels: &issue.labels,
            dependencies: &issue.dependencies,
            gates_required: &issue.gates,
            gates_status: &issue.gates,
            context: &issue.context,
            claim: issue.claim.as_ref().map(|claim| ClaimObject::new(tracker, issue.id, claim)),
            blocked: !blockers.is_empty(),
            blocked_by: blockers.iter().map(Blocker::name).collect(),
            blockers: blockers.iter().map(BlockerObject::new).collect(),
            attachments: &issue.attachments,
            comments: &issue.comments,
            conflicts: ConflictObject::all(&ConflictPlace::Issue(issue.id), &issue.conflicts),
            created_by: issue.created.by.as_str(),
            created_at: Time(issue.created.at),
            updated_by: issue.updated.by.as_str(),
            updated_at: Time(issue.updated.at),
        }
    }
}

fn dependencies<S: Serializer>(ids: &BTreeSet<IssueId>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(ids.iter().map(|id| Id::from(*id)))
}

fn gate_keys<S: Serializer>(gates: &BTreeMap<GateKey, GateState>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(gates.keys().map(GateKey::as_str))
}

fn gate_states<S: Serializer>(
    gates: &BTreeMap<GateKey, GateState>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(gates.iter().map(|(key, state)| (key.as_str(), GateStatusObject::new(state))))
}

fn comments<S: Serializer>(comments: &[Comment], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(comments.iter().map(CommentObject::new))
}

fn attachments<S: Serializer>(files: &BTreeSet<Attachment>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(files.iter().map(AttachmentObject::new))
}

/// Issues, most urgent first.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "issue_list")]
pub(crate) struct IssueList<'a> {
    /// The issues.
    #[schemars(with = "Vec<IssueObject<'static>>")]
    issues: Described<'a>,
    /// How many.
    #[schemars(with = "usize")]
    count: Count,
}

/// Issues, each of which is described when it is written, so that not all descriptions are
/// there at once.
struct Described<'a> {
    issues: Source<'a>,
    written: Rc<Cell<usize>>,
}

enum Source<'a> {
    Of(&'a Tracker, Vec<&'a Issue>),
    Portions(RefCell<Box<dyn Iterator<Item = Listing> + 'a>>),
}

/// How many issues were written just before.
pub(super) struct Count(pub(super) Rc<Cell<usize>>);

impl<'a> IssueList<'a> {
    /// Describes `issues` of `tracker`.
    pub(crate) fn new(tracker: &'a Tracker, issues: impl IntoIterator<Item = &'a Issue>) -> Self {
        Self::of(Source::Of(tracker, issues.into_iter().collect()))
    }

    /// Describes issues that are read portion by portion while they are written, which can be
    /// done once.
    pub(crate) fn read(portions: impl Iterator<Item = Listing> + 'a) -> Self {
        Self::of(Source::Portions(RefCell::new(Box::new(portions))))
    }

    fn of(issues: Source<'a>) -> Self {
        let written = Rc::new(Cell::new(0));
        Self { count: Count(Rc::clone(&written)), issues: Described { issues, written } }
    }
}

impl Serialize for Described<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        let mut write = |tracker: &Tracker, issue: &Issue| {
            self.written.set(self.written.get() + 1);
            list.serialize_element(&IssueObject::new(tracker, issue))
        };
        match &self.issues {
            Source::Of(tracker, issues) => issues.iter().try_for_each(|issue| write(tracker, issue))?,
            Source::Portions(portions) => {
                for portion in portions.borrow_mut().by_ref() {
                    portion.issues().try_for_each(|issue| write(&portion.tracker, issue))?;
                }
            }
        }
        list.end()
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.get().serialize(serializer)
    }
}

/// A file as a commit has it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "attachment")]
struct AttachmentObject<'a> {
    /// The path, from the top of the repository.
    path: &'a str,
    /// The whole id of the commit.
    commit: &'a str,
}

impl<'a> AttachmentObject<'a> {
    fn new(file: &'a Attachment) -> Self {
        Self { path: file.path(), commit: file.commit() }
    }
}

/// How a gate stands on an issue.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "gate_status")]
struct GateStatusObject<'a> {
    /// The last report.
    #[schemars(extend("enum" = ["pending", "passed", "failed"]))]
    status: &'static str,
    /// Who reported it.
    by: Option<&'a str>,
    /// When.
    #[schemars(with = "Option<String>")]
    at: Option<Time>,
}

impl<'a> GateStatusObject<'a> {
    fn new(state: &'a GateState) -> Self {
        Self {
            status: state.status.as_str(),
            by: state.by.as_ref().map(AgentId::as_str),
            at: state.at.map(Time),
        }
    }
}

/// A hold on an issue.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "claim")]
struct ClaimObject<'a> {
    /// Tells this hold from every other, also of the same agent.
    #[schemars(with = "String")]
    id: Id,
    /// The holder.
    by: &'a str,
    /// Since when.
    #[schemars(with = "String")]
    at: Time,
    /// When it ends unless renewed; never if null.
    #[schemars(with = "Option<String>")]
    expires: Option<Time>,
    /// Whether others may take the issue over: its end is at least `claim.skew` ago.
    expired: bool,
    /// Whether the remote does not know of it yet: another clone may have been first.
    provisional: bool,
    /// Whether it was given up in this clone, which the remote does not know yet: until then
    /// nobody else can claim the issue.
    released: bool,
    /// The clone it was made in, where the tracker is shared.
    #[schemars(with = "Option<String>")]
    clone: Option<Id>,
}

impl<'a> ClaimObject<'a> {
    fn new(tracker: &Tracker, issue: IssueId, claim: &'a Claim) -> Self {
        Self {
            id: Id(claim.id.uuid()),
            by: claim.by.as_str(),
            at: Time(claim.at),
            expires: claim.expires.map(Time),
            expired: tracker.is_expired(claim),
            provisional: tracker.provisional.contains(&issue),
            released: tracker.given_up.contains(&issue),
            clone: claim.clone.map(Id),
        }
    }
}

/// A remark on an issue.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "comment")]
struct CommentObject<'a> {
    /// Tells it from others.
    #[schemars(with = "String")]
    id: Id,
    /// Who wrote it.
    by: &'a str,
    /// When.
    #[schemars(with = "String")]
    at: Time,
    /// What it says.
    body: &'a str,
}

impl<'a> CommentObject<'a> {
    fn new(comment: &'a Comment) -> Self {
        Self { id: Id(comment.id), by: comment.by.as_str(), at: Time(comment.at), body: &comment.body }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::front::wire::sample::{agent, full_tracker, id, issue, tracker};
    use crate::model::State;

    const KEYS: &str = "id short_id title description type state priority assignee labels dependencies \
        gates_required gates_status context claim blocked blocked_by blockers attachments comments conflicts \
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
