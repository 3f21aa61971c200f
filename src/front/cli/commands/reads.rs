//! Which commands show a tracker and change nothing, so that they can show the past.

use super::config::ConfigCommand;
use super::gate::GateCommand;
use super::issue::IssueCommand;
use super::registry::RegistryCommand;
use super::template::TemplateCommand;
use crate::front::cli::args::Command;

/// Whether `command` only shows the tracker.
pub(super) fn only_reads(command: &Command) -> bool {
    match command {
        Command::Blame(_)
        | Command::Blocked(_)
        | Command::Diff(_)
        | Command::Export(_)
        | Command::Graph(_)
        | Command::List(_)
        | Command::Log(_)
        | Command::Prime(_)
        | Command::Query(_)
        | Command::Ready(_)
        | Command::Search(_)
        | Command::Show(_)
        | Command::Stats(_)
        | Command::Status(_)
        | Command::Validate(_) => true,
        Command::Config(command) => matches!(command, ConfigCommand::Get(_) | ConfigCommand::List(_)),
        Command::Conflict(command) => command.only_reads(),
        Command::Events(command) => command.only_reads(),
        Command::Gate(command) => matches!(command, GateCommand::List(_)),
        Command::Issue(command) => {
            matches!(**command, IssueCommand::List(_) | IssueCommand::Search(_) | IssueCommand::Show(_))
        }
        Command::Template(command) => {
            matches!(command, TemplateCommand::List(_) | TemplateCommand::Show(_))
        }
        Command::Registry(command) => matches!(command, RegistryCommand::List(_) | RegistryCommand::Show(_)),
        _ => false,
    }
}
