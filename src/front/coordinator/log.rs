//! The log of an issue: what agents printed, as it came, up to a size.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The most bytes of one file. There are two: when one is full it takes the place of the
/// older one, whose contents are dropped.
pub(crate) const MOST: u64 = 5 << 20;

/// The log, open for writing.
pub(crate) struct Log {
    path: PathBuf,
    file: Option<File>,
    size: u64,
}

impl Log {
    /// Goes on with the log at `path`.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = append(path)?;
        let size = file.metadata()?.len();
        Ok(Self { path: path.to_owned(), file: Some(file), size })
    }

    /// Writes to the log. What cannot be written is dropped: the work goes on.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(usize::try_from(MOST).unwrap_or(usize::MAX)) {
            if self.size + part.len() as u64 > MOST {
                self.begin_another();
            }
            if let Some(file) = &mut self.file
                && file.write_all(part).is_ok()
            {
                self.size += part.len() as u64;
            }
        }
    }

    fn begin_another(&mut self) {
        self.file = fs::rename(&self.path, older(&self.path)).and_then(|()| append(&self.path)).ok();
        self.size = 0;
    }
}

/// The file with what was printed before.
pub(crate) fn older(path: &Path) -> PathBuf {
    path.with_extension("log.1")
}

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_keeps_the_end_of_what_is_printed_and_never_grows_beyond_two_files() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("logs/x.log");
        let mut log = Log::open(&path).unwrap();
        let line = vec![b'x'; 1 << 16];
        for _ in 0..400 {
            log.write(&line);
        }
        log.write(b"the end");
        let sizes = [&path, &older(&path)].map(|path| fs::metadata(path).unwrap().len());
        assert!(sizes.iter().all(|size| *size <= MOST) && sizes[1] > MOST / 2, "{sizes:?}");
        assert!(fs::read(&path).unwrap().ends_with(b"the end"));
        drop(log);
        let mut again = Log::open(&path).unwrap();
        again.write(b"; more");
        assert!(fs::read(&path).unwrap().ends_with(b"the end; more"));
    }
}
