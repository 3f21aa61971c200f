//! What can be done with a tracker: one file a use-case. This is the library API, and all
//! that the front ends call.
//!
//! A use-case loads what its decision needs, lets [`crate::model`] decide, and stores the
//! change. It knows nothing of command lines, JSON or terminals.

mod blame;
mod changes;
mod code;
mod config;
mod conflict;
mod context;
#[cfg(test)]
mod cost;
mod dep;
mod doctor;
mod error;
mod event;
mod export;
mod filter;
mod follow;
mod gate;
mod generate;
mod graph;
mod import;
mod init;
mod issue;
mod moment;
mod mutate;
mod pager;
mod places;
mod prime;
mod query;
mod reading;
mod selection;
mod shared;
mod stats;
mod status;
mod sync;
mod template;
mod undo;
mod upkeep;
mod validate;
mod vocabulary;

pub use blame::{Blame, Blamed};
pub use changes::Compared;
pub use code::close::{Closed, ClosedIssue, Closing, Fate};
pub use code::hooks::{HookChange, HookState};
pub use code::links::{LinkedBranch, LinkedCommit, Links};
pub use code::start::{Place, StartRequest, Started};
pub use conflict::Conflicts;
pub use context::{Context, RemoteUse};
pub use doctor::{Diagnosis, Facts, Finding, Level, MOST_COMMITS, TrackerFacts};
pub use error::Error;
pub use event::Events;
pub use export::Exported;
pub use export::file::{ExportFile, ExportFormat};
pub use follow::{CursorPlace, Follower};
pub use gate::check::{CheckResult, Checked};
pub use generate::{Generated, Plan};
pub use import::ImportFormat;
pub use init::Initialized;
pub use issue::claim_next::ClaimNext;
pub use issue::update::Target;
pub use moment::Moment;
pub use mutate::Outcome;
pub use places::Places;
pub use prime::Conventions;
pub use query::Listing;
pub use selection::{Page, Query, Selection};
pub use stats::{GroupBy, Statistics, StatsRequest};
pub use status::{MOST_UNPUBLISHED, Summary};
pub use sync::{Change, ChangedIssue, Direction, End, EndedClaim, Moved, SyncRequest, Synced};
pub use undo::{UndoRequest, UndoneChange};
pub use validate::Validated;
pub use vocabulary::Vocabulary;

pub use crate::store::progress::{Progress, Task, Watched, Watcher};
pub use crate::store::{Cursor, EventFilter, KeptDraft, Position, Revision};

use std::sync::{Mutex, PoisonError};

use crate::model::Tracker;
use crate::store::{Extent, Scope, Snapshot, Storage};
use crate::sync::Network;

/// Runs operations on the tracker of one repository.
#[derive(Debug)]
pub struct CommandExecutor {
    storage: Storage,
    context: Context,
    warnings: Mutex<Vec<String>>,
}

impl CommandExecutor {
    /// Operations on the tracker in `storage`, with the machine's clock, and the user that
    /// git knows as the acting agent.
    pub fn new(storage: Storage) -> Self {
        Self::with_context(storage, Context::default())
    }

    /// Operations with a given clock, source of ids and acting agent.
    pub fn with_context(storage: Storage, context: Context) -> Self {
        let storage = storage.with_progress(context.progress().clone());
        Self { storage, context, warnings: Mutex::default() }
    }

    /// The same, for another thread: nobody is there to be asked for a password or told how far
    /// it is.
    #[must_use]
    pub fn in_background(&self) -> Self {
        let network = Network { interactive: false, progress: false, ..self.context.network() };
        let context = self.context.clone().with_network(network, self.context.remote_use());
        Self::with_context(self.storage.clone(), context.with_progress(Progress::default()))
    }

    /// The acting agent and the sources of time and ids.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Who acts, as people know them. There must be a tracker.
    pub fn actor_name(&self) -> Result<String, Error> {
        let repo = self.storage.open()?;
        repo.tip()?;
        Ok(self.acting(&repo, None).to_string())
    }

    /// What must be told of operations that failed: before they did, claims that did not stand
    /// were taken back, or values put aside. Each is handed out once. Operations that
    /// succeed tell it in their outcome.
    pub fn take_warnings(&self) -> Vec<String> {
        std::mem::take(&mut *self.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn warn(&self, warnings: Vec<String>) {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).extend(warnings);
    }

    /// The part of a tracker that `scope` names, as of now.
    fn load(&self, snapshot: &Snapshot<'_>, scope: &Scope) -> Tracker {
        let mut tracker = Tracker { as_of: self.as_of(snapshot), ..snapshot.load(scope) };
        if snapshot.past().is_none() {
            shared::overlay(snapshot.repo(), &mut tracker);
        }
        tracker
    }

    /// The whole tracker.
    pub fn tracker(&self) -> Result<Tracker, Error> {
        let repo = self.storage.open()?;
        Ok(self.read(&self.snapshot(&repo)?, Extent::All).all())
    }
}
