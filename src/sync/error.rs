//! What can go wrong between this clone and a remote.

use std::time::Duration;

/// A failure of a remote, or of git on the way to it. What was changed here stands.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// git could not be started.
    #[error("cannot run git: {source}")]
    NoGit {
        /// Why.
        source: std::io::Error,
    },
    /// git on this machine is too old.
    #[error("git is too old: {reason}; jit needs git 2.41 or newer")]
    OldGit {
        /// What it did not understand.
        reason: String,
    },
    /// The remote could not be reached, or did not answer as git expects.
    #[error("cannot reach {remote}: {reason}")]
    Unreachable {
        /// The remote.
        remote: String,
        /// What git said.
        reason: String,
    },
    /// The remote stayed silent for too long.
    #[error("{remote} has not answered for {}", humantime::format_duration(*.limit))]
    TimedOut {
        /// The remote.
        remote: String,
        /// How long was waited.
        limit: Duration,
    },
    /// Somebody who is in a hurry did not wait for the remote any longer.
    #[error("stopped waiting for {remote}")]
    GivenUp {
        /// The remote.
        remote: String,
    },
    /// The remote answered, and said no.
    #[error("{remote} refused {reference}: {reason}")]
    Refused {
        /// The remote.
        remote: String,
        /// What was pushed.
        reference: String,
        /// What the remote said.
        reason: String,
    },
    /// The remote answered that nobody, or not this user, may push to it.
    #[error("{remote} takes no pushes from here: {reason}")]
    ReadOnly {
        /// The remote.
        remote: String,
        /// What it said.
        reason: String,
    },
    /// git failed on this side.
    #[error("git {command} failed: {reason}")]
    Local {
        /// The git command.
        command: &'static str,
        /// What it said.
        reason: String,
    },
}

impl Error {
    /// The stable name of this failure, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoGit { .. } => "no_git",
            Self::OldGit { .. } => "old_git",
            Self::Unreachable { .. } => "remote_unreachable",
            Self::TimedOut { .. } => "remote_timed_out",
            Self::GivenUp { .. } => "remote_given_up",
            Self::Refused { .. } => "remote_refused",
            Self::ReadOnly { .. } => "remote_read_only",
            Self::Local { .. } => "git",
        }
    }
}
