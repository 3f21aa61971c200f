//! Several clones with a coordinator each over one bare remote, judged by what the agents wrote
//! down and by the log of the remote.
//!
//! `JIT_FLEET_ISSUES` makes them bigger; 200 is the full size.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Background, agent, configure, wait_until};
use crate::support::Sandbox;
use crate::support::hub::Hub;

const CLONES: usize = 3;
const PLACES: u32 = 4;

fn issue_count() -> usize {
    std::env::var("JIT_FLEET_ISSUES").ok().and_then(|text| text.parse().ok()).unwrap_or(18)
}

/// Notes `begin` and `end` with the issue, a line each, which the system appends as a whole; and
/// passes the gate as a check would.
const AGENT: &str = r#"
    echo "begin $JIT_ISSUE_ID $JIT_REPO" >> "$TMPDIR/diary"
    sleep 0.1
    echo "end $JIT_ISSUE_ID $JIT_REPO" >> "$TMPDIR/diary"
"#;

/// Issues in which every third depends on the two before it, and every fourth needs a gate.
fn plan(clone: &Sandbox, count: usize) {
    let entry = |n: usize| {
        let dependencies =
            if n % 3 == 2 { format!("\n  dependencies: [i{}, i{}]", n - 1, n - 2) } else { String::new() };
        let gates = if n % 4 == 1 { "\n  gates: [review]" } else { "" };
        let priority = ["low", "normal", "high", "critical"][n % 4];
        format!("- title: Issue {n}\n  key: i{n}\n  priority: {priority}{dependencies}{gates}\n")
    };
    let yaml = (0..count).map(entry).collect::<Vec<_>>().concat();
    clone.write("plan.yaml", yaml);
    clone.jit(["registry", "add", "review"]).ok();
    let plan = clone.path("plan.yaml");
    clone.jit(["issue", "create", "--from", plan.to_str().expect("it is plain")]).ok();
    clone.jit(["sync"]).ok();
}

/// Passes gates of issues that wait for them, as a reviewer does, until all is done.
fn review_until_done(clone: &Sandbox, count: usize, mut meanwhile: impl FnMut()) {
    let started = Instant::now();
    loop {
        clone.jit(["sync"]);
        let gated = clone.json(["list", "state:gated"]);
        for issue in gated["issues"].as_array().into_iter().flatten() {
            let id = issue["id"].as_str().expect("an id");
            clone.jit(["gate", "pass", id, "review", "--by", "ci:review", "--sync"]);
        }
        if clone.json(["list", "state:done"])["count"] == count {
            return;
        }
        meanwhile();
        let patience = Duration::from_secs(240 + 10 * count as u64);
        assert!(started.elapsed() < patience, "it takes too long: {}", clone.json(["status"]));
        std::thread::sleep(Duration::from_millis(300));
    }
}

/// What the agents wrote down: in order, whether one began, its issue, its clone.
fn diary(path: &Path) -> Vec<(bool, String, String)> {
    let text = std::fs::read_to_string(path).expect("agents wrote it");
    let entry = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        (words[0] == "begin", words[1].to_owned(), words[2].to_owned())
    };
    text.lines().map(entry).collect()
}

/// Insists that no clone ever had more work than it may, and no issue two agents.
fn check_capacity(diary: &[(bool, String, String)]) {
    let mut running: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (begins, issue, clone) in diary {
        if *begins {
            let elsewhere = running.iter().find(|(_, issues)| issues.contains(issue.as_str()));
            assert!(elsewhere.is_none(), "{issue} runs twice: in {clone} and in {elsewhere:?}");
            let issues = running.entry(clone).or_default();
            issues.insert(issue);
            assert!(issues.len() <= PLACES as usize, "{clone} has {issues:?}");
        } else {
            running.entry(clone).or_default().remove(issue.as_str());
        }
    }
}

/// Insists by the remote's log that each issue was finished once, and none claimed before all
/// that it depends on was finished.
fn check_log(hub: &Hub, count: usize) {
    let events = hub.events();
    let of = |event: &Value| event["issue_id"].as_str().unwrap_or_default().to_owned();
    let completed: Vec<String> =
        events.iter().filter(|event| event["type"] == "issue_completed").map(of).collect();
    assert_eq!(completed.len(), count);
    assert_eq!(completed.iter().collect::<BTreeSet<_>>().len(), count, "each once");
    let at = |event: &Value| event["timestamp"].as_str().expect("a time").to_owned();
    let times = |kind: &str| -> BTreeMap<String, String> {
        events
            .iter()
            .rev()
            .filter(|event| event["type"] == kind)
            .map(|event| (of(event), at(event)))
            .collect()
    };
    let (done, claimed) = (times("issue_completed"), times("issue_claimed"));
    let issues = hub.admin().json(["list"]);
    let mut dependencies = 0;
    for issue in issues["issues"].as_array().expect("a list") {
        let id = issue["id"].as_str().expect("an id");
        for on in issue["dependencies"].as_array().expect("a list") {
            let on = on.as_str().expect("an id");
            assert!(done[on] <= claimed[id], "{id} was begun before {on} was finished");
            dependencies += 1;
        }
    }
    assert_eq!(dependencies, count / 3 * 2);
    assert!(hub.holds().is_empty(), "{:?}", hub.holds());
}

fn fleet(count: usize) -> (Hub, [Sandbox; CLONES + 1]) {
    let (hub, clones) = Hub::with_tracker::<{ CLONES + 1 }>();
    plan(&clones[0], count);
    for clone in &clones[1..] {
        clone.jit(["sync"]).ok();
        // The same agents everywhere, as where the configuration is shared.
        let agents = [agent("copilot:one", 1, AGENT), agent("copilot:two", PLACES - 1, AGENT)];
        let rules = json!({"max_attempts": 100, "lease_minutes": 1});
        configure(clone, &agents, &rules);
    }
    (hub, clones)
}

#[test]
fn three_clones_finish_everything_once_and_in_order() {
    let count = issue_count();
    let (hub, clones) = fleet(count);
    let running: Vec<Background> = clones[1..].iter().map(Background::coordinator).collect();
    review_until_done(&clones[0], count, || {});
    for (clone, running) in clones[1..].iter().zip(running) {
        clone.jit(["coordinator", "stop"]).ok();
        let (code, said) = running.wait();
        assert_eq!(code, 0, "{said}");
    }
    clones[0].jit(["sync"]).ok();
    let diary = diary(&hub.admin().path("diary"));
    check_capacity(&diary);
    assert_eq!(diary.iter().filter(|(begins, ..)| *begins).count(), count, "each was worked on once");
    let workers: BTreeSet<&String> = diary.iter().map(|(.., clone)| clone).collect();
    assert_eq!(workers.len(), CLONES, "all took part");
    check_log(&hub, count);
}

#[test]
fn killed_at_random_they_still_finish_everything_and_nothing_runs_twice_at_a_time() {
    let count = issue_count();
    let (hub, clones) = fleet(count);
    let start =
        |clone: &Sandbox| Background::start(clone.jit_command(["coordinator", "start"]), &clone.repo());
    let mut running: Vec<Option<Background>> = clones[1..].iter().map(|clone| Some(start(clone))).collect();
    let mut random = uuid::Uuid::new_v4().as_u128();
    let mut kills = 0;
    review_until_done(&clones[0], count, || {
        // Every turn one of them dies, as long as it is not too often to get anywhere.
        let victim = usize::try_from(random % 7).expect("it is small");
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) >> 3;
        if let Some(one) = running.get_mut(victim) {
            one.take().into_iter().for_each(Background::kill);
            *one = Some(start(&clones[victim + 1]));
            kills += 1;
        }
    });
    for clone in &clones[1..] {
        wait_until("it works", || clone.json(["coordinator", "status"])["running"] == true);
        clone.jit(["coordinator", "stop"]).ok();
    }
    for running in running.into_iter().flatten() {
        let (code, said) = running.wait();
        assert_eq!(code, 0, "{said}");
    }
    assert!(kills > 0, "nobody was killed");
    clones[0].jit(["sync"]).ok();
    check_capacity(&diary(&hub.admin().path("diary")));
    check_log(&hub, count);
}
