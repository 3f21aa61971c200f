//! Reading the event log as it grows.
//!
//! What is new are the events of the commits that the tracker has in its history now and the
//! reader has not read yet, whichever way they came: by a change here, a merge, or a history
//! that was put in place of another. So none is missed, and none comes twice.

use std::collections::VecDeque;
use std::path::PathBuf;

use super::{CommandExecutor, Error};
use crate::store::{CommitId, Cursor, EventFilter, LoggedEvent, NewCommit, Position, Repo};

/// Former ends of the log are remembered, after a history was given up, so far.
const MOST_HEADS: usize = 1000;
/// How often it is looked at nothing but the reference, before the repository is opened again:
/// it may be configured otherwise.
const LOOKS: u32 = 20;

/// Where it is kept how far a reader is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CursorPlace {
    /// In this clone, under a name.
    Named(String),
    /// In a file.
    File(PathBuf),
}

/// Reads the event log as it grows: oldest first, each commit after what it builds on.
pub struct Follower<'a> {
    jit: &'a CommandExecutor,
    filter: EventFilter,
    position: Position,
    /// Where the tracker was when it was looked at last.
    tip: Option<CommitId>,
    commits: VecDeque<NewCommit>,
    /// The commit being read, and what is left of it.
    current: Option<(NewCommit, VecDeque<LoggedEvent>)>,
    is_anew: bool,
    /// The repository, while nothing happens, and how often it may be used like this.
    idle: Option<(Repo, u32)>,
}

impl CommandExecutor {
    /// Takes the cursor of that place, for this process alone.
    pub fn take_cursor(&self, place: &CursorPlace) -> Result<Cursor, Error> {
        let path = match place {
            CursorPlace::Named(name) => self.storage.open()?.cursor_path(name),
            CursorPlace::File(path) => path.clone(),
        };
        Ok(Cursor::take(path)?)
    }

    /// The position after everything that is in the log now.
    pub fn position(&self) -> Result<Position, Error> {
        Ok(Position::at(self.storage.open()?.tip()?))
    }

    /// Follows the log from `position` on, and reads the events that `filter` admits.
    pub fn follow(&self, filter: &EventFilter, position: Position) -> Result<Follower<'_>, Error> {
        self.storage.open()?.tip()?;
        Ok(Follower {
            jit: self,
            filter: self.resolved(filter)?,
            position,
            tip: None,
            commits: VecDeque::new(),
            current: None,
            is_anew: false,
            idle: None,
        })
    }
}

impl Follower<'_> {
    /// The next event, if there is one; the same one until it is accepted. To ask costs next
    /// to nothing while nothing happens.
    pub fn peek(&mut self) -> Result<Option<&LoggedEvent>, Error> {
        while !self.has_next() {
            if self.commits.is_empty() && !self.look()? {
                return Ok(None);
            }
            self.begin()?;
        }
        Ok(self.current.as_ref().and_then(|(_, events)| events.front()))
    }

    /// Notes that the next event was read, and goes on.
    pub fn accept(&mut self) {
        self.skip();
    }

    /// How far the reader is: up to the events that were accepted, and those after them that
    /// the filter leaves out.
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// Tells, once, that nothing of what was read is in the repository any more, so that all
    /// there is counts as new.
    pub fn take_anew(&mut self) -> bool {
        std::mem::take(&mut self.is_anew)
    }

    /// Passes over what the filter leaves out; whether an event is left.
    fn has_next(&mut self) -> bool {
        while let Some((_, events)) = &self.current {
            if events.front().is_some_and(|event| self.filter.admits(event)) {
                return true;
            }
            self.skip();
        }
        false
    }

    fn skip(&mut self) {
        let Some((commit, events)) = &mut self.current else { return };
        events.pop_front();
        if events.is_empty() {
            finish(&mut self.position, commit);
            self.current = None;
        } else {
            let read = self.position.part.map_or(0, |(_, read)| read);
            self.position.part = Some((commit.id, read + 1));
        }
    }

    /// Reads the next commit, less what was read of it before.
    fn begin(&mut self) -> Result<(), Error> {
        let Some(commit) = self.commits.front() else { return Ok(()) };
        let mut events: VecDeque<_> = self.repo()?.events_of(commit.id)?.into();
        if let Some((_, read)) = self.position.part {
            events.drain(..read.min(events.len()));
        }
        self.current = self.commits.pop_front().map(|commit| (commit, events));
        Ok(())
    }

    /// Looks where the tracker is; whether there is anything new. A tracker that is gone may
    /// come back.
    fn look(&mut self) -> Result<bool, Error> {
        if let Some((repo, looks @ 1..)) = &mut self.idle
            && repo.try_tip()? == self.tip
        {
            *looks -= 1;
            return Ok(false);
        }
        let repo = self.repo()?;
        let tip = repo.try_tip()?;
        if tip == self.tip {
            self.idle = Some((repo, LOOKS));
            return Ok(false);
        }
        if let Some(tip) = tip {
            let news = repo.news(tip, &self.position.heads)?;
            self.is_anew |= news.is_anew;
            self.commits = news.commits.into();
            self.begin_with_part();
            let excess = self.position.heads.len().saturating_sub(MOST_HEADS);
            self.position.heads.drain(..excess);
        }
        self.tip = tip;
        Ok(!self.commits.is_empty())
    }

    /// Puts the commit first that was read in part: all that it builds on was read.
    fn begin_with_part(&mut self) {
        let Some((part, _)) = self.position.part else { return };
        match self.commits.iter().position(|commit| commit.id == part) {
            Some(at) => {
                let commit = self.commits.remove(at).expect("its place was just found");
                self.commits.push_front(commit);
            }
            None => self.position.part = None,
        }
    }

    fn repo(&self) -> Result<Repo, Error> {
        Ok(self.jit.storage.open()?)
    }
}

/// Notes that all of `commit` was read.
fn finish(position: &mut Position, commit: &NewCommit) {
    position.heads.retain(|head| !commit.parents.contains(head));
    position.heads.push(commit.id);
    position.part = None;
}
