//! A bare remote and its clones, with a `git` in front of the real one that counts.

use std::fmt::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::options::Options;
use super::work::everybody;

/// Notes the subcommand that jit runs, and how a push ended.
const COUNTING_GIT: &str = r#"#!/bin/sh
skip=
for word do
    if [ -n "$skip" ]; then skip=; continue; fi
    case $word in
    -c | -C) skip=yes ;;
    -*) ;;
    *) break ;;
    esac
done
if [ "$word" = push ]; then
    "$REAL_GIT" "$@"
    code=$?
    echo "push $code" >> "$GIT_CALLS"
    exit $code
fi
echo "$word" >> "$GIT_CALLS"
exec "$REAL_GIT" "$@"
"#;

/// A folder with everything that a measurement needs; gone at the end.
pub struct Scene {
    root: TempDir,
    jit: PathBuf,
    real_git: PathBuf,
}

/// What was asked of the remote.
#[derive(Clone, Copy, Debug, Default)]
pub struct Calls {
    /// Pushes.
    pub pushes: usize,
    /// Pushes of which the remote did not take everything.
    pub lost: usize,
    /// Fetches.
    pub fetches: usize,
}

impl Calls {
    /// Takes in what was asked besides.
    pub fn add(&mut self, others: Self) {
        self.pushes += others.pushes;
        self.lost += others.lost;
        self.fetches += others.fetches;
    }
}

/// How a command ended, and when.
pub struct Ran {
    /// Its exit status.
    pub code: i32,
    /// What it printed.
    pub stdout: String,
    /// What it said besides.
    pub stderr: String,
    /// From its start to its end.
    pub took: Duration,
}

impl Scene {
    /// A bare remote, and so many clones of it.
    pub fn new(jit: &Path, clones: usize) -> Self {
        let root = tempfile::Builder::new().prefix("jit-bench-").tempdir().expect("a temporary folder");
        let path = std::env::var_os("PATH").expect("PATH is set");
        let mut gits = std::env::split_paths(&path).map(|dir| dir.join("git"));
        let real_git = gits.find(|git| git.is_file()).expect("git is installed");
        let scene = Self { root, jit: jit.to_owned(), real_git };
        for dir in ["home", "bin"] {
            std::fs::create_dir(scene.path(dir)).expect("a folder");
        }
        let config = "[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n\
                      [gc]\n\tauto = 0\n";
        scene.write("home/.gitconfig", config);
        scene.write("bin/git", COUNTING_GIT);
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(scene.path("bin/git"), executable).expect("it is ours");
        scene.git(scene.root.path(), &["init", "-q", "--bare", "hub.git"]);
        for n in 0..clones {
            let name = clone_name(n);
            scene.git(scene.root.path(), &["clone", "-q", "hub.git", &name]);
        }
        scene
    }

    /// The same for jit to work in.
    pub fn of(options: &Options, clones: usize) -> Self {
        let scene = Self::new(&options.jit, clones);
        if options.apart {
            // Where git is told how to start the other side, jit takes it to be elsewhere.
            let told = ["config", "--global", "remote.origin.receivepack", "git-receive-pack"];
            scene.git(scene.root.path(), &told);
        }
        scene
    }

    /// Makes the tracker with so many issues, in every clone and on the remote; the ids.
    pub fn with_issues(self, clones: usize, issues: usize) -> (Self, Vec<String>) {
        let mut list = String::new();
        (0..issues).for_each(|n| writeln!(list, "- title: issue {n}").expect("memory suffices"));
        self.write("issues.yaml", &list);
        self.jit(0, &["init"]).ok();
        let ids = self.jit(0, &["-q", "issue", "create", "--from", "../issues.yaml"]).ok().stdout;
        self.jit(0, &["sync"]).ok();
        // All at once, so that what each knows is about as old.
        everybody(clones, |n| drop(self.jit(n, &["sync"]).ok()));
        self.write("calls", "");
        (self, ids.lines().map(str::to_owned).collect())
    }

    /// Runs jit in a clone.
    pub fn jit(&self, clone: usize, args: &[&str]) -> Ran {
        let mut command = self.command(&self.jit, &self.path(&clone_name(clone)));
        let started = Instant::now();
        let output = command.args(args).output().expect("jit starts");
        ran(&output, started.elapsed())
    }

    /// Runs the real git, which must succeed; what it printed.
    pub fn git(&self, dir: &Path, args: &[&str]) -> String {
        let mut command = self.command(&self.real_git, dir);
        let output = command.args(args).output().expect("git starts");
        ran(&output, Duration::ZERO).ok().stdout
    }

    /// A path below the folder.
    pub fn path(&self, below: &str) -> PathBuf {
        self.root.path().join(below)
    }

    /// The remote.
    pub fn hub(&self) -> PathBuf {
        self.path("hub.git")
    }

    /// What was asked of the remote so far.
    pub fn calls(&self) -> Calls {
        let log = std::fs::read_to_string(self.path("calls")).expect("it was written at the start");
        let count = |what: &dyn Fn(&str) -> bool| log.lines().filter(|line| what(line)).count();
        Calls {
            pushes: count(&|line| line.starts_with("push ")),
            lost: count(&|line| line.starts_with("push ") && line != "push 0"),
            fetches: count(&|line| line == "fetch"),
        }
    }

    fn write(&self, below: &str, content: &str) {
        std::fs::write(self.path(below), content).expect("the folder is writable");
    }

    fn command(&self, program: &Path, dir: &Path) -> Command {
        let mut paths = vec![self.path("bin")];
        paths.extend(std::env::split_paths(&std::env::var_os("PATH").expect("PATH is set")));
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::join_paths(paths).expect("no colon in it"))
            .env("HOME", self.path("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CALLS", self.path("calls"))
            .env("REAL_GIT", &self.real_git)
            .env("LC_ALL", "C.UTF-8")
            .current_dir(dir)
            .stdin(Stdio::null());
        command
    }
}

impl Ran {
    /// Insists that it succeeded.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }
}

/// The folder of a clone.
pub fn clone_name(n: usize) -> String {
    format!("clone-{n}")
}

fn ran(output: &Output, took: Duration) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        took,
    }
}
