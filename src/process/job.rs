//! Programs that may outlive whoever started them: what is known of one is its process id,
//! and that it is still the same process.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

/// A program that is started in a process group of its own and not waited for.
pub(crate) struct Job<'a> {
    /// Its name or path.
    pub(crate) name: &'a OsStr,
    /// Its arguments.
    pub(crate) args: &'a [OsString],
    /// Where it runs.
    pub(crate) dir: &'a Path,
    /// Variables set in its environment.
    pub(crate) environment: &'a [(String, String)],
    /// What it reads; nothing where absent.
    pub(crate) stdin: Option<File>,
    /// Where both its output streams go; nowhere where absent.
    pub(crate) output: Option<Stdio>,
    /// Where its errors go instead, if elsewhere.
    pub(crate) errors: Option<Stdio>,
}

/// A job that was started. It goes on when this is dropped.
#[derive(Debug)]
pub(crate) struct Started(Child);

impl Job<'_> {
    /// Starts the program.
    #[expect(clippy::disallowed_methods, reason = "this module is one of those that spawn")]
    pub(crate) fn start(self) -> io::Result<Started> {
        let stdin = self.stdin.map_or_else(Stdio::null, Stdio::from);
        let mut command = Command::new(self.name);
        command
            .args(self.args)
            .current_dir(self.dir)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(stdin)
            .stdout(self.output.unwrap_or_else(Stdio::null))
            .stderr(self.errors.unwrap_or_else(Stdio::null))
            .process_group(0);
        command.spawn().map(Started)
    }
}

impl Started {
    /// Its process id, which is also that of its group.
    pub(crate) fn id(&self) -> i32 {
        self.0.id().cast_signed()
    }

    /// How it ended, if it did.
    pub(crate) fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        self.0.try_wait()
    }
}

/// Tells a process from every other, also from one that has its id later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// The process id.
    pub(crate) pid: i32,
    /// When it was started, in the system's own count; absent where the system does not say.
    started: Option<u64>,
    /// The run of the system that counts; absent where the system does not say.
    boot: Option<String>,
}

impl Identity {
    /// The process that has this id now.
    pub(crate) fn of(pid: i32) -> Self {
        Self { pid, started: started(pid), boot: boot() }
    }

    /// Whether this very process runs. Where the system does not say, nothing is known to be.
    pub(crate) fn is_alive(&self) -> bool {
        self.started.is_some() && started(self.pid) == self.started && boot() == self.boot
    }

    /// Whether the id may be that of a group which this process led and left.
    pub(crate) fn may_have_left_a_group(&self) -> bool {
        boot() == self.boot && started(self.pid).is_none_or(|now| Some(now) == self.started)
    }
}

/// When a process was started: the 22nd field, counted behind the name, which may hold
/// anything.
fn started(pid: i32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    // What has ended and only waits to be collected is not alive.
    let state = fields.next()?;
    (state != "Z").then(|| fields.nth(18)?.parse().ok())?
}

fn boot() -> Option<String> {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned())
}

/// Asks a process to end.
pub(crate) fn ask_to_end(pid: i32) {
    // It may have ended by itself, which is as good; here and below.
    kill(Pid::from_raw(pid), Signal::SIGTERM).unwrap_or_default();
}

/// Asks all processes of a group to end.
pub(crate) fn ask_group_to_end(group: i32) {
    killpg(Pid::from_raw(group), Signal::SIGTERM).unwrap_or_default();
}

/// Ends a process.
pub(crate) fn end(pid: i32) {
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap_or_default();
}

/// Ends all processes of a group.
pub(crate) fn end_group(group: i32) {
    killpg(Pid::from_raw(group), Signal::SIGKILL).unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_told_from_another_with_its_id() {
        let mut job = Job {
            name: OsStr::new("sleep"),
            args: &["30".into()],
            dir: Path::new("."),
            environment: &[],
            stdin: None,
            output: None,
            errors: None,
        }
        .start()
        .unwrap();
        let identity = Identity::of(job.id());
        assert!(identity.is_alive());
        let earlier = Identity { started: identity.started.map(|at| at - 1), ..identity.clone() };
        assert!(!earlier.is_alive() && !earlier.may_have_left_a_group());
        let other_boot = Identity { boot: Some("another".to_owned()), ..identity.clone() };
        assert!(!other_boot.is_alive() && !other_boot.may_have_left_a_group());
        end_group(job.id());
        while job.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        assert!(!identity.is_alive() && identity.may_have_left_a_group());
    }
}
