//! What `man` wrote, as JSON.

use schemars::JsonSchema;
use serde::Serialize;

/// Man pages that were written.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "man")]
pub(crate) struct ManObject {
    /// The files.
    pub(crate) files: Vec<String>,
    /// How many.
    pub(crate) count: usize,
}
