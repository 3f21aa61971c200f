//! Taking a change back: what it did is merged, the other way round, into what is there now, so
//! that later edits stand. What cannot be taken back whole is not taken back at all.

use std::collections::BTreeSet;
use std::fmt;

use super::{ConflictPlace, Holds, Merged, Sides, difference, each_by_itself};
use crate::model::field::{self, Field, FieldText};
use crate::model::{FieldEdit, Tracker};

/// What stands in the way of taking a change back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// A field is not what the change had made it any more.
    Changed {
        /// What it is a field of.
        place: ConflictPlace,
        /// The field.
        field: String,
    },
    /// What the change had made was changed since.
    Edited(ConflictPlace),
    /// What the change had changed is not there any more.
    Gone(ConflictPlace),
    /// What the change had removed is there again.
    Back(ConflictPlace),
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { place, field } => write!(f, "{field} of {place} was changed since"),
            Self::Edited(place) => write!(f, "{place} was changed since it was made"),
            Self::Gone(place) => write!(f, "{place} was deleted since"),
            Self::Back(place) => write!(f, "{place} is there again"),
        }
    }
}

/// Takes back what turned `before` into `after`, from `now`: what there is to write on top of it.
/// Each has the registry, the settings and the issues that the change was about, as far as they
/// are there.
pub fn revert(before: &Tracker, after: &Tracker, now: &Tracker) -> Result<Merged, BTreeSet<Obstacle>> {
    let (before, after) = (&stamped_like(now, before), &stamped_like(now, after));
    let sides = Sides { base: after, upstream: now, local: before, project: [None, None] };
    // What does not fit then is a rule's to refuse, and nothing to be repaired.
    let mut reverted = each_by_itself(&sides, &Holds::new());
    remove_comments(before, after, &mut reverted);
    difference(now, &mut reverted);
    let places = field::places([before, after]);
    let mut obstacles: BTreeSet<Obstacle> = places
        .iter()
        .flat_map(|place| Check { before, after, now }.obstacles(place, &reverted.tracker))
        .collect();
    // Where it came or went, that says it all.
    let is_everywhere = |place: &ConflictPlace| [before, after, now].iter().all(|side| exists(side, place));
    let clashes = reverted.conflicts.iter().filter(|clash| is_everywhere(&clash.place));
    obstacles.extend(clashes.map(|clash| changed(&clash.place, &clash.conflict.field)));
    if obstacles.is_empty() { Ok(reverted) } else { Err(obstacles) }
}

/// `tracker` with issues that were changed last when those of `now` were: that they were changed
/// and changed back makes no difference.
fn stamped_like(now: &Tracker, tracker: &Tracker) -> Tracker {
    let mut stamped = tracker.clone();
    for (id, issue) in &mut stamped.issues {
        if let Some(now) = now.issues.get(id) {
            issue.updated = now.updated.clone();
        }
    }
    stamped
}

/// Merges never lose a comment; to take one back is to remove it.
fn remove_comments(before: &Tracker, after: &Tracker, reverted: &mut Merged) {
    for issue in reverted.tracker.issues.values_mut() {
        let ids = |tracker: &Tracker| -> BTreeSet<uuid::Uuid> {
            let issue = tracker.issues.get(&issue.id);
            issue.into_iter().flat_map(|issue| issue.comments.iter().map(|comment| comment.id)).collect()
        };
        let (had, made) = (ids(before), ids(after));
        issue.comments.retain(|comment| had.contains(&comment.id) || !made.contains(&comment.id));
    }
}

struct Check<'a> {
    before: &'a Tracker,
    after: &'a Tracker,
    now: &'a Tracker,
}

impl Check<'_> {
    /// What keeps `place` in `reverted` from being as it was before the change, but for what was
    /// changed since.
    fn obstacles(&self, place: &ConflictPlace, reverted: &Tracker) -> Vec<Obstacle> {
        let [was, made, is] = [self.before, self.after, self.now].map(|tracker| exists(tracker, place));
        let stays = exists(reverted, place);
        match (was, made, is) {
            (true, true, true) => self.fields(place, reverted),
            (true, true, false) if same(self.before, self.after, place) => Vec::new(),
            (true, true, false) => vec![Obstacle::Gone(place.clone())],
            (true, false, true) => vec![Obstacle::Back(place.clone())],
            (false, true, true) if stays => vec![Obstacle::Edited(place.clone())],
            _ => Vec::new(),
        }
    }

    fn fields(&self, place: &ConflictPlace, reverted: &Tracker) -> Vec<Obstacle> {
        let [is, becomes] = [self.now, reverted].map(|tracker| field::of(tracker, place));
        let changes = field::changes(&[self.before], self.after, place);
        let is_undone = |name: &str, edit: &FieldEdit| match edit {
            FieldEdit::Set { added, removed } => {
                let members = set(&becomes, name);
                added.is_disjoint(&members) && removed.is_subset(&members)
            }
            // What cannot be read is refused before it comes to this.
            FieldEdit::Unreadable { .. } => false,
            FieldEdit::Value { before, after } => {
                let [now, then] = [&is, &becomes].map(|fields| value(fields, name));
                // Lines that others wrote meanwhile stand; what cannot be told apart is a clash.
                let is_merged = now != after.as_deref() && name == "description";
                now == before.as_deref() || is_merged || then == before.as_deref()
            }
        };
        let failed = changes.iter().filter(|change| !is_undone(&change.field, &change.edit));
        let mut obstacles: Vec<Obstacle> = failed.map(|change| changed(place, &change.field)).collect();
        let is_meant = |name: &str| changes.iter().any(|change| change.field == name);
        let names: BTreeSet<&String> = is.iter().chain(&becomes).map(|(name, _)| name).collect();
        let others = names.into_iter().filter(|name| !is_meant(name) && !name.starts_with("conflicts."));
        let moved = others.filter(|name| field::find(&is, name) != field::find(&becomes, name));
        obstacles.extend(moved.map(|name| changed(place, name)));
        obstacles
    }
}

fn changed(place: &ConflictPlace, field: &str) -> Obstacle {
    Obstacle::Changed { place: place.clone(), field: field.to_owned() }
}

fn exists(tracker: &Tracker, place: &ConflictPlace) -> bool {
    match place {
        ConflictPlace::Issue(id) => tracker.issues.contains_key(id),
        ConflictPlace::Gate(key) => tracker.gates.contains_key(key),
        ConflictPlace::Template(name) => tracker.templates.contains_key(name),
        ConflictPlace::Settings => true,
    }
}

fn same(one: &Tracker, other: &Tracker, place: &ConflictPlace) -> bool {
    field::changes(&[one], other, place).is_empty()
}

fn set(fields: &[Field], name: &str) -> BTreeSet<String> {
    match field::find(fields, name) {
        Some(FieldText::Set(members)) => members.clone(),
        Some(FieldText::Value(_)) | None => BTreeSet::new(),
    }
}

fn value<'a>(fields: &'a [Field], name: &str) -> Option<&'a str> {
    match field::find(fields, name) {
        Some(FieldText::Value(text)) => Some(text),
        Some(FieldText::Set(_)) | None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::{at, id, tracker};
    use crate::model::{AgentId, Comment, Extra, Issue, State};

    fn edited(from: &Tracker, edit: impl Fn(&mut Issue)) -> Tracker {
        let mut tracker = from.clone();
        tracker.issues.values_mut().for_each(edit);
        tracker
    }

    fn obstacles(reverted: Result<Merged, BTreeSet<Obstacle>>) -> Vec<String> {
        reverted.unwrap_err().iter().map(ToString::to_string).collect()
    }

    fn only(reverted: Result<Merged, BTreeSet<Obstacle>>) -> Issue {
        reverted.unwrap().tracker.issues.remove(&id(1)).unwrap()
    }

    #[test]
    fn what_the_change_did_goes_and_later_edits_of_other_fields_stand() {
        let before = tracker(1, &[]);
        let after = edited(&before, |issue| {
            issue.title = "new".to_owned();
            issue.labels.insert("a".to_owned());
        });
        let now = edited(&after, |issue| {
            issue.state = State::Done;
            issue.labels.insert("b".to_owned());
        });
        let issue = only(revert(&before, &after, &now));
        assert_eq!((issue.title.as_str(), issue.state), ("Issue 1", State::Done));
        assert_eq!(issue.labels.into_iter().collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn a_field_that_was_changed_since_is_an_obstacle() {
        let before = tracker(1, &[]);
        let after = edited(&before, |issue| issue.state = State::Done);
        let now = edited(&before, |issue| issue.state = State::Rejected);
        assert_eq!(
            obstacles(revert(&before, &after, &now)),
            [format!("state of {} was changed since", id(1).short())]
        );
        let titled = edited(&before, |issue| issue.title = "one".to_owned());
        let again = edited(&before, |issue| issue.title = "two".to_owned());
        assert_eq!(obstacles(revert(&before, &titled, &again)).len(), 1);
    }

    #[test]
    fn lines_that_others_wrote_since_stand() {
        let before = edited(&tracker(1, &[]), |issue| issue.description = "1\n2\n3\n4\n5\n".to_owned());
        let after = edited(&before, |issue| issue.description = "1\ntwo\n3\n4\n5\n".to_owned());
        let now = edited(&before, |issue| issue.description = "1\ntwo\n3\n4\n5\n6\n".to_owned());
        assert_eq!(only(revert(&before, &after, &now)).description, "1\n2\n3\n4\n5\n6\n");
        let overlapping = edited(&before, |issue| issue.description = "1\nzwei\n3\n4\n5\n".to_owned());
        assert_eq!(obstacles(revert(&before, &after, &overlapping)).len(), 1);
    }

    #[test]
    fn comments_of_the_change_go_and_those_after_it_stay() {
        let comment = |n: u128| Comment {
            id: uuid::Uuid::from_u128(n),
            by: AgentId::human("ada"),
            at: at(1),
            body: n.to_string(),
            extra: Extra::new(),
        };
        let before = tracker(1, &[]);
        let after = edited(&before, |issue| issue.comments.push(comment(1)));
        let now = edited(&after, |issue| issue.comments.push(comment(2)));
        let left: Vec<String> =
            only(revert(&before, &after, &now)).comments.into_iter().map(|comment| comment.body).collect();
        assert_eq!(left, ["2"]);
    }

    #[test]
    fn what_was_made_goes_unless_it_was_changed_and_what_was_deleted_comes_back() {
        let (there, nothing) = (tracker(1, &[]), Tracker::default());
        let removed = revert(&nothing, &there, &there).unwrap();
        assert_eq!(removed.removed_issues, [id(1)]);
        let edited = edited(&there, |issue| issue.state = State::Done);
        let short = id(1).short();
        assert_eq!(
            obstacles(revert(&nothing, &there, &edited)),
            [format!("{short} was changed since it was made")]
        );
        assert_eq!(only(revert(&there, &nothing, &nothing)), there.issues[&id(1)]);
        assert_eq!(obstacles(revert(&there, &nothing, &edited)), [format!("{short} is there again")]);
        let touched = self::edited(&there, |issue| issue.updated.at = at(9));
        assert_eq!(revert(&nothing, &there, &touched).unwrap().removed_issues, [id(1)]);
        let done = self::edited(&there, |issue| issue.state = State::Done);
        assert_eq!(obstacles(revert(&there, &done, &nothing)), [format!("{short} was deleted since")]);
    }
}
