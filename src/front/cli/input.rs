//! Reading what people type and pipe: ids, pairs, files. What programs may name as well is
//! read by [`crate::front::wire::input`].

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::error::Failure;
use crate::front::wire::input;
pub(crate) use crate::front::wire::input::{gate_keys, id, ids, moment, secs};
use crate::model::{IdPrefix, Refusal, Timestamp};

/// What commands print before `issue: <id>`.
const VERBS: [&str; 11] = [
    "Claimed",
    "Completed",
    "Created",
    "Deleted",
    "Gated",
    "Rejected",
    "Released",
    "Renewed",
    "Started",
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

/// `key=value`.
pub(crate) fn pair(text: &str) -> Result<(String, String), Failure> {
    text.split_once('=')
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .ok_or_else(|| Failure::usage(format!("{text:?} is not of the form key=value")))
}

/// The point in time that an option gives.
pub(crate) fn time(option: &'static str, text: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    input::time(option, text, now).map_err(|refusal| match refusal {
        Refusal::Invalid { reason, .. } => Failure::usage(format!("--{option}: {reason}")),
        other => other.into(),
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
}
