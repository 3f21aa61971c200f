//! Showing results that are longer than the terminal through the user's pager.
//!
//! - What fits is printed as if there were no pager, once it is complete.
//! - A person who leaves the pager early has seen enough: that is no error.
//! - Where the pager cannot be started, the result is printed.

use std::ffi::OsStr;
use std::io::{self, Stdout, Write};
use std::path::Path;
use std::process::ChildStdin;
use std::sync::Arc;

use signal_hook::consts::{SIGINT, SIGQUIT};
use signal_hook::flag;

use super::ui::Sink;
use crate::process::{OnTerminal, Program};

/// What a shell exits with that could not start a program.
const NOT_STARTED: [i32; 2] = [126, 127];
/// A program that takes nothing has read nothing of what is no longer than this.
const UNREAD: usize = 64 << 10;

/// How a pager is started.
pub(crate) struct Pager {
    /// Finds the command for a shell, if one is wanted.
    pub(crate) find: Box<dyn FnOnce() -> Option<String> + Send>,
    /// What is set in its environment.
    pub(crate) environment: Vec<(&'static str, Option<String>)>,
}

/// Standard output on a terminal of some columns and rows, with a pager for what is longer.
pub(super) struct Paged {
    out: Stdout,
    size: (usize, usize),
    pager: Option<Pager>,
    /// What was written, as far as it may have to be written once more.
    held: Vec<u8>,
    way: Way,
}

/// Which way results go.
enum Way {
    /// It depends on how long they become.
    Open,
    /// To the terminal.
    Plain,
    /// To the pager.
    Pager(OnTerminal, ChildStdin),
}

impl Paged {
    pub(super) fn new(size: (usize, usize), pager: Pager) -> Self {
        Self { out: io::stdout(), size, pager: Some(pager), held: Vec::new(), way: Way::Open }
    }

    /// Starts the pager and gives it what is there, if there is one.
    fn start(&mut self) -> io::Result<()> {
        let started = self.pager.take().and_then(|pager| {
            let command = (pager.find)().filter(|command| !["", "cat"].contains(&command.trim()))?;
            let program = Program {
                name: OsStr::new("sh"),
                args: &["-c", &command],
                dir: Path::new("."),
                environment: &pager.environment,
                interactive: true,
                show_errors: false,
            };
            program.start_on_terminal().ok()
        });
        let Some((pager, stdin)) = started else { return self.print() };
        // Keys that stop a program are the pager's affair now.
        for signal in [SIGINT, SIGQUIT] {
            flag::register(signal, Arc::default())?;
        }
        self.way = Way::Pager(pager, stdin);
        let held = std::mem::take(&mut self.held);
        self.feed(&held)
    }

    /// Gives the pager something to show.
    fn feed(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.held.len() <= UNREAD {
            self.held.extend_from_slice(bytes);
        }
        let Way::Pager(_, stdin) = &mut self.way else { return self.print() };
        match stdin.write_all(bytes) {
            Err(error) if self.leave()? => Err(error),
            _ => Ok(()),
        }
    }

    /// Waits until nobody looks at the pager any more, and prints what it was given if there was
    /// none. Whether there was one.
    fn leave(&mut self) -> io::Result<bool> {
        let Way::Pager(pager, stdin) = std::mem::replace(&mut self.way, Way::Plain) else { return Ok(false) };
        drop(stdin);
        let code = pager.wait()?.code();
        let was_there = !code.is_some_and(|code| NOT_STARTED.contains(&code));
        if !was_there {
            self.print()?;
        }
        Ok(was_there)
    }

    fn print(&mut self) -> io::Result<()> {
        self.way = Way::Plain;
        self.out.write_all(&std::mem::take(&mut self.held))?;
        self.out.flush()
    }
}

impl Write for Paged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.way {
            Way::Plain => return self.out.write(bytes),
            Way::Pager(..) => self.feed(bytes)?,
            Way::Open => {
                self.held.extend_from_slice(bytes);
                if rows(&self.held, self.size.0) >= self.size.1 {
                    self.start()?;
                }
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if matches!(self.way, Way::Plain) { self.out.flush() } else { Ok(()) }
    }
}

impl Sink for Paged {
    fn finish(&mut self) -> io::Result<()> {
        match self.way {
            Way::Open => self.print(),
            Way::Plain => self.out.flush(),
            Way::Pager(..) => self.leave().map(drop),
        }
    }
}

/// The rows that a result takes on a terminal of `columns`.
fn rows(result: &[u8], columns: usize) -> usize {
    let text = String::from_utf8_lossy(result);
    let text = anstream::adapter::strip_str(&text).to_string();
    text.lines().map(|line| line.chars().count().div_ceil(columns.max(1)).max(1)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_what_a_terminal_shows() {
        assert_eq!(rows(b"", 80), 0);
        assert_eq!(rows(b"one\n\nthree\n", 80), 3);
        assert_eq!(rows(b"\x1b[1m12345678\x1b[0m\n123456789\n", 8), 3);
    }
}
