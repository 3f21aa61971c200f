//! Leases that run out: when others may take over, what is listed, and what is released.

use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Ran, Sandbox};

/// A tracker with four issues: one leased for a second and now over, one leased for an hour,
/// one held for good, one free; and their ids.
fn sample() -> (Sandbox, [String; 4]) {
    let sandbox = Sandbox::with_tracker();
    let ids = ["Over", "Leased", "Held", "Free"].map(|title| sandbox.create(title, ["--label", "l"]));
    sandbox.jit(["claim", &ids[2], "agent:c"]).ok();
    sandbox.jit(["claim", &ids[1], "agent:b", "--ttl", "1h"]).ok();
    sandbox.jit(["claim", &ids[0], "agent:a", "--ttl", "1s"]).ok();
    sleep(Duration::from_millis(1_100));
    (sandbox, ids)
}

/// The same, where clocks agree.
fn exact() -> (Sandbox, [String; 4]) {
    let (sandbox, ids) = sample();
    sandbox.jit(["config", "set", "claim.skew", "0s"]).ok();
    (sandbox, ids)
}

fn ids(ran: &Ran) -> Vec<&str> {
    ran.stdout.lines().collect()
}

fn tip(sandbox: &Sandbox) -> String {
    sandbox.git(["rev-parse", "refs/jit/main"]).ok().stdout
}

#[test]
fn everything_judges_an_expiry_with_the_same_allowance() {
    let (sandbox, [over, ..]) = sample();
    let is_expired = || {
        let show = sandbox.jit(["show", &over]).ok().stdout;
        let status = sandbox.jit(["status"]).ok().stdout;
        let said = [show.contains(" expired "), status.contains(" expired ")];
        let claim = sandbox.json(["show", &over])["claim"]["expired"] == true;
        let stale = ids(&sandbox.jit(["-q", "query", "stale"]).ok()) == [over.as_str()];
        let filter = ids(&sandbox.jit(["-q", "list", "claim:expired"]).ok()) == [over.as_str()];
        let dry = ids(&sandbox.jit(["-q", "release", "--stale", "--dry-run"]).ok()) == [over.as_str()];
        [said[0], said[1], claim, stale, filter, dry]
    };
    assert_eq!(sandbox.json(["config", "get", "claim.skew"])["value"], "30s");
    assert_eq!(is_expired(), [false; 6]);
    let refused = sandbox.jit(["claim", &over, "agent:x"]).fails(5, "is claimed by agent:a");
    assert!(refused.stderr.contains("; that ended at ") && refused.stderr.contains("take it over from "));
    let details = sandbox.jit(["claim", &over, "agent:x", "--json"]).json()["error"]["details"].clone();
    assert!(details["free_from"].as_str() > details["expires"].as_str(), "{details}");
    sandbox.jit(["done", &over, "--by", "agent:x"]).fails(5, "is claimed by agent:a");
    sandbox.jit(["config", "set", "claim.skew", "none"]).ok();
    assert_eq!(is_expired(), [true; 6]);
    sandbox.jit(["claim", &over, "agent:x"]).ok();
    assert_eq!(is_expired(), [false; 6]);
}

#[test]
fn claim_next_takes_over_only_what_the_allowance_lets_go() {
    let (sandbox, [over, ..]) = sample();
    let next = ["-q", "claim-next", "agent:x", "--filter", "claim:held|expired"];
    sandbox.jit(next).fails(3, "nothing to claim");
    sandbox.jit(["config", "set", "claim.skew", "1s"]).ok();
    sleep(Duration::from_secs(1));
    assert_eq!(sandbox.jit(next).ok().stdout.trim(), over);
}

#[test]
fn the_holder_renews_after_the_end_until_somebody_took_over() {
    let (sandbox, [over, ..]) = exact();
    sandbox.jit(["renew", &over, "agent:a", "--ttl", "1h"]).ok();
    sandbox.jit(["claim", &over, "agent:x"]).fails(5, "is claimed by agent:a");
    sandbox.jit(["renew", &over, "agent:a", "--ttl", "1s"]).ok();
    sleep(Duration::from_millis(1_100));
    sandbox.jit(["claim", &over, "agent:x"]).ok();
    sandbox.jit(["renew", &over, "agent:a"]).fails(5, "is claimed by agent:x");
}

#[test]
fn query_stale_lists_holder_and_age() {
    let (sandbox, [over, leased, held, _]) = exact();
    let shown = sandbox.jit(["query", "stale", "--older-than", "1s"]).ok().stdout;
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines[0].starts_with("ID        HOLDER   SINCE"), "{shown}");
    let rows = [
        (&over, "agent:a", " expired "),
        (&leased, "agent:b", " held for "),
        (&held, "agent:c", " held for "),
    ];
    for ((id, holder, how), line) in rows.iter().zip(&lines[1..]) {
        assert!(line.starts_with(&format!("{}  {holder}  2", &id[..8])), "{line}");
        assert!(line.contains(how), "{line}");
    }
    assert!(lines[1].ends_with("Over") && lines.len() == 4, "{shown}");
    let list = sandbox.json(["query", "stale"]);
    assert_eq!((&list["count"], &list["issues"][0]["claim"]["by"]), (&json!(1), &json!("agent:a")));
    assert_eq!(ids(&sandbox.jit(["-q", "query", "stale", "--older-than", "1h"]).ok()), [&over]);
    assert_eq!(ids(&sandbox.jit(["-q", "query", "stale", "--older-than", "1s", "-n", "2"]).ok()).len(), 2);
    let none = sandbox.jit(["query", "stale", "--older-than", "1s", "--filter", "label:none"]).ok();
    assert_eq!((none.stdout.as_str(), none.stderr.as_str()), ("", "no claim is stale\n"));
}

#[test]
fn all_stale_claims_are_released_in_one_commit_with_an_event_each() {
    let (sandbox, [over, leased, held, free]) = exact();
    let expires = sandbox.json(["show", &over])["claim"]["expires"].clone();
    let since = sandbox.json(["show", &held])["claim"]["at"].clone();
    let before = tip(&sandbox);
    let ran = sandbox.jit(["issue", "release", "--stale", "--older-than", "1s", "--by", "human:bob"]).ok();
    let lines = [&over, &leased, &held].map(|id| format!("Released issue: {id}"));
    assert_eq!(ran.stdout.lines().collect::<Vec<_>>(), lines);
    assert_eq!(sandbox.git(["rev-parse", "refs/jit/main~1"]).ok().stdout, before, "one commit");
    let events = sandbox.events();
    let released = &events[events.len() - 3..];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    assert!(
        released.iter().all(|e| e["type"] == "issue_released" && e["actor"] == "human:bob"),
        "{released:?}"
    );
    assert_eq!(text(&released[0]["reason"]), format!("lease expired at {}", text(&expires)));
    assert_eq!(text(&released[2]["reason"]), format!("held since {}, for more than 1s", text(&since)));
    assert_eq!(ids(&sandbox.jit(["-q", "ready"]).ok()), [&over, &leased, &held, &free]);
    sandbox.jit(["validate"]).ok();
}

#[test]
fn only_what_has_expired_is_released_unless_an_age_is_said() {
    let (sandbox, [over, leased, held, _]) = exact();
    let dry = sandbox.jit(["release", "--stale", "--dry-run"]).ok();
    assert_eq!(dry.stdout, format!("Would release issue: {over}\n"));
    let before = tip(&sandbox);
    let dry = sandbox.json(["release", "--stale", "--dry-run"]);
    assert_eq!((&dry["count"], &dry["issues"][0]["claim"]["by"]), (&json!(1), &json!("agent:a")));
    assert_eq!(tip(&sandbox), before, "a dry run changes nothing");
    let released = sandbox.json(["release", "--stale"]);
    assert_eq!((&released["count"], &released["issues"][0]["claim"]), (&json!(1), &Value::Null));
    for id in [&leased, &held] {
        assert_eq!(sandbox.json(["show", id])["state"], "in_progress");
    }
}

#[test]
fn nothing_stale_is_no_failure_and_no_commit() {
    let (sandbox, _) = sample();
    let before = tip(&sandbox);
    for args in [&["release", "--stale"][..], &["release", "--stale", "--dry-run"]] {
        let ran = sandbox.jit(args).ok();
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "no claim is stale\n"));
        let quiet = sandbox.jit([args, &["-q"]].concat()).ok();
        assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
        assert_eq!(sandbox.json(args.iter().copied()), json!({"issues": [], "count": 0}));
    }
    assert_eq!(tip(&sandbox), before);
}

#[test]
fn work_that_waits_for_its_gates_is_not_stale() {
    let (sandbox, [over, ..]) = exact();
    sandbox.jit(["gate", "add", &over, "review"]).ok();
    sandbox.jit(["done", &over, "--by", "agent:a"]).exits(4);
    assert_eq!(sandbox.json(["show", &over])["claim"]["expired"], true);
    assert_eq!(sandbox.jit(["query", "stale"]).ok().stdout, "");
    assert_eq!(sandbox.json(["release", "--stale"])["count"], 0);
    assert_eq!(sandbox.json(["show", &over])["state"], "gated");
}

#[test]
fn releasing_one_and_all_do_not_go_together() {
    let (sandbox, [over, ..]) = exact();
    let before = tip(&sandbox);
    let wrong: [&[&str]; 7] = [
        &["release", &over, "--stale"],
        &["issue", "release", "--stale", &over],
        &["release", "--stale", "--reason", "text"],
        &["release", &over, "--older-than", "4h"],
        &["release", &over, "--dry-run"],
        &["release", "--dry-run"],
        &["release"],
    ];
    for args in wrong {
        sandbox.jit(args).fails(2, "");
    }
    for age in ["0s", "soon", "-1h", ""] {
        sandbox.jit(["release", "--stale", "--older-than", age]).fails(4, "invalid older-than: ");
        sandbox.jit(["query", "stale", "--older-than", age]).fails(4, "invalid older-than: ");
    }
    assert_eq!(tip(&sandbox), before);
}

#[test]
fn more_than_a_hundred_are_released_with_one_event_that_counts_them() {
    let sandbox = Sandbox::with_tracker();
    sandbox.write("repo/plan.yaml", "- title: One of many\n".repeat(101));
    sandbox.jit(["create", "--from", "plan.yaml"]).ok();
    sandbox.jit(["update", "--filter", "state:ready", "--state", "in_progress"]).ok();
    sleep(Duration::from_secs(1));
    assert_eq!(sandbox.json(["release", "--stale", "--older-than", "1s"])["count"], 101);
    let event = sandbox.events().pop().unwrap();
    assert_eq!((&event["type"], &event["issue_id"]), (&json!("issue_released"), &Value::Null));
    assert_eq!((&event["count"], &event["source"]), (&json!(101), &json!("stale")));
    assert_eq!(sandbox.json(["ready"])["count"], 101);
}

#[test]
fn who_ends_the_claim_of_another_is_told_so() {
    let sandbox = Sandbox::with_tracker();
    for verb in ["done", "reject", "release"] {
        let id = sandbox.create("One", []);
        sandbox.jit(["claim", &id, "agent:q"]).ok();
        let ran = sandbox.jit([verb, &id]).ok();
        let told = format!("warning: this ended the claim of agent:q on {}, held since ", &id[..8]);
        assert!(ran.stderr.starts_with(&told) && ran.stderr.lines().count() == 1, "{verb}: {}", ran.stderr);
        // The claim of another is over for good, and an undo says so; it is refused where nothing else
        // is left to undo.
        let undone = sandbox.jit(["undo"]).exits(if verb == "release" { 4 } else { 0 });
        let told = format!("the claim of agent:q on {} is over and does not come back", &id[..8]);
        assert!(undone.stderr.contains(&told), "{verb}: {}", undone.stderr);
        assert_eq!(sandbox.json(["show", &id])["state"], "ready", "{verb}");
        sandbox.jit(["claim", &id, "agent:q"]).ok();
        assert_eq!(sandbox.jit(["release", &id, "--by", "agent:q"]).ok().stderr, "", "its own");
    }
}
