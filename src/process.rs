//! Running other programs: the only place that spawns.
//!
//! A program runs in a process group of its own, with a time limit and, unless it is fed,
//! without standard input; what it prints is captured up to a limit, and the rest is read
//! and dropped so that it never blocks on a full pipe.

#[cfg(feature = "coordinator")]
pub(crate) mod job;

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

/// How long a program may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(2);
/// How often it is looked whether a program ended: at first, and at last.
const POLL: (Duration, Duration) = (Duration::from_micros(500), Duration::from_millis(10));
/// The part of the time it has run that may pass until its end is noticed.
const LATENESS: u32 = 16;

/// How long a program may run.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    /// So long in all.
    Total(Duration),
    /// So long without printing anything.
    Silence(Duration),
}

/// How a program ended.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Its exit status; none if it was stopped for taking too long or not being wanted.
    pub(crate) status: Option<ExitStatus>,
    /// The end of what it printed on standard output.
    pub(crate) stdout: String,
    /// The end of what it printed on standard error.
    pub(crate) stderr: String,
}

/// A program to run.
pub(crate) struct Program<'a> {
    /// Its name or path.
    pub(crate) name: &'a OsStr,
    /// Its arguments.
    pub(crate) args: &'a [&'a str],
    /// Where it runs.
    pub(crate) dir: &'a Path,
    /// Variables set in its environment, or (none) removed from it.
    pub(crate) environment: &'a [(&'a str, Option<String>)],
    /// Whether it may ask the person at the terminal: then it stays in the terminal's
    /// process group.
    pub(crate) interactive: bool,
    /// Whether what it prints on standard error is also shown at once.
    pub(crate) show_errors: bool,
}

/// A program that runs where the person at the terminal sees and answers it.
#[cfg(feature = "cli")]
pub(crate) struct OnTerminal(Child);

#[cfg(feature = "cli")]
impl OnTerminal {
    /// Waits for the program to end.
    pub(crate) fn wait(mut self) -> io::Result<ExitStatus> {
        self.0.wait()
    }
}

/// A program that runs.
pub(crate) struct Running {
    child: Child,
    has_group: bool,
    started: Instant,
    /// Milliseconds from the start to the last output.
    heard: Arc<AtomicU64>,
    stdout: JoinHandle<Vec<u8>>,
    stderr: JoinHandle<Vec<u8>>,
}

impl Program<'_> {
    /// Starts the program; of what it prints the last `keep` bytes of each stream are kept.
    pub(crate) fn start(&self, keep: usize) -> io::Result<Running> {
        self.spawn(keep, Stdio::null())
    }

    /// The same, with something to read. The program is told of the end of it by dropping
    /// the pipe, which must happen before it is waited for.
    pub(crate) fn start_fed(&self, keep: usize) -> io::Result<(Running, ChildStdin)> {
        let mut running = self.spawn(keep, Stdio::piped())?;
        let stdin = running.child.stdin.take().expect("it is piped");
        Ok((running, stdin))
    }

    /// Starts the program at the terminal, with something to read. It is told of the end of
    /// that by dropping the pipe.
    #[cfg(feature = "cli")]
    pub(crate) fn start_on_terminal(&self) -> io::Result<(OnTerminal, ChildStdin)> {
        let mut child = self.command().stdin(Stdio::piped()).spawn()?;
        let stdin = child.stdin.take().expect("it is piped");
        Ok((OnTerminal(child), stdin))
    }

    /// Starts the program and leaves it to itself: nobody waits for it or hears of it, and
    /// it outlives this process and its terminal.
    pub(crate) fn start_detached(&self) -> io::Result<()> {
        let mut command = self.command();
        // No pipe or terminal is kept open, and no signal of a terminal reaches its group.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        // A process that lives on must collect its children; otherwise the system does.
        std::thread::spawn(move || child.wait());
        Ok(())
    }

    /// Runs a program that a person works with, such as an editor, at the terminal of this
    /// process. Standard output is for results, so what it shows goes to standard error where
    /// that is elsewhere.
    #[cfg(feature = "cli")]
    pub(crate) fn run_for_person(&self) -> io::Result<ExitStatus> {
        let mut command = self.command();
        if !io::IsTerminal::is_terminal(&io::stdout()) {
            command.stdout(io::stderr());
        }
        command.status()
    }

    fn spawn(&self, keep: usize, stdin: Stdio) -> io::Result<Running> {
        let mut command = self.command();
        command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().expect("it is piped");
        let stderr = child.stderr.take().expect("it is piped");
        let started = Instant::now();
        let heard = Arc::new(AtomicU64::new(0));
        let hear = || Hear { started, heard: Arc::clone(&heard) };
        let stdout = keep_tail(stdout, keep, hear(), false);
        let stderr = keep_tail(stderr, keep, hear(), self.show_errors);
        Ok(Running { child, has_group: !self.interactive, started, heard, stdout, stderr })
    }

    #[expect(clippy::disallowed_methods, reason = "this module is the one that spawns")]
    fn command(&self) -> Command {
        let mut command = Command::new(self.name);
        command.args(self.args).current_dir(self.dir);
        if !self.interactive {
            command.process_group(0);
        }
        for (name, value) in self.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }
}

impl Running {
    /// Waits for the program to end, as long as `limit` allows, then stops it and all it
    /// started.
    pub(crate) fn finish(self, limit: Limit) -> io::Result<Finished> {
        self.finish_while(limit, || true)
    }

    /// The same, and stops it as soon as it is not wanted any more.
    pub(crate) fn finish_while(mut self, limit: Limit, is_wanted: impl Fn() -> bool) -> io::Result<Finished> {
        let status = self.wait(limit, is_wanted)?;
        // Whatever it left running in the background goes too; it would hold the pipes open.
        if self.has_group {
            self.stop(Signal::SIGKILL);
        }
        let text = |tail: JoinHandle<Vec<u8>>| {
            let bytes = tail.join().unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Ok(Finished { status, stdout: text(self.stdout), stderr: text(self.stderr) })
    }

    fn wait(&mut self, limit: Limit, is_wanted: impl Fn() -> bool) -> io::Result<Option<ExitStatus>> {
        if let Some(status) = self.wait_until(|running| running.is_over(limit) || !is_wanted())? {
            return Ok(Some(status));
        }
        self.stop(Signal::SIGTERM);
        let deadline = Instant::now() + GRACE;
        if self.wait_until(|_| Instant::now() >= deadline)?.is_none() {
            self.stop(Signal::SIGKILL);
            self.child.wait()?;
        }
        Ok(None)
    }

    fn is_over(&self, limit: Limit) -> bool {
        let elapsed = self.started.elapsed();
        match limit {
            Limit::Total(limit) => elapsed >= limit,
            Limit::Silence(limit) => {
                let heard = Duration::from_millis(self.heard.load(Ordering::Relaxed));
                elapsed.saturating_sub(heard) >= limit
            }
        }
    }

    fn wait_until(&mut self, is_over: impl Fn(&Self) -> bool) -> io::Result<Option<ExitStatus>> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Some(status));
            }
            if is_over(self) {
                return Ok(None);
            }
            std::thread::sleep((self.started.elapsed() / LATENESS).clamp(POLL.0, POLL.1));
        }
    }

    fn stop(&self, signal: Signal) {
        let Ok(id) = i32::try_from(self.child.id()) else { return };
        let id = Pid::from_raw(id);
        // It may have ended by itself, which is as good.
        if self.has_group { killpg(id, signal) } else { kill(id, signal) }.unwrap_or_default();
    }
}

/// Notes when something was heard of a program.
struct Hear {
    started: Instant,
    heard: Arc<AtomicU64>,
}

impl Hear {
    fn now(&self) {
        let elapsed = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.heard.fetch_max(elapsed, Ordering::Relaxed);
    }
}

/// What a terminal prints without obeying it: programs pass on what others far away say.
fn harmless(bytes: &[u8]) -> Vec<u8> {
    let is_harmless = |c: char| !c.is_control() || ['\n', '\r', '\t'].contains(&c);
    let text = String::from_utf8_lossy(bytes);
    text.chars().map(|c| if is_harmless(c) { c } else { '?' }).collect::<String>().into_bytes()
}

fn keep_tail(
    mut pipe: impl Read + Send + 'static,
    keep: usize,
    hear: Hear,
    show: bool,
) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut tail = Vec::new();
        let mut buffer = [0; 8192];
        while let Ok(read @ 1..) = pipe.read(&mut buffer) {
            hear.now();
            if show {
                // Nobody is told less for a terminal that went away.
                io::stderr().write_all(&harmless(&buffer[..read])).unwrap_or_default();
            }
            tail.extend_from_slice(&buffer[..read]);
            let excess = tail.len().saturating_sub(keep);
            tail.drain(..excess);
        }
        tail
    })
}
