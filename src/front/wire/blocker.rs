//! What holds an issue up, as JSON.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::Blocker;

/// Something that holds an issue up.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "blocker")]
pub(super) struct BlockerObject {
    /// What it is. A missing dependency is not in the tracker, a damaged one is not readable.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = ["dependency", "missing_dependency", "damaged_dependency", "gate"]))]
    blocker_type: &'static str,
    /// The dependency.
    id: Option<String>,
    /// The title of the dependency.
    title: Option<String>,
    /// The stored state of the dependency: `open`, `in_progress` or `gated`.
    state: Option<&'static str>,
    /// The gate.
    gate: Option<String>,
    /// The last report on the gate: `pending` or `failed`.
    status: Option<&'static str>,
}

impl BlockerObject {
    pub(super) fn new(blocker: &Blocker) -> Self {
        let none =
            Self { blocker_type: "gate", id: None, title: None, state: None, gate: None, status: None };
        match blocker {
            Blocker::Dependency { id, title, state } => Self {
                blocker_type: "dependency",
                id: Some(id.to_string()),
                title: Some(title.clone()),
                state: Some(state.as_str()),
                ..none
            },
            Blocker::MissingDependency { id } => {
                Self { blocker_type: "missing_dependency", id: Some(id.to_string()), ..none }
            }
            Blocker::DamagedDependency { id } => {
                Self { blocker_type: "damaged_dependency", id: Some(id.to_string()), ..none }
            }
            Blocker::Gate { key, status } => {
                Self { gate: Some(key.to_string()), status: Some(status.as_str()), ..none }
            }
        }
    }
}
