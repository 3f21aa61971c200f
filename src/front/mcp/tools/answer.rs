//! What tools answer.

use serde::Serialize;
use serde_json::Value;

use crate::front::wire::{self, FoundList, IssueList, IssueObject, ShownIssue, Told, UndoObject};
use crate::model::Refusal;
use crate::model::search::SearchQuery;
use crate::ops::{CommandExecutor, Listing, Outcome, Selection, UndoneChange};

/// Issues that a list has unless more are asked for.
const USUAL_LIMIT: usize = 20;

/// The answer of a tool.
pub(super) struct Answer {
    /// An object, as `--json` prints it.
    pub(super) value: Value,
    /// What a command would say on standard error.
    pub(super) warnings: Vec<String>,
}

impl Answer {
    /// An object.
    pub(super) fn of(object: &impl Serialize, warnings: Vec<String>) -> Result<Self, Told> {
        let value =
            serde_json::to_value(object).map_err(|error| Told::internal("output", error.to_string()))?;
        Ok(Self { value, warnings })
    }

    /// The issue that a mutation was about.
    pub(super) fn issue<T>(mut outcome: Outcome<T>) -> Result<Self, Told> {
        let warnings = std::mem::take(&mut outcome.warnings);
        let issue = outcome.issues().next().map(|issue| IssueObject::new(&outcome.tracker, issue));
        Self::of(&issue, warnings)
    }

    /// The same, of one that was to be done and may be gated instead.
    pub(super) fn finished(mut outcome: Outcome<Vec<Refusal>>) -> Result<Self, Told> {
        match outcome.value.pop() {
            Some(gated) => Err(Told::of_refusal(gated)),
            None => Self::issue(outcome),
        }
    }

    /// The issue of a listing of one, with the code that is about it.
    pub(super) fn shown(jit: &CommandExecutor, listing: &Listing) -> Result<Self, Told> {
        let links = jit.links(&listing.tracker, &listing.ids);
        Self::of(&ShownIssue::first(listing, &links), Vec::new())
    }

    /// The first issues of a listing, which must have one more if there are more.
    pub(super) fn listing(mut listing: Listing, limit: Limit) -> Result<Self, Told> {
        let damage = wire::damage(&listing.tracker);
        let warnings = damage.into_iter().chain(limit.exceeded(listing.ids.len())).collect();
        listing.ids.truncate(limit.0);
        Self::of(&IssueList::new(&listing.tracker, listing.issues()), warnings)
    }

    /// The first issues of what was searched for, which must have one more if there are more.
    pub(super) fn found(query: &SearchQuery, found: &Selection<'_>, limit: Limit) -> Result<Self, Told> {
        let mut answer = Self::of(&FoundList::first(query, found, limit.0), Vec::new())?;
        let damage = wire::unreadable(found.damaged());
        answer.warnings = damage.into_iter().chain(limit.exceeded(found.ids().len())).collect();
        Ok(answer)
    }

    /// Changes that were taken back.
    pub(super) fn undone(mut outcome: Outcome<Vec<UndoneChange>>) -> Result<Self, Told> {
        let warnings = std::mem::take(&mut outcome.warnings);
        Self::of(&UndoObject::new(&outcome), warnings)
    }
}

/// How many there may be in a list.
#[derive(Clone, Copy)]
pub(super) struct Limit(pub(super) usize);

impl Limit {
    /// As asked, or as usual.
    pub(super) fn of(asked: Option<usize>) -> Self {
        Self(asked.unwrap_or(USUAL_LIMIT))
    }

    /// What is said where there are so many and that is more.
    fn exceeded(self, count: usize) -> Option<String> {
        let said = || format!("there are more than these {}: give a limit or a filter", self.0);
        (count > self.0).then(said)
    }

    /// One more, so as to see whether there are more.
    pub(super) fn and_one(self) -> usize {
        self.0.saturating_add(1)
    }
}
