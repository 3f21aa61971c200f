//! One issue in a form that is read some twenty times as fast as its document.
//!
//! Each record begins with a checksum of the rest. An issue with something rare on it (keys
//! of a newer version, conflicts, attachments) is kept as its document.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::gate::GateStatus;
use crate::model::{
    AgentId, Claim, ClaimId, Comment, Extra, GateKey, GateState, Issue, IssueId, Priority, Stamp, State,
    Timestamp,
};
use crate::store::format::issue as issue_format;

#[derive(Serialize, Deserialize)]
enum Record<'a> {
    #[serde(borrow)]
    Plain(Box<Plain<'a>>),
    /// The document.
    Document(&'a str),
}

/// Seconds and nanoseconds since 1970.
type Time = (i64, u32);

#[derive(Serialize, Deserialize)]
struct Plain<'a> {
    title: &'a str,
    description: &'a str,
    issue_type: &'a str,
    state: u8,
    priority: u8,
    #[serde(borrow)]
    labels: Vec<&'a str>,
    assignee: Option<&'a str>,
    claim: Option<PlainClaim<'a>>,
    dependencies: Vec<[u8; 16]>,
    gates: Vec<PlainGate<'a>>,
    context: Vec<(&'a str, &'a str)>,
    comments: Vec<PlainComment<'a>>,
    created: (&'a str, Time),
    updated: (&'a str, Time),
}

#[derive(Serialize, Deserialize)]
pub(super) struct PlainClaim<'a> {
    id: [u8; 16],
    by: &'a str,
    at: Time,
    expires: Option<Time>,
    clone: Option<[u8; 16]>,
}

#[derive(Serialize, Deserialize)]
struct PlainGate<'a> {
    key: &'a str,
    status: u8,
    by: Option<&'a str>,
    at: Option<Time>,
}

#[derive(Serialize, Deserialize)]
struct PlainComment<'a> {
    id: [u8; 16],
    by: &'a str,
    at: Time,
    body: &'a str,
}

const CHECKSUM_LEN: usize = 4;

/// The record of an issue.
pub(super) fn encode(issue: &Issue) -> Vec<u8> {
    let document;
    let record = if is_plain(issue) {
        Record::Plain(Box::new(plain(issue)))
    } else {
        document = issue_format::to_yaml(issue);
        Record::Document(&document)
    };
    let mut bytes = vec![0; CHECKSUM_LEN];
    bytes = postcard::to_extend(&record, bytes).expect("a vector takes any number of bytes");
    let checksum = crc32fast::hash(&bytes[CHECKSUM_LEN..]);
    bytes[..CHECKSUM_LEN].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// What follows the checksum of a record; none if the record is damaged.
fn body(bytes: &[u8]) -> Option<&[u8]> {
    let (checksum, body) = bytes.split_at_checked(CHECKSUM_LEN)?;
    (crc32fast::hash(body).to_le_bytes() == checksum).then_some(body)
}

/// Whether a record is as it was written.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    body(bytes).is_some()
}

/// The issue in a record; none if the record is damaged.
pub(super) fn decode(id: IssueId, bytes: &[u8]) -> Option<Issue> {
    match postcard::from_bytes(body(bytes)?).ok()? {
        Record::Plain(plain) => issue(id, *plain),
        Record::Document(document) => issue_format::from_yaml(id, document.as_bytes()).ok(),
    }
}

fn is_plain(issue: &Issue) -> bool {
    issue.extra.is_empty()
        && issue.conflicts.is_empty()
        && issue.attachments.is_empty()
        && issue.claim.as_ref().is_none_or(|claim| claim.extra.is_empty())
        && issue.gates.values().all(|state| state.extra.is_empty())
        && issue.comments.iter().all(|comment| comment.extra.is_empty())
}

fn time(at: &Timestamp) -> Time {
    (at.timestamp(), at.timestamp_subsec_nanos())
}

fn timestamp((secs, nanos): Time) -> Option<Timestamp> {
    Timestamp::from_timestamp(secs, nanos)
}

fn stamp((by, at): (&str, Time)) -> Option<Stamp> {
    Some(Stamp { by: AgentId::known(by), at: timestamp(at)? })
}

/// Where `value` is in `all`.
pub(super) fn place<T: PartialEq>(all: &[T], value: &T) -> u8 {
    let place = all.iter().position(|one| one == value).expect("all values are listed");
    u8::try_from(place).expect("there are few values")
}

fn plain(issue: &Issue) -> Plain<'_> {
    Plain {
        title: &issue.title,
        description: &issue.description,
        issue_type: &issue.issue_type,
        state: place(&State::ALL, &issue.state),
        priority: place(&Priority::ALL, &issue.priority),
        labels: issue.labels.iter().map(String::as_str).collect(),
        assignee: issue.assignee.as_ref().map(AgentId::as_str),
        claim: issue.claim.as_ref().map(plain_claim),
        dependencies: issue.dependencies.iter().map(|id| id.uuid().into_bytes()).collect(),
        gates: issue
            .gates
            .iter()
            .map(|(key, state)| PlainGate {
                key: key.as_str(),
                status: place(&GateStatus::ALL, &state.status),
                by: state.by.as_ref().map(AgentId::as_str),
                at: state.at.as_ref().map(time),
            })
            .collect(),
        context: issue.context.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect(),
        comments: issue
            .comments
            .iter()
            .map(|comment| PlainComment {
                id: comment.id.into_bytes(),
                by: comment.by.as_str(),
                at: time(&comment.at),
                body: &comment.body,
            })
            .collect(),
        created: (issue.created.by.as_str(), time(&issue.created.at)),
        updated: (issue.updated.by.as_str(), time(&issue.updated.at)),
    }
}

pub(super) fn plain_claim(claim: &Claim) -> PlainClaim<'_> {
    PlainClaim {
        id: claim.id.uuid().into_bytes(),
        by: claim.by.as_str(),
        at: time(&claim.at),
        expires: claim.expires.as_ref().map(time),
        clone: claim.clone.map(Uuid::into_bytes),
    }
}

fn issue(id: IssueId, plain: Plain<'_>) -> Option<Issue> {
    Some(Issue {
        id,
        title: plain.title.to_owned(),
        description: plain.description.to_owned(),
        issue_type: plain.issue_type.to_owned(),
        state: *State::ALL.get(usize::from(plain.state))?,
        priority: *Priority::ALL.get(usize::from(plain.priority))?,
        labels: plain.labels.into_iter().map(str::to_owned).collect(),
        assignee: plain.assignee.map(AgentId::known),
        claim: read(plain.claim.as_ref(), claim).ok()?,
        dependencies: plain.dependencies.into_iter().map(|id| IssueId::new(Uuid::from_bytes(id))).collect(),
        gates: plain.gates.iter().map(gate).collect::<Option<_>>()?,
        context: plain.context.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        comments: plain.comments.iter().map(comment).collect::<Option<_>>()?,
        attachments: BTreeSet::new(),
        conflicts: Vec::new(),
        created: stamp(plain.created)?,
        updated: stamp(plain.updated)?,
        extra: Extra::new(),
    })
}

/// What is there must be readable.
fn read<T, U>(value: Option<T>, read: impl FnOnce(T) -> Option<U>) -> Result<Option<U>, Unreadable> {
    value.map(|value| read(value).ok_or(Unreadable)).transpose()
}

/// A value that no release of this version writes.
struct Unreadable;

pub(super) fn claim(claim: &PlainClaim<'_>) -> Option<Claim> {
    Some(Claim {
        id: ClaimId::new(Uuid::from_bytes(claim.id)),
        by: AgentId::known(claim.by),
        at: timestamp(claim.at)?,
        expires: read(claim.expires, timestamp).ok()?,
        clone: claim.clone.map(Uuid::from_bytes),
        extra: Extra::new(),
    })
}

fn gate(gate: &PlainGate<'_>) -> Option<(GateKey, GateState)> {
    let state = GateState {
        status: *GateStatus::ALL.get(usize::from(gate.status))?,
        by: gate.by.map(AgentId::known),
        at: read(gate.at, timestamp).ok()?,
        extra: Extra::new(),
    };
    Some((GateKey::parse(gate.key).ok()?, state))
}

fn comment(comment: &PlainComment<'_>) -> Option<Comment> {
    Some(Comment {
        id: Uuid::from_bytes(comment.id),
        by: AgentId::known(comment.by),
        at: timestamp(comment.at)?,
        body: comment.body.to_owned(),
        extra: Extra::new(),
    })
}
