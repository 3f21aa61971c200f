use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::ui::Ui;
use crate::front::cli::{env, render};
use crate::front::coordinator::config_file::{self, Format};
use crate::front::coordinator::control::{self, StopRequest};
use crate::front::coordinator::{self, Error, Job, Told, supervise};
use crate::front::wire::{
    CoordinatorAgentList, CoordinatorConfig, CoordinatorProcess, CoordinatorSummary, Exit,
};
use crate::ops::RemoteUse;

/// Hand ready issues to agents that are programs
#[derive(Subcommand)]
pub(crate) enum CoordinatorCommand {
    /// Show the configured agents, what they work on and what they hold
    #[command(after_help = "Example:\n  jit coordinator agents")]
    Agents(AgentsArgs),
    /// Write an example configuration, to be edited
    ///
    /// It has two agents and goes to .jit/coordinator.json at the top of the working tree.
    #[command(
        after_help = "Examples:\n  jit coordinator init-config\n  jit coordinator init-config --format toml --force"
    )]
    InitConfig(InitConfigArgs),
    /// Hand out issues once, and wait for the agents
    ///
    /// Each place of each agent is filled at most once. Exit status 10 if an agent did not
    /// finish its issue, or a remote could not be reached.
    #[command(after_help = "Example:\n  jit coordinator once --json")]
    Once(OnceArgs),
    /// Hand out issues until told to stop
    ///
    /// Ready issues are claimed, the most urgent first, and the command of an agent is started
    /// for each. Exit status 0 of the command finishes the issue; any other gives it back, to be
    /// tried again later. SIGTERM and SIGINT let running work end, a second one stops it.
    #[command(after_help = "Examples:\n  jit coordinator start\n  jit coordinator start --detach")]
    Start(StartArgs),
    /// Show whether a coordinator runs, and its agents
    #[command(after_help = "Example:\n  jit coordinator status")]
    Status(StatusArgs),
    /// Stop the coordinator of this clone
    ///
    /// Nothing more is begun, and running work ends first, unless told otherwise.
    #[command(after_help = "Examples:\n  jit coordinator stop\n  jit coordinator stop --now --timeout 60")]
    Stop(StopArgs),
    /// Watch over one agent, as the coordinator has it done
    #[command(hide = true, after_help = "Example:\n  jit coordinator supervise")]
    Supervise(SuperviseArgs),
}

#[derive(Args)]
pub(crate) struct AgentsArgs {}

#[derive(Args)]
pub(crate) struct OnceArgs {}

#[derive(Args)]
pub(crate) struct StatusArgs {}

#[derive(Args)]
pub(crate) struct SuperviseArgs {}

#[derive(Args)]
pub(crate) struct InitConfigArgs {
    /// The language
    #[arg(long, value_enum, default_value_t)]
    format: FormatArg,
    /// Write over the configuration there is
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum FormatArg {
    /// .jit/coordinator.json
    #[default]
    Json,
    /// .jit/coordinator.toml
    Toml,
}

#[derive(Args)]
pub(crate) struct StartArgs {
    /// Run in the background, and write what there is to say into a file
    #[arg(short, long)]
    detach: bool,
}

#[derive(Args)]
pub(crate) struct StopArgs {
    /// Stop running agents as well, and give their issues back
    #[arg(long)]
    now: bool,
    /// Do not wait until it has stopped
    #[arg(long, conflicts_with = "timeout")]
    no_wait: bool,
    /// Wait no longer than this
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    timeout: Option<u64>,
}

impl CoordinatorCommand {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        match self {
            Self::Agents(args) => args.run(app),
            Self::InitConfig(args) => args.run(app),
            Self::Once(args) => args.run(app),
            Self::Start(args) => args.run(app),
            Self::Status(args) => args.run(app),
            Self::Stop(args) => args.run(app),
            Self::Supervise(args) => args.run(),
        }
    }
}

impl AgentsArgs {
    #[expect(clippy::unused_self, reason = "commands share one signature")]
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let places = app.jit.places()?;
        let (config, _) = config_file::load(&places.work_dir)?;
        let agents = coordinator::agents(&app.jit, &places, &config)?;
        if app.ui.is_json() {
            let count = agents.len();
            return Ok(app.ui.json(&CoordinatorAgentList { agents, count })?);
        }
        let text = render::coordinator::agents(&agents, app.ui.is_quiet(), app.ui.width());
        Ok(app.ui.result(&text)?)
    }
}

impl InitConfigArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let format = match self.format {
            FormatArg::Json => Format::Json,
            FormatArg::Toml => Format::Toml,
        };
        let places = app.jit.places()?;
        let path = config_file::write_example(&places.work_dir, format, self.force)?;
        let path = path.display().to_string();
        if app.ui.is_json() {
            return Ok(app.ui.json(&CoordinatorConfig { path })?);
        }
        app.ui.result(&format!("Created configuration: {path}"))?;
        app.ui.note("edit the commands of its agents, then: jit coordinator start");
        Ok(())
    }
}

impl OnceArgs {
    #[expect(clippy::unused_self, reason = "commands share one signature")]
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let summary = work(app, true)?;
        answer(app.ui, &summary)?;
        if summary.is_good() { Ok(()) } else { Err(Failure::Told(Exit::External)) }
    }
}

impl StartArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        if self.detach {
            return detach(app);
        }
        let summary = work(app, false)?;
        if app.ui.is_json() { Ok(app.ui.json(&summary)?) } else { Ok(()) }
    }
}

fn detach(app: &mut App<'_>) -> Result<(), Failure> {
    let places = app.jit.places()?;
    // Mistakes are told here, where somebody listens.
    config_file::load(&places.work_dir)?;
    let context = app.jit.context();
    let mut args = vec!["coordinator".to_owned(), "start".to_owned()];
    args.push(format!("--remote-timeout={}", context.network().timeout.as_secs()));
    args.extend((context.remote_use() == RemoteUse::Offline).then(|| "--offline".to_owned()));
    let started = control::detach(&places, &env::current_program()?, &args)?;
    let (pid, log) = (started.pid, started.log.display().to_string());
    if app.ui.is_json() {
        let process = CoordinatorProcess { running: true, pid: Some(pid), log: Some(log) };
        return Ok(app.ui.json(&process)?);
    }
    app.ui.result(&format!("Started coordinator: process {pid}"))?;
    app.ui.note(&format!("it says what it does in {log}"));
    Ok(())
}

impl StatusArgs {
    #[expect(clippy::unused_self, reason = "commands share one signature")]
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let places = app.jit.places()?;
        let config = match config_file::find(&places.work_dir)? {
            Some(_) => Some(config_file::load(&places.work_dir)?.0),
            None => None,
        };
        let status = coordinator::status(&app.jit, &places, config.as_ref())?;
        if app.ui.is_json() {
            return Ok(app.ui.json(&status)?);
        }
        let text = render::coordinator::status(&status, app.ui.is_quiet(), app.ui.width());
        Ok(app.ui.result(&text)?)
    }
}

impl StopArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let places = app.jit.places()?;
        let patience = if self.no_wait { Some(0) } else { self.timeout };
        let request = StopRequest { now: self.now, patience: patience.map(Duration::from_secs) };
        let pid = control::stop(&places, request)?;
        if app.ui.is_json() {
            return Ok(app.ui.json(&CoordinatorProcess { running: self.no_wait, pid, log: None })?);
        }
        let word = if self.no_wait { "Stopping" } else { "Stopped" };
        let process = pid.map_or(String::new(), |pid| format!(": process {pid}"));
        Ok(app.ui.result(&format!("{word} coordinator{process}"))?)
    }
}

impl SuperviseArgs {
    #[expect(clippy::unused_self, reason = "commands share one signature")]
    fn run(self) -> Result<(), Failure> {
        supervise::supervise().map_err(|source| Failure::File { path: PathBuf::from("."), source })
    }
}

fn work(app: &mut App<'_>, once: bool) -> Result<CoordinatorSummary, Failure> {
    let places = app.jit.places()?;
    let (config, config_path) = config_file::load(&places.work_dir)?;
    // It is missed now rather than by the first agent.
    app.jit.events(&crate::ops::EventFilter::default(), Some(0))?;
    let job = Job {
        config,
        config_path,
        repos: vec![places.work_dir],
        once,
        context: app.jit.context().clone(),
        supervisor: (env::current_program()?, vec!["coordinator", "supervise"]),
    };
    perform(&job, app.ui)
}

/// Runs a coordinator, and says what it does.
pub(in crate::front::cli) fn perform(job: &Job, ui: &mut Ui) -> Result<CoordinatorSummary, Failure> {
    let mut tell = |told: Told| match told {
        Told::Note(text) => ui.note(&text),
        Told::Warning(text) => ui.warn(&text),
    };
    Ok(coordinator::summary(&coordinator::run(job, &mut tell)?))
}

/// Answers with what was done.
pub(in crate::front::cli) fn answer(ui: &mut Ui, summary: &CoordinatorSummary) -> Result<(), Failure> {
    if ui.is_json() {
        return Ok(ui.json(summary)?);
    }
    if summary.results.is_empty() {
        ui.note("there was nothing to do");
        return Ok(());
    }
    Ok(ui.result(&render::coordinator::summary(summary, ui.is_quiet(), ui.width()))?)
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Ops(error) => Self::Ops(error),
            error => Self::Coordinator(error),
        }
    }
}
