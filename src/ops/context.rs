//! What operations take from outside: the time, fresh ids and who acts.

use std::fmt;
use std::sync::Arc;

use chrono::{SubsecRound, Utc};
use uuid::Uuid;

use super::{Error, Moment};
use crate::model::{AgentId, Timestamp};
use crate::store::{Progress, Remote, Repo};
use crate::sync::{Network, Transport};

/// The sources of time and ids, and the acting agent.
#[derive(Clone)]
pub struct Context {
    actor: Option<AgentId>,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    ids: Arc<dyn Fn() -> Uuid + Send + Sync>,
    network: Network,
    remote_use: RemoteUse,
    progress: Progress,
    cancelled: Arc<dyn Fn() -> bool + Send + Sync>,
    hurried: Arc<dyn Fn() -> bool + Send + Sync>,
    moment: Option<Moment>,
}

/// When operations that are not about remotes talk to one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RemoteUse {
    /// Claims are settled at once; everything else goes as the project's `sync.auto` says.
    #[default]
    Auto,
    /// Never: what is claimed is provisional.
    Offline,
    /// Every change is published at once.
    Publish,
}

impl Context {
    /// The same, acting as `actor`. Without one, the person that git knows acts.
    #[must_use]
    pub fn acting_as(mut self, actor: Option<AgentId>) -> Self {
        self.actor = actor;
        self
    }

    /// The same, with another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The same, with another source of ids. It must never repeat itself.
    #[must_use]
    pub fn with_ids(mut self, ids: impl Fn() -> Uuid + Send + Sync + 'static) -> Self {
        self.ids = Arc::new(ids);
        self
    }

    /// The same, talking to remotes like this.
    #[must_use]
    pub fn with_network(mut self, network: Network, remote_use: RemoteUse) -> Self {
        self.network = network;
        self.remote_use = remote_use;
        self
    }

    /// The same, telling how far long work is.
    #[must_use]
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.progress = progress;
        self
    }

    /// The same, giving up once `cancelled` says so: what is stored by then stays, what is not is
    /// not begun, and a checker that runs is stopped.
    #[must_use]
    pub fn with_cancel(mut self, cancelled: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.cancelled = Arc::new(cancelled);
        self
    }

    /// The same, waiting for no remote any longer once `hurried` says so.
    #[must_use]
    pub fn giving_up_on_remotes(mut self, hurried: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.hurried = Arc::new(hurried);
        self
    }

    /// The same, reading trackers as they were at `moment`. Nothing can be changed then.
    #[must_use]
    pub fn at(mut self, moment: Option<Moment>) -> Self {
        self.moment = moment;
        self
    }

    /// The moment of the past that is looked at; none for the present.
    pub fn moment(&self) -> Option<&Moment> {
        self.moment.as_ref()
    }

    /// Whether nobody wants the answer any more.
    pub fn is_cancelled(&self) -> bool {
        (self.cancelled)()
    }

    /// Fails if nobody wants the answer any more.
    pub(super) fn check_wanted(&self) -> Result<(), Error> {
        if self.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }

    /// Where long work is told.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// How to talk to remotes.
    pub fn network(&self) -> Network {
        self.network
    }

    /// The way from `repo` to `remote`.
    pub(super) fn transport<'a>(&self, repo: &'a Repo, remote: &'a Remote) -> Transport<'a> {
        Transport::new(repo, remote, self.network, Arc::clone(&self.hurried))
    }

    /// When to talk to remotes.
    pub fn remote_use(&self) -> RemoteUse {
        self.remote_use
    }

    /// Who acts, if said.
    pub fn actor(&self) -> Option<&AgentId> {
        self.actor.as_ref()
    }

    /// Now, with the precision that is stored.
    pub fn now(&self) -> Timestamp {
        (self.clock)().trunc_subsecs(3)
    }

    /// A fresh id.
    pub fn new_id(&self) -> Uuid {
        (self.ids)()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock and draws ids")]
impl Default for Context {
    fn default() -> Self {
        Self {
            actor: None,
            clock: Arc::new(Utc::now),
            ids: Arc::new(Uuid::new_v4),
            network: Network::default(),
            remote_use: RemoteUse::default(),
            progress: Progress::default(),
            cancelled: Arc::new(|| false),
            hurried: Arc::new(|| false),
            moment: None,
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("actor", &self.actor).finish_non_exhaustive()
    }
}
