//! The event log is the whole truth: what plain git prints replays to exactly what jit
//! shows, whatever was done and whatever people wrote.

mod interpreter;
mod script;
mod work;

use std::collections::BTreeSet;

use serde_json::{Value, json};

pub(super) use self::interpreter::check_replay;
use self::interpreter::{array, text};
use self::script::worked;
use self::work::Work;
use crate::support::Sandbox;

/// All that happens to a tracker without remotes; a summary stands for too many.
const KINDS: [&str; 26] = [
    "attachment_added",
    "attachment_removed",
    "claim_renewed",
    "comment_added",
    "config_changed",
    "context_set",
    "dependency_added",
    "dependency_removed",
    "gate_added",
    "gate_defined",
    "gate_failed",
    "gate_passed",
    "gate_removed",
    "gate_undefined",
    "issue_claimed",
    "issue_completed",
    "issue_created",
    "issue_deleted",
    "issue_rejected",
    "issue_released",
    "issue_state_changed",
    "issue_updated",
    "label_added",
    "label_removed",
    "template_defined",
    "template_undefined",
];

/// The log as plain git prints it, line by line.
fn plain_log(sandbox: &Sandbox) -> Vec<String> {
    let format = "--format=%(trailers:key=Jit-Event,valueonly)";
    let log = sandbox.git(["log", "--reverse", format, "refs/jit/main"]).ok().stdout;
    // Not `lines`, which would split at fewer characters than some readers do.
    let ends = |c: char| "\n\r\u{b}\u{c}\u{85}\u{2028}\u{2029}".contains(c);
    log.split(ends).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Insists that each event is one line of JSON for plain git, with an id of its own.
fn check_lines(sandbox: &Sandbox) {
    let lines = plain_log(sandbox);
    let events: Vec<Value> =
        lines.iter().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    for event in &events {
        for key in ["type", "id", "timestamp", "actor"] {
            assert!(event[key].is_string(), "{event}");
        }
    }
    let ids: BTreeSet<&str> = events.iter().map(|event| text(&event["id"])).collect();
    assert_eq!(ids.len(), events.len(), "no two share an id");
    let kinds: BTreeSet<&str> = events.iter().map(|event| text(&event["type"])).collect();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), KINDS, "the work left nothing out");
    let bodies = sandbox.git(["log", "--format=%B", "refs/jit/main"]).ok().stdout;
    let trailers = bodies.split('\n').filter(|line| line.starts_with("Jit-Event:")).count();
    assert_eq!(trailers, events.len(), "git takes nothing else for an event");
    let tail = sandbox.jit(["events", "tail", "-n", "100000"]).ok().stdout;
    assert_eq!(tail.split_terminator('\n').collect::<Vec<_>>(), lines);
    assert_eq!(*array(&sandbox.json(["events", "query"])["events"]), events);
}

/// Insists that the history has that many commits, each one line in the log of the reference.
fn check_history(sandbox: &Sandbox, commits: usize) {
    let history = sandbox.git(["rev-list", "--reverse", "refs/jit/main"]).ok().stdout;
    let history: Vec<&str> = history.lines().collect();
    assert_eq!(history.len(), commits);
    let log = sandbox.path("repo/.git/logs/refs/jit/main");
    let log = std::fs::read_to_string(log).expect("the log is kept");
    let moves: Vec<(&str, &str)> =
        log.split_terminator('\n').map(|line| (&line[..40], &line[41..81])).collect();
    assert_eq!(moves.iter().map(|(_, new)| *new).collect::<Vec<_>>(), history);
    assert_eq!(moves[0].0, "0".repeat(40));
    assert_eq!(moves[1..].iter().map(|(old, _)| *old).collect::<Vec<_>>(), history[..history.len() - 1]);
    let subjects = sandbox.git(["log", "--format=%s", "refs/jit/main"]).ok().stdout;
    let logged = sandbox.git(["reflog", "--format=%gs", "refs/jit/main"]).ok().stdout;
    for (logged, subject) in logged.lines().zip(subjects.lines()) {
        assert_eq!(logged.trim_end(), subject);
    }
    assert_eq!(subjects.lines().count(), commits, "a subject is one line");
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from(mixed >> 33).expect("31 bits fit") % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

/// Does something to one of `ids`, which may well be refused.
fn do_anything(work: &mut Work, dice: &mut Dice, ids: &[&str]) {
    let (id, other) = (dice.pick(ids), dice.pick(ids));
    let gate = dice.pick(&["design", "odd"]);
    let label = dice.pick(&["x", "y"]);
    let state = dice.pick(&["open", "backlog", "in_progress", "gated", "done", "done"]);
    let commands: [&[&str]; 17] = [
        &["claim", id],
        &["claim-next", "--ttl", "1h"],
        &["release", id],
        &["issue", "renew", id, "--ttl", "2h"],
        &["update", id, "--state", state],
        &["update", id, "--state", state],
        &["update", id, "--label", label, "--context", "k=v"],
        &["update", id, "--remove-label", label, "--remove-context", "k"],
        &["update", "--filter", "label:y", "--state", state],
        &["dep", "add", id, other],
        &["dep", "rm", id, other],
        &["gate", "add", id, gate],
        &["gate", "rm", id, gate],
        &["gate", "pass", id, gate],
        &["gate", "pass", id, gate],
        &["gate", "fail", id, gate],
        &["reject", id],
    ];
    let command = commands[dice.roll(commands.len())];
    let actor = dice.pick(&["agent:one", "agent:two"]);
    work.run(actor, &[0, 3, 4, 5, 6], command);
}

#[test]
fn the_log_that_plain_git_prints_replays_to_exactly_what_jit_shows() {
    let work = worked();
    check_lines(&work.sandbox);
    check_history(&work.sandbox, work.commits);
    let listed = work.sandbox.json(["list"]);
    for issue in array(&listed["issues"]) {
        let mut shown = work.sandbox.json(["show", text(&issue["id"])]);
        // The code that is about an issue is no part of the tracker.
        for key in ["commits", "branches"] {
            shown.as_object_mut().expect("an object").remove(key);
        }
        assert_eq!(shown, *issue);
    }
    work.sandbox.jit(["validate"]).ok();
}

#[test]
fn whatever_is_tried_in_whatever_order_the_log_replays() {
    for seed in 1..=2 {
        let mut work = Work::new();
        work.does("human:ada", &["registry", "add", "design", "--stage", "pre"]);
        let ids: Vec<String> = (0..4).map(|n| work.creates(&format!("issue {n}"), &["--label=x"])).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut dice = Dice(seed);
        for _ in 0..40 {
            (0..5).for_each(|_| do_anything(&mut work, &mut dice, &ids));
            check_replay(&work.sandbox);
        }
        work.sandbox.jit(["validate"]).ok();
        let events = work.sandbox.events();
        let kinds: BTreeSet<&str> = events.iter().map(|event| text(&event["type"])).collect();
        assert!(kinds.len() > 12 && work.commits > 40, "enough was accepted: {kinds:?}");
    }
}

#[test]
fn a_change_of_more_than_a_hundred_issues_is_one_event_that_counts_them() {
    let mut work = Work::new();
    let list: Vec<Value> =
        (0..101).map(|n| json!({"title": format!("issue {n}"), "labels": ["x"]})).collect();
    work.sandbox.write("list.json", Value::from(list).to_string());
    work.does("human:ada", &["create", "--from", "../list.json"]);
    work.does("human:ada", &["update", "--filter", "label:x", "--priority", "high"]);
    let events = work.sandbox.events();
    let said = |event: &Value| (event["type"].clone(), event["count"].clone(), event["source"].clone());
    assert_eq!(events.len(), 3);
    assert_eq!(said(&events[1]), ("issue_created".into(), 101.into(), "../list.json".into()));
    assert_eq!(said(&events[2]), ("issue_updated".into(), 101.into(), "label:x".into()));
    let files = work.sandbox.git(["diff", "--name-only", "refs/jit/main~1", "refs/jit/main"]).ok().stdout;
    assert_eq!(files.lines().count(), 101, "git has what the event leaves out");
}
