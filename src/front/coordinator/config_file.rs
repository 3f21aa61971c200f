//! Where the configuration is, and how it is read and first written.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::Error;
use super::config::Config;

/// The folder, at the top of the working tree.
const FOLDER: &str = ".jit";

/// The two languages of configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// `.jit/coordinator.json`
    #[default]
    Json,
    /// `.jit/coordinator.toml`
    Toml,
}

impl Format {
    /// The file below `work_dir`.
    pub(crate) fn path(self, work_dir: &Path) -> PathBuf {
        work_dir.join(FOLDER).join(match self {
            Self::Json => "coordinator.json",
            Self::Toml => "coordinator.toml",
        })
    }

    const fn example(self) -> &'static str {
        match self {
            Self::Json => include_str!("example.json"),
            Self::Toml => include_str!("example.toml"),
        }
    }
}

/// The configuration file of the repository whose working tree is `work_dir`, if there is one.
pub(crate) fn find(work_dir: &Path) -> Result<Option<(Format, PathBuf)>, Error> {
    let found = |format: Format| Some(format.path(work_dir)).filter(|path| path.exists());
    match (found(Format::Json), found(Format::Toml)) {
        (Some(json), Some(toml)) => Err(Error::ConfigAmbiguous { json, toml }),
        (Some(json), None) => Ok(Some((Format::Json, json))),
        (None, Some(toml)) => Ok(Some((Format::Toml, toml))),
        (None, None) => Ok(None),
    }
}

/// The configuration of a repository, and the file it is from.
pub(crate) fn load(work_dir: &Path) -> Result<(Config, PathBuf), Error> {
    let found = find(work_dir)?;
    let missing = || Error::ConfigMissing { path: Format::default().path(work_dir) };
    let (format, path) = found.ok_or_else(missing)?;
    let config = match format {
        Format::Json => json(&path)?,
        Format::Toml => toml(&path)?,
    };
    Ok((config, path))
}

/// Writes the example, unless there is a configuration that must not be replaced.
pub(crate) fn write_example(work_dir: &Path, format: Format, replace: bool) -> Result<PathBuf, Error> {
    let path = format.path(work_dir);
    match find(work_dir)? {
        Some((found, _)) if found == format && replace => {}
        Some((_, found)) => return Err(Error::ConfigExists { path: found, wanted: path }),
        None => {}
    }
    let folder = work_dir.join(FOLDER);
    fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
    let mut file =
        if replace { fs::File::create(&path) } else { fs::File::create_new(&path) }.map_err(|source| {
            match source.kind() {
                ErrorKind::AlreadyExists => Error::ConfigExists { path: path.clone(), wanted: path.clone() },
                _ => Error::io("write", &path)(source),
            }
        })?;
    file.write_all(format.example().as_bytes()).map_err(Error::io("write", &path))?;
    Ok(path)
}

/// Reads JSON.
pub(crate) fn json<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let text = read(path)?;
    serde_json::from_str(&text).map_err(|error| {
        let whole = error.to_string();
        let reason = whole.split(" at line ").next().unwrap_or(&whole);
        bad(path, Some(error.line()), reason)
    })
}

/// Reads TOML.
pub(crate) fn toml<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let text = read(path)?;
    toml::from_str(&text).map_err(|error| {
        let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        bad(path, line, error.message())
    })
}

fn read(path: &Path) -> Result<String, Error> {
    let bytes = fs::read(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => Error::ConfigMissing { path: path.to_owned() },
        _ => Error::io("read", path)(source),
    })?;
    String::from_utf8(bytes).map_err(|_| bad(path, None, "it is not UTF-8 text"))
}

fn bad(path: &Path, line: Option<usize>, reason: &str) -> Error {
    // What a library says may go over several lines.
    let reason = reason.lines().map(str::trim).collect::<Vec<_>>().join("; ");
    Error::ConfigInvalid { path: path.to_owned(), line: line.filter(|line| *line > 0), reason }
}
