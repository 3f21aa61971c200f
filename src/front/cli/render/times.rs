//! Points in time for people: exact, or how long ago.

use super::text::time;
use crate::model::Timestamp;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
const MONTH: i64 = 30 * DAY;
const YEAR: i64 = 365 * DAY;
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
    use chrono::{DateTime, TimeDelta};

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
    fn exact_times_are_in_utc() {
        assert_eq!(Times::EXACT.show(DateTime::from_timestamp(0, 5).unwrap()), "1970-01-01 00:00:00 UTC");
    }
}
