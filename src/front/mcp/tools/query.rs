//! Looking at the tracker.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Tool;
use super::answer::{Answer, Limit};
use crate::front::wire::{self, EventList, FoundList, IssueList, ShownIssue, StatusObject, Told, input};
use crate::model::query::Filter;
use crate::model::search::SearchQuery;
use crate::model::state::{StateRequest, Status as State};
use crate::ops::{CommandExecutor, EventFilter, Page, Query};

/// Which issues.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Ready {
    filter: Option<String>,
    limit: Option<usize>,
}

/// Which issues.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct List {
    /// Terms that must all hold: state:ready priority:high|critical label:auth assignee:none type:bug -label:wip @saved; plain words must be in the text
    filter: Option<String>,
    limit: Option<usize>,
}

/// What to find, and where.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    /// Words, "in quotes" in a row; beginning* of a word; -word must not be found
    text: String,
    filter: Option<String>,
    limit: Option<usize>,
}

/// Which issues.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Blocked {
    filter: Option<String>,
    limit: Option<usize>,
}

/// Which issue.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Show {
    id: String,
}

/// Nothing to say.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Status {}

/// Which events.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Events {
    /// Only of this issue
    id: Option<String>,
    /// Such as gate_passed
    #[serde(rename = "type")]
    event_type: Option<String>,
    actor: Option<String>,
    filter: Option<String>,
    /// 2h, 3days or 2026-01-31T12:00:00Z
    since: Option<String>,
    limit: Option<usize>,
}

impl Tool for Ready {
    const NAME: &'static str = "ready";
    const ABOUT: &'static str = "List issues that can be claimed now, most urgent first";
    const READS: bool = true;
    type Answer = IssueList<'static>;
    const DEPTH: usize = 2;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        let mut ready = Filter::state(vec![StateRequest::Status(State::Ready)]);
        ready.and(jit.filter(self.filter.as_deref())?);
        let limit = Limit::of(self.limit);
        Answer::listing(jit.list(&ready, Some(limit.and_one()))?, limit)
    }
}

impl Tool for List {
    const NAME: &'static str = "list";
    const ABOUT: &'static str = "List issues, most urgent first";
    const READS: bool = true;
    type Answer = IssueList<'static>;
    const DEPTH: usize = 2;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        let limit = Limit::of(self.limit);
        Answer::listing(jit.list(&jit.filter(self.filter.as_deref())?, Some(limit.and_one()))?, limit)
    }
}

impl Tool for Search {
    const NAME: &'static str = "search";
    const ABOUT: &'static str = "Search issues, best answers first";
    const READS: bool = true;
    type Answer = FoundList<'static>;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        let query = SearchQuery::parse(&self.text)?;
        let limit = Limit::of(self.limit);
        let page = Page { filter: jit.filter(self.filter.as_deref())?, ..Page::first(Some(limit.and_one())) };
        jit.select(&Query::Search(&query), &page, |found| Answer::found(&query, found, limit))?
    }
}

impl Tool for Blocked {
    const NAME: &'static str = "blocked";
    const ABOUT: &'static str = "List unfinished issues that something blocks, and what";
    const READS: bool = true;
    type Answer = IssueList<'static>;
    const DEPTH: usize = 2;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        let limit = Limit::of(self.limit);
        Answer::listing(
            jit.query_blocked(&jit.filter(self.filter.as_deref())?, Some(limit.and_one()))?,
            limit,
        )
    }
}

impl Tool for Show {
    const NAME: &'static str = "show";
    const ABOUT: &'static str = "Show an issue";
    const READS: bool = true;
    type Answer = ShownIssue<'static>;
    const DEPTH: usize = 2;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        Answer::shown(jit, &jit.show(&[input::id(&self.id)?])?)
    }
}

impl Tool for Status {
    const NAME: &'static str = "status";
    const ABOUT: &'static str = "Count issues by state; who holds what";
    const READS: bool = true;
    type Answer = StatusObject;
    const DEPTH: usize = 2;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        let summary = jit.status()?;
        Answer::of(&StatusObject::new(&summary), wire::damage(&summary.tracker).into_iter().collect())
    }
}

impl Tool for Events {
    const NAME: &'static str = "events";
    const ABOUT: &'static str = "The newest events of the log, oldest first";
    const READS: bool = true;
    type Answer = EventList;
    const DEPTH: usize = 2;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        let since = self.since.as_deref().map(|since| input::time("since", since, jit.context().now()));
        let filter = EventFilter {
            types: self.event_type.as_deref().map(input::event_type).transpose()?.into_iter().collect(),
            issue: self.id.as_deref().map(input::id).transpose()?,
            actor: self.actor,
            since: since.transpose()?,
            ..EventFilter::default()
        };
        let filter = jit.events_of(&jit.filter(self.filter.as_deref())?, filter)?;
        let read = jit.events(&filter, Some(Limit::of(self.limit).0))?;
        Answer::of(&EventList::new(read.events.iter().map(|event| event.json.as_str())), Vec::new())
    }
}
