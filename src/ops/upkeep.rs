//! Keeping the object store in check: loose objects are packed by git, now and then.

use super::CommandExecutor;
use crate::store::{CommitId, Repo};
use crate::sync::maintenance;

/// One in so many commits starts git's maintenance, as their ids have it: evenly spread,
/// without a counter to keep.
const EVERY: u8 = 64;

impl CommandExecutor {
    /// To be called after `commit` was stored: lets git tidy up if it is time to, unless the
    /// user has turned that off. It takes no time of the caller's.
    pub(super) fn tend(repo: &Repo, commit: CommitId) {
        if is_due(commit) && repo.wants_maintenance() {
            maintenance::start(repo);
        }
    }
}

fn is_due(commit: CommitId) -> bool {
    commit.as_bytes().last().is_some_and(|byte| byte % EVERY == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_commit_in_64_is_due() {
        let id = |byte: u8| format!("{}{byte:02x}", "7".repeat(38)).parse::<CommitId>().unwrap();
        assert_eq!((0..=255).filter(|byte| is_due(id(*byte))).count(), 4);
    }
}
