//! The summary of a tracker.

use super::text::{HEADING, clean, count, joined, paint};
use super::times::Times;
use crate::front::wire::{ClaimedIssue, StatusObject};
use crate::model::state::Status;
use crate::ops::MOST_UNPUBLISHED;

/// How many issues are in each state, and who holds what.
pub(crate) fn status(summary: &StatusObject, times: Times) -> String {
    let mut lines = vec![paint(HEADING, &count(summary.total, "issue"))];
    for status in Status::ALL {
        lines.push(format!("  {}: {}", status.heading(), summary.counts.of(status)));
    }
    if summary.blocked > 0 {
        lines.push(format!("\nBlocked: {} ('jit query blocked' shows by what)", summary.blocked));
    }
    if !summary.claimed.is_empty() {
        lines.push(format!("\n{}", paint(HEADING, "Claimed:")));
        lines.extend(summary.claimed.iter().map(|claimed| claimed_line(claimed, times)));
    }
    if summary.conflicts > 0 {
        let conflicts = count(summary.conflicts, "unsettled conflict");
        lines.push(format!("\n{conflicts} ('jit conflict list' shows them)"));
    }
    if summary.damaged > 0 {
        let damaged = count(summary.damaged, "unreadable file");
        lines.push(format!("\n{damaged} ('jit validate' names them)"));
    }
    if let Some(number) = summary.unpublished.filter(|number| *number > 0) {
        let more = if number >= MOST_UNPUBLISHED { "+" } else { "" };
        let commits = if number == 1 { "commit" } else { "commits" };
        lines.push(format!("\n{number}{more} unpublished {commits} ('jit sync' publishes)"));
    }
    joined(&lines)
}

fn claimed_line(claimed: &ClaimedIssue, times: Times) -> String {
    let span = times.span_text(&claimed.at, claimed.expires.as_deref(), claimed.expired);
    let settled = match (claimed.provisional, claimed.released) {
        (true, _) => ", provisional",
        (_, true) => ", released here, not published yet",
        _ => "",
    };
    format!("  {}  {}{span}{settled}: {}", claimed.short_id, clean(&claimed.by), clean(&claimed.title))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::wire::sample::{full_tracker, summary};
    use crate::model::Tracker;
    use crate::ops::Summary;

    fn plain(tracker: &Tracker) -> String {
        anstream::adapter::strip_str(&status(&StatusObject::new(&summary(tracker)), Times::EXACT)).to_string()
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
    fn what_the_remote_lacks_is_counted() {
        let last = |unpublished| {
            let summary = Summary { unpublished, ..summary(&Tracker::default()) };
            let text = status(&StatusObject::new(&summary), Times::EXACT);
            text.lines().last().map(str::to_owned).unwrap_or_default()
        };
        assert_eq!(last(Some(1)), "1 unpublished commit ('jit sync' publishes)");
        assert_eq!(last(Some(MOST_UNPUBLISHED)), "1000+ unpublished commits ('jit sync' publishes)");
        assert_eq!(last(Some(0)), last(None));
    }

    #[test]
    fn an_empty_tracker_has_no_more_than_the_counts() {
        assert_eq!(plain(&Tracker::default()).lines().count(), 1 + Status::ALL.len());
    }
}
