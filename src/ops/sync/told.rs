//! What a person must be told of a conversation with a remote that was not about syncing.

use super::ended::EndedClaim;
use super::session::Session;
use crate::merge::RecordedConflict;
use crate::model::conflict::DELETED;

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

fn lost_claim(lost: &EndedClaim) -> String {
    format!("{} has lost {}: {}", lost.claim.by, lost.issue.short(), lost.reason())
}

fn put_aside(recorded: &RecordedConflict) -> String {
    let (place, field) = (&recorded.place, &recorded.conflict.field);
    if field == DELETED {
        let by = &recorded.conflict.by;
        return format!(
            "{place} stays: {by} deleted it, and it was changed elsewhere; 'jit conflict list' has it"
        );
    }
    format!("{field} of {place} was changed elsewhere too; 'jit conflict list' shows both values")
}
