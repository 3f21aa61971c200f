//! Exchanging changes with a bare repository beside it.

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use jit::model::IdPrefix;
use jit::ops::RemoteUse;
use jit::sync::Network;
use jit::{CommandExecutor, Context, Storage};
use serde_json::Value;

use super::duel::{Duel, short};
use super::options::Options;
use super::plain::Plain;
use super::scene::{Scene, answer, time};

/// Mutations of each side in the large merge.
const MANY: usize = 1_000;

/// All rows of this file.
pub fn run(options: &Options, scene: &Scene) {
    if !options.wants_any(&["sync one and one", "sync merge of many", "sync many and many"]) {
        return;
    }
    let issues = options.largest();
    let hub = scene.repository("hub.git", true);
    let near = scene.copy(&scene.tracker(issues, issues / 10), "near");
    answer(scene.git(&near, &["remote", "add", "origin", "../hub.git"]));
    answer(scene.jit(&near, &["sync"]));
    let far = scene.copy(&near, "far");
    for dir in [&near, &far] {
        answer(scene.git(dir, &["config", "jit.durability", "fast"]));
    }
    let ids = ids(scene, &near);
    let pair = Pair { scene, near: &near, far: &far, ids: &ids, next: Cell::new(0) };
    if options.wants("sync one and one") {
        let mut git = GitPair::new(scene, &near, &far);
        let duel = Duel::fight(options.rounds.min(15), |_| git.exchange(1), |_| pair.exchange(1));
        duel.print("sync one and one / fetch and push", &short(issues), Some(1.5));
    }
    if options.wants("sync many and many") {
        let mut git = GitPair::new(scene, &near, &far);
        let rounds = options.slow_rounds.min(3);
        let duel = Duel::fight(rounds, |_| git.exchange(MANY), |_| pair.exchange(MANY));
        duel.print("sync many and many / fetch and push", &short(issues), None);
    }
    if options.wants("sync merge of many") {
        let rounds = options.slow_rounds.min(3);
        let duel = Duel::fight(rounds, |_| pair.exchange(1), |_| pair.exchange(MANY));
        duel.print("sync merge of many, 1000+1000 / 1+1", &short(issues), Some(10.0));
    }
    for dir in [hub, near, far] {
        scene.remove(&dir);
    }
}

/// Two clones with jit.
struct Pair<'a> {
    scene: &'a Scene,
    near: &'a Path,
    far: &'a Path,
    ids: &'a [String],
    next: Cell<usize>,
}

impl Pair<'_> {
    /// Both change so many issues, other ones each, and the far one publishes; how long the
    /// near one then takes to sync.
    fn exchange(&self, changes: usize) -> Duration {
        answer(self.scene.jit(self.far, &["sync"]));
        for dir in [self.far, self.near] {
            self.mutate(dir, changes);
        }
        answer(self.scene.jit(self.far, &["sync"]));
        time(self.scene.jit(self.near, &["sync"]))
    }

    fn mutate(&self, dir: &Path, changes: usize) {
        let offline = Context::default().with_network(Network::default(), RemoteUse::Offline);
        let jit = CommandExecutor::with_context(Storage::new(dir), offline);
        for _ in 0..changes {
            let id = &self.ids[self.next.get() % self.ids.len()];
            self.next.set(self.next.get() + 1);
            let id = IdPrefix::parse(id).expect("it is an id");
            jit.comment(&id, "Some words of text.").expect("nothing refuses it");
        }
    }
}

/// The same two clones with git alone, on branches of their own.
struct GitPair<'s> {
    scene: &'s Scene,
    near: &'s Path,
    far: &'s Path,
    up: Plain<'s>,
    down: Plain<'s>,
}

impl<'s> GitPair<'s> {
    fn new(scene: &'s Scene, near: &'s Path, far: &'s Path) -> Self {
        let up = Plain::new(scene, near, "refs/jit/main", "refs/heads/up");
        let down = Plain::new(scene, far, "refs/jit/main", "refs/heads/down");
        Self { scene, near, far, up, down }
    }

    /// The far one pushes so many commits; how long the near one then takes to fetch them and
    /// to push as many of its own.
    fn exchange(&mut self, commits: usize) -> Duration {
        for _ in 0..commits {
            self.up.mutate();
            self.down.mutate();
        }
        let pushed = format!("{}:refs/heads/down", self.down.tip());
        answer(self.scene.git(self.far, &["push", "-q", "../hub.git", &pushed]));
        let fetch = ["fetch", "-q", "origin", "+refs/heads/down:refs/remotes/origin/down"];
        let push = format!("{}:refs/heads/up", self.up.tip());
        time(self.scene.git(self.near, &fetch))
            + time(self.scene.git(self.near, &["push", "-q", "origin", &push]))
    }
}

fn ids(scene: &Scene, dir: &Path) -> Vec<String> {
    let list = answer(scene.jit(dir, &["list", "state:open", "--json"]));
    let list: Value = serde_json::from_str(&list).expect("it is JSON");
    let ids = list["issues"].as_array().expect("it is a list").iter();
    ids.filter_map(|issue| Some(issue["id"].as_str()?.to_owned())).collect()
}
