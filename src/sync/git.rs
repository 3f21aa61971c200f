//! The one place that runs git.

use std::ffi::OsStr;
use std::time::Duration;

use super::{Error, Network};
use crate::process::{Finished, Limit, Program};
use crate::store::{CommitId, Remote, Repo};

/// How much of what git printed is kept: a line for each claim on the remote.
const KEEP_BYTES: usize = 16 << 20;

/// Settings that would make git do more, less or other than it is asked to.
const SETTINGS: [&str; 11] = [
    "core.hooksPath=/dev/null",
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
];

/// The way from a repository to one of its remotes.
pub(crate) struct Transport<'a> {
    pub(super) repo: &'a Repo,
    pub(super) remote: &'a Remote,
    pub(super) network: Network,
}

impl<'a> Transport<'a> {
    pub(crate) fn new(repo: &'a Repo, remote: &'a Remote, network: Network) -> Self {
        Self { repo, remote, network }
    }

    /// Changes how long the remote may stay silent.
    pub(crate) fn set_timeout(&mut self, timeout: Duration) {
        self.network.timeout = timeout;
    }

    /// The last commit that both have in their history; none if the histories are unrelated
    /// or what they share is not in this clone.
    pub(crate) fn merge_base(&self, one: CommitId, other: CommitId) -> Result<Option<CommitId>, Error> {
        let (one, other) = (one.to_string(), other.to_string());
        let finished = self.git(&["merge-base", &one, &other], false)?;
        match finished.status.and_then(|status| status.code()) {
            Some(0) => Ok(finished.stdout.lines().next().and_then(|line| line.parse().ok())),
            Some(1) => Ok(None),
            _ => Err(Error::Local { command: "merge-base", reason: last_words(&finished.stderr) }),
        }
    }

    /// Notes what the remote has now, after it said so: moves (`Some`) and deletes (`None`)
    /// references that say what it has.
    pub(crate) fn note(&self, updates: &[(String, Option<CommitId>)]) -> Result<(), Error> {
        for (name, value) in updates {
            let value = value.map(|id| id.to_string());
            let args = match &value {
                Some(id) => ["update-ref", "--no-deref", name, id],
                None => ["update-ref", "--no-deref", "-d", name],
            };
            let finished = self.git(&args, false)?;
            if !finished.status.is_some_and(|status| status.success()) {
                return Err(Error::Local { command: "update-ref", reason: last_words(&finished.stderr) });
            }
        }
        Ok(())
    }

    /// Runs git in the repository. `talks` says that it talks to the remote.
    pub(super) fn git(&self, args: &[&str], talks: bool) -> Result<Finished, Error> {
        let mirror = format!("remote.{}.mirror=false", self.remote.name);
        let mut all: Vec<&str> = Vec::with_capacity(args.len() + 2 * SETTINGS.len() + 2);
        for setting in SETTINGS.into_iter().chain([mirror.as_str()]) {
            all.extend(["-c", setting]);
        }
        all.extend(args);
        let interactive = talks && self.network.interactive;
        let mut environment = environment(self.repo);
        if !interactive {
            environment.push(("GIT_TERMINAL_PROMPT", Some("0".to_owned())));
            environment.push(("GCM_INTERACTIVE", Some("never".to_owned())));
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
        let finished = program
            .start(KEEP_BYTES)
            .and_then(|running| running.finish(limit))
            .map_err(|source| Error::NoGit { source })?;
        if finished.status.is_none() {
            return Err(Error::TimedOut { remote: self.remote.name.clone(), limit: self.network.timeout });
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

/// Why git failed, as it said: on one line.
pub(super) fn last_words(stderr: &str) -> String {
    let lines: Vec<&str> =
        stderr.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()).collect();
    let telling: Vec<&str> =
        lines.iter().copied().filter(|line| !NOISE.iter().any(|noise| line.starts_with(noise))).collect();
    let find = |start: &[&str]| telling.iter().find(|line| start.iter().any(|start| line.starts_with(start)));
    let remote = find(&["remote: "]);
    let cause = find(&["fatal: ", "error: "]);
    let words = [remote, cause].into_iter().flatten().copied().collect::<Vec<_>>().join("; ");
    let words = match (words.as_str(), telling.last(), lines.last()) {
        ("", Some(last), _) | ("", None, Some(last)) => (*last).to_owned(),
        ("", None, None) => "it did not say why".to_owned(),
        _ => words,
    };
    words.replace("fatal: ", "").replace("error: ", "").replace("remote: ", "")
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(last_words(""), "it did not say why");
    }
}
