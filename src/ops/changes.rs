//! What commits changed, field by field.

use std::collections::BTreeSet;

use super::event::known_issue;
use super::{CommandExecutor, Error, Moment};
use crate::model::{
    ConflictPlace, Damage, FieldChange, FieldEdit, IdPrefix, IssueId, Timestamp, Tracker, field,
};
use crate::store::{self, CommitId, EventFilter, Lineage, LoggedEvent, Repo, Scope, Snapshot};

/// How one state of a tracker differs from another.
#[derive(Debug)]
pub struct Compared {
    /// What it is compared with; none where that is nothing at all.
    pub from: Option<CommitId>,
    /// What is compared.
    pub to: CommitId,
    /// Who made the commit, and when, where it is one that is looked at.
    pub by: Option<(String, Timestamp)>,
    /// What differs: issues by id, then gates, then the settings.
    pub changes: Vec<FieldChange>,
}

impl CommandExecutor {
    /// Like [`Self::log`], with what the commit of each event changed of the issue that the event
    /// is about; or else of everything that no other of its events is about.
    pub fn log_changes(
        &self,
        filter: &EventFilter,
        limit: Option<usize>,
        mut visit: impl FnMut(LoggedEvent, Vec<FieldChange>) -> bool,
    ) -> Result<CommitId, Error> {
        let repo = self.storage.open()?;
        let mut commits = Commits::new(&repo)?;
        let mut failure = None;
        let at = self.log(filter, limit, |event| match commits.of_event(&event) {
            Ok(changes) => visit(event, changes),
            Err(error) => {
                failure = Some(error);
                false
            }
        })?;
        failure.map_or(Ok(at), Err)
    }

    /// What the last change of an issue did, which may have been to delete it.
    pub fn last_change(&self, prefix: &IdPrefix) -> Result<Compared, Error> {
        let repo = self.storage.open()?;
        let snapshot = self.snapshot(&repo)?;
        let id = known_issue(&snapshot, prefix)?;
        let lineage = Lineage::new(&repo)?;
        let mut to = snapshot.commit();
        loop {
            let step = lineage.step(to)?;
            let (maker, parents) = (step.maker(), step.parents.ok_or_else(|| cut_off(id))?);
            let Some(parent) = lineage.unchanged_in(&parents, to, id)? else {
                let changes = compare(&repo, &parents, to, Some(id))?;
                return Ok(Compared { from: parents.first().copied(), to, by: Some(maker), changes });
            };
            to = parent;
        }
    }

    /// What differs between two moments, of one issue or of everything.
    pub fn diff(&self, from: &Moment, to: &Moment, issue: Option<&IdPrefix>) -> Result<Compared, Error> {
        let mut repo = self.storage.open()?;
        if issue.is_none() {
            repo.prepare_bulk_read();
        }
        let (from, to) = (from.commit(&repo)?, to.commit(&repo)?);
        let only = issue.map(|prefix| known_in(&repo, [to, from], prefix)).transpose()?;
        let changes = compare(&repo, &[from], to, only)?;
        Ok(Compared { from: Some(from), to, by: None, changes })
    }
}

/// The issue that `prefix` names at the first of `commits`, or else at the other.
fn known_in(repo: &Repo, commits: [CommitId; 2], prefix: &IdPrefix) -> Result<IssueId, Error> {
    let [first, other] = commits.map(|commit| Snapshot::at(repo, commit).map_err(Error::from));
    let found = first.and_then(|snapshot| known_issue(&snapshot, prefix));
    found.or_else(|error| other.and_then(|snapshot| known_issue(&snapshot, prefix)).map_err(|_| error))
}

/// That the history of an issue goes on where this clone has none.
pub(super) fn cut_off(id: IssueId) -> Error {
    let reason = "this clone is shallow, and that is not in its history".to_owned();
    store::Error::NoSuchMoment { moment: format!("the last change of {}", id.short()), reason }.into()
}

/// What commits changed; the one asked for last is remembered.
struct Commits<'r> {
    repo: &'r Repo,
    lineage: Lineage<'r>,
    last: Option<CommitChanges>,
}

struct CommitChanges {
    commit: CommitId,
    changes: Vec<FieldChange>,
    /// The issues that events of the commit are about.
    named: BTreeSet<IssueId>,
}

impl<'r> Commits<'r> {
    fn new(repo: &'r Repo) -> Result<Self, Error> {
        Ok(Self { repo, lineage: Lineage::new(repo)?, last: None })
    }

    fn of_event(&mut self, event: &LoggedEvent) -> Result<Vec<FieldChange>, Error> {
        let last = match self.last.take() {
            Some(last) if last.commit == event.commit => last,
            _ => self.read(event.commit)?,
        };
        let last = self.last.insert(last);
        let is_meant = |place: &ConflictPlace| match (place.issue(), event.issue_id) {
            (of, Some(id)) => of == Some(id),
            (Some(of), None) => !last.named.contains(&of),
            (None, None) => true,
        };
        Ok(last.changes.iter().filter(|change| is_meant(&change.place)).cloned().collect())
    }

    fn read(&self, commit: CommitId) -> Result<CommitChanges, Error> {
        let step = self.lineage.step(commit)?;
        let named = step.events.iter().filter_map(|event| event.issue_id).collect();
        let changes = match step.parents {
            Some(parents) => compare(self.repo, &parents, commit, None)?,
            // What it builds on is not in this clone.
            None => Vec::new(),
        };
        Ok(CommitChanges { commit, changes, named })
    }
}

/// What `after` has otherwise than each of `befores`, of the issue `only` or of everything.
fn compare(
    repo: &Repo,
    befores: &[CommitId],
    after: CommitId,
    only: Option<IssueId>,
) -> Result<Vec<FieldChange>, Error> {
    let after = Snapshot::at(repo, after)?;
    let befores = befores.iter().map(|commit| Snapshot::at(repo, *commit)).collect::<Result<Vec<_>, _>>()?;
    let mut changed = match befores.first() {
        Some(first) => first.changed_issues(&after),
        None => after.issue_ids(),
    };
    for other in befores.iter().skip(1) {
        let differs = other.changed_issues(&after);
        changed.retain(|id| differs.contains(id));
    }
    changed.retain(|id| only.is_none_or(|only| only == *id));
    let scope = Scope::Exactly(changed.iter().copied().collect());
    let after = after.load(&scope);
    let befores: Vec<Tracker> = befores.iter().map(|before| before.load(&scope)).collect();
    let befores: Vec<&Tracker> = befores.iter().collect();
    let mut places = field::places(befores.iter().copied().chain([&after]));
    // Nothing has the fields of what could be read neither before nor after.
    let known = |id: &IssueId| places.contains(&ConflictPlace::Issue(*id));
    let hidden: Vec<IssueId> = changed.into_iter().filter(|id| !known(id)).collect();
    places.extend(hidden.into_iter().map(ConflictPlace::Issue));
    places.retain(|place| only.is_none_or(|only| place.issue() == Some(only)));
    let change = |place| match unreadable(&befores, &after, place) {
        Some(change) => vec![change],
        None => field::changes(&befores, &after, place),
    };
    Ok(places.iter().flat_map(change).collect())
}

/// That `place` cannot be read in one of the trackers, and so not be compared.
fn unreadable(befores: &[&Tracker], after: &Tracker, place: &ConflictPlace) -> Option<FieldChange> {
    let path = Snapshot::path_of(place)?;
    let reason = |tracker: &Tracker| {
        let is_it =
            |damage: &&Damage| damage.path == path || place.issue().is_some_and(|id| damage.hides(id));
        tracker.damaged.iter().find(is_it).map(|damage| damage.reason.clone())
    };
    let before: Vec<Option<String>> = befores.iter().map(|tracker| reason(tracker)).collect();
    let after = reason(after);
    // Of issues only those are here whose files differ.
    let is_changed = match &after {
        Some(_) => place.issue().is_some() || !before.contains(&after),
        None => before.iter().any(Option::is_some),
    };
    let edit = FieldEdit::Unreadable { before: before.into_iter().next().flatten(), after };
    is_changed.then(|| FieldChange { place: place.clone(), field: "file".to_owned(), edit })
}
