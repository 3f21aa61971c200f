//! Where it is measured: generated trackers in a folder of their own, with none of the
//! machine's settings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::options::Options;

/// Automatic maintenance is off: it is measured by itself.
const SETTINGS: &str = "[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n\
                        [gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[advice]\n\tdetachedHead = false\n";

/// A folder with everything that is measured; gone at the end.
pub struct Scene {
    root: TempDir,
    jit: PathBuf,
    trackers: Option<PathBuf>,
    path: std::ffi::OsString,
    generated: Mutex<BTreeMap<(usize, usize), PathBuf>>,
}

impl Scene {
    /// An empty folder with a home.
    pub fn new(options: &Options) -> Self {
        let root = tempfile::Builder::new().prefix("jit-bench-").tempdir().expect("a temporary folder");
        std::fs::create_dir(root.path().join("home")).expect("it is ours");
        std::fs::write(root.path().join("home/.gitconfig"), SETTINGS).expect("it is ours");
        let path = std::env::var_os("PATH").expect("PATH is set");
        Self {
            root,
            jit: options.jit.clone(),
            trackers: options.trackers.clone(),
            path,
            generated: Mutex::default(),
        }
    }

    /// The program that is measured.
    pub fn program(&self) -> &Path {
        &self.jit
    }

    /// A path below the folder.
    pub fn path(&self, below: &str) -> PathBuf {
        self.root.path().join(below)
    }

    /// A generated tracker that nobody changes, to be read from and copied.
    pub fn tracker(&self, issues: usize, events: usize) -> PathBuf {
        let name = format!("tracker-{issues}-{events}");
        let path = self.trackers.as_ref().map_or_else(|| self.path(&name), |kept| kept.join(&name));
        self.generated
            .lock()
            .expect("nobody panics with it")
            .entry((issues, events))
            .or_insert_with(|| {
                if path.join(".git/refs/jit/main").exists() {
                    return path;
                }
                eprintln!("generating {issues} issues, {events} events ...");
                let (issues, events) = (issues.to_string(), events.to_string());
                let place = path.to_str().expect("it is plain text");
                let args = ["dev", "generate", "--issues", &issues, "--events", &events, place];
                answer(self.jit(self.root.path(), &args));
                path
            })
            .clone()
    }

    /// A copy of a tracker, to be changed.
    pub fn copy(&self, of: &Path, name: &str) -> PathBuf {
        let to = self.path(name);
        let mut copy = Command::new("cp");
        copy.arg("-a").arg(of).arg(&to);
        assert!(copy.status().expect("cp is there").success());
        to
    }

    /// A new repository.
    pub fn repository(&self, name: &str, bare: bool) -> PathBuf {
        let to = self.path(name);
        let place = to.to_str().expect("it is plain text");
        let args: &[&str] = if bare { &["init", "-q", "--bare", place] } else { &["init", "-q", place] };
        answer(self.git(self.root.path(), args));
        to
    }

    /// Removes what is not needed any more.
    pub fn remove(&self, path: &Path) {
        assert!(path.starts_with(self.root.path()));
        std::fs::remove_dir_all(path).expect("it is ours");
    }

    /// jit, to be run in `dir`.
    pub fn jit(&self, dir: &Path, args: &[&str]) -> Command {
        self.command(&self.jit, dir, args)
    }

    /// git, to be run in `dir`.
    pub fn git(&self, dir: &Path, args: &[&str]) -> Command {
        self.command(Path::new("git"), dir, args)
    }

    /// Any program, to be run in `dir`.
    pub fn command(&self, program: &Path, dir: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(args)
            .current_dir(dir)
            .env_clear()
            .env("PATH", &self.path)
            .env("HOME", self.path("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command
    }
}

/// Runs a command that must succeed; how long it took, from its start to its end.
#[track_caller]
pub fn time(mut command: Command) -> Duration {
    let started = Instant::now();
    let output = command.output().expect("it starts");
    let took = started.elapsed();
    check(&command, &output);
    took
}

/// Runs a command that must succeed; what it printed.
#[track_caller]
pub fn answer(mut command: Command) -> String {
    let output = command.stdout(Stdio::piped()).output().expect("it starts");
    check(&command, &output);
    String::from_utf8(output.stdout).expect("it prints text")
}

/// Whether a command succeeds.
pub fn works(mut command: Command) -> bool {
    command.output().expect("it starts").status.success()
}

#[track_caller]
fn check(command: &Command, output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{said}");
}
