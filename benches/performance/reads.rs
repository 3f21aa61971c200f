//! Reading: with everything known already, after somebody else's change, and from nothing.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;

use super::duel::{Duel, short, skip};
use super::options::Options;
use super::plain::Plain;
use super::scene::{Scene, answer, time};

const READY: [&str; 5] = ["query", "ready", "--json", "--limit", "20"];
const ALL: [&str; 3] = ["query", "ready", "--json"];
const REV_PARSE: [&str; 2] = ["rev-parse", "refs/jit/main"];

/// All rows of this file.
pub fn run(options: &Options, scene: &Scene) {
    let names = [
        "ready 20, warm",
        "ready all, warm",
        "ready after a change elsewhere",
        "ready, cold",
        "search / git grep",
        "show / cat-file",
        "stats / git log",
    ];
    if !options.wants_any(&names) {
        return;
    }
    for issues in options.sizes.iter().copied().filter(|issues| *issues >= 10_000) {
        let at = short(issues);
        let dir = scene.tracker(issues, issues / 10);
        if options.wants("ready 20, warm") {
            let duel = Duel::fight(
                options.rounds,
                |_| time(scene.git(&dir, &REV_PARSE)),
                |_| time(scene.jit(&dir, &READY)),
            );
            duel.print("ready 20, warm / rev-parse", &at, Some(if issues > 10_000 { 8.0 } else { 4.0 }));
        }
        if options.wants("ready all, warm") {
            let duel = Duel::fight(
                options.rounds,
                |_| time(scene.git(&dir, &REV_PARSE)),
                |_| time(scene.jit(&dir, &ALL)),
            );
            duel.print("ready all, warm / rev-parse", &at, (issues == 10_000).then_some(8.0));
        }
        if options.wants("ready after a change elsewhere") {
            after_a_change(options, scene, &dir, &at);
        }
        if options.wants("ready, cold") {
            cold(options, scene, &dir, &at);
        }
        whole_texts(options, scene, &dir, &at);
    }
    if options.largest() < 100_000 && options.wants("ready 20, warm") {
        skip("ready 20, warm / rev-parse", "100k", "left out by --quick");
    }
}

/// Somebody else's commit arrives as a fetch brings it: the reference moves, and nobody says
/// so.
fn after_a_change(options: &Options, scene: &Scene, dir: &Path, at: &str) {
    let dir = scene.copy(dir, &format!("changed-{at}"));
    let mut other = Plain::new(scene, &dir, "refs/jit/main", "refs/jit/main");
    let duel = Duel::fight(
        options.rounds,
        |_| {
            // Whatever is kept is up to date.
            time(scene.jit(&dir, &READY));
            time(scene.jit(&dir, &READY))
        },
        |_| {
            other.mutate();
            time(scene.jit(&dir, &READY))
        },
    );
    duel.print("ready after a change elsewhere / warm", at, Some(2.0));
    scene.remove(&dir);
}

fn cold(options: &Options, scene: &Scene, dir: &Path, at: &str) {
    let list = scene.path(&format!("blobs-{at}"));
    let blobs = answer(scene.git(dir, &["ls-tree", "-r", "--object-only", "refs/jit/main", "issues"]));
    std::fs::write(&list, blobs).expect("it is ours");
    let kept = dir.join(".git/jit");
    let duel = Duel::fight(
        options.slow_rounds,
        |_| {
            let mut cat = scene.git(dir, &["cat-file", "--batch", "--buffer"]);
            cat.stdin(File::open(&list).expect("it was just written")).stdout(Stdio::null());
            time(cat)
        },
        |_| {
            if kept.exists() {
                std::fs::remove_dir_all(&kept).expect("it is ours");
            }
            time(scene.jit(dir, &READY))
        },
    );
    duel.print("ready, cold / cat-file --batch", at, Some(3.0));
}

/// What reads issues or commits as a whole.
fn whole_texts(options: &Options, scene: &Scene, dir: &Path, at: &str) {
    let found = ["search", "templates guests", "--json"];
    let grep = [
        "grep",
        "-l",
        "-i",
        "--all-match",
        "-e",
        "templates",
        "-e",
        "guests",
        "refs/jit/main",
        "--",
        "issues",
    ];
    let path = answer(scene.git(dir, &["ls-tree", "-r", "--name-only", "refs/jit/main", "issues"]));
    let path = path.lines().nth(500).expect("there are more issues");
    let id = path.rsplit('/').next().and_then(|name| name.strip_suffix(".yaml")).expect("an issue");
    let blob = format!("refs/jit/main:{path}");
    let rows: [(&str, &[&str], &[&str]); 3] = [
        ("search / git grep", &grep, &found),
        ("show / cat-file", &["cat-file", "-p", &blob], &["show", id, "--json"]),
        ("stats / git log", &["log", "--format=%B", "refs/jit/main"], &["stats", "--json"]),
    ];
    for (name, git, jit) in rows {
        if options.wants(name) {
            let duel = Duel::fight(
                options.slow_rounds,
                |_| time(scene.git(dir, git)),
                |_| time(scene.jit(dir, jit)),
            );
            duel.print(name, at, None);
        }
    }
}
