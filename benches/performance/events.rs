//! The log of a long history.

use std::time::Duration;

use super::duel::{Duel, short, skip};
use super::machine;
use super::options::Options;
use super::scene::{Scene, answer, time, works};
use super::system;

/// Issues that the history is about.
const ISSUES: usize = 10_000;
/// What takes longer is measured less often.
const LONG: Duration = Duration::from_millis(500);

/// All rows of this file.
pub fn run(options: &Options, scene: &Scene) {
    let names = [
        "events tail -n 20 / git log -20",
        "events query, common / git log -20",
        "events query, rare / git log -20",
        "log ID / git log -20",
    ];
    let memory = "memory of indexing events";
    if !options.wants_any(&names) && !options.wants(memory) {
        return;
    }
    let dir = scene.tracker(ISSUES, options.events);
    let at = short(options.events);
    let issue = answer(scene.git(&dir, &["ls-tree", "-r", "--name-only", "refs/jit/main", "issues"]));
    let issue = issue.lines().nth(ISSUES / 2).and_then(|path| path.rsplit('/').next()).expect("it has many");
    let id = issue.trim_end_matches(".yaml");
    let commands: [&[&str]; 4] = [
        &["events", "tail", "-n", "20"],
        &["events", "query", "--event-type", "comment_added", "--limit", "10"],
        // Only at the very beginning.
        &["events", "query", "--event-type", "gate_defined", "--limit", "10"],
        &["log", id],
    ];
    if options.wants(memory) {
        let kept = dir.join(".git/jit/events");
        if kept.exists() {
            std::fs::remove_dir_all(kept).expect("it is ours");
        }
        system::show_memory(memory, &at, machine::memory_of(scene, &dir, commands[2]));
    }
    for (name, args) in names.into_iter().zip(commands).filter(|(name, _)| options.wants(name)) {
        if !works(scene.jit(&dir, args)) {
            skip(name, &at, "this jit has no such command");
            continue;
        }
        let probe = time(scene.jit(&dir, args));
        let rounds = if probe > LONG { options.slow_rounds.min(3) } else { options.rounds };
        let duel = Duel::fight(
            rounds,
            |_| time(scene.git(&dir, &["log", "-20", "refs/jit/main"])),
            |_| time(scene.jit(&dir, args)),
        );
        duel.print(name, &at, Some(4.0));
    }
}
