//! Running a command for each event.

use std::cell::Cell;
use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use super::{Attempt, Receiver};
use crate::front::cli::stop::Stop;
use crate::process::{Finished, Limit, Program};
use crate::store::LoggedEvent;

/// How much of what a command printed is shown.
const KEEP_BYTES: usize = 1 << 20;
/// How long a command may go on after jit was asked to end.
const GRACE: Duration = Duration::from_secs(5);

/// A command for the shell, run once for each event: the event is on its standard input and, in
/// part, in its environment.
pub(crate) struct Command {
    /// The command.
    pub(crate) line: String,
    /// How long it may run.
    pub(crate) timeout: Duration,
}

impl Receiver for Command {
    fn deliver(&self, event: &LoggedEvent, stop: &Stop) -> Attempt {
        let environment = [
            ("JIT_EVENT_TYPE", Some(clean(&event.kind))),
            ("JIT_EVENT_ID", Some(event.id.to_string())),
            ("JIT_EVENT_ACTOR", Some(clean(&event.actor))),
            ("JIT_ISSUE_ID", event.issue_id.map(|id| id.to_string())),
        ];
        let shell = Program {
            name: OsStr::new("sh"),
            args: &["-c", &self.line],
            dir: Path::new("."),
            environment: &environment,
            interactive: false,
            show_errors: true,
        };
        let (running, mut stdin) = match shell.start_fed(KEEP_BYTES) {
            Ok(started) => started,
            Err(error) => return Attempt::failed(format!("the command cannot be started: {error}")),
        };
        let line = format!("{}\n", event.json);
        // Not every command reads, and then a long event would block.
        std::thread::spawn(move || stdin.write_all(line.as_bytes()));
        let asked = Cell::new(None);
        let is_over = || {
            if stop.is_asked() && asked.get().is_none() {
                asked.set(Some(Instant::now()));
            }
            asked.get().is_some_and(|since| since.elapsed() >= GRACE)
        };
        match running.finish_while(Limit::Total(self.timeout), || !is_over()) {
            Ok(Finished { status: None, .. }) if asked.get().is_some() => Attempt::Interrupted,
            Ok(Finished { status: None, .. }) => {
                Attempt::failed(format!("the command took longer than {:?} and was stopped", self.timeout))
            }
            Ok(Finished { status: Some(status), stdout, .. }) => ended(status, stdout),
            Err(error) => Attempt::failed(format!("the command cannot be waited for: {error}")),
        }
    }
}

fn ended(status: ExitStatus, stdout: String) -> Attempt {
    if status.success() {
        return Attempt::Taken(stdout);
    }
    Attempt::failed(match status.code() {
        Some(code) => format!("the command exited with status {code}"),
        None => "the command was ended by a signal".to_owned(),
    })
}

/// What may stand in an environment.
fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
