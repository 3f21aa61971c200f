//! Choosing issues, and reading them a portion at a time, so that any number of them can be
//! shown in little memory.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use super::reading::Reading;
use super::{CommandExecutor, Error, Listing};
use crate::model::critical_path::critical_path;
use crate::model::order::{Order, Place};
use crate::model::query::Filter;
use crate::model::search::SearchQuery;
use crate::model::{IdPrefix, IssueId, Outline, stale};
use crate::store::Extent;

/// Up to so many issues are a small part of a tracker where that matters.
const FEW: usize = 100;
/// Issues that are read at once.
const PORTION: usize = 256;

/// Which issues are asked for.
#[derive(Clone, Copy, Debug)]
pub enum Query<'q> {
    /// All that the filter admits.
    Matching(&'q Filter),
    /// The unfinished ones that something blocks, of those that the filter admits.
    Blocked(&'q Filter),
    /// Those whose claim has expired, or has been held for so many seconds, of those that the
    /// filter admits.
    Stale(&'q Filter, Option<u64>),
    /// Those that have these words, the best answers first.
    Search(&'q SearchQuery),
    /// Those that depend on nothing.
    Roots,
    /// Those that depend on this one, directly or through others.
    Downstream(&'q IdPrefix),
    /// This one and everything that it depends on, directly or through others.
    Upstream(&'q IdPrefix),
    /// The longest chain of unfinished issues that wait for each other, what comes first first; if
    /// an issue is named, of those that end with it.
    CriticalPath(Option<&'q IdPrefix>),
}

/// Which part of what a query asks for is wanted, and in which order.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// What issues must match besides what the query asks for.
    pub filter: Filter,
    /// The order, where it is not that of the query.
    pub order: Order,
    /// How many; all unless said.
    pub limit: Option<usize>,
}

impl Page {
    /// The first `limit` in the usual order.
    pub fn first(limit: Option<usize>) -> Self {
        Self { limit, ..Self::default() }
    }

    /// How many must be found before they are put in order.
    fn enough(&self) -> Option<usize> {
        self.limit.filter(|_| self.order.is_usual() && self.filter.is_empty())
    }
}

/// Issues that were chosen: most urgent first, then oldest, unless the query says otherwise.
pub struct Selection<'a> {
    reading: &'a Reading<'a, 'a>,
    ids: Vec<IssueId>,
    named: Option<IssueId>,
    search: Option<Search<'a>>,
    damaged: RefCell<BTreeSet<String>>,
}

/// What was searched for, and how well each issue answers.
struct Search<'a> {
    query: &'a SearchQuery,
    scores: HashMap<IssueId, f64>,
}

impl Selection<'_> {
    /// What the issues were searched for, if they were.
    pub fn search(&self) -> Option<&SearchQuery> {
        self.search.as_ref().map(|search| search.query)
    }

    /// How well an issue answers the search.
    pub fn score(&self, id: IssueId) -> f64 {
        self.search.as_ref().and_then(|search| search.scores.get(&id)).copied().unwrap_or_default()
    }

    /// The issues.
    pub fn ids(&self) -> &[IssueId] {
        &self.ids
    }

    /// The issue that was named to choose them by, if one was.
    pub fn named(&self) -> Option<IssueId> {
        self.named
    }

    /// The issues with what can be told of their direct dependencies, in order, so many at a
    /// time as take little memory. Those that cannot be read are left out.
    pub fn portions(&self) -> impl Iterator<Item = Listing> {
        self.ids.chunks(PORTION).map(|ids| self.read(ids))
    }

    /// How many files of the tracker cannot be read, as far as it turned out by now.
    pub fn damaged(&self) -> usize {
        self.damaged.borrow().len()
    }

    /// Whether there is a file for issue `id` that cannot be read.
    pub fn is_damaged(&self, id: IssueId) -> bool {
        self.reading.exactly([id]).damage_of(id).is_some()
    }

    fn read(&self, ids: &[IssueId]) -> Listing {
        let tracker = self.reading.with_dependencies(ids);
        self.damaged.borrow_mut().extend(tracker.damaged.iter().map(|damage| damage.path.clone()));
        Listing { tracker, ids: ids.to_vec() }
    }
}

/// All that were chosen, at once.
pub(super) fn all(found: &Selection<'_>) -> Listing {
    found.read(&found.ids)
}

impl CommandExecutor {
    /// Chooses the part of the issues that `query` asks for, and gives them to `show`.
    pub fn select<T>(
        &self,
        query: &Query<'_>,
        page: &Page,
        show: impl FnOnce(&Selection<'_>) -> T,
    ) -> Result<T, Error> {
        let repo = self.storage.open()?;
        let snapshot = self.snapshot(&repo)?;
        let named = match query {
            Query::Downstream(prefix) | Query::Upstream(prefix) | Query::CriticalPath(Some(prefix)) => {
                Some(snapshot.resolve(prefix)??)
            }
            _ => None,
        };
        let is_narrow =
            matches!(query, Query::Matching(_) | Query::Blocked(_) | Query::Stale(..) | Query::Search(_));
        let few = is_narrow && page.enough().is_some_and(|limit| limit <= FEW);
        let reading = self.read(&snapshot, if few { Extent::Few } else { Extent::All });
        if let Some(named) = named {
            reading.exactly([named]).issue(named)?;
        }
        let (mut ids, search) = match query {
            Query::Search(words) => {
                let scores = reading.view().search(words);
                let ids = scores.iter().map(|(id, _)| *id).collect();
                (ids, Some(Search { query: words, scores: scores.into_iter().collect() }))
            }
            _ => (reading.chosen(query, named, page.enough()), None),
        };
        reading.retain(&mut ids, &page.filter, page.limit.filter(|_| page.order.is_usual()));
        reading.sort(&mut ids, &page.order);
        ids.truncate(page.limit.unwrap_or(usize::MAX));
        let damaged = reading.exactly([]).damaged.into_iter().map(|damage| damage.path).collect();
        Ok(show(&Selection { reading: &reading, ids, named, search, damaged: RefCell::new(damaged) }))
    }
}

impl Reading<'_, '_> {
    /// Leaves those issues that `filter` admits, the first `limit` of them at least.
    fn retain(&self, ids: &mut Vec<IssueId>, filter: &Filter, limit: Option<usize>) {
        if filter.is_empty() {
            return;
        }
        let portions = ids.chunks(PORTION).flat_map(|ids| {
            let tracker = self.with_dependencies(ids);
            let read = ids.iter().filter_map(|id| tracker.issues.get(id));
            read.filter(|issue| filter.admits(&tracker, issue)).map(|issue| issue.id).collect::<Vec<_>>()
        });
        *ids = portions.take(limit.unwrap_or(usize::MAX)).collect();
    }

    /// Puts issues that are in the usual order into another.
    fn sort(&self, ids: &mut Vec<IssueId>, order: &Order) {
        if order.is_usual() {
            return;
        }
        let places = ids.chunks(PORTION).flat_map(|ids| {
            let tracker = self.with_dependencies(ids);
            // What cannot be read is left out when it is shown.
            let read = ids.iter().filter_map(|id| tracker.issues.get(id));
            read.map(|issue| (order.place(&tracker, issue), issue.id)).collect::<Vec<_>>()
        });
        let mut places: Vec<(Place, IssueId)> = places.collect();
        places.sort_by(|(one, _), (other, _)| one.cmp(other));
        *ids = places.into_iter().map(|(_, id)| id).collect();
    }

    fn chosen(&self, query: &Query<'_>, named: Option<IssueId>, limit: Option<usize>) -> Vec<IssueId> {
        let among = |set: BTreeSet<IssueId>| {
            self.select(&Filter::default(), |outline| set.contains(&outline.id), limit)
        };
        match query {
            Query::Search(words) => self.view().search(words).into_iter().map(|(id, _)| id).collect(),
            Query::Matching(filter) => self.select(filter, |_| true, limit),
            Query::Blocked(filter) => self.select(filter, Outline::is_held_up, limit),
            Query::Stale(filter, older_than_secs) => self.stale(filter, *older_than_secs, limit),
            Query::Roots => self.select(&Filter::default(), |outline| outline.is_root, limit),
            Query::Downstream(_) => among(named.map(|id| self.view().downstream(id)).unwrap_or_default()),
            Query::Upstream(_) => {
                among(named.into_iter().flat_map(|id| self.view().upstream(id)).chain(named).collect())
            }
            Query::CriticalPath(_) => self.critical_path(named),
        }
    }

    fn critical_path(&self, end: Option<IssueId>) -> Vec<IssueId> {
        let open = self.select(&Filter::default(), |outline| !outline.state.is_finished(), None);
        let mut waits = Vec::new();
        self.view().for_each_edge(|issue, on| waits.push((issue, on)));
        critical_path(&open, waits, end)
    }

    fn stale(&self, filter: &Filter, older_than_secs: Option<u64>, limit: Option<usize>) -> Vec<IssueId> {
        let claimed = self.select(filter, |outline| outline.is_claimed, None);
        let portions = claimed.chunks(PORTION).flat_map(|ids| {
            let tracker = self.exactly(ids.iter().copied());
            let is_stale = |id: &IssueId| {
                let issue = tracker.issues.get(id);
                issue.is_some_and(|issue| stale::stale(&tracker, issue, older_than_secs).is_some())
            };
            ids.iter().copied().filter(is_stale).collect::<Vec<_>>()
        });
        portions.take(limit.unwrap_or(usize::MAX)).collect()
    }
}
