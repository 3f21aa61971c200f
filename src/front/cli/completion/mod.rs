//! Completing command lines, with what is in the tracker: ids with titles, labels, gates, agents.
//!
//! A shell that has the script of `jit completions` runs jit with [`VARIABLE`] set, which names
//! the shell, and the words so far. Whatever goes wrong then, nothing is said: there is nobody to
//! read it.

mod bash;
mod values;

use std::ffi::OsString;

use clap::{Command, CommandFactory};
use clap_complete::engine::ArgValueCompleter;
use clap_complete::env::{CompleteEnv, Shells};

use self::values::Source;
use super::args::Cli;
use super::env;

/// What is set where a shell asks.
const VARIABLE: &str = "JIT_COMPLETE";

/// Answers a shell, if one asks. Whether one did.
pub(super) fn answer(args: &[OsString]) -> bool {
    let asking = CompleteEnv::with_factory(|| command(args)).var(VARIABLE).bin("jit").completer("jit");
    // A shell that is not known gets nothing, which is as much as it could use.
    asking.try_complete(args.iter().cloned(), env::current_dir().as_deref()).unwrap_or(true)
}

/// What makes a shell ask; none for a shell that is not known.
pub(super) fn script(shell: &str) -> Option<String> {
    if shell == "bash" {
        return Some(bash::script(VARIABLE));
    }
    let mut script = Vec::new();
    Shells::builtins()
        .completer(shell)?
        .write_registration(VARIABLE, "jit", "jit", "jit", &mut script)
        .ok()?;
    Some(String::from_utf8_lossy(&script).into_owned())
}

/// The grammar, in which arguments know their values.
fn command(args: &[OsString]) -> Command {
    with_values(Cli::command(), &[], &values::dir(args))
}

/// `command`, which is below `path`, with the values of its arguments.
fn with_values(command: Command, path: &[String], dir: &std::path::Path) -> Command {
    let path = [path, &[command.get_name().to_owned()]].concat();
    let command = command.mut_args(|arg| {
        let name = arg.get_value_names().and_then(<[_]>::first).map(ToString::to_string);
        let name = name.unwrap_or_else(|| arg.get_id().as_str().to_uppercase());
        match Source::of(&path, &name) {
            Some(source) => {
                let dir = dir.to_owned();
                arg.add(ArgValueCompleter::new(move |typed: &std::ffi::OsStr| source.candidates(&dir, typed)))
            }
            None => arg,
        }
    });
    command.mut_subcommands(|below| with_values(below, &path, dir))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(command: &Command, without: &mut Vec<String>, path: &str) {
        let path = format!("{path} {}", command.get_name());
        for arg in command.get_arguments() {
            let names: Vec<String> =
                arg.get_value_names().unwrap_or_default().iter().map(ToString::to_string).collect();
            let is_ours =
                names.iter().any(|name| ["ID", "AGENT", "LABEL", "GATE", "FILTER"].contains(&&**name));
            if is_ours && arg.get::<ArgValueCompleter>().is_none() {
                without.push(format!("{path} {}", arg.get_id()));
            }
        }
        command.get_subcommands().for_each(|below| completed(below, without, &path));
    }

    #[test]
    fn every_argument_that_names_something_knows_what_there_is() {
        let mut command = command(&[]);
        command.build();
        let mut without = Vec::new();
        completed(&command, &mut without, "");
        assert_eq!(without, [""; 0]);
    }

    #[test]
    fn there_is_a_script_for_every_shell() {
        for shell in Shells::builtins().names() {
            assert!(script(shell).is_some_and(|script| script.contains(VARIABLE)), "{shell}");
        }
        assert_eq!(script("cmd"), None);
    }
}
