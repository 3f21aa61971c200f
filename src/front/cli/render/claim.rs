//! How somebody holds an issue, and for how long.

use crate::model::settings::format_secs;
use crate::model::{Claim, Timestamp, Tracker};

/// Whether a claim stands, and for how long it does or does not.
pub(super) fn how(tracker: &Tracker, claim: &Claim) -> String {
    match claim.expires.filter(|_| tracker.is_expired(claim)) {
        Some(expires) => format!("expired {} ago", span(expires, tracker.as_of)),
        None => format!("held for {}", span(claim.at, tracker.as_of)),
    }
}

/// About how much time passed: no more than the two largest units. A clock that is behind
/// makes it none.
fn span(from: Timestamp, to: Timestamp) -> String {
    let secs = u64::try_from((to - from).num_seconds()).unwrap_or(0);
    let text = format_secs(secs);
    text.split(' ').take(2).collect::<Vec<_>>().join(" ")
}
