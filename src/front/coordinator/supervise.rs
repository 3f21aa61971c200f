//! The supervisor: a process of its own for each agent, which outlives a coordinator that is
//! killed.
//!
//! It starts the agent in a process group of its own, writes what it prints to the log, ends the
//! group when it is asked to or when nobody renews the lease any more, and leaves word how the
//! agent ended. Its working directory is the folder of the run, so that it finds it also where
//! the repository is moved meanwhile.

use std::ffi::{OsStr, OsString};
use std::io::{self, PipeReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::log::Log;
use super::run::{End, RunDir, Work, Worker};
use crate::process::job::{self, Identity, Job, Started};

/// How long it waits for the lock of the folder, which others only look at.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it looks whether the agent ended: at first, and at last.
const POLL: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(100));
/// How long output is waited for that may still be in the pipe when the agent has ended.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// What a shell says where there is no such command, or it cannot be run.
const NO_COMMAND: [(i32, &str); 2] =
    [(127, "the shell found no such command"), (126, "the command is not executable")];

/// Runs what the working directory says is to be run.
pub(crate) fn supervise() -> io::Result<()> {
    let run = RunDir::new(".".into());
    let asked = Arc::new(AtomicBool::new(false));
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&asked))?;
    }
    let started = Instant::now();
    let _lock = loop {
        match run.try_lock()? {
            Some(lock) => break lock,
            None if started.elapsed() > PATIENCE => return Ok(()),
            None => std::thread::sleep(POLL.0),
        }
    };
    // Whoever has taken over from the coordinator may have removed it all.
    let Some(work) = run.spec().and_then(|spec| spec.work) else { return Ok(()) };
    if run.end().is_some() {
        return Ok(());
    }
    let end = match start(&run, &work) {
        Ok((agent, output)) => watch(&run, &work, agent, &output, &asked)?,
        Err(error) => End { not_run: Some(format!("{}: {error}", work.command[0])), ..End::default() },
    };
    run.write_end(&end)
}

/// Starts the agent; what is told at the end of its output.
fn start(run: &RunDir, work: &Work) -> io::Result<(Started, Receiver<()>)> {
    let mut log = Log::open(&work.log)?;
    log.write(format!("=== {}\n", work.heading).as_bytes());
    let (reader, writer) = io::pipe()?;
    let args: Vec<OsString> = work.command[1..].iter().map(OsString::from).collect();
    let job = Job {
        name: OsStr::new(&work.command[0]),
        args: &args,
        dir: &work.dir,
        environment: &work.environment,
        stdin: Some(run.stdin()?),
        output: Some(Stdio::from(writer.try_clone()?)),
        errors: Some(Stdio::from(writer)),
    };
    let agent = job.start()?;
    let worker = Worker { agent: Identity::of(agent.id()), supervisor: std::process::id().cast_signed() };
    if let Err(error) = run.write_worker(&worker) {
        job::end_group(agent.id());
        return Err(error);
    }
    Ok((agent, copy(reader, log)))
}

/// Copies what the agent prints to the log, until nobody can print any more.
fn copy(mut reader: PipeReader, mut log: Log) -> Receiver<()> {
    let (done, ended) = mpsc::channel();
    std::thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(read @ 1..) = reader.read(&mut buffer) {
            log.write(&buffer[..read]);
        }
        // Nobody may be waiting any more.
        done.send(()).unwrap_or_default();
    });
    ended
}

/// Waits for the end of the agent, and brings it about where it must end.
fn watch(
    run: &RunDir,
    work: &Work,
    mut agent: Started,
    output: &Receiver<()>,
    asked: &AtomicBool,
) -> io::Result<End> {
    let started = Instant::now();
    let grace = Duration::from_millis(work.grace_millis);
    let mut lease = Lease::new(Duration::from_millis(work.lease_millis));
    let mut end = End::default();
    let mut asked_at = None;
    let status = loop {
        if let Some(status) = agent.try_wait()? {
            break status;
        }
        end.lease_ran_out |= asked_at.is_none() && lease.ran_out(run);
        if asked_at.is_none() && (end.lease_ran_out || asked.load(Ordering::Relaxed)) {
            end.stopped = true;
            asked_at = Some(Instant::now());
            job::ask_group_to_end(agent.id());
        }
        if asked_at.is_some_and(|at| at.elapsed() >= grace) {
            job::end_group(agent.id());
        }
        std::thread::sleep((started.elapsed() / 16).clamp(POLL.0, POLL.1));
    };
    // Whatever it left running in its group goes too.
    job::end_group(agent.id());
    // What has left the group may keep the pipe open for ever.
    output.recv_timeout(LAST_WORDS).unwrap_or_default();
    end.code = status.code();
    end.signal = status.signal();
    end.not_run = no_command(work, status).filter(|_| !end.stopped);
    Ok(end)
}

/// Why the command was not run, if the shell says so.
fn no_command(work: &Work, status: ExitStatus) -> Option<String> {
    let code = status.code().filter(|_| work.is_shell)?;
    NO_COMMAND.iter().find(|(known, _)| *known == code).map(|(_, reason)| (*reason).to_owned())
}

/// How often it is looked whether the lease was renewed.
const LEASE_POLL: Duration = Duration::from_millis(500);

/// The lease, by the clock that nobody sets.
struct Lease {
    lasts: Duration,
    renewals: u64,
    renewed: Instant,
    looked: Instant,
}

impl Lease {
    fn new(lasts: Duration) -> Self {
        let now = Instant::now();
        Self { lasts, renewals: 0, renewed: now, looked: now }
    }

    fn ran_out(&mut self, run: &RunDir) -> bool {
        if self.looked.elapsed() < LEASE_POLL {
            return false;
        }
        self.looked = Instant::now();
        let renewals = run.renewals();
        if renewals != self.renewals {
            (self.renewals, self.renewed) = (renewals, self.looked);
        }
        self.renewed.elapsed() >= self.lasts
    }
}

/// Where a supervisor is started, seen from its folder: the log.
pub(crate) fn log_from_run(log: &Path) -> std::path::PathBuf {
    let name = log.file_name().unwrap_or_default();
    Path::new("../../logs").join(name)
}
