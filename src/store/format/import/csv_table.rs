//! A table of issues: a line of headings, then one issue a row.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Read};

use serde_json::{Map, Value};

use super::object::{self, Object};
use super::{MAX_RECORD_BYTES, Reading, people};
use crate::model::import::{Foreign, ImportError, Incoming, Link, Role, Standing};
use crate::model::{Priority, Refusal};

/// What stands before the context keys.
const FROM: &str = "csv";
/// What columns may be called, in lower case and with `_` between words; the first is what
/// jit's own table calls them.
const COLUMNS: [(&str, &[&str]); 11] = [
    ("id", &["key", "issue_id", "issue_key", "number"]),
    ("title", &["summary", "name", "subject"]),
    ("type", &["issue_type", "kind"]),
    ("state", &["status"]),
    ("priority", &["severity"]),
    ("labels", &["tags", "label"]),
    ("assignee", &["assigned_to", "owner"]),
    ("dependencies", &["depends_on", "blocked_by"]),
    ("created_at", &["created", "created_on"]),
    ("updated_at", &["updated", "updated_on"]),
    ("description", &["body", "details"]),
];

/// Reads every row.
pub(super) fn read(reading: &mut Reading<'_>, input: &mut dyn BufRead) -> Result<(), ImportError> {
    reading.skip_mark(input)?;
    let quotes = Quotes { input, at: Place::Start };
    let mut table = csv::ReaderBuilder::new().flexible(false).from_reader(quotes);
    let headings = table.headers().map_err(|error| failure(reading, error))?.clone();
    let names = names(&headings);
    if let Err(reason) = check_headings(&names) {
        return Err(reading.syntax("line 1".to_owned(), reason));
    }
    let mut row = csv::StringRecord::new();
    let mut place = "line 1".to_owned();
    loop {
        match table.read_record(&mut row) {
            Ok(true) => {}
            Ok(false) if table.get_ref().at == Place::Quoted => {
                return Err(reading.syntax(place, "it ends inside quotes; is the file whole?"));
            }
            Ok(false) => return Ok(()),
            Err(error) => return Err(failure(reading, error)),
        }
        place = format!("line {}", row.position().map_or(0, csv::Position::line));
        if row.as_slice().len() > MAX_RECORD_BYTES {
            return Err(reading.too_large(format!("{place} has more than {MAX_RECORD_BYTES} bytes")));
        }
        let cells = names.iter().zip(&row).map(|(name, cell)| (name.clone(), Value::from(cell)));
        let object = Object::new(cells.collect::<Map<String, Value>>());
        reading.take(place.clone(), object, read_row)?;
    }
}

/// Follows quotes through what is read: the reader of tables takes one that is still open at
/// the end for closed.
struct Quotes<'i> {
    input: &'i mut dyn BufRead,
    at: Place,
}

/// Where in a cell the last byte was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before its first byte.
    Start,
    /// Where quotes mean nothing.
    Plain,
    /// Inside quotes.
    Quoted,
    /// After a quote that closed them, or was the first half of one that means itself.
    Closed,
}

impl Place {
    const fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Quoted, b'"') => Self::Closed,
            (Self::Quoted, _) | (Self::Start | Self::Closed, b'"') => Self::Quoted,
            (_, b',' | b'\r' | b'\n') => Self::Start,
            (_, _) => Self::Plain,
        }
    }
}

impl Read for Quotes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.at = buffer[..count].iter().fold(self.at, |at, byte| at.after(*byte));
        Ok(count)
    }
}

/// The names of the columns: jit's, where they are meant.
fn names(headings: &csv::StringRecord) -> Vec<String> {
    let plain = |heading: &str| heading.trim().to_lowercase().replace([' ', '-'], "_");
    let known: BTreeSet<String> = headings.iter().map(plain).collect();
    headings
        .iter()
        .map(|heading| {
            let name = plain(heading);
            let meant = COLUMNS.iter().find(|(own, others)| {
                // A table may have both: then the other is something else.
                !known.contains(*own)
                    && others.iter().find(|other| known.contains(**other)) == Some(&name.as_str())
            });
            meant.map_or(name, |(own, _)| (*own).to_owned())
        })
        .collect()
}

fn check_headings(names: &[String]) -> Result<(), String> {
    for wanted in ["id", "title"] {
        if !names.iter().any(|name| name == wanted) {
            return Err(format!("there is no column {wanted:?} among the headings: {}", names.join(", ")));
        }
    }
    let mut seen = BTreeSet::new();
    match names.iter().find(|name| !seen.insert(*name)) {
        Some(twice) => Err(format!("the column {twice:?} is there twice")),
        None => Ok(()),
    }
}

fn failure(reading: &Reading<'_>, error: csv::Error) -> ImportError {
    let place = format!("line {}", error.position().map_or(1, csv::Position::line));
    let reason = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => {
            "it is not UTF-8; 'iconv -f LATIN1 -t UTF-8' converts from Latin-1".to_owned()
        }
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("it has {len} columns, and the headings {expected_len}; is the file whole?")
        }
        _ => error.to_string(),
    };
    match error.into_kind() {
        csv::ErrorKind::Io(error) => reading.unreadable(error),
        _ => reading.syntax(place, reason),
    }
}

fn read_row(reading: &mut Reading<'_>, mut object: Object) -> Result<Option<Incoming>, Refusal> {
    let Some(id) = object.text("id", "id")? else { return Err(Refusal::invalid("id", "it is empty")) };
    let mut context = BTreeMap::new();
    let mut adapted = Vec::new();
    let silent_on = silent_on(&object);
    let title = object.title(FROM, &mut adapted, &mut context)?;
    let words = object.text("labels", "labels")?.unwrap_or_default();
    let (labels, _) = object::labels(split(&words).into_iter().map(Value::from).collect())?;
    let on = object.text("dependencies", "dependencies")?.unwrap_or_default();
    let person = |name: String| people::agent(&name);
    let foreign = Foreign {
        id: reading.name(&id),
        title,
        description: object.text("description", "description")?.unwrap_or_default(),
        issue_type: object.text("type", "type")?,
        standing: standing(&mut object)?,
        priority: priority(&mut object)?,
        labels,
        assignee: object.text("assignee", "assignee")?.map(person),
        created_by: object.text("created_by", "created")?.map(person),
        created_at: object.time("created_at", "created")?,
        updated_at: object.time("updated_at", "updated")?,
        comments: Vec::new(),
        links: split(&on)
            .iter()
            .map(|id| Link { to: reading.name(id), kind: "dependencies".to_owned(), role: Role::WaitsFor })
            .collect(),
        adapted,
        silent_on,
        context: BTreeMap::new(),
    };
    // Empty cells say nothing.
    object.drop_empty();
    object.keep_rest_as(reading, FROM, cell, &mut context);
    Ok(Some(Incoming::Foreign(Box::new(Foreign { context, ..foreign }))))
}

/// All cells are text.
fn cell(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// The fields that there are no columns for.
fn silent_on(object: &Object) -> BTreeSet<&'static str> {
    let columns = COLUMNS.iter().map(|(own, _)| *own);
    columns.filter(|own| !object.has(own)).chain(["comments"]).collect()
}

/// Several words in one cell. One in quotes may have in it what parts others.
fn split(cell: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = cell;
    loop {
        rest = rest.trim_start_matches(|c: char| parts_words(c) || c.is_whitespace());
        if rest.is_empty() {
            return words;
        }
        let (word, after) = quoted_word(rest).unwrap_or_else(|| {
            let end = rest.find(parts_words).unwrap_or(rest.len());
            (rest[..end].trim().to_owned(), &rest[end..])
        });
        words.push(word);
        rest = after;
    }
}

const fn parts_words(c: char) -> bool {
    matches!(c, ',' | ';' | ' ' | '\n')
}

/// The word in quotes that `text` begins with, and what is after it. A quote in it is doubled.
fn quoted_word(text: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut rest = text.strip_prefix('"')?;
    loop {
        let (before, after) = rest.split_once('"')?;
        word.push_str(before);
        match after.strip_prefix('"') {
            Some(after) => {
                word.push('"');
                rest = after;
            }
            None if after.is_empty() || after.starts_with(parts_words) => return Some((word, after)),
            None => return None,
        }
    }
}

fn standing(object: &mut Object) -> Result<Standing, Refusal> {
    let Some(given) = object.text("state", "state")? else { return Ok(Standing::Open) };
    let word = given.trim().to_lowercase().replace([' ', '-'], "_");
    Ok(match word.as_str() {
        "open" | "new" | "to_do" | "todo" | "backlog" | "ready" | "reopened" => Standing::Open,
        "in_progress" | "doing" | "started" | "active" | "in_review" | "gated" => Standing::InProgress,
        "done" | "closed" | "resolved" | "fixed" | "completed" | "complete" => Standing::Done,
        "rejected" | "wontfix" | "won't_fix" | "cancelled" | "canceled" | "duplicate" | "invalid" => {
            Standing::Rejected
        }
        "blocked" | "on_hold" | "deferred" => Standing::Held(word),
        _ => return Err(Refusal::invalid("state", format!("{given:?} is no state that is known"))),
    })
}

fn priority(object: &mut Object) -> Result<Priority, Refusal> {
    let Some(given) = object.text("priority", "priority")? else { return Ok(Priority::default()) };
    match given.trim().to_lowercase().as_str() {
        "p0" | "0" | "highest" | "blocker" | "urgent" => Ok(Priority::Critical),
        "p1" | "1" | "major" => Ok(Priority::High),
        "p2" | "2" | "medium" => Ok(Priority::Normal),
        "p3" | "p4" | "3" | "4" | "lowest" | "minor" | "trivial" => Ok(Priority::Low),
        word => word.parse(),
    }
}
