//! Who holds what, and for how long.

use super::text::{clean, time};
use crate::model::settings::format_secs;
use crate::model::{Claim, Issue, Timestamp, Tracker};

/// The columns.
pub(super) const HEADER: [&str; 5] = ["ID", "HOLDER", "SINCE", "CLAIM", "TITLE"];

/// What is told of `claim` on `issue`.
pub(super) fn row(tracker: &Tracker, issue: &Issue, claim: &Claim) -> [String; 5] {
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
    use crate::front::cli::render::list::List;
    use crate::front::wire::sample::{at, full_tracker, id};

    fn held<'a>(tracker: &Tracker, issues: impl IntoIterator<Item = &'a Issue>) -> String {
        let mut list = List::of_claims();
        issues.into_iter().for_each(|issue| list.add(tracker, issue));
        list.lines(None).collect()
    }

    fn shown(as_of: i64) -> String {
        let tracker = Tracker { as_of: at(as_of), ..full_tracker() };
        anstream::adapter::strip_str(&held(&tracker, tracker.issues.values())).to_string()
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
        assert_eq!(held(&tracker, [&tracker.issues[&id(2)]]), "");
    }
}
