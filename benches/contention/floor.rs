//! What git alone needs: the floor under every figure.

use std::path::Path;
use std::time::{Duration, Instant};

use super::scene::Scene;

/// How long one clone needs to fetch, and to push one commit, so many times in a row, with
/// nobody else there. The commits are made beforehand.
pub fn fetch_and_push(jit: &Path, times: usize) -> Duration {
    let scene = Scene::new(jit, 1);
    let clone = scene.path("clone-0");
    let tree = scene.git(&clone, &["write-tree"]);
    let mut commits: Vec<String> = Vec::with_capacity(times);
    for n in 0..times {
        let message = format!("commit {n}");
        let mut args = vec!["commit-tree", tree.trim(), "-m", &message];
        args.extend(commits.last().into_iter().flat_map(|parent| ["-p", parent.as_str()]));
        let commit = scene.git(&clone, &args);
        commits.push(commit.trim().to_owned());
    }
    let started = Instant::now();
    for commit in &commits {
        scene.git(&clone, &["fetch", "-q"]);
        scene.git(&clone, &["push", "-q", "origin", &format!("{commit}:refs/heads/main")]);
    }
    started.elapsed()
}
