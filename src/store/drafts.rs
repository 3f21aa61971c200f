//! Texts that somebody is writing, each a file of this clone until it is stored or given up.
//!
//! Beside each is what it was made of, so that it can be told later what was changed. Nothing
//! removes a text but [`KeptDraft::discard`]: a program that is killed leaves it. One process
//! has a draft at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{Error, Repo, format, regular};

/// Where drafts are, below the private directory.
const DRAFTS: &str = "drafts";
/// What ends the name of the text.
const TEXT: &str = ".md";
/// What ends the name of what it was made of.
const ORIGIN: &str = ".from";

/// A text that somebody is writing, held by this process until it is dropped.
#[derive(Debug)]
pub struct KeptDraft {
    path: PathBuf,
    origin_path: PathBuf,
    origin: File,
}

impl Repo {
    /// Takes the draft called `name`, which need not be there yet.
    pub(crate) fn take_draft(&self, name: &str) -> Result<KeptDraft, Error> {
        let dir = self.private_dir().join(DRAFTS);
        self.create_dirs(&dir)?;
        let (path, origin_path) = (dir.join(name.to_owned() + TEXT), dir.join(name.to_owned() + ORIGIN));
        loop {
            let mut options = OpenOptions::new();
            options.create(true).truncate(false).read(true).write(true);
            let origin =
                regular::open_with(&mut options, &origin_path).map_err(Error::io("open", &origin_path))?;
            match origin.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(Error::DraftInUse { path }),
                Err(TryLockError::Error(source)) => {
                    return Err(Error::Io { action: "lock", path: origin_path, source });
                }
            }
            // Whoever had it may have given it up, and removed the file, in between.
            if is_same(&origin, &origin_path) {
                return Ok(KeptDraft { path, origin_path, origin });
            }
        }
    }

    /// The names of all drafts that begin with `start`, the one that was written last at the end.
    pub(crate) fn draft_names(&self, start: &str) -> Vec<String> {
        let entries = fs::read_dir(self.private_dir().join(DRAFTS)).into_iter().flatten().flatten();
        let mut found: Vec<(SystemTime, String)> = entries
            .filter_map(|entry| {
                let name = entry.file_name().to_str()?.strip_suffix(TEXT)?.to_owned();
                let written = entry.metadata().and_then(|meta| meta.modified()).ok()?;
                name.starts_with(start).then_some((written, name))
            })
            .collect();
        found.sort();
        found.into_iter().map(|(_, name)| name).collect()
    }

    /// The editor that git is configured to start.
    pub(crate) fn editor(&self) -> Option<String> {
        let value = self.git.config_snapshot().string("core.editor")?;
        Some(value.to_string()).filter(|editor| !editor.trim().is_empty())
    }
}

impl KeptDraft {
    /// The file with the text.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is anything where the text would be.
    pub fn is_there(&self) -> bool {
        self.path.symlink_metadata().is_ok()
    }

    /// What a text was made of that is kept, and the text; none if there is none.
    pub fn kept(&self) -> Result<Option<(String, Vec<u8>)>, Error> {
        let mut origin = String::new();
        let read = self.at_start().and_then(|mut file| file.read_to_string(&mut origin));
        read.map_err(Error::io("read", &self.origin_path))?;
        if origin.is_empty() || !self.path.exists() {
            return Ok(None);
        }
        Ok(Some((origin, self.text()?)))
    }

    /// Begins with `text`, which is made of `origin`.
    pub fn begin(&self, origin: &str, text: &str) -> Result<(), Error> {
        let written = self.at_start().and_then(|mut file| {
            file.set_len(0)?;
            file.write_all(origin.as_bytes())
        });
        written.map_err(Error::io("write", &self.origin_path))?;
        // Neither a link nor a pipe that is in its place is written to.
        fs::remove_file(&self.path).or_else(not_there).map_err(Error::io("remove", &self.path))?;
        regular::write_new(&self.path, text.as_bytes()).map_err(Error::io("write", &self.path))
    }

    /// The text as it is now; empty if there is none any more.
    pub fn text(&self) -> Result<Vec<u8>, Error> {
        let most = u64::try_from(format::MAX_BYTES).expect("it fits");
        match regular::read(&self.path, most) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            read => read.map_err(Error::io("read", &self.path)),
        }
    }

    /// Removes the text: it is stored, or nobody wants it.
    pub fn discard(&self) -> Result<(), Error> {
        // An editor may have left a folder.
        let is_folder = fs::symlink_metadata(&self.path).is_ok_and(|meta| meta.is_dir());
        let removed = if is_folder { fs::remove_dir_all(&self.path) } else { fs::remove_file(&self.path) };
        removed.or_else(not_there).map_err(Error::io("remove", &self.path))?;
        fs::remove_file(&self.origin_path).or_else(not_there).map_err(Error::io("remove", &self.origin_path))
    }

    fn at_start(&self) -> io::Result<&File> {
        (&self.origin).rewind()?;
        Ok(&self.origin)
    }
}

fn not_there(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

fn is_same(open: &File, path: &Path) -> bool {
    let here = |meta: fs::Metadata| (meta.dev(), meta.ino());
    match (open.metadata(), fs::symlink_metadata(path)) {
        (Ok(open), Ok(named)) => here(open) == here(named),
        _ => false,
    }
}
