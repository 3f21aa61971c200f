//! `jit doctor`: everything it can find, provoked for real.

mod left;
mod places;
mod remotes;
mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::repositories::snapshot;
use crate::support::{Ran, Sandbox};

/// The findings of a run, by name.
struct Found {
    all: Vec<Value>,
    healthy: bool,
}

impl Found {
    fn of(sandbox: &Sandbox, args: &[&str]) -> Self {
        Self::of_in(sandbox, &sandbox.repo(), args)
    }

    #[track_caller]
    fn of_in(sandbox: &Sandbox, dir: &Path, args: &[&str]) -> Self {
        Self::new(&sandbox.jit_in(dir, [&["doctor", "--json"], args].concat()))
    }

    #[track_caller]
    fn new(ran: &Ran) -> Self {
        let document = ran.json();
        let healthy = document["healthy"].as_bool().expect("it works");
        assert_eq!(ran.code, if healthy { 0 } else { 4 }, "{ran:?}");
        let all = document["findings"].as_array().expect("it works").clone();
        assert_eq!(document["count"], all.len());
        Self { all, healthy }
    }

    #[track_caller]
    fn get(&self, code: &str) -> &Value {
        let found = self.all.iter().find(|finding| finding["code"] == code);
        found.unwrap_or_else(|| panic!("{code} is not in {:?}", self.all))
    }

    fn has(&self, code: &str) -> bool {
        self.all.iter().any(|finding| finding["code"] == code)
    }

    /// Insists on a finding of a level, with a word in its message.
    #[track_caller]
    fn check(&self, code: &str, level: &str, word: &str) {
        let finding = self.get(code);
        assert_eq!(finding["level"], level, "{finding}");
        assert!(finding["message"].as_str().expect("it works").contains(word), "{finding}");
        if level == "problem" {
            assert!(!self.healthy, "{finding}");
            assert!(finding["remedy"].is_string(), "{finding}");
        }
    }

    /// The names of what is not as it should be.
    fn bad(&self) -> BTreeSet<&str> {
        let bad = self.all.iter().filter(|finding| finding["level"] != "ok" && finding["level"] != "info");
        bad.map(|finding| finding["code"].as_str().expect("it works")).collect()
    }
}

/// Insists that `--fix` repairs `code`, and only that, and that it is gone afterwards.
#[track_caller]
fn is_repaired(sandbox: &Sandbox, code: &str) {
    let before = snapshot(&sandbox.path("repo"));
    let found = Found::of(sandbox, &[]);
    assert_eq!(
        (&found.get(code)["fixable"], &found.get(code)["fixed"]),
        (&Value::Bool(true), &Value::Bool(false))
    );
    assert_eq!(found.get(code)["remedy"], "jit doctor --fix");
    assert!(snapshot(&sandbox.path("repo")) == before, "nothing is written unasked");
    let fixed = Found::of(sandbox, &["--fix"]);
    assert_eq!(fixed.get(code)["fixed"], Value::Bool(true), "{:?}", fixed.get(code));
    assert!(fixed.healthy);
    assert!(!Found::of(sandbox, &[]).has(code), "it is gone");
}

#[test]
fn a_sound_tracker_has_no_complaints_and_is_not_written_to() {
    let sandbox = Sandbox::with_tracker();
    sandbox.jit(["gate", "define", "review"]).ok();
    let id = sandbox.create("One", []);
    sandbox.create("Two", []);
    sandbox.jit(["claim", &id, "agent:x"]).ok();
    let before = snapshot(&sandbox.path("repo"));
    let document = sandbox.json(["doctor"]);
    assert!(snapshot(&sandbox.path("repo")) == before, "nothing is written unasked");
    let found = Found::of(&sandbox, &[]);
    assert_eq!(found.bad(), BTreeSet::new());
    found.check("log", "ok", "reflog: 5 (");
    let facts = &document["facts"];
    let tracker = &facts["tracker"];
    let expected: BTreeMap<&str, u64> =
        [("commits", 5), ("issues", 2), ("gates", 1), ("claimed", 1), ("conflicts", 0), ("damaged", 0)]
            .into();
    for (key, value) in expected {
        assert_eq!(tracker[key], value, "{key}");
    }
    let files = sandbox.git(["ls-tree", "-r", "--format=%(objectsize)", "refs/jit/main"]).ok().stdout;
    let bytes: u64 = files.lines().map(|line| line.parse::<u64>().unwrap()).sum();
    assert_eq!((&tracker["bytes"], &tracker["bytes_estimated"]), (&bytes.into(), &false.into()));
    assert_eq!((&facts["reference"], &facts["durability"]), (&"refs/jit/main".into(), &"fast".into()));
    let shown = sandbox.jit(["doctor"]).ok();
    assert!(shown.stdout.lines().any(|line| line.starts_with("ok       tracker")), "{}", shown.stdout);
    assert_eq!((sandbox.jit(["doctor", "-q"]).ok().stdout.as_str(), shown.stderr.as_str()), ("", ""));
}

#[test]
fn a_tracker_of_many_files_is_measured_by_a_thousand_of_them() {
    let sandbox = Sandbox::with_tracker();
    let plan = "- {title: The same length}\n".repeat(2500);
    sandbox.write("plan.yaml", plan);
    sandbox.jit(["-q", "create", "--from", "../plan.yaml"]).ok();
    let tracker = sandbox.json(["doctor"])["facts"]["tracker"].clone();
    assert_eq!((&tracker["issues"], &tracker["bytes_estimated"]), (&2500.into(), &true.into()));
    let files = sandbox.git(["ls-tree", "-r", "--format=%(objectsize)", "refs/jit/main"]).ok().stdout;
    let exact: u64 = files.lines().map(|line| line.parse::<u64>().unwrap()).sum();
    let estimated = tracker["bytes"].as_u64().unwrap();
    assert!(estimated.abs_diff(exact) * 50 < exact, "{estimated} is not about {exact}");
}

#[test]
fn what_validate_would_tell_is_pointed_to() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    crate::conflicts::put(&sandbox, &id, &[crate::conflicts::between("type", "task", "bug")]);
    let found = Found::of(&sandbox, &[]);
    found.check("conflicts", "info", "1");
    assert!(found.healthy && !found.has("broken_rules"));
    let (folder, file) = (&id[..2], format!("{id}.yaml"));
    plant(&sandbox, &format!("issues/{folder}/{file}"), "not: [yaml");
    let found = Found::of(&sandbox, &[]);
    found.check("damaged", "problem", "1");
    let other = sandbox.create("Other", []);
    let text =
        sandbox.git(["show", &format!("refs/jit/main:issues/{}/{other}.yaml", &other[..2])]).ok().stdout;
    let missing = "dependencies: [01234567-89ab-4cde-8f01-23456789abcd]\n";
    plant(
        &sandbox,
        &format!("issues/{}/{other}.yaml", &other[..2]),
        &text.replace("created:", &format!("{missing}created:")),
    );
    Found::of(&sandbox, &[]).check("broken_rules", "warning", "1");
}

#[test]
fn attached_files_whose_commit_is_gone_are_named() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    assert!(!Found::of(&sandbox, &[]).has("attachments"), "there are none");
    sandbox.git(["switch", "-q", "-c", "side"]).ok();
    sandbox.write("repo/plan.md", "a plan\n");
    sandbox.git(["add", "plan.md"]).ok();
    sandbox.git(["commit", "-q", "-m", "plan"]).ok();
    let commit = sandbox.git(["rev-parse", "HEAD"]).ok().stdout;
    sandbox.jit(["issue", "attach", &id, "plan.md", "README@main"]).ok();
    Found::of(&sandbox, &[]).check("attachments", "ok", "2");
    sandbox.git(["switch", "-q", "main"]).ok();
    sandbox.git(["branch", "-q", "-D", "side"]).ok();
    sandbox.git(["reflog", "expire", "--expire=now", "--all"]).ok();
    sandbox.git(["prune", "--expire=now"]).ok();
    let found = Found::of(&sandbox, &[]);
    found.check("missing_attachments", "warning", &format!("plan.md at {} of {}", &commit[..10], &id[..8]));
    let said = found.get("missing_attachments").to_string();
    assert!(!said.contains("README") && said.contains("git fetch --all"), "{said}");
    assert!(found.healthy && !found.has("attachments"));
    // In a shallow clone of what is left, the other one is missing too.
    sandbox.git(["commit", "-q", "--allow-empty", "-m", "more"]).ok();
    let url = format!("file://{}", sandbox.repo().display());
    sandbox.git(["clone", "-q", "--depth=1", &url, "../shallow"]).ok();
    let shallow = sandbox.path("shallow");
    sandbox.jit_in(&shallow, ["init"]).ok();
    let found = Found::of_in(&sandbox, &shallow, &[]);
    found.check("missing_attachments", "warning", "README at ");
    assert!(found.get("missing_attachments").to_string().contains("--unshallow"));
}

#[test]
fn the_cache_is_looked_at_and_a_broken_one_is_dropped() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("One", []);
    let state = || derived(&sandbox, "cache");
    assert_eq!(state(), ("absent".to_owned(), 0));
    sandbox.jit(["list"]).ok();
    assert_eq!(state().0, "current");
    assert!(state().1 > 0);
    sandbox.create("Two", []);
    assert_eq!(state().0, "behind");
    sandbox.jit(["list"]).ok();
    assert_eq!(state().0, "current");
    fs::write(sandbox.path("repo/.git/jit/cache/table"), "torn").unwrap();
    assert_eq!(state().0, "broken");
    is_repaired(&sandbox, "derived_broken");
    assert_eq!(state().0, "absent");
    Found::of(&sandbox, &[]).check("derived", "info", "cache");
}

/// The state of one kind of derived data, and its size.
fn derived(sandbox: &Sandbox, name: &str) -> (String, u64) {
    let document = sandbox.json(["doctor"]);
    let derived = document["facts"]["derived"].as_array().expect("it is a list").clone();
    let file = derived.into_iter().find(|file| file["name"] == name).expect("there is one");
    let state = file["state"].as_str().expect("it is text").to_owned();
    (state, file["bytes"].as_u64().expect("it is a number"))
}

/// Makes a history so long that a search of it leaves an index, and searches it.
fn index_events(sandbox: &Sandbox) {
    let commit = |n: usize| {
        let message = format!("commit {n}\n");
        let from = if n == 0 { "from refs/jit/main^0\n" } else { "" };
        format!(
            "commit refs/jit/main\ncommitter A <a@b> 1900000000 +0000\ndata {}\n{message}\n{from}\n",
            message.len()
        )
    };
    let stream: String = (0..5000).map(commit).collect();
    let mut git = sandbox.program("git", &sandbox.repo());
    crate::support::run_with_input(git.args(["fast-import", "--quiet"]), stream.as_bytes()).ok();
    sandbox.jit(["events", "query", "--type", "gate_failed"]).ok();
}

#[test]
fn the_index_of_events_is_looked_at_and_a_broken_one_is_dropped() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    assert_eq!(derived(&sandbox, "events"), ("absent".to_owned(), 0));
    index_events(&sandbox);
    let (state, bytes) = derived(&sandbox, "events");
    assert_eq!(state, "current");
    let dir = sandbox.path("repo/.git/jit/events");
    let sizes = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len());
    assert_eq!(bytes, sizes.sum::<u64>());
    sandbox.jit(["comment", &id, "later"]).ok();
    assert_eq!(derived(&sandbox, "events").0, "behind");
    let (index, data) = (dir.join("index"), dir.join("1"));
    let whole = [fs::read(&index).unwrap(), fs::read(&data).unwrap()];
    let torn = |path: &Path, at: usize| {
        let mut bytes = fs::read(path).unwrap();
        bytes[at] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    let damages: [&dyn Fn(); 4] = [
        &|| torn(&index, 30),
        &|| torn(&data, whole[1].len() / 2),
        &|| fs::remove_file(&data).unwrap(),
        &|| {
            fs::remove_file(&index).unwrap();
            fs::create_dir(&index).unwrap();
        },
    ];
    for (number, damage) in damages.into_iter().enumerate() {
        damage();
        assert_eq!(derived(&sandbox, "events").0, "broken", "damage {number}");
        is_repaired(&sandbox, "derived_broken");
        assert_eq!(derived(&sandbox, "events").0, "absent", "damage {number}");
        fs::write(&index, &whole[0]).unwrap();
        fs::write(&data, &whole[1]).unwrap();
        assert_eq!(derived(&sandbox, "events").0, "behind");
    }
    // Whoever opened it would wait for ever.
    fs::remove_file(&index).unwrap();
    crate::support::run(sandbox.program("mkfifo", &sandbox.repo()).arg(&index)).ok();
    assert_eq!(derived(&sandbox, "events").0, "broken");
    assert_eq!(sandbox.json(["events", "query", "--type", "gate_failed"])["count"], 0);
    assert_eq!(derived(&sandbox, "events").0, "current", "a search has replaced it");
}

#[test]
fn files_of_other_versions_are_told_of() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("One", []);
    sandbox.jit(["list"]).ok();
    assert!(!Found::of(&sandbox, &[]).has("unknown_files"));
    sandbox.write("repo/.git/jit/of-tomorrow", "12345");
    sandbox.write("repo/.git/jit/cache/other", "12345");
    let found = Found::of(&sandbox, &["--fix"]);
    found.check("unknown_files", "info", "2 (10 B)");
    assert!(found.healthy && sandbox.path("repo/.git/jit/of-tomorrow").exists());
}

/// Puts a file into the tracker by plain git.
fn plant(sandbox: &Sandbox, path: &str, text: &str) {
    sandbox.write("planted", text);
    let blob = sandbox.git(["hash-object", "-w", "../planted"]).ok().stdout;
    let index = sandbox.path("index");
    let git = |args: &[&str]| {
        let mut command = sandbox.program("git", &sandbox.repo());
        crate::support::run(command.env("GIT_INDEX_FILE", &index).args(args)).ok().stdout.trim().to_owned()
    };
    git(&["read-tree", "refs/jit/main"]);
    git(&["update-index", "--add", "--cacheinfo", &format!("100644,{},{path}", blob.trim())]);
    let tree = git(&["write-tree"]);
    let commit = git(&["commit-tree", "-p", "refs/jit/main", "-m", "planted", &tree]);
    git(&["update-ref", "refs/jit/main", &commit]);
    fs::remove_file(&index).expect("it works");
}

#[test]
fn a_reference_without_a_log_gets_one() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("One", []);
    let log = sandbox.path("repo/.git/logs/refs/jit/main");
    fs::remove_file(&log).unwrap();
    is_repaired(&sandbox, "no_log");
    assert!(Found::of(&sandbox, &[]).has("unlogged_move"), "what was lost is lost");
    sandbox.git(["update-ref", "refs/jit/main", "refs/jit/main~1"]).ok();
    let logged = fs::read_to_string(&log).unwrap();
    assert_eq!(logged.lines().count(), 1, "git logs its move now: {logged}");
    assert!(!Found::of(&sandbox, &[]).has("unlogged_move"));
}

#[test]
fn a_reference_that_is_no_tracker_is_a_problem() {
    let sandbox = Sandbox::with_tracker();
    sandbox.git(["update-ref", "refs/jit/main", "HEAD"]).ok();
    Found::of(&sandbox, &[]).check("not_a_tracker", "problem", "refs/jit/main");
    sandbox.write("repo/.git/refs/jit/main", "");
    Found::of(&sandbox, &["--fix"]).check("not_a_tracker", "problem", "empty");
}
