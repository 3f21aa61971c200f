//! What every agent can rely on.

use serde_json::json;

use super::{Background, agent, configure, log, state, wait_until};
use crate::support::Sandbox;

#[test]
fn once_works_on_what_is_ready_and_tells_what_became_of_it() {
    let sandbox = Sandbox::with_tracker();
    let [good, bad, gated] = [("Good", ""), ("Bad", ""), ("Gated", "review")].map(|(title, gate)| {
        let options = if gate.is_empty() { vec![] } else { vec!["--gate", gate] };
        sandbox.create(title, options)
    });
    configure(&sandbox, &[agent("agent:a", 3, r#"test "$JIT_TITLE" != Bad"#)], &json!({}));
    let ran = sandbox.jit(["coordinator", "once", "--json"]).exits(10);
    let summary = ran.json();
    assert_eq!((&summary["done"], &summary["gated"], &summary["failed"]), (&1.into(), &1.into(), &1.into()));
    let result = |id: &str| {
        let results = summary["results"].as_array().expect("a list");
        results.iter().find(|result| result["issue_id"] == *id).expect("it is there").clone()
    };
    assert_eq!(result(&good)["result"], "done");
    assert_eq!(result(&bad)["result"], "failed");
    assert_eq!(result(&bad)["reason"], "the agent exited with 1");
    assert_eq!(result(&gated)["result"], "gated");
    assert_eq!([&good, &bad, &gated].map(|id| state(&sandbox, id)), ["done", "ready", "gated"]);
    let issue = sandbox.json(["show", &bad]);
    assert_eq!(issue["context"]["coordinator.attempts"], "1");
    let reasons: Vec<_> =
        sandbox.events().into_iter().filter(|event| event["type"] == "issue_released").collect();
    assert_eq!(reasons.len(), 1);
    assert_eq!(reasons[0]["reason"], "the agent exited with 1");
    assert_eq!(reasons[0]["actor"], "agent:a");
    assert!(ran.stderr.contains("agent:a works on"), "{}", ran.stderr);
}

#[test]
fn once_with_nothing_to_do_is_good() {
    let sandbox = Sandbox::with_tracker();
    configure(&sandbox, &[agent("agent:a", 1, "true")], &json!({}));
    let summary = sandbox.jit(["coordinator", "once", "--json"]).ok().json();
    assert_eq!(summary["count"], 0);
    let ran = sandbox.jit(["coordinator", "once"]).ok();
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("there was nothing to do"), "{}", ran.stderr);
}

#[test]
fn an_agent_finds_its_issue_in_its_environment_and_on_standard_input() {
    let sandbox = Sandbox::with_tracker();
    let id =
        sandbox.create("Fix \"it\" $HOME", ["--desc", "two\nlines", "--label", "l", "--priority", "high"]);
    let command = r#"env | grep ^JIT_ | sort; cat > "$TMPDIR/stdin.json"; pwd"#;
    configure(&sandbox, &[agent("agent:a", 1, command)], &json!({}));
    sandbox.jit(["coordinator", "once"]).ok();
    let log = log(&sandbox, &id);
    let claim =
        sandbox.events().into_iter().find(|event| event["type"] == "issue_claimed").expect("it was claimed")
            ["claim_id"]
            .as_str()
            .expect("an id")
            .to_owned();
    for line in [
        "JIT_AGENT=agent:a",
        "JIT_AGENT_TYPE=script",
        "JIT_ATTEMPT=1",
        &format!("JIT_CLAIM_ID={claim}"),
        "JIT_DESCRIPTION=two",
        &format!("JIT_ISSUE_ID={id}"),
        "JIT_LABELS=l",
        "JIT_PRIORITY=high",
        "JIT_TITLE=Fix \"it\" $HOME",
        "JIT_TYPE=task",
    ] {
        assert!(log.contains(&format!("{line}\n")), "{line:?} is not in {log}");
    }
    assert!(log.ends_with(&format!("{}\n", sandbox.repo().canonicalize().unwrap().display())), "{log}");
    let stdin = std::fs::read_to_string(sandbox.path("stdin.json")).expect("it was read");
    let told: serde_json::Value = serde_json::from_str(&stdin).expect("it is JSON");
    assert_eq!(told["issue"]["id"], *id);
    assert_eq!(told["issue"]["description"], "two\nlines");
    assert_eq!(told["issue"]["claim"]["id"], *claim);
    assert_eq!((&told["agent"], &told["attempt"]), (&json!("agent:a"), &json!(1)));
}

#[test]
fn the_most_urgent_issues_come_first_and_to_agents_that_take_them() {
    let sandbox = Sandbox::with_tracker();
    for (title, priority, label) in [
        ("1", "low", "x"),
        ("2", "critical", "y"),
        ("3", "normal", "x"),
        ("4", "high", "x"),
        ("5", "high", "z"),
    ] {
        sandbox.create(title, ["--priority", priority, "--label", label]);
    }
    let command = r#"echo "$JIT_AGENT $JIT_TITLE" >> "$TMPDIR/order""#;
    let mut by_label = agent("agent:x", 1, command);
    by_label["labels"] = json!(["x", "other"]);
    let mut by_filter = agent("agent:y", 1, command);
    by_filter["filter"] = json!("label:y -label:x");
    configure(&sandbox, &[by_label, by_filter], &json!({}));
    let running = Background::coordinator(&sandbox);
    wait_until("four are done", || sandbox.json(["list", "state:done"])["count"] == 4);
    sandbox.jit(["coordinator", "stop"]).ok();
    assert_eq!(running.wait().0, 0);
    let order = std::fs::read_to_string(sandbox.path("order")).expect("agents wrote it");
    let of = |agent: &str| -> Vec<String> {
        order.lines().filter_map(|line| line.strip_prefix(agent)).map(|rest| rest.trim().to_owned()).collect()
    };
    assert_eq!(of("agent:x"), ["4", "3", "1"]);
    assert_eq!(of("agent:y"), ["2"]);
    assert_eq!(sandbox.json(["list", "state:ready"])["issues"][0]["title"], "5");
}

#[test]
fn issues_that_become_ready_are_noticed_at_once_and_never_more_run_than_may() {
    let sandbox = Sandbox::with_tracker();
    let command = r#"echo "+" >> "$TMPDIR/places"; sleep 0.2; echo "-" >> "$TMPDIR/places""#;
    configure(&sandbox, &[agent("agent:a", 2, command)], &json!({}));
    let running = Background::coordinator(&sandbox);
    let first = sandbox.create("First", []);
    for title in ["b", "c", "d", "e", "f"] {
        sandbox.create(title, ["--dep", &first]);
    }
    wait_until("all are done", || sandbox.json(["list", "state:done"])["count"] == 6);
    sandbox.jit(["coordinator", "stop"]).ok();
    assert_eq!(running.wait().0, 0);
    let places = std::fs::read_to_string(sandbox.path("places")).expect("agents wrote it");
    let (mut now, mut most) = (0, 0);
    for line in places.lines() {
        now += if line == "+" { 1 } else { -1 };
        most = most.max(now);
    }
    assert_eq!((places.lines().count(), most), (12, 2), "{places}");
}

#[test]
fn stop_lets_running_work_end_and_begins_nothing() {
    let sandbox = Sandbox::with_tracker();
    let [first, second] = ["1", "2"].map(|title| sandbox.create(title, []));
    let command = r#"touch "$TMPDIR/begun"; while ! test -e "$TMPDIR/go"; do sleep 0.05; done"#;
    configure(&sandbox, &[agent("agent:a", 1, command)], &json!({}));
    let running = Background::coordinator(&sandbox);
    wait_until("it has begun", || sandbox.path("begun").exists());
    let ran = sandbox.jit(["coordinator", "stop", "--no-wait"]).ok();
    assert!(ran.stdout.starts_with("Stopping coordinator: process "), "{}", ran.stdout);
    wait_until("it is stopping", || sandbox.json(["coordinator", "status"])["stopping"] == "drain");
    sandbox.jit(["coordinator", "stop", "--timeout", "1"]).fails(7, "has not stopped within 1 seconds");
    sandbox.write("go", "");
    assert_eq!(running.wait().0, 0);
    assert_eq!([&first, &second].map(|id| state(&sandbox, id)), ["done", "ready"]);
    let status = sandbox.json(["coordinator", "status"]);
    assert_eq!((&status["running"], status["ended_at"].is_null()), (&json!(false), false));
    assert_eq!(status["agents"][0]["last_result"]["result"], "done");
    sandbox.jit(["coordinator", "stop"]).fails(3, "no coordinator runs in this clone");
}

#[test]
fn stop_now_gives_running_work_back() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("Long", []);
    configure(&sandbox, &[agent("agent:a", 1, "echo begun; sleep 300")], &json!({}));
    let running = Background::coordinator(&sandbox);
    wait_until("it has begun", || log(&sandbox, &id).contains("begun"));
    let status = sandbox.json(["coordinator", "status"]);
    let run = &status["agents"][0]["running"][0];
    assert_eq!((&run["issue_id"], &run["attempt"]), (&json!(id), &json!(1)));
    let pid = i32::try_from(run["pid"].as_i64().expect("a process")).expect("a process");
    sandbox.jit(["coordinator", "stop", "--now"]).ok();
    assert_eq!(running.wait().0, 0);
    assert!(!super::is_alive(pid));
    assert_eq!(state(&sandbox, &id), "ready");
    let issue = sandbox.json(["show", &id]);
    assert!(issue["context"].as_object().expect("a map").is_empty(), "it counts as no attempt: {issue}");
}

#[test]
fn a_signal_lets_work_end_and_a_second_one_does_not() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("Long", []);
    configure(&sandbox, &[agent("agent:a", 1, "echo begun; sleep 300")], &json!({}));
    let running = Background::coordinator(&sandbox);
    wait_until("it has begun", || log(&sandbox, &id).contains("begun"));
    running.signal(nix::sys::signal::Signal::SIGTERM);
    wait_until("it drains", || sandbox.json(["coordinator", "status"])["stopping"] == "drain");
    assert_eq!(state(&sandbox, &id), "in_progress");
    running.signal(nix::sys::signal::Signal::SIGINT);
    let (code, said) = running.wait();
    assert_eq!((code, state(&sandbox, &id).as_str()), (0, "ready"), "{said}");
}

#[test]
fn one_coordinator_works_in_a_clone() {
    let sandbox = Sandbox::with_tracker();
    configure(&sandbox, &[agent("agent:a", 1, "true")], &json!({}));
    let running = Background::coordinator(&sandbox);
    let message = format!("a coordinator runs in this clone already, as process {}", running.child.id());
    sandbox.jit(["coordinator", "start"]).fails(6, &message);
    sandbox.jit(["coordinator", "once"]).fails(6, &message);
    sandbox.jit(["coordinator", "start", "--detach"]).fails(6, &message);
    running.kill();
    // Its lock is free, whatever it left.
    sandbox.jit(["coordinator", "once"]).ok();
}

#[test]
fn in_the_background_it_says_what_it_does_in_a_file() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    configure(&sandbox, &[agent("agent:a", 1, "true")], &json!({}));
    let started = sandbox.json(["coordinator", "start", "--detach"]);
    assert_eq!(started["running"], true);
    wait_until("it is done", || state(&sandbox, &id) == "done");
    let stopped = sandbox.json(["coordinator", "stop"]);
    assert_eq!((&stopped["pid"], &stopped["running"]), (&started["pid"], &json!(false)));
    let log = std::fs::read_to_string(started["log"].as_str().expect("a path")).expect("it is there");
    assert!(log.contains(&format!("agent:a works on {}: One", &id[..8])), "{log}");
    assert!(log.contains(&format!("agent:a done {}: One", &id[..8])), "{log}");
}

#[test]
fn what_an_agent_starts_in_turn_acts_as_it() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    let command = r#"jit comment "$JIT_ISSUE_ID" "working" && jit done "$JIT_ISSUE_ID" && exit 7"#;
    configure(&sandbox, &[agent("agent:a", 1, command)], &json!({}));
    let summary = sandbox.jit(["coordinator", "once", "--json"]).ok().json();
    assert_eq!(summary["results"][0]["result"], "done", "it finished its issue itself");
    let issue = sandbox.json(["show", &id]);
    assert_eq!((&issue["state"], &issue["comments"][0]["by"]), (&json!("done"), &json!("agent:a")));
    let completed = sandbox.events().into_iter().filter(|event| event["type"] == "issue_completed").count();
    assert_eq!(completed, 1);
}

/// Processor time that a process has used, in hundredths of a second.
fn processor_time(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    let (_, fields) = stat.rsplit_once(')').expect("a name in brackets");
    fields.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("a number")).sum()
}

#[test]
fn a_coordinator_that_has_nothing_to_do_uses_next_to_no_processor() {
    let sandbox = Sandbox::with_repo();
    sandbox.jit(["dev", "generate", "--issues", "500", "."]).ok();
    let mut picky = agent("agent:a", 4, "true");
    picky["labels"] = json!(["no-issue-has-this"]);
    configure(&sandbox, &[picky], &json!({}));
    let running = Background::coordinator(&sandbox);
    std::thread::sleep(std::time::Duration::from_secs(2));
    let (before, started) = (processor_time(running.child.id()), std::time::Instant::now());
    std::thread::sleep(std::time::Duration::from_secs(8));
    let used = processor_time(running.child.id()) - before;
    // A twentieth of the time, since this may be a slow build of the program.
    let most = u64::try_from(started.elapsed().as_millis()).expect("it is short") / 10 / 20;
    assert!(used <= most, "{used} of {most} hundredths of a second");
    drop(running);
}
