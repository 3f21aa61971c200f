//! The remote that the tracker is shared with, and whether git leaves the tracker alone.

use super::specs::{self, RefSpec};
use super::{Examination, Level, Remedy};
use crate::ops::MOST_UNPUBLISHED;
use crate::store::{Error, Repo};

impl Examination<'_> {
    pub(super) fn remote(&mut self) {
        self.choice();
        for remote in self.repo.remote_names() {
            self.fetch_specs(&remote);
            self.push_specs(&remote);
        }
        self.pushed_with_branches();
        self.hidden();
    }

    fn choice(&mut self) {
        self.facts.clone_id = self.repo.known_clone_id();
        if self.repo.is_copied_clone() {
            let message = "this folder is a copy: its claims are not those of the folder it was copied from";
            self.findings.add(Level::Info, "copied_clone", message);
        }
        let remote = match self.repo.remote(None) {
            Ok(Some(remote)) => remote,
            Ok(None) => return self.findings.add(Level::Info, "no_remote", "there is no remote"),
            Err(error @ Error::AmbiguousRemote { .. }) => {
                let remedy = Remedy::Hand("git config jit.remote <name>".to_owned());
                return self.findings.with(Level::Warning, error.code(), error.to_string(), remedy);
            }
            Err(error) => {
                let how = "git config jit.remote <name>, with the name of a remote that can be used";
                return self.findings.failed(&error, how);
            }
        };
        let name = remote.name;
        let why = match self.repo.remote_names().as_slice() {
            _ if self.repo.configured_remote().is_some() => "jit.remote names it",
            [_] => "it is the only one",
            _ => "it is called origin",
        };
        self.facts.last_fetch = self.repo.last_fetch(&name);
        let known = self.repo.tracking_main(&name);
        let message = format!("{name}, as {why}");
        if let (Some(known), Some(tip)) = (known, self.repo.try_tip().ok().flatten()) {
            self.findings.add(Level::Ok, "remote", message);
            self.unpublished(self.repo.count_ahead(tip, Some(known), MOST_UNPUBLISHED));
        } else {
            let message = format!("{message}; the tracker is not shared with it yet");
            let remedy = Remedy::Hand("jit sync".to_owned());
            self.findings.with(Level::Info, "not_shared", message, remedy);
        }
        self.facts.remote = Some(name);
    }

    fn unpublished(&mut self, commits: usize) {
        self.facts.unpublished = Some(commits);
        if commits > 0 {
            let more = if commits >= MOST_UNPUBLISHED { "+" } else { "" };
            let message = format!("commits that the remote does not have yet: {commits}{more}");
            self.findings.with(Level::Info, "unpublished", message, Remedy::Hand("jit sync".to_owned()));
        }
    }

    fn fetch_specs(&mut self, remote: &str) {
        let key = format!("remote.{remote}.fetch");
        let texts = self.repo.git_settings(&key);
        if specs::leaves_out(&texts, self.repo.remote_main_ref()) {
            return;
        }
        let tracking = Repo::tracking_main_ref(remote);
        for text in &texts {
            let Some(spec) = RefSpec::parse(text) else { continue };
            let reaches_tracker = spec.fetches_into(&self.facts.reference);
            if !reaches_tracker && !spec.fetches_into(&tracking) {
                continue;
            }
            let remedy = || {
                Remedy::Hand(format!("git config --unset-all {key}, and add what is needed without refs/jit"))
            };
            if reaches_tracker && spec.forced {
                let message = format!("{key} is {text}: a 'git fetch' overwrites what is not published yet");
                self.findings.with(Level::Problem, "fetch_overwrites", message, remedy());
            } else {
                let message = format!("{key} is {text}: a 'git fetch' changes what jit keeps of the tracker");
                self.findings.with(Level::Warning, "fetch_moves", message, remedy());
            }
            if self.prunes(remote) {
                let message =
                    format!("{key} is {text}, and a 'git fetch' removes what {remote} does not have");
                self.findings.with(Level::Problem, "fetch_prunes", message, remedy());
            }
        }
    }

    fn prunes(&self, remote: &str) -> bool {
        let own = self.repo.git_flag(&format!("remote.{remote}.prune"));
        own.or_else(|| self.repo.git_flag("fetch.prune")).unwrap_or(false)
    }

    fn push_specs(&mut self, remote: &str) {
        let mirror = format!("remote.{remote}.mirror");
        if self.repo.git_flag(&mirror) == Some(true) {
            let message =
                format!("{mirror} is on: a 'git push' overwrites and removes what others published");
            let remedy = Remedy::Hand(format!("git config --unset {mirror}"));
            self.findings.with(Level::Problem, "push_mirror", message, remedy);
        }
        let key = format!("remote.{remote}.push");
        let claims = format!("{}x", self.repo.remote_claims_prefix());
        for text in self.repo.git_settings(&key) {
            let Some(spec) = RefSpec::parse(&text) else { continue };
            if !spec.pushes_to(self.repo.remote_main_ref()) && !spec.pushes_to(&claims) {
                continue;
            }
            let remedy =
                Remedy::Hand(format!("git config --unset-all {key}; 'jit sync' publishes the tracker"));
            if spec.forced {
                let message = format!("{key} is {text}: a 'git push' overwrites what others published");
                self.findings.with(Level::Problem, "push_overwrites", message, remedy);
            } else {
                let message =
                    format!("{key} is {text}: a 'git push' publishes the tracker without its claims");
                self.findings.with(Level::Warning, "push_publishes", message, remedy);
            }
        }
    }

    /// A tracker that is a branch may be pushed as one.
    fn pushed_with_branches(&mut self) {
        let is_branch = self.facts.reference.starts_with("refs/heads/");
        let matching = self.repo.git_setting("push.default").is_some_and(|value| value == "matching");
        if is_branch && matching {
            let message = "push.default is 'matching': a 'git push' publishes the tracker without its claims";
            let remedy = Remedy::Hand("git config push.default simple".to_owned());
            self.findings.with(Level::Warning, "push_publishes", message, remedy);
        }
    }

    /// Whether other clones that have this repository as their remote could not see or write
    /// the tracker.
    fn hidden(&mut self) {
        let level = if self.facts.bare { Level::Problem } else { Level::Warning };
        let shared = self.repo.git_settings("transfer.hideRefs");
        let claims = format!("{}x", self.repo.remote_claims_prefix());
        for (key, what) in [("uploadpack.hideRefs", "fetch"), ("receive.hideRefs", "push")] {
            let hidden = [shared.clone(), self.repo.git_settings(key)].concat();
            if specs::is_hidden(&hidden, &self.facts.reference) || specs::is_hidden(&hidden, &claims) {
                let message =
                    format!("transfer.hideRefs or {key} hides the tracker: nobody can {what} it here");
                let remedy = Remedy::Hand(format!("git config --add {key} '!refs/jit'"));
                self.findings.with(level, "hidden_refs", message, remedy);
            }
        }
    }
}
