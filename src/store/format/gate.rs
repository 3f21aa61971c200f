//! `gates/<key>.yaml`: an entry of the gate registry.

use super::fields::{Fields, one_of};
use super::yaml::{Map, Tree};
use super::{FormatError, conflict};
use crate::model::{Checker, GateDefinition, GateStage};

const KEYS: [&str; 6] = ["title", "description", "stage", "auto", "checker", "conflicts"];
const STAGES: [GateStage; 2] = [GateStage::Pre, GateStage::Post];
const CHECKER_KEYS: [&str; 2] = ["command", "timeout"];

/// The document of a gate.
pub fn to_yaml(gate: &GateDefinition) -> String {
    let mut map = Map::default();
    map.put_some("title", gate.title.as_deref());
    map.put_filled("description", gate.description.as_str());
    map.put("stage", gate.stage.as_str());
    if gate.auto {
        map.put("auto", Tree::Atom("true".to_owned()));
    }
    map.put_some("checker", gate.checker.as_ref().map(checker_tree));
    map.put_filled("conflicts", conflict::trees(&gate.conflicts));
    map.put_extra(&gate.extra, &KEYS);
    map.render()
}

fn checker_tree(checker: &Checker) -> Tree<'_> {
    let mut map = Map::default();
    map.put("command", checker.command.as_str());
    map.put_some("timeout", checker.timeout_secs.map(|secs| Tree::Atom(secs.to_string())));
    map.put_extra(&checker.extra, &CHECKER_KEYS);
    Tree::Map(map)
}

/// Reads the document of a gate.
pub fn from_yaml(bytes: &[u8]) -> Result<GateDefinition, FormatError> {
    let mut fields = Fields::of_document(bytes)?;
    Ok(GateDefinition {
        title: fields.text("title")?.map(Into::into),
        description: fields.text("description")?.unwrap_or_default().into(),
        stage: fields.parse("stage", one_of(&STAGES, GateStage::as_str))?.unwrap_or_default(),
        auto: fields.parse("auto", boolean)?.unwrap_or_default(),
        checker: fields.map("checker")?.map(checker).transpose()?,
        conflicts: conflict::take(&mut fields)?,
        extra: fields.rest(),
    })
}

fn checker(mut fields: Fields<'_>) -> Result<Checker, FormatError> {
    Ok(Checker {
        command: fields.required_text("command")?,
        timeout_secs: fields.parse("timeout", seconds)?,
        extra: fields.rest(),
    })
}

fn boolean(word: &str) -> Result<bool, String> {
    word.parse().map_err(|_| format!("{word:?} is neither true nor false"))
}

fn seconds(word: &str) -> Result<u64, String> {
    word.parse().map_err(|_| format!("{word:?} is not a number of seconds"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_definition_is_its_stage() {
        let gate = GateDefinition::default();
        assert_eq!(to_yaml(&gate), "stage: post\n");
        assert_eq!(from_yaml(b"stage: post\n"), Ok(gate.clone()));
        assert_eq!(from_yaml(b"{}\n"), Ok(gate));
    }

    #[test]
    fn keys_have_a_fixed_order() {
        let yaml = "title: Unit tests\ndescription: |\n  All of\n  them\nstage: pre\nauto: true\nchecker:\n  \
                    command: cargo test\n  timeout: 300\n  shell: bash\nowner: ada\n";
        let gate = from_yaml(yaml.as_bytes()).unwrap();
        assert_eq!(gate.checker.as_ref().unwrap().timeout_secs, Some(300));
        assert!(gate.auto && gate.extra.contains_key("owner"));
        assert_eq!(to_yaml(&gate), yaml);
    }

    #[test]
    fn conflicts_come_after_what_they_are_about() {
        let yaml = "stage: post\nconflicts:\n  - id: 3f2a9c1e-7d0b-4c52-9a44-0c7f5f1f2b11\n    field: title\n    \
                    upstream: Review\n    by: human:unknown\n    at: \"2026-01-02T03:04:05.678Z\"\nowner: ada\n";
        let gate = from_yaml(yaml.as_bytes()).unwrap();
        assert_eq!(
            (gate.conflicts[0].upstream.as_deref(), &gate.conflicts[0].local),
            (Some("Review"), &None)
        );
        assert_eq!(to_yaml(&gate), yaml);
    }

    #[test]
    fn a_value_that_is_not_understood_is_an_error() {
        for (yaml, field) in [
            ("stage: middle", "stage"),
            ("auto: yes", "auto"),
            ("checker: {}", "checker.command"),
            ("checker: {command: x, timeout: 5m}", "checker.timeout"),
            ("checker: [x]", "checker"),
        ] {
            let error = from_yaml(yaml.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{field}: ")), "{error}");
        }
    }
}
