//! What every black-box test stands on: a home of its own, real repositories, the real
//! binary. Nothing of the machine's own configuration is seen.

pub mod console;
pub mod daemon;
pub mod http;
pub mod hub;
pub mod proxy;
pub mod terminal;

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;

/// A folder with a home directory and whatever a test puts beside it; gone at the end.
#[derive(Clone)]
pub struct Sandbox {
    root: Arc<TempDir>,
    home: String,
    repo: String,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

impl Sandbox {
    /// An empty sandbox whose user is Ada.
    pub fn new() -> Self {
        let root = tempfile::Builder::new().prefix("jit-test-").tempdir().expect("a temporary folder");
        let sandbox = Self { root: Arc::new(root), home: "home".to_owned(), repo: "repo".to_owned() };
        sandbox.furnish("Ada");
        sandbox
    }

    /// Another user beside this one: with a name, a home and a repository of their own, in
    /// the same folder.
    pub fn fellow(&self, name: &str) -> Self {
        let fellow = Self { root: self.root.clone(), home: format!("home-{name}"), repo: name.to_owned() };
        fellow.furnish(name);
        fellow
    }

    fn furnish(&self, name: &str) {
        let config = format!(
            "[user]\n\tname = {name}\n\temail = {}@example.com\n[init]\n\tdefaultBranch = main\n\
             [jit]\n\tdurability = fast\n[gc]\n\tauto = 0\n",
            name.to_lowercase()
        );
        std::fs::create_dir(self.path(&self.home)).expect("a home");
        self.write(&format!("{}/.gitconfig", self.home), config);
    }

    /// A sandbox with a repository in `repo` that has one commit, and a tracker.
    pub fn with_tracker() -> Self {
        let sandbox = Self::with_repo();
        sandbox.jit(["init"]).ok();
        sandbox
    }

    /// A sandbox with a repository in `repo` that has one commit.
    pub fn with_repo() -> Self {
        let sandbox = Self::new();
        std::fs::create_dir(sandbox.repo()).expect("a folder");
        sandbox.git(["init", "-q"]).ok();
        sandbox.write("repo/README", "hello\n");
        sandbox.git(["add", "README"]).ok();
        sandbox.git(["commit", "-q", "-m", "first"]).ok();
        sandbox
    }

    /// A path below the sandbox.
    pub fn path(&self, below: &str) -> PathBuf {
        self.root.path().join(below)
    }

    /// The usual repository.
    pub fn repo(&self) -> PathBuf {
        self.path(&self.repo)
    }

    /// Writes a file below the sandbox.
    pub fn write(&self, below: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(below), content).expect("the sandbox is writable");
    }

    /// A program in `dir`, with this sandbox's home and none of the machine's settings.
    pub fn program(&self, program: impl AsRef<OsStr>, dir: &Path) -> Command {
        let mut command = Command::new(program);
        let path = std::env::var_os("PATH").expect("PATH is set");
        let bin = Path::new(env!("CARGO_BIN_EXE_jit")).parent().expect("it is in a folder").to_owned();
        let paths = std::iter::once(bin).chain(std::env::split_paths(&path));
        command
            .env_clear()
            .env("PATH", std::env::join_paths(paths).expect("no colon in it"))
            .env("HOME", self.path(&self.home))
            .env("TMPDIR", self.root.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            // Nobody is there to leave a pager on a terminal of a test.
            .env("GIT_PAGER", "cat")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .current_dir(dir)
            .stdin(Stdio::null());
        command
    }

    /// The real binary in the usual repository.
    pub fn jit_command<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, args: I) -> Command {
        self.jit_command_in(&self.repo(), args)
    }

    /// The real binary in `dir`.
    pub fn jit_command_in<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, dir: &Path, args: I) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_jit"), dir);
        command.args(args);
        command
    }

    /// Runs jit in the usual repository.
    pub fn jit<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, args: I) -> Ran {
        run(&mut self.jit_command(args))
    }

    /// Runs jit in `dir`.
    pub fn jit_in<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, dir: &Path, args: I) -> Ran {
        run(&mut self.jit_command_in(dir, args))
    }

    /// Runs jit in the usual repository with text on standard input.
    pub fn jit_with_input<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, input: &[u8], args: I) -> Ran {
        run_with_input(&mut self.jit_command(args), input)
    }

    /// Runs jit with `--json`; the document, which must be the only output.
    pub fn json<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Value {
        self.jit(args.into_iter().chain(["--json"])).ok().json()
    }

    /// Creates an issue with a title and further options; its id.
    pub fn create<'a>(&self, title: &'a str, options: impl IntoIterator<Item = &'a str>) -> String {
        let args = ["-q", "issue", "create", "--title", title].into_iter().chain(options);
        self.jit(args).ok().stdout.trim().to_owned()
    }

    /// Runs git in the usual repository.
    pub fn git<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, args: I) -> Ran {
        self.git_in(&self.repo(), args)
    }

    /// Runs git in `dir`.
    pub fn git_in<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, dir: &Path, args: I) -> Ran {
        run(self.program("git", dir).args(args))
    }

    /// The events of the log, as plain git prints them, oldest first.
    pub fn events(&self) -> Vec<Value> {
        let format = "--format=%(trailers:key=Jit-Event,valueonly)";
        let log = self.git(["log", "--reverse", format, "refs/jit/main"]).ok().stdout;
        let lines = log.lines().filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_str(line).expect("every line is JSON")).collect()
    }
}

impl Ran {
    /// Insists that it succeeded.
    #[track_caller]
    pub fn ok(self) -> Self {
        self.exits(0)
    }

    /// Insists on an exit status.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Insists on an exit status and one line on standard error that has `message`,
    /// besides at most one hint; and nothing on standard output.
    #[track_caller]
    pub fn fails(self, code: i32, message: &str) -> Self {
        let ran = self.exits(code);
        assert!(ran.stderr.contains(message), "{message:?} is not in {:?}", ran.stderr);
        assert_eq!(ran.stdout, "", "a failure has no result");
        let errors = ran.stderr.lines().filter(|line| line.starts_with("error: ")).count();
        let others =
            ran.stderr.lines().filter(|line| !line.starts_with("error: ") && !line.starts_with("hint: "));
        assert_eq!((errors, others.count()), (1, 0), "one line says it all: {:?}", ran.stderr);
        ran
    }

    /// Standard output as one JSON document.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {:?}", self.stdout))
    }
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Ran {
    ran(&command.output().expect("it starts"))
}

/// Runs a command with text on standard input.
pub fn run_with_input(command: &mut Command, input: &[u8]) -> Ran {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    // The command may end without reading all of it.
    stdin.write_all(input).ok();
    drop(stdin);
    ran(&child.wait_with_output().expect("it ends"))
}

fn ran(output: &Output) -> Ran {
    Ran {
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        code: output.status.code().unwrap_or(-1),
    }
}
