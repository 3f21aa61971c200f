//! Reading what people and programs name: ids, gates, filters, times.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

#[cfg(feature = "mcp")]
use crate::model::EventKind;
use crate::model::{GateKey, IdPrefix, Refusal, Timestamp, settings};
use crate::ops::{Moment, Revision};

/// Ids as typed, or as other commands print them: `Created issue: <id>`.
pub(crate) fn ids(words: &[String]) -> Result<Vec<IdPrefix>, Refusal> {
    words.iter().map(|word| id(word)).collect()
}

/// One id.
pub(crate) fn id(word: &str) -> Result<IdPrefix, Refusal> {
    let id = word.rsplit_once("issue: ").map_or(word, |(_, id)| id);
    IdPrefix::parse_any(id)
}

/// Gate keys.
pub(crate) fn gate_keys(words: &[String]) -> Result<Vec<GateKey>, Refusal> {
    words.iter().map(|word| GateKey::parse(word)).collect()
}

/// A duration in seconds.
pub(crate) fn secs(field: &str, text: Option<&str>) -> Result<Option<u64>, Refusal> {
    text.map(|text| settings::parse_secs(field, text)).transpose()
}

/// A type of events.
#[cfg(feature = "mcp")]
pub(crate) fn event_type(name: &str) -> Result<String, Refusal> {
    if EventKind::NAMES.contains(&name) {
        return Ok(name.to_owned());
    }
    let reason = format!("{name:?} is no type of events; there are {}", EventKind::NAMES.join(", "));
    Err(Refusal::invalid("type", reason))
}

/// A moment of the past: a time as [`time`] takes it, or a revision; none if it is neither.
pub(crate) fn moment(text: &str, now: Timestamp) -> Option<Moment> {
    // What is as long as git's abbreviations is an id, though all its digits may be decimal.
    let is_id = text.len() >= 7 && text.chars().all(|c| c.is_ascii_hexdigit());
    let time = || time("time", text, now).ok().map(Moment::Time);
    let revision = || Revision::parse(text).map(Moment::Revision);
    if is_id { revision() } else { time().or_else(revision) }
}

/// Dates with times that name no zone, and mean UTC, as jit shows them.
const FORMS: [&str; 4] = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];

/// A point in time, given as `field`: RFC 3339, a date (midnight) or a date with a time (both UTC), or how
/// long ago.
pub(crate) fn time(field: &'static str, text: &str, now: Timestamp) -> Result<Timestamp, Refusal> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.with_timezone(&Utc));
    }
    let plain = text.trim_end_matches(" UTC");
    let read = |form: &&str| NaiveDateTime::parse_from_str(plain, form).ok();
    if let Some(at) = FORMS.iter().find_map(read) {
        return Ok(at.and_utc());
    }
    if let Ok(date) = text.parse::<NaiveDate>() {
        return Ok(date.and_time(chrono::NaiveTime::MIN).and_utc());
    }
    let ago = settings::parse_secs(field, text).ok().and_then(|secs| i64::try_from(secs).ok());
    ago.and_then(TimeDelta::try_seconds).and_then(|ago| now.checked_sub_signed(ago)).ok_or_else(|| {
        let reason = format!("{text:?} is not a time; write 2h, 3days, 2026-01-31 or 2026-01-31T12:00:00Z");
        Refusal::invalid(field, reason)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "3f2a9c1e-7d0b-4c52-9a44-0c7f5f1f2b11";

    fn typed(words: &[&str]) -> Vec<String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        ids(&words).unwrap().iter().map(|id| id.as_str().to_owned()).collect()
    }

    #[test]
    fn ids_are_taken_as_other_commands_print_them() {
        let plain = ID.replace('-', "");
        assert_eq!(typed(&[ID]), [plain.as_str()]);
        assert_eq!(typed(&[&format!("Created issue: {ID}")]), [plain.as_str()]);
        assert_eq!(typed(&["3F2A"]), ["3f2a"]);
        assert!(ids(&["issue: ".to_owned()]).is_err());
    }

    #[test]
    fn moments_are_times_or_revisions() {
        let now = time("since", "2026-01-02T00:00:00Z", Timestamp::UNIX_EPOCH).unwrap();
        let is_time = |text: &str| matches!(moment(text, now), Some(Moment::Time(_)));
        let is_revision = |text: &str| matches!(moment(text, now), Some(Moment::Revision(_)));
        assert!(["2h", "3days", "2026-01-31", "2026-01-31T12:00:00Z", "2000d"].into_iter().all(is_time));
        assert!(
            ["HEAD", "@~3", "12345678", "c0ffee0", "beef", "refs/jit/main~1"].into_iter().all(is_revision)
        );
        assert!(["", "yesterday", "main", "HEAD@{1}"].into_iter().all(|text| moment(text, now).is_none()));
    }

    #[test]
    fn times_are_dates_and_ages_too() {
        let now = time("since", "2026-01-02T00:00:00Z", Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(time("since", "2026-01-01", now).unwrap(), time("since", "1day", now).unwrap());
        for text in ["2026-01-01 12:30", "2026-01-01T12:30:00", "2026-01-01 12:30:00 UTC", "2026-01-01T12:30"]
        {
            assert_eq!(
                time("since", text, now).unwrap(),
                time("since", "2026-01-01T12:30:00Z", now).unwrap(),
                "{text}"
            );
        }
        assert!(
            time("since", "yesterday-ish", now).is_err() && time("since", "2026-01-01 25:00", now).is_err()
        );
    }
}
