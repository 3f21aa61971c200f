//! What people write of an issue, as one value that they edit as a whole.
//!
//! Whoever edits saw the issue as it was then. What they want is what differs from that, not
//! the whole: see [`rebase`].

use std::collections::{BTreeMap, BTreeSet};

use super::create::NewIssue;
use super::issue::DEFAULT_TYPE;
use super::update::Update;
use super::{GateKey, IdPrefix, Issue, Refusal};

/// The fields of an issue that people write. Not what happens to it: its state, its claim, what
/// is said of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// All but what it depends on. A description that says anything ends with a line break.
    pub issue: NewIssue,
    /// Ids of the issues that must be finished first, as typed.
    pub dependencies: BTreeSet<String>,
}

impl Form {
    /// An issue as people edit it.
    pub fn of(issue: &Issue) -> Self {
        let new = NewIssue {
            title: issue.title.clone(),
            description: ended(&issue.description),
            issue_type: Some(issue.issue_type.clone()),
            priority: issue.priority,
            labels: issue.labels.clone(),
            gates: issue.gates.keys().cloned().collect(),
            context: issue.context.clone(),
            assignee: issue.assignee.clone(),
            dependencies: BTreeSet::new(),
        };
        Self { issue: new, dependencies: issue.dependencies.iter().map(|id| id.short()).collect() }
    }

    /// What is to become an issue.
    pub fn of_new(new: NewIssue, dependencies: BTreeSet<String>) -> Self {
        let description = ended(&new.description);
        Self { issue: NewIssue { description, ..new }, dependencies }
    }

    /// The new issue that it describes, and what it depends on.
    pub fn into_new(self) -> Result<(NewIssue, Vec<IdPrefix>), Refusal> {
        let on = self.dependencies.iter().map(|typed| IdPrefix::parse_any(typed));
        let on = on.collect::<Result<_, _>>()?;
        let description = self.issue.description.trim_end().to_owned();
        Ok((NewIssue { description, ..self.issue }, on))
    }

    fn issue_type(&self) -> &str {
        self.issue.issue_type.as_deref().unwrap_or(DEFAULT_TYPE)
    }
}

fn ended(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

/// Takes over what somebody changed who made `edited` of `base` into `current`, which the issue
/// is now. The fields that others have changed otherwise meanwhile are named: in what is handed
/// back they are as edited. `merge_lines` makes one text of two that were made of a third, where
/// that can be told.
pub fn rebase(
    base: &Form,
    current: &Form,
    edited: &Form,
    merge_lines: impl Fn(&str, &str, &str) -> Option<String>,
) -> (Form, Vec<String>) {
    let mut clashes = Vec::new();
    let mut choose = |field: &str, is_mine: bool, is_theirs: bool, is_same: bool| {
        if is_mine && is_theirs && !is_same {
            clashes.push(field.to_owned());
        }
        is_mine
    };
    let [b, c, e] = [&base.issue, &current.issue, &edited.issue];
    let mut new = c.clone();
    if choose("title", e.title != b.title, c.title != b.title, c.title == e.title) {
        new.title.clone_from(&e.title);
    }
    let [bt, ct, et] = [base, current, edited].map(Form::issue_type);
    if choose("type", et != bt, ct != bt, ct == et) {
        new.issue_type.clone_from(&e.issue_type);
    }
    if choose("priority", e.priority != b.priority, c.priority != b.priority, c.priority == e.priority) {
        new.priority = e.priority;
    }
    if choose("assignee", e.assignee != b.assignee, c.assignee != b.assignee, c.assignee == e.assignee) {
        new.assignee.clone_from(&e.assignee);
    }
    let merged = merge_lines(&b.description, &c.description, &e.description);
    let can_merge = c.description == e.description || merged.is_some();
    let is_theirs = c.description != b.description;
    if choose("description", e.description != b.description, is_theirs, can_merge) {
        new.description = merged.filter(|_| is_theirs).unwrap_or_else(|| e.description.clone());
    }
    let keys: BTreeSet<&String> = b.context.keys().chain(c.context.keys()).chain(e.context.keys()).collect();
    for key in keys {
        let [b, c, e] = [b, c, e].map(|form| form.context.get(key));
        if choose(&format!("context.{key}"), e != b, c != b, c == e) {
            put(&mut new.context, key, e);
        }
    }
    new.labels = set(&b.labels, &c.labels, &e.labels);
    new.gates = set(&b.gates, &c.gates, &e.gates);
    let dependencies = set_of_ids(&base.dependencies, &current.dependencies, &edited.dependencies);
    (Form { issue: new, dependencies }, clashes)
}

fn put(context: &mut BTreeMap<String, String>, key: &str, value: Option<&String>) {
    match value {
        Some(value) => context.insert(key.to_owned(), value.clone()),
        None => context.remove(key),
    };
}

fn set<T: Ord + Clone>(base: &BTreeSet<T>, current: &BTreeSet<T>, edited: &BTreeSet<T>) -> BTreeSet<T> {
    let stays = current.iter().filter(|item| edited.contains(item) || !base.contains(item));
    stays.chain(edited.difference(base)).cloned().collect()
}

/// The same for ids, of which one may be the beginning of another.
fn set_of_ids(
    base: &BTreeSet<String>,
    current: &BTreeSet<String>,
    edited: &BTreeSet<String>,
) -> BTreeSet<String> {
    let has = |ids: &BTreeSet<String>, id: &str| ids.iter().any(|other| may_be_same(other, id));
    let stays = current.iter().filter(|id| has(edited, id) || !has(base, id));
    let new = edited.iter().filter(|id| !has(base, id) && !has(current, id));
    stays.chain(new).cloned().collect()
}

fn may_be_same(one: &str, other: &str) -> bool {
    let digits =
        |typed: &str| IdPrefix::parse(typed).map_or_else(|_| typed.to_owned(), |id| id.as_str().to_owned());
    let (one, other) = (digits(one), digits(other));
    one.starts_with(&other) || other.starts_with(&one)
}

/// What makes `issue` as `wanted` says.
pub fn update(issue: &Issue, wanted: &Form) -> Result<Update, Refusal> {
    let now = Form::of(issue);
    let new = &wanted.issue;
    let beyond =
        |keys: &BTreeSet<GateKey>, others: &BTreeSet<GateKey>| keys.difference(others).cloned().collect();
    let ids = |ids: &BTreeSet<String>, without: &BTreeSet<String>| {
        let other = ids.iter().filter(|id| !without.iter().any(|other| may_be_same(other, id)));
        other.map(|id| IdPrefix::parse_any(id)).collect::<Result<Vec<_>, _>>()
    };
    let changed = new.context.iter().filter(|(key, value)| now.issue.context.get(*key) != Some(*value));
    Ok(Update {
        title: (new.title != now.issue.title).then(|| new.title.clone()),
        description: (new.description != now.issue.description)
            .then(|| as_before(&new.description, &issue.description)),
        issue_type: (wanted.issue_type() != issue.issue_type).then(|| wanted.issue_type().to_owned()),
        priority: (new.priority != issue.priority).then_some(new.priority),
        assignee: (new.assignee != issue.assignee).then(|| new.assignee.clone()),
        add_labels: new.labels.difference(&issue.labels).cloned().collect(),
        remove_labels: issue.labels.difference(&new.labels).cloned().collect(),
        set_context: changed.map(|(key, value)| (key.clone(), value.clone())).collect(),
        remove_context: issue.context.keys().filter(|key| !new.context.contains_key(*key)).cloned().collect(),
        add_gates: beyond(&new.gates, &now.issue.gates),
        remove_gates: beyond(&now.issue.gates, &new.gates),
        add_dependencies: ids(&wanted.dependencies, &now.dependencies)?,
        remove_dependencies: ids(&now.dependencies, &wanted.dependencies)?,
        state: None,
    })
}

/// Editors end the last line, whether or not it was ended before.
fn as_before(description: &str, before: &str) -> String {
    let text = if before.ends_with('\n') { description } else { description.trim_end_matches('\n') };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{id, tracker};
    use super::*;
    use crate::model::Priority;

    fn form(title: &str, labels: &[&str], on: &[&str]) -> Form {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let issue = NewIssue { title: title.to_owned(), labels: words(labels), ..NewIssue::default() };
        Form { issue, dependencies: words(on) }
    }

    fn never(_: &str, _: &str, _: &str) -> Option<String> {
        None
    }

    #[test]
    fn only_what_was_edited_is_taken_over() {
        let base = form("one", &["a", "b"], &["11111111", "22222222"]);
        let mut current = form("one", &["b", "c"], &["22222222", "33333333"]);
        current.issue.priority = Priority::High;
        let edited = form("uno", &["a", "d"], &["1111", "2222", "44444444"]);
        let (merged, clashes) = rebase(&base, &current, &edited, never);
        let mut expected = form("uno", &["c", "d"], &["22222222", "33333333", "44444444"]);
        expected.issue.priority = Priority::High;
        assert_eq!((merged, clashes), (expected, vec![]));
    }

    #[test]
    fn what_others_changed_too_is_named_and_is_as_edited() {
        let (base, current, mut edited) =
            (form("one", &[], &[]), form("eins", &[], &[]), form("uno", &[], &[]));
        edited.issue.context.insert("k".to_owned(), "v".to_owned());
        let (merged, clashes) = rebase(&base, &current, &edited, never);
        assert_eq!((merged, clashes), (edited, vec!["title".to_owned()]));
        let (merged, clashes) = rebase(&base, &current, &current, never);
        assert_eq!((merged, clashes), (current, vec![]));
    }

    #[test]
    fn descriptions_are_merged_where_that_can_be_told() {
        let text = |text: &str| {
            Form::of_new(NewIssue { description: text.to_owned(), ..NewIssue::default() }, BTreeSet::new())
        };
        let (base, current, edited) = (text("b"), text("c"), text("e"));
        let (merged, clashes) = rebase(&base, &current, &edited, |_, _, _| Some("m\n".to_owned()));
        assert_eq!((merged, clashes), (text("m"), vec![]));
        let (merged, clashes) = rebase(&base, &current, &edited, never);
        assert_eq!((merged, clashes), (edited.clone(), vec!["description".to_owned()]));
        assert_eq!(rebase(&base, &base, &edited, |_, _, _| Some("m\n".to_owned())).0, edited);
    }

    #[test]
    fn an_issue_as_it_is_needs_no_update() {
        let mut tracker = tracker(2, &[(1, 2)]);
        let issue = tracker.issues.get_mut(&id(1)).unwrap();
        issue.description = "no end".to_owned();
        let mut form = Form::of(issue);
        assert!(update(issue, &form).unwrap().is_empty());
        form.issue.description = "another\n".to_owned();
        form.dependencies = BTreeSet::from(["77b1".to_owned()]);
        let update = update(issue, &form).unwrap();
        assert_eq!(update.description.as_deref(), Some("another"));
        assert_eq!((update.add_dependencies.len(), update.remove_dependencies.len()), (1, 1));
    }
}
