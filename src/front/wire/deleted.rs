//! What was deleted, as JSON.

use schemars::JsonSchema;
use serde::Serialize;

/// Issues or gates that were deleted.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "deleted")]
pub(crate) struct Deleted {
    /// The ids of the issues, or the keys of the gates.
    deleted: Vec<String>,
    /// How many.
    count: usize,
}

impl Deleted {
    /// Names what was deleted.
    pub(crate) fn new(names: &[impl ToString]) -> Self {
        Self { deleted: names.iter().map(ToString::to_string).collect(), count: names.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_deleted_is_named_and_counted() {
        let json = serde_json::to_string(&Deleted::new(&["unit-tests"])).unwrap();
        assert_eq!(json, r#"{"deleted":["unit-tests"],"count":1}"#);
    }
}
