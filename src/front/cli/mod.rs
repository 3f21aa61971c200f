//! The command line: environment, parse, dispatch, report.

mod args;
mod commands;
mod env;
mod error;
mod exit;
mod input;
mod progress;
mod render;
mod respond;
mod ui;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::Cli;
use error::Failure;
use ui::Ui;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let environment = env::Environment::read();
    let cli = match Cli::try_parse_from(&environment.args) {
        Ok(cli) => cli,
        Err(error) => return report_usage(&error, &environment),
    };
    let mut ui = Ui::new(environment.ui_options(&cli.global));
    let outcome = commands::run(cli, &environment, &mut ui);
    finish(outcome, &mut ui)
}

fn finish(outcome: Result<(), Failure>, ui: &mut Ui) -> ExitCode {
    match outcome {
        Ok(()) => exit::Exit::Done.into(),
        Err(failure) => failure.report(ui).into(),
    }
}

/// Help and version go to stdout; anything else clap says is a usage error.
fn report_usage(error: &clap::Error, environment: &env::Environment) -> ExitCode {
    let missing = ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if error.kind() == missing && !environment.wants_json() {
        error.print().ok();
        return exit::Exit::Usage.into();
    }
    if !error.use_stderr() {
        // A closed pipe ends the help early, which is what its reader wanted.
        error.print().ok();
        return exit::Exit::Done.into();
    }
    let mut ui = Ui::new(environment.usage_ui_options());
    Failure::from_clap(error).report(&mut ui).into()
}
