//! A folder of the user's that is written to without ever leaving it.
//!
//! Every name is looked up in an open folder, never through a path, and links are not
//! followed: whatever somebody puts there, also while jit writes, nothing outside changes.
//! Each file appears complete or not at all.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat, renameat};
use nix::sys::stat::{Mode, SFlag, fstatat, mkdirat};
use nix::unistd::{UnlinkatFlags, unlinkat};

use crate::ops::Error;
use crate::store;

/// Names of files that are not complete yet begin so; the process's number follows.
const TEMPORARY: &str = ".jit-export-";

/// An open folder.
pub(super) struct Folder {
    fd: OwnedFd,
    path: PathBuf,
}

impl Folder {
    /// Opens the folder at `path`, which the user named; makes it where there is none.
    pub(super) fn open_or_create(path: &Path) -> Result<Self, Error> {
        let failed = |action| move |source| io_error(action, path, source);
        std::fs::create_dir_all(path).map_err(failed("create"))?;
        let path = path.canonicalize().map_err(failed("open"))?;
        let fd = File::open(&path).map_err(failed("open"))?.into();
        Ok(Self { fd, path })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The same folder, opened once more.
    pub(super) fn again(&self) -> Result<Self, Error> {
        let fd = self.fd.try_clone().map_err(|source| io_error("open", &self.path, source))?;
        Ok(Self { fd, path: self.path.clone() })
    }

    /// Opens a folder in this one, if it is there. A link to one is refused.
    pub(super) fn open(&self, name: &str) -> Result<Option<Self>, Error> {
        let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        match openat(&self.fd, name, flags, Mode::empty()) {
            Ok(fd) => Ok(Some(Self { fd, path: self.path.join(name) })),
            Err(Errno::ENOENT) => Ok(None),
            Err(Errno::ELOOP | Errno::ENOTDIR) => Err(self.unsafe_at(name, "is not a folder")),
            Err(error) => Err(self.failed("open", name, error)),
        }
    }

    /// Opens a folder in this one, and makes it where there is none.
    pub(super) fn open_or_create_in(&self, name: &str) -> Result<Self, Error> {
        loop {
            if let Some(folder) = self.open(name)? {
                return Ok(folder);
            }
            match mkdirat(&self.fd, name, Mode::from_bits_truncate(0o777)) {
                Ok(()) | Err(Errno::EEXIST) => {}
                Err(error) => return Err(self.failed("create", name, error)),
            }
        }
    }

    /// The names of what is in it, sorted.
    pub(super) fn names(&self) -> Result<Vec<OsString>, Error> {
        let failed = |error| self.failed("list", "", error);
        // Opened anew: a copy of the descriptor would share the place that reading has come to.
        let flags = OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let mut dir = Dir::openat(&self.fd, ".", flags, Mode::empty()).map_err(failed)?;
        let mut names = Vec::new();
        for entry in dir.iter() {
            let name = entry.map_err(failed)?.file_name().to_bytes().to_owned();
            if name != b"." && name != b".." {
                names.push(OsString::from_vec(name));
            }
        }
        names.sort();
        Ok(names)
    }

    /// Whether a file is there. Refused where something else is: a link, a folder, a device.
    pub(super) fn has_file(&self, name: &str) -> Result<bool, Error> {
        match fstatat(&self.fd, name, AtFlags::AT_SYMLINK_NOFOLLOW) {
            Ok(stat) if SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT == SFlag::S_IFREG => Ok(true),
            Ok(_) => Err(self.unsafe_at(name, "is not a plain file")),
            Err(Errno::ENOENT) => Ok(false),
            Err(error) => Err(self.failed("read", name, error)),
        }
    }

    /// The bytes of a file, if it is there.
    pub(super) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        if !self.has_file(name)? {
            return Ok(None);
        }
        let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
        let fd = match openat(&self.fd, name, flags, Mode::empty()) {
            Ok(fd) => fd,
            Err(Errno::ENOENT) => return Ok(None),
            Err(Errno::ELOOP) => return Err(self.unsafe_at(name, "is not a plain file")),
            Err(error) => return Err(self.failed("read", name, error)),
        };
        let mut bytes = Vec::new();
        let read = File::from(fd).read_to_end(&mut bytes);
        read.map_err(|source| io_error("read", &self.path.join(name), source))?;
        Ok(Some(bytes))
    }

    /// Writes a file, in place of one of the same name. One that has these bytes already is
    /// left as it is.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        if self.read(name)?.is_some_and(|present| present == bytes) {
            return Ok(());
        }
        let temporary = format!("{TEMPORARY}{}", std::process::id());
        let written = self.write_new(&temporary, bytes).and_then(|()| {
            let renamed = renameat(&self.fd, temporary.as_str(), &self.fd, name);
            renamed.map_err(|error| self.failed("write", name, error))
        });
        if written.is_err() {
            // The failure is what is told; a later export removes what stays.
            unlinkat(&self.fd, temporary.as_str(), UnlinkatFlags::NoRemoveDir).ok();
        }
        written
    }

    fn write_new(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let fd = openat(&self.fd, name, flags, Mode::from_bits_truncate(0o666));
        let mut file = File::from(fd.map_err(|error| self.failed("create", name, error))?);
        file.write_all(bytes).map_err(|source| io_error("write", &self.path.join(name), source))
    }

    /// Removes a file.
    pub(super) fn remove(&self, name: &str) -> Result<(), Error> {
        match unlinkat(&self.fd, name, UnlinkatFlags::NoRemoveDir) {
            Ok(()) | Err(Errno::ENOENT) => Ok(()),
            Err(error) => Err(self.failed("remove", name, error)),
        }
    }

    /// Removes a folder in this one if nothing is in it.
    pub(super) fn remove_if_empty(&self, name: &str) {
        unlinkat(&self.fd, name, UnlinkatFlags::RemoveDir).ok();
    }

    /// Removes what an export left here that was killed while it wrote a file.
    pub(super) fn remove_abandoned(&self) -> Result<(), Error> {
        for name in self.names()? {
            let digits = name.to_str().and_then(|name| name.strip_prefix(TEMPORARY));
            let is_ours = digits.is_some_and(|digits| digits.parse::<u32>().is_ok());
            if let Some(name) = name.to_str().filter(|_| is_ours) {
                self.remove(name)?;
            }
        }
        Ok(())
    }

    /// The refusal to touch what is under a name.
    pub(super) fn unsafe_at(&self, name: &str, reason: &'static str) -> Error {
        Error::ExportUnsafe { path: self.path.join(name), reason }
    }

    fn failed(&self, action: &'static str, name: &str, error: Errno) -> Error {
        io_error(action, &self.path.join(name), error.into())
    }
}

fn io_error(action: &'static str, path: &Path, source: io::Error) -> Error {
    store::Error::Io { action, path: path.to_owned(), source }.into()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_file_is_written_and_read_and_leaves_nothing_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open_or_create(&dir.path().join("a/b")).unwrap();
        for bytes in [&b"one"[..], b"two", b"two", b""] {
            folder.write("file", bytes).unwrap();
            assert_eq!(folder.read("file").unwrap().as_deref(), Some(bytes));
            assert_eq!(folder.names().unwrap(), ["file"]);
        }
        folder.remove("file").unwrap();
        folder.remove("file").unwrap();
        assert_eq!((folder.read("file").unwrap(), folder.names().unwrap().len()), (None, 0));
    }

    #[test]
    fn a_folder_that_is_replaced_by_a_link_while_it_is_open_is_not_left() {
        let dir = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let top = Folder::open_or_create(dir.path()).unwrap();
        let inner = top.open_or_create_in("inner").unwrap();
        fs::rename(dir.path().join("inner"), dir.path().join("moved")).unwrap();
        symlink(outside.path(), dir.path().join("inner")).unwrap();
        inner.write("file", b"text").unwrap();
        assert_eq!(fs::read(dir.path().join("moved/file")).unwrap(), b"text");
        assert!(matches!(top.open_or_create_in("inner"), Err(Error::ExportUnsafe { .. })));
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    }

    #[test]
    fn only_plain_files_are_read_and_written() {
        let dir = tempfile::tempdir().unwrap();
        let top = Folder::open_or_create(dir.path()).unwrap();
        fs::write(dir.path().join("target"), "text").unwrap();
        symlink("target", dir.path().join("link")).unwrap();
        symlink("nowhere", dir.path().join("dangling")).unwrap();
        fs::create_dir(dir.path().join("folder")).unwrap();
        for name in ["link", "dangling", "folder"] {
            assert!(matches!(top.read(name), Err(Error::ExportUnsafe { .. })), "{name}");
            assert!(matches!(top.write(name, b"other"), Err(Error::ExportUnsafe { .. })), "{name}");
        }
        assert_eq!(fs::read(dir.path().join("target")).unwrap(), b"text");
        assert_eq!(top.names().unwrap(), ["dangling", "folder", "link", "target"]);
    }

    #[test]
    fn only_what_exports_leave_behind_is_cleared_away() {
        let dir = tempfile::tempdir().unwrap();
        let top = Folder::open_or_create(dir.path()).unwrap();
        for name in [".jit-export-12", ".jit-export-", ".jit-export-x", "12"] {
            fs::write(dir.path().join(name), "").unwrap();
        }
        top.remove_abandoned().unwrap();
        assert_eq!(top.names().unwrap(), [".jit-export-", ".jit-export-x", "12"]);
    }
}
