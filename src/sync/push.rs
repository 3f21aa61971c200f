//! Giving a remote what it shall have.

use std::collections::BTreeMap;

use super::Error;
use super::git::{PROGRESS, Transport, last_words};
use crate::store::CommitId;

/// What one reference of a remote shall become. The caller sees to it that nothing is lost
/// between `from` and `to`: a push with the right `from` moves it, whatever `to` is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PushSpec {
    /// The reference on the remote.
    pub(crate) name: String,
    /// Its new value; none deletes it.
    pub(crate) to: Option<CommitId>,
    /// What it must be still, or absent: whatever else it is, the push fails.
    pub(crate) from: Option<CommitId>,
}

/// What became of one reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pushed {
    /// The remote has what was pushed.
    Done,
    /// Somebody else moved it first.
    Lost {
        /// What the remote said.
        reason: String,
    },
    /// The remote would not take it, whatever it has.
    Refused {
        /// What the remote said.
        reason: String,
    },
}

/// The remote's side of a push, without a look at whether it should be tidied up, and without
/// asking which objects its references lead to a second time: it takes the new objects in
/// apart from the others, which git then looks for like those of another repository.
/// Two processes less of eight. Only where git starts it on this machine, by a shell.
const BRIEF_RECEIVER: &str = "--receive-pack=GIT_CONFIG_COUNT=2 \
     GIT_CONFIG_KEY_0=receive.autoGC GIT_CONFIG_VALUE_0=false \
     GIT_CONFIG_KEY_1=core.alternateRefsCommand GIT_CONFIG_VALUE_1=true git-receive-pack";

/// How git says that another push came first, or may have: only asking again can tell.
const LOST: [&str; 12] = [
    "stale info",
    "fetch first",
    "non-fast-forward",
    "needs force",
    "already exists",
    "cannot lock ref",
    "incorrect old value",
    "failed to update ref",
    "failed to lock",
    "remote ref updated since checkout",
    "atomic push failed",
    "atomic transaction failed",
];

impl Transport<'_> {
    /// Pushes all of `specs` in one go; `atomic`: all or none, where the remote can do that.
    /// The answer for each, in order. Without an answer for every one it is an error, and
    /// the remote must be asked.
    pub(crate) fn push(&self, specs: &[PushSpec], atomic: bool) -> Result<Vec<Pushed>, Error> {
        let refspecs: Vec<String> = specs
            .iter()
            .map(|spec| format!("{}:{}", spec.to.map(|id| id.to_string()).unwrap_or_default(), spec.name))
            .collect();
        let leases: Vec<String> = specs
            .iter()
            .map(|spec| {
                let from = spec.from.map(|id| id.to_string()).unwrap_or_default();
                format!("--force-with-lease={}:{from}", spec.name)
            })
            .collect();
        let mut args = vec![
            "push",
            "--porcelain",
            "--no-verify",
            "--no-follow-tags",
            "--recurse-submodules=no",
            "--no-force-if-includes",
            PROGRESS,
        ];
        args.extend(atomic.then_some("--atomic"));
        // Where only claims change, what the remote does besides is done with the tracker's
        // next push as well.
        let only_claims = specs.iter().all(|spec| spec.name != self.repo.remote_main_ref());
        args.extend((only_claims && self.remote.local.is_some()).then_some(BRIEF_RECEIVER));
        args.extend(leases.iter().map(String::as_str));
        args.extend(["--", &self.remote.name]);
        args.extend(refspecs.iter().map(String::as_str));
        let finished = self.git(&args, true)?;
        if atomic && finished.stderr.contains("does not support --atomic") {
            return self.push_in_turn(specs);
        }
        let answers: BTreeMap<&str, Pushed> =
            finished.stdout.lines().filter_map(|line| answer(line, &finished.stderr)).collect();
        let answers: Option<Vec<Pushed>> =
            specs.iter().map(|spec| answers.get(spec.name.as_str()).cloned()).collect();
        let succeeded = finished.status.is_some_and(|status| status.success());
        match answers {
            // Only with this line has the remote answered for all it was asked.
            Some(answers) if succeeded || finished.stdout.lines().any(|line| line == "Done") => Ok(answers),
            Some(answers) if answers.iter().any(|answer| *answer != Pushed::Done) => Ok(answers),
            _ if is_closed(&finished.stderr) => Err(Error::ReadOnly {
                remote: self.remote.name.clone(),
                reason: last_words(&finished.stderr),
            }),
            _ => Err(self.unreachable(&finished)),
        }
    }

    /// One after the other, each only if the one before was taken.
    fn push_in_turn(&self, specs: &[PushSpec]) -> Result<Vec<Pushed>, Error> {
        let mut answers: Vec<Pushed> = Vec::with_capacity(specs.len());
        for spec in specs {
            let stopped = answers.last().filter(|answer| **answer != Pushed::Done).cloned();
            let answer = match stopped {
                Some(answer) => answer,
                None => self.push(std::slice::from_ref(spec), false)?.remove(0),
            };
            answers.push(answer);
        }
        Ok(answers)
    }

    /// The error for a reference that the remote would not take.
    pub(crate) fn refused(&self, spec: &PushSpec, reason: String) -> Error {
        Error::Refused { remote: self.remote.name.clone(), reference: spec.name.clone(), reason }
    }
}

/// How servers say that they let nobody, or not this user, push: `git daemon`, web servers,
/// hosts reached by ssh.
const CLOSED: [&str; 3] = ["remote error: ", "returned error: 403", "ERROR: Permission to "];

/// Whether the remote answered that it takes no pushes at all.
fn is_closed(stderr: &str) -> bool {
    CLOSED.iter().any(|words| stderr.contains(words))
}

/// The reference that a line of `push --porcelain` is about, and what became of it:
/// `<flag> TAB <from>:<to> TAB <summary>`.
fn answer<'o>(line: &'o str, stderr: &str) -> Option<(&'o str, Pushed)> {
    let mut parts = line.split('\t');
    let (flag, refs, summary) = (parts.next()?, parts.next()?, parts.next()?);
    let (_, name) = refs.rsplit_once(':')?;
    let pushed = match flag {
        "!" if LOST.iter().any(|lost| summary.contains(lost)) => Pushed::Lost { reason: summary.to_owned() },
        "!" => {
            let said =
                if stderr.contains("remote: ") { format!("; {}", last_words(stderr)) } else { String::new() };
            let reason = summary.trim_start_matches("[remote rejected] ").trim_start_matches("[rejected] ");
            Pushed::Refused { reason: format!("{}{said}", reason.trim_matches(['(', ')'])) }
        }
        _ => Pushed::Done,
    };
    Some((name, pushed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushed(line: &str) -> Option<Pushed> {
        answer(line, "").map(|(name, pushed)| {
            assert_eq!(name, "refs/jit/main");
            pushed
        })
    }

    #[test]
    fn every_kind_of_answer_is_told_apart() {
        for line in [
            "*\tx:refs/jit/main\t[new reference]",
            " \tx:refs/jit/main\ta..b",
            "=\tx:refs/jit/main\t[up to date]",
        ] {
            assert_eq!(pushed(line), Some(Pushed::Done));
        }
        for summary in
            ["[rejected] (fetch first)", "[rejected] (stale info)", "[remote rejected] (cannot lock ref 'x')"]
        {
            let line = format!("!\tx:refs/jit/main\t{summary}");
            assert!(matches!(pushed(&line), Some(Pushed::Lost { .. })), "{summary}");
        }
        let line = "!\tx:refs/jit/main\t[remote rejected] (pre-receive hook declined)";
        assert_eq!(pushed(line), Some(Pushed::Refused { reason: "pre-receive hook declined".to_owned() }));
        assert_eq!(pushed("To /tmp/hub.git"), None);
        assert_eq!(pushed("Done"), None);
    }
}
