//! Claims that cannot be had, and people who are nobody.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::{refused, refused_as_json};
use crate::support::{Sandbox, run};

/// A tracker with one ready issue.
fn with_issue() -> (Sandbox, String) {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    (sandbox, id)
}

/// Words that name nobody.
fn nobodies() -> Vec<String> {
    let mut words: Vec<String> = [
        "",
        " ",
        "x",
        "agent",
        "agent:",
        ":x",
        "1agent:x",
        "agent: x",
        "agent:x y",
        "agent:x\ty",
        "agent:x\ny",
        "agent:<x>",
        "a/b:c",
        "agent:\u{202e}x",
        "agent:\u{7f}",
        "é:x",
        "human:\u{3000}x",
        "none",
    ]
    .map(str::to_owned)
    .into();
    words.push(format!("agent:{}", "x".repeat(200)));
    words
}

#[test]
fn a_held_issue_names_its_holder_and_since_when() {
    let (sandbox, id) = with_issue();
    sandbox.jit(["claim", &id, "agent:one"]).ok();
    let claim = sandbox.json(["show", &id])["claim"].clone();
    let day = &claim["at"].as_str().expect("a time")[..10];
    // The same agent is refused as well: it may be two processes.
    for agent in ["agent:two", "agent:one"] {
        refused(&sandbox, ["claim", &id, agent], 5, &format!("is claimed by agent:one since {day}"));
    }
    let error = refused_as_json(&sandbox, ["claim", &id, "--to", "agent:two"], 5);
    assert_eq!(error["code"], "already_claimed");
    let expected = [("holder", &claim["by"]), ("since", &claim["at"]), ("claim_id", &claim["id"])];
    for (key, value) in expected {
        assert_eq!(&error["details"][key], value, "{key}");
    }
    assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("claim-next")), "{error}");
}

#[test]
fn nobody_is_assigned_over_a_claim() {
    let (sandbox, id) = with_issue();
    sandbox.jit(["claim", &id, "agent:one"]).ok();
    refused(&sandbox, ["issue", "assign", &id, "agent:two"], 5, "is claimed by agent:one");
    refused(&sandbox, ["issue", "unassign", &id], 5, "is claimed by agent:one");
    refused(&sandbox, ["update", &id, "--assignee", "agent:two"], 5, "is claimed by agent:one");
    refused(&sandbox, ["update", &id, "--unassign"], 5, "is claimed by agent:one");
    refused(&sandbox, ["issue", "renew", &id, "agent:two"], 5, "is claimed by agent:one");
}

#[test]
fn an_issue_that_waits_is_gated_or_finished_cannot_be_claimed() {
    let (sandbox, free) = with_issue();
    let waits = sandbox.create("Waits", ["--dep", &free]);
    let gated = sandbox.create("Gated", ["--gate", "review"]);
    sandbox.jit(["done", &gated]).exits(4);
    let done = sandbox.create("Done", []);
    sandbox.jit(["done", &done]).ok();
    let rejected = sandbox.create("Rejected", []);
    sandbox.jit(["reject", &rejected, "no need"]).ok();
    for (id, reason) in
        [(waits, "is blocked by"), (gated, "is gated"), (done, "is done"), (rejected, "is rejected")]
    {
        refused(&sandbox, ["claim", &id, "agent:x"], 4, reason);
    }
}

#[test]
fn what_nobody_holds_can_be_neither_released_nor_renewed() {
    let (sandbox, id) = with_issue();
    refused(&sandbox, ["release", &id], 4, "is not claimed");
    refused(&sandbox, ["issue", "renew", &id], 4, "is not claimed");
    sandbox.jit(["done", &id]).ok();
    refused(&sandbox, ["release", &id], 4, "is done");
    refused(&sandbox, ["issue", "renew", &id], 4, "");
}

#[test]
fn there_may_be_nothing_to_claim() {
    let (sandbox, id) = with_issue();
    sandbox.jit(["claim", &id, "agent:x"]).ok();
    refused(&sandbox, ["claim-next", "agent:y"], 3, "nothing to claim");
    refused(&sandbox, ["claim-next", "agent:y", "--filter", "label:none"], 3, "that matches the filter");
    assert_eq!(refused_as_json(&sandbox, ["next", "agent:y"], 3)["code"], "nothing_to_claim");
}

#[test]
fn words_that_name_nobody_are_usage_errors() {
    let (sandbox, id) = with_issue();
    for nobody in nobodies() {
        refused(&sandbox, ["claim", &id, &nobody], 2, "is not an agent");
    }
}

#[test]
fn every_place_for_an_agent_insists_on_one() {
    let (sandbox, id) = with_issue();
    let commands: [&[&str]; 11] = [
        &["claim", &id, "--to", "nobody"],
        &["claim-next", "nobody"],
        &["claim-next", "--to", "nobody"],
        &["issue", "assign", &id, "nobody"],
        &["issue", "assign", &id, "--to", "nobody"],
        &["issue", "renew", &id, "nobody"],
        &["update", &id, "--assignee", "nobody"],
        &["create", "x", "--assignee", "nobody"],
        &["create", "x", "--by", "nobody"],
        &["list", "--assignee", "nobody"],
        &["query", "assignee", "nobody"],
    ];
    for command in commands {
        refused(&sandbox, command, 2, "\"nobody\" is not an agent");
    }
}

#[test]
fn a_bad_agent_of_the_environment_is_named_with_its_variable() {
    let (sandbox, id) = with_issue();
    let ran =
        super::unchanged(&sandbox, || run(sandbox.jit_command(["claim", &id]).env("JIT_AGENT", "nobody")));
    ran.fails(2, "JIT_AGENT");
}

#[test]
fn an_agent_of_the_environment_that_is_not_utf_8_is_refused_too() {
    let (sandbox, id) = with_issue();
    let mut command = sandbox.jit_command(["claim", &id]);
    command.env("JIT_AGENT", OsStr::from_bytes(b"agent:\xff"));
    super::unchanged(&sandbox, || run(&mut command)).fails(2, "JIT_AGENT");
}

#[test]
fn who_lost_a_claim_cannot_finish_the_work_of_who_took_it_over() {
    let (sandbox, id) = with_issue();
    sandbox.jit(["claim", &id, "agent:one"]).ok();
    sandbox.jit(["release", &id]).ok();
    sandbox.jit(["claim", &id, "agent:two"]).ok();
    refused(&sandbox, ["done", &id, "--by", "agent:one"], 5, "is claimed by agent:two");
    refused(&sandbox, ["update", &id, "--state", "done", "--by", "agent:one"], 5, "is claimed by agent:two");
    sandbox.jit(["done", &id, "--by", "agent:two"]).ok();
}

#[test]
fn two_ways_to_say_who_do_not_go_together() {
    let (sandbox, id) = with_issue();
    refused(&sandbox, ["claim", &id, "agent:x", "--to", "agent:y"], 2, "cannot be used with");
    refused(&sandbox, ["update", &id, "--assignee", "agent:x", "--unassign"], 2, "cannot be used with");
}

#[test]
fn leases_without_a_sensible_length_are_refused() {
    let (sandbox, id) = with_issue();
    let lengths =
        ["", " ", "0", "0s", "0h", "5", "1ms", "-1s", "1x", "soon", "1h-1m", "∞", "999999999999999999999y"];
    for ttl in lengths {
        let ran =
            super::unchanged(&sandbox, || sandbox.jit(["claim", &id, "agent:x", &format!("--ttl={ttl}")]));
        ran.fails(4, "invalid ttl: ");
    }
    for ttl in ["9000years", "18446744073709551615s", "9223372036854775807s"] {
        refused(
            &sandbox,
            ["claim", &id, "agent:x", "--ttl", ttl],
            4,
            "invalid ttl: it ends after the year 9999",
        );
    }
}

#[test]
fn a_negative_lease_is_not_mistaken_for_an_option() {
    let (sandbox, id) = with_issue();
    for command in [&["claim", &id, "agent:x"][..], &["claim-next", "agent:x"]] {
        let ran = super::unchanged(&sandbox, || sandbox.jit([command, &["--ttl", "-1s"]].concat()));
        assert!(ran.stderr.contains("ttl") && !ran.stderr.contains("-- -1"), "{}", ran.stderr);
        assert!(matches!(ran.code, 2 | 4), "{ran:?}");
    }
}

#[test]
fn an_expired_lease_may_be_taken_over_and_no_longer_renewed() {
    let (sandbox, id) = with_issue();
    sandbox.jit(["config", "set", "claim.skew", "0s"]).ok();
    sandbox.jit(["claim", &id, "agent:one", "--ttl", "1s"]).ok();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    sandbox.jit(["claim", &id, "agent:two"]).ok();
    refused(&sandbox, ["issue", "renew", &id, "agent:one"], 5, "is claimed by agent:two");
    let events = sandbox.events();
    assert!(events.last().is_some_and(|event| event["assignee"] == "agent:two"), "{events:?}");
}
