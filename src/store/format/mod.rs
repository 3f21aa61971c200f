//! Documents <-> model, as pure functions.
//!
//! Guarantees:
//!
//! - Equal values are equal bytes: one writer, fixed key order, nothing folded or wrapped.
//! - What is written is read back unchanged, and every YAML reader, of version 1.1 or 1.2,
//!   sees the same strings in it. What could be taken for something else is quoted.
//! - Keys that this version does not know survive a rewrite.
//! - A value that this version does not understand under a key that it does know is an
//!   error, never a default. The caller reports the file as damaged.
//! - Hostile documents are refused within bounded time, memory and stack.
//!
//! Comments and styles of files edited by hand are not kept.

pub mod batch;
pub mod claim_record;
pub(crate) mod cursor;
pub mod event;
pub mod export;
pub mod form;
pub mod gate;
pub mod import;
pub mod issue;
pub mod settings;
pub mod template;

mod conflict;
mod fields;
mod node;
mod payload;
mod plain;
mod scalar;
mod yaml;

use crate::model::IssueId;

pub use event::LoggedEvent;

/// Bytes of the largest document that is read. The writers do not know it: check the
/// length of what they return before storing it.
pub const MAX_BYTES: usize = 16 << 20;

/// Why a document cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// Its bytes are not text.
    #[error("it is not UTF-8")]
    NotUtf8,
    /// It is larger than [`MAX_BYTES`].
    #[error("it has {bytes} bytes, {MAX_BYTES} is the most")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// It is not YAML (or TOML), or not the part of it that is allowed here.
    #[error("line {line}: {message}")]
    Syntax {
        /// Where, counted from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A value is missing or breaks the rules of its field.
    #[error("{field}: {reason}")]
    Invalid {
        /// The field, such as `comments[2].at`.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The issue in the file is not the one its path names.
    #[error("id: it is {found}, but the path says {expected}")]
    WrongId {
        /// The id in the file.
        found: IssueId,
        /// The id of the path.
        expected: IssueId,
    },
    /// The tracker was written in another format, most likely by a newer version.
    #[error(
        "format {found} is not known to this version, which reads format {}",
        crate::model::settings::FORMAT
    )]
    UnknownFormat {
        /// The format it says it has; `(none)` where it says nothing.
        found: String,
    },
}

impl FormatError {
    fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), reason: reason.into() }
    }
}

/// The text of a document of acceptable size.
fn decode(bytes: &[u8]) -> Result<&str, FormatError> {
    if bytes.len() > MAX_BYTES {
        return Err(FormatError::TooLarge { bytes: bytes.len() });
    }
    str::from_utf8(bytes).map_err(|_| FormatError::NotUtf8)
}
