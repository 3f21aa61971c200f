//! An account of every value that a clone accepted, and of what became of it.

use std::collections::BTreeSet;

use super::{ConflictPlace, Merged};
use crate::model::event::FieldValue;
use crate::model::{ClaimId, EventKind, GateKey, Issue, IssueId, NewEvent, Tracker};

/// Numbers of the writes that a clone knows of.
pub(super) type Seen = BTreeSet<usize>;

/// All writes of all clones.
#[derive(Default)]
pub(super) struct Ledger {
    writes: Vec<Write>,
    /// Place, field and value of everything that was put aside.
    aside: BTreeSet<(ConflictPlace, String, Option<String>)>,
    lost: BTreeSet<ClaimId>,
    losers: BTreeSet<(IssueId, String)>,
    settled: BTreeSet<IssueId>,
}

struct Write {
    place: ConflictPlace,
    what: What,
    /// What the clone knew that wrote this.
    seen: Seen,
    /// What the field was when the clone last synced.
    was: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    /// A field got a value.
    Value {
        field: String,
        value: Option<String>,
        claim: Option<ClaimId>,
    },
    /// A set got a member, or lost it.
    Member {
        field: &'static str,
        member: String,
        added: bool,
    },
    Comment(uuid::Uuid),
    Deleted,
}

impl Ledger {
    /// Notes what a clone did that knew `seen`, and had `base` when it last synced.
    pub(super) fn wrote(&mut self, events: &[NewEvent], base: &Tracker, seen: &mut Seen) {
        for event in events {
            let place = match (&event.issue, &event.kind) {
                (Some(id), _) => ConflictPlace::Issue(*id),
                (None, EventKind::GateDefined { key, .. }) => ConflictPlace::Gate(key.clone()),
                (None, _) => ConflictPlace::Settings,
            };
            for what in whats(&event.kind) {
                let was = before(base, &place, &what);
                self.writes.push(Write { place: place.clone(), what, seen: seen.clone(), was });
                seen.insert(self.writes.len() - 1);
            }
        }
    }

    /// Notes what a merge said.
    pub(super) fn merged(&mut self, merged: &Merged) {
        let aside = merged.conflicts.iter().map(|recorded| {
            (recorded.place.clone(), recorded.conflict.field.clone(), recorded.conflict.local.clone())
        });
        self.aside.extend(aside);
        self.lost.extend(merged.lost_claims.iter().map(|lost| lost.claim.id));
        let losers = merged.lost_claims.iter().map(|lost| (lost.issue, lost.claim.by.to_string()));
        self.losers.extend(losers);
        let settles = |event: &&NewEvent| {
            matches!(event.kind, EventKind::IssueStateChanged { .. } | EventKind::IssueCompleted { .. })
        };
        self.settled.extend(merged.events.iter().filter(settles).filter_map(|event| event.issue));
    }

    /// The writes that `tracker` does not have and nothing tells of.
    pub(super) fn unaccounted(&self, tracker: &Tracker) -> Vec<String> {
        let missing = self.writes.iter().enumerate().filter(|(n, write)| !self.accounts(*n, write, tracker));
        missing.map(|(n, write)| format!("{n}: {:?} {:?}", write.place, write.what)).collect()
    }

    fn accounts(&self, n: usize, write: &Write, tracker: &Tracker) -> bool {
        let issue = write.place.issue().map(|id| tracker.issues.get(&id));
        match (&write.what, issue) {
            (What::Deleted, Some(None)) => true,
            // An edit by somebody who did not know of the deletion brought it back.
            (What::Deleted, _) => self.others(write).any(|other| !write.seen.contains(&other.0)),
            // Whoever deletes an issue deletes all they know of it.
            _ if self.is_return(write) || self.is_deleted(n, write) => true,
            _ if self.twins(n, write).any(|(n, twin)| self.is_deleted(n, twin)) => true,
            (What::Comment(id), Some(Some(issue))) => issue.comments.iter().any(|comment| comment.id == *id),
            (What::Value { field, value, claim }, issue) => {
                let now = current(tracker, &write.place, issue.flatten(), field);
                let is_aside = self.aside.contains(&(write.place.clone(), field.clone(), value.clone()));
                let is_lost = claim.is_some_and(|claim| self.lost.contains(&claim));
                is_there(field, value.as_deref(), now.as_deref())
                    || is_aside
                    || is_lost
                    || self.is_superseded(n, write, field)
                    || self.twins(n, write).any(|(n, twin)| self.is_superseded(n, twin, field))
                    || (field.starts_with("context.") && value.is_none() && self.is_set_meanwhile(write, field))
                    || (field == "assignee" && self.is_loser(write, value.as_ref()))
                    // Nobody is assigned because of a release, which the state tells.
                    || (field == "assignee" && value.is_none())
                    || (field == "state" && self.is_settled(write, value.as_deref(), now.as_deref()))
                    || (field.starts_with("description") && self.is_line_aside(write, value.as_deref()))
            }
            (What::Member { field, member, added }, issue) => {
                let is_there = issue.flatten().is_some_and(|issue| has(issue, field, member));
                let aside = (write.place.clone(), (*field).to_owned(), Some(member.clone()));
                is_there == *added
                    || self.aside.contains(&aside)
                    || self.is_undone(write, field, member, *added)
            }
            (What::Comment(_), _) => false,
        }
    }

    fn others<'a>(&'a self, write: &'a Write) -> impl Iterator<Item = (usize, &'a Write)> {
        self.writes.iter().enumerate().filter(|(_, other)| other.place == write.place)
    }

    /// Whether it made the field what it was when its clone, or another that wrote the same
    /// field meanwhile, had synced before: to that clone nothing changed.
    fn is_return(&self, write: &Write) -> bool {
        let returns_to = |was: &Option<String>| match &write.what {
            What::Value { field, value, .. } => is_there(field, value.as_deref(), was.as_deref()),
            What::Member { added, .. } => *was == Some(added.to_string()),
            What::Comment(_) | What::Deleted => false,
        };
        let same_field = |other: &Write| match (&write.what, &other.what) {
            (What::Value { field, .. }, What::Value { field: other, .. }) => field == other,
            (What::Member { field, member, .. }, What::Member { field: other, member: subject, .. }) => {
                field == other && member == subject
            }
            _ => false,
        };
        returns_to(&write.was)
            || self.others(write).any(|(other, kind)| {
                !write.seen.contains(&other) && same_field(kind) && returns_to(&kind.was)
            })
    }

    /// Writes of the same value to the same field: they merge to one.
    fn twins<'a>(&'a self, n: usize, write: &'a Write) -> impl Iterator<Item = (usize, &'a Write)> {
        self.others(write).filter(move |(other, twin)| *other != n && twin.what == write.what)
    }

    /// An edit beats a removal.
    fn is_set_meanwhile(&self, write: &Write, name: &str) -> bool {
        self.others(write).any(|(n, other)| {
            matches!(&other.what, What::Value { field, value: Some(_), .. } if field == name)
                && !write.seen.contains(&n)
        })
    }

    fn is_loser(&self, write: &Write, name: Option<&String>) -> bool {
        let loser = write.place.issue().zip(name.cloned());
        loser.is_some_and(|loser| self.losers.contains(&loser))
    }

    fn is_deleted(&self, n: usize, write: &Write) -> bool {
        self.others(write).any(|(_, other)| other.what == What::Deleted && other.seen.contains(&n))
    }

    /// Whether somebody who knew of it wrote the same field.
    fn is_superseded(&self, n: usize, write: &Write, name: &str) -> bool {
        self.others(write).any(|(_, other)| match &other.what {
            What::Value { field, .. } => field == name && other.seen.contains(&n),
            What::Member { field: "gates", member, added: false } => {
                name == format!("gates.{member}") && other.seen.contains(&n)
            }
            _ => false,
        })
    }

    /// Whether the rules of states explain what became of it: gated work that is done, a
    /// merge that found gates passed or missing, a hold that ended after another began.
    fn is_settled(&self, write: &Write, value: Option<&str>, now: Option<&str>) -> bool {
        match value {
            Some("gated") => now == Some("done") || self.said_done(write),
            Some("done") => write.place.issue().is_some_and(|id| self.settled.contains(&id)),
            Some("open") => self.others(write).any(|(other, kind)| {
                matches!(kind.what, What::Value { claim: Some(_), .. }) && !write.seen.contains(&other)
            }),
            _ => false,
        }
    }

    fn said_done(&self, write: &Write) -> bool {
        self.others(write).any(|(other, kind)| {
            matches!(&kind.what, What::Value { field, value: Some(value), .. } if field == "state" && value == "done")
                && !write.seen.contains(&other)
        })
    }

    fn is_line_aside(&self, write: &Write, text: Option<&str>) -> bool {
        let line = text.unwrap_or_default();
        self.aside.iter().any(|(place, field, value)| {
            *place == write.place
                && field == "description"
                && value.as_deref().unwrap_or_default().contains(line)
        })
    }

    /// Whether somebody did the contrary without having been undone by it.
    fn is_undone(&self, write: &Write, name: &str, subject: &str, is_added: bool) -> bool {
        self.others(write).any(|(n, other)| match &other.what {
            What::Member { field, member, added } => {
                *field == name && member == subject && *added != is_added && !write.seen.contains(&n)
            }
            // A report keeps the gate it is about.
            What::Value { field, .. } => {
                name == "gates"
                    && !is_added
                    && *field == format!("gates.{subject}")
                    && !write.seen.contains(&n)
            }
            _ => false,
        })
    }
}

/// The field in `base`; members of sets are "true" and "false".
fn before(base: &Tracker, place: &ConflictPlace, what: &What) -> Option<String> {
    let issue = place.issue().and_then(|id| base.issues.get(&id));
    match what {
        What::Value { field, .. } => current(base, place, issue, field),
        What::Member { field, member, .. } => {
            Some(issue.is_some_and(|issue| has(issue, field, member)).to_string())
        }
        What::Comment(_) | What::Deleted => None,
    }
}

/// The line of a description that a step wrote is what counts of it.
fn is_there(field: &str, value: Option<&str>, now: Option<&str>) -> bool {
    let contains = || now.unwrap_or_default().contains(value.unwrap_or_default());
    value == now || (field.starts_with("description") && contains())
}

fn current(tracker: &Tracker, place: &ConflictPlace, issue: Option<&Issue>, field: &str) -> Option<String> {
    match (place, issue) {
        (ConflictPlace::Gate(key), _) => tracker.gates.get(key)?.title.clone(),
        (ConflictPlace::Settings, _) => {
            Some(tracker.settings.get(crate::model::settings::SettingKey::parse(field).ok()?))
        }
        (ConflictPlace::Issue(_), None) => None,
        (ConflictPlace::Issue(_), Some(issue)) => match field {
            "title" => Some(issue.title.clone()),
            "priority" => Some(issue.priority.to_string()),
            "assignee" => issue.assignee.as_ref().map(ToString::to_string),
            "state" => Some(issue.state.to_string()),
            other => match other.split_once('.')? {
                ("description", _) => Some(issue.description.clone()),
                ("context", key) => issue.context.get(key).cloned(),
                ("gates", key) => Some(issue.gates.get(key)?.status.as_str().to_owned()),
                _ => None,
            },
        },
    }
}

fn has(issue: &Issue, field: &str, member: &str) -> bool {
    match field {
        "labels" => issue.labels.contains(member),
        "gates" => issue.gates.contains_key(member),
        _ => issue.dependencies.iter().any(|on| on.to_string() == member),
    }
}

fn whats(kind: &EventKind) -> Vec<What> {
    let value =
        |field: &str, value: Option<String>| What::Value { field: field.to_owned(), value, claim: None };
    let state = |state: &str| value("state", Some(state.to_owned()));
    let member = |field, member: String, added| What::Member { field, member, added };
    let gate = |key: &GateKey, status: &str| value(&format!("gates.{key}"), Some(status.to_owned()));
    vec![match kind {
        EventKind::IssueCreated(issue) => value("title", Some(issue.title.clone())),
        EventKind::IssueUpdated(fields) => return fields.iter().map(updated).collect(),
        EventKind::IssueStateChanged { to, .. } => state(to.as_str()),
        EventKind::IssueClaimed { claim, assignee, .. } => {
            let claimed = |field: &str, value: &str| What::Value {
                field: field.to_owned(),
                value: Some(value.to_owned()),
                claim: Some(*claim),
            };
            return vec![claimed("state", "in_progress"), claimed("assignee", assignee.as_str())];
        }
        EventKind::IssueReleased { .. } => return vec![state("open"), value("assignee", None)],
        EventKind::IssueCompleted { .. } => state("done"),
        EventKind::IssueRejected { .. } => state("rejected"),
        EventKind::IssueDeleted { .. } => What::Deleted,
        EventKind::DependencyAdded { on } => member("dependencies", on.to_string(), true),
        EventKind::DependencyRemoved { on } => member("dependencies", on.to_string(), false),
        EventKind::GateAdded { key } => member("gates", key.to_string(), true),
        EventKind::GateRemoved { key } => member("gates", key.to_string(), false),
        EventKind::GatePassed { key } => gate(key, "passed"),
        EventKind::GateFailed { key, .. } => gate(key, "failed"),
        EventKind::GateDefined { definition, .. } => value("title", definition.title.clone()),
        EventKind::CommentAdded { comment, .. } => What::Comment(*comment),
        EventKind::ContextSet { key, value: set } => value(&format!("context.{key}"), set.clone()),
        EventKind::LabelAdded { label } => member("labels", label.clone(), true),
        EventKind::LabelRemoved { label } => member("labels", label.clone(), false),
        EventKind::ConfigChanged { key, value: set } => value(key, Some(set.clone())),
        _ => return Vec::new(),
    }]
}

/// Each edit of a description writes one line of its own, and the newest is the greatest.
fn line_written(text: &str) -> What {
    let written = text.lines().enumerate().max_by_key(|(_, line)| *line);
    let field = format!("description.{}", written.map_or(0, |(index, _)| index));
    What::Value { field, value: written.map(|(_, line)| line.to_owned()), claim: None }
}

fn updated(field: &FieldValue) -> What {
    let value = match field {
        FieldValue::Title(text) | FieldValue::Type(text) => Some(text.clone()),
        FieldValue::Description(text) => return line_written(text),
        FieldValue::Priority(priority) => Some(priority.to_string()),
        FieldValue::Assignee(assignee) => assignee.as_ref().map(ToString::to_string),
    };
    What::Value { field: field.name().to_owned(), value, claim: None }
}
