//! Coordinators that are killed.

use serde_json::json;

use super::{Background, agent, configure, end_agents, is_alive, log, state, wait_until};
use crate::support::Sandbox;

fn begun(sandbox: &Sandbox, id: &str) -> i32 {
    let pid = || log(sandbox, id).lines().find_map(|line| line.strip_prefix("pid ")?.parse().ok());
    wait_until("it has begun", || pid().is_some());
    pid().expect("it has begun")
}

#[test]
fn an_agent_that_outlives_its_coordinator_is_taken_over_and_its_end_counts() {
    let sandbox = Sandbox::with_tracker();
    let [good, bad] = ["good", "bad"].map(|title| sandbox.create(title, []));
    let command = r#"echo pid $$; while ! test -e "$TMPDIR/go"; do echo waiting; sleep 0.1; done; test $JIT_TITLE = good"#;
    configure(&sandbox, &[agent("agent:a", 2, command)], &json!({"retry_delay_secs": 3600}));
    let running = Background::coordinator(&sandbox);
    let pids = [&good, &bad].map(|id| begun(&sandbox, id));
    running.kill();
    let status = sandbox.json(["coordinator", "status"]);
    assert_eq!((&status["running"], &status["ended_at"]), (&json!(false), &json!(null)));
    assert_eq!(status["agents"][0]["running"].as_array().map(Vec::len), Some(2), "they are still shown");
    let running = Background::coordinator(&sandbox);
    wait_until("they are taken over", || running.said().matches("taken over from an earlier").count() == 2);
    assert!(pids.iter().all(|pid| is_alive(*pid)), "they print on, and live");
    sandbox.write("go", "");
    wait_until("one is done", || state(&sandbox, &good) == "done");
    wait_until("one is given back", || state(&sandbox, &bad) == "ready");
    assert_eq!(sandbox.json(["show", &bad])["context"]["coordinator.attempts"], "1");
    let claims = sandbox.events().iter().filter(|event| event["type"] == "issue_claimed").count();
    assert_eq!(claims, 2, "none was started twice");
    drop(running);
}

#[test]
fn an_end_that_came_while_no_coordinator_ran_is_told_by_the_next() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    let command = r#"echo pid $$; while ! test -e "$TMPDIR/go"; do sleep 0.1; done"#;
    configure(&sandbox, &[agent("agent:a", 1, command)], &json!({}));
    let running = Background::coordinator(&sandbox);
    let pid = begun(&sandbox, &id);
    running.kill();
    sandbox.write("go", "");
    wait_until("it has ended", || !is_alive(pid));
    assert_eq!(state(&sandbox, &id), "in_progress");
    let summary = sandbox.jit(["coordinator", "once", "--json"]).ok().json();
    assert_eq!(summary["results"][0]["result"], "done");
    assert_eq!(state(&sandbox, &id), "done");
}

#[test]
fn work_whose_supervisor_was_killed_as_well_is_ended_and_given_back() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    configure(&sandbox, &[agent("agent:a", 1, "echo pid $$; sleep 600")], &json!({}));
    let running = Background::coordinator(&sandbox);
    let pid = begun(&sandbox, &id);
    running.kill();
    let text =
        std::fs::read_to_string(sandbox.repo().join(format!(".git/jit/coordinator/runs/{id}/agent.json")))
            .expect("it is noted");
    let worker: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let supervisor = i32::try_from(worker["supervisor"].as_i64().expect("a process")).expect("a process");
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(supervisor), nix::sys::signal::Signal::SIGKILL)
        .unwrap();
    wait_until("the supervisor is gone", || !is_alive(supervisor));
    assert!(is_alive(pid), "the agent goes on");
    configure(&sandbox, &[agent("agent:a", 1, "true")], &json!({}));
    let running = Background::coordinator(&sandbox);
    wait_until("it is done", || state(&sandbox, &id) == "done");
    assert!(!is_alive(pid), "it never ran twice at the same time");
    assert!(running.said().contains("was left without work"), "{}", running.said());
    drop(running);
}

#[test]
fn a_claim_that_was_cut_short_is_given_back_and_others_are_left_alone() {
    let sandbox = Sandbox::with_tracker();
    let [cut, manual] = ["Cut", "Manual"].map(|title| sandbox.create(title, []));
    sandbox.jit(["claim", &cut, "agent:a"]).ok();
    sandbox.jit(["claim", &manual, "agent:a"]).ok();
    // As it is left by one that was killed between the claim and the note of its id.
    let run = sandbox.repo().join(format!(".git/jit/coordinator/runs/{cut}"));
    std::fs::create_dir_all(&run).unwrap();
    let spec = json!({"issue": cut, "title": "", "agent": "agent:a", "claim": null, "since": null,
        "attempt": 1, "work": null});
    std::fs::write(run.join("run.json"), spec.to_string()).unwrap();
    configure(&sandbox, &[agent("agent:a", 5, "true")], &json!({}));
    let running = Background::coordinator(&sandbox);
    wait_until("it is done", || state(&sandbox, &cut) == "done");
    drop(running);
    assert_eq!(state(&sandbox, &manual), "in_progress");
    assert!(!run.exists());
}

#[test]
fn killed_at_any_instant_nothing_is_lost_and_nothing_runs_twice() {
    let sandbox = Sandbox::with_tracker();
    let count = 12;
    for n in 0..count {
        sandbox.create(&format!("Issue {n}"), []);
    }
    // An agent says when it begins and ends; a folder with its issue's name tells of two.
    let command = r#"mkdir "$TMPDIR/lock-$JIT_ISSUE_ID" || { echo $JIT_ISSUE_ID >> "$TMPDIR/twice"; exit 1; }
        sleep 0.2; rmdir "$TMPDIR/lock-$JIT_ISSUE_ID"; echo $JIT_ISSUE_ID >> "$TMPDIR/ended""#;
    configure(&sandbox, &[agent("agent:a", 3, command)], &json!({"max_attempts": 100}));
    for round in 0..60 {
        let running = Background::start(sandbox.jit_command(["coordinator", "start"]), &sandbox.repo());
        // From before it has read anything to when several agents have ended.
        std::thread::sleep(std::time::Duration::from_millis(37 * (round % 23)));
        running.kill();
        if sandbox.json(["list", "state:done"])["count"] == count {
            break;
        }
    }
    let running = Background::coordinator(&sandbox);
    wait_until("all are done", || sandbox.json(["list", "state:done"])["count"] == count);
    drop(running);
    end_agents(&sandbox.repo());
    assert!(!sandbox.path("twice").exists(), "an issue ran twice at the same time");
    let ended = std::fs::read_to_string(sandbox.path("ended")).expect("agents wrote it");
    let mut ids: Vec<&str> = ended.lines().collect();
    ids.sort_unstable();
    let completed = sandbox.events().iter().filter(|event| event["type"] == "issue_completed").count();
    assert_eq!(completed, count);
    ids.dedup();
    assert_eq!(ids.len(), count);
}
