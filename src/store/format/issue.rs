//! `issues/<first 2 hex>/<uuid>.yaml`: an issue.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde_json::Value;
use uuid::Uuid;

use super::fields::{Fields, one_of, timestamp};
use super::yaml::{Map, Tree};
use super::{FormatError, conflict};
use crate::model::gate::GateStatus;
use crate::model::issue::DEFAULT_TYPE;
use crate::model::refusal::rfc3339;
use crate::model::{
    AgentId, Attachment, Claim, ClaimId, Comment, Extra, ExtraValue, GateKey, GateState, Issue, IssueId,
    Priority, Stamp, State,
};

const KEYS: [&str; 17] = [
    "id",
    "title",
    "description",
    "type",
    "state",
    "priority",
    "labels",
    "assignee",
    "claim",
    "dependencies",
    "gates",
    "context",
    "files",
    "comments",
    "conflicts",
    "created",
    "updated",
];
pub(super) const CLAIM_KEYS: [&str; 5] = ["id", "by", "at", "expires", "clone"];
const GATE_KEYS: [&str; 3] = ["status", "by", "at"];
const COMMENT_KEYS: [&str; 4] = ["id", "by", "at", "body"];
const STAMP_KEYS: [&str; 2] = ["by", "at"];

/// The document of an issue.
pub fn to_yaml(issue: &Issue) -> String {
    document(issue).render()
}

/// The same document as JSON: the same keys in the same order.
pub(super) fn to_json(issue: &Issue) -> Value {
    Value::from(&document(issue))
}

fn document(issue: &Issue) -> Map<'_> {
    let mut map = Map::default();
    map.put("id", issue.id.to_string());
    map.put("title", issue.title.as_str());
    map.put_filled("description", issue.description.as_str());
    map.put("type", issue.issue_type.as_str());
    map.put("state", issue.state.as_str());
    map.put("priority", issue.priority.as_str());
    map.put_filled("labels", list(&issue.labels, |label| label.as_str().into()));
    map.put_some("assignee", issue.assignee.as_ref().map(AgentId::as_str));
    map.put_some("claim", issue.claim.as_ref().map(claim_tree));
    map.put_filled("dependencies", list(&issue.dependencies, |id| id.to_string().into()));
    let gates = issue.gates.iter().map(|(key, state)| (key.as_str(), gate_tree(state)));
    map.put_filled("gates", Tree::Map(gates.collect()));
    let context = issue.context.iter().map(|(key, value)| (key.as_str(), value.as_str().into()));
    map.put_filled("context", Tree::Map(context.collect()));
    map.put_filled("files", list(&issue.attachments, |attachment| attachment.to_string().into()));
    map.put_filled("comments", list(&issue.comments, comment_tree));
    map.put_filled("conflicts", conflict::trees(&issue.conflicts));
    map.put("created", stamp_tree(&issue.created, issue.extra.get("created")));
    map.put("updated", stamp_tree(&issue.updated, issue.extra.get("updated")));
    map.put_extra(&issue.extra, &KEYS);
    map
}

fn list<'a, T: 'a>(items: impl IntoIterator<Item = &'a T>, tree: impl Fn(&'a T) -> Tree<'a>) -> Tree<'a> {
    Tree::List(items.into_iter().map(tree).collect())
}

fn claim_tree(claim: &Claim) -> Tree<'_> {
    let mut map = Map::default();
    put_claim(&mut map, claim);
    map.put_extra(&claim.extra, &CLAIM_KEYS);
    Tree::Flow(map)
}

/// Adds the known keys of a claim.
pub(super) fn put_claim<'a>(map: &mut Map<'a>, claim: &'a Claim) {
    map.put("id", claim.id.to_string());
    map.put("by", claim.by.as_str());
    map.put("at", rfc3339(&claim.at));
    map.put_some("expires", claim.expires.as_ref().map(rfc3339));
    map.put_some("clone", claim.clone.map(|id| id.to_string()));
}

fn gate_tree(state: &GateState) -> Tree<'_> {
    let mut map = Map::default();
    map.put("status", state.status.as_str());
    map.put_some("by", state.by.as_ref().map(AgentId::as_str));
    map.put_some("at", state.at.as_ref().map(rfc3339));
    map.put_extra(&state.extra, &GATE_KEYS);
    Tree::Flow(map)
}

fn comment_tree(comment: &Comment) -> Tree<'_> {
    let mut map = Map::default();
    map.put("id", comment.id.to_string());
    map.put("by", comment.by.as_str());
    map.put("at", rfc3339(&comment.at));
    map.put("body", comment.body.as_str());
    map.put_extra(&comment.extra, &COMMENT_KEYS);
    Tree::Map(map)
}

/// A stamp has no room for unknown keys: the issue keeps them under the stamp's own key.
fn stamp_tree<'a>(stamp: &'a Stamp, extra: Option<&'a ExtraValue>) -> Tree<'a> {
    let mut map = Map::default();
    map.put("by", stamp.by.as_str());
    map.put("at", rfc3339(&stamp.at));
    if let Some(ExtraValue::Map(extra)) = extra {
        for (key, value) in extra.iter().filter(|(key, _)| !STAMP_KEYS.contains(&key.as_str())) {
            map.put(key, value);
        }
    }
    Tree::Flow(map)
}

/// Reads the document at the path of issue `expected`.
pub fn from_yaml(expected: IssueId, bytes: &[u8]) -> Result<Issue, FormatError> {
    let issue = from_fields(Fields::of_document(bytes)?)?;
    if issue.id != expected {
        return Err(FormatError::WrongId { found: issue.id, expected });
    }
    Ok(issue)
}

/// Reads the keys of a document.
pub(super) fn from_fields(mut fields: Fields<'_>) -> Result<Issue, FormatError> {
    let id = fields.required("id", IssueId::from_str)?;
    let Some(created) = fields.map("created")? else { return Err(fields.missing("created")) };
    let (created, created_extra) = stamp(created)?;
    let (updated, updated_extra) = match fields.map("updated")? {
        Some(updated) => stamp(updated)?,
        None => (created.clone(), Extra::new()),
    };
    Ok(Issue {
        id,
        title: fields.required_text("title")?,
        description: fields.text("description")?.unwrap_or_default().into(),
        issue_type: fields.text("type")?.map_or(DEFAULT_TYPE.to_owned(), Into::into),
        state: fields.parse("state", one_of(&State::ALL, State::as_str))?.unwrap_or_default(),
        priority: fields.parse("priority", one_of(&Priority::ALL, Priority::as_str))?.unwrap_or_default(),
        labels: fields.texts("labels")?,
        assignee: fields.parse("assignee", AgentId::parse)?,
        claim: fields.map("claim")?.map(claim_fields).transpose()?,
        dependencies: fields.parse_all("dependencies", IssueId::from_str)?,
        gates: fields.map("gates")?.map_or(Ok(BTreeMap::new()), gates)?,
        context: fields.map("context")?.map_or(Ok(BTreeMap::new()), Fields::into_texts)?,
        attachments: fields.parse_all("files", Attachment::from_str)?,
        comments: fields.maps("comments")?.into_iter().map(comment).collect::<Result<_, _>>()?,
        conflicts: conflict::take(&mut fields)?,
        created,
        updated,
        extra: with_stamps(fields.rest(), [("created", created_extra), ("updated", updated_extra)]),
    })
}

pub(super) fn claim_fields(mut fields: Fields<'_>) -> Result<Claim, FormatError> {
    Ok(Claim {
        id: fields.required("id", ClaimId::from_str)?,
        by: fields.required("by", AgentId::parse)?,
        at: fields.required("at", timestamp)?,
        expires: fields.parse("expires", timestamp)?,
        clone: fields.parse("clone", Uuid::from_str)?,
        extra: fields.rest(),
    })
}

fn gates(fields: Fields<'_>) -> Result<BTreeMap<GateKey, GateState>, FormatError> {
    let mut gates = BTreeMap::new();
    for (name, key, mut fields) in fields.into_maps()? {
        let key = GateKey::parse(&key).map_err(|reason| FormatError::invalid(name, reason.to_string()))?;
        let state = GateState {
            status: fields.parse("status", one_of(&GateStatus::ALL, GateStatus::as_str))?.unwrap_or_default(),
            by: fields.parse("by", AgentId::parse)?,
            at: fields.parse("at", timestamp)?,
            extra: fields.rest(),
        };
        gates.insert(key, state);
    }
    Ok(gates)
}

fn comment(mut fields: Fields<'_>) -> Result<Comment, FormatError> {
    Ok(Comment {
        id: fields.required("id", Uuid::try_parse)?,
        by: fields.required("by", AgentId::parse)?,
        at: fields.required("at", timestamp)?,
        body: fields.required_text("body")?,
        extra: fields.rest(),
    })
}

fn stamp(mut fields: Fields<'_>) -> Result<(Stamp, Extra), FormatError> {
    let stamp = Stamp { by: fields.required("by", AgentId::parse)?, at: fields.required("at", timestamp)? };
    Ok((stamp, fields.rest()))
}

/// The issue's unknown keys with those of its stamps, see [`stamp_tree`].
fn with_stamps(mut extra: Extra, stamps: [(&str, Extra); 2]) -> Extra {
    for (key, unknown) in stamps {
        if !unknown.is_empty() {
            extra.insert(key.to_owned(), ExtraValue::Map(unknown.into_iter().collect()));
        }
    }
    extra
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "3f2a9c1e-7d0b-4c52-9a44-0c7f5f1f2b11";
    const COMMIT: &str = "3f2a9c1e7d0b4c529a440c7f5f1f2b113f2a9c1e";
    const STAMPS: &str = "created: {by: \"human:ada\", at: \"2026-01-02T03:04:05.000Z\"}\n\
                          updated: {by: \"ci:x\", at: \"2026-01-02T03:04:05.678Z\"}\n";

    fn read(lines: &str) -> Result<Issue, FormatError> {
        from_yaml(ID.parse().unwrap(), format!("id: {ID}\n{lines}").as_bytes())
    }

    #[test]
    fn a_new_issue_is_a_few_lines() {
        let yaml = format!("title: x\ntype: task\nstate: open\npriority: normal\n{STAMPS}");
        let issue = read(&yaml).unwrap();
        assert_eq!(to_yaml(&issue), format!("id: {ID}\n{yaml}"));
    }

    #[test]
    fn text_is_text_whatever_it_looks_like() {
        let lines = "title: 2026\ndescription: no\ntype: 1e3\nlabels: [on, 1_000, 12:30:45]\ncontext: {a: 007, b: null}\n";
        let issue = read(&format!("{lines}{STAMPS}")).unwrap();
        assert_eq!([&*issue.title, &issue.description, &issue.issue_type], ["2026", "no", "1e3"]);
        assert_eq!(issue.labels.into_iter().collect::<Vec<_>>(), ["12:30:45", "1_000", "on"]);
        assert_eq!(issue.context.into_values().collect::<Vec<_>>(), ["007", "null"]);
    }

    #[test]
    fn unknown_keys_survive_wherever_they_are() {
        let yaml = format!(
            "id: {ID}\ntitle: x\ntype: task\nstate: in_progress\npriority: normal\n\
             claim: {{id: {ID}, by: \"ci:x\", at: \"2026-01-02T03:04:05.678Z\", host: {{name: a}}}}\n\
             gates:\n  review: {{status: pending, votes: [1, 2]}}\n\
             files:\n  - docs/a b.md@{COMMIT}\n\
             comments:\n  - id: {ID}\n    by: ci:x\n    at: \"2026-01-02T03:04:05.678Z\"\n    body: b\n    likes: 3\n\
             created: {{by: \"human:ada\", at: \"2026-01-02T03:04:05.678Z\", via: web}}\n\
             updated: {{by: \"human:ada\", at: \"2026-01-02T03:04:05.678Z\"}}\n\
             estimate: 1.5\nwatchers:\n  - human:bob\n"
        );
        let issue = from_yaml(ID.parse().unwrap(), yaml.as_bytes()).unwrap();
        assert_eq!(to_yaml(&issue), yaml);
    }

    #[test]
    fn a_value_that_is_not_understood_is_an_error() {
        let comment = format!("{{id: {ID}, by: 'ci:x', at: '2026-01-02T03:04:05Z', body: x}}");
        for (line, field) in [
            ("state: paused".to_owned(), "state"),
            ("priority: High".to_owned(), "priority"),
            ("assignee: nobody".to_owned(), "assignee"),
            ("dependencies: [3f2a]".to_owned(), "dependencies[0]"),
            ("labels: auth".to_owned(), "labels"),
            ("labels: [a, {b: c}]".to_owned(), "labels[1]"),
            ("gates: {a/b: {status: pending}}".to_owned(), "gates.a/b"),
            ("gates: {review: {status: maybe}}".to_owned(), "gates.review.status"),
            ("claim: {by: 'ci:x'}".to_owned(), "claim.id"),
            (format!("comments: [{comment}, {{id: {ID}, by: 'ci:x', at: now}}]"), "comments[1].at"),
            ("context: {a: [b]}".to_owned(), "context.a"),
            ("files: [a@HEAD]".to_owned(), "files[0]"),
        ] {
            let error = read(&format!("title: x\n{line}\n{STAMPS}")).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{field}: ")), "{error}");
        }
        assert_eq!(read(STAMPS).unwrap_err().to_string(), "title: it is missing");
        assert_eq!(read("title: x\n").unwrap_err().to_string(), "created: it is missing");
    }

    #[test]
    fn the_file_must_hold_the_issue_its_path_names() {
        let expected = IssueId::new(Uuid::nil());
        let error = from_yaml(expected, format!("id: {ID}\ntitle: x\n{STAMPS}").as_bytes()).unwrap_err();
        assert_eq!(error, FormatError::WrongId { found: ID.parse().unwrap(), expected });
    }
}
