//! How this clone stands to the remote, from what is known here.

use super::{CommandExecutor, Error};

/// So many unpublished commits are counted at most.
pub const MOST_UNPUBLISHED: usize = 1000;

impl CommandExecutor {
    /// How many commits the remote that the tracker is shared with does not have yet, as far
    /// as is known here, at most [`MOST_UNPUBLISHED`]; none where it is not shared.
    pub fn unpublished(&self) -> Result<Option<usize>, Error> {
        let repo = self.storage.open()?;
        // Where it cannot be told with whom, nothing was ever shared.
        let Ok(Some(remote)) = repo.shared_remote() else { return Ok(None) };
        let Some(tip) = repo.try_tip()? else { return Ok(None) };
        Ok(Some(repo.count_ahead(tip, repo.tracking_main(&remote.name), MOST_UNPUBLISHED)))
    }
}
