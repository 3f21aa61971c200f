//! Much at once: many mutations of one process, and many issues of one mutation.

use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use jit::model::create::NewIssue;
use jit::{CommandExecutor, Storage};

use super::duel::{Duel, short};
use super::options::Options;
use super::scene::{Scene, answer, time};

/// Mutations of one process.
const MUTATIONS: usize = 100;
/// Issues of one list.
const LIST: usize = 10_000;

/// All rows of this file.
pub fn run(options: &Options, scene: &Scene) {
    if options.wants("100 mutations in process") {
        in_process(options, scene);
    }
    if options.wants("create from a list") {
        from_a_list(options, scene);
    }
}

/// The library creates issues one by one; git gets commits like these as one stream.
/// Neither syncs to disk.
fn in_process(options: &Options, scene: &Scene) {
    let issues = options.sizes[0];
    let base = scene.tracker(issues, issues / 10);
    let ours = scene.copy(&base, "in-process");
    answer(scene.git(&ours, &["config", "jit.durability", "fast"]));
    mutate_in_process(&ours);
    let stream = scene.path("commits");
    export(scene, &ours, &format!("refs/jit/main~{MUTATIONS}..refs/jit/main"), &stream);
    let duel = Duel::fight(
        options.rounds,
        |_| {
            // Each time anew: git does not write what is there.
            let twin = scene.copy(&base, "in-process-twin");
            answer(scene.git(&twin, &["config", "core.fsync", "none"]));
            let took = import(scene, &twin, &stream);
            scene.remove(&twin);
            took
        },
        |_| mutate_in_process(&ours),
    );
    duel.print("100 mutations in process / fast-import", &short(issues), Some(5.0));
    scene.remove(&ours);
}

fn mutate_in_process(dir: &Path) -> Duration {
    let jit = CommandExecutor::new(Storage::new(dir));
    let new = NewIssue {
        title: "Issue of the benchmark".to_owned(),
        description: "Some words of text.\n".repeat(25),
        ..NewIssue::default()
    };
    let started = Instant::now();
    for _ in 0..MUTATIONS {
        jit.create(&new, &[]).expect("nothing refuses it");
    }
    started.elapsed()
}

/// One command creates all issues of a list in a new tracker; git gets the same commit.
fn from_a_list(options: &Options, scene: &Scene) {
    let list = scene.path("list.yaml");
    let mut text = String::new();
    for n in 0..LIST {
        let words = "    Some words of text.\n".repeat(25);
        write!(text, "- title: Issue {n} of the benchmark\n  labels: [auth]\n  description: |\n{words}")
            .expect("memory holds it");
    }
    std::fs::write(&list, text).expect("it is ours");
    let list = list.to_str().expect("it is plain text").to_owned();
    let make = || {
        let dir = scene.repository("from-a-list", false);
        answer(scene.jit(&dir, &["init"]));
        let took = time(scene.jit(&dir, &["issue", "create", "--from", &list]));
        (dir, took)
    };
    let stream = scene.path("list.stream");
    let (dir, _) = make();
    export(scene, &dir, "refs/jit/main", &stream);
    scene.remove(&dir);
    let duel = Duel::fight(
        options.slow_rounds,
        |_| {
            let twin = scene.repository("from-a-list-twin", false);
            let took = import(scene, &twin, &stream);
            scene.remove(&twin);
            took
        },
        |_| {
            let (dir, took) = make();
            scene.remove(&dir);
            took
        },
    );
    duel.print("create from a list / fast-import", &short(LIST), Some(3.0));
}

fn export(scene: &Scene, dir: &Path, what: &str, to: &Path) {
    let mut export = scene.git(dir, &["fast-export", "--reference-excluded-parents", what]);
    export.stdout(File::create(to).expect("it is ours"));
    time(export);
}

fn import(scene: &Scene, dir: &Path, stream: &Path) -> Duration {
    let mut import = scene.git(dir, &["fast-import", "--quiet", "--force"]);
    import.stdin(File::open(stream).expect("it was written")).stdout(Stdio::null());
    time(import)
}
