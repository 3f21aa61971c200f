//! The summary of a tracker.

use super::text::{HEADING, clean, count, joined, paint, time_text};
use crate::front::wire::{ClaimedIssue, StatusObject};
use crate::model::state::Status;

/// How many issues are in each state, and who holds what.
pub(crate) fn status(summary: &StatusObject) -> String {
    let mut lines = vec![paint(HEADING, &count(summary.total, "issue"))];
    for status in Status::ALL {
        lines.push(format!("  {}: {}", status.heading(), summary.counts.of(status)));
    }
    if summary.blocked > 0 {
        lines.push(format!("\nBlocked: {} ('jit query blocked' shows by what)", summary.blocked));
    }
    if !summary.claimed.is_empty() {
        lines.push(format!("\n{}", paint(HEADING, "Claimed:")));
        lines.extend(summary.claimed.iter().map(claimed_line));
    }
    if summary.conflicts > 0 {
        let conflicts = count(summary.conflicts, "unsettled conflict");
        lines.push(format!("\n{conflicts} ('jit conflict list' shows them)"));
    }
    if summary.damaged > 0 {
        let damaged = count(summary.damaged, "unreadable file");
        lines.push(format!("\n{damaged} ('jit validate' names them)"));
    }
    joined(&lines)
}

fn claimed_line(claimed: &ClaimedIssue) -> String {
    let expires = claimed.expires.as_deref();
    let word = if claimed.expired { "expired" } else { "until" };
    let until = expires.map(|at| format!(" {word} {}", time_text(at))).unwrap_or_default();
    format!(
        "  {}  {} since {}{until}{}: {}",
        claimed.short_id,
        clean(&claimed.by),
        time_text(&claimed.at),
        if claimed.provisional { ", provisional" } else { "" },
        clean(&claimed.title)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::wire::sample::{full_tracker, summary};
    use crate::model::Tracker;

    fn plain(tracker: &Tracker) -> String {
        anstream::adapter::strip_str(&status(&StatusObject::new(&summary(tracker)))).to_string()
    }

    #[test]
    fn a_summary_counts_every_state_and_names_the_holders() {
        let expected = "\
2 issues
  Backlog: 0
  Ready: 1
  In Progress: 1
  Gated: 0
  Done: 0
  Rejected: 0

Blocked: 1 ('jit query blocked' shows by what)

Claimed:
  00000001  copilot:worker-1 since 2025-01-02 03:04:15 UTC until 2025-01-02 04:04:15 UTC: Login \\u{1b}[31m

1 unsettled conflict ('jit conflict list' shows them)
";
        assert_eq!(plain(&full_tracker()), expected);
    }

    #[test]
    fn an_empty_tracker_has_no_more_than_the_counts() {
        assert_eq!(plain(&Tracker::default()).lines().count(), 1 + Status::ALL.len());
    }
}
