//! What can go wrong with a coordinator itself.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::front::wire::{Exit, Told};
use crate::ops;

/// Why a coordinator did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// There is no configuration.
    #[error("there is no {}", path.display())]
    ConfigMissing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// There are two configurations.
    #[error("there are two configurations, {} and {}", json.display(), toml.display())]
    ConfigAmbiguous {
        /// The one in JSON.
        json: PathBuf,
        /// The one in TOML.
        toml: PathBuf,
    },
    /// A configuration cannot be understood.
    #[error("{}{}: {reason}", path.display(), line.map_or(String::new(), |line| format!(":{line}")))]
    ConfigInvalid {
        /// The file.
        path: PathBuf,
        /// The line, from 1, if known.
        line: Option<usize>,
        /// What is wrong, in one line.
        reason: String,
    },
    /// There is a configuration where an example was to be written.
    #[error("{} exists already", path.display())]
    ConfigExists {
        /// The one there is.
        path: PathBuf,
        /// The one that was to be written.
        wanted: PathBuf,
    },
    /// Another coordinator works in this clone.
    #[error("a coordinator runs in this clone already{}", pid.map_or(String::new(), |pid| format!(", as process {pid}")))]
    Running {
        /// Its process, if it said so.
        pid: Option<i32>,
        /// The folder that it works in.
        dir: PathBuf,
    },
    /// None runs.
    #[error("no coordinator runs in this clone")]
    NotRunning,
    /// A coordinator in the background ended before it began.
    #[error("the coordinator did not start: {reason}")]
    NotStarted {
        /// What it said last.
        reason: String,
        /// The file that has all it said.
        log: PathBuf,
    },
    /// The coordinator goes on although it was asked to stop.
    #[error("the coordinator has not stopped within {secs} seconds")]
    NotStopped {
        /// How long it was waited for.
        secs: u64,
    },
    /// A repository is not where it was.
    #[error("the repository at {} is gone: {reason}", dir.display())]
    RepositoryGone {
        /// Where it was.
        dir: PathBuf,
        /// What was found instead.
        reason: String,
    },
    /// A file of the coordinator's own could not be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// An operation failed.
    #[error(transparent)]
    Ops(#[from] ops::Error),
}

impl Error {
    /// The stable name of this failure, for programs.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::ConfigMissing { .. } => "coordinator_config_missing",
            Self::ConfigAmbiguous { .. } => "coordinator_config_ambiguous",
            Self::ConfigInvalid { .. } => "coordinator_config_invalid",
            Self::ConfigExists { .. } => "coordinator_config_exists",
            Self::Running { .. } => "coordinator_running",
            Self::NotRunning => "coordinator_not_running",
            Self::NotStarted { .. } => "coordinator_not_started",
            Self::NotStopped { .. } => "coordinator_not_stopped",
            Self::RepositoryGone { .. } => "repository_gone",
            Self::Io { .. } => "io",
            Self::Ops(error) => error.code(),
        }
    }

    /// What people and programs are told of it.
    pub(crate) fn told(&self) -> Told {
        let hint = |text: &str| Some(text.to_owned());
        let (exit, details, hint) = match self {
            Self::ConfigMissing { path } => (
                Exit::NotFound,
                json!({"path": path}),
                hint("'jit coordinator init-config' writes an example"),
            ),
            Self::ConfigAmbiguous { json, toml } => {
                (Exit::Refused, json!({"paths": [json, toml]}), hint("keep one of them"))
            }
            Self::ConfigInvalid { path, line, reason } => {
                (Exit::Refused, json!({"path": path, "line": line, "reason": reason}), None)
            }
            Self::ConfigExists { path, wanted } if path == wanted => {
                (Exit::Exists, json!({"path": path}), hint("'--force' writes over it"))
            }
            Self::ConfigExists { path, wanted } => (
                Exit::Exists,
                json!({"path": path, "wanted": wanted}),
                Some(format!("with {} there would be two", wanted.display())),
            ),
            Self::Running { pid, dir } => (
                Exit::Exists,
                json!({"pid": pid, "dir": dir}),
                hint("'jit coordinator status' shows it, 'jit coordinator stop' stops it"),
            ),
            Self::NotRunning => {
                (Exit::NotFound, json!({}), hint("the next 'jit coordinator start' takes over what one left"))
            }
            Self::NotStarted { reason, log } => (
                Exit::External,
                json!({"reason": reason, "log": log}),
                Some(format!("see {}", log.display())),
            ),
            Self::NotStopped { secs } => (
                Exit::Contended,
                json!({"seconds": secs}),
                hint("it lets running work end; 'jit coordinator stop --now' gives it back"),
            ),
            Self::RepositoryGone { dir, reason } => (
                Exit::External,
                json!({"dir": dir, "reason": reason}),
                hint("agents were stopped; start the coordinator where the repository is now"),
            ),
            Self::Io { path, .. } => (Exit::External, json!({"path": path}), None),
            Self::Ops(error) => return Told::of_ops(error),
        };
        Told::new(exit, self.code(), self.to_string(), details, hint)
    }

    /// Wraps an IO error with what was tried on which path.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }
}
