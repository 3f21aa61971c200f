//! What is known of remotes: which there are, and what each last had of the tracker.
//!
//! git's own fetch writes the references read here, and what a push was told.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::SystemTime;

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::{CommitRefIter, Kind};
use uuid::Uuid;

use super::format::claim_record;
use super::work::{self, Step};
use super::{Error, Repo, cache, layout, object, tree};
use crate::model::{AgentId, Claim, ClaimId, Extra, Holds, IssueId, Timestamp};

/// A remote that git is configured with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remote {
    /// Its name.
    pub(crate) name: String,
    /// Where it is, for people.
    pub(crate) url: String,
    /// The directory it is in, where git pushes to it by starting its own `git-receive-pack`
    /// on this machine.
    pub(crate) local: Option<PathBuf>,
}

impl Repo {
    /// The names of all remotes, in order.
    pub(crate) fn remote_names(&self) -> Vec<String> {
        let config = self.git.config_snapshot();
        let sections = config.plumbing().sections_by_name("remote");
        let names = sections.into_iter().flatten().filter_map(|section| {
            section.header().subsection_name().map(|name| name.to_str_lossy().into_owned())
        });
        let mut names: Vec<String> = names.collect();
        names.sort();
        names.dedup();
        names
    }

    /// The remote to share the tracker with: the one that is `asked` for, else the one that
    /// `git config jit.remote` names, else the only one, else `origin`.
    pub(crate) fn remote(&self, asked: Option<&str>) -> Result<Option<Remote>, Error> {
        let configured = self.git.config_snapshot().string(layout::REMOTE_CONFIG_KEY);
        let configured = configured.map(|name| name.to_str_lossy().into_owned());
        let names = self.remote_names();
        let name = match asked.map(str::to_owned).or(configured) {
            Some(name) => name,
            None => match names.as_slice() {
                [] => return Ok(None),
                [only] => only.clone(),
                _ if names.iter().any(|name| name == "origin") => "origin".to_owned(),
                _ => return Err(Error::AmbiguousRemote { names }),
            },
        };
        let bad = |reason: &str| Error::BadRemote { name: name.clone(), reason: reason.to_owned() };
        if name.starts_with('-') || name.contains("::") {
            return Err(bad("it could be taken for an option or for a program to run"));
        }
        if !names.contains(&name) {
            return Err(Error::NoSuchRemote { name, known: names });
        }
        let probe = format!("{}/{name}/main", layout::TRACKING);
        if gix::validate::reference::name(probe.as_bytes().as_bstr()).is_err() {
            return Err(bad("its name cannot be part of a reference"));
        }
        let key = format!("remote.{name}.url");
        let url = self.git.config_snapshot().string(key.as_str());
        let url = url.map(|url| url.to_str_lossy().into_owned()).unwrap_or_default();
        if url.starts_with('-') || url.starts_with("ext::") || url.starts_with("fd::") {
            return Err(bad("its URL could be taken for an option or for a program to run"));
        }
        let local = self.local_target(&name);
        Ok(Some(Remote { name, url, local }))
    }

    /// Where a push to the remote `name` goes to, if that is a path and nowhere else, and git is
    /// not told how to get there.
    fn local_target(&self, name: &str) -> Option<PathBuf> {
        let config = self.git.config_snapshot();
        let values = |key: &str| config.plumbing().strings(&format!("remote.{name}.{key}"));
        let count = |key: &str| values(key).map_or(0, |values| values.len());
        let is_plain = count("receivepack") == 0 && count("vcs") == 0;
        let has_one = count("url") <= 1 && count("pushurl") <= 1;
        if !is_plain || !has_one {
            return None;
        }
        let remote = self.git.find_remote(name).ok()?;
        let url = remote.url(gix::remote::Direction::Push)?;
        if url.scheme != gix::url::Scheme::File {
            return None;
        }
        Some(self.work_dir().join(gix::path::from_bstr(url.path.as_bstr()).ok()?))
    }

    /// The remote whose word on claims counts: the chosen one, once the tracker was shared
    /// with it.
    pub(crate) fn shared_remote(&self) -> Result<Option<Remote>, Error> {
        let chosen = match self.remote(None) {
            Ok(chosen) => chosen,
            // Nothing was ever shared where it cannot be told with whom.
            Err(Error::AmbiguousRemote { .. } | Error::NoSuchRemote { .. }) => None,
            Err(other) => return Err(other),
        };
        Ok(chosen.filter(|remote| self.tracking_main(&remote.name).is_some()))
    }

    /// The reference that holds the tracker on the remote: of the same name as here.
    pub(crate) fn remote_main_ref(&self) -> &str {
        &self.ref_name
    }

    /// Where a remote may have a tracker that this clone would overlook.
    pub(crate) fn other_usual_refs(&self) -> Vec<&'static str> {
        let usual = [layout::MAIN_REF, layout::BRANCH_REF].into_iter();
        usual.filter(|name| *name != self.ref_name).collect()
    }

    /// The references of claims on the remote, without the issue's id at the end.
    pub(crate) fn remote_claims_prefix(&self) -> String {
        let (parent, _) = self.ref_name.rsplit_once('/').expect("a full reference name has a slash");
        format!("{parent}/claims/")
    }

    /// Where it is kept what `remote` last had as its tracker.
    pub(crate) fn tracking_main_ref(remote: &str) -> String {
        format!("{}/{remote}/main", layout::TRACKING)
    }

    /// Where it is kept which claims `remote` last had, without the issue's id at the end.
    pub(crate) fn tracking_claims_prefix(remote: &str) -> String {
        format!("{}/{remote}/claims/", layout::TRACKING)
    }

    /// The tracker that `remote` last had.
    pub(crate) fn tracking_main(&self, remote: &str) -> Option<ObjectId> {
        let reference = self.git.try_find_reference(Self::tracking_main_ref(remote).as_str()).ok()??;
        reference.try_id().map(gix::Id::detach)
    }

    /// The claim records that `remote` last had.
    pub(crate) fn tracking_claims(&self, remote: &str) -> BTreeMap<IssueId, ObjectId> {
        work::count(Step::ListRecords);
        let prefix = Self::tracking_claims_prefix(remote);
        let Ok(platform) = self.git.references() else { return BTreeMap::new() };
        let Ok(references) = platform.prefixed(prefix.as_str()) else { return BTreeMap::new() };
        let claims = references.flatten().filter_map(|reference| {
            let name = reference.name().as_bstr().to_str().ok()?;
            let issue: IssueId = name.strip_prefix(&prefix)?.parse().ok()?;
            (name == format!("{prefix}{issue}")).then(|| (issue, reference.try_id().map(gix::Id::detach)))
        });
        claims.filter_map(|(issue, id)| Some((issue, id?))).collect()
    }

    /// The claim record of `issue` that `remote` last had.
    pub(crate) fn tracking_claim(&self, remote: &str, issue: IssueId) -> Option<ObjectId> {
        let name = format!("{}{issue}", Self::tracking_claims_prefix(remote));
        let reference = self.git.try_find_reference(name.as_str()).ok()??;
        reference.try_id().map(gix::Id::detach)
    }

    /// Who holds what, as `remote` last said.
    pub(crate) fn holds(&self, remote: &str) -> Holds {
        cache::holds(self, remote)
    }

    /// Who holds `issue`, as `remote` last said.
    pub(crate) fn hold(&self, remote: &str, issue: IssueId) -> Option<Claim> {
        Some(self.read_claim_record(issue, self.tracking_claim(remote, issue)?))
    }

    /// The claim in a record. One that cannot be read is held by nobody known, for ever:
    /// better an issue that must be released by hand than one that two agents hold.
    pub(crate) fn read_claim_record(&self, issue: IssueId, commit: ObjectId) -> Claim {
        self.try_claim_record(issue, commit).unwrap_or_else(Self::unreadable_claim)
    }

    /// What stands for a record that cannot be read.
    pub(super) fn unreadable_claim() -> Claim {
        Claim {
            id: ClaimId::new(Uuid::nil()),
            by: AgentId::parse("unknown:unreadable").expect("it is a kind and a name"),
            at: Timestamp::UNIX_EPOCH,
            expires: None,
            clone: None,
            extra: Extra::new(),
        }
    }

    /// The claim in a record, if it can be read.
    pub(super) fn try_claim_record(&self, issue: IssueId, commit: ObjectId) -> Option<Claim> {
        work::count(Step::ReadRecord);
        let data = object::read(self, commit, Kind::Commit).ok()?;
        let tree = CommitRefIter::from_bytes(&data, self.git.object_hash()).tree_id().ok()?;
        let entries = tree::entries(self, tree).ok()?;
        let file = entries.iter().find(|entry| entry.filename == layout::CLAIM_FILE.as_bytes())?;
        let text = object::read(self, file.oid, Kind::Blob).ok()?;
        claim_record::from_yaml(issue, &text).ok()
    }

    /// The locks on what is kept of `remote`, as they are now. Only the processes that hold
    /// the turn at the remote, and the git that they run, make such locks.
    pub(crate) fn tracking_locks(&self, remote: &str) -> Vec<TrackingLock> {
        let top = self.common_dir().join(layout::TRACKING).join(remote);
        let entries = [top.join("claims"), top].into_iter().filter_map(|dir| std::fs::read_dir(dir).ok());
        let locks = entries
            .flatten()
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "lock"));
        let known = locks.filter_map(|entry| {
            let modified = entry.metadata().ok()?.modified().ok()?;
            Some(TrackingLock { path: entry.path(), modified })
        });
        known.collect()
    }

    /// Removes locks that were left behind.
    pub(crate) fn remove_tracking_locks(&self, locks: &[TrackingLock]) {
        for lock in locks {
            // What cannot be removed is named by git's next complaint.
            std::fs::remove_file(&lock.path).unwrap_or_default();
        }
    }
}

/// A lock, told from the next of the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TrackingLock {
    pub(super) path: PathBuf,
    modified: SystemTime,
}
