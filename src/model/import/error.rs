//! Why an import fails.

use crate::model::Refusal;

/// Why what was read is not imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// It could not be read.
    #[error("{source_name}: {error}")]
    Unreadable {
        /// The file.
        source_name: String,
        /// Why.
        error: std::io::Error,
    },
    /// It is not in the format that it was said to be in, or not whole.
    #[error("{source_name}, {place}: {reason}")]
    Syntax {
        /// The file.
        source_name: String,
        /// Where in it.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// It is more than is read at once.
    #[error("{source_name} is too large: {reason}")]
    TooLarge {
        /// The file.
        source_name: String,
        /// What is too much, and what is the most.
        reason: String,
    },
    /// A value breaks the rules of its field.
    #[error("{source_name}, {place}: {refusal}")]
    Refused {
        /// The file.
        source_name: String,
        /// Where in it.
        place: String,
        /// The rule.
        refusal: Box<Refusal>,
    },
    /// Two issues have the same id.
    #[error("{source_name}: {first} and {second} have the same id {id:?}")]
    DuplicateId {
        /// The file.
        source_name: String,
        /// The id.
        id: String,
        /// Where it is first.
        first: String,
        /// Where it is again.
        second: String,
    },
}

impl ImportError {
    /// The stable name of this failure, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "import_unreadable",
            Self::Syntax { .. } => "import_syntax",
            Self::TooLarge { .. } => "import_too_large",
            Self::Refused { .. } => "import_refused",
            Self::DuplicateId { .. } => "import_duplicate_id",
        }
    }
}
