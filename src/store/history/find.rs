//! Finding events, newest first, without walking more of the history than needed.

use super::commit::LoggedCommit;
use super::index::{Fresh, Index, Limits, Meeting, Turn};
use super::walk::Walk;
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
    let walk = Walk::new(repo, tip)?;
    let reader = Reader { filter, visit, wants_more: true };
    // The newest events of all are at hand.
    if filter.is_empty() { reader.read_all(walk) } else { Finder::new(repo, limits, walk, reader).run() }
}

/// Whoever asked.
struct Reader<'f, V> {
    filter: &'f EventFilter,
    visit: V,
    wants_more: bool,
}

impl<V: FnMut(LoggedEvent) -> bool> Reader<'_, V> {
    fn read(&mut self, commit: &mut LoggedCommit) {
        for event in commit.events.drain(..).rev() {
            self.wants_more = self.wants_more && (!self.filter.admits(&event) || (self.visit)(event));
        }
    }

    fn read_all(mut self, mut walk: Walk<'_>) -> Result<(), Error> {
        while self.wants_more
            && let Some(mut commit) = walk.next()?
        {
            self.read(&mut commit);
        }
        Ok(())
    }
}

/// The state of a search.
struct Finder<'r, 'f, V> {
    repo: &'r Repo,
    limits: Limits,
    walk: Walk<'r>,
    reader: Reader<'f, V>,
    /// What was walked.
    fresh: Fresh,
    /// Commits that the walk will yield, and the reader knows.
    known: usize,
    /// Taken once the walk is so long that an index is to be written at its end, whatever
    /// the reader wants.
    turn: Option<(Turn, Task)>,
}

impl<'r, 'f, V: FnMut(LoggedEvent) -> bool> Finder<'r, 'f, V> {
    fn new(repo: &'r Repo, limits: Limits, walk: Walk<'r>, reader: Reader<'f, V>) -> Self {
        Self { repo, limits, walk, reader, fresh: Fresh::default(), known: 0, turn: None }
    }

    fn run(mut self) -> Result<(), Error> {
        if let Some(index) = Index::open(self.repo, self.limits)
            && self.use_index(&index)?
        {
            return Ok(());
        }
        while self.next()?.is_some() {}
        self.save(None);
        Ok(())
    }

    /// Walks until the index goes on from there, and searches that; false if it never does, or
    /// cannot be read.
    fn use_index(&mut self, index: &Index) -> Result<bool, Error> {
        let mut meeting = Meeting::new(index);
        while let Some(commit) = self.next()? {
            let Ok(met) = meeting.at(&commit, self.walk.is_alone()) else { return Ok(false) };
            let Some(place) = met else { continue };
            let mut passed = place;
            let (repo, reader) = (self.repo, &mut self.reader);
            let searched = !reader.wants_more
                || index.search(&mut passed, reader.filter, |id| {
                    reader.read(&mut LoggedCommit::read(repo, id)?);
                    Ok(reader.wants_more)
                })?;
            self.known = place - passed;
            if searched {
                self.save(Some((index, place)));
            }
            return Ok(searched);
        }
        Ok(false)
    }

    /// The next commit, once the reader has read it; none at the end of the history or of the
    /// search.
    fn next(&mut self) -> Result<Option<LoggedCommit>, Error> {
        if !self.reader.wants_more && self.turn.is_none() {
            return Ok(None);
        }
        let Some(mut commit) = self.walk.next()? else { return Ok(None) };
        self.fresh.push(&commit);
        if self.known > 0 {
            self.known -= 1;
        } else {
            self.reader.read(&mut commit);
        }
        if self.fresh.len() == self.limits.walk {
            let task = self.repo.progress.begin(INDEXING, None);
            self.turn = Turn::take(self.repo).map(|turn| (turn, task));
        }
        if let Some((_, task)) = &self.turn {
            task.advance(1);
        }
        Ok(Some(commit))
    }

    /// Writes what was walked and the commits of an index that come after it, if that is due.
    fn save(&mut self, kept: Option<(&Index, usize)>) {
        if self.turn.is_none() && kept.is_some() && self.fresh.len() > self.limits.behind {
            self.turn = Turn::take(self.repo).map(|turn| (turn, self.repo.progress.begin(INDEXING, None)));
        }
        if let Some((turn, _)) = &self.turn {
            let fresh = std::mem::take(&mut self.fresh);
            // Without it the next search takes as long as this one.
            fresh.save(self.repo, turn, self.limits, kept, self.walk.joints()).ok();
        }
    }
}
