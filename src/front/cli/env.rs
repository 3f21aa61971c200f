//! The only reader of arguments, environment, working directory and terminal.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use super::args::{Global, SyncUse, TimeStyle};
use super::editor::Editors;
use super::error::Failure;
use super::input;
use super::progress::Bars;
use super::render::times::Times;
use super::ui::{Color, UiOptions};
use crate::model::AgentId;
use crate::ops::{Context, Progress, RemoteUse};
use crate::sync::Network;

/// What the process was started with.
pub(crate) struct Environment {
    /// Arguments, the program's own name included.
    pub(crate) args: Vec<OsString>,
    /// `JIT_AGENT`: who acts unless an option says otherwise.
    agent: Option<OsString>,
    /// What editors there are to choose from.
    editors: Editors,
    stdin_is_terminal: bool,
    stdout_is_terminal: bool,
    stderr_is_terminal: bool,
}

impl Environment {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub(crate) fn read() -> Self {
        let var = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let is_terminal = [std::io::stdout().is_terminal(), std::io::stderr().is_terminal()];
        let editors = Editors {
            git: var("GIT_EDITOR"),
            visual: var("VISUAL"),
            plain: var("EDITOR"),
            is_dumb: var("TERM").is_none_or(|term| term == "dumb"),
            is_attended: std::io::stdin().is_terminal() && is_terminal.contains(&true),
        };
        Self {
            editors,
            args: input::join_printed_ids(std::env::args_os().collect()),
            agent: var("JIT_AGENT"),
            stdin_is_terminal: std::io::stdin().is_terminal(),
            stdout_is_terminal: is_terminal[0],
            stderr_is_terminal: is_terminal[1],
        }
    }

    /// How to print, for a command line that was understood.
    pub(crate) fn ui_options(&self, global: &Global) -> UiOptions {
        UiOptions {
            json: global.json,
            quiet: global.quiet,
            color: global.color,
            terminal: self.stdout_is_terminal,
            size: self.size(),
            times: self.times(global.times),
        }
    }

    /// How to print an error in a command line that was not understood.
    pub(crate) fn usage_ui_options(&self) -> UiOptions {
        UiOptions {
            json: self.wants_json(),
            quiet: false,
            color: Color::Auto,
            terminal: self.stdout_is_terminal,
            size: self.size(),
            times: Times::EXACT,
        }
    }

    /// Whether a command line that was not understood asks for JSON.
    pub(crate) fn wants_json(&self) -> bool {
        self.args.iter().any(|arg| arg == "--json")
    }

    /// Whether results may be shown through a pager: to a person, who has keys to leave it. What
    /// is printed for programs is not, even if they have a terminal.
    pub(crate) fn may_page(&self, global: &Global) -> bool {
        let has_person = self.stdin_is_terminal && self.stdout_is_terminal;
        has_person && !global.no_pager && !global.json && !global.quiet
    }

    /// Whether there is a terminal that can show a page, for input and output.
    #[cfg(feature = "board")]
    pub(crate) fn owns_terminal(&self) -> bool {
        self.stdin_is_terminal && self.stdout_is_terminal && !self.editors.is_dumb
    }

    /// The editors to choose from.
    pub(crate) fn editors(&self) -> Editors {
        self.editors.clone()
    }

    /// How to talk to remotes.
    pub(crate) fn network(&self, global: &Global) -> Network {
        let default = Network::default();
        Network {
            timeout: global.remote_timeout.map_or(default.timeout, Duration::from_secs),
            interactive: self.stdin_is_terminal && self.stderr_is_terminal,
            progress: self.stderr_is_terminal && !global.quiet && !global.json,
        }
    }

    /// Where to tell how far long work is: a terminal that nobody asked to keep quiet.
    pub(crate) fn progress(&self, global: &Global) -> Progress {
        let shown = self.stderr_is_terminal && !global.quiet && !global.json;
        if shown { Progress::told_to(Bars::on_terminal()) } else { Progress::default() }
    }

    fn size(&self) -> Option<(usize, usize)> {
        let size = self.stdout_is_terminal.then(terminal_size::terminal_size).flatten();
        size.map(|(width, height)| (usize::from(width.0), usize::from(height.0)))
    }

    fn times(&self, wanted: TimeStyle) -> Times {
        match wanted {
            TimeStyle::Auto if !self.stdout_is_terminal => Times::EXACT,
            TimeStyle::Exact => Times::EXACT,
            TimeStyle::Auto | TimeStyle::Relative => Times::before(Context::default().now()),
        }
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

/// When to talk to remotes.
pub(crate) fn remote_use(global: &Global) -> RemoteUse {
    match (global.offline, global.sync) {
        (true, _) => RemoteUse::Offline,
        (_, SyncUse::Yes) => RemoteUse::Publish,
        // Commands that ask the remote again and again publish nothing.
        (_, SyncUse::No | SyncUse::Every(_)) => RemoteUse::Auto,
    }
}

/// What usual pagers are told, as git does it: to end by themselves where all fits, to take
/// colour, and to leave the screen as it is.
#[expect(clippy::disallowed_methods, reason = "the one file that reads the environment")]
pub(crate) fn pager_environment() -> Vec<(&'static str, Option<String>)> {
    let usual = [("LESS", "FRX"), ("LV", "-c")];
    let unset = usual.into_iter().filter(|(name, _)| std::env::var_os(name).is_none());
    unset.map(|(name, value)| (name, Some(value.to_owned()))).collect()
}

/// `JIT_WEBHOOK_SECRET`: what a webhook signs with.
#[cfg(feature = "webhook")]
#[expect(clippy::disallowed_methods, reason = "the one file that reads the environment")]
pub(crate) fn webhook_secret() -> Option<OsString> {
    std::env::var_os("JIT_WEBHOOK_SECRET").filter(|secret| !secret.is_empty())
}

/// The working directory.
#[expect(clippy::disallowed_methods, reason = "the one file that reads the environment")]
pub(crate) fn current_dir() -> Option<PathBuf> {
    std::env::current_dir().ok()
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

/// The person's home.
#[cfg(feature = "mcp")]
pub(crate) fn home_dir() -> Result<PathBuf, Failure> {
    let home = std::env::home_dir().filter(|home| home.is_absolute());
    home.ok_or_else(|| Failure::usage("there is no home directory: HOME is not set"))
}

/// The directory for temporary files.
pub(crate) fn temporary_dir() -> PathBuf {
    std::env::temp_dir()
}
