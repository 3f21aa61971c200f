//! Commits that jit did not make: somebody used plain git.
//!
//! They have no events, so one is made up of what they changed, for each issue and for the rest.
//! It is the same in every clone, since it depends on nothing but the commit and what that builds
//! on. Where that is not at hand, in a shallow clone, it is only told that there was a change.

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::{CommitRef, CommitRefIter, Kind};
use uuid::Uuid;

use crate::model::event::MAX_ISSUES;
use crate::model::{AgentId, EventKind, IssueId, NewEvent, Stamp, Timestamp};
use crate::store::differences::{Touched, touched};
use crate::store::format::event::{LoggedEvent, to_json};
use crate::store::{Repo, object};

/// The events of a commit, of which these are the bytes, that says of none itself.
pub(super) fn events(repo: &Repo, id: ObjectId, data: &[u8]) -> Vec<LoggedEvent> {
    let Ok(commit) = CommitRef::from_bytes(data, repo.git.object_hash()) else { return Vec::new() };
    let seconds = commit.committer().map_or(0, |signature| signature.seconds());
    let name = commit.author().map(|author| author.name.to_str_lossy().into_owned()).unwrap_or_default();
    let stamp = Stamp {
        by: AgentId::parse(&name).unwrap_or_else(|_| AgentId::human(&name)),
        at: Timestamp::from_timestamp(seconds, 0).unwrap_or_default(),
    };
    let subject = commit.message.to_str_lossy().lines().next().unwrap_or_default().trim().to_owned();
    let events = (0..).zip(happened(subject, &changed(repo, &commit).unwrap_or_default()));
    events
        .filter_map(|(n, event)| LoggedEvent::from_json(id, &to_json(event_id(id, n), &stamp, &event)))
        .collect()
}

/// What a commit changed; none if what it builds on is not there.
fn changed(repo: &Repo, commit: &CommitRef<'_>) -> Option<Touched> {
    let parent = |id| {
        let data = object::read(repo, id, Kind::Commit).ok()?;
        CommitRefIter::from_bytes(&data, repo.git.object_hash()).tree_id().ok()
    };
    let parents = commit.parents().map(parent).collect::<Option<Vec<_>>>()?;
    Some(touched(repo, &parents, commit.tree()))
}

fn happened(subject: String, touched: &Touched) -> Vec<NewEvent> {
    let count = touched.issues.len();
    if count > MAX_ISSUES {
        let kind = EventKind::ChangedOutside { subject: String::new() }.name();
        return vec![NewEvent { issue: None, kind: EventKind::Summary { kind, count, source: subject } }];
    }
    let of = |issue: Option<IssueId>| NewEvent {
        issue,
        kind: EventKind::ChangedOutside { subject: subject.clone() },
    };
    let whole = (touched.others || count == 0).then(|| of(None));
    whole.into_iter().chain(touched.issues.iter().map(|id| of(Some(*id)))).collect()
}

/// The id of the event of this number, which is the same wherever the commit is.
fn event_id(commit: ObjectId, number: u32) -> Uuid {
    let mut name = commit.as_slice().to_vec();
    name.extend(number.to_be_bytes());
    Uuid::new_v5(&Uuid::NAMESPACE_OID, &name)
}
