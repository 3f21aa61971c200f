//! Running other programs: the only place that spawns.
//!
//! A program runs in a process group of its own, with a time limit and without standard
//! input; what it prints is captured up to a limit, and the rest is read and dropped so
//! that it never blocks on a full pipe.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// How long a program may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_millis(10);

/// How a program ended.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Its exit status; none if it was stopped for taking too long.
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
}

/// A program that runs.
pub(crate) struct Running {
    child: Child,
    stdout: JoinHandle<Vec<u8>>,
    stderr: JoinHandle<Vec<u8>>,
}

impl Program<'_> {
    /// Starts the program; of what it prints the last `keep` bytes of each stream are kept.
    #[expect(clippy::disallowed_methods, reason = "this module is the one that spawns")]
    pub(crate) fn start(&self, keep: usize) -> io::Result<Running> {
        let mut command = Command::new(self.name);
        command.args(self.args).current_dir(self.dir).process_group(0);
        for (name, value) in self.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().expect("it is piped");
        let stderr = child.stderr.take().expect("it is piped");
        Ok(Running { child, stdout: keep_tail(stdout, keep), stderr: keep_tail(stderr, keep) })
    }
}

impl Running {
    /// Waits for the program to end, at most `limit`, then stops it and all it started.
    pub(crate) fn finish(mut self, limit: Duration) -> io::Result<Finished> {
        let status = wait(&mut self.child, limit)?;
        // Whatever it left running in the background goes too; it would hold the pipes open.
        stop(&self.child, Signal::SIGKILL);
        let text = |tail: JoinHandle<Vec<u8>>| {
            let bytes = tail.join().unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Ok(Finished { status, stdout: text(self.stdout), stderr: text(self.stderr) })
    }
}

fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    if let Some(status) = wait_until(child, Instant::now() + limit)? {
        return Ok(Some(status));
    }
    stop(child, Signal::SIGTERM);
    if wait_until(child, Instant::now() + GRACE)?.is_none() {
        stop(child, Signal::SIGKILL);
        child.wait()?;
    }
    Ok(None)
}

fn wait_until(child: &mut Child, deadline: Instant) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        std::thread::sleep(POLL);
    }
}

fn stop(child: &Child, signal: Signal) {
    if let Ok(id) = i32::try_from(child.id()) {
        // It may have ended by itself, which is as good.
        killpg(Pid::from_raw(id), signal).unwrap_or_default();
    }
}

fn keep_tail(mut pipe: impl Read + Send + 'static, keep: usize) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut tail = Vec::new();
        let mut buffer = [0; 8192];
        while let Ok(read @ 1..) = pipe.read(&mut buffer) {
            tail.extend_from_slice(&buffer[..read]);
            let excess = tail.len().saturating_sub(keep);
            tail.drain(..excess);
        }
        tail
    })
}
