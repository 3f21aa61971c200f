//! Asking a remote what it has, and bringing it.

use super::Error;
use std::time::Duration;

use super::git::{PROGRESS, Transport, last_words};
use crate::store::{CommitId, Repo};

/// How often a lock in the way is waited out.
const LOCK_PATIENCE: u32 = 5;
const LOCK_PAUSE: Duration = Duration::from_millis(400);

/// How often a fetch is repeated because a claim ended while it ran.
const VANISHED: u32 = 8;

/// What of a remote is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The tracker, and the records of all claims.
    #[default]
    All,
    /// The tracker alone. What is known of claims stays as it is: with many clones most of a
    /// fetch would be the claims of all others.
    Tracker,
}

/// How to fetch.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FetchRequest {
    /// What to bring.
    pub(crate) wanted: Wanted,
    /// Bring only so many commits of history.
    pub(crate) depth: Option<u32>,
    /// Follow the remote where it went backwards.
    pub(crate) accept_rewind: bool,
}

/// The tracker of a remote, compared with what it last had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RemoteMain {
    /// It has none and is not known to have had one.
    Absent,
    /// It had one, which is gone.
    Deleted {
        /// What it last had.
        was: CommitId,
    },
    /// It went backwards or sideways, which was not followed.
    Rewound {
        /// What it last had.
        was: CommitId,
        /// What it has.
        now: CommitId,
    },
    /// It has this, which continues what it had.
    At(CommitId),
}

impl RemoteMain {
    /// What it has, if that continues what it had, or is to be followed all the same.
    pub(crate) const fn accepted(&self, accept_rewind: bool) -> Option<CommitId> {
        match self {
            Self::At(commit) => Some(*commit),
            Self::Rewound { now, .. } if accept_rewind => Some(*now),
            Self::Absent | Self::Deleted { .. } | Self::Rewound { .. } => None,
        }
    }
}

/// What a fetch found.
#[derive(Clone, Debug)]
pub(crate) struct Fetched {
    /// The tracker.
    pub(crate) main: RemoteMain,
    /// What the remote had before, as far as known.
    pub(crate) before: Option<CommitId>,
}

impl Transport<'_> {
    /// Brings what the remote has. Only the references that say what it has are moved.
    pub(crate) fn fetch(&self, request: FetchRequest) -> Result<Fetched, Error> {
        let mut locks = self.repo.tracking_locks(&self.remote.name);
        for _ in 0..LOCK_PATIENCE {
            match self.try_to_fetch(request) {
                Err(Error::Local { reason, .. }) if is_locked(&reason) => std::thread::sleep(LOCK_PAUSE),
                other => return other,
            }
        }
        // Whoever has held them all the time is gone: jit's processes take turns here.
        locks.retain(|lock| self.repo.tracking_locks(&self.remote.name).contains(lock));
        self.repo.remove_tracking_locks(&locks);
        self.try_to_fetch(request)
    }

    /// Those of the references `names` that the remote has.
    pub(crate) fn list(&self, names: &[&str]) -> Result<Vec<String>, Error> {
        let args = [&["ls-remote", "-q", "--refs", "--", &self.remote.name], names].concat();
        let finished = self.git(&args, true)?;
        if !finished.status.is_some_and(|status| status.success()) {
            return Err(self.unreachable(&finished));
        }
        let found = finished.stdout.lines().filter_map(|line| Some(line.split_once('\t')?.1));
        Ok(found.filter(|name| names.contains(name)).map(str::to_owned).collect())
    }

    fn try_to_fetch(&self, request: FetchRequest) -> Result<Fetched, Error> {
        let name = &self.remote.name;
        let before = self.repo.tracking_main(name);
        let tracking = Repo::tracking_main_ref(name);
        let forced = if request.accept_rewind { "+" } else { "" };
        let main = format!("{forced}{}:{tracking}", self.repo.remote_main_ref());
        let claims =
            format!("+{}*:{}*", self.repo.remote_claims_prefix(), Repo::tracking_claims_prefix(name));
        let depth = request.depth.map(|depth| format!("--depth={depth}"));
        let mut args = vec![
            "fetch",
            "--porcelain",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-auto-maintenance",
            "--no-recurse-submodules",
            // A partial clone's tracker is whole: what is left out could not be read.
            "--no-filter",
            "--refmap=",
            PROGRESS,
        ];
        args.extend(depth.as_deref());
        match request.wanted {
            Wanted::All => args.extend(["--prune", "--", name, &main, &claims]),
            Wanted::Tracker => args.extend(["--", name, &main]),
        }
        let mut finished = self.git(&args, true)?;
        // A claim that ended between the remote's list and our wish: its list is newer now.
        for _ in 0..VANISHED {
            if !finished.stderr.contains("not our ref") {
                break;
            }
            finished = self.git(&args, true)?;
        }
        let code = finished.status.and_then(|status| status.code());
        let rejected = finished.stdout.lines().find_map(|line| rejected(line, &tracking));
        if let (Some(now), Some(was)) = (rejected, before)
            && !self.continues(was, now)?
        {
            return Ok(Fetched { main: RemoteMain::Rewound { was, now }, before });
        }
        if code == Some(0) {
            let main = self.repo.tracking_main(name).map_or(RemoteMain::Absent, RemoteMain::At);
            return Ok(Fetched { main, before });
        }
        if finished.stderr.contains("couldn't find remote ref") {
            let main = before.map_or(RemoteMain::Absent, |was| RemoteMain::Deleted { was });
            return Ok(Fetched { main, before });
        }
        if code == Some(1) || is_locked(&finished.stderr) {
            return Err(Error::Local { command: "fetch", reason: last_words(&finished.stderr) });
        }
        Err(self.unreachable(&finished))
    }

    /// Whether `now` has `was` in its history.
    fn continues(&self, was: CommitId, now: CommitId) -> Result<bool, Error> {
        let base = self.repo.merge_base(was, now);
        let base = base.map_err(|error| Error::Local { command: "merge-base", reason: error.to_string() })?;
        Ok(base == Some(was))
    }
}

/// Whether git says that a lock was in its way.
fn is_locked(said: &str) -> bool {
    said.contains(".lock': File exists") || said.contains("cannot lock ref")
}

/// The value that was not taken over, if this line of `fetch --porcelain` says so of `name`.
fn rejected(line: &str, name: &str) -> Option<CommitId> {
    let mut words = line.strip_prefix("! ")?.split(' ');
    let (_old, new, local) = (words.next()?, words.next()?, words.next()?);
    (local == name).then(|| new.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejected_update_is_found_by_its_name() {
        let (old, new) = ("1".repeat(40), "2".repeat(40));
        let line = format!("! {old} {new} refs/jit-remotes/origin/main");
        assert_eq!(rejected(&line, "refs/jit-remotes/origin/main").map(|id| id.to_string()), Some(new));
        assert_eq!(rejected(&line, "refs/jit-remotes/other/main"), None);
        assert_eq!(rejected(&line.replace("! ", "  "), "refs/jit-remotes/origin/main"), None);
    }
}
