//! Sharing the tracker with a remote.
//!
//! A sync fetches, integrates what came (by a merge where both sides changed, which never
//! stops for a person), settles claims, and publishes what is here. Whatever fails on the
//! way, the tracker here is whole and has lost nothing; what is not published yet goes with
//! the next sync.

mod claims;
mod ended;
mod integrate;
mod publish;
mod report;
mod session;
#[cfg(test)]
mod state_machine;
mod told;

pub use ended::{End, EndedClaim};
pub use report::{Change, ChangedIssue, Moved, Synced};
pub(crate) use session::Session;

use std::time::Duration;

use super::{CommandExecutor, Error};
use crate::store::RemoteLock;
use crate::sync::FetchRequest;

/// Attempts at publishing before a sync gives up: others may have published in between each
/// time. What is left goes with the next one.
pub(crate) const ROUNDS: u32 = 12;

/// Which way a sync goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Fetch, integrate, publish.
    #[default]
    Both,
    /// Fetch and integrate only.
    Pull,
    /// Publish only: fails if the remote has anything new.
    Push,
}

impl Direction {
    /// The word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Pull => "pull",
            Self::Push => "push",
        }
    }
}

/// What is asked of a sync.
#[derive(Clone, Debug, Default)]
pub struct SyncRequest {
    /// The remote; chosen as documented where absent.
    pub remote: Option<String>,
    /// Which way.
    pub direction: Direction,
    /// Tell what would happen; change nothing but what is known of the remote.
    pub dry_run: bool,
    /// Bring only so many commits of history, if this clone has none yet.
    pub depth: Option<u32>,
    /// Follow the remote where it went backwards.
    pub accept_rewind: bool,
    /// How long the remote may stay silent; as the context says where absent.
    pub timeout: Option<Duration>,
}

impl CommandExecutor {
    /// Shares the tracker with a remote.
    pub fn sync(&self, request: &SyncRequest) -> Result<Synced, Error> {
        self.exchange(request, true)
    }

    /// Brings the tracker that the remote has, if it has one: its name, if so. Nobody is told
    /// of what is in it, so nothing of it is counted or read.
    pub(super) fn adopt_remote(&self) -> Result<Option<String>, Error> {
        let request = SyncRequest { direction: Direction::Pull, ..SyncRequest::default() };
        let synced = self.exchange(&request, false)?;
        Ok(synced.adopted.then_some(synced.remote))
    }

    fn exchange(&self, request: &SyncRequest, is_told: bool) -> Result<Synced, Error> {
        self.check_present()?;
        let repo = self.storage.open()?;
        let remote = repo.remote(request.remote.as_deref())?.ok_or(Error::NoRemote)?;
        let turn = RemoteLock::acquire(&repo)?;
        let mut session = Session::new(self, &repo, &remote, turn);
        if let Some(timeout) = request.timeout {
            session.transport.set_timeout(timeout);
        }
        session.is_told = is_told;
        session.report.direction = request.direction;
        session.report.dry_run = request.dry_run;
        if request.direction == Direction::Push {
            session.push_only(request.dry_run)?;
            return session.finish();
        }
        for round in 0..ROUNDS {
            if request.direction == Direction::Both && !request.dry_run {
                session.pause(round);
            }
            self.context.check_wanted()?;
            // Repeating it would cut off the history that merges need.
            let depth = request.depth.filter(|_| session.tracking_main().is_none());
            // To look what would come is not to accept that the remote went backwards.
            let accept_rewind = request.accept_rewind && !request.dry_run;
            let fetched = session.fetch(FetchRequest { depth, accept_rewind, ..FetchRequest::default() })?;
            if request.dry_run && request.accept_rewind {
                session.foresee_rewind(&fetched);
            } else {
                session.check_rewind(&fetched, request.accept_rewind)?;
            }
            if let Some(upstream) = fetched.main.accepted(request.accept_rewind) {
                let rewound_from = fetched.before.filter(|_| request.accept_rewind);
                session.integrate(upstream, rewound_from, request.dry_run)?;
            }
            if request.dry_run || request.direction == Direction::Pull {
                return session.finish();
            }
            if session.settle_claims()? && session.publish()? {
                return session.finish();
            }
        }
        Err(Error::Contended { remote: remote.name.clone(), rounds: ROUNDS })
    }
}
