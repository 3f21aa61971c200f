//! What can go wrong between a tracker and its repository.

use std::io;
use std::path::{Path, PathBuf};

use super::format::FormatError;

/// A failure of the store. Nothing was changed, unless the variant says otherwise.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No git repository here or above.
    #[error("no git repository in {} or above", dir.display())]
    NotARepository {
        /// Where it was looked for.
        dir: PathBuf,
    },
    /// `GIT_DIR` names no repository.
    #[error("GIT_DIR is {}, which is not a git repository", path.display())]
    BadGitDir {
        /// What it names.
        path: PathBuf,
    },
    /// There is a `.git`, but git cannot use it.
    #[error("{} is there, but is not a git repository", path.display())]
    BrokenRepository {
        /// The `.git`.
        path: PathBuf,
    },
    /// The repository is of a kind this version must not write to.
    #[error("this repository {reason}")]
    Unsupported {
        /// Which kind, following "this repository".
        reason: String,
    },
    /// The repository belongs to somebody else, and git was not told to trust it.
    #[error("the repository at {} belongs to another user", path.display())]
    Untrusted {
        /// Its directory.
        path: PathBuf,
    },
    /// `jit.ref` does not name a usable reference.
    #[error("jit.ref is {name:?}, which is not a full reference name such as refs/jit/main")]
    BadRefName {
        /// The configured name.
        name: String,
    },
    /// The repository has no tracker.
    #[error("this repository has no tracker: {name} does not exist")]
    NoTracker {
        /// The reference that would hold it.
        name: String,
        /// A remote that may have one.
        remote: Option<String>,
    },
    /// There are several remotes, and none was chosen.
    #[error("there are several remotes and none is called origin: {}", names.join(", "))]
    AmbiguousRemote {
        /// Their names.
        names: Vec<String>,
    },
    /// No remote of that name.
    #[error("there is no remote {name:?}{}", known_remotes(known))]
    NoSuchRemote {
        /// What was asked for.
        name: String,
        /// The remotes there are.
        known: Vec<String>,
    },
    /// A remote that must not be handed to git.
    #[error("remote {name:?} is refused: {reason}")]
    BadRemote {
        /// Its name.
        name: String,
        /// Why.
        reason: String,
    },
    /// The reference is a branch that a working tree has checked out.
    #[error("{name} does not hold a tracker: a working tree has it checked out")]
    CheckedOut {
        /// The reference.
        name: String,
    },
    /// The reference exists but does not hold a tracker.
    #[error("{name} does not hold a tracker: {reason}")]
    NotATracker {
        /// The reference.
        name: String,
        /// What it holds instead.
        reason: String,
    },
    /// A directory of the tracker cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Damaged {
        /// Path in the tracker's tree.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// `config.toml` cannot be understood, or is of another format.
    #[error("config.toml on {name}: {source}")]
    Settings {
        /// The reference.
        name: String,
        /// What is wrong with it.
        source: FormatError,
    },
    /// A document would be larger than any version reads.
    #[error("{path} would have {bytes} bytes, {} is the most", super::format::MAX_BYTES)]
    TooLarge {
        /// Path in the tracker's tree.
        path: String,
        /// Its size.
        bytes: usize,
    },
    /// The tracker was not there at the moment that was asked for.
    #[error("{moment}: {reason}")]
    NoSuchMoment {
        /// The moment: a revision, or a time.
        moment: String,
        /// Why there is no tracker.
        reason: String,
    },
    /// Other processes kept the tracker busy for too long.
    #[error("the tracker is busy: {reason}")]
    Contended {
        /// What was waited for.
        reason: String,
    },
    /// Another process reads the event log by the same cursor.
    #[error("another process uses the cursor {}", path.display())]
    CursorInUse {
        /// Its file.
        path: PathBuf,
    },
    /// The file of a cursor holds something else.
    #[error("{} does not hold a cursor", path.display())]
    BadCursor {
        /// The file.
        path: PathBuf,
    },
    /// Another process has the draft.
    #[error("{} is being edited", path.display())]
    DraftInUse {
        /// Its file.
        path: PathBuf,
    },
    /// A file or directory could not be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The git library failed.
    #[error("git repository: {message}")]
    Git {
        /// What it said.
        message: String,
    },
}

impl Error {
    /// The stable name of this failure, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotARepository { .. } => "not_a_repository",
            Self::BadGitDir { .. } => "bad_git_dir",
            Self::BrokenRepository { .. } => "broken_repository",
            Self::Unsupported { .. } => "unsupported_repository",
            Self::Untrusted { .. } => "untrusted_repository",
            Self::BadRefName { .. } => "bad_ref_name",
            Self::NoTracker { .. } => "no_tracker",
            Self::AmbiguousRemote { .. } => "ambiguous_remote",
            Self::NoSuchRemote { .. } => "remote_not_found",
            Self::BadRemote { .. } => "bad_remote",
            Self::CheckedOut { .. } | Self::NotATracker { .. } => "not_a_tracker",
            Self::Damaged { .. } => "damaged",
            Self::Settings { source: FormatError::UnknownFormat { .. }, .. } => "unknown_format",
            Self::Settings { .. } => "bad_settings",
            Self::TooLarge { .. } => "too_large",
            Self::NoSuchMoment { .. } => "no_such_moment",
            Self::Contended { .. } => "contended",
            Self::CursorInUse { .. } => "cursor_in_use",
            Self::BadCursor { .. } => "bad_cursor",
            Self::DraftInUse { .. } => "draft_in_use",
            Self::Io { .. } => "io",
            Self::Git { .. } => "git",
        }
    }

    /// Wraps an IO error with what was tried on which path.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }

    /// Wraps an error of the git library, all causes in one line.
    pub(super) fn git(error: impl Into<gix::Error>) -> Self {
        Self::Git { message: causes(&error.into()) }
    }
}

fn known_remotes(known: &[String]) -> String {
    if known.is_empty() { String::new() } else { format!("; there is {}", known.join(", ")) }
}

/// All causes of an error of the git library in one line.
pub(super) fn causes(error: &gix::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in error.iter_errors() {
        let text = cause.to_string().replace('\n', " ");
        if !parts.contains(&text) {
            parts.push(text);
        }
    }
    parts.join(": ")
}
