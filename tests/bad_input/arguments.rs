//! Command lines that make no sense, or ask for what no value can be.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::{refused, refused_as_json, unchanged};
use crate::support::Sandbox;

#[test]
fn commands_and_options_that_do_not_exist_are_usage_errors() {
    let sandbox = Sandbox::with_tracker();
    refused(&sandbox, ["nope"], 2, "unrecognized subcommand 'nope'");
    refused(&sandbox, ["issue", "nope"], 2, "unrecognized subcommand 'nope'");
    refused(&sandbox, ["list", "--nope"], 2, "unexpected argument '--nope'");
    refused(&sandbox, ["show"], 2, "required");
    refused(&sandbox, ["show", "--json=yes"], 2, "unexpected value 'yes'");
    refused(&sandbox, ["--color", "blue", "list"], 2, "invalid value 'blue' for '--color <WHEN>'");
    refused(&sandbox, ["completions", "nope"], 2, "invalid value 'nope'");
    refused(&sandbox, ["graph", "export", "--format", "nope"], 2, "invalid value 'nope'");
    refused(&sandbox, ["registry", "add", "x", "--stage", "nope"], 2, "invalid value 'nope'");
}

#[test]
fn a_misspelt_command_is_answered_with_the_right_one() {
    let sandbox = Sandbox::with_tracker();
    refused(&sandbox, ["lst"], 2, "'list'");
    refused(&sandbox, ["list", "--limt", "3"], 2, "--limit");
}

#[test]
fn a_usage_error_is_json_where_json_is_asked_for() {
    let sandbox = Sandbox::with_tracker();
    for args in [&["nope"][..], &["list", "--nope"], &["show"], &["issue"], &[]] {
        let error = refused_as_json(&sandbox, args.iter().copied(), 2);
        assert_eq!(error["code"], "usage", "{args:?}");
    }
}

#[test]
fn a_command_alone_shows_its_help_and_is_a_usage_error() {
    let sandbox = Sandbox::with_tracker();
    for args in [&[][..], &["issue"], &["dep"], &["registry"]] {
        let ran = unchanged(&sandbox, || sandbox.jit(args)).exits(2);
        assert_eq!(ran.stdout, "");
        assert!(ran.stderr.contains("Usage: jit"), "{}", ran.stderr);
    }
}

#[test]
fn limits_that_are_no_counts_are_usage_errors() {
    let sandbox = Sandbox::with_tracker();
    let counts = ["", " ", "x", "1.5", "1e3", "0x10", "99999999999999999999999"];
    let commands: [&[&str]; 6] = [
        &["list", "-n"],
        &["list", "--limit"],
        &["ready", "-n"],
        &["events", "query", "-n"],
        &["events", "tail", "-n"],
        &["log", "-n"],
    ];
    for command in commands {
        for count in counts {
            refused(&sandbox, [command, &[count]].concat(), 2, "invalid value");
        }
    }
}

#[test]
fn a_negative_limit_is_not_mistaken_for_an_option() {
    let sandbox = Sandbox::with_tracker();
    for command in [&["list", "-n"][..], &["list", "--limit"], &["events", "tail", "-n"]] {
        let ran = unchanged(&sandbox, || sandbox.jit([command, &["-1"]].concat())).exits(2);
        assert!(ran.stderr.contains("invalid value '-1'"), "{}", ran.stderr);
    }
}

#[test]
fn a_limit_of_none_or_of_more_than_there_is_works() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("One", []);
    sandbox.create("Two", []);
    for (limit, expected) in [("0", 0), ("1", 1), ("2", 2), ("18446744073709551615", 2)] {
        assert_eq!(sandbox.json(["list", "--limit", limit])["count"], expected);
    }
    for (limit, expected) in [("0", 0), ("1", 1), ("18446744073709551615", 3)] {
        assert_eq!(sandbox.json(["events", "tail", "-n", limit])["count"], expected);
        assert_eq!(sandbox.json(["events", "query", "-n", limit])["count"], expected);
        assert_eq!(sandbox.json(["log", "-n", limit])["count"], expected);
    }
}

#[test]
fn types_of_events_that_do_not_exist_are_refused_with_those_that_do() {
    let sandbox = Sandbox::with_tracker();
    for option in ["--event-type", "--type"] {
        refused(&sandbox, ["events", "query", option, "nope"], 2, "invalid value 'nope'");
        refused(&sandbox, ["events", "query", option, "nope"], 2, "issue_claimed, claim_renewed, ");
    }
    assert_eq!(sandbox.json(["events", "query", "--type", "gate_passed"])["count"], 0);
}

#[test]
fn times_that_cannot_be_are_refused() {
    let sandbox = Sandbox::with_tracker();
    let times = [
        "",
        " ",
        "x",
        "yesterday",
        "1",
        "0s",
        "2026-13-01",
        "2026-02-30",
        "2026-01-01T25:00:00",
        "2026-01-01 00:61",
        "99999999999years",
        "-1h",
        "12:30:45",
    ];
    for time in times {
        let since = format!("--since={time}");
        refused(&sandbox, ["events", "query", &since], 2, "is not a time; write 2h, ");
    }
}

#[test]
fn times_before_and_after_everything_are_times() {
    let sandbox = Sandbox::with_tracker();
    for (since, expected) in
        [("0001-01-01", 1), ("9999-12-31", 0), ("2000years", 1), ("1970-01-01T00:00:00+14:00", 1)]
    {
        assert_eq!(sandbox.json(["events", "query", "--since", since])["count"], expected, "{since}");
    }
}

#[test]
fn bad_filters_are_refused_wherever_a_filter_is_taken() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    let filters = [
        ("color:red", 4, "no key \"color\""),
        (":x", 4, "no key \"\""),
        ("state:", 4, "empty value"),
        ("state:|", 4, "empty value"),
        ("state:ready|", 4, "empty value"),
        ("label:|a", 4, "empty value"),
        ("state:nope", 4, "\"nope\" is none of open, backlog"),
        ("priority:urgent", 4, "\"urgent\" is none of critical"),
        ("gate:a/b", 4, "invalid gate key"),
        ("assignee:you", 2, "\"you\" is not an agent"),
        ("@gone", 2, "no saved filter @gone"),
        ("\"open", 4, "a quote without its partner"),
    ];
    for (filter, code, message) in filters {
        let option = format!("--filter={filter}");
        let commands: [&[&str]; 6] = [
            &["list", filter],
            &["list", &option],
            &["ready", &option],
            &["blocked", &option],
            &["claim-next", "agent:x", &option],
            &["update", &option, "--title", "x"],
        ];
        for command in commands {
            refused(&sandbox, command, code, message);
        }
    }
    assert_eq!(sandbox.json(["show", &id])["title"], "One");
}

#[test]
fn a_filter_that_came_out_empty_does_not_change_everything() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("One", []);
    for filter in ["", " ", "\n"] {
        refused(&sandbox, ["update", "--filter", filter, "--state", "done"], 2, "filter");
    }
}

#[test]
fn an_exclusion_is_not_mistaken_for_a_short_option() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("One", []);
    sandbox.create("Two", ["--label", "wip"]);
    for words in [&["list", "-label:wip"][..], &["list", "state:ready", "-label:wip"]] {
        let ran = sandbox.jit(["-q"].iter().chain(words));
        let found = ran.stdout.lines().count();
        assert!(found == 1 || (ran.code != 0 && ran.stderr.contains("--filter")), "{words:?}: {ran:?}");
    }
}

#[test]
fn values_that_break_the_rules_of_their_field_are_refused() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    let long = "x".repeat(121);
    let values: [(&str, &str, &str); 14] = [
        ("--label", "", "invalid label: it is empty"),
        ("--label", "a b", "white space"),
        ("--label", "a|b", "separates labels"),
        ("--label", "a\u{202e}b", "U+202E"),
        ("--label", &long, "more than 120"),
        ("--type", "", "invalid type: it is empty"),
        ("--type", " ", "invalid type: it is empty"),
        ("--type", "a\nb", "U+000A"),
        ("--type", &long, "more than 120"),
        ("--context", "=v", "invalid context key: it is empty"),
        ("--context", " =v", "invalid context key: it is empty"),
        ("--context", "a\tb=v", "U+0009"),
        ("--priority", "P0", "\"P0\" is none of critical"),
        ("--priority", "", "is none of critical"),
    ];
    for (option, value, message) in values {
        refused(&sandbox, ["create", "x", option, value], 4, message);
        refused(&sandbox, ["update", &id, option, value], 4, message);
    }
    refused(&sandbox, ["create", "x", "--context", "novalue"], 2, "key=value");
    refused(&sandbox, ["update", &id, "--state", "nope"], 4, "\"nope\" is none of");
    refused(&sandbox, ["update", &id, "--label=-x"], 4, "starts with '-'");
}

#[test]
fn one_bad_value_of_several_changes_nothing() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    refused(&sandbox, ["update", &id, "--title", "Two", "--label", "a b"], 4, "invalid label");
    refused(&sandbox, ["update", &id, "--title", "Two", "--state", "backlog"], 4, "nothing that blocks it");
    let bare = sandbox.json(["show", &id]);
    assert_eq!((&bare["title"], &bare["labels"]), (&"One".into(), &serde_json::json!([])));
}

#[test]
fn settings_that_do_not_exist_or_cannot_be_are_refused() {
    let sandbox = Sandbox::with_tracker();
    refused(&sandbox, ["config", "get", "nope"], 3, "no setting \"nope\"");
    refused(&sandbox, ["config", "set", "nope", "1"], 3, "no setting \"nope\"");
    refused(&sandbox, ["config", "set", "format", "2"], 3, "no setting \"format\"");
    let values = [
        ("claim.skew", "1ms"),
        ("claim.ttl", "0s"),
        ("claim.ttl", ""),
        ("gate.timeout", "none"),
        ("gate.timeout", "soon"),
        ("strict_gates", "yes"),
        ("durability", "Full"),
        ("sync.auto", "Claims"),
    ];
    for (key, value) in values {
        refused(&sandbox, ["config", "set", key, value], 4, &format!("invalid {key}: "));
    }
}

#[test]
fn arguments_that_are_not_utf_8_are_usage_errors() {
    let sandbox = Sandbox::with_tracker();
    let bad = OsStr::from_bytes(b"a\xffb");
    for before in [&["create"][..], &["create", "--title"], &["show"], &["list"], &["create", "x", "-d"]] {
        let args = before.iter().map(OsStr::new).chain([bad]);
        refused(&sandbox, args, 2, "invalid UTF-8");
    }
}

#[test]
fn text_on_standard_input_that_is_not_utf_8_is_refused() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    for args in [&["comment", &id, "-"][..], &["update", &id, "-d", "-"], &["create", "x", "-d", "-"]] {
        let ran = unchanged(&sandbox, || sandbox.jit_with_input(b"a\xffb", args));
        ran.fails(4, "it is not UTF-8 text");
    }
}

#[test]
fn a_directory_that_is_not_there_is_named() {
    let sandbox = Sandbox::with_tracker();
    refused(&sandbox, ["-C", "/nonexistent/place", "list"], 2, "/nonexistent/place");
    refused(&sandbox, ["-C", "README", "list"], 2, "README");
}
