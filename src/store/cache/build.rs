//! Making a table: from the objects, or from a table and what differs from it.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use gix::ObjectId;

use super::columns::Extent;
use super::delta::Delta;
use super::table::{Records, Table};
use super::table_format::{self, NewRow, Place};
use super::{Files, TABLE, record};
use crate::model::{Damage, Hidden, Tracker};
use crate::store::{Snapshot, bulk_read};

/// A table in the making. Where no file can be written it is made in memory.
struct Draft {
    out: Out,
    len: u64,
    rows: Vec<NewRow>,
    /// Whether everything could be written so far.
    complete: bool,
}

enum Out {
    File(BufWriter<File>, PathBuf),
    Memory(Vec<u8>),
}

impl Draft {
    fn new(files: Option<&Files<'_>>) -> Self {
        let created = files.and_then(|files| files.temporary(TABLE)).and_then(|path| {
            let file = File::options().read(true).write(true).create_new(true).open(&path).ok()?;
            Some(Out::File(BufWriter::with_capacity(1 << 20, file), path))
        });
        let out = created.unwrap_or_else(|| Out::Memory(Vec::new()));
        Self { out, len: 0, rows: Vec::new(), complete: true }
    }

    fn write(&mut self, bytes: &[u8]) {
        self.complete &= match &mut self.out {
            Out::File(file, _) => file.write_all(bytes).is_ok(),
            Out::Memory(all) => all.write_all(bytes).is_ok(),
        };
        self.len += bytes.len() as u64;
    }

    /// Adds an issue: its row, and its record.
    fn add(&mut self, mut row: NewRow, record: &[u8]) {
        row.place = Place { start: self.len, len: u32::try_from(record.len()).unwrap_or_default() };
        self.rows.push(row);
        self.write(record);
    }

    /// Writes the rest, and opens the table. It gets its name if `keep`; none if it could not
    /// be written.
    fn finish(
        mut self,
        files: Option<&Files<'_>>,
        tree: Option<ObjectId>,
        damaged: &[Damage],
        keep: bool,
    ) -> Option<Table> {
        self.rows.sort_unstable_by_key(|row| (row.priority, row.created_at, row.id));
        let records_len = self.len;
        let columns = table_format::columns(&self.rows, damaged);
        self.write(&columns);
        self.write(&table_format::trailer(tree, records_len, &columns));
        match (self.out, files) {
            (Out::Memory(all), _) => Table::open(Records::Memory(all), Extent::All),
            (Out::File(..), None) => None,
            (Out::File(file, path), Some(files)) => {
                let file = file.into_inner().map_err(io::IntoInnerError::into_error);
                let table = file.ok().and_then(|file| Table::open(Records::File(file), Extent::All));
                files.publish(keep && self.complete && table.is_some(), &path, TABLE);
                table
            }
        }
    }
}

/// Makes the table of `snapshot` from all its objects. It is kept for the next reader if
/// nothing was missing. None if the file system took a part and not the rest;
/// without `files` it is made in memory.
pub(super) fn from_objects(files: Option<&Files<'_>>, snapshot: &Snapshot<'_>) -> Option<Table> {
    let mut tracker = Tracker::default();
    let list = snapshot.list_files(&mut tracker);
    // A directory that cannot be read today may be there tomorrow.
    let mut lasting = tracker.damaged.iter().all(|damage| !matches!(damage.hides, Hidden::BeginningWith(_)));
    let mut damaged = std::mem::take(&mut tracker.damaged);
    let mut draft = Draft::new(files);
    draft.rows.reserve(list.len());
    let map = |_, read: bulk_read::Read| {
        read.map(|issue| (NewRow::of(&issue, Place { start: 0, len: 0 }), record::encode(&issue)))
    };
    bulk_read::read(snapshot.repo(), list, map, |read| match read {
        Ok((row, record)) => draft.add(row, &record),
        Err(unread) => {
            lasting &= unread.is_lasting;
            damaged.push(unread.damage);
        }
    });
    damaged.sort_by(|a, b| a.path.cmp(&b.path));
    draft.finish(files, snapshot.issues_tree(), &damaged, lasting)
}

/// Makes the table that says the same as `old` and `delta` together, for the next reader.
/// Nothing is done if a record turns out to be damaged.
pub(super) fn from_delta(files: &Files<'_>, old: &Table, delta: &Delta) {
    let mut draft = Draft::new(Some(files));
    let Out::File(_, path) = &draft.out else { return };
    let path = path.clone();
    let unchanged = (0..old.len()).filter(|row| !delta.changed.contains_key(&old.id(*row)));
    for row in unchanged {
        match old.record(row).filter(|record| record::is_whole(record)) {
            Some(record) => draft.add(old.row(row), &record),
            None => return fs::remove_file(path).unwrap_or_default(),
        }
    }
    for issue in delta.changed.values().flatten() {
        draft.add(NewRow::of(issue, Place { start: 0, len: 0 }), &record::encode(issue));
    }
    drop(draft.finish(Some(files), delta.tree, &delta.damaged, true));
}
