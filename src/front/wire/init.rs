//! What `init` did, as JSON.

use schemars::JsonSchema;
use serde::Serialize;

use crate::ops::Initialized;

/// A tracker that was made, or was there.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "init")]
pub(crate) struct InitObject {
    /// The reference that holds the tracker.
    r#ref: String,
    /// The repository's git directory.
    git_dir: String,
    /// Whether the repository was made as well.
    repository_created: bool,
    /// Whether the tracker was made now.
    tracker_created: bool,
    /// The remote whose tracker this clone has now; null if it is a new or an old one.
    adopted_from: Option<String>,
}

impl From<&Initialized> for InitObject {
    fn from(made: &Initialized) -> Self {
        Self {
            r#ref: made.ref_name.clone(),
            git_dir: made.git_dir.display().to_string(),
            repository_created: made.repository_created,
            tracker_created: made.tracker_created,
            adopted_from: made.adopted_from.clone(),
        }
    }
}
