use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::App;
use crate::front::cli::env;
use crate::front::cli::error::Failure;
use crate::front::cli::ui::Ui;
use crate::model::state::{StateRequest, Status};
use crate::model::update::Update;
use crate::model::{AgentId, GateResult, IdPrefix, Refusal, State};
use crate::ops::{ClaimNext, CommandExecutor, Context, Error, Target};
use crate::process::{Limit, Program, Running};
use crate::store::Storage;

/// Longest a step of the demonstration may take.
const LIMIT: Duration = Duration::from_secs(300);
/// What is kept of the output of a step.
const KEEP: usize = 4 << 20;
/// Variables that would lead the demonstration to the user's own repository or agent.
const FOREIGN: [&str; 6] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "JIT_AGENT"];

/// The tasks of the lead's plan: title, priority, and the tasks it needs, by position.
const PLAN: [(&str, &str, &[usize]); 12] = [
    ("Create user model", "high", &[]),
    ("Choose a password hash", "critical", &[]),
    ("Set up the mail sender", "normal", &[]),
    ("Implement login endpoint", "high", &[0, 1]),
    ("Implement sign-up endpoint", "high", &[0, 1]),
    ("Add authentication middleware", "high", &[3]),
    ("Add rate limiting to login", "critical", &[3]),
    ("Confirm mail addresses", "normal", &[2, 4]),
    ("Reset forgotten passwords", "normal", &[2, 4]),
    ("Protect the admin pages", "high", &[5]),
    ("Write the API manual", "low", &[3, 4]),
    ("Translate the pages", "low", &[]),
];

/// Show jit at work on a repository of its own
///
/// In a temporary folder a lead breaks an epic into tasks with dependencies and gates, and
/// worker processes race for them until everything is done. It ends with the event log as
/// plain 'git log' prints it, and a check that no issue was ever held twice.
#[derive(Args)]
#[command(after_help = "Examples:\n  jit demo\n  jit demo --keep")]
pub(crate) struct DemoArgs {
    /// Leave the folder for exploring
    #[arg(long)]
    keep: bool,
    /// How many worker processes race
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    workers: u16,
    /// Be one of the workers
    #[arg(long, value_name = "AGENT", hide = true)]
    worker: Option<String>,
}

impl DemoArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        if let Some(agent) = &self.worker {
            return work(&AgentId::parse(agent)?);
        }
        if app.ui.is_json() {
            return Err(Failure::usage("the demonstration is for people and has no --json"));
        }
        let folder = Folder::create(&app.jit.context().new_id().simple().to_string(), self.keep)?;
        let stage = Stage { program: env::current_program()?, dir: folder.path.clone() };
        stage.play(app.ui, self.workers)?;
        if self.keep {
            app.ui.result(&format!("\nThe repository stays in {}", folder.path.display()))?;
        }
        Ok(())
    }
}

/// The demonstration's folder, removed at the end unless it is to be kept.
struct Folder {
    path: PathBuf,
    keep: bool,
}

impl Folder {
    fn create(name: &str, keep: bool) -> Result<Self, Failure> {
        let path = env::temporary_dir().join(format!("jit-demo-{}", &name[..8]));
        std::fs::create_dir_all(&path).map_err(|source| Failure::File { path: path.clone(), source })?;
        Ok(Self { path, keep })
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

/// Where the demonstration plays: every step is a process of its own, as in real use.
struct Stage {
    program: PathBuf,
    dir: PathBuf,
}

impl Stage {
    fn play(&self, ui: &mut Ui, workers: u16) -> Result<(), Failure> {
        heading(ui, "A repository with a tracker")?;
        self.show(ui, &["init"])?;
        self.show(ui, &["registry", "add", "unit-tests", "--title", "Unit Tests", "--auto"])?;
        self.show(ui, &["registry", "add", "review", "--title", "Code Review"])?;
        heading(ui, "A lead breaks an epic into tasks")?;
        let epic = self.plan(ui)?;
        self.show(ui, &["graph", "show", &epic[..8]])?;
        self.show(ui, &["status"])?;
        heading(ui, &format!("{workers} worker processes race for them with claim-next"))?;
        self.race(ui, workers)?;
        self.show(ui, &["status"])?;
        heading(ui, "The event log, as plain git prints it")?;
        self.check_log(ui)
    }

    fn plan(&self, ui: &mut Ui) -> Result<String, Failure> {
        let mut ids: Vec<String> = Vec::new();
        for (title, priority, needs) in PLAN {
            let mut args = vec!["issue", "create", "--title", title, "--priority", priority];
            args.extend(["--gate", "unit-tests", "--by", "copilot:lead"]);
            for need in needs {
                args.extend(["--dep", &ids[*need][..8]]);
            }
            let id = self.create(ui, &args)?;
            ids.push(id);
        }
        let mut args = vec!["issue", "create", "--title", "Implement user authentication"];
        args.extend(["--priority", "high", "--type", "epic", "--gate", "review", "--by", "copilot:lead"]);
        for id in &ids {
            args.extend(["--dep", &id[..8]]);
        }
        self.create(ui, &args)
    }

    fn create(&self, ui: &mut Ui, args: &[&str]) -> Result<String, Failure> {
        let output = self.show(ui, args)?;
        let id = output.trim().strip_prefix("Created issue: ");
        id.map(str::to_owned).ok_or_else(|| Failure::Demo(format!("no id in {output:?}")))
    }

    fn race(&self, ui: &mut Ui, workers: u16) -> Result<(), Failure> {
        let mut running: Vec<(String, Running)> = Vec::new();
        for number in 1..=workers {
            let agent = format!("copilot:worker-{number}");
            let process = self.program(&["demo", "--worker", &agent], |program| program.start(KEEP))?;
            running.push((agent, process));
        }
        for (agent, process) in running {
            let finished = process.finish(Limit::Total(LIMIT)).map_err(|source| self.failure(source))?;
            if !finished.status.is_some_and(|status| status.success()) {
                return Err(Failure::Demo(format!("{agent} failed: {}", finished.stderr.trim())));
            }
            ui.result(finished.stdout.trim_end())?;
        }
        Ok(())
    }

    fn check_log(&self, ui: &mut Ui) -> Result<(), Failure> {
        let format = "--format=%(trailers:key=Jit-Event,valueonly)";
        ui.result("$ git log --reverse --format='%(trailers:key=Jit-Event,valueonly)' refs/jit/main")?;
        let git = ["log", "--reverse", format, "refs/jit/main"];
        let log = self.run(OsStr::new("git"), &git)?;
        let lines: Vec<&str> = log.lines().filter(|line| !line.is_empty()).collect();
        for line in &lines {
            ui.result(line)?;
        }
        let checked = Holds::replay(&lines).map_err(Failure::Demo)?;
        let wanted = PLAN.len() + 1;
        if checked.claims != wanted || checked.completed != wanted {
            let (claims, completed) = (checked.claims, checked.completed);
            let message = format!("{wanted} issues, but {claims} claims and {completed} completed");
            return Err(Failure::Demo(message));
        }
        ui.result(&format!(
            "\nChecked: {} events, {} claims by {} agents, {wanted} of {wanted} issues done, none ever held twice.",
            lines.len(),
            checked.claims,
            checked.agents.len(),
        ))?;
        Ok(())
    }

    /// Runs a command of jit and shows it with what it prints.
    fn show(&self, ui: &mut Ui, args: &[&str]) -> Result<String, Failure> {
        let quoted: Vec<String> = args.iter().map(|arg| quote(arg)).collect();
        ui.result(&format!("$ jit {}", quoted.join(" ")))?;
        let output = self.run(self.program.as_os_str(), args)?;
        if !output.trim().is_empty() {
            ui.result(output.trim_end())?;
        }
        Ok(output)
    }

    fn run(&self, program: &OsStr, args: &[&str]) -> Result<String, Failure> {
        let finished =
            start(program, args, &self.dir, |program| program.start(KEEP)?.finish(Limit::Total(LIMIT)))
                .map_err(|source| Failure::File { path: PathBuf::from(program), source })?;
        if finished.status.is_some_and(|status| status.success()) {
            return Ok(finished.stdout);
        }
        let step = format!("{} {}", program.display(), args.join(" "));
        Err(Failure::Demo(format!("{step}: {}", finished.stderr.trim())))
    }

    fn program<T>(
        &self,
        args: &[&str],
        then: impl FnOnce(&Program<'_>) -> std::io::Result<T>,
    ) -> Result<T, Failure> {
        start(self.program.as_os_str(), args, &self.dir, then).map_err(|source| self.failure(source))
    }

    fn failure(&self, source: std::io::Error) -> Failure {
        Failure::File { path: self.program.clone(), source }
    }
}

fn start<T>(
    program: &OsStr,
    args: &[&str],
    dir: &Path,
    then: impl FnOnce(&Program<'_>) -> std::io::Result<T>,
) -> std::io::Result<T> {
    let environment = FOREIGN.map(|name| (name, None));
    then(&Program {
        name: program,
        args,
        dir,
        environment: &environment,
        interactive: false,
        show_errors: false,
    })
}

fn heading(ui: &mut Ui, text: &str) -> Result<(), Failure> {
    Ok(ui.result(&format!("\n== {text}\n"))?)
}

fn quote(arg: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=".contains(c);
    if arg.chars().all(plain) { arg.to_owned() } else { format!("'{arg}'") }
}

/// What the log says of who held what.
#[derive(Default)]
struct Holds {
    held: std::collections::BTreeMap<String, String>,
    agents: std::collections::BTreeSet<String>,
    claims: usize,
    completed: usize,
}

impl Holds {
    fn replay(lines: &[&str]) -> Result<Self, String> {
        let mut holds = Self::default();
        for line in lines {
            let event: serde_json::Value =
                serde_json::from_str(line).map_err(|error| format!("{line}: {error}"))?;
            let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
            match event["type"].as_str() {
                Some("issue_claimed") => {
                    let (issue, agent) = (text("issue_id"), text("assignee"));
                    if let Some(other) = holds.held.insert(issue.clone(), agent.clone()) {
                        return Err(format!("{issue} was claimed by {agent} while {other} held it"));
                    }
                    holds.agents.insert(agent);
                    holds.claims += 1;
                }
                Some("issue_completed") => {
                    holds.held.remove(&text("issue_id"));
                    holds.completed += 1;
                }
                _ => {}
            }
        }
        Ok(holds)
    }
}

/// One worker: claims, works, passes the gates, finishes, until nothing is left.
#[expect(clippy::print_stdout, reason = "a worker's report is read by the demonstration, not a person")]
fn work(agent: &AgentId) -> Result<(), Failure> {
    let acting = |agent: &AgentId| {
        CommandExecutor::with_context(Storage::new("."), Context::default().acting_as(Some(agent.clone())))
    };
    let worker = acting(agent);
    let gatekeeper = acting(&AgentId::parse("ci:demo")?);
    let done = Update { state: Some(StateRequest::Status(Status::Done)), ..Update::default() };
    let mut finished = Vec::new();
    loop {
        let claimed = match worker.claim_next(&ClaimNext::default()) {
            Ok(claimed) => claimed,
            Err(Error::Refusal(Refusal::NothingToClaim { .. })) => {
                if worker.tracker()?.issues.values().all(|issue| issue.state == State::Done) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(20));
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        // The work itself.
        std::thread::sleep(Duration::from_millis(40));
        let id = IdPrefix::of(claimed.ids[0]);
        worker.update(&Target::Issues(vec![id.clone()]), &done)?;
        for issue in claimed.issues() {
            let gates: Vec<_> = issue.gates.keys().cloned().collect();
            gatekeeper.gate_report(&id, &gates, &GateResult::Passed)?;
            finished.push(issue.title.clone());
        }
    }
    println!("{agent} finished {}: {}", finished.len(), finished.join(", "));
    Ok(())
}
