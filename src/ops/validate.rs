//! Checking the stored tracker against every rule.

use super::{CommandExecutor, Error, shared};
use crate::model::validate::{Problem, Validator};
use crate::model::{Attachment, IssueId, State, conflict};
use crate::store::{Scope, Snapshot};

/// What a tracker is found to be.
#[derive(Debug)]
pub struct Validated {
    /// How many issues can be read.
    pub issues: usize,
    /// How many gate definitions can be read.
    pub gates: usize,
    /// How many issues somebody holds.
    pub claimed: usize,
    /// How many values merges could not keep and nobody settled.
    pub conflicts: usize,
    /// How many files cannot be read.
    pub damaged: usize,
    /// The files that belong to issues.
    pub attachments: Vec<(IssueId, Attachment)>,
    /// The rules that are broken.
    pub problems: Vec<Problem>,
}

impl CommandExecutor {
    /// Every rule that the stored tracker breaks. What is cached is not relied on.
    pub fn validate(&self) -> Result<Validated, Error> {
        let mut repo = self.storage.open()?;
        repo.prepare_bulk_read();
        Ok(validate(&self.snapshot(&repo)?))
    }
}

/// Looks at every file of `snapshot`. No more than a few issues are in memory at any time.
pub(super) fn validate(snapshot: &Snapshot<'_>) -> Validated {
    let registry = snapshot.load(&Scope::Registry);
    let mut damaged = registry.damaged.clone();
    let gates = registry.gates.len();
    let mut conflicts = conflict::count(&registry);
    let holds = shared::shown_holds(snapshot).unwrap_or_default();
    let (mut issues, mut claimed, mut attachments) = (0, 0, Vec::new());
    let mut validator = Validator::new(registry);
    damaged.extend(snapshot.for_each_issue(|issue| {
        issues += 1;
        conflicts += issue.conflicts.len();
        let is_held = issue.state == State::Open && holds.contains_key(&issue.id);
        claimed += usize::from(issue.claim.is_some() || is_held);
        attachments.extend(issue.attachments.iter().map(|attachment| (issue.id, attachment.clone())));
        validator.add(issue);
    }));
    damaged.sort_by(|a, b| a.path.cmp(&b.path));
    let problems = validator.finish(&damaged);
    Validated { issues, gates, claimed, conflicts, damaged: damaged.len(), attachments, problems }
}
