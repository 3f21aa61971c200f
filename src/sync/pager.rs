//! The user's pager.

use std::time::Duration;

use super::git;
use crate::store::Repo;

/// How long git may take to say what it knows.
const LIMIT: Duration = Duration::from_secs(5);

/// The command for a shell that git would use: from the environment, from its settings, or its
/// own. None if it cannot be asked.
pub(crate) fn pager(repo: &Repo) -> Option<String> {
    git::variable(repo, "GIT_PAGER", LIMIT)
}
