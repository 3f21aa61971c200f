//! Lists of issues that are no lists of issues: all of them are created or none.

use std::fmt::Write;
use std::time::{Duration, Instant};

use super::{refused, tip};
use crate::support::{Sandbox, run};

/// Words of the library that reads YAML, which mean nothing to whoever wrote the list.
const JARGON: [&str; 6] = ["budget", "Policy", "Option<", "deserializ", "sequence start", "mapping start"];

/// Writes a list and insists that it is refused, in plain words.
#[track_caller]
fn refused_list(sandbox: &Sandbox, list: impl AsRef<[u8]>, code: i32, message: &str) {
    sandbox.write("repo/plan.yaml", list.as_ref());
    let before = tip(sandbox);
    let started = Instant::now();
    let ran = sandbox.jit(["create", "--from", "plan.yaml"]).fails(code, message);
    assert!(started.elapsed() < Duration::from_secs(20), "hostile lists are answered quickly");
    assert_eq!(tip(sandbox), before, "all or nothing");
    for word in JARGON {
        assert!(!ran.stderr.contains(word), "{}", ran.stderr);
    }
}

#[test]
fn what_is_not_a_list_is_refused_by_name() {
    let sandbox = Sandbox::with_tracker();
    for list in ["title: x\n", "x\n", "{\"title\": \"x\"}", "42\n", "\"- title: x\"\n", "--\n"] {
        refused_list(&sandbox, list, 4, "plan.yaml is not a list of issues: ");
    }
    refused_list(&sandbox, "- title: x\n- y\n- title: z\n", 4, "entry 2");
}

#[test]
fn nothing_is_not_a_list_either() {
    let sandbox = Sandbox::with_tracker();
    for list in ["", "\n \n", "# only a comment\n", "null\n", "~", "---\n"] {
        refused_list(&sandbox, list, 4, "plan.yaml is not a list of issues: ");
    }
    let ran = sandbox.jit_with_input(b"", ["create", "--from", "-"]);
    ran.fails(4, "is not a list of issues: ");
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let sandbox = Sandbox::with_tracker();
    let binary: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    for list in [&b"\xff\xfe\0-\0"[..], b"- title: \xff\n", b"\0\0\0", b"\x7fELF\x02\x01\x01\0", &binary] {
        refused_list(&sandbox, list, 4, "plan.yaml is not a list of issues: ");
    }
}

#[test]
fn keys_that_are_misspelt_missing_or_twice_are_named() {
    let sandbox = Sandbox::with_tracker();
    refused_list(&sandbox, "- title: x\n  colour: red\n", 4, "colour");
    refused_list(&sandbox, "- title: x\n- desc: no title\n", 4, "title");
    refused_list(&sandbox, "- title: x\n  title: y\n", 4, "title");
    refused_list(&sandbox, "[{\"title\": \"x\", \"title\": \"y\"}]", 4, "title");
    refused_list(&sandbox, "- title: x\n  desc: a\n  description: b\n", 4, "description");
}

#[test]
fn values_of_the_wrong_kind_are_refused() {
    let sandbox = Sandbox::with_tracker();
    for (entry, field) in [
        ("title: [x]", "title"),
        ("title: {a: b}", "title"),
        ("title: ~", "title"),
        ("title: x\n  labels: a", "labels"),
        ("title: x\n  labels: [[a]]", "labels"),
        ("title: x\n  context: [a]", "context"),
        ("title: x\n  dependencies: {a: b}", "dependencies"),
        ("title: x\n  description: [a]", "description"),
    ] {
        refused_list(&sandbox, format!("- title: good\n- {entry}\n"), 4, "entry 2");
        refused_list(&sandbox, format!("- {entry}\n"), 4, &format!("invalid {field}"));
    }
}

#[test]
fn a_bad_value_is_named_with_its_entry() {
    let sandbox = Sandbox::with_tracker();
    let long = format!("title: {}", "x".repeat(501));
    let entries = [
        ("title: \"\"", 4, "invalid title: it is empty"),
        ("title: \"a\\nb\"", 4, "more than one line"),
        (&long, 4, "501 characters"),
        ("title: y\n  priority: urgent", 4, "invalid priority: \"urgent\""),
        ("title: y\n  labels: [a b]", 4, "white space"),
        ("title: y\n  gates: [a/b]", 4, "\"a/b\" must be 1 to 64 letters"),
        ("title: y\n  type: \"\"", 4, "invalid type"),
        ("title: y\n  context: {\"\": v}", 4, "invalid context key"),
        ("title: y\n  assignee: me", 4, "\"me\" is not an agent"),
        ("title: y\n  dependencies: [ffff]", 3, "no issue ffff"),
        ("title: y\n  dependencies: [nope]", 3, "\"nope\""),
    ];
    for (entry, code, message) in entries {
        let list = format!("- title: good\n- {entry}\n- title: good\n");
        refused_list(&sandbox, &list, code, message);
        refused_list(&sandbox, &list, code, "entry 2");
    }
}

#[test]
fn two_entries_with_one_key_are_both_named() {
    let sandbox = Sandbox::with_tracker();
    let list = "- {title: x, key: a}\n- {title: y}\n- {title: z, key: a}\n";
    refused_list(&sandbox, list, 4, "entries 1 and 3 have the same key \"a\"");
}

#[test]
fn a_circle_inside_a_list_is_named_by_its_keys() {
    let sandbox = Sandbox::with_tracker();
    refused_list(&sandbox, "- {title: x, key: a, dependencies: [a]}\n", 4, "a -> a");
    let list = "- {title: x, key: a, dependencies: [b]}\n- {title: y, key: b, dependencies: [c]}\n\
                - {title: z, key: c, dependencies: [a]}\n";
    refused_list(&sandbox, list, 4, " -> a");
    refused_list(&sandbox, list, 4, "b -> c");
}

#[test]
fn more_than_plain_data_is_refused() {
    let sandbox = Sandbox::with_tracker();
    refused_list(&sandbox, "- title: x\n---\n- title: y\n", 4, "document");
    refused_list(&sandbox, "- title: &a x\n- title: *a\n", 4, "anchor");
    refused_list(&sandbox, "- title: !!python/object:os.system x\n", 4, "tag");
    refused_list(&sandbox, "- &a {title: x}\n- <<: *a\n", 4, "plan.yaml is not a list of issues: ");
}

#[test]
fn deep_nesting_is_answered_quickly() {
    let sandbox = Sandbox::with_tracker();
    let depth = 200_000;
    for list in [
        "[".repeat(depth),
        format!("{}{}", "[".repeat(depth), "]".repeat(depth)),
        "- ".repeat(depth),
        "{a: ".repeat(depth),
        format!("- title: {}", "[".repeat(depth)),
        format!("- title: x\n  context: {}", "{a: ".repeat(depth)),
        format!("[{{\"title\": {}", "[".repeat(depth)),
    ] {
        refused_list(&sandbox, list, 4, "plan.yaml is not a list of issues: ");
    }
}

#[test]
fn bombs_do_not_go_off() {
    let sandbox = Sandbox::with_tracker();
    let mut laughs = "- &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for n in 1..40 {
        let again = vec![format!("*a{}", n - 1); 9].join(", ");
        writeln!(laughs, "- &a{n} [{again}]").unwrap();
    }
    refused_list(&sandbox, laughs, 4, "plan.yaml is not a list of issues: ");
    refused_list(&sandbox, "- title: x\n".repeat(1_100_000), 4, "plan.yaml is not a list of issues: ");
    refused_list(&sandbox, format!("- title: x\n  desc: {}\n", "y".repeat(17 << 20)), 4, "plan.yaml");
}

#[test]
fn a_long_list_needs_few_open_files() {
    let sandbox = Sandbox::with_tracker();
    sandbox.write("repo/plan.yaml", "- title: x\n".repeat(1000));
    let script = "ulimit -n 200; exec jit -q create --from plan.yaml";
    let ran = run(sandbox.program("bash", &sandbox.repo()).args(["-c", script])).ok();
    assert_eq!(ran.stdout.lines().count(), 1000);
    sandbox.jit(["validate"]).ok();
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let sandbox = Sandbox::with_tracker();
    refused(&sandbox, ["create", "--from", "nowhere.yaml"], 3, "nowhere.yaml: No such file");
    refused(&sandbox, ["create", "--from", "."], 10, "Is a directory");
    refused(&sandbox, ["create", "--from", "plan.yaml", "Title"], 2, "cannot be used with");
    refused(&sandbox, ["create", "--from", "plan.yaml", "--title", "x"], 2, "cannot be used with");
}

#[test]
fn unusual_but_sound_lists_are_taken() {
    let sandbox = Sandbox::with_tracker();
    let lists = [
        ("[]\n", 0),
        ("\u{feff}- title: byte order mark\n", 1),
        ("- title: x\r\n- title: y\r\n", 2),
        ("[{\"title\": \"x\"}, {\"title\": \"y\",},]", 2),
        ("--- # a comment\n- title: no\n- title: 2026\n- title: 1_000\n...\n", 3),
        ("- {title: x, type: , priority: , assignee: , key: }\n", 1),
        ("- {title: x, key: ab12, dependencies: [\"0\"]}\n- {title: y, key: \"0\"}\n", 2),
    ];
    for (list, count) in lists {
        sandbox.write("plan.yaml", list);
        let ran = sandbox.jit(["-q", "create", "--from", "../plan.yaml"]).ok();
        assert_eq!(ran.stdout.lines().count(), count, "{list:?}");
    }
    assert_eq!(sandbox.json(["list", "2026"])["count"], 1);
    assert_eq!(sandbox.json(["list", "1_000"])["count"], 1);
}
