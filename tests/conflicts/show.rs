//! Seeing conflicts: in every form that reads an issue, and on their own.

use serde_json::{Value, json};

use super::{between, conflict_id, fields, put, with};
use crate::bad_input::{path_of, plant};
use crate::support::Sandbox;

#[test]
fn an_issue_shows_both_values_and_the_command_that_settles_each() {
    let (sandbox, id) = with(&[between("title", "Here", "There"), between("type", "task", "bug")]);
    let shown = sandbox.jit(["show", &id]).ok().stdout;
    let (head, _) = shown.split_once("\nContext:").expect("conflicts come before the rest");
    for expected in ["upstream: Here", "local:    There", "local was written by human:bob"] {
        assert!(head.contains(expected), "{head}");
    }
    let commands: Vec<&str> = shown
        .lines()
        .filter_map(|line| line.trim().strip_prefix("settle: jit ")?.split("  (").next())
        .collect();
    assert_eq!(commands.len(), 2, "{shown}");
    for command in commands {
        sandbox.jit(command.split(' ')).ok();
    }
    let issue = sandbox.json(["show", &id]);
    assert_eq!((&issue["title"], &issue["type"]), (&json!("There"), &json!("bug")));
    assert!(!sandbox.jit(["show", &id]).ok().stdout.contains("Conflicts"), "they are settled");
}

#[test]
fn the_summary_and_the_check_count_conflicts_and_name_the_command() {
    let (sandbox, id) = with(&[between("title", "Here", "There"), between("type", "task", "bug")]);
    assert_eq!(sandbox.json(["status"])["conflicts"], 2);
    let status = sandbox.jit(["status"]).ok().stdout;
    assert!(status.contains("2 unsettled conflicts ('jit conflict list' shows them)"), "{status}");
    let report = sandbox.jit(["validate"]).exits(4).stdout;
    let expected = format!(
        "conflict: {0} has an unsettled conflict in title: 'jit conflict show {0}' tells more",
        &id[..8]
    );
    assert!(report.lines().any(|line| line == expected), "{report}");
    sandbox.jit(["conflict", "resolve", &id, "--all", "--take", "upstream"]).ok();
    sandbox.jit(["validate"]).ok();
    assert_eq!(sandbox.json(["status"])["conflicts"], 0);
}

#[test]
fn a_document_has_all_of_a_conflict() {
    let (sandbox, id) = with(&[between("title", "Here", "There")]);
    let expected = json!({
        "id": conflict_id(1), "short_id": "11111111", "issue_id": id, "gate": null,
        "template": null, "setting": null,
        "field": "title", "upstream": "Here", "local": "There", "by": "human:bob",
        "at": "2026-01-02T03:04:05.678Z",
    });
    let list = json!({"conflicts": [expected], "count": 1});
    for command in [&["conflict"][..], &["conflict", "ls"], &["conflict", "show", &id]] {
        assert_eq!(sandbox.json(command.iter().copied()), list, "{command:?}");
    }
    assert_eq!(sandbox.json(["show", &id])["conflicts"], list["conflicts"]);
    let ids = sandbox.jit(["conflict", "list", "-q"]).ok().stdout;
    assert_eq!(ids, format!("{}\n", conflict_id(1)));
}

#[test]
fn a_conflict_is_found_by_issue_by_id_by_gate_and_as_config() {
    let (sandbox, id) = with(&[between("title", "Here", "There"), between("type", "task", "bug")]);
    plant(
        &sandbox,
        "gates/unit.yaml",
        format!("stage: post\n{}", super::yaml_of(&[between("auto", "false", "true")])),
    );
    let count = |named: &str| sandbox.json(["conflict", "show", named])["count"].clone();
    for (named, expected) in [(id.as_str(), 2), (&id[..4], 2), ("2222", 1), (&conflict_id(2), 1), ("unit", 1)]
    {
        assert_eq!(count(named), expected, "{named}");
    }
    assert_eq!(count("gate:unit"), 1);
    for (named, message) in [
        ("config", "config has no conflict"),
        ("nothing", "nothing named \"nothing\" has a conflict"),
        ("gate:nothing", "nothing named \"gate:nothing\" has a conflict"),
        ("0123456789", "nothing named \"0123456789\" has a conflict"),
    ] {
        sandbox.jit(["conflict", "show", named]).fails(3, message);
    }
    let error = sandbox.jit(["conflict", "show", "1111", "--json"]).exits(2).json();
    assert_eq!(error["error"]["code"], "ambiguous_conflict", "the gate's and the issue's: {error}");
}

#[test]
fn a_filter_finds_what_has_conflicts() {
    let (sandbox, id) = with(&[between("title", "Here", "There")]);
    let other = sandbox.create("Other", ["--label", "l"]);
    let ids = |args: &[&str]| sandbox.jit(args).ok().stdout;
    assert_eq!(ids(&["-q", "list", "has:conflict"]), format!("{id}\n"));
    assert_eq!(ids(&["-q", "list", "--filter", "-has:conflict"]), format!("{other}\n"));
    assert_eq!(sandbox.json(["conflict", "list", "label:l"])["count"], 0);
    assert_eq!(sandbox.json(["conflict", "list", "--filter", "-label:l"])["count"], 1);
    let none = sandbox.jit(["conflict", "list", "label:l"]).ok();
    assert_eq!((none.stdout.as_str(), none.stderr.as_str()), ("", "no conflicts\n"));
    sandbox.jit(["list", "has:gate"]).fails(4, "has:conflict");
}

#[test]
fn long_text_is_shown_as_a_diff_with_colour_only_where_it_is_seen() {
    let (sandbox, id) = with(&[between("description", "One\nTwo\nThree", "One\n2\nThree")]);
    let shown = sandbox.jit(["conflict", "show", &id]).ok().stdout;
    assert!(shown.contains("  @@ -1,3 +1,3 @@\n   One\n  -Two\n  +2\n   Three\n"), "{shown}");
    let coloured = sandbox.jit(["conflict", "show", &id, "--color=always"]).ok().stdout;
    assert!(coloured.contains("\u{1b}[31m-Two\u{1b}[0m"), "{coloured:?}");
}

#[test]
fn a_very_long_text_is_compared_in_a_moment() {
    let lines = |step: usize| {
        let lines: Vec<String> = (0..15_000).map(|n| format!("line {}", n * step % 7919)).collect();
        lines.join("\n")
    };
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("Long", []);
    let (upstream, local): (&'static str, &'static str) = (lines(3).leak(), lines(5).leak());
    put(&sandbox, &id, &[between("description", upstream, local)]);
    let started = std::time::Instant::now();
    let shown = sandbox.jit(["conflict", "show", &id]).ok().stdout;
    assert!(shown.lines().count() > 15_000);
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}

#[test]
fn conflicts_of_a_file_that_cannot_be_read_are_not_silently_missing() {
    let (sandbox, id) = with(&[between("title", "Here", "There")]);
    plant(&sandbox, &path_of(&id), "title: [\n");
    let listed = sandbox.jit(["conflict", "list"]).ok();
    assert!(listed.stderr.contains("cannot be read"), "{}", listed.stderr);
    sandbox.jit(["conflict", "show", &id]).fails(4, "cannot be read");
    assert_eq!(fields(&sandbox), Vec::<String>::new());
    assert_eq!(sandbox.json(["conflict"])["conflicts"], Value::Array(Vec::new()));
}
