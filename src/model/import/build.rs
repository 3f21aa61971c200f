//! From an issue of another tracker to one of jit's.

use std::fmt::Write;

use uuid::Uuid;

use super::{Foreign, Incoming, Standing};
use crate::model::{
    AgentId, Claim, ClaimId, Comment, Extra, GateKey, GateState, Issue, IssueId, Refusal, Stamp, State,
    issue, origin, text,
};

/// Refuses what no tracker would take.
pub(super) fn check(incoming: &Incoming) -> Result<(), Refusal> {
    match incoming {
        Incoming::Own(issue) => {
            text::check_title(&issue.title)?;
            text::check_all(&issue.description, Some(&issue.issue_type), &issue.labels, &issue.context)?;
            issue.comments.iter().try_for_each(|comment| text::check_text("comment", &comment.body))
        }
        Incoming::Foreign(foreign) => {
            text::check_title(&foreign.title)?;
            let issue_type = foreign.issue_type.as_deref();
            text::check_all(&foreign.description, issue_type, &foreign.labels, &foreign.context)?;
            foreign.comments.iter().try_for_each(|comment| text::check_text("comment", &comment.body))
        }
    }
}

/// One of jit's own, as it is.
pub(super) fn own(incoming: &Incoming) -> Option<Issue> {
    match incoming {
        Incoming::Own(issue) => Some((**issue).clone()),
        Incoming::Foreign(_) => None,
    }
}

/// The issue that `foreign` is to be, without its links and its fingerprint.
pub(super) fn foreign(foreign: &Foreign, id: IssueId, from: &str, stamp: &Stamp) -> Issue {
    let by = foreign.created_by.clone().unwrap_or_else(origin::unknown);
    let created = Stamp { by, at: foreign.created_at.unwrap_or(stamp.at) };
    let mut issue = Issue::new(id, foreign.title.clone(), created);
    if let Some(at) = foreign.updated_at {
        issue.updated.at = at;
    }
    issue.description.clone_from(&foreign.description);
    issue.issue_type = foreign.issue_type.clone().unwrap_or_else(|| issue::DEFAULT_TYPE.to_owned());
    issue.priority = foreign.priority;
    issue.labels.clone_from(&foreign.labels);
    issue.assignee.clone_from(&foreign.assignee);
    issue.context.clone_from(&foreign.context);
    if !origin::is_own(&foreign.id) {
        issue.context.insert(origin::FROM.to_owned(), from.to_owned());
        issue.context.insert(origin::ID.to_owned(), foreign.id.clone());
    }
    issue.state = match foreign.standing {
        Standing::Open | Standing::Held(_) => State::Open,
        Standing::InProgress => State::InProgress,
        Standing::Done => State::Done,
        Standing::Rejected | Standing::Deleted => State::Rejected,
    };
    if issue.state == State::InProgress {
        hold(&mut issue);
    }
    if let Some(key) = hold_key(from, &foreign.standing) {
        issue.gates.insert(key, GateState::default());
    }
    issue.comments = foreign
        .comments
        .iter()
        .map(|comment| Comment {
            id: comment_id(id, &comment.id),
            by: comment.by.clone(),
            at: comment.at,
            body: comment.body.clone(),
            extra: Extra::new(),
        })
        .collect();
    issue
}

/// A comment that an export of jit's has brought back stays the same one.
fn comment_id(issue: IssueId, name: &str) -> Uuid {
    let own = name.parse::<Uuid>().ok().filter(|own| own.to_string() == name);
    own.unwrap_or_else(|| origin::part_id(issue, &format!("comment {name}")))
}

/// Whoever works on it holds it: nobody else is to start.
fn hold(issue: &mut Issue) {
    let by = issue.assignee.get_or_insert_with(|| issue.created.by.clone()).clone();
    issue.claim = Some(Claim {
        id: ClaimId::new(origin::part_id(issue.id, &format!("claim {by}"))),
        by,
        at: issue.updated.at,
        expires: None,
        clone: None,
        extra: Extra::new(),
    });
}

/// The gate that keeps an issue from being started that is not to be.
pub(super) fn hold_key(from: &str, standing: &Standing) -> Option<GateKey> {
    let Standing::Held(word) = standing else { return None };
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let key: String = format!("{from}-{word}").chars().map(plain).take(60).collect();
    GateKey::parse(&key).or_else(|_| GateKey::parse("import-hold")).ok()
}

/// What tells whether `issue` is the same as the last time it was imported: the state it had
/// there, and a fingerprint of all of it.
pub(super) fn hash(issue: &Issue) -> String {
    let mut all = String::new();
    let mut put = |part: &dyn std::fmt::Display| {
        let part = part.to_string();
        write!(all, "{}:{part}", part.len()).expect("a string takes any text");
    };
    for text in [&issue.title, &issue.description, &issue.issue_type] {
        put(text);
    }
    put(&issue.state);
    put(&issue.priority);
    put(&issue.assignee.as_ref().map_or("", AgentId::as_str));
    issue.labels.iter().for_each(|label| put(label));
    put(&"dependencies");
    issue.dependencies.iter().for_each(|on| put(on));
    put(&"gates");
    issue.gates.keys().for_each(|key| put(key));
    put(&"context");
    for (key, value) in &issue.context {
        put(key);
        put(value);
    }
    put(&"comments");
    for comment in &issue.comments {
        put(&comment.id);
        put(&comment.body);
    }
    format!("{} {}", issue.state, origin::fingerprint(&all))
}

/// The state that an issue had where it came from when it was last imported.
pub(super) fn state_seen(issue: &Issue) -> Option<&str> {
    issue.context.get(origin::HASH)?.split(' ').next()
}
