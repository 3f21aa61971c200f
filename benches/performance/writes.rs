//! Single mutations, each by a process of its own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::duel::{Duel, settle, short, skip};
use super::options::Options;
use super::plain::Plain;
use super::scene::{Scene, answer, time};

/// Who works.
const WORKER: &str = "agent:bench";

/// All rows of this file.
pub fn run<'s>(options: &Options, scene: &'s Scene) {
    let names = ["create / plain git", "claim / plain git", "done / plain git"];
    for issues in &options.sizes {
        if !options.wants_any(&names) {
            continue;
        }
        let at = short(*issues);
        let mut ours = Worker::new(options, scene, *issues, "ours");
        let twin = scene.copy(&scene.tracker(*issues, issues / 10), &format!("plain-{at}"));
        let mut plain = Plain::new(scene, &twin, "refs/jit/main", "refs/jit/main");
        let steps: [fn(&mut Worker<'s>) -> Duration; 3] = [Worker::create, Worker::claim, Worker::done];
        for (name, step) in names.into_iter().zip(steps).filter(|(name, _)| options.wants(name)) {
            let by_git = |_| {
                settle();
                plain.mutate()
            };
            let by_jit = |_| {
                settle();
                step(&mut ours)
            };
            Duel::fight(options.rounds, by_git, by_jit).print(name, &at, Some(0.5));
        }
        scene.remove(&ours.dir);
        scene.remove(&twin);
    }
    beside_git_that_syncs(options, scene);
    let (small, large) = (options.sizes[0], options.largest());
    let name = "create, large / small";
    if options.wants(name) && large >= 100_000 {
        let mut on_small = Worker::new(options, scene, small, "small");
        let mut on_large = Worker::new(options, scene, large, "large");
        let at = format!("{}/{}", short(large), short(small));
        let create = |worker: &mut Worker<'s>| {
            settle();
            worker.create()
        };
        let duel = Duel::fight(options.rounds, |_| create(&mut on_small), |_| create(&mut on_large));
        duel.print(name, &at, Some(1.3));
        scene.remove(&on_small.dir);
        scene.remove(&on_large.dir);
    } else if options.wants(name) {
        skip(name, "100k/1k", "left out by --quick");
    }
}

/// Among the fewest issues, where both wait for the disk before they say that it is done.
fn beside_git_that_syncs(options: &Options, scene: &Scene) {
    let name = "create / plain git that syncs";
    if !options.wants(name) {
        return;
    }
    let issues = options.sizes[0];
    let mut ours = Worker::new(options, scene, issues, "ours-synced");
    let twin = scene.copy(&scene.tracker(issues, issues / 10), "plain-synced");
    answer(scene.git(&twin, &["config", "core.fsync", "all"]));
    let mut plain = Plain::new(scene, &twin, "refs/jit/main", "refs/jit/main");
    let by_git = |_| {
        settle();
        plain.mutate()
    };
    let by_jit = |_| {
        settle();
        ours.create()
    };
    Duel::fight(options.rounds, by_git, by_jit).print(name, &short(issues), None);
    scene.remove(&ours.dir);
    scene.remove(&twin);
}

/// Somebody who creates, claims and finishes issues.
struct Worker<'s> {
    scene: &'s Scene,
    dir: PathBuf,
    /// Issues that are ready and need no gate.
    ready: Vec<String>,
    claimed: Vec<String>,
    count: usize,
}

impl<'s> Worker<'s> {
    fn new(options: &Options, scene: &'s Scene, issues: usize, name: &str) -> Self {
        let dir = scene.copy(&scene.tracker(issues, issues / 10), &format!("{name}-{issues}"));
        let needed = 3 * (options.rounds + 1);
        let ready = without_gates(scene, &dir, needed);
        Self { scene, dir, ready, claimed: Vec::new(), count: 0 }
    }

    fn create(&mut self) -> Duration {
        self.count += 1;
        let title = format!("Issue {} of the benchmark", self.count);
        let text = "Some words of text.\n".repeat(25);
        time(self.scene.jit(&self.dir, &["issue", "create", "--title", &title, "--desc", &text]))
    }

    fn claim(&mut self) -> Duration {
        let id = self.ready.pop().expect("enough are ready");
        let took = time(self.scene.jit(&self.dir, &["issue", "claim", &id, WORKER]));
        self.claimed.push(id);
        took
    }

    fn done(&mut self) -> Duration {
        if self.claimed.is_empty() {
            self.claim();
        }
        let id = self.claimed.pop().expect("one was just claimed");
        time(self.scene.jit(&self.dir, &["issue", "update", &id, "--state", "done", "--by", WORKER]))
    }
}

/// Issues that can be claimed and finished without more.
pub fn without_gates(scene: &Scene, dir: &Path, needed: usize) -> Vec<String> {
    let list = answer(scene.jit(dir, &["query", "ready", "--json"]));
    let list: Value = serde_json::from_str(&list).expect("it is JSON");
    let free = |issue: &&Value| issue["gates_required"].as_array().is_some_and(Vec::is_empty);
    let ids: Vec<String> = list["issues"]
        .as_array()
        .expect("it is a list")
        .iter()
        .filter(free)
        .filter_map(|issue| Some(issue["id"].as_str()?.to_owned()))
        .take(needed)
        .collect();
    ids
}
