//! `jit-dispatch`: the coordinator for cron and clusters, of several repositories at once.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use super::commands::coordinator::{answer, perform};
use super::env::{self, Environment};
use super::error::Failure;
use super::ui::{Color, Ui, UiOptions};
use crate::front::coordinator::config::{Config, DispatchConfig};
use crate::front::coordinator::{Job, config_file, supervise};
use crate::front::wire::Exit;
use crate::ops::{CommandExecutor, Context, EventFilter};
use crate::store::Storage;
use crate::sync::Network;

/// Hand ready issues of one or more repositories to agents that are programs
///
/// The same as 'jit coordinator', made for cron and clusters: the configuration is one file
/// of TOML, and the most urgent issue of all repositories comes first.
#[derive(Parser)]
#[command(name = "jit-dispatch", version, max_term_width = 100, after_help = AFTER_HELP)]
#[command(subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Examples:
  jit-dispatch once --config dispatch.toml
  jit-dispatch start --repo ../api --repo ../web

Exit status: 0 done, or nothing to do; 2 usage; 3 no configuration or no tracker; 4 a configuration
that makes no sense; 6 a coordinator works in one of the repositories; 10 an agent did not finish
its issue, or a repository or its remote could not be used.";

#[derive(Args)]
struct Global {
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "dispatch.toml", global = true)]
    config: PathBuf,
    /// A repository; can be repeated [default: those that the configuration names, else this one]
    #[arg(long, value_name = "DIR", global = true)]
    repo: Vec<PathBuf>,
    /// Print one JSON document, also on failure
    #[arg(long, global = true)]
    json: bool,
    /// Print bare ids, and no notes
    #[arg(short, long, global = true)]
    quiet: bool,
    /// How long a remote may stay silent [default: 60]
    #[arg(long, value_name = "SECONDS", global = true)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=86_400))]
    remote_timeout: Option<u64>,
    /// When to use colour
    #[arg(long, value_enum, default_value_t, value_name = "WHEN", global = true)]
    color: Color,
}

#[derive(Subcommand)]
enum Command {
    /// Hand out issues once, and wait for the agents
    ///
    /// Each place of each agent is filled at most once.
    #[command(after_help = "Example:\n  jit-dispatch once --config dispatch.toml --json")]
    Once,
    /// Hand out issues until told to stop
    ///
    /// SIGTERM and SIGINT let running work end, a second one stops it.
    #[command(after_help = "Example:\n  jit-dispatch start --config dispatch.toml --repo ../api")]
    Start,
    /// Watch over one agent, as the coordinator has it done
    #[command(hide = true)]
    Supervise,
}

/// Runs the command that the process was started with.
pub(super) fn main() -> ExitCode {
    let environment = Environment::read();
    let cli = match parse(&environment.args) {
        Ok(cli) => cli,
        Err(error) => return report_usage(&error, &environment),
    };
    let Global { json, quiet, color, .. } = cli.global;
    let mut ui = Ui::new(UiOptions { color, json, quiet, ..environment.usage_ui_options() });
    match run(&cli, &mut ui) {
        Ok(()) => Exit::Done.into(),
        Err(failure) => failure.report(&mut ui).into(),
    }
}

fn parse(args: &[OsString]) -> Result<Cli, clap::Error> {
    let mut command = Cli::command();
    let mut matches = command.try_get_matches_from_mut(args)?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

fn report_usage(error: &clap::Error, environment: &Environment) -> ExitCode {
    let is_missing = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if !error.use_stderr() || (is_missing && !environment.wants_json()) {
        // A closed pipe ends the help early, which is what its reader wanted.
        error.print().ok();
        return if is_missing { Exit::Usage } else { Exit::Done }.into();
    }
    Failure::from_clap(error).report(&mut Ui::new(environment.usage_ui_options())).into()
}

fn run(cli: &Cli, ui: &mut Ui) -> Result<(), Failure> {
    let once = match cli.command {
        Command::Supervise => {
            let failed = |source| Failure::File { path: PathBuf::from("."), source };
            return supervise::supervise().map_err(failed);
        }
        Command::Once => true,
        Command::Start => false,
    };
    let config: DispatchConfig = config_file::toml(&cli.global.config)?;
    let default = Network::default();
    let timeout = cli.global.remote_timeout.map_or(default.timeout, std::time::Duration::from_secs);
    let network = Network { timeout, interactive: false, progress: false };
    let context = Context::default().with_network(network, crate::ops::RemoteUse::default());
    let repos = repos(cli, &config, &context)?;
    let config_path = std::path::absolute(&cli.global.config)
        .map_err(|source| Failure::File { path: cli.global.config.clone(), source })?;
    let job = Job {
        config: Config::from(config),
        config_path,
        repos,
        once,
        context,
        supervisor: (env::current_program()?, vec!["supervise"]),
    };
    let summary = perform(&job, ui)?;
    if once || ui.is_json() {
        answer(ui, &summary)?;
    }
    let is_good = if once { summary.is_good() } else { summary.gone.is_empty() };
    if is_good { Ok(()) } else { Err(Failure::Told(Exit::External)) }
}

/// The top of each repository, each once. Those in the configuration are seen from its folder.
fn repos(cli: &Cli, config: &DispatchConfig, context: &Context) -> Result<Vec<PathBuf>, Failure> {
    let folder = cli.global.config.parent().map(PathBuf::from).unwrap_or_default();
    let mut named = cli.global.repo.clone();
    if named.is_empty() {
        named.extend(config.repos.iter().map(|repo| folder.join(repo)));
    }
    if named.is_empty() {
        named.push(PathBuf::from("."));
    }
    let mut repos = Vec::new();
    let mut clones = Vec::new();
    for dir in named {
        let jit = CommandExecutor::with_context(Storage::new(dir), context.clone());
        let places = jit.places()?;
        // It is missed now rather than by the first agent.
        jit.events(&EventFilter::default(), Some(0))?;
        if !clones.contains(&places.private_dir) {
            clones.push(places.private_dir);
            repos.push(places.work_dir);
        }
    }
    Ok(repos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_tree_is_consistent() {
        Cli::command().debug_assert();
    }
}
