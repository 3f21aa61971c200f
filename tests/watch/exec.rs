//! `watch --exec`.

use std::fs;
use std::time::{Duration, Instant};

use super::{Watching, delivered, logged, logged_since};
use crate::follow::eventually;
use crate::support::Sandbox;
use crate::support::hub::Hub;

const APPEND: &str = "cat >> ../got";

#[test]
fn a_command_gets_each_event_on_its_input_and_in_its_environment() {
    let sandbox = Sandbox::with_tracker();
    let issue = sandbox.create("Say 'hello'", []);
    sandbox.jit(["comment", &issue, "x", "--by", "agent:eve"]).ok();
    let say = "cat >> ../got; echo $JIT_EVENT_TYPE $JIT_EVENT_ID $JIT_EVENT_ACTOR ${JIT_ISSUE_ID-none}";
    let ran = sandbox.jit(["watch", "--exec", say, "--once", "--from-start"]).ok();
    assert_eq!(delivered(&sandbox, "got"), logged(&sandbox));
    let lines: Vec<Vec<&str>> = ran.stdout.lines().map(|line| line.split(' ').collect()).collect();
    let ids = logged(&sandbox);
    assert_eq!(lines[0], ["config_changed", &ids[0], "human:ada", "none"]);
    assert_eq!(lines[1], ["issue_created", &ids[1], "human:ada", &issue]);
    assert_eq!(lines[2], ["comment_added", &ids[2], "agent:eve", &issue]);
    assert_eq!(ran.stderr, "delivered 3 events\n");
}

#[test]
fn a_cursor_goes_on_where_it_was() {
    let sandbox = Sandbox::with_tracker();
    let watch = |cursor: &str| sandbox.json(["watch", "--exec", APPEND, "--once", "--cursor", cursor]);
    let first = watch("mine");
    assert_eq!((&first["delivered"], &first["skipped"]), (&0.into(), &0.into()));
    let file = first["cursor"].as_str().expect("a path");
    assert!(file.ends_with("/.git/jit/cursors/mine") && fs::exists(file).unwrap(), "{file}");
    let issue = sandbox.create("One", []);
    sandbox.jit(["update", &issue, "--priority", "high", "--label", "x"]).ok();
    assert_eq!(watch("mine")["delivered"], 3);
    assert_eq!(watch("mine")["delivered"], 0);
    assert_eq!(delivered(&sandbox, "got"), logged(&sandbox)[1..]);
    let elsewhere = sandbox.path("elsewhere/cursor");
    let elsewhere = elsewhere.to_str().unwrap();
    assert_eq!(watch(elsewhere)["cursor"], elsewhere);
    sandbox.jit(["comment", &issue, "x"]).ok();
    assert_eq!((&watch(elsewhere)["delivered"], &watch("mine")["delivered"]), (&1.into(), &1.into()));
}

#[test]
fn only_what_the_filter_admits_is_delivered() {
    let sandbox = Sandbox::with_tracker();
    let watch = ["watch", "--exec", APPEND, "--once", "--cursor", "c", "--event-type", "comment_added"];
    sandbox.json(watch);
    let issue = sandbox.create("One", []);
    sandbox.jit(["comment", &issue, "x"]).ok();
    sandbox.jit(["release", &issue]);
    sandbox.jit(["update", &issue, "--title", "Two"]).ok();
    assert_eq!(sandbox.json(watch)["delivered"], 1);
    assert_eq!(sandbox.json(watch)["delivered"], 0);
    assert_eq!(delivered(&sandbox, "got"), [logged(&sandbox)[2].clone()]);
}

#[test]
fn a_command_that_fails_is_tried_again_and_stops_the_watch() {
    let sandbox = Sandbox::with_tracker();
    let issue = sandbox.create("One", []);
    sandbox.jit(["comment", &issue, "x"]).ok();
    let fail = "read line; echo \"$line\" >> ../tried; test $JIT_EVENT_TYPE != issue_created";
    let watch = ["watch", "--exec", fail, "--once", "--from-start", "--cursor", "c", "--retries", "1"];
    let ran = sandbox.jit(watch).exits(10);
    assert!(
        ran.stderr.contains("was not delivered, tried 2 times: the command exited with status 1"),
        "{}",
        ran.stderr
    );
    let ids = logged(&sandbox);
    assert_eq!(delivered(&sandbox, "tried"), [&ids[0], &ids[1], &ids[1]].map(String::as_str));
    let failed = sandbox.jit(watch.into_iter().chain(["--json"])).exits(10).json();
    assert_eq!(failed["error"]["code"], "not_delivered");
    assert_eq!(failed["error"]["details"]["event_id"], ids[1].as_str());
    assert_eq!(failed["error"]["details"]["delivered"], 0);
    let skipped = sandbox.json(watch.into_iter().chain(["--skip-failed"]));
    assert_eq!((&skipped["delivered"], &skipped["skipped"]), (&1.into(), &1.into()));
    assert_eq!(delivered(&sandbox, "tried").last(), ids.last());
}

#[test]
fn a_command_that_hangs_is_stopped_with_all_that_it_started() {
    let sandbox = Sandbox::with_tracker();
    let hang = "sleep 1000 & echo $! > ../pid; trap '' TERM; wait; sleep 1000";
    let options = ["--once", "--from-start", "--timeout", "1s", "--retries", "0"];
    let started = Instant::now();
    let ran = sandbox.jit(["watch", "--exec", hang].into_iter().chain(options)).exits(10);
    assert!(ran.stderr.contains("took longer than 1s and was stopped"), "{}", ran.stderr);
    assert!(started.elapsed() < Duration::from_secs(60));
    let pid = fs::read_to_string(sandbox.path("pid")).unwrap();
    eventually("what it started is gone", || {
        let status = fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
        status.is_err() || status.is_ok_and(|status| status.contains(") Z "))
    });
}

#[test]
fn a_long_event_that_is_not_read_and_much_output_do_no_harm() {
    let sandbox = Sandbox::with_tracker();
    sandbox.jit_with_input(&vec![b'x'; 300_000], ["create", "Long", "--desc", "-"]).ok();
    let ran = sandbox.jit(["watch", "--exec", "yes | head -c 3000000", "--once", "--from-start"]).ok();
    assert_eq!(ran.stdout.len(), 2 << 20, "the end of what each printed");
}

#[test]
fn a_watch_that_runs_sees_what_happens_here_and_elsewhere_and_ends_in_order() {
    let (_hub, [ada, bob]) = Hub::with_tracker();
    let before = logged(&bob);
    let watching = Watching::start(&bob, ["--exec", APPEND, "--cursor", "c", "--sync", "1"]);
    eventually("it began", || bob.path("bob/.git/jit/cursors/c").exists());
    bob.create("Here", []);
    ada.create("There", []);
    ada.jit(["sync"]).ok();
    eventually("both are delivered", || delivered(&bob, "got").len() >= 2);
    eventually("bob has it", || logged_since(&bob, &before).len() >= 2);
    let (status, said) = watching.end();
    assert_eq!(status, Some(0), "{said}");
    assert!(said.ends_with("events\n") && said.contains("delivered"), "{said}");
    bob.json(["watch", "--exec", APPEND, "--cursor", "c", "--once"]);
    let (mut got, mut all) = (delivered(&bob, "got"), logged_since(&bob, &before));
    got.sort();
    all.sort();
    assert_eq!(got, all);
}

#[test]
fn of_a_commit_that_was_delivered_in_part_only_the_rest_comes() {
    let (_hub, [ada, bob]) = Hub::with_tracker();
    ada.create("Older, and published later", []);
    let before = logged(&bob);
    let watch = |options: &[&str]| {
        let fixed = ["watch", "--once", "--cursor", "c", "--retries", "0", "--exec"];
        bob.jit(fixed.iter().chain(options))
    };
    watch(&[APPEND]).ok();
    let issue = bob.create("One", []);
    bob.jit(["update", &issue, "--priority", "high", "--label", "x", "--title", "Two"]).ok();
    watch(&["test $JIT_EVENT_TYPE != label_added && cat >> ../got"]).exits(10);
    assert_eq!(delivered(&bob, "got"), logged_since(&bob, &before)[..2]);
    ada.jit(["sync"]).ok();
    bob.jit(["sync"]).ok();
    watch(&[APPEND]).ok();
    let (mut got, mut all) = (delivered(&bob, "got"), logged_since(&bob, &before));
    let label = bob.events().into_iter().find(|event| event["type"] == "label_added").unwrap();
    assert_eq!(label["id"], got[2].as_str());
    got.sort();
    all.sort();
    assert_eq!(got, all);
}
