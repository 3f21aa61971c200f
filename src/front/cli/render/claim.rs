//! Who holds what, and for how long.

use super::table;
use super::text::{HEADING, clean, joined, paint, time};
use crate::model::settings::format_secs;
use crate::model::{Claim, Issue, Timestamp, Tracker};

const HEADER: [&str; 5] = ["ID", "HOLDER", "SINCE", "CLAIM", "TITLE"];

/// A table of those of `issues` that somebody holds, cut to `width` columns if given; empty
/// if there are none.
pub(crate) fn held<'a>(
    tracker: &Tracker,
    issues: impl IntoIterator<Item = &'a Issue>,
    width: Option<usize>,
) -> String {
    let rows = issues.into_iter().filter_map(|issue| Some(row(tracker, issue, issue.claim.as_ref()?)));
    let rows: Vec<[String; 5]> = rows.collect();
    if rows.is_empty() {
        return String::new();
    }
    let mut lines = table::lines(HEADER, rows, width);
    if let Some(header) = lines.first_mut() {
        *header = paint(HEADING, header);
    }
    joined(&lines)
}

fn row(tracker: &Tracker, issue: &Issue, claim: &Claim) -> [String; 5] {
    [
        issue.id.short(),
        clean(claim.by.as_str()).into_owned(),
        time(claim.at),
        how(tracker, claim),
        clean(&issue.title).into_owned(),
    ]
}

fn how(tracker: &Tracker, claim: &Claim) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::wire::sample::{at, full_tracker, id};

    fn shown(as_of: i64) -> String {
        let tracker = Tracker { as_of: at(as_of), ..full_tracker() };
        anstream::adapter::strip_str(&held(&tracker, tracker.issues.values(), None)).to_string()
    }

    #[test]
    fn a_hold_is_shown_with_its_age_until_it_has_expired() {
        let table = |how: &str, gap: &str| {
            format!(
                "ID        HOLDER            SINCE                    CLAIM{gap}  TITLE\n\
                 00000001  copilot:worker-1  2025-01-02 03:04:15 UTC  {how}  Login \\u{{1b}}[31m\n"
            )
        };
        assert_eq!(shown(3610), table("held for 1h", "      "));
        assert_eq!(shown(3610 + 3723), table("expired 1h 2m ago", "            "));
        assert_eq!(shown(0), table("held for 0s", "      "), "a clock that is behind");
    }

    #[test]
    fn what_nobody_holds_is_left_out() {
        let tracker = full_tracker();
        assert_eq!(held(&tracker, [&tracker.issues[&id(2)]], Some(80)), "");
    }
}
