//! Changing a part of a file that belongs to somebody else: all of it is read, the difference
//! can be shown, and the file is replaced in one step or not at all.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

#[cfg(feature = "mcp")]
use similar::TextDiff;

/// Unchanged lines that a difference shows around what changed.
#[cfg(feature = "mcp")]
const CONTEXT: usize = 3;

/// A file as it was read.
pub(crate) struct Original {
    /// Where it is, or is to be.
    path: PathBuf,
    /// What it says; none if it is not there.
    text: Option<String>,
}

/// A file, and what it is to say.
pub(crate) struct Edit {
    original: Original,
    new: String,
}

/// Why a file was not changed.
#[derive(Debug)]
pub(crate) enum EditError {
    /// It could not be read or written.
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not what was expected, so it was left alone.
    Refused {
        /// The file.
        path: PathBuf,
        /// What is wrong, following the path.
        reason: String,
        /// What to do about it.
        hint: Option<String>,
    },
}

impl Original {
    /// Reads the file at `path`, if there is one.
    pub(crate) fn read(path: impl Into<PathBuf>) -> Result<Self, EditError> {
        let path = path.into();
        let failed = |source| EditError::File { path: path.clone(), source };
        let text = match fs::metadata(&path) {
            Ok(meta) if !meta.is_file() && !meta.is_dir() => {
                return Err(refused(&path, "is no ordinary file"));
            }
            Ok(_) => Some(fs::read(&path).map_err(failed)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound && path.is_symlink() => {
                return Err(refused(&path, "is a link that leads nowhere"));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        let text =
            text.map(String::from_utf8).transpose().map_err(|_| refused(&path, "is not UTF-8 text"))?;
        Ok(Self { path, text })
    }

    /// What it says; nothing if it is not there.
    pub(crate) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// The refusal to change it, which says what is wrong after naming it.
    pub(crate) fn refused(&self, reason: impl fmt::Display, hint: Option<String>) -> EditError {
        EditError::Refused { path: self.path.clone(), reason: reason.to_string(), hint }
    }

    /// It is to say `new`.
    pub(crate) fn to(self, new: String) -> Edit {
        Edit { original: self, new }
    }
}

fn refused(path: &Path, reason: &str) -> EditError {
    EditError::Refused { path: path.to_owned(), reason: reason.to_owned(), hint: None }
}

impl Edit {
    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.original.path
    }

    /// Whether it does not say that already.
    pub(crate) fn is_change(&self) -> bool {
        self.original.text.as_deref() != Some(&self.new)
    }

    /// The difference, in the usual form; empty where there is none.
    #[cfg(feature = "mcp")]
    pub(crate) fn diff(&self) -> String {
        if !self.is_change() {
            return String::new();
        }
        let name = self.path().display().to_string();
        let old = if self.original.text.is_some() { name.as_str() } else { "/dev/null" };
        let diff = TextDiff::from_lines(self.original.text(), &self.new);
        diff.unified_diff().context_radius(CONTEXT).header(old, &name).to_string()
    }

    /// Replaces the file, if it is still as it was read. Folders that it lacks are made; a link
    /// stays one.
    pub(crate) fn write(&self) -> Result<(), EditError> {
        if !self.is_change() {
            return Ok(());
        }
        let failed = |source| EditError::File { path: self.path().to_owned(), source };
        if Original::read(self.path())?.text != self.original.text {
            let hint = Some("nothing was written; run it again".to_owned());
            return Err(self.original.refused("was changed by somebody else meanwhile", hint));
        }
        self.replace().map_err(failed)
    }

    fn replace(&self) -> io::Result<()> {
        let path = fs::canonicalize(self.path()).unwrap_or_else(|_| self.path().to_owned());
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let temporary = folder.join(format!(".{}.jit-{}", name.to_string_lossy(), std::process::id()));
        let written = write_new(&temporary, &path, self.new.as_bytes())
            .and_then(|()| fs::rename(&temporary, &path))
            .and_then(|()| File::open(folder)?.sync_all());
        if written.is_err() {
            // What is left of it is of no use; the failure itself is told.
            fs::remove_file(&temporary).ok();
        }
        written
    }
}

/// Writes a file that was not there, with the permissions of `like`, if that is there.
fn write_new(path: &Path, like: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    if let Ok(meta) = fs::metadata(like) {
        file.set_permissions(meta.permissions())?;
    }
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_with_its_permissions_and_through_links() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("file"), dir.path().join("link"));
        fs::write(&file, "one\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        symlink("file", &link).unwrap();
        let edit = Original::read(&link).unwrap().to("one\ntwo\n".to_owned());
        assert!(edit.diff().ends_with("@@ -1 +1,2 @@\n one\n+two\n"), "{}", edit.diff());
        edit.write().unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "one\ntwo\n");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(link.is_symlink());
        assert_eq!(names(dir.path()), ["file", "link"], "nothing else is left");
    }

    #[test]
    fn a_new_file_comes_with_its_folders() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/file");
        let edit = Original::read(&path).unwrap().to("new\n".to_owned());
        assert!(edit.diff().starts_with("--- /dev/null\n"));
        edit.write().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new\n");
        let same = Original::read(&path).unwrap().to("new\n".to_owned());
        assert_eq!((same.is_change(), same.diff().as_str()), (false, ""));
    }

    #[test]
    fn what_is_no_text_file_or_changes_meanwhile_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(&path, b"\xff").unwrap();
        assert!(matches!(Original::read(&path), Err(EditError::Refused { .. })));
        assert!(matches!(Original::read(dir.path()), Err(EditError::File { .. })));
        symlink("nowhere", dir.path().join("link")).unwrap();
        assert!(matches!(Original::read(dir.path().join("link")), Err(EditError::Refused { .. })));
        fs::write(&path, "one").unwrap();
        let edit = Original::read(&path).unwrap().to("two".to_owned());
        fs::write(&path, "three").unwrap();
        assert!(matches!(edit.write(), Err(EditError::Refused { .. })));
        assert_eq!(fs::read_to_string(&path).unwrap(), "three");
    }
}
