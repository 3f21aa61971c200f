//! Settling conflicts: the value that is taken stands, by the rules of any other change.

use serde_json::{Value, json};

use super::{Planted, between, conflict_id, fields, json_of, kinds, newest, put, with, yaml_of};
use crate::bad_input::{plant, refused};
use crate::replay::check_replay;
use crate::support::Sandbox;

/// What stood in an issue, what was put aside, where it is in JSON once it is taken, and what
/// the log then says.
const TAKEN: [(&str, &str, &str, &str, &str); 7] = [
    ("title", "Here", "There", "/title", "issue_updated"),
    ("description", "One\nTwo\nThree", "One\n2\nThree\n", "/description", "issue_updated"),
    ("type", "task", "bug", "/type", "issue_updated"),
    ("priority", "normal", "high", "/priority", "issue_updated"),
    ("assignee", "human:ada", "human:bob", "/assignee", "issue_updated"),
    ("context.k", "here", "there", "/context/k", "context_set"),
    ("state", "open", "rejected", "/state", "issue_rejected"),
];

#[test]
fn the_value_put_aside_is_taken_in_every_field() {
    for (field, upstream, local, pointer, event) in TAKEN {
        let (sandbox, id) = with(&[between(field, upstream, local)]);
        sandbox.jit(["conflict", "resolve", &id, "--take", "local", "--by", "agent:x"]).ok();
        let issue = sandbox.json(["show", &id]);
        assert_eq!(
            (issue.pointer(pointer), &issue["conflicts"]),
            (Some(&json!(local)), &json!([])),
            "{field}"
        );
        assert_eq!(issue["updated_by"], "agent:x");
        let events = newest(&sandbox);
        assert_eq!(kinds(&events), ["conflict_resolved", event]);
        let resolved =
            [&events[0]["conflict_id"], &events[0]["field"], &events[0]["value"], &events[0]["taken"]];
        assert_eq!(resolved, [&json!(conflict_id(1)), &json!(field), &json!(local), &json!("local")]);
        assert_eq!(fields(&sandbox), Vec::<String>::new());
    }
}

#[test]
fn what_stands_is_kept_also_if_it_was_changed_since() {
    for (field, upstream, local, pointer, _) in TAKEN {
        let (sandbox, id) = with(&[between(field, upstream, local)]);
        sandbox.jit(["conflict", "resolve", &id, field, "--take", "upstream"]).ok();
        assert_eq!(
            sandbox.json(["show", &id]).pointer(pointer),
            Some(&match upstream {
                "open" => json!("ready"),
                text => json!(text),
            })
        );
        assert_eq!(kinds(&newest(&sandbox)), ["conflict_resolved"]);
    }
    let (sandbox, id) = with(&[between("title", "Here", "There")]);
    sandbox.jit(["update", &id, "--title", "Elsewhere"]).ok();
    let shown = sandbox.jit(["conflict", "show", &id]).ok().stdout;
    assert!(shown.contains("changed since"), "{shown}");
    sandbox.jit(["conflict", "resolve", &id, "--take", "upstream"]).ok();
    assert_eq!(sandbox.json(["show", &id])["title"], "Elsewhere");
    assert_eq!(newest(&sandbox)[0]["value"], "Elsewhere");
}

#[test]
fn another_value_may_stand_also_from_standard_input() {
    let (sandbox, id) = with(&[between("title", "Here", "There"), between("description", "One", "Two")]);
    let ran = sandbox.jit(["conflict", "resolve", &id, "title", "--take", "-dashed"]).ok();
    assert_eq!(ran.stdout, format!("Settled conflict: {} (title of {})\n", conflict_id(1), &id[..8]));
    let args = ["-q", "conflict", "resolve", &id, "--take", "-"];
    let ran = sandbox.jit_with_input(b"Both\nlines\n", args).ok();
    assert_eq!(ran.stdout, format!("{}\n", conflict_id(2)));
    let issue = sandbox.json(["show", &id]);
    assert_eq!((&issue["title"], &issue["description"]), (&json!("-dashed"), &json!("Both\nlines\n")));
    assert_eq!(newest(&sandbox)[0]["taken"], "value");
}

#[test]
fn taking_what_stands_only_removes_the_conflict() {
    for take in ["local", "There"] {
        let (sandbox, id) = with(&[between("title", "Here", "There")]);
        sandbox.jit(["update", &id, "--title", "There"]).ok();
        sandbox.jit(["conflict", "resolve", &id, "--take", take]).ok();
        assert_eq!(kinds(&newest(&sandbox)), ["conflict_resolved"]);
        assert_eq!(fields(&sandbox), Vec::<String>::new());
    }
}

#[test]
fn a_value_that_was_emptied_is_emptied_again() {
    let emptied = |field, upstream| Planted { field, upstream: Some(upstream), local: None };
    let all = [emptied("description", "One"), emptied("assignee", "human:ada"), emptied("context.k", "here")];
    let (sandbox, id) = with(&all);
    sandbox.jit(["conflict", "resolve", &id, "--all", "--take", "local"]).ok();
    let issue = sandbox.json(["show", &id]);
    assert_eq!(
        [&issue["description"], &issue["assignee"], &issue["context"]],
        [&json!(""), &Value::Null, &json!({})]
    );
}

#[test]
fn several_conflicts_are_told_apart_or_settled_in_one_commit() {
    let (sandbox, id) = with(&[between("title", "Here", "There"), between("type", "task", "bug")]);
    let message = format!("{} has 2 conflicts: title (11111111), type (22222222)", &id[..8]);
    refused(&sandbox, ["conflict", "resolve", &id, "--take", "local"], 2, &message);
    refused(&sandbox, ["conflict", "resolve", &id, "state", "--take", "local"], 3, "no conflict \"state\"");
    refused(
        &sandbox,
        ["conflict", "resolve", &id, "--all", "--take", "Other"],
        2,
        "--all takes upstream or local",
    );
    refused(&sandbox, ["conflict", "resolve", &id, "type", "--all", "--take", "local"], 2, "--all");
    refused(&sandbox, ["conflict", "resolve", &id], 2, "--take");
    let before = sandbox.events().len();
    let settled = sandbox.json(["conflict", "resolve", &id, "--all", "--take", "local"]);
    assert_eq!(settled["count"], 2);
    assert_eq!(
        kinds(&newest(&sandbox)),
        ["conflict_resolved", "issue_updated", "conflict_resolved", "issue_updated"]
    );
    assert_eq!(sandbox.events().len(), before + 4, "in one commit");
    refused(&sandbox, ["conflict", "resolve", &id, "--take", "local"], 3, "has no conflict");
    refused(&sandbox, ["conflict", "resolve", &conflict_id(1), "--take", "local"], 3, "nothing named");
}

#[test]
fn what_could_not_be_entered_is_not_taken() {
    let (sandbox, id) = with(&[
        between("title", "Here", "two\nlines"),
        between("priority", "normal", "urgent"),
        between("assignee", "human:ada", "nobody in particular"),
        between("extra.shape", "1", "2"),
        between("comments.1", "x", "y"),
        between("gates.odd key", "passed", "failed"),
        between("state", "open", "in_progress"),
        Planted { field: "title", upstream: Some("Here"), local: None },
    ]);
    let reasons = [
        (4, "more than one line"),
        (4, "none of critical"),
        (2, "is not an agent"),
        (4, "does not know the field"),
        (4, "a remark is never changed"),
        (4, "gate key"),
        (4, "taken by a claim"),
        (4, "it is empty"),
    ];
    for (n, (code, message)) in reasons.into_iter().enumerate() {
        refused(&sandbox, ["conflict", "resolve", &conflict_id(n + 1), "--take", "local"], code, message);
    }
    refused(&sandbox, ["conflict", "resolve", &id, "--all", "--take", "local"], 4, "more than one line");
    sandbox.jit(["conflict", "resolve", &id, "--all", "--take", "upstream"]).ok();
    assert_eq!(fields(&sandbox), Vec::<String>::new());
}

#[test]
fn an_issue_that_somebody_holds_is_not_given_to_another() {
    let (sandbox, id) =
        with(&[between("assignee", "human:ada", "human:bob"), between("state", "open", "done")]);
    sandbox.jit(["claim", &id, "agent:x"]).ok();
    let resolve = |field| ["conflict", "resolve", &id, field, "--take", "local", "--by", "agent:y"];
    refused(&sandbox, resolve("assignee"), 5, "is claimed by agent:x");
    refused(&sandbox, resolve("state"), 5, "is claimed by agent:x");
    sandbox.jit(["conflict", "resolve", &id, "state", "--take", "local", "--by", "agent:x"]).ok();
    let issue = sandbox.json(["show", &id]);
    assert_eq!((&issue["state"], &issue["claim"]), (&json!("done"), &Value::Null));
}

#[test]
fn how_an_issue_ended_may_be_decided_anew() {
    for (first, upstream, local, events) in [
        ("done", "done", "rejected", &["conflict_resolved", "issue_state_changed", "issue_rejected"][..]),
        ("rejected", "rejected", "done", &["conflict_resolved", "issue_state_changed", "issue_completed"]),
        ("done", "done", "open", &["conflict_resolved", "issue_state_changed"]),
    ] {
        let sandbox = Sandbox::with_tracker();
        let id = sandbox.create("Here", []);
        sandbox.jit(["update", &id, "--state", first]).ok();
        put(&sandbox, &id, &[between("state", upstream, local)]);
        sandbox.jit(["conflict", "resolve", &id, "--take", "local"]).ok();
        let state = sandbox.json(["show", &id])["state"].clone();
        assert_eq!(state, if local == "open" { "ready" } else { local });
        assert_eq!(kinds(&newest(&sandbox)), events);
        sandbox.jit(["validate"]).ok();
    }
}

#[test]
fn done_with_gates_that_are_pending_is_gated_and_said() {
    let sandbox = Sandbox::with_tracker();
    sandbox.jit(["registry", "add", "review"]).ok();
    let id = sandbox.create("Here", ["--gate", "review"]);
    put(&sandbox, &id, &[between("state", "open", "done")]);
    let ran = sandbox.jit(["conflict", "resolve", &id, "--take", "local"]).ok();
    assert!(ran.stderr.contains("it is gated, not done"), "{}", ran.stderr);
    assert_eq!(sandbox.json(["show", &id])["state"], "gated");
    put(&sandbox, &id, &[between("gates.review", "pending", "passed")]);
    sandbox.jit(["conflict", "resolve", &id, "--take", "local"]).ok();
    assert_eq!(kinds(&newest(&sandbox)), ["conflict_resolved", "gate_passed", "issue_completed"]);
    sandbox.jit(["validate"]).ok();
}

/// A conflict about an edge that a merge dropped.
fn dropped(on: &str) -> Planted {
    Planted { field: "dependencies", upstream: None, local: Some(on.to_owned().leak()) }
}

#[test]
fn an_edge_comes_back_only_where_it_closes_no_circle() {
    let sandbox = Sandbox::with_tracker();
    let first = sandbox.create("First", []);
    let middle = sandbox.create("Middle", ["--dep", &first]);
    let last = sandbox.create("Last", ["--dep", &middle]);
    put(&sandbox, &first, &[dropped(&last), dropped("0123456789abcdef0123456789abcdef")]);
    let circle = [&first, &last, &middle, &first].map(|id| id[..8].to_owned()).join(" -> ");
    refused(&sandbox, ["conflict", "resolve", "11111111", "--take", "local"], 4, &circle);
    refused(&sandbox, ["conflict", "resolve", "22222222", "--take", "local"], 3, "no issue 01234567");
    refused(
        &sandbox,
        ["conflict", "resolve", &first, "dependencies", "--take", "local"],
        2,
        "has 2 conflicts",
    );
    sandbox.jit(["dep", "rm", &last, &middle]).ok();
    sandbox.jit(["conflict", "resolve", "11111111", "--take", "local"]).ok();
    assert_eq!(sandbox.json(["show", &first])["dependencies"], json!([last]));
    assert_eq!(kinds(&newest(&sandbox)), ["conflict_resolved", "dependency_added"]);
    let other = sandbox.create("Other", []);
    sandbox.jit(["conflict", "resolve", &first, "--take", &other[..8]]).ok();
    let found = sandbox.json(["show", &first])["dependencies"].clone();
    assert!(found.as_array().unwrap().contains(&json!(other)), "{found}");
    sandbox.jit(["validate"]).ok();
}

#[test]
fn conflicts_of_a_gate_are_settled() {
    let sandbox = Sandbox::with_tracker();
    let all = [
        between("title", "Here", "There"),
        between("description", "one", "two"),
        between("stage", "post", "pre"),
        between("auto", "false", "true"),
        between("checker", "make", "make check"),
        between("checker.timeout", "60", "90"),
    ];
    plant(&sandbox, "gates/unit.yaml", format!("title: Here\nstage: post\n{}", yaml_of(&all)));
    let list = sandbox.json(["conflict", "list"]);
    assert_eq!((&list["count"], &list["conflicts"][0]["gate"]), (&json!(6), &json!("unit")));
    refused(
        &sandbox,
        ["conflict", "resolve", "unit", "stage", "--take", "middle"],
        4,
        "neither pre nor post",
    );
    refused(&sandbox, ["conflict", "resolve", "unit", "auto", "--take", "yes"], 4, "neither true nor false");
    refused(&sandbox, ["conflict", "resolve", "unit", "checker", "--take", " "], 4, "the command is empty");
    refused(
        &sandbox,
        ["conflict", "resolve", "unit", "checker.timeout", "--take", "1m"],
        4,
        "has no checker",
    );
    sandbox.jit(["conflict", "resolve", "unit", "--all", "--take", "local"]).ok();
    let gate = sandbox.json(["registry", "show", "unit"]);
    let expected = json!({"key": "unit", "title": "There", "description": "two", "stage": "pre", "auto": true,
        "checker": {"command": "make check", "timeout_secs": 90}});
    assert_eq!(gate, expected);
    assert_eq!(sandbox.json(["conflict", "list"])["count"], 0);
    let resolved = newest(&sandbox);
    assert_eq!(
        (resolved.len(), &resolved[0]["gate"], &resolved[0]["issue_id"]),
        (12, &json!("unit"), &Value::Null)
    );
    sandbox.jit(["validate"]).ok();
}

#[test]
fn conflicts_of_settings_are_settled() {
    let sandbox = Sandbox::with_tracker();
    let conflict = |n: usize, field: &str, local: &str| {
        format!(
            "[[conflicts]]\nid = \"{}\"\nfield = \"{field}\"\nupstream = \"none\"\nlocal = \"{local}\"\n\
             by = \"human:bob\"\nat = \"2026-01-02T03:04:05.678Z\"\n",
            conflict_id(n)
        )
    };
    let config =
        ["claim.ttl", "strict_gates", "extra.shape"].into_iter().zip(["4h", "perhaps", "1"]).enumerate();
    let config: String = config.map(|(n, (field, local))| conflict(n + 1, field, local)).collect();
    plant(&sandbox, "config.toml", format!("format = 1\n{config}"));
    let shown = sandbox.jit(["conflict", "show", "config"]).ok().stdout;
    assert!(shown.contains("claim.ttl of config"), "{shown}");
    assert_eq!(sandbox.json(["conflict", "show", "config"])["conflicts"][0]["setting"], "claim.ttl");
    sandbox.jit(["conflict", "resolve", "config", "claim.ttl", "--take", "local"]).ok();
    assert_eq!(sandbox.json(["config", "get", "claim.ttl"])["value"], "4h");
    assert_eq!(kinds(&newest(&sandbox)), ["conflict_resolved", "config_changed"]);
    refused(
        &sandbox,
        ["conflict", "resolve", "config", "strict_gates", "--take", "local"],
        4,
        "'true' or 'false'",
    );
    refused(
        &sandbox,
        ["conflict", "resolve", "config", "extra.shape", "--take", "local"],
        4,
        "does not know",
    );
    sandbox.jit(["conflict", "resolve", "config", "--all", "--take", "upstream"]).ok();
    sandbox.jit(["validate"]).ok();
    assert_eq!(sandbox.json(["config", "get", "claim.ttl"])["value"], "4h");
}

#[test]
fn of_several_who_settle_a_conflict_at_once_one_does() {
    let (sandbox, id) = with(&[between("title", "Here", "There")]);
    let start = |value: &&str| {
        let mut command = sandbox.jit_command(["conflict", "resolve", &id, "--take", value]);
        command
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("it starts")
    };
    let running: Vec<_> = ["a", "b", "c", "d"].iter().map(start).collect();
    let codes: Vec<_> = running.into_iter().map(|mut child| child.wait().expect("it ends").code()).collect();
    assert_eq!(codes.iter().filter(|code| **code == Some(0)).count(), 1, "{codes:?}");
    assert!(codes.iter().all(|code| matches!(code, Some(0 | 3))), "{codes:?}");
    let resolved = sandbox.events().into_iter().filter(|event| event["type"] == "conflict_resolved").count();
    assert_eq!(resolved, 1);
}

/// Records a conflict of an issue in the log, as the commit of a merge does.
fn record(sandbox: &Sandbox, id: &str, n: usize, planted: &Planted) {
    let mut conflict = json_of(n, planted);
    for key in ["upstream", "local"] {
        conflict[key] = conflict.get(key).cloned().unwrap_or_default();
    }
    let event = json!({"type": "conflict_recorded", "id": conflict_id(n), "issue_id": id, "actor": "human:bob",
        "timestamp": "2026-01-02T03:04:05.678Z", "conflict": conflict});
    let message = format!("merge\n\nJit-Event: {event}");
    let args = ["commit-tree", "-p", "refs/jit/main", "-m", &message, "refs/jit/main^{tree}"];
    let commit = sandbox.git(args).ok().stdout;
    sandbox.git(["update-ref", "refs/jit/main", commit.trim()]).ok();
}

#[test]
fn the_log_replays_to_what_was_settled() {
    let all: Vec<Planted> =
        TAKEN.iter().map(|(field, upstream, local, ..)| between(field, upstream, local)).collect();
    for take in ["local", "upstream"] {
        let (sandbox, id) = with(&all);
        for (n, planted) in all.iter().enumerate() {
            record(&sandbox, &id, n + 1, planted);
        }
        for (field, ..) in TAKEN {
            sandbox.jit(["conflict", "resolve", &id, field, "--take", take]).ok();
            check_replay(&sandbox);
        }
        assert_eq!(fields(&sandbox), Vec::<String>::new());
    }
}
