//! Files of our own that others may have put something else in place of: a link is not
//! followed, a pipe is not waited for, and a file that is far too long is not read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::fcntl::OFlag;

/// Opens a file for reading.
pub(super) fn open(path: &Path) -> io::Result<File> {
    open_with(OpenOptions::new().read(true), path)
}

/// Opens a file as `options` say, if it is one.
pub(super) fn open_with(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let careful = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    let file = options.custom_flags(careful.bits()).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(not_a_file()) }
}

/// Reads a file of at most `most` bytes.
pub(super) fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = open(path)?;
    if file.metadata()?.len() > most {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a short text.
pub(super) fn read_text(path: &Path) -> io::Result<String> {
    let bytes = read(path, 4 << 10)?;
    String::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData.into())
}

/// Writes `bytes` into a file that was not there.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(bytes)
}

/// Gives a complete file the name `to`, in place of whatever has it. A folder with something
/// in it stays, and it is an error.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let Err(error) = fs::rename(from, to) else { return Ok(()) };
    if error.kind() != io::ErrorKind::IsADirectory {
        return Err(error);
    }
    fs::remove_dir(to)?;
    fs::rename(from, to)
}

/// Whether there is a folder, and no link to one.
pub(super) fn is_dir(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|meta| meta.is_dir())
}

fn not_a_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "it is not a file")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_of_its_own_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("file"), "text").unwrap();
        std::os::unix::fs::symlink(at("file"), at("link")).unwrap();
        nix::unistd::mkfifo(&at("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        fs::create_dir(at("folder")).unwrap();
        assert_eq!(read_text(&at("file")).unwrap(), "text");
        assert_eq!(read(&at("file"), 3).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        for name in ["link", "pipe", "folder", "nothing"] {
            assert!(read_text(&at(name)).is_err(), "{name}");
            assert!(open_with(OpenOptions::new().write(true), &at(name)).is_err(), "{name}");
        }
    }

    #[test]
    fn a_file_takes_the_place_of_anything_but_a_full_folder() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::create_dir_all(at("full/inner")).unwrap();
        fs::create_dir(at("empty")).unwrap();
        fs::write(at("other"), "other").unwrap();
        std::os::unix::fs::symlink(at("other"), at("link")).unwrap();
        for name in ["empty", "link", "new"] {
            write_new(&at("temporary"), b"text").unwrap();
            rename(&at("temporary"), &at(name)).unwrap();
            assert_eq!(read_text(&at(name)).unwrap(), "text", "{name}");
        }
        assert_eq!(fs::read_to_string(at("other")).unwrap(), "other");
        write_new(&at("temporary"), b"text").unwrap();
        assert!(rename(&at("temporary"), &at("full")).is_err());
        assert!(write_new(&at("temporary"), b"again").is_err());
    }
}
