//! Failures as documents: codes, exit statuses, hints.

use serde_json::{Value, json};

use super::document;
use super::schema::Schemas;
use crate::support::Sandbox;

/// Runs a command that must fail, as JSON; the failure.
#[track_caller]
fn failure(sandbox: &Sandbox, args: &[&str], exit: i32) -> Value {
    let ran = sandbox.jit(args.iter().copied().chain(["--json"])).exits(exit);
    assert_eq!(ran.stderr, "", "the document is all there is: {args:?}");
    let failure = document(&ran);
    Schemas::new(sandbox).describe("error", &failure, &args.join(" "));
    let keys: Vec<&String> = failure["error"].as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["code", "message", "details", "hint"]);
    assert!(failure["error"]["details"].is_object(), "{failure}");
    failure["error"].clone()
}

/// A tracker with a claimed issue, one that waits for it, and a finished one.
fn sample() -> (Sandbox, [String; 3]) {
    let sandbox = Sandbox::with_tracker();
    sandbox.jit(["registry", "add", "review"]).ok();
    sandbox.jit(["registry", "add", "bad", "--checker", "echo oops; exit 3"]).ok();
    let held = sandbox.create("Held", ["--gate", "review", "--gate", "bad"]);
    let waits = sandbox.create("Waits", ["--dep", &held]);
    let done = sandbox.create("Done", []);
    sandbox.jit(["claim", &held, "agent:x"]).ok();
    sandbox.jit(["done", &done]).ok();
    (sandbox, [held, waits, done])
}

#[test]
fn every_kind_of_failure_has_its_code_and_exit_status() {
    let (sandbox, [held, waits, done]) = sample();
    sandbox.write("repo/plan.yaml", "- {title: x, key: a}\n- {title: y, key: a}\n");
    sandbox.write("repo/nolist.yaml", "title: x\n");
    let failures: [(&[&str], i32, &str); 26] = [
        (&["nope"], 2, "usage"),
        (&["show", "nope"], 2, "invalid_id"),
        (&["claim", &waits, "nobody"], 2, "invalid_agent"),
        (&["show", "01234567"], 3, "issue_not_found"),
        (&["registry", "show", "nope"], 3, "gate_not_found"),
        (&["gate", "pass", &waits, "review"], 3, "gate_not_required"),
        (&["dep", "rm", &held, &waits], 3, "not_a_dependency"),
        (&["config", "get", "nope"], 3, "setting_not_found"),
        (&["claim-next", "agent:y"], 3, "nothing_to_claim"),
        (&["create", "--from", "nowhere.yaml"], 3, "file"),
        (&["create", ""], 4, "invalid_value"),
        (&["claim", &waits, "agent:y"], 4, "blocked"),
        (&["update", &done, "--state", "rejected"], 4, "bad_transition"),
        (&["release", &waits], 4, "not_claimed"),
        (&["claim", &done, "agent:y"], 4, "finished"),
        (&["dep", "add", &held, &waits], 4, "cycle"),
        (&["gate", "check", &held, "review"], 4, "no_checker"),
        (&["gate", "check", &held], 4, "check_failed"),
        (&["create", "--from", "nolist.yaml"], 4, "batch_syntax"),
        (&["create", "--from", "plan.yaml"], 4, "batch_duplicate_key"),
        (&["claim", &held, "agent:y"], 5, "already_claimed"),
        (&["registry", "add", "review"], 6, "gate_exists"),
        (&["gate", "add", &held, "review"], 6, "gate_already_required"),
        (&["done", &held], 4, "gates_pending"),
        (&["update", &done, "--state", "ready", "--title", ""], 4, "invalid_value"),
        (&["create", "--from", "."], 10, "file"),
    ];
    for (args, exit, code) in failures {
        assert_eq!(failure(&sandbox, args, exit)["code"], code, "{args:?}");
    }
}

#[test]
fn without_repository_or_tracker_the_failure_is_a_document_too() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.repo()).unwrap();
    assert_eq!(failure(&sandbox, &["list"], 3)["code"], "not_a_repository");
    sandbox.git(["init", "-q"]).ok();
    assert_eq!(failure(&sandbox, &["list"], 3)["code"], "no_tracker");
    sandbox.git(["config", "jit.ref", "nope"]).ok();
    assert_eq!(failure(&sandbox, &["list"], 4)["code"], "bad_ref_name");
}

#[test]
fn details_are_data_and_the_message_is_one_line() {
    let (sandbox, [held, waits, _]) = sample();
    let claimed = failure(&sandbox, &["claim", &held, "agent:y"], 5);
    assert_eq!(claimed["details"]["issue_id"], held.as_str());
    assert_eq!(claimed["details"]["holder"], "agent:x");
    let blocked = failure(&sandbox, &["done", &waits], 4);
    assert_eq!(blocked["details"]["blockers"][0]["id"], held.as_str());
    let checked = failure(&sandbox, &["gate", "check", &held], 4);
    assert_eq!(checked["details"]["gates"], json!(["bad"]));
    assert_eq!(checked["details"]["checks"][0]["output"], "oops\n");
    for failure in [claimed, blocked, checked] {
        assert!(failure["message"].as_str().is_some_and(|message| !message.contains('\n')), "{failure}");
    }
}

#[test]
fn a_failure_says_the_same_to_people() {
    let (sandbox, [held, ..]) = sample();
    for args in [&["claim", &held, "agent:y"][..], &["show", "01234567"], &["nope"]] {
        let ran = sandbox.jit(args);
        let told = failure(&sandbox, args, ran.code);
        let hint = told["hint"].as_str().map(|hint| format!("hint: {hint}\n")).unwrap_or_default();
        assert_eq!(ran.stderr, format!("error: {}\n{hint}", told["message"].as_str().unwrap()));
    }
}

#[test]
fn hints_name_commands_that_exist() {
    let (sandbox, [held, waits, done]) = sample();
    let failing: [&[&str]; 13] = [
        &["show", "nope"],
        &["show", "01234567"],
        &["claim", &held, "agent:y"],
        &["claim", &waits, "agent:y"],
        &["claim", &done, "agent:y"],
        &["done", &held],
        &["dep", "add", &held, &waits],
        &["dep", "rm", &held, &waits],
        &["release", &waits],
        &["registry", "add", "review"],
        &["registry", "show", "nope"],
        &["gate", "pass", &waits, "review"],
        &["config", "get", "nope"],
    ];
    for args in failing {
        let ran = sandbox.jit(args);
        let hint = ran.stderr.lines().find_map(|line| line.strip_prefix("hint: ")).unwrap_or_default();
        let quoted = hint.split('\'').skip(1).step_by(2).filter_map(|quoted| quoted.strip_prefix("jit "));
        for command in quoted {
            let command = command.replace("<id>", &waits);
            let ran = sandbox.jit(command.split(' '));
            assert_ne!(ran.code, 2, "{args:?} -> {command}: {}", ran.stderr);
        }
    }
}
