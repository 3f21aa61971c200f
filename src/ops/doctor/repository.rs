//! The repository itself: git, its kind, who may write to it.

use super::{Examination, Level, Remedy};
use crate::store::Error;
use crate::sync::GitVersion;

impl Examination<'_> {
    pub(super) fn repository(&mut self) {
        self.git_version();
        let dir = self.facts.git_dir.display().to_string();
        let kind = if self.facts.bare { ", a bare repository" } else { "" };
        self.findings.add(Level::Ok, "repository", format!("{dir}{kind}"));
        if self.facts.shallow {
            let message = "the history is cut off somewhere: a merge may find no common ancestor";
            let remedy = Remedy::Hand("git fetch --unshallow".to_owned());
            self.findings.with(Level::Info, "shallow", message, remedy);
        }
        if let Some(remote) = self.facts.promisor.clone() {
            let message = format!("a partial clone: objects were left out that {remote} has");
            self.findings.add(Level::Info, "partial_clone", message);
        }
        if !self.repo.is_writable() {
            let message = "the git directory cannot be written to: the tracker can only be read";
            self.findings.add(Level::Info, "read_only", message);
        }
        let identity = self.repo.identity();
        if identity.name.is_none() || identity.email.is_none() {
            let message = "git does not know who you are: changes are recorded without your name or address";
            let remedy = "git config --global user.name 'Your Name' and user.email you@example.com";
            self.findings.with(Level::Info, "no_identity", message, Remedy::Hand(remedy.to_owned()));
        }
        self.permissions();
    }

    fn git_version(&mut self) {
        let remedy = || Remedy::Hand(format!("install git {} or newer", GitVersion::MINIMUM));
        match GitVersion::ask(self.repo) {
            Ok(Some(version)) if version < GitVersion::MINIMUM => {
                let message = format!("git {version} is too old to share the tracker with a remote");
                self.findings.with(Level::Problem, "old_git", message, remedy());
                self.facts.git = Some(version);
            }
            Ok(Some(version)) => {
                self.findings.add(Level::Ok, "git", format!("git {version}"));
                self.facts.git = Some(version);
            }
            Ok(None) => {
                let message = "git does not tell its version";
                self.findings.with(Level::Warning, "unknown_git", message, remedy());
            }
            Err(error) => self.findings.with(Level::Problem, "no_git", error.to_string(), remedy()),
        }
    }

    fn permissions(&mut self) {
        let paths = self.repo.unshared();
        let Some(first) = paths.first() else { return };
        let others = match paths.len() - 1 {
            0 => String::new(),
            others => format!(" and {others} more"),
        };
        let message = format!(
            "{}{others} cannot be used by everybody that core.sharedRepository names",
            first.display()
        );
        let repair = || match self.repo.share(&paths).first() {
            None => Ok(()),
            Some(path) => Err(Error::Io {
                action: "change the permissions of",
                path: path.clone(),
                source: std::io::ErrorKind::PermissionDenied.into(),
            }),
        };
        let remedy = Remedy::Repair(Box::new(repair));
        self.findings.with(Level::Warning, "permissions", message, remedy);
    }
}
