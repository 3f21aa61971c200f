//! Files of other trackers, and of this one elsewhere -> one [`Batch`].
//!
//! Whatever is read is bounded: a record, and how many of them. It is taken a record at a time,
//! so that a file is not in memory as a whole. Fields that are not known are kept aside.

mod beads;
mod csv_table;
mod documents;
mod github;
mod lines;
mod native;
mod object;
mod people;

pub(super) use object::from_aside;
pub(super) use people::name as people_name;

use std::fmt;
use std::io::BufRead;
use std::str::FromStr;

use crate::model::import::{Batch, ImportError, Incoming, Record};
use crate::model::{Refusal, Timestamp};
use crate::store::progress::Task;

/// Issues in one file.
const MAX_RECORDS: usize = 1_000_000;
/// Bytes of one record.
const MAX_RECORD_BYTES: usize = super::MAX_BYTES;
/// Bytes of a file.
const MAX_FILE_BYTES: u64 = 4 << 30;

/// A format that issues can be imported from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportFormat {
    /// The lines of JSON that the tracker `bd` keeps and exports.
    Beads,
    /// What `jit issue list --json` prints.
    JitJson,
    /// What `gh issue list --json` prints, or GitHub's REST interface answers.
    GitHub,
    /// A table with a line of headings.
    Csv,
    /// What `jit export --to jsonl` writes.
    Jsonl,
}

impl ImportFormat {
    /// All formats.
    pub const ALL: [Self; 5] = [Self::Beads, Self::JitJson, Self::GitHub, Self::Csv, Self::Jsonl];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Beads => "beads",
            Self::JitJson => "jit-json",
            Self::GitHub => "github",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }
}

impl fmt::Display for ImportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for ImportFormat {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::ALL.into_iter().find(|format| format.as_str() == text).ok_or_else(|| {
            let all = Self::ALL.map(Self::as_str).join(", ");
            Refusal::invalid("format", format!("{text:?} is none of {all}"))
        })
    }
}

/// What is read, and how.
#[derive(Debug)]
pub struct Request<'r> {
    /// The format.
    pub format: ImportFormat,
    /// The name of the file, for errors and the log.
    pub source: &'r str,
    /// What stands before each id of the other tracker from now on.
    pub prefix: &'r str,
    /// The present.
    pub now: Timestamp,
}

/// Reads `input`. Each issue is one step of `task`.
pub(crate) fn read(
    request: &Request<'_>,
    input: &mut dyn BufRead,
    task: &Task,
) -> Result<Batch, ImportError> {
    let batch =
        Batch { from: request.format.to_string(), source: request.source.to_owned(), ..Batch::default() };
    let mut reading = Reading { request, batch, task };
    match request.format {
        ImportFormat::Beads => lines::each_object(&mut reading, input, beads::read)?,
        ImportFormat::Jsonl => lines::each_object(&mut reading, input, native::read)?,
        ImportFormat::JitJson => documents::each_object(&mut reading, input, native::read)?,
        ImportFormat::GitHub => documents::each_object(&mut reading, input, github::read)?,
        ImportFormat::Csv => csv_table::read(&mut reading, input)?,
    }
    Ok(reading.batch)
}

/// A file that is being read.
struct Reading<'r> {
    request: &'r Request<'r>,
    batch: Batch,
    task: &'r Task,
}

/// Makes an issue of what a record says; none of what is no issue.
type ReadObject = fn(&mut Reading<'_>, object::Object) -> Result<Option<Incoming>, Refusal>;

impl Reading<'_> {
    /// Takes a record.
    fn take(&mut self, place: String, object: object::Object, read: ReadObject) -> Result<(), ImportError> {
        self.task.advance(1);
        if self.batch.records.len() >= MAX_RECORDS {
            return Err(self.too_large(format!("it has more than {MAX_RECORDS} issues")));
        }
        match read(self, object) {
            Ok(Some(issue)) => self.batch.records.push(Record { place, issue }),
            Ok(None) => {}
            Err(refusal) => return Err(self.refused(place, refusal)),
        }
        Ok(())
    }

    /// The id that an issue of the other tracker is known by here.
    fn name(&self, id: &str) -> String {
        format!("{}{id}", self.request.prefix)
    }

    fn refused(&self, place: String, refusal: Refusal) -> ImportError {
        ImportError::Refused { source_name: self.batch.source.clone(), place, refusal: Box::new(refusal) }
    }

    fn syntax(&self, place: String, reason: impl Into<String>) -> ImportError {
        ImportError::Syntax { source_name: self.batch.source.clone(), place, reason: reason.into() }
    }

    fn too_large(&self, reason: String) -> ImportError {
        ImportError::TooLarge { source_name: self.batch.source.clone(), reason }
    }

    fn unreadable(&self, error: std::io::Error) -> ImportError {
        ImportError::Unreadable { source_name: self.batch.source.clone(), error }
    }

    /// Refuses what is certainly not UTF-8 by its first bytes, and leaves out a mark that it is.
    fn skip_mark(&self, input: &mut dyn BufRead) -> Result<(), ImportError> {
        let start = input.fill_buf().map_err(|error| self.unreadable(error))?;
        if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
            return Err(
                self.syntax("line 1".to_owned(), "it is UTF-16; 'iconv -f UTF-16 -t UTF-8' converts it")
            );
        }
        if start.starts_with("\u{feff}".as_bytes()) {
            input.consume(3);
        }
        Ok(())
    }
}
