//! What `dev generate` made, as JSON.

use schemars::JsonSchema;
use serde::Serialize;

use crate::ops::Generated;

/// A made-up project.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "generated")]
pub(crate) struct GeneratedObject {
    /// The reference that holds the tracker.
    r#ref: String,
    /// The repository's git directory.
    git_dir: String,
    /// How many issues it has.
    issues: usize,
    /// How many commits it has.
    commits: usize,
}

impl From<&Generated> for GeneratedObject {
    fn from(generated: &Generated) -> Self {
        Self {
            r#ref: generated.ref_name.clone(),
            git_dir: generated.git_dir.display().to_string(),
            issues: generated.issues,
            commits: generated.commits,
        }
    }
}
