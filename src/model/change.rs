//! A draft of the tracker, and the change that storing it makes.

use std::collections::BTreeSet;

use super::event::{self, EventKind, NewEvent};
use super::template::{Template, TemplateName};
use super::upstream::Upstream;
use super::{AgentId, GateDefinition, GateKey, Issue, IssueId, Refusal, Settings, Timestamp, Tracker};

/// Who, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Who acts.
    pub by: AgentId,
    /// When.
    pub at: Timestamp,
}

/// A tracker being changed by one mutation. Decisions edit it and record events; nothing
/// is stored until all of them agreed.
#[derive(Debug)]
pub struct Draft {
    tracker: Tracker,
    stamp: Stamp,
    touched: BTreeSet<IssueId>,
    removed: BTreeSet<IssueId>,
    gates: BTreeSet<GateKey>,
    templates: BTreeSet<TemplateName>,
    settings: bool,
    events: Vec<NewEvent>,
    warnings: Vec<String>,
    upstream: Upstream,
}

/// What one mutation stores: the files to write and remove, and the events that say why.
#[derive(Debug, PartialEq)]
pub struct Change {
    /// Who and when.
    pub stamp: Stamp,
    /// Issues to write.
    pub issues: Vec<Issue>,
    /// Issues to remove.
    pub removed_issues: Vec<IssueId>,
    /// Gate definitions to write (`Some`) and remove (`None`).
    pub gates: Vec<(GateKey, Option<GateDefinition>)>,
    /// Templates to write (`Some`) and remove (`None`).
    pub templates: Vec<(TemplateName, Option<Template>)>,
    /// Settings to write.
    pub settings: Option<Settings>,
    /// What happened, in order; never empty.
    pub events: Vec<NewEvent>,
}

impl Draft {
    /// Starts from `tracker`; `stamp` signs everything this draft does.
    pub fn new(mut tracker: Tracker, stamp: Stamp) -> Self {
        tracker.as_of = stamp.at;
        Self {
            tracker,
            stamp,
            touched: BTreeSet::new(),
            removed: BTreeSet::new(),
            gates: BTreeSet::new(),
            templates: BTreeSet::new(),
            settings: false,
            events: Vec::new(),
            warnings: Vec::new(),
            upstream: Upstream::default(),
        }
    }

    /// Whether `from` may depend on `on`, directly or through others, or is the same. Where it
    /// says no, that is so.
    pub(super) fn may_lead_to(&mut self, from: IssueId, on: IssueId) -> bool {
        self.upstream.may_lead_to(&self.tracker, from, on)
    }

    /// Makes issue `id` depend on `on`; the caller looks out for circles.
    pub(super) fn add_dependency(&mut self, id: IssueId, on: IssueId) -> Result<(), Refusal> {
        self.edit(id)?.dependencies.insert(on);
        self.upstream.grown(id);
        Ok(())
    }

    /// The tracker with all edits so far.
    pub fn tracker(&self) -> &Tracker {
        &self.tracker
    }

    /// Who acts, and when.
    pub fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// An issue, with all edits so far.
    pub fn issue(&self, id: IssueId) -> Result<&Issue, Refusal> {
        self.tracker.issue(id)
    }

    /// An issue, to change it. It will be stored with this draft's stamp.
    pub fn edit(&mut self, id: IssueId) -> Result<&mut Issue, Refusal> {
        self.tracker.issue(id)?;
        self.touched.insert(id);
        let issue = self.tracker.issues.get_mut(&id).expect("it was found above");
        issue.updated = self.stamp.clone();
        Ok(issue)
    }

    /// Adds a new issue.
    pub fn insert(&mut self, issue: Issue) {
        self.touched.insert(issue.id);
        self.removed.remove(&issue.id);
        self.upstream.grown(issue.id);
        self.tracker.issues.insert(issue.id, issue);
    }

    /// Removes an issue; the caller removes the edges to it.
    pub fn remove(&mut self, id: IssueId) {
        self.touched.remove(&id);
        self.removed.insert(id);
        self.tracker.issues.remove(&id);
    }

    /// Writes a gate definition.
    pub fn put_gate(&mut self, key: GateKey, definition: GateDefinition) {
        self.gates.insert(key.clone());
        self.tracker.gates.insert(key, definition);
    }

    /// Removes a gate definition.
    pub fn remove_gate(&mut self, key: &GateKey) {
        self.gates.insert(key.clone());
        self.tracker.gates.remove(key);
    }

    /// Writes a template.
    pub fn put_template(&mut self, name: TemplateName, template: Template) {
        self.templates.insert(name.clone());
        self.tracker.templates.insert(name, template);
    }

    /// Removes a template.
    pub fn remove_template(&mut self, name: &TemplateName) {
        self.templates.insert(name.clone());
        self.tracker.templates.remove(name);
    }

    /// Writes the settings.
    pub fn put_settings(&mut self, settings: Settings) {
        self.settings = true;
        self.tracker.settings = settings;
    }

    /// Says what happened, to an issue or to the project.
    pub fn record(&mut self, issue: Option<IssueId>, kind: EventKind) {
        self.events.push(NewEvent { issue, kind });
    }

    /// Says what happened to the project, before all else that this draft says.
    pub fn record_first(&mut self, kind: EventKind) {
        self.events.insert(0, NewEvent { issue: None, kind });
    }

    /// Leaves a word for the person who asked: accepted, but perhaps not what they meant.
    pub fn warn(&mut self, warning: String) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// How many issues this draft creates, changes or removes.
    pub fn issue_count(&self) -> usize {
        self.touched.len() + self.removed.len()
    }

    /// Replaces the events by one where more than [`event::MAX_ISSUES`] issues changed: the
    /// files' own history has the details.
    pub fn summarize(&mut self, kind: &'static str, source: &str) {
        let count = self.issue_count();
        if count > event::MAX_ISSUES {
            let summary = EventKind::Summary { kind, count, source: source.to_owned() };
            self.events = vec![NewEvent { issue: None, kind: summary }];
        }
    }

    /// Ends the draft. No change if no event was recorded: then the tracker already was as
    /// asked.
    pub fn finish(mut self) -> Finished {
        let issues = self.touched.iter().filter_map(|id| self.tracker.issues.get(id)).cloned().collect();
        let gates = std::mem::take(&mut self.gates);
        let gates = gates.into_iter().map(|key| {
            let definition = self.tracker.gates.get(&key).cloned();
            (key, definition)
        });
        let templates = std::mem::take(&mut self.templates).into_iter();
        let templates = templates.map(|name| {
            let template = self.tracker.templates.get(&name).cloned();
            (name, template)
        });
        let change = Change {
            stamp: self.stamp,
            issues,
            removed_issues: self.removed.into_iter().collect(),
            gates: gates.collect(),
            templates: templates.collect(),
            settings: self.settings.then(|| self.tracker.settings.clone()),
            events: self.events,
        };
        Finished {
            change: (!change.events.is_empty()).then_some(change),
            tracker: self.tracker,
            warnings: self.warnings,
        }
    }
}

/// A draft that ended.
#[derive(Debug)]
pub struct Finished {
    /// What to store, if anything changed.
    pub change: Option<Change>,
    /// The tracker after the change.
    pub tracker: Tracker,
    /// Words for the person who asked.
    pub warnings: Vec<String>,
}
