//! Readers that are not ours see the same strings.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use jit::model::Issue;
use jit::store::format::issue;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::expected::expected;
use super::hostile;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn a_reader_of_the_libyaml_family_sees_the_same(issue in hostile::issue()) {
        let yaml = issue::to_yaml(&issue);
        let seen = yaml_serde::from_str::<Value>(&yaml).map_err(|error| error.to_string());
        prop_assert_eq!(seen, Ok(expected(&issue)), "{}", yaml);
    }
}

/// Reads lines of `{"yaml": …, "expected": …}`. Python says that 1 == True == 1.0, so types
/// are compared too.
const PROGRAM: &str = r#"
import json, sys, yaml

def same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b

failures = 0
for line in open(sys.argv[1], encoding="utf-8", newline="\n"):
    case = json.loads(line)
    try:
        seen = yaml.safe_load(case["yaml"].encode())
    except yaml.YAMLError as error:
        seen = str(error)
    if not same(seen, case["expected"]):
        failures += 1
        if failures < 4:
            print(case["yaml"], seen, case["expected"], sep="\n")
sys.exit(failures > 0)
"#;

const CASES: usize = 2000;

#[test]
fn pyyaml_sees_the_same() {
    if !has_pyyaml() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let cases = dir.path().join("cases.jsonl");
    std::fs::write(&cases, hostile_cases()).unwrap();
    let output = python(&["-c", PROGRAM], Some(&cases)).expect("python was there a moment ago");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{stdout}{}", String::from_utf8_lossy(&output.stderr));
}

fn hostile_cases() -> String {
    let mut runner = TestRunner::deterministic();
    let mut lines = String::new();
    for _ in 0..CASES {
        let issue: Issue = hostile::issue().new_tree(&mut runner).expect("nothing is filtered").current();
        let case = json!({ "yaml": issue::to_yaml(&issue), "expected": expected(&issue) });
        writeln!(lines, "{case}").expect("writing to a string cannot fail");
    }
    lines
}

/// Whether `PyYAML` can be asked. It may be missing on a desk, but not where changes are
/// accepted.
#[expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test that depends on its surroundings"
)]
fn has_pyyaml() -> bool {
    let is_there = python(&["-c", "import yaml"], None).is_ok_and(|output| output.status.success());
    assert!(is_there || std::env::var_os("CI").is_none(), "python3 with PyYAML is needed");
    if !is_there {
        eprintln!("skipped: python3 with PyYAML is not installed");
    }
    is_there
}

#[expect(clippy::disallowed_methods, reason = "the reader to compare with is a program")]
fn python(args: &[&str], file: Option<&Path>) -> std::io::Result<std::process::Output> {
    Command::new("python3").args(args).args(file).output()
}
