//! One commit of the history, as far as the event log needs it.

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::commit::ref_iter::Token;
use gix::objs::{CommitRefIter, Kind};

use super::outside;
use crate::model::Timestamp;
use crate::store::format::event::{LoggedEvent, TRAILER};
use crate::store::{Error, Repo, object};

/// A commit.
pub(in crate::store) struct LoggedCommit {
    /// Its id.
    pub(super) id: ObjectId,
    /// When it was made, in seconds since 1970, or the nearest that there is.
    pub(super) seconds: u32,
    /// What it builds on.
    pub(in crate::store) parents: Vec<ObjectId>,
    /// Its events, in order. There is one at least: see [`outside`].
    pub(super) events: Vec<LoggedEvent>,
}

impl LoggedCommit {
    /// Reads a commit.
    pub(super) fn read(repo: &Repo, id: ObjectId) -> Result<Self, Error> {
        #[cfg(test)]
        tests::READ.with(|read| read.set(read.get() + 1));
        let damaged = |reason: String| Error::NotATracker { name: repo.ref_name.clone(), reason };
        let data = object::read(repo, id, Kind::Commit).map_err(|error| damaged(error.reason(id)))?;
        let mut commit = Self { id, seconds: 0, parents: Vec::new(), events: Vec::new() };
        for token in CommitRefIter::from_bytes(&data, repo.git.object_hash()) {
            match token.map_err(|_| damaged(format!("commit {id} is damaged")))? {
                Token::Parent { id } => commit.parents.push(id),
                Token::Committer { signature } => commit.seconds = nearest(signature.seconds()),
                Token::Message(message) => commit.events = events_of_message(id, &message.to_str_lossy()),
                Token::Tree { .. } | Token::Author { .. } | Token::Encoding(_) | Token::ExtraHeader(_) => {}
            }
        }
        if commit.events.is_empty() {
            commit.events = outside::events(repo, id, &data);
        }
        Ok(commit)
    }

    /// When it was made: as its events say, which have fractions of seconds, or else itself.
    pub(in crate::store) fn made(&self) -> Timestamp {
        let own = || Timestamp::from_timestamp(i64::from(self.seconds), 0).unwrap_or_default();
        self.events.first().map_or_else(own, |event| event.timestamp)
    }
}

/// A time as it is kept, in the order of times.
pub(super) fn nearest(seconds: i64) -> u32 {
    u32::try_from(seconds.max(0)).unwrap_or(u32::MAX)
}

/// The events in the last paragraph of a commit message, in order.
fn events_of_message(commit: ObjectId, message: &str) -> Vec<LoggedEvent> {
    let last = message.trim_end().rsplit("\n\n").next().unwrap_or_default();
    last.lines()
        .filter_map(|line| line.strip_prefix(TRAILER)?.strip_prefix(':'))
        .filter_map(|json| LoggedEvent::from_json(commit, json.trim()))
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::Cell;

    use super::nearest;

    thread_local! {
        /// How many commits this thread has read.
        pub(in crate::store::history) static READ: Cell<usize> = const { Cell::new(0) };
    }

    #[test]
    fn times_keep_their_order_at_the_ends_of_what_can_be_kept() {
        let times = [i64::MIN, -1, 0, 1, i64::from(u32::MAX) - 1, i64::from(u32::MAX), i64::MAX];
        assert!(times.map(nearest).is_sorted());
    }
}
