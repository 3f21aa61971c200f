//! What a watch did, as JSON.

use schemars::JsonSchema;
use serde::Serialize;

/// What a watch delivered, once it ended.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "watch")]
pub(crate) struct WatchObject {
    /// How many events were delivered.
    pub(crate) delivered: u64,
    /// How many could not be delivered and were passed over.
    pub(crate) skipped: u64,
    /// The file that says where the next watch goes on; null where none was asked for.
    pub(crate) cursor: Option<String>,
}
