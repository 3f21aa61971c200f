//! Gates: the registry, and those of one issue.

use std::collections::BTreeMap;

use super::table;
use super::text::{HEADING, clean, clean_block, joined, paint, state};
use super::times::Times;
use crate::model::settings::format_secs;
use crate::model::{GateDefinition, GateKey, GateState, Issue, Tracker, gate};

/// The registry as a table, cut to `width` columns if given; empty if it is.
pub(crate) fn list(registry: &BTreeMap<GateKey, GateDefinition>, width: Option<usize>) -> String {
    let rows = registry.iter().map(|(key, definition)| {
        [
            key.to_string(),
            definition.stage.to_string(),
            passed_by(definition).to_owned(),
            clean(definition.title.as_deref().unwrap_or(key.as_str())).into_owned(),
        ]
    });
    table::titled(["KEY", "STAGE", "PASSED BY", "TITLE"], rows, width)
}

fn passed_by(definition: &GateDefinition) -> &'static str {
    match (&definition.checker, definition.auto) {
        (Some(_), _) => "checker",
        (None, true) => "automation",
        (None, false) => "hand",
    }
}

/// One gate of the registry.
pub(crate) fn show(key: &GateKey, definition: &GateDefinition) -> String {
    let title = clean(definition.title.as_deref().unwrap_or(key.as_str()));
    let mut lines = vec![
        paint(HEADING, &title),
        String::new(),
        format!("Key:        {key}"),
        format!("Stage:      {}", definition.stage),
        format!("Passed by:  {}", passed_by(definition)),
    ];
    if let Some(checker) = &definition.checker {
        lines.push(format!("Command:    {}", clean(&checker.command)));
        lines.extend(checker.timeout_secs.map(|secs| format!("Time limit: {}", format_secs(secs))));
    }
    if !definition.description.is_empty() {
        lines.push(String::new());
        lines.push(clean_block(&definition.description).trim_end().to_owned());
    }
    joined(&lines)
}

/// The gates that `issue` requires, a line each: how it stands, and who said so.
pub(super) fn required(tracker: &Tracker, issue: &Issue, times: Times) -> Vec<String> {
    let widest = issue.gates.keys().map(|key| key.as_str().len()).max().unwrap_or(0);
    let line = |(key, report): (&GateKey, &GateState)| {
        let stage = gate::stage(tracker, key);
        let by = report.by.as_ref().map(|by| format!(" by {}", clean(by.as_str()))).unwrap_or_default();
        let at = report.at.map(|at| format!(", {}", times.show(at))).unwrap_or_default();
        format!("{key:widest$}  {stage:<4}  {}{by}{at}", state(report.status.as_str()))
    };
    issue.gates.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::wire::sample::{full_tracker, gate, id};
    use crate::model::Checker;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn the_registry_says_who_passes_a_gate() {
        let checker = Checker { command: "true".into(), timeout_secs: Some(90), extra: BTreeMap::new() };
        let tests = GateDefinition { checker: Some(checker), ..GateDefinition::default() };
        let review = GateDefinition { title: Some("Code \u{7}Review".into()), ..GateDefinition::default() };
        let registry = BTreeMap::from([(gate("tests"), tests), (gate("review"), review)]);
        assert_eq!(
            plain(&list(&registry, None)),
            "KEY     STAGE  PASSED BY  TITLE\n\
             review  post   hand       Code \\u{7}Review\n\
             tests   post   checker    tests\n"
        );
        let shown = plain(&show(&gate("tests"), &registry[&gate("tests")]));
        assert!(shown.ends_with("Command:    true\nTime limit: 1m 30s\n"), "{shown}");
    }

    #[test]
    fn a_required_gate_says_who_reported_it() {
        let tracker = full_tracker();
        let lines = required(&tracker, &tracker.issues[&id(1)], Times::EXACT);
        assert_eq!(
            plain(&joined(&lines)),
            "review  pre   pending\ntests   post  passed by ci:github, 2025-01-02 03:04:25 UTC\n"
        );
    }
}
