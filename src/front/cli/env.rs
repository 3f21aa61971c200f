//! The only reader of arguments, environment, working directory and terminal.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;

use super::args::Global;
use super::error::Failure;
use super::input;
use super::ui::{Color, UiOptions};
use crate::model::AgentId;

/// What the process was started with.
pub(crate) struct Environment {
    /// Arguments, the program's own name included.
    pub(crate) args: Vec<OsString>,
    /// `JIT_AGENT`: who acts unless an option says otherwise.
    agent: Option<OsString>,
    stdout_is_terminal: bool,
}

impl Environment {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub(crate) fn read() -> Self {
        Self {
            args: input::join_printed_ids(std::env::args_os().collect()),
            agent: std::env::var_os("JIT_AGENT").filter(|agent| !agent.is_empty()),
            stdout_is_terminal: std::io::stdout().is_terminal(),
        }
    }

    /// How to print, for a command line that was understood.
    pub(crate) fn ui_options(&self, global: &Global) -> UiOptions {
        UiOptions {
            json: global.json,
            quiet: global.quiet,
            color: global.color,
            terminal: self.stdout_is_terminal,
            width: self.width(),
        }
    }

    /// How to print an error in a command line that was not understood.
    pub(crate) fn usage_ui_options(&self) -> UiOptions {
        UiOptions {
            json: self.wants_json(),
            quiet: false,
            color: Color::Auto,
            terminal: self.stdout_is_terminal,
            width: self.width(),
        }
    }

    /// Whether a command line that was not understood asks for JSON.
    pub(crate) fn wants_json(&self) -> bool {
        self.args.iter().any(|arg| arg == "--json")
    }

    fn width(&self) -> Option<usize> {
        let size = self.stdout_is_terminal.then(terminal_size::terminal_size).flatten();
        size.map(|(width, _)| usize::from(width.0))
    }

    /// Who acts: `--by`, else `JIT_AGENT`, else nobody said.
    pub(crate) fn actor(&self, by: Option<&str>) -> Result<Option<AgentId>, Failure> {
        if let Some(by) = by {
            return Ok(Some(AgentId::parse(by)?));
        }
        let Some(agent) = &self.agent else { return Ok(None) };
        let Some(agent) = agent.to_str() else {
            return Err(Failure::usage("JIT_AGENT is not UTF-8 text"));
        };
        AgentId::parse(agent).map(Some).map_err(|refusal| Failure::usage(format!("in JIT_AGENT: {refusal}")))
    }
}

/// Moves to another directory, as `git -C` does.
pub(crate) fn change_dir(dir: &std::path::Path) -> Result<(), Failure> {
    std::env::set_current_dir(dir)
        .map_err(|source| Failure::usage(format!("cannot go to {}: {source}", dir.display())))
}

/// The program that is running, to start more of it.
pub(crate) fn current_program() -> Result<PathBuf, Failure> {
    std::env::current_exe().map_err(|source| Failure::File { path: PathBuf::from("jit"), source })
}

/// The directory for temporary files.
pub(crate) fn temporary_dir() -> PathBuf {
    std::env::temp_dir()
}
