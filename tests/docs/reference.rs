//! The other references list what the sources have, no more and no less.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::read;
use super::text::{body, names_after, rows, sections, set, strings};
use crate::support::{Sandbox, run};

/// Exit codes by the name of the variant.
fn exits() -> BTreeMap<String, String> {
    let source = read("src/front/wire/exit.rs");
    let variants = body(&source, "enum Exit {").lines().filter_map(|line| line.trim().split_once(" = "));
    variants.map(|(name, code)| (name.to_owned(), code.trim_end_matches(',').to_owned())).collect()
}

/// Error codes by the name of the variant, of an error type with a function `code`.
fn codes(file: &str) -> Vec<(String, String)> {
    let source = read(file);
    let arms = body(&source, "const fn code(").lines().filter_map(|line| line.split_once(" => \""));
    let name = |pattern: &str| {
        pattern.trim().trim_start_matches("Self::").split([' ', '(']).next().map(str::to_owned)
    };
    arms.filter_map(|(pattern, code)| Some((name(pattern)?, code.split('"').next()?.to_owned()))).collect()
}

/// The exit code of each variant, from a function whose match names variants after `variant`
/// and what they exit with after `exit`.
fn exit_of_variants(source: &str, variant: &str, exit: &str) -> BTreeMap<String, String> {
    let exits = exits();
    let targets: Vec<(usize, &str)> =
        names_after(source, exit).filter(|(_, name)| exits.contains_key(*name)).collect();
    let target =
        |at: usize| targets.iter().find(|(place, _)| *place > at).map(|(_, name)| exits[*name].clone());
    names_after(source, variant).filter_map(|(at, name)| Some((name.to_owned(), target(at)?))).collect()
}

/// Every error code with its exit code; none where that depends.
fn expected_errors() -> BTreeMap<String, Option<String>> {
    let exit_source = read("src/front/wire/exit.rs");
    let error_source = read("src/front/wire/failure.rs");
    let refusals = exit_of_variants(body(&exit_source, "fn of_refusal("), "Refusal::", "Self::");
    let stores = exit_of_variants(body(&error_source, "fn of_store("), " E::", "Exit::");
    let mut errors = BTreeMap::new();
    for (file, exits) in [("src/model/refusal.rs", refusals), ("src/store/error.rs", stores)] {
        let known = codes(file).into_iter().map(|(name, code)| (code, exits.get(&name).cloned()));
        errors.extend(known);
    }
    let others = [
        "src/front/coordinator/error.rs",
        "src/model/create.rs",
        "src/model/import/error.rs",
        "src/ops/error.rs",
        "src/sync/error.rs",
    ];
    for file in others {
        for (_, code) in codes(file) {
            errors.entry(code).or_insert(None);
        }
    }
    let cli_source = read("src/front/cli/error.rs");
    let report = body(&cli_source, "fn told(");
    let named = report.split("internal(\"").skip(1).filter_map(|rest| rest.split('"').next());
    let made = error_source.split("Self::new(").skip(1);
    let quoted = made.filter_map(|rest| rest.lines().next()?.split('"').nth(1));
    errors.extend(named.chain(quoted).map(|code| (code.to_owned(), None)));
    errors
}

#[test]
fn every_exit_code_is_described() {
    let described = rows(&read("docs/reference/exit-codes.md"));
    assert_eq!(set(described.into_keys()), set(exits().into_values()));
}

#[test]
fn every_error_code_is_described_with_its_exit_code() {
    let document = read("docs/reference/errors.md");
    let mut described = BTreeMap::new();
    for (title, text) in sections(&document, "## ") {
        if title != "What validate reports" {
            described.append(&mut rows(&text));
        }
    }
    let expected = expected_errors();
    assert!(expected.len() > 40);
    assert_eq!(set(described.keys().cloned()), set(expected.keys().cloned()));
    for (code, exit) in expected {
        assert!(exit.as_ref().is_none_or(|exit| *exit == described[&code]), "{code} exits with {exit:?}");
    }
}

#[test]
fn every_problem_that_validate_reports_is_described() {
    let problems: BTreeSet<String> =
        codes("src/model/validate.rs").into_iter().map(|(_, code)| code).collect();
    let document = read("docs/reference/errors.md");
    assert_eq!(set(rows(&sections(&document, "## ")["What validate reports"]).into_keys()), problems);
}

#[test]
fn every_event_type_is_described() {
    let source = read("src/model/event.rs");
    let kind = source.split("impl EventKind {").nth(1).expect("it is there");
    let names = set(strings(body(kind, "const fn name(")));
    assert!(names.len() > 20);
    let all = source.split("pub const NAMES").nth(1).and_then(|rest| rest.split("];").next());
    assert_eq!(set(strings(all.expect("it is there"))), names, "those that can be asked for");
    assert_eq!(set(sections(&read("docs/reference/events.md"), "### ").into_keys()), names);
}

#[test]
fn every_setting_is_described() {
    let source = read("src/model/settings.rs");
    let key = source.split("impl SettingKey {").nth(1).expect("it is there");
    let mut names = set(strings(body(key, "const fn as_str(")));
    names.extend(["conflicts".to_owned(), "format".to_owned()]);
    let document = read("docs/reference/storage.md");
    assert_eq!(set(rows(&sections(&document, "## ")["config.toml"]).into_keys()), names);
}

#[test]
fn every_key_of_stored_documents_is_described() {
    let document = read("docs/reference/storage.md");
    for (file, title) in [("issue", "Issues"), ("gate", "Gates")] {
        let source = read(&format!("src/store/format/{file}.rs"));
        let keys = source.split_once("const KEYS").expect("there is one").1.split(';').nth(1);
        let keys = set(strings(keys.expect("it ends")));
        assert_eq!(set(rows(&sections(&document, "## ")[title]).into_keys()), keys, "{title}");
    }
}

#[test]
fn every_key_of_json_is_described() {
    let sandbox = Sandbox::new();
    let schema = run(sandbox.program("jit", &sandbox.path("home")).arg("schema")).ok().json();
    let document = read("docs/reference/json.md");
    let described = sections(&document, "### ");
    let objects = schema["$defs"].as_object().expect("it has some");
    assert_eq!(set(described.keys().cloned()), set(objects.keys().cloned()));
    for (name, object) in objects {
        let keys = set(object["properties"].as_object().into_iter().flat_map(serde_json::Map::keys).cloned());
        assert_eq!(set(rows(&described[name]).into_keys()), keys, "{name}");
        let required = object["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        assert_eq!(set(required), keys, "{name}: all keys are always there");
    }
}
