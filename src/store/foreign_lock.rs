//! Telling a lock that another program holds from one that it left behind.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::reference::{is_same_file, with_suffix};
use super::{Repo, layout};

/// How old another program's lock must be to count as left behind.
///
/// git mostly holds one for milliseconds, but for seconds while gc shortens a long log (2.8
/// were measured for 200,000 entries), and as long as a `reference-transaction` hook takes
/// or a disk stalls. To take a lock from a program that still works can undo what it says it
/// did; to be late only means that mutations are told to try again.
pub(super) const LEFT_BEHIND: Duration = Duration::from_secs(60);
/// The same for a lock that is dated in the future, after a clock was set back: how long it
/// must not change while it is looked at.
const UNCHANGED: Duration = Duration::from_secs(10);

/// What was seen of another program's lock.
pub(super) struct ForeignLock {
    modified: SystemTime,
    inode: u64,
    since: Instant,
}

impl ForeignLock {
    fn see(path: &Path) -> Option<Self> {
        let meta = fs::metadata(path).ok()?;
        Some(Self { modified: meta.modified().ok()?, inode: meta.ino(), since: Instant::now() })
    }

    fn is_same(&self, other: &Self) -> bool {
        (self.modified, self.inode) == (other.modified, other.inode)
    }

    /// Whether its maker must be gone. `now` is the time of the file system that it is on.
    fn was_left(&self, now: SystemTime) -> bool {
        match now.duration_since(self.modified) {
            Ok(age) => age >= LEFT_BEHIND,
            Err(_) => self.since.elapsed() >= UNCHANGED,
        }
    }
}

/// Whether the lock of another program was left behind, from what was seen of it before.
pub(super) fn was_left(path: &Path, seen: &mut Option<ForeignLock>, now: SystemTime) -> bool {
    let Some(found) = ForeignLock::see(path) else { return false };
    let known = seen.take().filter(|known| known.is_same(&found)).unwrap_or(found);
    seen.insert(known).was_left(now)
}

impl Repo {
    /// The lock on the reference, if another program left it behind; `now` is the machine's
    /// time.
    pub(super) fn left_lock(&self, now: SystemTime) -> Option<PathBuf> {
        let path = with_suffix(&self.common_dir().join(&self.ref_name), ".lock");
        let lock = ForeignLock::see(&path)?;
        let is_ours = is_same_file(&path, &self.common_dir().join(layout::PRIVATE_DIR).join("next"));
        (is_ours || lock.was_left(now)).then_some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_left_behind_when_it_is_old() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let aged = |age| ForeignLock { modified: now - age, inode: 1, since: Instant::now() };
        assert!(!aged(Duration::ZERO).was_left(now) && !aged(LEFT_BEHIND / 2).was_left(now));
        assert!(aged(LEFT_BEHIND).was_left(now));
        let ahead = ForeignLock { modified: now + LEFT_BEHIND * 9, inode: 1, since: Instant::now() };
        assert!(!ahead.was_left(now), "it was only just seen");
    }
}
