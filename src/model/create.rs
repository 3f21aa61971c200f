//! Making issues, one or a batch.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    AgentId, Draft, EventKind, GateKey, GateState, Issue, IssueId, Priority, Refusal, gate, graph, text,
};

/// What a new issue is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewIssue {
    /// One visible line.
    pub title: String,
    /// Any text.
    pub description: String,
    /// Free text; [`super::issue::DEFAULT_TYPE`] where absent.
    pub issue_type: Option<String>,
    /// How urgent.
    pub priority: Priority,
    /// Words that group issues.
    pub labels: BTreeSet<String>,
    /// Gates it must pass.
    pub gates: BTreeSet<GateKey>,
    /// Notes by key.
    pub context: BTreeMap<String, String>,
    /// Who is to do it.
    pub assignee: Option<AgentId>,
    /// Issues that must be finished first: in the tracker, or of the same batch.
    pub dependencies: BTreeSet<IssueId>,
}

/// One issue of a list.
#[derive(Clone, Debug, Default)]
pub struct BatchEntry {
    /// A name by which other entries depend on it.
    pub key: Option<String>,
    /// The issue, without its dependencies.
    pub issue: NewIssue,
    /// Keys of other entries, or ids of issues that exist.
    pub dependencies: Vec<String>,
}

/// Why a list was not understood.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// It is not a list of issues.
    #[error("{origin} is not a list of issues: {reason}")]
    Syntax {
        /// The file.
        origin: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An entry has a value that breaks the rules of its field.
    #[error("entry {entry}: {refusal}")]
    Entry {
        /// Counted from 1.
        entry: usize,
        /// The rule.
        refusal: Refusal,
    },
    /// Two entries have the same key.
    #[error("entries {first} and {second} have the same key {key:?}")]
    DuplicateKey {
        /// The key.
        key: String,
        /// Counted from 1.
        first: usize,
        /// Counted from 1.
        second: usize,
    },
    /// The dependencies of some entries go in a circle.
    #[error("{} would depend on itself: {}", path[0], path.join(" -> "))]
    Cycle {
        /// The keys of the entries on it, or their numbers; first and last the same.
        path: Vec<String>,
    },
    /// A dependency is neither a key nor an issue.
    #[error("entry {entry} depends on {on:?}, which is neither the key of an entry nor an issue")]
    UnknownDependency {
        /// Counted from 1.
        entry: usize,
        /// What it names.
        on: String,
    },
}

impl BatchError {
    /// The stable name of this failure, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "batch_syntax",
            Self::Entry { .. } => "batch_entry",
            Self::DuplicateKey { .. } => "batch_duplicate_key",
            Self::Cycle { .. } => "cycle",
            Self::UnknownDependency { .. } => "batch_unknown_dependency",
        }
    }
}

/// Creates all of `batch`, or nothing. Dependencies may name issues of the batch.
pub fn create(draft: &mut Draft, batch: Vec<(IssueId, NewIssue)>) -> Result<(), Refusal> {
    let mut ids = Vec::with_capacity(batch.len());
    for (id, new) in batch {
        ids.push(id);
        let issue = build(draft, id, new)?;
        draft.insert(issue);
    }
    for id in &ids {
        for on in draft.issue(*id)?.dependencies.clone() {
            draft.issue(on)?;
        }
    }
    // Only edges inside the batch can close a circle: nothing else points at new issues.
    if let Some(path) = graph::cycle_among(draft.tracker(), &ids.iter().copied().collect()) {
        return Err(Refusal::Cycle { path });
    }
    for id in ids {
        let issue = draft.issue(id)?.clone();
        draft.record(Some(id), EventKind::IssueCreated(Box::new(issue)));
    }
    Ok(())
}

/// Refuses what no tracker would take.
pub fn check(new: &NewIssue) -> Result<(), Refusal> {
    text::check_title(&new.title)?;
    text::check_all(&new.description, new.issue_type.as_deref(), &new.labels, &new.context)
}

fn build(draft: &mut Draft, id: IssueId, new: NewIssue) -> Result<Issue, Refusal> {
    check(&new)?;
    for key in &new.gates {
        gate::check_registered(draft.tracker(), key)?;
    }
    let mut issue = Issue::new(id, new.title, draft.stamp().clone());
    issue.description = new.description;
    if let Some(issue_type) = new.issue_type {
        issue.issue_type = issue_type;
    }
    issue.priority = new.priority;
    issue.labels = new.labels;
    issue.gates = new.gates.into_iter().map(|key| (key, GateState::default())).collect();
    issue.context = new.context;
    issue.assignee = new.assignee;
    issue.dependencies = new.dependencies;
    warn_unregistered(draft, issue.gates.keys());
    Ok(issue)
}

/// Warns of gates that the registry does not have.
pub fn warn_unregistered<'a>(draft: &mut Draft, keys: impl Iterator<Item = &'a GateKey>) {
    for key in keys {
        if !draft.tracker().gates.contains_key(key) {
            draft.warn(format!(
                "gate {key} is not in the registry and will be passed by hand; \
                 'jit registry add {key}' defines it"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{draft, events, gate as key, id, tracker};
    use super::*;

    fn new(title: &str, on: &[u128]) -> NewIssue {
        let dependencies = on.iter().map(|n| id(*n)).collect();
        NewIssue { title: title.to_owned(), dependencies, ..NewIssue::default() }
    }

    #[test]
    fn a_batch_may_depend_on_itself_in_any_order_and_on_what_exists() {
        let mut draft = draft(tracker(1, &[]));
        create(&mut draft, vec![(id(10), new("a", &[11])), (id(11), new("b", &[1]))]).unwrap();
        assert_eq!(events(draft), ["issue_created", "issue_created"]);
    }

    #[test]
    fn circles_and_missing_dependencies_are_refused() {
        let circle = vec![(id(10), new("a", &[11])), (id(11), new("b", &[10]))];
        assert_eq!(create(&mut draft(tracker(0, &[])), circle).unwrap_err().code(), "cycle");
        let missing = vec![(id(10), new("a", &[12]))];
        assert_eq!(create(&mut draft(tracker(0, &[])), missing).unwrap_err().code(), "issue_not_found");
    }

    #[test]
    fn unregistered_gates_warn_or_with_strict_gates_are_refused() {
        let gated = || NewIssue { gates: [key("scan")].into(), ..new("a", &[]) };
        let mut lenient = draft(tracker(0, &[]));
        create(&mut lenient, vec![(id(1), gated())]).unwrap();
        assert_eq!(lenient.finish().warnings.len(), 1);
        let mut tracker = tracker(0, &[]);
        tracker.settings.strict_gates = true;
        let refusal = create(&mut draft(tracker), vec![(id(1), gated())]).unwrap_err();
        assert_eq!(refusal.code(), "gate_not_registered");
    }
}
