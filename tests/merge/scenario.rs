//! Reads a scenario, merges, and compares.

use std::collections::BTreeMap;

use jit::merge::{ConflictPlace, Holds, Merged, Sides, merge};
use jit::model::{AgentId, Claim, ClaimId, Deletion, Issue, IssueId, Stamp, Tracker};
use jit::store::format::{gate, issue, settings};
use uuid::Uuid;
use yaml_serde::{Mapping, Value};

/// One merge, and what must come of it.
pub(super) struct Scenario {
    pub(super) title: String,
    doc: Mapping,
}

impl Scenario {
    pub(super) fn read_all(name: &str, text: &str) -> Vec<Self> {
        let docs: Vec<Mapping> = yaml_serde::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let known = ["title", "base", "upstream", "local", "holds", "expect"];
        let scenario = |doc: Mapping| {
            let title = text_of(&doc["title"]);
            let unknown = doc.keys().map(text_of).find(|key| !known.contains(&key.as_str()));
            assert_eq!(unknown, None, "{name}, {title}");
            Self { title, doc }
        };
        docs.into_iter().map(scenario).collect()
    }

    /// What is not as expected.
    pub(super) fn check(&self) -> Vec<String> {
        let base = part(&self.doc, "base");
        let [up, here] = ["upstream", "local"].map(|side| overlay(&base, &part(&self.doc, side)));
        let trackers =
            [tracker(&base, &base, "base"), tracker(&up, &base, "upstream"), tracker(&here, &base, "local")];
        let sides =
            Sides { base: &trackers[0], upstream: &trackers[1], local: &trackers[2], project: [None, None] };
        let holds: Holds =
            part(&self.doc, "holds").iter().map(|(a, n)| (id(&text_of(a)), claim_id(&text_of(n)))).collect();
        let merged = merge(&sides, &holds);
        let expect = part(&self.doc, "expect");
        let mut wrong = Vec::new();
        for (letter, fields) in part(&expect, "issues") {
            let issue = merged.tracker.issues.get(&id(&text_of(&letter)));
            let Value::Mapping(fields) = fields else {
                wrong.extend(issue.map(|_| format!("{letter:?} is there")));
                continue;
            };
            let Some(issue) = issue else {
                wrong.push(format!("{letter:?} is not there"));
                continue;
            };
            for (key, wanted) in fields {
                compare(
                    &mut wrong,
                    &format!("{} {}", text_of(&letter), text_of(&key)),
                    &flat(&wanted),
                    &shown(issue, &text_of(&key)),
                );
            }
        }
        for (key, fields) in part(&expect, "gates") {
            let definition = merged.tracker.gates.get(text_of(&key).as_str()).map(gate::to_yaml);
            let wanted = fields.as_mapping().map(|_| yaml_serde::to_string(&fields).expect("it is plain"));
            let plain = |text: Option<String>| text.map(|text| flat(&without_conflicts(&text)));
            compare(
                &mut wrong,
                &text_of(&key),
                &format!("{:?}", plain(wanted)),
                &format!("{:?}", plain(definition)),
            );
        }
        if let Some(wanted) = expect.get("settings") {
            let mut settings = merged.tracker.settings.clone();
            settings.conflicts.clear();
            compare(
                &mut wrong,
                "settings",
                text_of(wanted).trim(),
                settings::to_toml(&settings).replace("format = 1\n", "").trim(),
            );
        }
        compare(&mut wrong, "conflicts", &lines(&expect, "conflicts"), &conflicts(&merged).join("\n"));
        compare(&mut wrong, "events", &lines(&expect, "events"), &events(&merged).join("\n"));
        wrong
    }
}

fn compare(wrong: &mut Vec<String>, what: &str, wanted: &str, found: &str) {
    if wanted != found {
        wrong.push(format!("{what}\n  expected {wanted}\n  found    {found}"));
    }
}

fn part(doc: &Mapping, key: &str) -> Mapping {
    doc.get(key).and_then(Value::as_mapping).cloned().unwrap_or_default()
}

fn lines(doc: &Mapping, key: &str) -> String {
    let items = doc.get(key).and_then(Value::as_sequence).cloned().unwrap_or_default();
    items.iter().map(text_of).collect::<Vec<_>>().join("\n")
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => yaml_serde::to_string(other).expect("it is plain").trim().to_owned(),
    }
}

/// A value on one line; members of lists in order.
fn flat(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Sequence(items) => items.iter().map(flat).collect::<Vec<_>>().join(", "),
        Value::Mapping(map) => {
            let mut entries: Vec<String> =
                map.iter().map(|(key, value)| format!("{}: {}", flat(key), flat(value))).collect();
            entries.sort();
            entries.join(", ")
        }
        other => text_of(other),
    }
}

fn without_conflicts(yaml: &str) -> Value {
    let mut map: Mapping = yaml_serde::from_str(yaml).expect("it was just written");
    map.remove("conflicts");
    Value::Mapping(map)
}

/// `base` with what `side` says of it; null removes.
fn overlay(base: &Mapping, side: &Mapping) -> Mapping {
    let mut result = base.clone();
    for (key, value) in side {
        match (value, result.get(key)) {
            (Value::Null, _) => drop(result.remove(key)),
            (Value::Mapping(over), Some(Value::Mapping(under))) => {
                let value = Value::Mapping(overlay(under, over));
                result.insert(key.clone(), value);
            }
            _ => drop(result.insert(key.clone(), value.clone())),
        }
    }
    result
}

fn id(letter: &str) -> IssueId {
    let n = letter.bytes().next().expect("an issue has a letter");
    IssueId::new(Uuid::from_u128(u128::from(n) << 120))
}

fn claim_id(number: &str) -> ClaimId {
    ClaimId::new(Uuid::from_u128(number.parse().expect("a claim has a number")))
}

fn letter(id: IssueId) -> String {
    let letters = "abcdefghij".chars().map(String::from);
    letters.into_iter().find(|letter| self::id(letter) == id).unwrap_or_else(|| id.to_string())
}

/// The tracker that `doc` describes. What differs from `base` was changed by `human:<side>`.
fn tracker(doc: &Mapping, base: &Mapping, side: &str) -> Tracker {
    let mut tracker = Tracker::default();
    for (key, fields) in part(doc, "issues") {
        let at = if part(base, "issues").get(&key) == Some(&fields) { "base" } else { side };
        let fields = fields.as_mapping().cloned().unwrap_or_default();
        let (letter, id) = (text_of(&key), id(&text_of(&key)));
        let yaml = document(&letter, id, fields, at);
        let issue = issue::from_yaml(id, yaml.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{yaml}"));
        tracker.issues.insert(id, issue);
    }
    for (key, fields) in part(doc, "gates") {
        let yaml = yaml_serde::to_string(&fields).expect("it is plain");
        let key = text_of(&key).parse().expect("it is a key");
        tracker.gates.insert(key, gate::from_yaml(yaml.as_bytes()).expect("it is a gate"));
    }
    if let Some(Value::Sequence(claims)) = doc.get("released") {
        tracker.released = claims.iter().map(|number| claim_id(&text_of(number))).collect();
    }
    let deletions = part(doc, "deleted").into_iter().flat_map(|(key, deletions)| {
        let several = deletions.as_sequence().cloned().unwrap_or_else(|| vec![deletions]);
        several.into_iter().map(move |deletion| (key.clone(), deletion))
    });
    for (key, mut fields) in deletions {
        let (letter, id) = (text_of(&key), id(&text_of(&key)));
        let fields = fields.as_mapping_mut().expect("it has fields");
        let dependents = fields.remove("dependents").unwrap_or_default();
        let dependents = dependents.as_sequence().into_iter().flatten();
        let dependents = dependents.map(|from| self::id(&text_of(from))).collect();
        let knew = fields.remove("knew").unwrap_or_default();
        let knew = knew.as_mapping().cloned().unwrap_or_default();
        let was = overlay(&part(&part(base, "issues"), &letter), &knew);
        let read = |fields: Mapping, at: &str| {
            let yaml = document(&letter, id, fields, at);
            issue::from_yaml(id, yaml.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
        };
        let (base, last) = (Some(read(was.clone(), "base")), read(overlay(&was, fields), side));
        let stamp = Stamp { by: AgentId::human(&format!("{side}-deleter")), at: last.updated.at };
        tracker.deleted.entry(id).or_default().push(Deletion { last, base, stamp, dependents });
    }
    if let Some(text) = doc.get("settings") {
        let toml = format!("format = 1\n{}", text_of(text));
        tracker.settings = settings::from_toml(toml.as_bytes()).expect("they are settings");
    }
    tracker
}

/// The stored document of an issue of which only some fields are given, in short.
fn document(letter: &str, id: IssueId, mut fields: Mapping, side: &str) -> String {
    let hour = ["base", "upstream", "local"].iter().position(|name| *name == side).unwrap_or_default();
    let stamp = |who: &str, hour: usize| {
        map([("by", format!("human:{who}")), ("at", format!("2026-01-01T0{hour}:00:00.000Z"))])
    };
    fields.insert("id".into(), id.to_string().into());
    fields.entry("title".into()).or_insert(letter.into());
    fields.insert("created".into(), stamp("base", 0));
    fields.entry("updated".into()).or_insert(stamp(side, hour));
    if let Some(claim) = fields.get("claim").map(text_of) {
        fields.insert("claim".into(), claim_map(&claim));
    }
    if let Some(Value::Sequence(on)) = fields.get("dependencies") {
        let ids = on.iter().map(|on| self::id(&text_of(on)).to_string().into()).collect();
        fields.insert("dependencies".into(), Value::Sequence(ids));
    }
    if let Some(Value::Mapping(gates)) = fields.get("gates").cloned() {
        let state = |(key, status): (&Value, &Value)| (key.clone(), map([("status", text_of(status))]));
        fields.insert("gates".into(), Value::Mapping(gates.iter().map(state).collect()));
    }
    if let Some(Value::Sequence(comments)) = fields.get("comments").cloned() {
        let comment = |(n, body): (u128, &Value)| {
            let id = Uuid::new_v5(&Uuid::nil(), text_of(body).as_bytes()).to_string();
            // Those of the clone are a second younger than those of the remote.
            let second = 2 * n + u128::from(side == "local");
            let at = format!("2026-01-01T00:00:0{second}.000Z");
            map([("id", id), ("by", format!("human:{side}")), ("at", at), ("body", text_of(body))])
        };
        fields.insert("comments".into(), Value::Sequence((0..).zip(&comments).map(comment).collect()));
    }
    yaml_serde::to_string(&fields).expect("it is plain")
}

fn map<const N: usize>(entries: [(&str, String); N]) -> Value {
    Value::Mapping(entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
}

/// `agent:one #1`, or `agent:one #1 until 5` o'clock.
fn claim_map(short: &str) -> Value {
    let (by, rest) = short.split_once(" #").expect("a claim is written AGENT #NUMBER");
    let (number, until) = rest.split_once(" until ").map_or((rest, None), |(n, until)| (n, Some(until)));
    let id = Uuid::from_u128(number.parse().expect("a claim has a number")).to_string();
    let mut claim = map([("id", id), ("by", by.to_owned()), ("at", "2026-01-01T00:00:00.000Z".to_owned())]);
    if let (Value::Mapping(claim), Some(hour)) = (&mut claim, until) {
        claim.insert("expires".into(), format!("2026-01-01T0{hour}:00:00.000Z").into());
    }
    claim
}

fn claim_text(claim: &Claim) -> String {
    let number = claim.id.to_string().parse::<Uuid>().expect("it is one").as_u128();
    let until = claim.expires.map_or(String::new(), |at| format!(" until {}", at.format("%-H")));
    format!("{} #{number}{until}", claim.by)
}

/// A field of a merged issue as scenarios write it.
fn shown(issue: &Issue, key: &str) -> String {
    let list = |items: Vec<String>| items.join(", ");
    let none = || "none".to_owned();
    match key {
        "title" => issue.title.clone(),
        "description" => issue.description.clone(),
        "type" => issue.issue_type.clone(),
        "state" => issue.state.to_string(),
        "priority" => issue.priority.to_string(),
        "labels" => list(issue.labels.iter().cloned().collect()),
        "assignee" => issue.assignee.as_ref().map_or_else(none, ToString::to_string),
        "claim" => issue.claim.as_ref().map_or_else(none, claim_text),
        "dependencies" => list(issue.dependencies.iter().map(|on| letter(*on)).collect()),
        "gates" => {
            list(issue.gates.iter().map(|(key, state)| format!("{key}: {}", state.status.as_str())).collect())
        }
        "context" => list(issue.context.iter().map(|(key, value)| format!("{key}: {value}")).collect()),
        "comments" => list(issue.comments.iter().map(|comment| comment.body.clone()).collect()),
        "updated" => issue.updated.by.to_string(),
        other => issue.extra.get(other).map_or_else(none, |value| format!("{value:?}")),
    }
}

fn place(place: &ConflictPlace) -> String {
    match place {
        ConflictPlace::Issue(id) => letter(*id),
        ConflictPlace::Gate(key) => format!("gate {key}"),
        ConflictPlace::Template(name) => format!("template {name}"),
        ConflictPlace::Settings => "settings".to_owned(),
    }
}

fn conflicts(merged: &Merged) -> Vec<String> {
    let letters: BTreeMap<String, String> =
        "abcdefghij".chars().map(|c| (id(&c.to_string()).to_string(), c.to_string())).collect();
    let value = |value: &Option<String>| match value {
        None => "none".to_owned(),
        Some(text) => letters.get(text).unwrap_or(text).trim_end().replace('\n', "/"),
    };
    let line = |recorded: &jit::merge::RecordedConflict| {
        let conflict = &recorded.conflict;
        let (stands, aside) = (value(&conflict.upstream), value(&conflict.local));
        format!("{} {}: {stands} <- {aside} by {}", place(&recorded.place), conflict.field, conflict.by)
    };
    merged.conflicts.iter().map(line).collect()
}

fn events(merged: &Merged) -> Vec<String> {
    // What was recorded is in the conflicts.
    let rest = merged.events.iter().filter(|event| event.kind.name() != "conflict_recorded");
    rest.map(|event| format!("{} {}", event.kind.name(), event.issue.map_or("project".to_owned(), letter)))
        .collect()
}
