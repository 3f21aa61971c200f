//! Finding events, newest first, without walking more of the history than needed.
//!
//! As long as all that is left is in the history of a single commit, that one is next, and
//! nothing else has to be known. Only where lines run side by side are ranks needed, which
//! depend on all that is below: an index has those, or else all of the history is read.

use std::collections::BTreeSet;

use super::commit::LoggedCommit;
use super::graph::{Graph, Order};
use super::index::{Addition, Candidates, Index, Kept, KeyFilter, Limits, Lookup, Places, Turn, Unreadable};
use super::load::Loader;
use super::rank::Rank;
use super::{CommitId, EventFilter};
use crate::store::progress::Task;
use crate::store::{Error, LoggedEvent, Repo};

/// What a person is told of while it lasts.
const INDEXING: &str = "indexing the event log";

impl Repo {
    /// Calls `visit` with every event in the history of `tip` that `filter` admits, newest
    /// first, until it returns false.
    pub(crate) fn find_events(
        &self,
        tip: CommitId,
        filter: &EventFilter,
        visit: impl FnMut(LoggedEvent) -> bool,
    ) -> Result<(), Error> {
        find(self, Limits::USUAL, tip, filter, visit)
    }
}

/// [`Repo::find_events`], with an index that is kept as `limits` say.
pub(super) fn find(
    repo: &Repo,
    limits: Limits,
    tip: CommitId,
    filter: &EventFilter,
    visit: impl FnMut(LoggedEvent) -> bool,
) -> Result<(), Error> {
    let keys = (!filter.is_empty()).then(|| KeyFilter::of(filter));
    let reader = Reader { filter, keys: keys.as_ref(), visit, wants_more: true, told: 0, skip: 0 };
    Finder { repo, limits, tip, loader: Loader::new(repo)?, reader, task: None, turn: None }.run()
}

/// Whoever asked.
struct Reader<'f, V> {
    filter: &'f EventFilter,
    keys: Option<&'f KeyFilter>,
    visit: V,
    wants_more: bool,
    /// How many events it was told.
    told: usize,
    /// How many of those come once more.
    skip: usize,
}

impl<V: FnMut(LoggedEvent) -> bool> Reader<'_, V> {
    /// All events come once more from the newest on. The order is the same however they are found.
    fn begin_again(&mut self) {
        self.skip = self.told;
    }

    fn read(&mut self, mut commit: LoggedCommit) {
        for event in commit.events.drain(..).rev() {
            if !self.wants_more || !self.filter.admits(&event) {
                continue;
            }
            if self.skip > 0 {
                self.skip -= 1;
            } else {
                self.told += 1;
                self.wants_more = (self.visit)(event);
            }
        }
    }
}

/// The state of a search.
struct Finder<'r, 'f, V> {
    repo: &'r Repo,
    limits: Limits,
    tip: CommitId,
    loader: Loader<'r>,
    reader: Reader<'f, V>,
    /// Begun once so much is read that an index is due.
    task: Option<Task>,
    /// To write that, whatever the reader wants.
    turn: Option<Turn>,
}

/// Why a search with an index ended early.
enum Halt {
    Unreadable,
    Failed(Error),
}

impl From<Unreadable> for Halt {
    fn from(_: Unreadable) -> Self {
        Self::Unreadable
    }
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl<V: FnMut(LoggedEvent) -> bool> Finder<'_, '_, V> {
    fn run(mut self) -> Result<(), Error> {
        // The newest events of all are at hand.
        let is_filtered = self.reader.keys.is_some();
        if is_filtered && self.use_index()? {
            return Ok(());
        }
        let mut graph = Graph::new(self.tip);
        self.walk_line(&mut graph)?;
        if graph.pending() == 0 {
            if self.turn.is_some() {
                self.save(&graph, &graph.order(), None);
            }
        } else if self.goes_on() && (is_filtered || !self.use_index()?) {
            self.read_all(graph)?;
        }
        Ok(())
    }

    fn goes_on(&self) -> bool {
        self.reader.wants_more || self.turn.is_some()
    }

    /// Reads the next commit of `graph`.
    fn load(&mut self, graph: &Graph) -> Result<Option<LoggedCommit>, Error> {
        let loader = &mut self.loader;
        let commit = graph.next().map(|id| loader.read(id)).transpose()?;
        if let Some(task) = &self.task {
            task.advance(1);
        }
        Ok(commit)
    }

    fn take_turn(&mut self) {
        if self.task.is_none() {
            self.task = Some(self.repo.progress.begin(INDEXING, None));
            self.turn = Turn::take(self.repo);
        }
    }

    /// Walks as long as there is one commit at a time.
    fn walk_line(&mut self, graph: &mut Graph) -> Result<(), Error> {
        self.reader.begin_again();
        while graph.pending() == 1
            && self.goes_on()
            && let Some(commit) = self.load(graph)?
        {
            graph.push(&commit);
            self.reader.read(commit);
            if graph.len() == self.limits.walk && self.reader.keys.is_some() {
                self.take_turn();
            }
        }
        Ok(())
    }

    /// Searches with the help of the index; false if there is none that helps.
    fn use_index(&mut self) -> Result<bool, Error> {
        let Some(index) = Index::open(self.repo, self.limits) else { return Ok(false) };
        self.reader.begin_again();
        match self.search(&index) {
            Ok(found) => Ok(found),
            Err(Halt::Unreadable) => Ok(false),
            Err(Halt::Failed(error)) => Err(error),
        }
    }

    fn search(&mut self, index: &Index) -> Result<bool, Halt> {
        let mut lookup = Lookup::new(index);
        let (mut graph, mut from) = (Graph::new(self.tip), BTreeSet::new());
        while let Some(commit) = self.load(&graph)? {
            match lookup.find(&commit)? {
                None => graph.push(&commit),
                Some((place, rank)) => {
                    from.insert(place);
                    graph.push_known(rank);
                }
            }
            if graph.len() == self.limits.walk {
                self.take_turn();
            }
        }
        let Some(reach) = lookup.reach(self.repo, &from)? else { return Ok(false) };
        let order = graph.order();
        let mut places = Places::new(index);
        let floors = order.numbers().iter().map(|number| places.before(&order.position(&graph, *number)));
        let floors: Vec<usize> = floors.collect::<Result<_, _>>()?;
        let kept = Kept { index, reach: &reach, floors: &floors };
        self.save(&graph, &order, Some(kept));
        self.read_with(kept, &graph, &order)?;
        Ok(true)
    }

    /// Tells what is new and what an index has, in order.
    fn read_with(&mut self, kept: Kept<'_>, graph: &Graph, order: &Order) -> Result<(), Halt> {
        let mut candidates = Candidates::new(kept.index, self.reader.keys, kept.reach);
        let fresh = order.numbers().iter().copied().map(Some).zip(kept.floors.iter().copied());
        for (number, floor) in fresh.chain([(None, 0)]) {
            while self.reader.wants_more
                && let Some(id) = candidates.next(floor)?
            {
                self.reader.read(self.loader.read(id)?);
            }
            if let Some(number) = number {
                self.read_described(graph, number)?;
            }
        }
        Ok(())
    }

    fn read_described(&mut self, graph: &Graph, number: u32) -> Result<(), Error> {
        let keys = self.reader.keys;
        let may_be_meant = keys.is_none_or(|keys| graph.keys(number).iter().any(|key| keys.admits(key)));
        if self.reader.wants_more && may_be_meant {
            self.reader.read(self.loader.read(graph.id(number))?);
        }
        Ok(())
    }

    /// Reads all of the history, and tells it in order.
    fn read_all(&mut self, mut graph: Graph) -> Result<(), Error> {
        let mut damage = None;
        while graph.pending() > 0 {
            match self.load(&graph) {
                Ok(commit) => commit.iter().for_each(|commit| graph.push(commit)),
                Err(error) => {
                    // All that ranks above can be told nevertheless.
                    graph.push_known(Rank::LOWEST);
                    damage.get_or_insert(error);
                }
            }
            if graph.len() >= self.limits.walk {
                self.take_turn();
            }
        }
        let order = graph.order();
        if damage.is_none() {
            self.save(&graph, &order, None);
        }
        self.reader.begin_again();
        for number in order.numbers() {
            self.read_described(&graph, *number)?;
        }
        damage.filter(|_| self.reader.wants_more).map_or(Ok(()), Err)
    }

    /// Writes an index of what was read and of what is kept of an older one, if that is due.
    fn save(&mut self, graph: &Graph, order: &Order, to: Option<Kept<'_>>) {
        if let Some(kept) = to {
            // What somebody asks of the past leaves the index as it is.
            let is_current = || self.repo.try_tip().is_ok_and(|tip| tip == Some(self.tip));
            if order.numbers().len().max(kept.reach.effort()) <= self.limits.behind || !is_current() {
                return;
            }
            self.take_turn();
        }
        if let Some(turn) = self.turn.take() {
            // Without it the next search takes as long as this one.
            Addition { graph, order, to }.save(self.repo, &turn, self.limits).ok();
        }
    }
}
