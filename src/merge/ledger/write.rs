//! What a change wrote, told by comparing trackers.

use std::collections::{BTreeMap, BTreeSet};

use super::Seen;
use crate::merge::ConflictPlace;
use crate::model::settings::SettingKey;
use crate::model::{ClaimId, GateDefinition, Issue, Tracker, conflict};

/// One value that a clone accepted.
pub(super) struct Write {
    pub(super) place: ConflictPlace,
    pub(super) what: What,
    /// What the clone knew that wrote this.
    pub(super) seen: Seen,
    /// What the field was when the clone last synced; members of sets are "true" and "false".
    pub(super) was: Option<String>,
}

/// What was written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    /// A field got a value.
    Value {
        /// Its name; of descriptions each line is a field.
        field: String,
        /// The value; none if it was removed.
        value: Option<String>,
        /// The claim that made it so.
        claim: Option<ClaimId>,
    },
    /// A set got a member, or lost it.
    Member {
        /// Which set.
        field: &'static str,
        /// The member.
        member: String,
        /// Whether it was added.
        added: bool,
    },
    /// The whole was deleted.
    Deleted,
}

/// What the change from `before` to `after` wrote, and where.
pub(crate) fn between(before: &Tracker, after: &Tracker) -> Vec<(ConflictPlace, What)> {
    let places: BTreeSet<ConflictPlace> = places(before).chain(places(after)).collect();
    let mut written = Vec::new();
    for place in places {
        let whats = if exists(before, &place) && !exists(after, &place) {
            vec![What::Deleted]
        } else {
            [values(before, after, &place), members(before, after, &place)].concat()
        };
        written.extend(whats.into_iter().map(|what| (place.clone(), what)));
    }
    written
}

fn places(tracker: &Tracker) -> impl Iterator<Item = ConflictPlace> {
    let issues = tracker.issues.keys().copied().map(ConflictPlace::Issue);
    issues.chain(tracker.gates.keys().cloned().map(ConflictPlace::Gate)).chain([ConflictPlace::Settings])
}

/// Whether there is such an issue or gate.
pub(super) fn exists(tracker: &Tracker, place: &ConflictPlace) -> bool {
    match place {
        ConflictPlace::Issue(id) => tracker.issues.contains_key(id),
        ConflictPlace::Gate(key) => tracker.gates.contains_key(key),
        ConflictPlace::Template(name) => tracker.templates.contains_key(name),
        ConflictPlace::Settings => true,
    }
}

fn values(before: &Tracker, after: &Tracker, place: &ConflictPlace) -> Vec<What> {
    let [old, new] = [before, after].map(|tracker| fields(tracker, place));
    let [held, claim] = [before, after].map(|tracker| {
        place.issue().and_then(|id| tracker.issues.get(&id)?.claim.as_ref()).map(|claim| claim.id)
    });
    let claim = claim.filter(|claim| held != Some(*claim));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let value = |field: &String| {
        let claim = claim.filter(|_| ["state", "assignee"].contains(&field.as_str()));
        // Whether a gate is required at all is told by the set of gates.
        let is_told = field.starts_with("gates.") && !(old.contains_key(field) && new.contains_key(field));
        let is_changed = old.get(field) != new.get(field) || is_reported_again(before, after, place, field);
        let is_written = (is_changed && !is_told) || claim.is_some();
        is_written.then(|| What::Value { field: field.clone(), value: new.get(field).cloned(), claim })
    };
    names.into_iter().filter_map(value).collect()
}

/// Whether somebody reported on a gate again, with the same result or not.
fn is_reported_again(before: &Tracker, after: &Tracker, place: &ConflictPlace, field: &str) -> bool {
    let report = |tracker: &Tracker| {
        let gates = place.issue().and_then(|id| tracker.issues.get(&id)).map(|issue| &issue.gates);
        gates?.iter().find(|(key, _)| field == format!("gates.{key}")).map(|(_, state)| state.clone())
    };
    report(before) != report(after)
}

fn members(before: &Tracker, after: &Tracker, place: &ConflictPlace) -> Vec<What> {
    let [old, new] = [before, after].map(|tracker| sets(tracker, place));
    let member = |(field, member): &(&'static str, String), added| What::Member {
        field,
        member: member.clone(),
        added,
    };
    let removed = old.difference(&new).map(|gone| member(gone, false));
    removed.chain(new.difference(&old).map(|come| member(come, true))).collect()
}

/// Whether the line of a description, or else the value, that was written is there: a line is
/// looked for anywhere, since others may have moved it.
pub(super) fn is_there(field: &str, value: Option<&str>, now: Option<&str>) -> bool {
    let contains = || now.unwrap_or_default().contains(value.unwrap_or_default());
    value == now || (field.starts_with("description") && contains())
}

/// The value of a field; for a line of a description all of them.
pub(super) fn current(tracker: &Tracker, place: &ConflictPlace, field: &str) -> Option<String> {
    if field.starts_with("description.") {
        return Some(tracker.issues.get(&place.issue()?)?.description.clone());
    }
    fields(tracker, place).remove(field)
}

/// Whether a set has a member.
pub(super) fn has(tracker: &Tracker, place: &ConflictPlace, field: &'static str, member: &str) -> bool {
    sets(tracker, place).contains(&(field, member.to_owned()))
}

/// All fields of one value each, by name.
fn fields(tracker: &Tracker, place: &ConflictPlace) -> BTreeMap<String, String> {
    match place {
        ConflictPlace::Settings => {
            let value = |key: SettingKey| (key.name().into_owned(), tracker.settings.get(key));
            tracker.settings.keys().map(value).collect()
        }
        ConflictPlace::Gate(key) => tracker.gates.get(key).map(gate_fields).unwrap_or_default(),
        ConflictPlace::Template(name) => {
            let title = tracker.templates.get(name).map(|template| template.title.clone());
            title.into_iter().map(|title| ("title".to_owned(), title)).collect()
        }
        ConflictPlace::Issue(id) => match tracker.issues.get(id) {
            Some(issue) => issue_fields(issue),
            // To make an issue is not to decide on what it is anyway.
            None => [("priority", "normal"), ("state", "open"), ("type", "task")]
                .map(|(field, value)| (field.to_owned(), value.to_owned()))
                .into(),
        },
    }
}

fn gate_fields(gate: &GateDefinition) -> BTreeMap<String, String> {
    let title = gate.title.clone().map(|title| ("title".to_owned(), title));
    title.into_iter().chain([("stage".to_owned(), gate.stage.to_string())]).collect()
}

fn issue_fields(issue: &Issue) -> BTreeMap<String, String> {
    let whole = [
        ("title", issue.title.clone()),
        ("type", issue.issue_type.clone()),
        ("priority", issue.priority.to_string()),
        ("state", issue.state.to_string()),
    ];
    let whole = whole.into_iter().map(|(field, value)| (field.to_owned(), value));
    let assignee = issue.assignee.iter().map(|agent| ("assignee".to_owned(), agent.to_string()));
    let lines = issue.description.lines().enumerate();
    let lines = lines.map(|(n, line)| (format!("description.{n}"), line.to_owned()));
    let context = issue.context.iter().map(|(key, value)| (format!("context.{key}"), value.clone()));
    let gates =
        issue.gates.iter().map(|(key, state)| (format!("gates.{key}"), state.status.as_str().to_owned()));
    whole.chain(assignee).chain(lines).chain(context).chain(gates).collect()
}

/// All members of all sets, each with the name of its set.
fn sets(tracker: &Tracker, place: &ConflictPlace) -> BTreeSet<(&'static str, String)> {
    let conflicts = place.conflicts(tracker).iter();
    let mut members: BTreeSet<(&'static str, String)> =
        conflicts.map(|conflict| ("conflicts", conflict::short_id(conflict))).collect();
    if let Some(issue) = place.issue().and_then(|id| tracker.issues.get(&id)) {
        members.extend(issue.labels.iter().map(|label| ("labels", label.clone())));
        members.extend(issue.attachments.iter().map(|file| ("attachments", file.to_string())));
        members.extend(issue.gates.keys().map(|key| ("gates", key.to_string())));
        members.extend(issue.dependencies.iter().map(|on| ("dependencies", on.to_string())));
        members.extend(issue.comments.iter().map(|comment| ("comments", comment.id.to_string())));
    }
    members
}
