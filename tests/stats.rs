//! `stats`: how the work goes, in numbers.

use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::Sandbox;

/// Work of two agents on issues of two labels.
fn worked() -> Sandbox {
    let sandbox = Sandbox::with_tracker();
    let create = |title: &str, label: &str| sandbox.create(title, ["--label", label, "--gate", "tests"]);
    let (a, b, c, d) = (create("a", "ui"), create("b", "ui"), create("c", "api"), create("d", "api"));
    let free = sandbox.create("free", []);
    sandbox.jit(["claim", &a, "agent:x"]).ok();
    // Long enough to be told from nothing.
    sleep(Duration::from_millis(1100));
    for (id, agent) in [(&a, "agent:x"), (&b, "agent:y")] {
        sandbox.jit(["gate", "fail", id, "tests", "--by", "ci:main"]).ok();
        sandbox.jit(["gate", "pass", id, "tests", "--by", "ci:main"]).ok();
        sandbox.jit(["done", id, "--by", agent]).ok();
    }
    sandbox.jit(["reject", &c, "no"]).ok();
    sandbox.jit(["gate", "pass", &d, "tests"]).ok();
    sandbox.jit(["done", &d]).ok();
    sandbox.jit(["update", &d, "--state", "open"]).ok();
    sandbox.jit(["dep", "add", &free, &d]).ok();
    sandbox
}

fn group<'v>(stats: &'v Value, name: &Value) -> &'v Value {
    let groups = stats["groups"].as_array().expect("a list");
    let found = groups.iter().find(|group| group["name"] == *name);
    &found.unwrap_or_else(|| panic!("no {name} in {groups:?}"))["measures"]
}

#[test]
fn what_was_done_is_counted_once_and_timed() {
    let sandbox = worked();
    let stats = sandbox.json(["stats"]);
    let total = &stats["total"];
    let counts = ["created", "finished", "rejected", "ready", "gate_reports", "gate_failures"];
    assert_eq!(counts.map(|key| total[key].as_u64()), [5, 2, 1, 1, 5, 2].map(Some), "{total}");
    assert_eq!(total["gate_failure_rate"], json!(0.4));
    let secs = |key: &str| total[key]["longest"].as_i64().expect("a number");
    assert!((1..600).contains(&secs("cycle_time")) && secs("cycle_time") <= secs("lead_time"), "{total}");
    let d = sandbox.json(["list", "--filter", "state:ready"])["issues"][0]["id"].clone();
    assert_eq!(total["oldest_ready"], d, "what was opened again can be claimed again");
    let points = stats["burn_up"].as_array().expect("a list");
    let last = points.last().expect("there is one");
    assert_eq!((&last["scope"], &last["done"]), (&json!(4), &json!(2)));
    assert_eq!((&points[0]["scope"], points.len()), (&json!(0), 30));
    let created: u64 = points.iter().filter_map(|point| point["created"].as_u64()).sum();
    assert_eq!((created, stats["step"].as_u64()), (5, Some(86_400)));
}

#[test]
fn numbers_are_told_apart_by_label_and_by_agent() {
    let sandbox = worked();
    let stats = sandbox.json(["stats", "--by", "label"]);
    let ui = group(&stats, &json!("ui"));
    assert_eq!(
        (&ui["finished"], &ui["gate_failures"], &ui["gate_reports"]),
        (&json!(2), &json!(2), &json!(4))
    );
    assert_eq!(group(&stats, &json!("api"))["rejected"], 1);
    assert_eq!(group(&stats, &Value::Null)["created"], 1);
    let stats = sandbox.json(["stats", "--by", "agent"]);
    assert_eq!(group(&stats, &json!("agent:x"))["finished"], 1);
    assert_eq!(group(&stats, &json!("ci:main"))["gate_failure_rate"], json!(0.5));
    let text = sandbox.jit(["stats", "--by", "label"]).ok().stdout;
    assert!(text.contains("\nFinished:   2 (") && text.contains("\nLABEL "), "{text}");
    assert!(text.contains("Burn-up (# done, . not yet):\n  | ") || text.contains("\n4 | "), "{text}");
    let table = sandbox.jit(["stats", "--by", "label", "--csv"]).ok().stdout;
    assert_eq!(table.lines().count(), 4, "{table}");
    assert!(table.contains("\nui,2,2,0,"), "{table}");
}

#[test]
fn the_burn_up_is_a_table_for_spreadsheets() {
    let sandbox = worked();
    let table = sandbox.jit(["stats", "--csv"]).ok().stdout;
    assert!(table.starts_with("at,created,finished,scope,done\n"), "{table}");
    assert!(table.ends_with(",5,2,4,2\n"), "{table}");
    sandbox.jit(["stats", "--csv", "--json"]).exits(2);
}

#[test]
fn a_period_is_what_is_asked_for() {
    let sandbox = worked();
    let none = sandbox.json(["stats", "--until", "1day"]);
    assert_eq!((&none["total"]["created"], &none["total"]["finished"]), (&json!(0), &json!(0)));
    assert_eq!(none["total"]["lead_time"], Value::Null);
    let hour = sandbox.json(["stats", "--since", "1h"]);
    assert_eq!((&hour["total"]["finished"], &hour["step"]), (&json!(2), &json!(3600)));
    for (args, code, message) in [
        (&["--since", "2100-01-01"][..], 4, "since: it is not before the end"),
        (&["--since", "1h", "--until", "2h"], 4, "since: it is not before the end"),
        (&["--since", "soon"], 2, "--since: \"soon\" is not a time"),
        (&["--until", "soon"], 2, "--until: \"soon\" is not a time"),
        (&["--by", "colour"], 2, "colour"),
    ] {
        sandbox.jit(["stats"].iter().chain(args)).fails(code, message);
    }
    let past = sandbox.json(["stats", "--at", "HEAD~5"]);
    assert_eq!(past["total"]["rejected"], 0, "before it was rejected");
}

#[test]
fn an_empty_tracker_has_nothing_to_show() {
    let sandbox = Sandbox::with_tracker();
    let text = sandbox.jit(["stats"]).ok().stdout;
    assert!(text.contains("\nCreated:    0\n") && text.ends_with("\n  nothing yet\n"), "{text}");
    assert_eq!(sandbox.json(["stats", "--by", "label"])["groups"], json!([]));
    Sandbox::with_repo().jit(["stats"]).fails(3, "tracker");
}

#[test]
fn what_was_imported_counts_by_the_times_it_had() {
    let sandbox = Sandbox::with_tracker();
    let lines = "{\"id\":\"bd-1\",\"title\":\"old\",\"status\":\"closed\",\"created_at\":\"2020-01-01T00:00:00Z\",\
                 \"updated_at\":\"2020-01-02T00:00:00Z\",\"closed_at\":\"2020-01-02T00:00:00Z\"}\n";
    sandbox.jit_with_input(lines.as_bytes(), ["import", "--from", "beads", "-q", "-"]).ok();
    let stats = sandbox.json(["stats", "--since", "2019-12-01", "--until", "2020-02-01"]);
    assert_eq!(
        (&stats["total"]["finished"], &stats["total"]["lead_time"]["median"]),
        (&json!(1), &json!(86_400))
    );
}

#[test]
fn what_was_finished_with_many_others_counts_too() {
    let sandbox = Sandbox::with_tracker();
    let plan: Vec<String> = (0..101).map(|n| format!("- title: many {n}\n")).collect();
    sandbox.jit_with_input(plan.concat().as_bytes(), ["-q", "create", "--from", "-"]).ok();
    sandbox.jit(["-q", "update", "--filter", "state:ready", "--state", "done"]).ok();
    for since in ["30days", "2000-01-01"] {
        let stats = sandbox.json(["stats", "--since", since]);
        assert_eq!(stats["total"]["finished"], 101, "{since}");
        for point in stats["burn_up"].as_array().expect("a list") {
            assert!(point["done"].as_u64() <= point["scope"].as_u64(), "{point}");
        }
    }
}

#[test]
fn what_became_ready_after_the_period_is_not_ready_in_it() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("x", ["--label", "ui"]);
    let past = ["stats", "--until", "2020-01-01", "--by", "label"];
    let stats = sandbox.json(past);
    assert_eq!((&stats["total"]["ready"], &stats["total"]["oldest_ready"]), (&0.into(), &Value::Null));
    assert!(!sandbox.jit(past.into_iter().chain(["--csv"])).ok().stdout.contains("ui"));
    assert_eq!(sandbox.json(["stats"])["total"]["ready"], 1);
}
