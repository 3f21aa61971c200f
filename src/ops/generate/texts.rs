//! What a made-up issue says.

use super::random::Random;
use crate::model::create::NewIssue;
use crate::model::{GateKey, Priority};

/// Bytes that a description has at least.
const DESCRIPTION: usize = 500;

const VERBS: [&str; 12] = [
    "Add", "Fix", "Remove", "Speed up", "Document", "Test", "Rename", "Split", "Measure", "Review", "Retry",
    "Port",
];
const THINGS: [&str; 16] = [
    "login page",
    "importer",
    "search index",
    "payment form",
    "session cache",
    "audit log",
    "user model",
    "e-mail templates",
    "build scripts",
    "error messages",
    "rate limiter",
    "backup job",
    "settings dialog",
    "release notes",
    "date parser",
    "upload queue",
];
const PLACES: [&str; 8] = [
    "on small screens",
    "for guests",
    "in the nightly run",
    "behind a proxy",
    "after an upgrade",
    "with many users",
    "when offline",
    "of the public interface",
];
const WORDS: [&str; 40] = [
    "after",
    "again",
    "before",
    "because",
    "button",
    "cannot",
    "change",
    "check",
    "client",
    "column",
    "customer",
    "database",
    "default",
    "empty",
    "error",
    "expected",
    "field",
    "file",
    "instead",
    "the",
    "large",
    "list",
    "message",
    "missing",
    "number",
    "once",
    "option",
    "page",
    "people",
    "query",
    "reason",
    "report",
    "request",
    "server",
    "should",
    "slow",
    "sometimes",
    "table",
    "value",
    "when",
];
const AREAS: [&str; 8] = ["auth", "backend", "billing", "docs", "frontend", "infra", "mobile", "search"];
const TYPES: [&str; 4] = ["task", "bug", "feature", "chore"];

/// The gates of the project: by hand before the work, by hand after it, and by a program.
pub(super) const GATES: [&str; 3] = ["design", "review", "unit-tests"];

/// An issue without dependencies.
pub(super) fn issue(random: &mut Random) -> NewIssue {
    let mut new = NewIssue {
        title: title(random),
        description: description(random),
        issue_type: Some(random.pick(&TYPES).to_owned()),
        priority: priority(random),
        ..NewIssue::default()
    };
    for _ in 0..random.below(4) {
        new.labels.insert(random.pick(&AREAS).to_owned());
    }
    // One in ten has to wait for a decision, one in five is reviewed, two in five are tested.
    for (key, chance) in GATES.into_iter().zip([10, 20, 40]) {
        if random.percent(chance) {
            new.gates.insert(gate(key));
        }
    }
    new
}

/// The gate of that name.
pub(super) fn gate(key: &str) -> GateKey {
    GateKey::parse(key).expect("it is one of ours")
}

/// Words for a comment.
pub(super) fn remark(random: &mut Random) -> String {
    sentence(random)
}

/// An area of the project, as labels name it.
pub(super) fn area(random: &mut Random) -> String {
    random.pick(&AREAS).to_owned()
}

/// Most issues are of normal priority.
pub(super) fn priority(random: &mut Random) -> Priority {
    match random.below(100) {
        0..5 => Priority::Critical,
        5..25 => Priority::High,
        25..80 => Priority::Normal,
        _ => Priority::Low,
    }
}

fn title(random: &mut Random) -> String {
    format!("{} the {} {}", random.pick(&VERBS), random.pick(&THINGS), random.pick(&PLACES))
}

fn description(random: &mut Random) -> String {
    let mut text = String::with_capacity(DESCRIPTION + 100);
    while text.len() < DESCRIPTION {
        text.push_str(&sentence(random));
        text.push('\n');
    }
    text
}

fn sentence(random: &mut Random) -> String {
    let count = 6 + random.below(8);
    let words: Vec<&str> = (0..count).map(|_| random.pick(&WORDS)).collect();
    format!("The {} {}.", random.pick(&THINGS), words.join(" "))
}
