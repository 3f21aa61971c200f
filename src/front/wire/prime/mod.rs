//! What an agent needs to know of a project, as JSON and as text.

mod text;

use schemars::JsonSchema;
use serde::Serialize;

use super::GateObject;
use crate::model::GateKey;
use crate::ops::Conventions;

/// What an agent needs to know to work with this tracker.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "prime")]
pub(crate) struct PrimeObject {
    /// What `jit prime` prints: Markdown, under 60 lines.
    pub(crate) text: String,
    /// The reference that holds the tracker.
    r#ref: String,
    /// The gates of the registry, and those that issues require without it, by key.
    gates: Vec<RequiredGate>,
    /// The labels in use, the most used first.
    labels: Vec<UsedWord>,
    /// The types of issues in use, the most used first.
    types: Vec<UsedWord>,
    /// Seconds after which a claim expires unless renewed; never if null.
    claim_ttl_secs: Option<u64>,
    /// Whether gates that are not registered are refused.
    strict_gates: bool,
    /// What is settled with the remote at once: `claims` or `mutation`.
    sync_auto: &'static str,
    /// The remote that the tracker is shared with; null if it is not.
    shared_with: Option<String>,
    /// The file that was brought up to date; null if none was asked for.
    file: Option<PrimedFile>,
}

/// A gate, and how much it is used.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "required_gate")]
struct RequiredGate {
    /// Names the gate.
    key: String,
    /// What the registry says of it; null if it does not know it.
    gate: Option<GateObject>,
    /// How many issues require it.
    issues: usize,
}

/// A word, and how much it is used.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "used_word")]
struct UsedWord {
    /// The word.
    name: String,
    /// How many issues have it.
    issues: usize,
}

/// A file with a section that is kept up to date.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "primed_file")]
pub(crate) struct PrimedFile {
    /// Where it is.
    pub(crate) path: String,
    /// Whether it had to be changed.
    pub(crate) changed: bool,
}

impl PrimeObject {
    /// Describes the project; `file` is the one that was brought up to date.
    pub(crate) fn new(conventions: &Conventions, file: Option<PrimedFile>) -> Self {
        let words = |words: &[(String, usize)]| -> Vec<UsedWord> {
            words.iter().map(|(name, issues)| UsedWord { name: name.clone(), issues: *issues }).collect()
        };
        Self {
            text: text::text(conventions),
            r#ref: conventions.ref_name.clone(),
            gates: keys(conventions).into_iter().map(|key| RequiredGate::new(conventions, key)).collect(),
            labels: words(&conventions.labels),
            types: words(&conventions.types),
            claim_ttl_secs: conventions.settings.claim_ttl_secs,
            strict_gates: conventions.settings.strict_gates,
            sync_auto: conventions.settings.sync_auto.as_str(),
            shared_with: conventions.shared_with.clone(),
            file,
        }
    }
}

impl RequiredGate {
    fn new(conventions: &Conventions, key: &GateKey) -> Self {
        let definition = conventions.gates.get(key);
        Self {
            key: key.to_string(),
            gate: definition.map(|definition| GateObject::new(key, definition)),
            issues: conventions.required.get(key).copied().unwrap_or_default(),
        }
    }
}

/// All gates that there are, by key.
fn keys(conventions: &Conventions) -> Vec<&GateKey> {
    let mut keys: Vec<&GateKey> = conventions.gates.keys().chain(conventions.required.keys()).collect();
    keys.sort();
    keys.dedup();
    keys
}
