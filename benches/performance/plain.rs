//! A mutation by plain git: as few processes as can write a file two folders deep, a tree
//! for each folder, a commit, and move the reference.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::scene::{Scene, answer};

/// Somebody who keeps a tracker with git commands, and knows its trees by heart.
pub struct Plain<'s> {
    scene: &'s Scene,
    dir: PathBuf,
    reference: String,
    tip: String,
    count: usize,
    root: String,
    issues: String,
}

impl<'s> Plain<'s> {
    /// Goes on from `from`, on `reference`.
    pub fn new(scene: &'s Scene, dir: &Path, from: &str, reference: &str) -> Self {
        let tip = answer(scene.git(dir, &["rev-parse", from])).trim().to_owned();
        let tree = |path: &str| answer(scene.git(dir, &["ls-tree", &format!("{tip}{path}")]));
        Self {
            scene,
            dir: dir.to_owned(),
            reference: reference.to_owned(),
            root: tree(":"),
            issues: tree(":issues"),
            tip,
            count: 0,
        }
    }

    /// Adds an issue; how long that took.
    pub fn mutate(&mut self) -> Duration {
        self.count += 1;
        let folders: Vec<&str> = self.issues.lines().filter_map(|line| line.rsplit('\t').next()).collect();
        let shard = folders[self.count * 37 % folders.len()].to_owned();
        // In a file that has this folder's listing, it is free.
        let spec = format!("{}:issues/{shard}", self.tip);
        let listing = answer(self.scene.git(&self.dir, &["ls-tree", &spec]));
        let name = format!("{shard}{:06x}-0000-4000-8000-000000000000", self.count);
        // Named, so that no two make the same commit in the same second.
        let (by, text) = (&self.reference, "  some words of text\n".repeat(25));
        let issue = format!("id: {name}\ntitle: Plain on {by}\ndescription: |\n{text}");
        let started = Instant::now();
        let blob = self.feed(&["hash-object", "-w", "--stdin"], &issue);
        let folder = self.feed(&["mktree"], &format!("{listing}100644 blob {blob}\t{name}.yaml\n"));
        self.issues = replaced(&self.issues, &shard, &folder);
        let issues = self.feed(&["mktree"], &self.issues);
        self.root = replaced(&self.root, "issues", &issues);
        let tree = self.feed(&["mktree"], &self.root);
        let commit = self.feed(&["commit-tree", &tree, "-p", &self.tip, "-m", "plain: created"], "");
        self.feed(&["update-ref", &self.reference, &commit], "");
        self.tip = commit;
        started.elapsed()
    }

    /// The last commit.
    pub fn tip(&self) -> &str {
        &self.tip
    }

    fn feed(&self, args: &[&str], input: &str) -> String {
        let mut command = self.scene.git(&self.dir, args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("git starts");
        child.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("git reads");
        let output = child.wait_with_output().expect("git ends");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("it is an id").trim().to_owned()
    }
}

/// A listing with another tree of that name.
fn replaced(listing: &str, name: &str, tree: &str) -> String {
    let end = format!("\t{name}");
    let others = listing.lines().filter(|line| !line.ends_with(&end));
    let mut lines: Vec<String> = others.map(str::to_owned).collect();
    lines.push(format!("040000 tree {tree}{end}"));
    lines.join("\n") + "\n"
}
