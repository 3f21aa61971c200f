//! What each kind of event says besides who, when and where. Together the payloads replay
//! to the exact state of the tree.

use serde_json::{Map, Number, Value};

use crate::model::event::FieldValue;
use crate::model::refusal::rfc3339;
use crate::model::template::Template;
use crate::model::{
    Attachment, Comment, Conflict, ConflictPlace, EventKind, Extra, ExtraValue, GateDefinition, GateKey,
    GateState, Issue, State,
};

/// An object with those of `entries` that have a value.
pub(super) fn object<const N: usize>(entries: [(&str, Option<Value>); N]) -> Map<String, Value> {
    entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
}

/// The text of a value, or null.
pub(super) fn shown(value: Option<&impl ToString>) -> Value {
    value.map(ToString::to_string).into()
}

/// What is particular to this kind of event.
pub(super) fn payload(kind: &EventKind) -> Map<String, Value> {
    match kind {
        EventKind::IssueCreated(issue) => object([("issue", Some(issue_value(issue)))]),
        EventKind::IssueUpdated(fields) => object([("fields", Some(fields.iter().map(field).collect()))]),
        EventKind::IssueStateChanged { from, to } => moved([], *from, *to),
        EventKind::IssueClaimed { assignee, claim, expires, took_over, from } => {
            let claimed = [
                ("assignee", Some(assignee.as_str().into())),
                ("claim_id", Some(claim.to_string().into())),
                ("expires", Some(expires.as_ref().map(rfc3339).into())),
                ("took_over", took_over.map(|claim| claim.to_string().into())),
            ];
            moved(claimed, *from, State::InProgress)
        }
        EventKind::ClaimRenewed { claim, expires } => object([
            ("claim_id", Some(claim.to_string().into())),
            ("expires", Some(expires.as_ref().map(rfc3339).into())),
        ]),
        EventKind::IssueReleased { assignee, claim, reason, from } => {
            let released = [
                ("assignee", Some(shown(assignee.as_ref()))),
                ("claim_id", Some(shown(claim.as_ref()))),
                ("reason", reason.clone().map(Value::from)),
            ];
            moved(released, *from, State::Open)
        }
        EventKind::IssueCompleted { from } => moved([], *from, State::Done),
        EventKind::IssueRejected { reason, from } => {
            moved([("reason", reason.clone().map(Value::from))], *from, State::Rejected)
        }
        EventKind::IssueDeleted { title } => text("title", title),
        EventKind::DependencyAdded { on } | EventKind::DependencyRemoved { on } => {
            text("depends_on", &on.to_string())
        }
        EventKind::AttachmentAdded { attachment: file }
        | EventKind::AttachmentRemoved { attachment: file } => attachment(file),
        EventKind::GateAdded { key }
        | EventKind::GateRemoved { key }
        | EventKind::GatePassed { key }
        | EventKind::GateUndefined { key } => text("gate", key.as_str()),
        EventKind::TemplateDefined { name, template } => {
            object([("template", Some(name.as_str().into())), ("definition", Some(template_value(template)))])
        }
        EventKind::TemplateUndefined { name } => text("template", name.as_str()),
        EventKind::GateFailed { key, reason } => {
            object([("gate", Some(key.as_str().into())), ("reason", reason.clone().map(Value::from))])
        }
        EventKind::GateDefined { key, definition } => {
            object([("gate", Some(key.as_str().into())), ("definition", Some(definition_value(definition)))])
        }
        EventKind::CommentAdded { comment, body } => {
            object([("comment_id", Some(comment.to_string().into())), ("body", Some(body.as_str().into()))])
        }
        EventKind::ContextSet { key, value } => {
            object([("key", Some(key.as_str().into())), ("value", Some(value.clone().into()))])
        }
        EventKind::LabelAdded { label } | EventKind::LabelRemoved { label } => text("label", label),
        EventKind::ConfigChanged { key, value } => {
            object([("key", Some(key.as_str().into())), ("value", Some(value.as_str().into()))])
        }
        EventKind::Merged { remote, upstream_commits, local_commits } => object([
            ("remote", Some(remote.clone().into())),
            ("upstream_commits", Some((*upstream_commits).into())),
            ("local_commits", Some((*local_commits).into())),
        ]),
        EventKind::ClaimLost { claim, holder, winner } => object([
            ("claim_id", Some(claim.to_string().into())),
            ("holder", Some(holder.as_str().into())),
            ("winner", Some(shown(winner.as_ref()))),
        ]),
        EventKind::ConflictRecorded { place, conflict } => {
            at_place(place, &conflict.field, [("conflict", Some(conflict_value(conflict)))])
        }
        EventKind::ConflictResolved { place, conflict, field, value, taken } => {
            let resolved = [
                ("conflict_id", Some(conflict.to_string().into())),
                ("field", Some(field.as_str().into())),
                ("value", Some(value.clone().into())),
                ("taken", Some(taken.as_str().into())),
            ];
            at_place(place, field, resolved)
        }
        EventKind::ChangeUndone { undone, issue } => object([
            ("undone", Some(undone.clone().into())),
            ("issue", Some(issue.as_deref().map(whole_value).into())),
        ]),
        EventKind::ChangedOutside { subject } => text("subject", subject),
        EventKind::Imported { count, source } | EventKind::Summary { count, source, .. } => {
            object([("count", Some((*count).into())), ("source", Some(source.as_str().into()))])
        }
    }
}

fn text(key: &str, value: &str) -> Map<String, Value> {
    object([(key, Some(value.into()))])
}

/// `entries`, after the gate or the setting that the conflict is about; the event itself
/// has the issue.
fn at_place<const N: usize>(
    place: &ConflictPlace,
    field: &str,
    entries: [(&str, Option<Value>); N],
) -> Map<String, Value> {
    let mut map = match place {
        ConflictPlace::Issue(_) => Map::new(),
        ConflictPlace::Gate(key) => text("gate", key.as_str()),
        ConflictPlace::Template(name) => text("template", name.as_str()),
        ConflictPlace::Settings => text("setting", field),
    };
    map.extend(object(entries));
    map
}

fn conflict_value(conflict: &Conflict) -> Value {
    let mut value = object([
        ("id", Some(conflict.id.to_string().into())),
        ("field", Some(conflict.field.as_str().into())),
        ("upstream", Some(conflict.upstream.clone().into())),
        ("local", Some(conflict.local.clone().into())),
        ("by", Some(conflict.by.as_str().into())),
        ("at", Some(rfc3339(&conflict.at).into())),
    ]);
    value.extend(unknown(&conflict.extra));
    value.into()
}

/// `entries`, and the stored state before and after.
fn moved<const N: usize>(entries: [(&str, Option<Value>); N], from: State, to: State) -> Map<String, Value> {
    let mut map = object(entries);
    map.extend(object([("from", Some(from.as_str().into())), ("to", Some(to.as_str().into()))]));
    map
}

fn field(field: &FieldValue) -> (String, Value) {
    let value = match field {
        FieldValue::Title(text) | FieldValue::Description(text) | FieldValue::Type(text) => {
            text.as_str().into()
        }
        FieldValue::Priority(priority) => priority.as_str().into(),
        FieldValue::Assignee(assignee) => shown(assignee.as_ref()),
    };
    (field.name().to_owned(), value)
}

fn attachment(file: &Attachment) -> Map<String, Value> {
    object([("path", Some(file.path().into())), ("commit", Some(file.commit().into()))])
}

/// A new issue: all that a later event can change.
fn issue_value(issue: &Issue) -> Value {
    let mut value = object([
        ("title", Some(issue.title.as_str().into())),
        ("description", Some(issue.description.as_str().into())),
        ("type", Some(issue.issue_type.as_str().into())),
        ("state", Some(issue.state.as_str().into())),
        ("priority", Some(issue.priority.as_str().into())),
        ("labels", Some(issue.labels.iter().map(String::as_str).collect())),
        ("assignee", Some(shown(issue.assignee.as_ref()))),
        ("dependencies", Some(issue.dependencies.iter().map(ToString::to_string).collect())),
        ("gates", Some(issue.gates.keys().map(GateKey::as_str).collect())),
        ("context", Some(issue.context.iter().map(|(key, value)| (key.clone(), value.as_str())).collect())),
    ]);
    if !issue.attachments.is_empty() {
        let files = issue.attachments.iter().map(|file| Value::from(attachment(file)));
        value.insert("attachments".to_owned(), files.collect());
    }
    value.extend(unknown(&issue.extra));
    value.into()
}

/// An issue with all that happened to it.
fn whole_value(issue: &Issue) -> Value {
    let mut value = issue_value(issue);
    let claim = issue.claim.as_ref().map(|claim| {
        let mut value = object([
            ("id", Some(claim.id.to_string().into())),
            ("by", Some(claim.by.as_str().into())),
            ("at", Some(rfc3339(&claim.at).into())),
            ("expires", Some(claim.expires.as_ref().map(rfc3339).into())),
        ]);
        value.extend(unknown(&claim.extra));
        value
    });
    let gate = |(key, state): (&GateKey, &GateState)| {
        let state = object([
            ("status", Some(state.status.as_str().into())),
            ("by", Some(shown(state.by.as_ref()))),
            ("at", Some(state.at.as_ref().map(rfc3339).into())),
        ]);
        (key.as_str().to_owned(), Value::from(state))
    };
    let comment = |comment: &Comment| {
        Value::from(object([
            ("id", Some(comment.id.to_string().into())),
            ("by", Some(comment.by.as_str().into())),
            ("at", Some(rfc3339(&comment.at).into())),
            ("body", Some(comment.body.as_str().into())),
        ]))
    };
    value["claim"] = claim.into();
    value["gates_status"] = Value::Object(issue.gates.iter().map(gate).collect());
    value["comments"] = issue.comments.iter().map(comment).collect();
    value["conflicts"] = issue.conflicts.iter().map(conflict_value).collect();
    value["created_by"] = issue.created.by.as_str().into();
    value["created_at"] = rfc3339(&issue.created.at).into();
    value
}

fn definition_value(gate: &GateDefinition) -> Value {
    let checker = gate.checker.as_ref().map(|checker| {
        let mut value = object([
            ("command", Some(checker.command.as_str().into())),
            ("timeout", Some(checker.timeout_secs.into())),
        ]);
        value.extend(unknown(&checker.extra));
        value
    });
    let mut value = object([
        ("title", Some(gate.title.as_deref().into())),
        ("description", Some(gate.description.as_str().into())),
        ("stage", Some(gate.stage.as_str().into())),
        ("auto", Some(gate.auto.into())),
        ("checker", Some(checker.into())),
    ]);
    value.extend(unknown(&gate.extra));
    value.into()
}

fn template_value(template: &Template) -> Value {
    let context = template.context.iter().map(|(key, value)| (key.clone(), value.as_str()));
    let mut value = object([
        ("title", Some(template.title.as_str().into())),
        ("description", Some(template.description.as_str().into())),
        ("type", Some(template.issue_type.as_deref().into())),
        ("priority", Some(template.priority.as_str().into())),
        ("labels", Some(template.labels.iter().map(String::as_str).collect())),
        ("gates", Some(template.gates.iter().map(GateKey::as_str).collect())),
        ("context", Some(context.collect())),
    ]);
    value.extend(unknown(&template.extra));
    value.into()
}

/// Keys of a newer version: without them the log would not replay to what is stored.
fn unknown(extra: &Extra) -> impl Iterator<Item = (String, Value)> {
    extra.iter().map(|(key, value)| (key.clone(), extra_value(value)))
}

fn extra_value(value: &ExtraValue) -> Value {
    match value {
        ExtraValue::Null => Value::Null,
        ExtraValue::Bool(value) => (*value).into(),
        // What JSON has no number for is kept as its digits.
        ExtraValue::Integer(number) => {
            Number::from_i128(*number).map_or_else(|| number.to_string().into(), Value::Number)
        }
        ExtraValue::Float(number) => {
            Number::from_f64(*number).map_or_else(|| number.to_string().into(), Value::Number)
        }
        ExtraValue::Text(text) => text.as_str().into(),
        ExtraValue::List(items) => items.iter().map(extra_value).collect(),
        ExtraValue::Map(entries) => {
            entries.iter().map(|(key, value)| (key.clone(), extra_value(value))).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::event::Taken;
    use crate::model::{AgentId, Checker, ClaimId, GateStage, IssueId, Priority, Stamp};

    const NIL: &str = "00000000-0000-0000-0000-000000000000";

    fn json(kind: &EventKind) -> String {
        Value::Object(payload(kind)).to_string()
    }

    #[test]
    fn a_new_issue_has_all_keys() {
        let stamp = Stamp { by: AgentId::human("ada"), at: "2026-01-02T03:04:05Z".parse().unwrap() };
        let issue = Issue::new(IssueId::new(Uuid::nil()), "x".to_owned(), stamp);
        let expected = concat!(
            r#"{"issue":{"title":"x","description":"","type":"task","state":"open","priority":"normal","#,
            r#""labels":[],"assignee":null,"dependencies":[],"gates":[],"context":{}}}"#
        );
        assert_eq!(json(&EventKind::IssueCreated(Box::new(issue))), expected);
    }

    #[test]
    fn every_change_of_state_says_from_and_to() {
        let from = State::Open;
        let moved = EventKind::IssueStateChanged { from, to: State::Gated };
        assert_eq!(json(&moved), r#"{"from":"open","to":"gated"}"#);
        assert_eq!(json(&EventKind::IssueCompleted { from }), r#"{"from":"open","to":"done"}"#);
        let rejected = EventKind::IssueRejected { reason: None, from };
        assert_eq!(json(&rejected), r#"{"from":"open","to":"rejected"}"#);
        let released =
            EventKind::IssueReleased { assignee: None, claim: None, reason: Some("r".to_owned()), from };
        let expected = r#"{"assignee":null,"claim_id":null,"reason":"r","from":"open","to":"open"}"#;
        assert_eq!(json(&released), expected);
    }

    #[test]
    fn a_claim_names_the_hold_and_the_one_it_took_over() {
        let claim = ClaimId::new(Uuid::nil());
        let claimed = |took_over| EventKind::IssueClaimed {
            assignee: AgentId::human("ada"),
            claim,
            expires: None,
            took_over,
            from: State::Open,
        };
        let expected = |took_over: &str| {
            let claim = format!(r#"{{"assignee":"human:ada","claim_id":"{NIL}","expires":null"#);
            format!(r#"{claim}{took_over},"from":"open","to":"in_progress"}}"#)
        };
        assert_eq!(json(&claimed(None)), expected(""));
        assert_eq!(json(&claimed(Some(claim))), expected(&format!(r#","took_over":"{NIL}""#)));
    }

    #[test]
    fn a_gate_is_logged_whole_with_the_keys_of_a_newer_version() {
        let extra =
            Extra::from([("shell".to_owned(), ExtraValue::List(vec![ExtraValue::Integer(i128::MAX)]))]);
        let checker = Checker { command: "true".to_owned(), timeout_secs: None, extra };
        let definition =
            GateDefinition { stage: GateStage::Pre, checker: Some(checker), ..GateDefinition::default() };
        let key = GateKey::parse("review").unwrap();
        let expected = concat!(
            r#"{"gate":"review","definition":{"title":null,"description":"","stage":"pre","auto":false,"#,
            r#""checker":{"command":"true","timeout":null,"shell":["170141183460469231731687303715884105727"]}}}"#
        );
        assert_eq!(json(&EventKind::GateDefined { key, definition: Box::new(definition) }), expected);
    }

    #[test]
    fn what_a_merge_did_is_told() {
        let merged = EventKind::Merged { remote: None, upstream_commits: 3, local_commits: 2 };
        assert_eq!(json(&merged), r#"{"remote":null,"upstream_commits":3,"local_commits":2}"#);
        let (claim, holder) = (ClaimId::new(Uuid::nil()), AgentId::human("ada"));
        let lost = EventKind::ClaimLost { claim, holder: holder.clone(), winner: None };
        assert_eq!(json(&lost), format!(r#"{{"claim_id":"{NIL}","holder":"human:ada","winner":null}}"#));
        let conflict = Conflict {
            id: Uuid::nil(),
            field: "claim.ttl".to_owned(),
            upstream: Some("4h".to_owned()),
            local: None,
            by: holder,
            at: "2026-01-02T03:04:05Z".parse().unwrap(),
            extra: Extra::new(),
        };
        let recorded = |place| EventKind::ConflictRecorded { place, conflict: Box::new(conflict.clone()) };
        let expected = format!(
            r#""conflict":{{"id":"{NIL}","field":"claim.ttl","upstream":"4h","local":null,"by":"human:ada","at":"2026-01-02T03:04:05.000Z"}}}}"#
        );
        let gate = ConflictPlace::Gate(GateKey::parse("review").unwrap());
        for (place, first) in [
            (ConflictPlace::Issue(IssueId::new(Uuid::nil())), "{"),
            (gate.clone(), r#"{"gate":"review","#),
            (ConflictPlace::Settings, r#"{"setting":"claim.ttl","#),
        ] {
            assert_eq!(json(&recorded(place)), format!("{first}{expected}"));
        }
        let (conflict, field, value) = (Uuid::nil(), "title".to_owned(), Some("x".to_owned()));
        let resolved =
            EventKind::ConflictResolved { place: gate, conflict, field, value, taken: Taken::Local };
        let expected = format!(
            r#"{{"gate":"review","conflict_id":"{NIL}","field":"title","value":"x","taken":"local"}}"#
        );
        assert_eq!(json(&resolved), expected);
    }

    #[test]
    fn a_value_that_went_is_null() {
        let fields = vec![FieldValue::Priority(Priority::High), FieldValue::Assignee(None)];
        let expected = r#"{"fields":{"priority":"high","assignee":null}}"#;
        assert_eq!(json(&EventKind::IssueUpdated(fields)), expected);
        let removed = EventKind::ContextSet { key: "k".to_owned(), value: None };
        assert_eq!(json(&removed), r#"{"key":"k","value":null}"#);
    }
}
