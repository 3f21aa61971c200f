//! The one place that runs git.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::{Error, Network};
use crate::process::{Finished, Limit, Program};
use crate::store::{CommitId, Remote, RemoteLock, Repo};

/// How much of what git printed is kept: a line for each claim on the remote.
const KEEP_BYTES: usize = 16 << 20;

const NO_HOOKS: &str = "core.hooksPath=/dev/null";
/// Settings that would make git do more, less or other than it is asked to.
const SETTINGS: [&str; 14] = [
    NO_HOOKS,
    "gc.auto=0",
    "maintenance.auto=false",
    "protocol.ext.allow=never",
    "fetch.showForcedUpdates=true",
    "fetch.fsckObjects=true",
    "fetch.writeCommitGraph=false",
    "fetch.recurseSubmodules=false",
    "push.gpgSign=false",
    "push.followTags=false",
    "advice.pushUpdateRejected=false",
    // What it prints is read by a program, and shown without colour.
    "color.push=never",
    "color.remote=never",
    "color.transport=never",
];

/// Variables without which nobody is asked for anything.
fn unasked() -> [(&'static str, Option<String>); 2] {
    [("GIT_TERMINAL_PROMPT", Some("0".to_owned())), ("GCM_INTERACTIVE", Some("never".to_owned()))]
}

/// Arguments after settings that hold for them only.
fn with_settings<'s>(settings: impl IntoIterator<Item = &'s str>, args: &[&'s str]) -> Vec<&'s str> {
    let settings = settings.into_iter().flat_map(|setting| ["-c", setting]);
    settings.chain(args.iter().copied()).collect()
}

/// A git command that talks to no remote.
fn local<'a>(
    args: &'a [&'a str],
    dir: &'a Path,
    environment: &'a [(&'static str, Option<String>)],
) -> Program<'a> {
    Program { name: OsStr::new("git"), args, dir, environment, interactive: false, show_errors: false }
}

/// Starts a git command that works on `repo` by itself, hooks off. Nobody waits for it.
pub(super) fn start_detached(repo: &Repo, settings: &[&str], args: &[&str]) -> io::Result<()> {
    let args = with_settings(settings.iter().copied().chain([NO_HOOKS]), args);
    let mut environment = environment(repo);
    environment.extend(unasked());
    environment.push(("GIT_NO_LAZY_FETCH", Some("1".to_owned())));
    local(&args, &repo.work_dir(), &environment).start_detached()
}

/// What `git version` says.
pub(super) fn version_text(repo: &Repo, limit: Duration) -> Result<String, Error> {
    let running = local(&["version"], &repo.work_dir(), &environment(repo)).start(KEEP_BYTES);
    let finished = running.and_then(|running| running.finish(Limit::Total(limit)));
    finished.map(|finished| finished.stdout).map_err(|source| Error::NoGit { source })
}

/// What git has for one of its own variables.
pub(super) fn variable(repo: &Repo, name: &str, limit: Duration) -> Option<String> {
    let running = local(&["var", name], &repo.work_dir(), &environment(repo)).start(KEEP_BYTES).ok()?;
    let finished = running.finish(Limit::Total(limit)).ok()?;
    let is_known = finished.status.is_some_and(|status| status.success());
    is_known.then(|| finished.stdout.trim_end_matches('\n').to_owned())
}

/// The way from a repository to one of its remotes.
pub(crate) struct Transport<'a> {
    pub(super) repo: &'a Repo,
    pub(super) remote: &'a Remote,
    pub(super) network: Network,
    gives_up: Arc<dyn Fn() -> bool + Send + Sync>,
}

impl<'a> Transport<'a> {
    /// The remote is not waited for any longer once `gives_up` says so.
    pub(crate) fn new(
        repo: &'a Repo,
        remote: &'a Remote,
        network: Network,
        gives_up: Arc<dyn Fn() -> bool + Send + Sync>,
    ) -> Self {
        Self { repo, remote, network, gives_up }
    }

    /// Changes how long the remote may stay silent.
    pub(crate) fn set_timeout(&mut self, timeout: Duration) {
        self.network.timeout = timeout;
    }

    /// Notes what the remote has now, after it said so: moves (`Some`) and deletes (`None`)
    /// references that say what it has.
    pub(crate) fn note(
        &self,
        turn: &RemoteLock,
        updates: &[(String, Option<CommitId>)],
    ) -> Result<(), Error> {
        for (name, value) in updates {
            // Whatever is in the way, git can do it or say what it is.
            if !self.repo.note_tracking(turn, name, *value).unwrap_or(false) {
                self.update_ref(name, *value)?;
            }
        }
        Ok(())
    }

    fn update_ref(&self, name: &str, value: Option<CommitId>) -> Result<(), Error> {
        let value = value.map(|id| id.to_string());
        let args = match &value {
            Some(id) => ["update-ref", "--no-deref", name, id],
            None => ["update-ref", "--no-deref", "-d", name],
        };
        let finished = self.git(&args, false)?;
        if finished.status.is_some_and(|status| status.success()) {
            return Ok(());
        }
        Err(Error::Local { command: "update-ref", reason: last_words(&finished.stderr) })
    }

    /// Runs git in the repository. `talks` says that it talks to the remote.
    pub(super) fn git(&self, args: &[&str], talks: bool) -> Result<Finished, Error> {
        let mirror = format!("remote.{}.mirror=false", self.remote.name);
        let all = with_settings(SETTINGS.into_iter().chain([mirror.as_str()]), args);
        let interactive = talks && self.network.interactive;
        let mut environment = environment(self.repo);
        if !interactive {
            environment.extend(unasked());
        }
        let program = Program {
            name: OsStr::new("git"),
            args: &all,
            dir: &self.repo.work_dir(),
            environment: &environment,
            interactive,
            show_errors: talks && self.network.progress,
        };
        let limit = Limit::Silence(self.network.timeout);
        let mut finished = program
            .start(KEEP_BYTES)
            .and_then(|running| running.finish_while(limit, || !talks || !(self.gives_up)()))
            .map_err(|source| Error::NoGit { source })?;
        finished.stderr = without_progress(&finished.stderr);
        if finished.status.is_none() {
            let remote = self.remote.name.clone();
            return Err(if (self.gives_up)() {
                Error::GivenUp { remote }
            } else {
                Error::TimedOut { remote, limit: self.network.timeout }
            });
        }
        Ok(finished)
    }

    /// The error for a git command that failed without saying what became of each reference.
    pub(super) fn unreachable(&self, finished: &Finished) -> Error {
        let reason = last_words(&finished.stderr);
        if reason.contains("unknown option") || finished.stderr.contains("usage: git") {
            return Error::OldGit { reason };
        }
        Error::Unreachable { remote: self.remote.name.clone(), reason }
    }
}

/// What git is to know of where it runs.
pub(super) fn environment(repo: &Repo) -> Vec<(&'static str, Option<String>)> {
    vec![
        ("GIT_DIR", Some(repo.git_dir().to_string_lossy().into_owned())),
        // What git says is read by a program.
        ("LC_ALL", Some("C".to_owned())),
        ("LANGUAGE", None),
        ("GIT_TRACE", None),
        // Prepared elsewhere, they would apply to the user's own branches.
        ("GIT_INDEX_FILE", None),
        ("GIT_NAMESPACE", None),
    ]
}

/// Lines that only repeat that something failed.
const NOISE: [&str; 6] = [
    "error: failed to push some refs",
    "Please make sure",
    "and the repository exists",
    "hint:",
    "fatal: Could not read from remote repository",
    "fatal: the remote end hung up",
];

/// Makes git say how far it is even where nobody sees it: a remote that works is not silent.
pub(super) const PROGRESS: &str = "--progress";

/// What git calls the steps that it counts.
const STEPS: [&str; 9] = [
    "Enumerating objects",
    "Counting objects",
    "Compressing objects",
    "Writing objects",
    "Receiving objects",
    "Unpacking objects",
    "Resolving deltas",
    "Checking connectivity",
    "Delta compression using",
];

/// What git said besides how far it is.
fn without_progress(stderr: &str) -> String {
    let is_progress = |line: &str| {
        let line = line.trim_start_matches("remote: ");
        // Others than git count too, in other languages.
        let counts = |(_, count): (&str, &str)| count.split_once("% (").is_some_and(|(of, _)| is_number(of));
        STEPS.iter().any(|step| line.starts_with(step))
            || line.split_once(": ").is_some_and(counts)
            || line.strip_prefix("Total ").is_some_and(|rest| rest.contains(" (delta "))
    };
    let lines = stderr.split_inclusive(['\n', '\r']);
    lines.filter(|line| !is_progress(line)).collect()
}

fn is_number(text: &str) -> bool {
    let text = text.trim_start();
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Why git failed, as it said: on one line.
pub(super) fn last_words(stderr: &str) -> String {
    let lines: Vec<&str> =
        stderr.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()).collect();
    let telling: Vec<&str> =
        lines.iter().copied().filter(|line| !NOISE.iter().any(|noise| line.starts_with(noise))).collect();
    let find = |start: &[&str]| telling.iter().find(|line| start.iter().any(|start| line.starts_with(start)));
    let remote = find(&["remote: "]).map(|line| (*line).to_owned());
    let cause = find(&["fatal: ", "error: "]).map(|line| with_reason(line, &telling));
    let words = [remote, cause].into_iter().flatten().collect::<Vec<_>>().join("; ");
    let words = match (words.as_str(), telling.last(), lines.last()) {
        ("", Some(last), _) | ("", None, Some(last)) => (*last).to_owned(),
        ("", None, None) => "it did not say why".to_owned(),
        _ => words,
    };
    words.replace("fatal: ", "").replace("error: ", "").replace("remote: ", "")
}

/// A line that ends with a colon, and what the next one gives as the reason.
fn with_reason(line: &str, lines: &[&str]) -> String {
    let next = lines.iter().skip_while(|other| **other != line).nth(1);
    match next.filter(|_| line.ends_with(':')) {
        Some(next) => format!("{line} {}", next.rsplit_once("errno=").map_or(*next, |(_, reason)| reason)),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_git_is_is_no_reason() {
        let stderr = "Enumerating objects: 5, done.\nCounting objects:  20% (1/5)\rCounting objects: 100% (5/5), done.\n\
                      Delta compression using up to 2 threads\nWriting objects: 100% (3/3), 1.20 KiB | 1.20 MiB/s, done.\n\
                      Total 3 (delta 1), reused 0 (delta 0), pack-reused 0 (from 0)\n\
                      remote: Resolving deltas: 100% (1/1)        \rremote: L\u{f6}se Unterschiede auf: 50% (1/2)\r\
                      remote: quota used: 100% of 1 GB\nerror: failed to push some refs to 'x'\n";
        let rest = without_progress(stderr);
        assert_eq!(rest, "remote: quota used: 100% of 1 GB\nerror: failed to push some refs to 'x'\n");
        assert_eq!(last_words(&rest), "quota used: 100% of 1 GB");
    }

    #[test]
    fn the_reason_is_one_line_without_hints() {
        let stderr = "Cloning\nfatal: '/nowhere' does not appear to be a git repository\n\
                      fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\n\
                      and the repository exists.\n";
        assert_eq!(last_words(stderr), "'/nowhere' does not appear to be a git repository");
        let ssh = "ssh: connect to host x port 22: Connection refused\nfatal: Could not read from remote repository.\n";
        assert_eq!(last_words(ssh), "ssh: connect to host x port 22: Connection refused");
        assert_eq!(
            last_words("remote: quota exceeded\nerror: failed to push some refs to 'x'\n"),
            "quota exceeded"
        );
        let refused =
            "fatal: unable to connect to 127.0.0.1:\n127.0.0.1[0: 127.0.0.1]: errno=Connection refused\n\n";
        assert_eq!(last_words(refused), "unable to connect to 127.0.0.1: Connection refused");
        assert_eq!(last_words("fatal: and no more:\n"), "and no more:");
        assert_eq!(last_words(""), "it did not say why");
    }
}
