//! Fields as people read them, and how they differ between two states of the same thing.
//!
//! They are named like those of conflicts. Who changed an issue last and when is not among them:
//! that differs with every change.

use std::collections::BTreeSet;

use super::gate::GateStatus;
use super::refusal::rfc3339;
use super::settings::format_secs;
use super::template::Template;
use super::{Claim, Conflict, ConflictPlace, Extra, GateDefinition, GateState, Issue, Settings, Tracker};

/// What a field says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldText {
    /// A value.
    Value(String),
    /// Things in no order.
    Set(BTreeSet<String>),
}

/// A field and what it says.
pub type Field = (String, FieldText);

/// How a field differs from before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldEdit {
    /// It has another value; none where it is empty.
    Value {
        /// Before.
        before: Option<String>,
        /// After.
        after: Option<String>,
    },
    /// Things came and went.
    Set {
        /// Those that came.
        added: BTreeSet<String>,
        /// Those that went.
        removed: BTreeSet<String>,
    },
    /// The file with all fields cannot be read, and why; none where it can.
    Unreadable {
        /// Before.
        before: Option<String>,
        /// After.
        after: Option<String>,
    },
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// What it is a field of.
    pub place: ConflictPlace,
    /// The field.
    pub field: String,
    /// How it differs.
    pub edit: FieldEdit,
}

/// The fields of `place` in `tracker` that say something, in the order in which they are stored.
pub fn of(tracker: &Tracker, place: &ConflictPlace) -> Vec<Field> {
    match place {
        ConflictPlace::Issue(id) => tracker.issues.get(id).map(of_issue).unwrap_or_default(),
        ConflictPlace::Gate(key) => tracker.gates.get(key).map(of_gate).unwrap_or_default(),
        ConflictPlace::Template(name) => tracker.templates.get(name).map(of_template).unwrap_or_default(),
        ConflictPlace::Settings => of_settings(&tracker.settings),
    }
}

/// The fields of `place` that say something else in `after` than in each of `befores`, and how
/// they differ from the first.
pub fn changes(befores: &[&Tracker], after: &Tracker, place: &ConflictPlace) -> Vec<FieldChange> {
    let after = of(after, place);
    let befores: Vec<Vec<Field>> = befores.iter().map(|before| of(before, place)).collect();
    let first = befores.first().map_or(&[][..], Vec::as_slice);
    let gone = first.iter().filter(|(name, _)| find(&after, name).is_none());
    let named = after.iter().chain(gone).map(|(name, _)| name);
    let differs = |name: &&String| {
        let now = find(&after, name);
        befores.iter().all(|before| find(before, name) != now)
    };
    let change = |name: &String| FieldChange {
        place: place.clone(),
        field: name.clone(),
        edit: edit(find(first, name), find(&after, name)),
    };
    named.filter(differs).map(change).collect()
}

/// What the field called `name` says, if anything.
pub fn find<'a>(fields: &'a [Field], name: &str) -> Option<&'a FieldText> {
    fields.iter().find(|(field, _)| field == name).map(|(_, text)| text)
}

fn edit(before: Option<&FieldText>, after: Option<&FieldText>) -> FieldEdit {
    if let (Some(FieldText::Value(_)) | None, Some(FieldText::Value(_)) | None) = (before, after) {
        let text = |value: Option<&FieldText>| match value {
            Some(FieldText::Value(text)) => Some(text.clone()),
            Some(FieldText::Set(_)) | None => None,
        };
        return FieldEdit::Value { before: text(before), after: text(after) };
    }
    let set = |value: Option<&FieldText>| match value {
        Some(FieldText::Set(members)) => members.clone(),
        Some(FieldText::Value(text)) => BTreeSet::from([text.clone()]),
        None => BTreeSet::new(),
    };
    let (before, after) = (set(before), set(after));
    FieldEdit::Set {
        added: after.difference(&before).cloned().collect(),
        removed: before.difference(&after).cloned().collect(),
    }
}

/// Fields in the making.
#[derive(Default)]
struct Fields(Vec<Field>);

impl Fields {
    fn value(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.0.push((name.into(), FieldText::Value(value)));
        }
    }

    fn set(&mut self, name: &str, members: impl Iterator<Item = String>) {
        let members: BTreeSet<String> = members.collect();
        if !members.is_empty() {
            self.0.push((name.to_owned(), FieldText::Set(members)));
        }
    }

    fn extra(&mut self, extra: &Extra) {
        for (key, value) in extra {
            self.value(format!("extra.{key}"), value.text());
        }
    }

    fn conflicts(&mut self, conflicts: &[Conflict]) {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        for conflict in conflicts {
            let said = format!(
                "{}: {:?} stands, {:?} of {} was put aside",
                conflict.field,
                text(&conflict.upstream),
                text(&conflict.local),
                conflict.by
            );
            self.value(format!("conflicts.{}", conflict.id), said);
        }
    }
}

fn of_issue(issue: &Issue) -> Vec<Field> {
    let mut fields = Fields::default();
    fields.value("title", &*issue.title);
    fields.value("description", &*issue.description);
    fields.value("type", &*issue.issue_type);
    fields.value("state", issue.state.as_str());
    fields.value("priority", issue.priority.to_string());
    fields.set("labels", issue.labels.iter().cloned());
    fields.value("assignee", issue.assignee.as_ref().map(ToString::to_string).unwrap_or_default());
    fields.value("claim", issue.claim.as_ref().map(claim).unwrap_or_default());
    fields.set("dependencies", issue.dependencies.iter().map(ToString::to_string));
    for (key, state) in &issue.gates {
        fields.value(format!("gates.{key}"), gate(state));
    }
    for (key, value) in &issue.context {
        // One that is empty is there all the same.
        fields.0.push((format!("context.{key}"), FieldText::Value(value.clone())));
    }
    fields.set("attachments", issue.attachments.iter().map(ToString::to_string));
    for comment in &issue.comments {
        fields.value(format!("comments.{}", comment.id), format!("{}: {}", comment.by, comment.body));
    }
    fields.conflicts(&issue.conflicts);
    fields.extra(&issue.extra);
    fields.0
}

fn of_gate(definition: &GateDefinition) -> Vec<Field> {
    let mut fields = Fields::default();
    fields.value("title", definition.title.clone().unwrap_or_default());
    fields.value("description", &*definition.description);
    fields.value("stage", definition.stage.to_string());
    fields.value("auto", definition.auto.to_string());
    if let Some(checker) = &definition.checker {
        fields.value("checker", &*checker.command);
        fields.value("checker.timeout", checker.timeout_secs.map(format_secs).unwrap_or_default());
    }
    fields.conflicts(&definition.conflicts);
    fields.extra(&definition.extra);
    fields.0
}

fn of_template(template: &Template) -> Vec<Field> {
    let mut fields = Fields::default();
    fields.value("title", &*template.title);
    fields.value("description", &*template.description);
    fields.value("type", template.issue_type.clone().unwrap_or_default());
    fields.value("priority", template.priority.to_string());
    fields.set("labels", template.labels.iter().cloned());
    fields.set("gates", template.gates.iter().map(ToString::to_string));
    for (key, value) in &template.context {
        fields.0.push((format!("context.{key}"), FieldText::Value(value.clone())));
    }
    fields.conflicts(&template.conflicts);
    fields.extra(&template.extra);
    fields.0
}

fn of_settings(settings: &Settings) -> Vec<Field> {
    let mut fields = Fields::default();
    for key in settings.keys() {
        fields.value(key.name(), settings.get(key));
    }
    fields.conflicts(&settings.conflicts);
    fields.extra(&settings.extra);
    fields.0
}

fn claim(claim: &Claim) -> String {
    let until = claim.expires.as_ref().map(|at| format!(", until {}", rfc3339(at)));
    format!("{} since {}{}", claim.by, rfc3339(&claim.at), until.unwrap_or_default())
}

fn gate(state: &GateState) -> String {
    match (&state.by, state.at, state.status) {
        (_, _, GateStatus::Pending) | (None, _, _) => state.status.as_str().to_owned(),
        (Some(by), at, status) => {
            let at = at.as_ref().map(|at| format!(" at {}", rfc3339(at))).unwrap_or_default();
            format!("{} by {by}{at}", status.as_str())
        }
    }
}

/// The places that any of `trackers` has: issues, gates, templates, the settings.
pub fn places<'a>(trackers: impl IntoIterator<Item = &'a Tracker>) -> BTreeSet<ConflictPlace> {
    let mut places = BTreeSet::new();
    for tracker in trackers {
        let issues = tracker.issues.keys().map(|id| ConflictPlace::Issue(*id));
        let gates = tracker.gates.keys().map(|key| ConflictPlace::Gate(key.clone()));
        let templates = tracker.templates.keys().map(|name| ConflictPlace::Template(name.clone()));
        places.extend(issues.chain(gates).chain(templates).chain([ConflictPlace::Settings]));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::{id, tracker};
    use crate::model::{Priority, State};

    fn issue() -> Issue {
        tracker(1, &[]).issues.remove(&id(1)).unwrap()
    }

    fn with(issue: Issue) -> Tracker {
        let mut tracker = Tracker::default();
        tracker.issues.insert(issue.id, issue);
        tracker
    }

    fn change(before: &Issue, after: &Issue) -> Vec<(String, FieldEdit)> {
        let place = ConflictPlace::Issue(after.id);
        let [before, after] = [before, after].map(|issue| with(issue.clone()));
        changes(&[&before], &after, &place).into_iter().map(|change| (change.field, change.edit)).collect()
    }

    fn value(before: Option<&str>, after: Option<&str>) -> FieldEdit {
        FieldEdit::Value { before: before.map(str::to_owned), after: after.map(str::to_owned) }
    }

    #[test]
    fn fields_that_differ_are_named_with_both_values() {
        let before = issue();
        let mut after = Issue { state: State::Done, priority: Priority::High, ..before.clone() };
        after.labels.insert("auth".to_owned());
        after.context.insert("k".to_owned(), String::new());
        let labels = FieldEdit::Set { added: BTreeSet::from(["auth".to_owned()]), removed: BTreeSet::new() };
        let expected = [
            ("state".to_owned(), value(Some("open"), Some("done"))),
            ("priority".to_owned(), value(Some("normal"), Some("high"))),
            ("labels".to_owned(), labels),
            ("context.k".to_owned(), value(None, Some(""))),
        ];
        assert_eq!(change(&before, &after), expected);
        assert_eq!(change(&after, &after), []);
    }

    #[test]
    fn of_several_befores_what_one_of_them_says_is_no_change() {
        let one = Issue { title: "one".to_owned(), ..issue() };
        let other = Issue { description: "text".to_owned(), ..issue() };
        let merged = Issue { description: "text".to_owned(), state: State::Done, ..one.clone() };
        let place = ConflictPlace::Issue(merged.id);
        let [one, other, merged] = [one, other, merged].map(with);
        let found = changes(&[&one, &other], &merged, &place);
        assert_eq!(found.iter().map(|change| change.field.as_str()).collect::<Vec<_>>(), ["state"]);
    }

    #[test]
    fn what_is_new_or_gone_has_only_one_side() {
        let place = ConflictPlace::Issue(id(1));
        let (there, nothing) = (with(issue()), Tracker::default());
        let created = changes(&[&nothing], &there, &place);
        let deleted = changes(&[&there], &nothing, &place);
        let is_one_sided = |change: &FieldChange| matches!(&change.edit, FieldEdit::Value { before, after } if before.is_some() != after.is_some());
        assert!(!created.is_empty() && created.len() == deleted.len());
        assert!(created.iter().chain(&deleted).all(is_one_sided));
    }
}
