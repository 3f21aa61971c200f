//! Reading what people type and pipe: ids, pairs, files, times.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::error::Failure;
use crate::model::query::Filter;
use crate::model::{GateKey, IdPrefix, Refusal, Timestamp, settings};

/// What commands print before `issue: <id>`.
const VERBS: [&str; 10] = [
    "Claimed",
    "Completed",
    "Created",
    "Deleted",
    "Gated",
    "Rejected",
    "Released",
    "Renewed",
    "Unchanged",
    "Updated",
];

/// Joins `Created issue: <id>`, as commands print it and a shell splits it into three
/// words, to the id alone, wherever it stands on a command line.
pub(crate) fn join_printed_ids(args: Vec<OsString>) -> Vec<OsString> {
    let is_verb = |word: &OsString| word.to_str().is_some_and(|word| VERBS.contains(&word));
    let is_id = |word: &OsString| word.to_str().is_some_and(|word| IdPrefix::parse(word).is_ok());
    let mut joined: Vec<OsString> = Vec::with_capacity(args.len());
    let mut args = args.into_iter().peekable();
    while let Some(arg) = args.next() {
        if arg == "issue:" && args.peek().is_some_and(is_id) && joined.last().is_some_and(is_verb) {
            joined.pop();
        } else {
            joined.push(arg);
        }
    }
    joined
}

/// Ids as typed, or as other commands print them: `Created issue: <id>`.
pub(crate) fn ids(words: &[String]) -> Result<Vec<IdPrefix>, Failure> {
    words.iter().map(|word| id(word)).collect()
}

/// One id.
pub(crate) fn id(word: &str) -> Result<IdPrefix, Failure> {
    let id = word.rsplit_once("issue: ").map_or(word, |(_, id)| id);
    Ok(IdPrefix::parse(id)?)
}

/// Gate keys.
pub(crate) fn gate_keys(words: &[String]) -> Result<Vec<GateKey>, Failure> {
    words.iter().map(|word| Ok(GateKey::parse(word)?)).collect()
}

/// `key=value`.
pub(crate) fn pair(text: &str) -> Result<(String, String), Failure> {
    text.split_once('=')
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .ok_or_else(|| Failure::usage(format!("{text:?} is not of the form key=value")))
}

/// A duration in seconds.
pub(crate) fn secs(field: &str, text: Option<&str>) -> Result<Option<u64>, Failure> {
    Ok(text.map(|text| settings::parse_secs(field, text)).transpose()?)
}

/// Words of a filter, as one.
pub(crate) fn filter(words: &[String]) -> Result<Filter, Failure> {
    let mut all = Filter::default();
    for word in words {
        all.and(Filter::parse(word)?);
    }
    Ok(all)
}

/// A point in time: RFC 3339, a date (midnight UTC), or how long ago.
pub(crate) fn since(text: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.with_timezone(&Utc));
    }
    if let Ok(date) = text.parse::<NaiveDate>() {
        return Ok(date.and_time(chrono::NaiveTime::MIN).and_utc());
    }
    let ago = settings::parse_secs("since", text).ok().and_then(|secs| i64::try_from(secs).ok());
    ago.and_then(TimeDelta::try_seconds).and_then(|ago| now.checked_sub_signed(ago)).ok_or_else(|| {
        let reason = format!("{text:?} is not a time; write 2h, 3days, 2026-01-31 or 2026-01-31T12:00:00Z");
        Refusal::invalid("since", reason).into()
    })
}

/// The text itself, or all of standard input for `-`.
pub(crate) fn text_or_stdin(text: &str) -> Result<String, Failure> {
    if text != "-" {
        return Ok(text.to_owned());
    }
    let bytes = file(Path::new("-"))?;
    String::from_utf8(bytes).map_err(|_| Refusal::invalid("standard input", "it is not UTF-8 text").into())
}

/// A file, or standard input for `-`.
pub(crate) fn file(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    read.map_err(|source| Failure::File { path: PathBuf::from(path), source })
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
        assert!(ids(&["issue:".to_owned()]).is_err());
    }

    #[test]
    fn ids_that_a_shell_split_are_joined_wherever_they_stand() {
        let join = |line: &str| join_printed_ids(line.split(' ').map(OsString::from).collect());
        assert_eq!(
            join("jit dep add Created issue: 3f2a Created issue: 77b1"),
            ["jit", "dep", "add", "3f2a", "77b1"]
        );
        assert_eq!(join("jit claim Created issue: 3f2a agent:x"), ["jit", "claim", "3f2a", "agent:x"]);
        assert_eq!(join("jit done Created issue:"), ["jit", "done", "Created", "issue:"]);
    }

    #[test]
    fn since_takes_times_dates_and_ages() {
        let now = since("2026-01-02T00:00:00Z", Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(since("2026-01-01", now).unwrap(), since("1day", now).unwrap());
        assert!(since("yesterday-ish", now).is_err());
    }
}
