//! The recipes for hosts: the commands of their YAML, run as the host would.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::block;
use crate::support::hub::{Hub, executable};
use crate::support::{Ran, Sandbox, run};

const PATTERNS: &str = "examples/integration-patterns.md";

/// A remote whose branch has the program that the recipes run, and whose tracker has two issues.
fn stage() -> (Hub, Sandbox, [String; 2]) {
    let (hub, [ada]) = Hub::with_tracker();
    executable(
        &ada.repo().join("work.sh"),
        "#!/bin/sh\necho \"$1\" >> \"$LOG\"\ntest \"$1\" != \"$FAILING\"\n",
    );
    ada.git(["add", "work.sh"]).ok();
    ada.git(["commit", "-q", "-m", "Work"]).ok();
    ada.git(["push", "-q", "origin", "main"]).ok();
    let ids = [ada.create("Urgent", ["--priority", "high"]), ada.create("Later", [])];
    ada.jit(["sync"]).ok();
    (hub, ada, ids)
}

fn yaml(needle: &str) -> Value {
    yaml_serde::from_str(&block(PATTERNS, "yaml", needle)).expect("it is YAML")
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Runs the steps of a job in a fresh checkout; those that ran, by name.
struct Job<'a> {
    ada: &'a Sandbox,
    dir: PathBuf,
    failing: &'a str,
    outputs: BTreeMap<String, String>,
    failed: bool,
    ran: Vec<String>,
}

impl<'a> Job<'a> {
    fn new(hub: &Hub, ada: &'a Sandbox, name: &str, failing: &'a str) -> Self {
        let dir = ada.path(name);
        let from = format!("file://{}", hub.path());
        let to = dir.to_str().expect("plain text");
        ada.git_in(&ada.path(""), ["clone", "-q", "--depth", "1", &from, to]).ok();
        Self { ada, dir, failing, outputs: BTreeMap::new(), failed: false, ran: Vec::new() }
    }

    fn step(&mut self, job: &Value, step: &Value) {
        // The checkout is there, and so is jit.
        if text(step, "run").is_empty()
            || text(step, "name") == "Install jit"
            || !self.is_due(text(step, "if"))
        {
            return;
        }
        let output = self.dir.join("output");
        fs::write(&output, "").expect("it is writable");
        let mut bash = self.ada.program("bash", &self.dir);
        bash.args(["-eo", "pipefail", "-c", text(step, "run")]);
        bash.env("GITHUB_OUTPUT", &output).env("GITHUB_RUN_ID", "4711");
        bash.env("LOG", self.ada.path("log")).env("FAILING", self.failing);
        for environment in [&job["env"], &step["env"]] {
            for (name, value) in environment.as_object().into_iter().flatten() {
                bash.env(name, self.expand(value.as_str().expect("text")));
            }
        }
        self.failed |= run(&mut bash).code != 0;
        for line in fs::read_to_string(&output).expect("it is there").lines() {
            let (name, value) = line.split_once('=').expect("name=value");
            self.outputs.insert(format!("steps.{}.outputs.{name}", text(step, "id")), value.to_owned());
        }
        self.ran.push(text(step, "name").to_owned());
    }

    fn is_due(&self, condition: &str) -> bool {
        let mut is_due = self.failed == condition.contains("failure()");
        for part in condition.split(" && ").filter(|part| part.contains("outputs")) {
            let name = part.strip_suffix(" != ''").expect("it is asked whether there is one");
            is_due &= self.outputs.get(name).is_some_and(|value| !value.is_empty());
        }
        is_due
    }

    fn expand(&self, value: &str) -> String {
        match value.strip_prefix("${{ ").and_then(|value| value.strip_suffix(" }}")) {
            Some(name) => self.outputs[name].clone(),
            None => value.to_owned(),
        }
    }

    fn perform(mut self, recipe: &Value) -> (bool, Vec<String>) {
        let job = &recipe["jobs"]["work"];
        for step in job["steps"].as_array().expect("a list") {
            self.step(job, step);
        }
        (self.failed, self.ran)
    }
}

fn state(hub: &Hub, id: &str) -> Value {
    hub.admin().json(["show", id])["state"].clone()
}

#[test]
fn the_workflow_works_off_an_issue_gives_back_what_fails_and_ends_when_there_is_none() {
    let (hub, ada, [urgent, later]) = stage();
    let recipe = yaml("name: Work off an issue");
    let job = |name, failing| Job::new(&hub, &ada, name, failing).perform(&recipe);
    let (failed, ran) = job("one", "");
    assert_eq!(
        (failed, ran.as_slice()),
        (false, ["Bring the tracker", "Claim", "Work", "Finish"].map(String::from).as_slice())
    );
    assert_eq!((state(&hub, &urgent), state(&hub, &later)), ("done".into(), "ready".into()));
    let (failed, ran) = job("two", later.as_str());
    assert_eq!((failed, ran.last().map(String::as_str)), (true, Some("Give back")));
    let released = hub.events().pop().expect("there is one");
    assert_eq!(
        (&released["reason"], &released["actor"]),
        (&"run 4711 failed".into(), &"ci:github-actions".into())
    );
    job("three", "");
    assert_eq!(state(&hub, &later), "done");
    let (failed, ran) = job("four", "");
    assert_eq!((failed, ran.len()), (false, 2), "{ran:?}");
    assert_eq!(fs::read_to_string(ada.path("log")).unwrap().lines().count(), 3);
}

/// Runs the container of the cron job.
fn pod(hub: &Hub, ada: &Sandbox, name: &str, failing: &str) -> Ran {
    let recipe = yaml("kind: CronJob");
    let container = &recipe["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0];
    let words = |key: &str| {
        let words = container[key].as_array().expect("a list").iter();
        words.map(|word| word.as_str().expect("text").to_owned()).collect::<Vec<_>>()
    };
    let command: Vec<String> = [words("command"), words("args")].concat();
    let dir = ada.path(name);
    fs::create_dir(&dir).expect("it is writable");
    let mut shell = ada.program(&command[0], Path::new("/"));
    shell.args(&command[1..]).env("POD_NAME", name).env("LOG", ada.path("log")).env("FAILING", failing);
    for variable in container["env"].as_array().expect("a list") {
        // What belongs to the place is another here.
        let value = match text(variable, "name") {
            "REPO_URL" => format!("file://{}", hub.path()),
            "WORK_DIR" => dir.display().to_string(),
            "POD_NAME" | "GIT_CONFIG_GLOBAL" => continue,
            _ => text(variable, "value").replace("$(POD_NAME)", name),
        };
        shell.env(text(variable, "name"), value);
    }
    run(&mut shell)
}

#[test]
fn the_cron_job_works_off_everything_and_gives_back_what_fails() {
    let (hub, ada, [urgent, later]) = stage();
    pod(&hub, &ada, "pod-1", &later).ok();
    assert_eq!((state(&hub, &urgent), state(&hub, &later)), ("done".into(), "ready".into()));
    let released =
        hub.events().into_iter().rfind(|event| event["type"] == "issue_released").expect("there is one");
    assert_eq!((&released["reason"], &released["actor"]), (&"failed in pod-1".into(), &"agent:pod-1".into()));
    let more: Vec<String> = (0..4).map(|n| ada.create(&format!("More {n}"), [])).collect();
    ada.jit(["sync"]).ok();
    std::thread::scope(|scope| {
        for name in ["pod-2", "pod-3"] {
            let (hub, ada) = (&hub, &ada);
            scope.spawn(move || pod(hub, ada, name, "").ok());
        }
    });
    ada.jit(["sync"]).ok();
    let log = fs::read_to_string(ada.path("log")).unwrap();
    assert!(more.iter().all(|id| log.lines().filter(|line| line == id).count() == 1), "{log}");
    assert!(super::all_done(&ada), "{:?}", super::states(&ada));
}
