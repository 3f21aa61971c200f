//! Orchestrators as others write them, unchanged, and several at once.

use std::collections::BTreeMap;

use super::Background;
use crate::follow::eventually;
use crate::support::Sandbox;
use crate::support::hub::Hub;

const BASH_LOOP: &str = r#"
while true; do
    for id in $(jit query ready --json | python3 -c 'import json,sys; [print(i["id"]) for i in json.load(sys.stdin)["issues"]]'); do
        if jit issue claim "$id" agent:NAME >/dev/null 2>&1; then
            echo "$id" >> ../worked
            jit issue update "$id" --state done --by agent:NAME
        fi
    done
    sleep 1
done
"#;

const PYTHON_LOOP: &str = r#"
import json, subprocess, time
while True:
    out = subprocess.run(["jit", "query", "ready", "--json"], capture_output=True, text=True)
    for issue in json.loads(out.stdout)["issues"] if out.returncode == 0 else []:
        claimed = subprocess.run(["jit", "issue", "claim", issue["id"], "agent:NAME"], capture_output=True)
        if claimed.returncode == 0:
            with open("../worked", "a") as log:
                log.write(issue["id"] + "\n")
            subprocess.run(["jit", "issue", "update", issue["id"], "--state", "done", "--by", "agent:NAME"])
    time.sleep(1)
"#;

const CLAIM_NEXT_LOOP: &str = r#"
while true; do
    ISSUE_ID=$(jit issue claim-next "agent:NAME" 2>/dev/null || echo "")
    if [ -n "$ISSUE_ID" ]; then
        echo "$ISSUE_ID" >> ../worked
        jit issue update "$ISSUE_ID" --state done --by agent:NAME
    else
        sleep 1
    fi
done
"#;

fn start(clone: &Sandbox, shell: &str, script: &str, name: &str) -> Background {
    let flag = "-c";
    Background::start(clone.program(shell, &clone.repo()).args([flag, &script.replace("NAME", name)]))
}

#[test]
fn several_at_once_over_two_clones_do_each_issue_once() {
    let (hub, [ada, bob]) = Hub::with_tracker();
    let ids: Vec<String> = (0..12).map(|n| ada.create(&format!("Issue {n}"), [])).collect();
    for n in (2..12).step_by(3) {
        ada.jit(["dep", "add", &ids[n], &ids[n - 1]]).ok();
    }
    ada.jit(["sync"]).ok();
    bob.jit(["sync"]).ok();
    let running = [
        start(&ada, "bash", BASH_LOOP, "ada-bash"),
        start(&bob, "bash", BASH_LOOP, "bob-bash"),
        start(&ada, "python3", PYTHON_LOOP, "ada-python"),
        start(&bob, "python3", PYTHON_LOOP, "bob-python"),
        start(&ada, "bash", CLAIM_NEXT_LOOP, "ada-next"),
        start(&bob, "bash", CLAIM_NEXT_LOOP, "bob-next"),
    ];
    let completed = || hub.events().iter().filter(|event| event["type"] == "issue_completed").count();
    eventually("all is published as done", || {
        ada.jit(["sync", "-q"]);
        bob.jit(["sync", "-q"]);
        completed() >= ids.len()
    });
    drop(running);
    let mut done: BTreeMap<String, usize> = BTreeMap::new();
    for event in hub.events().iter().filter(|event| event["type"] == "issue_completed") {
        *done.entry(event["issue_id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert!(done.len() == ids.len() && done.values().all(|times| *times == 1), "{done:?}");
    let worked = std::fs::read_to_string(ada.path("worked")).unwrap();
    let mut worked: Vec<&str> = worked.lines().collect();
    worked.sort_unstable();
    let mut expected: Vec<&str> = ids.iter().map(String::as_str).collect();
    expected.sort_unstable();
    assert_eq!(worked, expected, "each was worked on once");
}
