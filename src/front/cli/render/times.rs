//! Points in time for people: exact, or how long ago.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::text::{clean, time};
use crate::model::Timestamp;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
const MONTH: i64 = 30 * DAY;
const YEAR: i64 = 365 * DAY;
/// How wide ages are that are not very old.
const WIDTH: usize = 8;
/// From so many seconds on a unit is used, and how long it is.
const UNITS: [(i64, i64, &str); 7] = [
    (2 * YEAR, YEAR, "y"),
    (2 * MONTH, MONTH, "mo"),
    (2 * WEEK, WEEK, "w"),
    (DAY, DAY, "d"),
    (HOUR, HOUR, "h"),
    (MINUTE, MINUTE, "m"),
    (0, 1, "s"),
];

/// A time as JSON has it, if it is one.
fn read(at: &str) -> Option<Timestamp> {
    DateTime::parse_from_rfc3339(at).ok().map(|at| at.with_timezone(&Utc))
}

/// How points in time are shown.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Times {
    /// Since when; exact if none.
    now: Option<Timestamp>,
}

impl Times {
    /// As they are, in UTC.
    pub(crate) const EXACT: Self = Self { now: None };

    /// As how long before `now` they were.
    pub(crate) fn before(now: Timestamp) -> Self {
        Self { now: Some(now) }
    }

    /// Points in time below each other, as wide as each other as a rule.
    pub(crate) fn aligned(self, at: Timestamp) -> String {
        format!("{:<WIDTH$}", self.show(at))
    }

    /// The same, of one that is as JSON has it; anything else as it is.
    pub(crate) fn aligned_text(self, at: &str) -> Cow<'_, str> {
        read(at).map_or_else(|| clean(at), |at| Cow::Owned(self.aligned(at)))
    }

    /// From when to when something is, or was if it is over.
    pub(crate) fn span(self, from: Timestamp, to: Option<Timestamp>, is_over: bool) -> String {
        self.span_of(&self.show(from), to.map(|to| self.show(to)), is_over)
    }

    /// The same, of times as JSON has them.
    pub(crate) fn span_text(self, from: &str, to: Option<&str>, is_over: bool) -> String {
        self.span_of(&self.show_text(from), to.map(|to| self.show_text(to).into_owned()), is_over)
    }

    fn span_of(self, from: &str, to: Option<String>, is_over: bool) -> String {
        let (since, until, over) = match self.now {
            None => (" since ", " until ", " expired "),
            Some(_) => (", ", ", ends ", ", expired "),
        };
        let end = to.map(|to| format!("{}{to}", if is_over { over } else { until }));
        format!("{since}{from}{}", end.unwrap_or_default())
    }

    /// A point in time as JSON has it; anything else as it is.
    pub(crate) fn show_text(self, at: &str) -> Cow<'_, str> {
        read(at).map_or_else(|| clean(at), |at| Cow::Owned(self.show(at)))
    }

    /// A point in time.
    pub(crate) fn show(self, at: Timestamp) -> String {
        let Some(now) = self.now else { return time(at) };
        let secs = (now - at).num_seconds();
        let distance = secs.saturating_abs();
        let unit = UNITS.iter().find(|(from, ..)| distance >= *from);
        let text = unit.map_or_else(String::new, |(_, len, name)| format!("{}{name}", distance / len));
        if secs < 0 { format!("in {text}") } else { format!("{text} ago") }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn an_age_has_the_largest_unit_that_fits() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        for (secs, expected) in [
            (0, "0s ago"),
            (59, "59s ago"),
            (60, "1m ago"),
            (HOUR - 1, "59m ago"),
            (DAY - 1, "23h ago"),
            (13 * DAY, "13d ago"),
            (14 * DAY, "2w ago"),
            (59 * DAY, "8w ago"),
            (60 * DAY, "2mo ago"),
            (2 * YEAR - 1, "24mo ago"),
            (3 * YEAR, "3y ago"),
            (-90, "in 1m"),
        ] {
            assert_eq!(Times::before(now).show(now - TimeDelta::seconds(secs)), expected);
        }
    }

    #[test]
    fn ages_stand_below_each_other_and_what_is_no_time_stays() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let times = Times::before(now);
        assert_eq!(times.aligned(now) + "|", "0s ago  |");
        assert_eq!(times.aligned_text("2023-11-14T22:13:20.678+00:00"), "0s ago  ");
        for times in [times, Times::EXACT] {
            assert_eq!(times.aligned_text("yesterday\u{1b}"), "yesterday\\u{1b}");
        }
        let exact = Times::EXACT.aligned_text("2025-01-02T03:04:05.678+01:00");
        assert_eq!(exact, "2025-01-02 02:04:05 UTC");
    }

    #[test]
    fn a_span_says_when_it_began_and_ends() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let (from, to) = (now - TimeDelta::hours(1), now + TimeDelta::hours(2));
        let times = Times::before(now);
        assert_eq!(times.span(from, None, false), ", 1h ago");
        assert_eq!(times.span(from, Some(to), false), ", 1h ago, ends in 2h");
        assert_eq!(times.span(from, Some(now), true), ", 1h ago, expired 0s ago");
        assert_eq!(
            times.span_text("2023-11-14T21:13:20Z", Some("never\u{7}"), false),
            ", 1h ago, ends never\\u{7}"
        );
        assert_eq!(
            Times::EXACT.span(from, Some(to), true),
            " since 2023-11-14 21:13:20 UTC expired 2023-11-15 00:13:20 UTC"
        );
    }

    #[test]
    fn exact_times_are_in_utc() {
        assert_eq!(Times::EXACT.show(DateTime::from_timestamp(0, 5).unwrap()), "1970-01-01 00:00:00 UTC");
    }
}
