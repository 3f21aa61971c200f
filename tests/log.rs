//! `log`, and event queries of a history so long that it has an index.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::support::{Ran, Sandbox, run_with_input};

/// More commits than are walked without an index.
const MANY: usize = 5000;

/// Puts commits on top of the tracker, oldest first: each with the seconds of its time, the
/// numbers of its parents unless it is the one before, and the type of its event.
fn grow(sandbox: &Sandbox, commits: impl Iterator<Item = (usize, Vec<usize>, &'static str)>) {
    let mut stream = String::new();
    for (n, (seconds, parents, kind)) in commits.enumerate() {
        let seconds = 1_900_000_000 + seconds;
        let event = format!(
            "{{\"type\":\"{kind}\",\"id\":\"00000000-0000-4000-8000-{n:012}\",\"issue_id\":\"{:08}-0000-4000-8000-000000000000\",\
             \"timestamp\":\"2030-01-01T00:00:00.000Z\",\"actor\":\"agent:{}\"}}",
            n % 100,
            n % 7
        );
        let message = format!("commit {n}\n\nJit-Event: {event}\n");
        let head = format!("commit refs/jit/main\nmark :{}\ncommitter A <a@b> {seconds} +0000", n + 1);
        writeln!(stream, "{head}\ndata {}\n{message}", message.len()).expect("memory holds it");
        let before = if n == 0 { "from refs/jit/main^0".to_owned() } else { format!("from :{n}") };
        let named =
            parents.iter().zip(["from", "merge"]).map(|(parent, word)| format!("{word} :{}", parent + 1));
        let lines: Vec<String> = if parents.is_empty() { vec![before] } else { named.collect() };
        writeln!(stream, "{}", lines.join("\n")).expect("memory holds it");
    }
    let mut import = sandbox.program("git", &sandbox.repo());
    run_with_input(import.args(["fast-import", "--quiet", "--force"]), stream.as_bytes()).ok();
}

/// A tracker with a long history; one event in 997 is a failed gate.
fn long() -> Sandbox {
    let sandbox = Sandbox::with_tracker();
    grow(
        &sandbox,
        (0..MANY).map(|n| (n, vec![], if n % 997 == 1 { "gate_failed" } else { "comment_added" })),
    );
    sandbox
}

/// The events in `ran` by their ids.
#[track_caller]
fn ids(ran: &Ran) -> Vec<String> {
    let document = ran.json();
    let events = document["events"].as_array().expect("it is a list");
    events.iter().map(|event| event["id"].as_str().expect("it is text").to_owned()).collect()
}

/// The failed gates that `jit` finds in `dir`.
#[track_caller]
fn failed(sandbox: &Sandbox, dir: &Path) -> Vec<String> {
    ids(&sandbox.jit_in(dir, ["events", "query", "--type", "gate_failed", "--json"]).ok())
}

/// Those that plain git finds.
fn expected(sandbox: &Sandbox, dir: &Path) -> Vec<String> {
    let format = "--format=%(trailers:key=Jit-Event,valueonly)";
    let log = sandbox.git_in(dir, ["log", "--reverse", format, "refs/jit/main"]).ok().stdout;
    let events = log.lines().filter(|line| line.contains("gate_failed"));
    let id = |line: &str| serde_json::from_str::<Value>(line).expect("it is JSON")["id"].clone();
    events.map(|line| id(line).as_str().expect("it is text").to_owned()).collect()
}

#[track_caller]
fn agrees(sandbox: &Sandbox, dir: &Path) {
    let expected = expected(sandbox, dir);
    assert!(!expected.is_empty());
    // The first makes or extends an index, the second uses it.
    assert_eq!(failed(sandbox, dir), expected);
    assert_eq!(failed(sandbox, dir), expected);
}

fn index(git_dir: &Path) -> Option<Vec<u8>> {
    std::fs::read(git_dir.join("jit/events/index")).ok()
}

#[test]
fn the_log_tells_who_did_what_newest_first() {
    let sandbox = Sandbox::with_tracker();
    let one = sandbox.create("One", []);
    let two = sandbox.create("Two", []);
    sandbox.jit(["claim", &one, "agent:x"]).ok();
    let log = sandbox.jit(["log"]).ok().stdout;
    let parts = |line: &str| line.split("  ").skip(2).take(3).map(str::to_owned).collect::<Vec<_>>();
    let lines: Vec<_> = log.lines().map(parts).collect();
    let (one, two) = (&one[..8], &two[..8]);
    assert_eq!(lines[0], ["agent:x", one, "issue_claimed"]);
    assert_eq!(lines[1], ["human:ada", two, "issue_created"]);
    assert!(lines.len() == 4 && log.lines().last().is_some_and(|line| line.contains("  config_changed  ")));
    assert_eq!(sandbox.jit(["log", one]).ok().stdout.lines().count(), 2);
    assert_eq!(sandbox.jit(["log", "-n", "1"]).ok().stdout, log.lines().next().unwrap().to_owned() + "\n");
    let mut newest_last = ids(&sandbox.jit(["events", "query", "--json"]));
    newest_last.reverse();
    assert_eq!(ids(&sandbox.jit(["log", "--json"])), newest_last);
    let none = sandbox.jit(["log", "-n", "0"]).ok();
    assert_eq!((&*none.stdout, &*none.stderr), ("", "no events\n"));
}

#[test]
fn a_line_of_the_log_begins_with_what_undo_and_at_take() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    sandbox.jit(["update", &id, "--title", "D3", "--priority", "high"]).ok();
    let log = sandbox.jit(["log", "-n", "1"]).ok().stdout;
    assert!(log.contains("issue_updated  title=D3  priority=high"), "{log}");
    let commit = log.split(' ').next().expect("a word").to_owned();
    assert_eq!(sandbox.json(["show", &id, "--at", &format!("{commit}~1")])["title"], "One");
    sandbox.jit(["undo", &commit]).ok();
    let log = sandbox.jit(["log", "-n", "1"]).ok().stdout;
    assert!(log.contains(&format!("change_undone  undone={commit}")), "{log}");
    assert_eq!(sandbox.json(["show", &id])["title"], "One");
}

#[test]
fn the_log_takes_the_options_of_event_queries() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    sandbox.jit(["claim", &id, "agent:x"]).ok();
    let types = |args: &[&str]| -> Vec<String> {
        let log = sandbox.json(["log"].iter().chain(args).copied());
        let events = log["events"].as_array().expect("a list");
        events.iter().map(|event| event["type"].as_str().expect("text").to_owned()).collect()
    };
    assert_eq!(types(&["--actor", "agent:x"]), ["issue_claimed"]);
    assert_eq!(types(&["--type", "issue_created", "--type", "issue_deleted"]), ["issue_created"]);
    assert_eq!(types(&["--since", "1h"]).len(), 3);
    assert_eq!(types(&["--until", "1h"]).len(), 0);
    let made = sandbox.json(["log", "--type", "issue_created"])["events"][0]["timestamp"].clone();
    assert_eq!(types(&["--until", made.as_str().expect("text")]), ["issue_created", "config_changed"]);
    assert_eq!(
        types(&["--until", made.as_str().expect("text"), "--since", made.as_str().expect("text")]),
        ["issue_created"]
    );
    sandbox.jit(["log", "--until", "soon"]).fails(2, "--until");
    sandbox.jit(["events", "query", "--until", "soon"]).fails(2, "--until");
}

#[test]
fn an_issue_that_was_deleted_has_a_log() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    sandbox.jit(["delete", &id]).ok();
    for name in [&id, &id[..8], &id[..4]] {
        let kinds = sandbox.json(["log", name])["events"].as_array().unwrap().clone();
        let kinds: Vec<_> = kinds.iter().map(|event| event["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["issue_deleted", "issue_created"]);
        assert_eq!(sandbox.json(["events", "query", "--issue", name])["count"], 2);
    }
    let none = sandbox.json(["events", "query", "--issue", &id, "--type", "gate_passed"]);
    assert_eq!(none["count"], 0, "there was an issue, but no such event");
    sandbox.jit(["log", "01234567-0000-4000-8000-000000000000"]).fails(3, "no issue 01234567-");
}

#[test]
fn digits_that_several_deleted_issues_begin_with_are_ambiguous() {
    let sandbox = long();
    sandbox.jit(["log", "0000"]).fails(2, "0000");
    let log = sandbox.json(["log", "00000042", "-n", "3"]);
    assert_eq!(
        (&log["count"], &log["events"][0]["id"]),
        (&3.into(), &"00000000-0000-4000-8000-000000004942".into())
    );
}

#[test]
fn a_long_history_gets_an_index_that_changes_no_answer() {
    let sandbox = long();
    let (repo, git_dir) = (sandbox.repo(), sandbox.path("repo/.git"));
    sandbox.jit(["events", "tail", "-n", "20"]).ok();
    sandbox.jit(["events", "query", "--type", "comment_added", "-n", "20"]).ok();
    assert_eq!(index(&git_dir), None, "what is new needs none");
    agrees(&sandbox, &repo);
    let made = index(&git_dir).expect("it was made");
    sandbox.git(["worktree", "add", "-q", "../other"]).ok();
    agrees(&sandbox, &sandbox.path("other"));
    assert_eq!(index(&git_dir).as_ref(), Some(&made), "worktrees share it");
    let tip = sandbox.git(["rev-parse", "refs/jit/main"]).ok().stdout;
    sandbox.git(["update-ref", "refs/jit/main", "refs/jit/main~1500"]).ok();
    agrees(&sandbox, &repo);
    grow(&sandbox, (0..50).map(|n| (9000 + n, vec![], if n == 7 { "gate_failed" } else { "comment_added" })));
    agrees(&sandbox, &repo);
    assert_ne!(index(&git_dir), Some(made), "it follows the history");
    sandbox.git(["gc", "-q"]).ok();
    agrees(&sandbox, &repo);
    sandbox.git(["update-ref", "refs/jit/main", tip.trim()]).ok();
    agrees(&sandbox, &repo);
    for damage in ["", "not an index"] {
        sandbox.write("repo/.git/jit/events/index", damage);
        agrees(&sandbox, &repo);
    }
}

/// Commits to be put on a tracker; see [`grow`].
type Commits = Vec<(usize, Vec<usize>, &'static str)>;

/// Insists that `jit` shows every event of `commits`, none before those it builds on, the same with and
/// without an index, and that the newest few are the end of all.
#[track_caller]
fn nothing_before_what_it_builds_on(sandbox: &Sandbox, commits: &Commits) {
    let query = || ids(&sandbox.jit(["events", "query", "--json"]).ok());
    let all = query();
    let number = |id: &String| id[24..].parse::<usize>().expect("it is a number");
    let ours = all.iter().filter(|id| id.starts_with("00000000-0000-4000"));
    let places: BTreeMap<usize, usize> = ours.zip(0..).map(|(id, place)| (number(id), place)).collect();
    assert_eq!(places.len(), commits.len());
    for (n, (_, parents, _)) in commits.iter().enumerate() {
        let before =
            if parents.is_empty() { n.checked_sub(1).into_iter().collect() } else { parents.clone() };
        for parent in before {
            assert!(places[&parent] < places[&n], "{n} is shown before {parent}, which it builds on");
        }
    }
    assert_eq!(query(), all, "the same once more");
    let mut newest = ids(&sandbox.jit(["log", "-n", "20", "--json"]).ok());
    newest.reverse();
    assert_eq!(newest, all[all.len() - 20..]);
    failed_agree(sandbox, &all, commits);
}

/// Insists that a search finds the failed gates in the order of `all`.
#[track_caller]
fn failed_agree(sandbox: &Sandbox, all: &[String], commits: &Commits) {
    let is_failed = |id: &&String| {
        id.strip_prefix("00000000-0000-4000-8000-").is_some_and(|number| {
            commits[number.parse::<usize>().expect("it is a number")].2 == "gate_failed"
        })
    };
    let expected: Vec<String> = all.iter().filter(is_failed).cloned().collect();
    assert_eq!(failed(sandbox, &sandbox.repo()), expected);
    assert_eq!(failed(sandbox, &sandbox.repo()), expected);
}

/// Two lines side by side, a short and a long one, that become one in every tenth commit: what commit `n`
/// builds on.
fn two_lines(n: usize) -> Vec<usize> {
    match n % 10 {
        _ if n < 3 => vec![],
        2 => vec![n - 2],
        9 => vec![n - 8, n - 1],
        _ => vec![n - 1],
    }
}

/// Lines side by side whose commits have the times that `seconds` says.
fn side_by_side(len: usize, seconds: impl Fn(usize) -> usize) -> Commits {
    let kind = |n: usize| if n.is_multiple_of(11) { "gate_failed" } else { "comment_added" };
    (0..len).map(|n| (seconds(n), two_lines(n), kind(n))).collect()
}

#[test]
fn commits_of_one_second_on_both_sides_of_a_merge_come_after_what_they_build_on() {
    for len in [60, MANY] {
        let sandbox = Sandbox::with_tracker();
        let commits = side_by_side(len, |n| n / 100);
        grow(&sandbox, commits.iter().cloned());
        nothing_before_what_it_builds_on(&sandbox, &commits);
    }
}

#[test]
fn clocks_that_are_hours_apart_do_not_turn_the_log_around() {
    const HOURS: usize = 3 * 3600;
    for (ahead, behind) in [(0, HOURS), (HOURS, 0)] {
        let sandbox = Sandbox::with_tracker();
        // The lines are of two clones; merges are made by one of them.
        let clock = |n: usize| match n % 10 {
            1 => HOURS + n + ahead - behind,
            _ => HOURS + n,
        };
        let commits = side_by_side(2000, clock);
        grow(&sandbox, commits.iter().cloned());
        nothing_before_what_it_builds_on(&sandbox, &commits);
    }
}

#[test]
fn without_merges_the_log_is_the_history_whatever_clocks_said() {
    let sandbox = Sandbox::with_tracker();
    let commits: Commits = (0..700)
        .map(|n| (9000 - n, vec![], if n % 97 == 1 { "gate_failed" } else { "comment_added" }))
        .collect();
    grow(&sandbox, commits.iter().cloned());
    nothing_before_what_it_builds_on(&sandbox, &commits);
}

#[test]
fn clones_with_the_same_history_show_the_same_log() {
    let sandbox = Sandbox::with_tracker();
    grow(&sandbox, side_by_side(1500, |n| n / 7).into_iter());
    let log = sandbox.jit(["log", "--json"]).ok().stdout;
    sandbox.git_in(&sandbox.path(""), ["init", "-q", "--bare", "clone"]).ok();
    let clone = sandbox.path("clone");
    let url = format!("file://{}", sandbox.repo().display());
    // What this clone knew before is a part of it, and has an index.
    for commit in ["refs/jit/main^2~300", "refs/jit/main~400", "refs/jit/main"] {
        let commit = sandbox.git(["rev-parse", commit]).ok().stdout;
        let spec = format!("+{}:refs/jit/main", commit.trim());
        sandbox.git_in(&clone, ["-c", "protocol.version=2", "fetch", "-q", &url, &spec]).ok();
        sandbox.jit_in(&clone, ["events", "query", "--type", "gate_failed", "--json"]).ok();
    }
    assert_eq!(sandbox.jit_in(&clone, ["log", "--json"]).ok().stdout, log);
}

#[test]
fn a_shallow_clone_that_is_deepened_shows_what_came() {
    let sandbox = long();
    let url = format!("file://{}", sandbox.repo().display());
    sandbox.git_in(&sandbox.path(""), ["init", "-q", "--bare", "clone"]).ok();
    let clone = sandbox.path("clone");
    let fetch =
        |how: &str| sandbox.git_in(&clone, ["fetch", "-q", how, &url, "+refs/jit/main:refs/jit/main"]).ok();
    fetch("--depth=4500");
    agrees(&sandbox, &clone);
    let shallow = (failed(&sandbox, &clone).len(), index(&clone));
    fetch("--unshallow");
    agrees(&sandbox, &clone);
    assert!(shallow.1.is_some() && shallow.0 < failed(&sandbox, &clone).len());
}

#[test]
fn a_repository_that_cannot_be_written_to_answers_without_an_index() {
    let sandbox = long();
    std::fs::remove_dir_all(sandbox.path("repo/.git/jit")).unwrap();
    sandbox.write("repo/.git/jit", "in the way");
    agrees(&sandbox, &sandbox.repo());
}

/// The types of the events in `ran`, and whose they are.
#[track_caller]
fn told(ran: &Ran) -> Vec<(String, String)> {
    let document = ran.json();
    let text = |value: &Value| value.as_str().expect("it is text").to_owned();
    let events = document["events"].as_array().expect("it is a list").iter();
    events.map(|event| (text(&event["type"]), text(&event["issue_id"]))).collect()
}

#[test]
fn a_filter_chooses_the_events_of_issues_that_match() {
    let sandbox = Sandbox::with_tracker();
    let auth = sandbox.create("auth", ["--label", "auth"]);
    let other = sandbox.create("other", ["--assignee", "human:ada"]);
    sandbox.jit(["config", "set", "filter.mine", "assignee:me"]).ok();
    sandbox.jit(["comment", &auth, "one"]).ok();
    sandbox.jit(["comment", &other, "two"]).ok();
    let run = |args: &[&str]| told(&sandbox.jit([args, &["--json"]].concat()).ok());
    let event = |kind: &str, id: &str| (kind.to_owned(), id.to_owned());
    let of_auth = [event("issue_created", &auth), event("comment_added", &auth)];
    assert_eq!(run(&["events", "query", "--filter", "label:auth"]), of_auth);
    let newest_first: Vec<_> = of_auth.iter().cloned().rev().collect();
    assert_eq!(run(&["log", "--filter", "label:auth"]), newest_first);
    assert_eq!(run(&["log", "-p", "--filter", "label:auth", "--filter", "-@mine"]), newest_first);
    assert_eq!(run(&["log", "--filter", "@mine", "-n", "1"]), [event("comment_added", &other)]);
    assert_eq!(run(&["log", &other, "--filter", "label:auth"]), []);
    let both = ["events", "query", "--filter", "state:ready", "--type", "comment_added"];
    assert_eq!(run(&both), [event("comment_added", &auth), event("comment_added", &other)]);
    // What matches is what matches now, or then.
    sandbox.jit(["update", &auth, "--remove-label", "auth"]).ok();
    assert_eq!(run(&["log", "--filter", "label:auth"]), []);
    assert_eq!(run(&["log", "--filter", "label:auth", "--at", "HEAD~1"]), newest_first);
    let nothing = sandbox.jit(["log", "--filter", "label:none"]).ok();
    assert_eq!((nothing.stdout.as_str(), nothing.stderr.as_str()), ("", "no events\n"));
    for command in [&["log"][..], &["events", "query"]] {
        let with = |filter: &'static str| [command, &["--filter", filter]].concat();
        sandbox.jit(with("owner:x")).fails(4, "invalid filter: no key \"owner\"");
        sandbox.jit(with("@nobody")).fails(2, "no saved filter @nobody");
    }
}

#[test]
fn a_filter_finds_the_same_in_a_long_log_with_its_index() {
    let sandbox = long();
    // Their issues are made up; these two are there.
    let (one, two) = (sandbox.create("one", ["--label", "a"]), sandbox.create("two", []));
    let query = || told(&sandbox.jit(["events", "query", "--filter", "label:a", "--json"]).ok());
    let expected = [("issue_created".to_owned(), one.clone())];
    assert_eq!(query(), expected, "it makes an index");
    assert!(sandbox.path("repo/.git/jit/events/index").exists());
    assert_eq!(query(), expected, "it uses it");
    sandbox.jit(["comment", &two, "not meant"]).ok();
    sandbox.jit(["comment", &one, "meant"]).ok();
    assert_eq!(query(), [&expected[..], &[("comment_added".to_owned(), one)]].concat());
}
