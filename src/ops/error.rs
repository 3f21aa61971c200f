//! Every failure of every operation.

use std::path::PathBuf;

use crate::model::Refusal;
use crate::model::create::BatchError;
use crate::store;

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
    /// A gate's checker could not be started.
    #[error("cannot run the checker of gate {gate}: {source}")]
    Checker {
        /// The gate.
        gate: crate::model::GateKey,
        /// Why.
        source: std::io::Error,
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
    /// The stable name of this failure, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refusal(refusal) => refusal.code(),
            Self::Store(error) => error.code(),
            Self::Batch(error) => error.code(),
            Self::Checker { .. } => "checker_not_run",
            Self::ExportExists { .. } => "export_exists",
            Self::ExportUnsafe { .. } => "export_unsafe",
        }
    }
}
