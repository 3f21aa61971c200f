//! `jit-dispatch`, for cron and clusters.

use std::path::Path;

use serde_json::json;

use super::{Background, wait_until};
use crate::support::{Ran, Sandbox, run};

const ORDER: &str = "\
poll_interval_secs = 1
[rules]
retry_delay_secs = 0
stop_grace_secs = 1

[[agents]]
id = \"agent:a\"
type = \"script\"
command = \"sh\"
args = [\"-c\", 'echo \"$JIT_TITLE\" >> \"$TMPDIR/order\"; test \"$JIT_TITLE\" != bad']
max_concurrent = ";

fn dispatch(sandbox: &Sandbox, dir: &Path, args: &[&str]) -> Ran {
    run(sandbox.program("jit-dispatch", dir).args(args))
}

/// A sandbox with two repositories, and a configuration with so many places.
fn two(places: usize) -> (Sandbox, Sandbox) {
    let one = Sandbox::with_tracker();
    let other = one.fellow("other");
    std::fs::create_dir(other.repo()).expect("it is writable");
    other.git(["init", "-q"]).ok();
    other.jit(["init"]).ok();
    one.write("dispatch.toml", format!("{ORDER}{places}\n"));
    (one, other)
}

#[test]
fn the_most_urgent_issue_of_all_repositories_comes_first() {
    let (one, other) = two(1);
    for (sandbox, title, priority) in
        [(&one, "3", "normal"), (&other, "1", "critical"), (&one, "2", "high"), (&other, "4", "low")]
    {
        sandbox.create(title, ["--priority", priority]);
    }
    let mut command = one.program("jit-dispatch", &one.path(""));
    command.args(["start", "--repo", "repo", "--repo", "other", "--repo", "other/."]);
    let running = Background::start(command, &one.repo());
    let done = |sandbox: &Sandbox| sandbox.json(["list", "state:done"])["count"] == 2;
    wait_until("all are done", || done(&one) && done(&other));
    running.signal(nix::sys::signal::Signal::SIGTERM);
    assert_eq!(running.wait().0, 0);
    assert_eq!(std::fs::read_to_string(one.path("order")).unwrap(), "1\n2\n3\n4\n");
}

#[test]
fn once_tells_a_cron_job_how_it_went() {
    let (one, other) = two(5);
    let empty = dispatch(&one, &one.path(""), &["once", "--repo", "repo", "--repo", "other", "--json"]).ok();
    assert_eq!(empty.json()["count"], 0);
    let good = one.create("good", []);
    let gated = other.create("gated", ["--gate", "review"]);
    let ran = dispatch(&one, &one.path(""), &["once", "--repo", "repo", "--repo", "other", "--json"]).ok();
    let summary = ran.json();
    assert_eq!((&summary["done"], &summary["gated"], &summary["failed"]), (&json!(1), &json!(1), &json!(0)));
    let results = summary["results"].as_array().unwrap();
    let of = |id: &str| results.iter().find(|result| result["issue_id"] == *id).expect("it is there");
    assert_eq!(of(&good)["repo"], *one.repo().canonicalize().unwrap().to_str().unwrap());
    assert_eq!(of(&gated)["repo"], *other.repo().canonicalize().unwrap().to_str().unwrap());
    one.create("bad", []);
    let summary = dispatch(&one, &one.path(""), &["once", "--repo", "repo", "--repo", "other", "--json"])
        .exits(10)
        .json();
    assert_eq!((&summary["failed"], &summary["results"][0]["result"]), (&json!(1), &json!("failed")));
}

#[test]
fn repositories_may_be_named_in_the_configuration_or_be_this_one() {
    let (one, other) = two(5);
    one.create("1", []);
    other.create("2", []);
    let here = dispatch(&one, &one.repo(), &["once", "--config", "../dispatch.toml", "--json"]).ok();
    assert_eq!(here.json()["count"], 1);
    let config = std::fs::read_to_string(one.path("dispatch.toml")).unwrap();
    one.write("dispatch.toml", format!("repos = [\"repo\", \"other\"]\n{config}"));
    one.create("3", []);
    // Seen from the folder of the configuration, not from here.
    let both = dispatch(&one, &one.repo(), &["once", "--config", "../dispatch.toml", "--json"]).ok();
    assert_eq!(both.json()["count"], 2);
}

#[test]
fn it_is_the_coordinator_of_the_clones_that_it_works_in() {
    let (one, other) = two(1);
    let mut command = one.program("jit-dispatch", &one.path(""));
    command.args(["start", "--repo", "repo", "--repo", "other"]);
    let running = Background::start(command, &one.repo());
    wait_until("it works", || other.json(["coordinator", "status"])["running"] == true);
    let ran = dispatch(&one, &one.path(""), &["once", "--repo", "other"]);
    ran.fails(6, &format!("a coordinator runs in this clone already, as process {}", running.child.id()));
    other.jit(["coordinator", "stop"]).ok();
    assert_eq!(running.wait().0, 0);
    assert_eq!(one.json(["coordinator", "status"])["running"], false);
}

#[test]
fn a_repository_that_goes_away_does_not_keep_others_from_work() {
    let (one, other) = two(1);
    let mut command = one.program("jit-dispatch", &one.path(""));
    command.args(["start", "--repo", "repo", "--repo", "other"]);
    let running = Background::start(command, &one.repo());
    wait_until("it works", || one.json(["coordinator", "status"])["running"] == true);
    wait_until("it works", || other.json(["coordinator", "status"])["running"] == true);
    std::fs::remove_dir_all(other.repo()).unwrap();
    wait_until("it is told", || running.said().contains("is gone"));
    let id = one.create("1", []);
    wait_until("it is done", || super::state(&one, &id) == "done");
    one.jit(["coordinator", "stop"]).ok();
    assert_eq!(running.wait().0, 10);
}

#[test]
fn mistakes_are_named() {
    let (one, _other) = two(1);
    let run = |args: &[&str]| dispatch(&one, &one.path(""), args);
    run(&["once", "--repo", "nowhere"]).fails(3, "no git repository");
    run(&["once", "--config", "none.toml"]).fails(3, "there is no none.toml");
    run(&["once", "--every", "5"]).fails(2, "--every");
    run(&["once", "--json", "--repo"]).exits(2);
    for (text, line, reason) in [
        ("agent = 1\n", 1, "unknown field `agent`"),
        ("[[agents]]\nid = \"a:b\"\ncommand = \"x\"\nmax = 1\n", 4, "unknown field `max`"),
        ("[[agents]]\nid = \"a:b\"\ncommand = \"x\"\nargs = \"y\"\n", 4, "invalid type"),
        ("poll_interval_secs = -1\n[[agents]]\nid = \"a:b\"\ncommand = \"x\"\n", 1, "-1"),
    ] {
        one.write("dispatch.toml", text);
        let ran = run(&["once", "--repo", "repo"]).fails(4, reason);
        assert!(ran.stderr.contains(&format!("dispatch.toml:{line}: ")), "{}", ran.stderr);
    }
    let help = run(&["--help"]).ok();
    assert!(help.stdout.contains("jit-dispatch once --config dispatch.toml"), "{}", help.stdout);
}
