//! Talking to a remote: the user's own git, run as a child process.
//!
//! Guarantees:
//!
//! - git is started in one place, with the user's credentials, proxies and ssh set-up, but
//!   without hooks, prompts where nobody can answer, or configuration that would make it
//!   move anything but what was asked for. Only where the user asked for a branch to be made do
//!   hooks run.
//! - A remote that stays silent for too long is given up, and all that was started for it
//!   is stopped.
//! - What a push did is told for each reference. An answer that did not arrive is an error
//!   of its own, never taken for yes or no.
//!
//! Needs git 2.41 or newer, for `fetch --porcelain`.
//!
//! Absent on purpose: merge rules, retries and claims; the operations have them.

pub(crate) mod code;
mod error;
mod fast_import;
mod fetch;
mod git;
pub(crate) mod maintenance;
mod pager;
mod push;
mod version;

use std::time::Duration;

pub use error::Error;
pub(crate) use fast_import::fast_import;
pub(crate) use fetch::{FetchRequest, Fetched, RemoteMain, Wanted};
pub(crate) use git::Transport;
pub(crate) use pager::pager;
pub(crate) use push::{PushSpec, Pushed};
pub use version::GitVersion;

/// How to talk to remotes.
#[derive(Clone, Copy, Debug)]
pub struct Network {
    /// How long a remote may stay silent.
    pub timeout: Duration,
    /// Whether a person is there to be asked for a password.
    pub interactive: bool,
    /// Whether git's progress is shown on standard error.
    pub progress: bool,
}

impl Default for Network {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(60), interactive: false, progress: false }
    }
}
