//! What git alone needs: the floor under every figure.

use std::path::Path;
use std::time::{Duration, Instant};

use super::figures::Times;
use super::scene::{Scene, clone_name};
use super::work::everybody;

/// How long one clone needs to fetch, and to push one commit, so many times in a row, with
/// nobody else there. The commits are made beforehand.
pub fn fetch_and_push(jit: &Path, times: usize) -> Duration {
    let scene = Scene::new(jit, 1);
    let clone = scene.path(&clone_name(0));
    let commits = commits(&scene, &clone, times, true);
    let started = Instant::now();
    for commit in &commits {
        scene.git(&clone, &["fetch", "-q"]);
        scene.git(&clone, &["push", "-q", "origin", &format!("{commit}:refs/heads/main")]);
    }
    started.elapsed()
}

/// How long each push of a commit to a reference of its own and the fetch after it take, with
/// so many clones that do nothing else, so many times each. What the others push is not fetched.
pub fn own_references(jit: &Path, clones: usize, each: usize) -> Times {
    let scene = Scene::new(jit, clones);
    let commits: Vec<Vec<String>> =
        (0..clones).map(|n| self::commits(&scene, &scene.path(&clone_name(n)), each, false)).collect();
    let first = format!("{}:refs/heads/main", commits[0][0]);
    scene.git(&scene.path(&clone_name(0)), &["push", "-q", "origin", &first]);
    (0..clones).for_each(|n| drop(scene.git(&scene.path(&clone_name(n)), &["fetch", "-q"])));
    let shares = everybody(clones, |clone| {
        let dir = scene.path(&clone_name(clone));
        let push = |(n, commit): (usize, &String)| {
            let started = Instant::now();
            let target = format!("{commit}:refs/own/{clone}-{n}");
            scene.git(&dir, &["push", "-q", "origin", &target]);
            scene.git(&dir, &["fetch", "-q"]);
            started.elapsed()
        };
        commits[clone].iter().enumerate().map(push).collect::<Vec<_>>()
    });
    Times::new(shares.into_iter().flatten().collect())
}

/// What is in a row of those.
pub const HEADER: &str = "clones  count  median ms  p95 ms";

/// Durations in columns.
pub fn row(clones: usize, times: &Times) -> String {
    let [median, p95] = [times.median(), times.p95()].map(|time| time.as_secs_f64() * 1e3);
    format!("{clones:>6} {:>6} {median:>10.0} {p95:>7.0}", times.count())
}

/// So many commits, one after the other or each for itself.
fn commits(scene: &Scene, clone: &Path, count: usize, in_a_row: bool) -> Vec<String> {
    let tree = scene.git(clone, &["write-tree"]);
    let mut commits: Vec<String> = Vec::with_capacity(count);
    for n in 0..count {
        let message = format!("commit {n} of {}", clone.display());
        let mut args = vec!["commit-tree", tree.trim(), "-m", &message];
        let parent = commits.last().filter(|_| in_a_row);
        args.extend(parent.into_iter().flat_map(|parent| ["-p", parent.as_str()]));
        let commit = scene.git(clone, &args);
        commits.push(commit.trim().to_owned());
    }
    commits
}
