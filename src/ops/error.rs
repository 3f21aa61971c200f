//! Every failure of every operation.

use std::path::PathBuf;

use crate::model::create::BatchError;
use crate::model::import::ImportError;
use crate::model::{IssueId, Refusal};
use crate::store::{self, CommitId};
use crate::sync;

/// Why an operation failed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A rule said no.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// The repository could not be read or written.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A list of issues to create could not be understood.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// What was to be imported could not be read or understood.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// A remote, or git on the way to it, failed. What was changed here stands.
    #[error(transparent)]
    Remote(#[from] sync::Error),
    /// The repository has no remote.
    #[error("this repository has no remote to share the tracker with")]
    NoRemote,
    /// Others published each time before this clone could.
    #[error("{remote} is busy: others published first{}", times(*rounds))]
    Contended {
        /// The remote.
        remote: String,
        /// How often it was tried.
        rounds: u32,
    },
    /// The remote has something that is not here, so that nothing can be published.
    #[error("{remote} has changes that are not here")]
    NotIntegrated {
        /// The remote.
        remote: String,
    },
    /// What the remote has cannot be used.
    #[error("the tracker of {remote}: {source}; nothing was changed here or there")]
    RemoteTracker {
        /// The remote.
        remote: String,
        /// What is wrong with it.
        source: store::Error,
    },
    /// The tracker of the remote went backwards or is gone, and that was not followed.
    #[error("the tracker of {remote} {}; nothing was changed here or there", rewound(*was, *now))]
    RemoteRewound {
        /// The remote.
        remote: String,
        /// What it last had.
        was: CommitId,
        /// What it has now, if anything.
        now: Option<CommitId>,
    },
    /// The remote keeps a tracker in another reference than this clone.
    #[error("{remote} keeps a tracker in {reference}, and this clone in {here}")]
    TrackerElsewhere {
        /// The remote.
        remote: String,
        /// Where it has a tracker.
        reference: String,
        /// Where this clone looks for it.
        here: String,
    },
    /// The change is stored here, but the remote could not be told.
    #[error("the change{} is stored here, but {remote} does not have it yet: {source}", of_issues(ids))]
    Unpublished {
        /// The remote.
        remote: String,
        /// The issues that were created or changed.
        ids: Vec<IssueId>,
        /// Why.
        source: Box<Error>,
    },
    /// Nobody wants the answer any more.
    #[error("cancelled; what was not stored by then is not")]
    Cancelled,
    /// The past was looked at, and something was to be changed.
    #[error("the past cannot be changed")]
    ReadOnlyPast,
    /// A gate's checker could not be started.
    #[error("cannot run the checker of gate {gate}: {source}")]
    Checker {
        /// The gate.
        gate: crate::model::GateKey,
        /// Why.
        source: std::io::Error,
    },
    /// There is a tracker where a made-up one was to be.
    #[error("there is a tracker at {ref_name} already, and it stays as it is")]
    TrackerExists {
        /// The reference that holds it.
        ref_name: String,
    },
    /// The folder to export to has something in it.
    #[error("{} is not empty", dir.display())]
    ExportExists {
        /// The folder.
        dir: PathBuf,
    },
    /// An export must not write there.
    #[error("{} {reason}", path.display())]
    ExportUnsafe {
        /// Where.
        path: PathBuf,
        /// Why, following the path.
        reason: &'static str,
    },
}

impl Error {
    /// Whether the same may succeed later without anybody doing anything.
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Contended { .. } | Self::Store(store::Error::Contended { .. }) => true,
            Self::Remote(error) => {
                use sync::Error as E;
                matches!(error, E::Unreachable { .. } | E::TimedOut { .. } | E::GivenUp { .. })
            }
            _ => false,
        }
    }

    /// The stable name of this failure, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refusal(refusal) => refusal.code(),
            Self::Store(error) => error.code(),
            Self::Batch(error) => error.code(),
            Self::Import(error) => error.code(),
            Self::Remote(error) => error.code(),
            Self::NoRemote => "no_remote",
            Self::Contended { .. } => "contended",
            Self::NotIntegrated { .. } => "not_integrated",
            Self::RemoteTracker { source, .. } => source.code(),
            Self::RemoteRewound { .. } => "remote_rewound",
            Self::TrackerElsewhere { .. } => "tracker_elsewhere",
            Self::Unpublished { .. } => "unpublished",
            Self::Cancelled => "cancelled",
            Self::ReadOnlyPast => "read_only_past",
            Self::Checker { .. } => "checker_not_run",
            Self::TrackerExists { .. } => "tracker_exists",
            Self::ExportExists { .. } => "export_exists",
            Self::ExportUnsafe { .. } => "export_unsafe",
        }
    }
}

fn rewound(was: CommitId, now: Option<CommitId>) -> String {
    let short = |id: CommitId| id.to_hex_with_len(10).to_string();
    match now {
        Some(now) => format!("went from {} to {}, which does not continue it", short(was), short(now)),
        None => format!("is gone; it last was {}", short(was)),
    }
}

fn times(rounds: u32) -> String {
    if rounds > 1 { format!(", {rounds} times in a row") } else { String::new() }
}

fn of_issues(ids: &[IssueId]) -> String {
    match ids {
        [] => String::new(),
        [id] => format!(" of {id}"),
        _ => format!(" of {} issues", ids.len()),
    }
}
