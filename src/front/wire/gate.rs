//! The gate registry as JSON.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Checker, GateDefinition, GateKey, GateStage};

/// One gate of the registry.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "gate")]
pub(crate) struct GateObject {
    /// Names the gate.
    key: String,
    /// For people; the key is shown where there is none.
    title: Option<String>,
    /// What it checks; may be empty.
    description: String,
    /// What it holds up: `pre` starting an issue, `post` finishing it.
    #[schemars(extend("enum" = [GateStage::Pre.as_str(), GateStage::Post.as_str()]))]
    stage: &'static str,
    /// Whether a machine rather than a person is to pass it.
    auto: bool,
    /// The program that `jit gate check` runs to decide it.
    checker: Option<CheckerObject>,
}

impl GateObject {
    /// Describes the gate `key`.
    pub(crate) fn new(key: &GateKey, definition: &GateDefinition) -> Self {
        Self {
            key: key.to_string(),
            title: definition.title.clone(),
            description: definition.description.clone(),
            stage: definition.stage.as_str(),
            auto: definition.auto,
            checker: definition.checker.as_ref().map(CheckerObject::new),
        }
    }
}

/// A program that decides whether an issue passes a gate: exit status 0 passes.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "checker")]
struct CheckerObject {
    /// A shell command, run at the top of the working tree.
    command: String,
    /// Seconds it may take; the project's `gate.timeout` if null.
    timeout_secs: Option<u64>,
}

impl CheckerObject {
    fn new(checker: &Checker) -> Self {
        Self { command: checker.command.clone(), timeout_secs: checker.timeout_secs }
    }
}

/// The gate registry, by key.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "gate_list")]
pub(crate) struct GateList {
    /// The gates.
    gates: Vec<GateObject>,
    /// How many.
    count: usize,
}

impl GateList {
    /// Describes the registry.
    pub(crate) fn new(registry: &BTreeMap<GateKey, GateDefinition>) -> Self {
        let gates: Vec<GateObject> =
            registry.iter().map(|(key, definition)| GateObject::new(key, definition)).collect();
        Self { count: gates.len(), gates }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Extra;

    #[test]
    fn a_gate_has_all_keys_in_order() {
        let key = GateKey::parse("unit-tests").unwrap();
        let json = serde_json::to_string(&GateObject::new(&key, &GateDefinition::default())).unwrap();
        assert_eq!(
            json,
            r#"{"key":"unit-tests","title":null,"description":"","stage":"post","auto":false,"checker":null}"#
        );
    }

    #[test]
    fn a_list_counts_its_gates() {
        let checker = Checker { command: "cargo test".into(), timeout_secs: Some(60), extra: Extra::new() };
        let definition = GateDefinition { checker: Some(checker), ..GateDefinition::default() };
        let registry = BTreeMap::from([(GateKey::parse("ci").unwrap(), definition)]);
        let json = serde_json::to_value(GateList::new(&registry)).unwrap();
        assert_eq!(json["count"], 1);
        assert_eq!(
            json["gates"][0]["checker"],
            serde_json::json!({"command": "cargo test", "timeout_secs": 60})
        );
    }
}
