//! Starting a coordinator in the background, and stopping one.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::Error;
use super::place::{self, Place};
use crate::ops::Places;
use crate::process::job::Job;

/// How often it is looked whether it has started or stopped.
const POLL: Duration = Duration::from_millis(30);

/// A coordinator in the background.
pub(crate) struct Detached {
    /// Its process.
    pub(crate) pid: i32,
    /// The file that has what it says.
    pub(crate) log: PathBuf,
}

/// Starts `program` with `args`, which is to become the coordinator of the clone, and waits until
/// it is or has failed.
pub(crate) fn detach(places: &Places, program: &Path, args: &[String]) -> Result<Detached, Error> {
    let place = Place::new(&places.private_dir);
    place.create()?;
    // Told here, where somebody listens.
    drop(place.lock()?);
    let path = place.own_log();
    let log = OpenOptions::new().create(true).append(true).open(&path).map_err(Error::io("open", &path))?;
    let said_before = log.metadata().map_or(0, |meta| meta.len());
    let clone = log.try_clone().map_err(Error::io("open", &path))?;
    let args: Vec<_> = args.iter().map(std::ffi::OsString::from).collect();
    let job = Job {
        name: program.as_os_str(),
        args: &args,
        // What the environment says may be seen from here.
        dir: Path::new("."),
        environment: &[],
        stdin: None,
        output: Some(Stdio::from(clone)),
        errors: Some(Stdio::from(log)),
    };
    let mut started = job.start().map_err(Error::io("start", program))?;
    loop {
        let pid = started.id();
        if place.holder().is_some_and(|holder| holder.pid == Some(pid)) {
            return Ok(Detached { pid, log: path });
        }
        if !matches!(started.try_wait(), Ok(None)) {
            let reason = last_error(&path, said_before);
            return Err(Error::NotStarted { reason, log: path });
        }
        std::thread::sleep(POLL);
    }
}

/// What was said last in a log, from a place on.
fn last_error(log: &Path, from: u64) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let said = bytes.get(usize::try_from(from).unwrap_or(usize::MAX)..).unwrap_or_default();
    let said = String::from_utf8_lossy(said);
    let error = said.lines().rev().find_map(|line| line.strip_prefix("error: "));
    error.or_else(|| said.lines().last()).unwrap_or("it said nothing").to_owned()
}

/// What is asked of a coordinator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StopRequest {
    /// Stop running work and give it back, rather than let it end.
    pub(crate) now: bool,
    /// How long to wait until it has stopped; for ever where absent.
    pub(crate) patience: Option<Duration>,
}

/// Asks the coordinator of a clone to stop, and waits until it has; its process, if it said so.
pub(crate) fn stop(places: &Places, request: StopRequest) -> Result<Option<i32>, Error> {
    let place = Place::new(&places.private_dir);
    let holder = place.holder().ok_or(Error::NotRunning)?;
    let path = place.stop();
    let wish: &[u8] = if request.now { b"now\n" } else { b"drain\n" };
    place::write(&path, wish).map_err(Error::io("write", &path))?;
    let asked = Instant::now();
    while place.holder().is_some_and(|now| now.pid == holder.pid) {
        if request.patience.is_some_and(|patience| asked.elapsed() >= patience) {
            return match request.patience {
                Some(patience) if !patience.is_zero() => Err(Error::NotStopped { secs: patience.as_secs() }),
                _ => Ok(holder.pid),
            };
        }
        std::thread::sleep(POLL);
    }
    Ok(holder.pid)
}
