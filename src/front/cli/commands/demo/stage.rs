//! Where the demonstration plays: every step is a process of its own, as in real use.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::front::cli::env;
use crate::front::cli::error::Failure;
use crate::front::cli::ui::Ui;
use crate::process::{Finished, Limit, Program, Running};

/// Longest a step of the demonstration may take.
const LIMIT: Duration = Duration::from_secs(300);
/// What is kept of the output of a step.
const KEEP: usize = 4 << 20;
/// Variables that would lead the demonstration to the user's own repository, settings or
/// agent.
const FOREIGN: [&str; 9] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_COMMON_DIR",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "XDG_CONFIG_HOME",
    "JIT_AGENT",
];
/// The settings of everybody who takes part.
const SETTINGS: &str = "[user]\n\tname = demo\n\temail = demo@localhost\n[init]\n\tdefaultBranch = main\n";
/// The exit status if somebody else holds the issue.
const HELD: i32 = 5;

/// The demonstration's folder, removed at the end unless it is to be kept.
pub(super) struct Folder {
    path: PathBuf,
    keep: bool,
}

impl Folder {
    pub(super) fn create(name: &str, keep: bool) -> Result<Self, Failure> {
        let path = env::temporary_dir().join(format!("jit-demo-{}", &name[..8]));
        let home = path.join("home");
        std::fs::create_dir_all(&home).map_err(|source| Failure::File { path: home.clone(), source })?;
        let settings = home.join(".gitconfig");
        std::fs::write(&settings, SETTINGS).map_err(|source| Failure::File { path: settings, source })?;
        Ok(Self { path, keep })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.keep {
            // A leftover in the temporary directory is all that can go wrong.
            drop(std::fs::remove_dir_all(&self.path));
        }
    }
}

/// Runs the steps, and shows them.
pub(super) struct Stage<'u> {
    ui: &'u mut Ui,
    program: PathBuf,
    dir: PathBuf,
    environment: Vec<(&'static str, Option<String>)>,
}

impl<'u> Stage<'u> {
    pub(super) fn new(ui: &'u mut Ui, program: PathBuf, dir: &Path) -> Result<Self, Failure> {
        let home = dir.join("home");
        let home = home.to_str().ok_or_else(|| Failure::Demo("the folder's name is not UTF-8".to_owned()))?;
        let mut environment: Vec<(&str, Option<String>)> = FOREIGN.map(|name| (name, None)).to_vec();
        environment.push(("HOME", Some(home.to_owned())));
        environment.push(("GIT_CONFIG_GLOBAL", Some(format!("{home}/.gitconfig"))));
        environment.push(("GIT_CONFIG_NOSYSTEM", Some("1".to_owned())));
        Ok(Self { ui, program, dir: dir.to_owned(), environment })
    }

    /// A new scene.
    pub(super) fn heading(&mut self, text: &str) -> Result<(), Failure> {
        self.say(&format!("\n== {text}\n"))
    }

    /// Shows a line.
    pub(super) fn say(&mut self, text: &str) -> Result<(), Failure> {
        Ok(self.ui.result(text)?)
    }

    /// Runs jit in the clone `who`, and shows it with all it prints; what it prints as its result.
    pub(super) fn jit(&mut self, who: &str, args: &[&str]) -> Result<String, Failure> {
        self.prompt(who, "jit", args)?;
        let program = self.program.clone();
        let finished = self.run(program.as_os_str(), who, args)?;
        self.show(&finished.stdout)?;
        self.show(&finished.stderr)?;
        Ok(finished.stdout)
    }

    /// Runs git in `place`, and shows it with what it prints, which is the result.
    pub(super) fn git(&mut self, place: &str, args: &[&str]) -> Result<String, Failure> {
        self.prompt(place, "git", args)?;
        let output = self.ask_git(place, args)?;
        self.show(&output)?;
        Ok(output)
    }

    /// Runs git in `place`; what it prints.
    pub(super) fn ask_git(&self, place: &str, args: &[&str]) -> Result<String, Failure> {
        Ok(self.run(OsStr::new("git"), place, args)?.stdout)
    }

    /// Runs jit in several clones at the same time, where one only can win; that one.
    pub(super) fn rivals(&mut self, steps: &[(&'static str, Vec<&str>)]) -> Result<&'static str, Failure> {
        let started: Vec<Running> =
            steps.iter().map(|(who, args)| self.start(who, args)).collect::<Result<_, _>>()?;
        let mut winners = Vec::new();
        for ((who, args), running) in steps.iter().zip(started) {
            let finished = self.end(running)?;
            self.prompt(who, "jit", args)?;
            match finished.status.and_then(|status| status.code()) {
                Some(0) => {
                    self.show(&finished.stdout)?;
                    winners.push(*who);
                }
                Some(HELD) => self.show(&finished.stderr)?,
                _ => return Err(Failure::Demo(format!("{who}: {}", finished.stderr.trim()))),
            }
        }
        match winners.as_slice() {
            [winner] => Ok(winner),
            _ => Err(Failure::Demo(format!("one should have won, not {winners:?}"))),
        }
    }

    /// Starts jit in the clone `who`.
    pub(super) fn start(&self, who: &str, args: &[&str]) -> Result<Running, Failure> {
        self.spawn(self.program.as_os_str(), who, args).map_err(|source| self.failure(source))
    }

    /// Waits for what was started.
    pub(super) fn end(&self, running: Running) -> Result<Finished, Failure> {
        running.finish(Limit::Total(LIMIT)).map_err(|source| self.failure(source))
    }

    fn run(&self, program: &OsStr, place: &str, args: &[&str]) -> Result<Finished, Failure> {
        let finished = self
            .spawn(program, place, args)
            .and_then(|running| running.finish(Limit::Total(LIMIT)))
            .map_err(|source| Failure::File { path: PathBuf::from(program), source })?;
        if finished.status.is_some_and(|status| status.success()) {
            return Ok(finished);
        }
        let step = format!("{} {}", program.display(), args.join(" "));
        Err(Failure::Demo(format!("{place}: {step}: {}", finished.stderr.trim())))
    }

    fn spawn(&self, program: &OsStr, place: &str, args: &[&str]) -> std::io::Result<Running> {
        let step = Program {
            name: program,
            args,
            dir: &self.dir.join(place),
            environment: &self.environment,
            interactive: false,
            show_errors: false,
        };
        step.start(KEEP)
    }

    fn prompt(&mut self, place: &str, program: &str, args: &[&str]) -> Result<(), Failure> {
        let quoted: Vec<String> = args.iter().map(|arg| quote(arg)).collect();
        let place = if place == "." { "" } else { place };
        self.say(&format!("{place}$ {program} {}", quoted.join(" ")))
    }

    fn show(&mut self, output: &str) -> Result<(), Failure> {
        if output.trim().is_empty() { Ok(()) } else { self.say(output.trim_end()) }
    }

    fn failure(&self, source: std::io::Error) -> Failure {
        Failure::File { path: self.program.clone(), source }
    }
}

fn quote(arg: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=".contains(c);
    if arg.chars().all(plain) { arg.to_owned() } else { format!("'{arg}'") }
}
