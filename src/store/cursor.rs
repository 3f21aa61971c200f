//! How far a reader of the event log is, kept in a file.
//!
//! A cursor is replaced as a whole, so that whoever is killed leaves the old one or the new
//! one; and one process uses it at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::format::cursor;
use super::{CommitId, Error, Repo, layout};

/// Where cursors are kept that have a name only.
const CURSORS: &str = "cursors";

/// How far a reader of the event log is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Commits that were read, with all that they build on. Of a history that is read in
    /// order these are few: its tips.
    pub heads: Vec<CommitId>,
    /// A commit of which only the first events were read, and how many.
    pub part: Option<(CommitId, usize)>,
}

impl Position {
    /// The position after all events of the history of `commit`.
    pub fn at(commit: CommitId) -> Self {
        Self { heads: vec![commit], part: None }
    }
}

/// A position in a file, held by this process until it is dropped.
#[derive(Debug)]
pub struct Cursor {
    path: PathBuf,
    _lock: File,
}

impl Repo {
    /// Where the cursor of that name is kept.
    pub(crate) fn cursor_path(&self, name: &str) -> PathBuf {
        self.common_dir().join(layout::PRIVATE_DIR).join(CURSORS).join(name)
    }
}

impl Cursor {
    /// Takes the cursor in the file `path`, which need not be there yet.
    pub(crate) fn take(path: PathBuf) -> Result<Self, Error> {
        let folder = folder(&path);
        fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        let lock_path = beside(&path, ".lock");
        let open = OpenOptions::new().create(true).truncate(false).write(true).open(&lock_path);
        let lock = open.map_err(Error::io("open", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Error::CursorInUse { path }),
            Err(TryLockError::Error(source)) => Err(Error::Io { action: "lock", path: lock_path, source }),
        }
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The position; none if it was never written.
    pub fn read(&self) -> Result<Option<Position>, Error> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::Io { action: "read", path: self.path.clone(), source }),
        };
        let damaged = || Error::BadCursor { path: self.path.clone() };
        cursor::parse(&text).map(Some).ok_or_else(damaged)
    }

    /// Replaces the position. It is on the disk when this returns.
    pub fn write(&self, position: &Position) -> Result<(), Error> {
        let new = beside(&self.path, ".new");
        let written = File::create(&new).and_then(|mut file| {
            file.write_all(cursor::format(position).as_bytes())?;
            file.sync_data()
        });
        written.map_err(Error::io("write", &new))?;
        fs::rename(&new, &self.path).map_err(Error::io("write", &self.path))
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_what_was_written_last_and_has_one_user() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/cursor");
        let cursor = Cursor::take(path.clone()).unwrap();
        assert_eq!(cursor.read().unwrap(), None);
        let id = CommitId::from_hex(b"0123456789012345678901234567890123456789").unwrap();
        for position in [Position::at(id), Position { heads: vec![], part: Some((id, 3)) }] {
            cursor.write(&position).unwrap();
            assert_eq!(cursor.read().unwrap(), Some(position));
        }
        assert!(matches!(Cursor::take(path.clone()), Err(Error::CursorInUse { .. })));
        drop(cursor);
        let cursor = Cursor::take(path.clone()).unwrap();
        fs::write(&path, "{").unwrap();
        assert!(matches!(cursor.read(), Err(Error::BadCursor { .. })));
    }
}
