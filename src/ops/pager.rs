//! With what people like to read.

use super::CommandExecutor;
use crate::sync;

impl CommandExecutor {
    /// The command for a shell that git would show long results with here; none if it cannot be
    /// asked.
    pub fn pager(&self) -> Option<String> {
        let repo = self.storage.open().ok()?;
        sync::pager(&repo)
    }
}
