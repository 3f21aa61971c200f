//! Summing up a tracker.

use std::collections::BTreeMap;

use super::{CommandExecutor, Error};
use crate::model::{IssueId, Outline, Status, Tracker, conflict};
use crate::store::{Extent, Snapshot};

/// So many unpublished commits are counted at most.
pub const MOST_UNPUBLISHED: usize = 1000;

/// How a tracker stands.
#[derive(Debug)]
pub struct Summary {
    /// How many issues are in each status.
    pub counts: BTreeMap<Status, usize>,
    /// How many unfinished issues something holds up.
    pub blocked: usize,
    /// How many values merges could not keep and nobody has settled yet.
    pub conflicts: usize,
    /// The issues that somebody holds, most urgent first.
    pub claimed: Vec<IssueId>,
    /// How many commits the remote that the tracker is shared with does not have yet, as far
    /// as is known here, at most [`MOST_UNPUBLISHED`]; none where it is not shared.
    pub unpublished: Option<usize>,
    /// The part of the tracker that was read in full: at least the claimed issues.
    pub tracker: Tracker,
}

impl Summary {
    /// Sums up the issues of `outlines`, which come in the order of lists; `load` reads those
    /// that must be read in full.
    pub(crate) fn new(
        outlines: impl Iterator<Item = Outline>,
        load: impl FnOnce(Vec<IssueId>) -> Tracker,
    ) -> Self {
        let mut counts = BTreeMap::new();
        let (mut blocked, mut claimed, mut conflicted) = (0, Vec::new(), Vec::new());
        for outline in outlines {
            *counts.entry(outline.status()).or_default() += 1;
            blocked += usize::from(outline.is_held_up());
            if outline.is_claimed {
                claimed.push(outline.id);
            }
            if outline.has_conflicts {
                conflicted.push(outline.id);
            }
        }
        let tracker = load([claimed.as_slice(), &conflicted].concat());
        let conflicts = conflict::count(&tracker);
        Self { counts, blocked, conflicts, claimed, unpublished: None, tracker }
    }
}

impl CommandExecutor {
    /// Counts issues, and tells who holds what.
    pub fn status(&self) -> Result<Summary, Error> {
        let repo = self.storage.open()?;
        let snapshot = self.snapshot(&repo)?;
        let reading = self.read(&snapshot, Extent::All);
        let summary = Summary::new(reading.outlines(), |ids| reading.exactly(ids));
        Ok(Summary { unpublished: unpublished(&snapshot), ..summary })
    }
}

fn unpublished(snapshot: &Snapshot<'_>) -> Option<usize> {
    if snapshot.past().is_some() {
        return None;
    }
    let repo = snapshot.repo();
    // Where it cannot be told with whom, nothing was ever shared.
    let remote = repo.shared_remote().ok()??;
    Some(repo.count_ahead(snapshot.commit(), repo.tracking_main(&remote.name), MOST_UNPUBLISHED))
}
