//! What a person must be told of a conversation with a remote that was not about syncing.

use super::session::Session;
use crate::merge::{LostClaim, RecordedConflict};

impl Session<'_> {
    /// Claims that did not stand, values that were put aside, and what else went wrong on
    /// the way. Each is told once.
    pub(crate) fn told(&mut self) -> Vec<String> {
        if self.report.dry_run {
            return Vec::new();
        }
        let report = &mut self.report;
        let warnings = std::mem::take(&mut report.warnings).into_iter();
        let lost = std::mem::take(&mut report.claims_lost).into_iter().map(|lost| lost_claim(&lost));
        let conflicts = std::mem::take(&mut report.conflicts).into_iter().map(|one| put_aside(&one));
        warnings.chain(lost).chain(conflicts).collect()
    }
}

/// However the conversation ends, what it has settled is settled: whoever lost by it must be
/// told even if the command itself fails.
impl Drop for Session<'_> {
    fn drop(&mut self) {
        let told = self.told();
        self.jit.warn(told);
    }
}

fn lost_claim(lost: &LostClaim) -> String {
    let (holder, issue) = (&lost.claim.by, lost.issue.short());
    match &lost.winner {
        Some(winner) => format!("{holder} has lost {issue}: {} holds it", winner.by),
        None => format!("{holder} has lost {issue}: the claim was ended in another clone"),
    }
}

fn put_aside(recorded: &RecordedConflict) -> String {
    let (place, field) = (&recorded.place, &recorded.conflict.field);
    format!("{field} of {place} was changed elsewhere too; 'jit conflict list' shows both values")
}
