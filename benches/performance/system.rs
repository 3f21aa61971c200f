//! What is no duration of one command: starting up, memory, many processes, disk.

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::duel::{Duel, short, state};
use super::machine;
use super::options::Options;
use super::scene::{Scene, answer, time};

/// Processes that mutate side by side.
const PROCESSES: usize = 8;
/// Issues of the tracker whose disk use is measured.
const ISSUES: usize = 10_000;
/// And mutations of it at most.
const MOST_EVENTS: usize = 100_000;

/// Only starting: beside git, and beside a small program in C.
pub fn start_up(options: &Options, scene: &Scene) {
    let dir = scene.path("home");
    let small = || scene.command(Path::new("true"), &dir, &[]);
    let git = || scene.git(&dir, &["--version"]);
    let rows: [(&str, &dyn Fn() -> Command); 2] =
        [("--version / git --version", &git), ("--version / true", &small)];
    for (name, other) in rows.into_iter().filter(|(name, _)| options.wants(name)) {
        let duel =
            Duel::fight(options.rounds.max(25), |_| time(other()), |_| time(scene.jit(&dir, &["--version"])));
        duel.print(name, "-", None);
    }
}

/// All other rows of this file.
pub fn run(options: &Options, scene: &Scene) {
    if options.wants("memory") {
        memory(options, scene);
    }
    if options.wants("processes mutating") {
        side_by_side(options, scene);
    }
    if options.wants("disk") {
        disk(options, scene);
    }
}

fn memory(options: &Options, scene: &Scene) {
    let issues = options.largest();
    let dir = scene.tracker(issues, issues / 10);
    let out = scene.path("exported");
    let export = ["export", "--force", "--dir", out.to_str().expect("it is plain text")];
    let reads: [&[&str]; 18] = [
        &["query", "ready", "--limit", "20"],
        &["query", "ready"],
        &["query", "blocked"],
        &["query", "stale"],
        &["list"],
        &["search", "customer"],
        &["graph", "show"],
        &["graph", "roots"],
        &["graph", "export"],
        &["graph", "export", "--format", "mermaid"],
        &["status"],
        &["conflict", "list"],
        &["validate"],
        &["doctor"],
        &export,
        &["events", "tail", "-n", "20"],
        &["events", "query", "--event-type", "gate_defined"],
        &["log", "-n", "20"],
    ];
    let at = short(issues);
    let kept = dir.join(".git/jit");
    for read in reads {
        for form in [&[][..], &["--json"]] {
            let read = [read, form].concat();
            let words = read.iter().filter(|word| !word.contains('/'));
            let name = words.copied().collect::<Vec<_>>().join(" ");
            let cold = match form {
                [] => {
                    if kept.exists() {
                        std::fs::remove_dir_all(&kept).expect("it is ours");
                    }
                    machine::memory_of(scene, &dir, &read)
                }
                _ => 0,
            };
            show_memory(&name, &at, machine::memory_of(scene, &dir, &read).max(cold));
        }
    }
}

/// Prints the memory that something holds.
pub fn show_memory(name: &str, at: &str, bytes: u64) {
    let mark = if bytes > 200_000_000 { "!" } else { "" };
    state(&format!("memory: {name}"), at, &format!("{} MB{mark}  (reach 200 MB)", bytes / 1_000_000));
}

/// How many mutations one process after the other makes in a time, and how many when
/// several are at it.
fn side_by_side(options: &Options, scene: &Scene) {
    let dir = scene.copy(&scene.tracker(options.sizes[0], options.sizes[0] / 10), "side-by-side");
    let length = Duration::from_secs(options.seconds);
    let alone = mutate_for(scene, &dir, 1, length);
    let together = mutate_for(scene, &dir, PROCESSES, length);
    let again = mutate_for(scene, &dir, 1, length);
    let rate = |times: &[Duration]| {
        let count = u32::try_from(times.len()).expect("they are few");
        f64::from(count) / length.as_secs_f64()
    };
    let longest = together.iter().max().map_or(0.0, Duration::as_secs_f64) * 1e3;
    let ratio = rate(&together) / f64::midpoint(rate(&alone), rate(&again));
    state(
        "8 processes mutating / 1",
        &short(options.sizes[0]),
        &format!(
            "{:.0}/s against {:.0}/s and {:.0}/s: ratio {ratio:.2} (reach at least 1.0), longest wait {longest:.0} ms",
            rate(&together),
            rate(&alone),
            rate(&again),
        ),
    );
    scene.remove(&dir);
}

/// How long each mutation took.
fn mutate_for(scene: &Scene, dir: &Path, processes: usize, length: Duration) -> Vec<Duration> {
    let end = Instant::now() + length;
    let times = Mutex::new(Vec::new());
    let args = ["issue", "create", "--title", "Issue of the benchmark"];
    std::thread::scope(|scope| {
        for _ in 0..processes {
            scope.spawn(|| {
                while Instant::now() < end {
                    let took = time(scene.jit(dir, &args));
                    times.lock().expect("nobody panics with it").push(took);
                }
            });
        }
    });
    times.into_inner().expect("nobody panics with it")
}

fn disk(options: &Options, scene: &Scene) {
    let events = options.events.min(MOST_EVENTS);
    let before = scene.copy(&scene.tracker(ISSUES, 0), "disk-before");
    let after = scene.copy(&scene.tracker(ISSUES, events), "disk-after");
    let [before_sizes, after_sizes] = [&before, &after].map(|dir| {
        answer(scene.git(dir, &["gc", "--quiet"]));
        Sizes::of(scene, dir)
    });
    let count = u64::try_from(events).expect("they are few");
    let each = |sizes: fn(&Sizes) -> u64| sizes(&after_sizes).saturating_sub(sizes(&before_sizes)) / count;
    let (commits, trees, blobs) = (each(|s| s.commits), each(|s| s.trees), each(|s| s.blobs));
    let share = 100 * trees / (commits + trees + blobs).max(1);
    state(
        "disk a mutation, packed",
        &short(events),
        &format!(
            "{} bytes: commit {commits}, trees {trees} ({share} %: the layout's share), issue {blobs}",
            commits + trees + blobs
        ),
    );
    scene.remove(&before);
    scene.remove(&after);
}

/// Bytes on disk by kind of object.
#[derive(Default)]
struct Sizes {
    commits: u64,
    trees: u64,
    blobs: u64,
}

impl Sizes {
    fn of(scene: &Scene, dir: &Path) -> Self {
        let format = "--batch-check=%(objecttype) %(objectsize:disk)";
        let all = answer(scene.git(dir, &["cat-file", "--batch-all-objects", "--unordered", format]));
        let mut sizes = Self::default();
        for (kind, bytes) in all.lines().filter_map(|line| line.split_once(' ')) {
            let bytes: u64 = bytes.parse().expect("it is a size");
            match kind {
                "commit" => sizes.commits += bytes,
                "tree" => sizes.trees += bytes,
                _ => sizes.blobs += bytes,
            }
        }
        sizes
    }
}
