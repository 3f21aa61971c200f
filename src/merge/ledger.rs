//! An account of every value that a clone accepted, and of what became of it.
//!
//! Whoever plays with clones tells it what each change wrote, and what merges said. In the
//! end every value must be there, superseded by one whose writer had seen it, or told of.

mod write;

use std::collections::BTreeSet;

pub(crate) use self::write::{What, between};
use self::write::{Write, current, exists, has, is_there};
use super::{ConflictPlace, Merged};
use crate::model::conflict::{DELETED, IS_DELETED, short_id};
use crate::model::{ClaimId, Conflict, EventKind, IssueId, NewEvent, Tracker};

/// Numbers of the writes that a clone knows of.
pub(crate) type Seen = BTreeSet<usize>;

/// All writes of all clones.
#[derive(Default)]
pub(crate) struct Ledger {
    writes: Vec<Write>,
    /// Place, field and value of everything that was put aside.
    aside: BTreeSet<(ConflictPlace, String, Option<String>)>,
    lost: BTreeSet<ClaimId>,
    losers: BTreeSet<(IssueId, String)>,
    settled: BTreeSet<IssueId>,
}

impl Ledger {
    /// Notes that a clone changed `before` to `after`, which knew `seen`, and had `base` when
    /// it last synced.
    pub(crate) fn wrote(&mut self, before: &Tracker, after: &Tracker, base: &Tracker, seen: &mut Seen) {
        for (place, what) in between(before, after) {
            let was = match &what {
                What::Value { field, .. } => current(base, &place, field),
                What::Member { field, member, .. } => Some(has(base, &place, field, member).to_string()),
                What::Deleted => None,
            };
            self.writes.push(Write { place, what, seen: seen.clone(), was });
            seen.insert(self.writes.len() - 1);
        }
    }

    /// Notes what a merge said; `seen` is what it knew.
    pub(super) fn merged(&mut self, merged: &Merged, seen: &mut Seen) {
        for recorded in &merged.conflicts {
            self.put_aside(recorded.place.clone(), &recorded.conflict, seen);
        }
        for lost in &merged.lost_claims {
            self.lost(lost.issue, lost.claim.id, lost.claim.by.to_string());
        }
        let settles = |event: &&NewEvent| {
            matches!(event.kind, EventKind::IssueStateChanged { .. } | EventKind::IssueCompleted { .. })
        };
        merged.events.iter().filter(settles).filter_map(|event| event.issue).for_each(|id| self.settled(id));
    }

    /// Notes that a merge, which knew `seen`, recorded a conflict: until somebody settles it,
    /// it must stay.
    pub(crate) fn put_aside(&mut self, place: ConflictPlace, conflict: &Conflict, seen: &mut Seen) {
        self.aside.insert((place.clone(), conflict.field.clone(), conflict.local.clone()));
        let (field, member) = ("conflicts", short_id(conflict));
        let what = What::Member { field, member, added: true };
        self.writes.push(Write { place, what, seen: seen.clone(), was: Some(false.to_string()) });
        seen.insert(self.writes.len() - 1);
    }

    /// Notes that a claim was told to be lost.
    pub(crate) fn lost(&mut self, issue: IssueId, claim: ClaimId, holder: String) {
        self.lost.insert(claim);
        self.losers.insert((issue, holder));
    }

    /// Notes that a merge said that it changed the state of an issue.
    pub(crate) fn settled(&mut self, issue: IssueId) {
        self.settled.insert(issue);
    }

    /// The writes that `tracker` does not have and nothing tells of.
    pub(crate) fn unaccounted(&self, tracker: &Tracker) -> Vec<String> {
        let missing = self.writes.iter().enumerate().filter(|(n, write)| !self.accounts(*n, write, tracker));
        missing.map(|(n, write)| format!("{n}: {:?} {:?}", write.place, write.what)).collect()
    }

    fn accounts(&self, n: usize, write: &Write, tracker: &Tracker) -> bool {
        match &write.what {
            // An edit by somebody who did not know of the deletion brought it back.
            What::Deleted => !exists(tracker, &write.place) || self.came_back(&write.place),
            // Whoever deletes an issue deletes all they know of it.
            _ if self.is_return(write) => true,
            _ if self.is_deleted(n, write, tracker) => true,
            _ if self.twins(n, write).any(|(n, twin)| self.is_deleted(n, twin, tracker)) => true,
            What::Value { field, value, claim } => {
                let now = current(tracker, &write.place, field);
                let is_aside = self.aside.contains(&(write.place.clone(), field.clone(), value.clone()));
                let is_lost = claim.is_some_and(|claim| self.lost.contains(&claim));
                is_there(field, value.as_deref(), now.as_deref())
                    || is_aside
                    || is_lost
                    || self.is_superseded(n, write, field)
                    || self.twins(n, write).any(|(n, twin)| self.is_superseded(n, twin, field))
                    || (field == "assignee" && self.is_loser(write, value.as_ref()))
                    // Nobody is assigned because of a release, which the state tells.
                    || (field == "assignee" && value.is_none())
                    || (field == "state" && self.is_settled(write, value.as_deref(), now.as_deref()))
                    || (field.starts_with("description") && self.is_line_aside(write, value.as_deref()))
            }
            What::Member { field, member, added } => {
                let aside = (write.place.clone(), (*field).to_owned(), Some(member.clone()));
                has(tracker, &write.place, field, member) == *added
                    || self.aside.contains(&aside)
                    || self.is_restored(field, member, *added)
                    || self.is_undone(write, field, member, *added)
            }
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
            What::Deleted => false,
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

    /// Writes of the same value to the same field, by a claim or without one: they merge to one.
    fn twins<'a>(&'a self, n: usize, write: &'a Write) -> impl Iterator<Item = (usize, &'a Write)> {
        let same = |one: &What, other: &What| match (one, other) {
            (What::Value { field, value, .. }, What::Value { field: too, value: also, .. }) => {
                field == too && value == also
            }
            _ => one == other,
        };
        self.others(write).filter(move |(other, twin)| *other != n && same(&twin.what, &write.what))
    }

    fn is_loser(&self, write: &Write, name: Option<&String>) -> bool {
        let loser = write.place.issue().zip(name.cloned());
        loser.is_some_and(|loser| self.losers.contains(&loser))
    }

    /// Whether somebody who knew of it deleted the whole. An issue that is there all the same
    /// was brought back with all that was known of it.
    fn is_deleted(&self, n: usize, write: &Write, tracker: &Tracker) -> bool {
        let is_back = matches!(write.place, ConflictPlace::Issue(_)) && exists(tracker, &write.place);
        !is_back
            && self.others(write).any(|(_, other)| other.what == What::Deleted && other.seen.contains(&n))
    }

    /// Whether it was recorded that something stays although it was deleted.
    fn came_back(&self, place: &ConflictPlace) -> bool {
        self.aside.contains(&(place.clone(), DELETED.to_owned(), Some(IS_DELETED.to_owned())))
    }

    /// Whether an issue lost a dependency with an issue that came back.
    fn is_restored(&self, field: &str, on: &str, added: bool) -> bool {
        let back = on.parse().is_ok_and(|on| self.came_back(&ConflictPlace::Issue(on)));
        field == "dependencies" && !added && back
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
            What::Deleted => false,
        })
    }
}
