//! One file a command: its arguments, the one operation it calls, how it answers.

pub(crate) mod blame;
#[cfg(feature = "board")]
pub(crate) mod board;
pub(crate) mod close_merged;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod conflict;
#[cfg(feature = "coordinator")]
pub(crate) mod coordinator;
pub(crate) mod demo;
pub(crate) mod dep;
pub(crate) mod dev;
pub(crate) mod diff;
pub(crate) mod doctor;
mod event_args;
pub(crate) mod events;
pub(crate) mod export;
pub(crate) mod gate;
pub(crate) mod graph;
pub(crate) mod hooks;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod issue;
pub(crate) mod listing;
pub(crate) mod log;
pub(crate) mod man;
#[cfg(feature = "mcp")]
pub(crate) mod mcp;
mod named;
pub(crate) mod prime;
pub(crate) mod query;
mod reads;
pub(crate) mod registry;
pub(crate) mod schema;
pub(crate) mod start;
pub(crate) mod stats;
pub(crate) mod status;
pub(crate) mod sync;
pub(crate) mod template;
pub(crate) mod undo;
pub(crate) mod validate;
pub(crate) mod watch;

use super::args::{Cli, Command};
use super::editor::Editors;
use super::env::{self, Environment};
use super::error::Failure;
use super::input;
use super::pager::Pager;
use super::ui::Ui;
use crate::model::query::Filter;
use crate::ops::{CommandExecutor, Context, Moment};
use crate::store::Storage;

/// What a command works with.
pub(crate) struct App<'u> {
    /// The operations.
    pub(crate) jit: CommandExecutor,
    /// Where answers go.
    pub(crate) ui: &'u mut Ui,
    /// The editors to choose from.
    pub(crate) editors: Editors,
    /// Whether there is a terminal that can show a page, for input and output.
    #[cfg(feature = "board")]
    pub(crate) owns_terminal: bool,
}

impl App<'_> {
    /// Filters as typed, all of which must hold.
    fn filter<'t>(&self, texts: impl IntoIterator<Item = &'t String>) -> Result<Filter, Failure> {
        Ok(self.jit.filter(texts.into_iter().map(String::as_str))?)
    }
}

/// Runs the command.
pub(crate) fn run(cli: Cli, environment: &Environment, ui: &mut Ui) -> Result<(), Failure> {
    if let Some(dir) = &cli.global.dir {
        env::change_dir(dir)?;
    }
    // What nobody acts in has an option of that name which says something else.
    let by = cli.global.by.as_deref().filter(|_| !matches!(cli.command, Command::Stats(_)));
    let actor = environment.actor(by)?;
    let (network, remote_use) = (environment.network(&cli.global), env::remote_use(&cli.global));
    let progress = environment.progress(&cli.global);
    let moment = moment(cli.global.at.as_deref(), &cli.command)?;
    let context = Context::default()
        .at(moment)
        .acting_as(actor)
        .with_network(network, remote_use)
        .with_progress(progress);
    let pages = environment.may_page(&cli.global) && reads::only_reads(&cli.command);
    let mut app = App {
        jit: CommandExecutor::with_context(Storage::new("."), context),
        ui,
        editors: environment.editors(),
        #[cfg(feature = "board")]
        owns_terminal: environment.owns_terminal(),
    };
    if pages {
        let jit = app.jit.in_background();
        let environment = env::pager_environment();
        app.ui.page(Pager { find: Box::new(move || jit.pager()), environment });
    }
    let answered = dispatch(cli.command, &mut app);
    for warning in app.jit.take_warnings() {
        app.ui.warn(&warning);
    }
    answered
}

/// The moment of the past that is to be shown, if one is.
fn moment(at: Option<&str>, command: &Command) -> Result<Option<Moment>, Failure> {
    let Some(at) = at else { return Ok(None) };
    if !reads::only_reads(command) {
        return Err(Failure::Usage {
            message: "--at goes with commands that show the tracker, and this is not one".to_owned(),
            hint: Some("the past can be looked at, and the present be changed".to_owned()),
        });
    }
    let moment = input::moment(at, Context::default().now());
    moment.map(Some).ok_or_else(|| Failure::Usage {
        message: format!("{at:?} is neither a time nor a revision"),
        hint: Some(
            "write --at 2h, 2026-01-31, 2026-01-31T12:00:00Z, HEAD~10 or the id of a commit".to_owned(),
        ),
    })
}

fn dispatch(command: Command, app: &mut App<'_>) -> Result<(), Failure> {
    match command {
        Command::Assign(args) => args.run(app),
        Command::Blame(args) => args.run(app),
        Command::Blocked(args) => args.run(app),
        #[cfg(feature = "board")]
        Command::Board(args) => args.run(app),
        Command::Claim(args) => args.run(app),
        Command::ClaimNext(args) => args.run(app),
        Command::CloseMerged(args) => args.run(app),
        Command::Comment(args) => args.run(app),
        Command::Completions(args) => args.run(app),
        Command::Config(command) => command.run(app),
        Command::Conflict(args) => args.run(app),
        #[cfg(feature = "coordinator")]
        Command::Coordinator(command) => command.run(app),
        Command::Create(args) => args.run(app),
        Command::Delete(args) => args.run(app),
        Command::Demo(args) => args.run(app),
        Command::Dep(command) => command.run(app),
        Command::Dev(command) => command.run(app),
        Command::Diff(args) => args.run(app),
        Command::Doctor(args) => args.run(app),
        Command::Done(args) => args.run(app),
        Command::Edit(args) => args.run(app),
        Command::Events(command) => command.run(app),
        Command::Export(args) => args.run(app),
        Command::Gate(command) => command.run(app),
        Command::Graph(command) => command.run(app),
        Command::Hooks(command) => command.run(app),
        Command::Import(args) => args.run(app),
        Command::Init(args) => args.run(app),
        Command::Issue(command) => command.run(app),
        Command::List(args) => args.run(app),
        Command::Log(args) => args.run(app),
        Command::Man(args) => args.run(app),
        #[cfg(feature = "mcp")]
        Command::Mcp(args) => args.run(app),
        Command::Prime(args) => args.run(app),
        Command::Query(command) => command.run(app),
        Command::Ready(args) => args.run(app),
        Command::Registry(command) => command.run(app),
        Command::Reject(args) => args.run(app),
        Command::Release(args) => args.run(app),
        Command::Renew(args) => args.run(app),
        Command::Schema(args) => args.run(app),
        Command::Search(args) => args.run(app),
        Command::Show(args) => args.run(app),
        Command::Start(args) => args.run(app),
        Command::Stats(args) => args.run(app),
        Command::Status(args) => args.run(app),
        Command::Sync(args) => args.run(app),
        Command::Template(command) => command.run(app),
        Command::Unassign(args) => args.run(app),
        Command::Undo(args) => args.run(app),
        Command::Update(args) => args.run(app),
        Command::Validate(args) => args.run(app),
        Command::Watch(args) => args.run(app),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::args::Cli;

    #[test]
    fn the_command_tree_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example() {
        fn check(command: &clap::Command, path: &str) {
            let path = format!("{path} {}", command.get_name());
            if command.get_subcommands().next().is_none() {
                let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.contains("Example"), "{path} has no example");
            }
            for sub in command.get_subcommands() {
                check(sub, &path);
            }
        }
        check(&Cli::command(), "");
    }
}
