//! The command line: environment, parse, dispatch, report.

mod args;
#[cfg(feature = "board")]
mod board;
mod commands;
mod completion;
mod deliver;
#[cfg(feature = "coordinator")]
mod dispatch;
mod editor;
mod env;
mod error;
mod groups;
mod input;
mod json;
mod pager;
mod progress;
mod pull;
mod render;
mod respond;
mod section;
mod stop;
mod ui;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};

use args::Cli;
use error::Failure;
use ui::Ui;

use crate::front::wire::Exit;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let environment = env::Environment::read();
    if asks_for_version(&environment.args) {
        let printed = writeln!(std::io::stdout(), "{VERSION}");
        return if printed.is_ok() { Exit::Done } else { Exit::Internal }.into();
    }
    if completion::answer(&environment.args) {
        return Exit::Done.into();
    }
    let cli = match parse(&environment.args) {
        Ok(cli) => cli,
        Err(error) => return report_usage(&error, &environment),
    };
    let mut ui = Ui::new(environment.ui_options(&cli.global));
    let outcome = commands::run(cli, &environment, &mut ui);
    finish(outcome, &mut ui)
}

/// Runs `jit-dispatch`.
#[cfg(feature = "coordinator")]
pub fn dispatch_main() -> ExitCode {
    dispatch::main()
}

/// What `--version` prints.
const VERSION: &str = concat!("jit ", env!("CARGO_PKG_VERSION"));

/// Whether the version is all that is wanted, which takes no grammar.
fn asks_for_version(args: &[OsString]) -> bool {
    matches!(args, [_, only] if only == "--version" || only == "-V")
}

fn parse(args: &[OsString]) -> Result<Cli, clap::Error> {
    let mut command = Cli::command();
    let parsed = command.try_get_matches_from_mut(args).and_then(|mut matches| {
        Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
    });
    // The process ends with the command that it runs: taking the grammar apart again would
    // cost a tenth of all its instructions.
    std::mem::forget(command);
    parsed.map_err(|error| if is_help(error.kind()) { with_groups(args).unwrap_or(error) } else { error })
}

fn is_help(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand)
}

/// The same help from the grammar with its groups, which only who asks for help waits for.
fn with_groups(args: &[OsString]) -> Option<clap::Error> {
    groups::grouped(Cli::command()).try_get_matches_from(args).err()
}

fn finish(outcome: Result<(), Failure>, ui: &mut Ui) -> ExitCode {
    // What cannot be written at last is reported like everything else.
    let outcome = outcome.and_then(|()| Ok(ui.finish()?));
    let exit = outcome.map_or_else(|failure| failure.report(ui), |()| Exit::Done);
    // A failure may have been a result, or have left one behind.
    ui.finish().ok();
    exit.into()
}

/// Help and version go to stdout; anything else clap says is a usage error.
fn report_usage(error: &clap::Error, environment: &env::Environment) -> ExitCode {
    let missing = ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if error.kind() == missing && !environment.wants_json() {
        error.print().ok();
        return Exit::Usage.into();
    }
    if !error.use_stderr() {
        // A closed pipe ends the help early, which is what its reader wanted.
        error.print().ok();
        return Exit::Done.into();
    }
    let mut ui = Ui::new(environment.usage_ui_options());
    Failure::from_clap(error).report(&mut ui).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_to_the_version_says_what_the_grammar_says() {
        assert_eq!(Cli::command().render_version().trim_end(), VERSION);
        for flag in ["--version", "-V"] {
            assert!(asks_for_version(&["jit".into(), flag.into()]));
        }
        assert!(!asks_for_version(&["jit".into(), "--version".into(), "sync".into()]));
    }
}
