//! Writing the files of a tracker into a folder, for tools that do not know jit.
//!
//! What is written is what is stored, byte for byte. Before the first file is written,
//! everything that is in the way is looked at: a refusal changes nothing in the folder.

mod choice;
pub(super) mod file;
mod folder;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use choice::Choice;
use folder::Folder;

use super::{CommandExecutor, Error};
use crate::model::query::Filter;
use crate::store::{Repo, Snapshot, StoredFile, StoredName};

/// What an export wrote.
#[derive(Debug)]
pub struct Exported {
    /// The folder.
    pub dir: PathBuf,
    /// How many issues are in it.
    pub issues: usize,
    /// How many gate definitions are in it.
    pub gates: usize,
    /// How many files of the tracker are in it, that of the settings included.
    pub files: usize,
    /// How many files an earlier export had left that were removed.
    pub removed: usize,
    /// What is in the tracker's tree and was left out, by path, and why.
    pub skipped: BTreeMap<String, String>,
}

impl CommandExecutor {
    /// Writes the settings, the gate definitions and the issues that `filter` admits into
    /// the folder `dir`, which is made if it is not there. One that has anything in it is
    /// refused unless `force` is set: then files of an earlier export are written anew or
    /// removed, and all others stay.
    ///
    /// What cannot be read, or is no file of a tracker, is left out and named.
    pub fn export(&self, dir: &Path, filter: &Filter, force: bool) -> Result<Exported, Error> {
        let mut repo = self.storage.open()?;
        repo.prepare_bulk_read();
        let snapshot = self.snapshot(&repo)?;
        let choice = Choice::of(&snapshot, filter, self.as_of(&snapshot));
        check_outside(&repo, dir)?;
        let top = Folder::open_or_create(dir)?;
        check_outside(&repo, top.path())?;
        let listed = snapshot.stored_files();
        let mut skipped = listed.others;
        skipped.extend(choice.damaged.iter().map(|damage| (damage.path.clone(), damage.reason.clone())));
        let admits = |file: &StoredFile| choice.has(&file.name);
        let files: Vec<StoredFile> = listed.files.into_iter().filter(admits).collect();
        let is_new = top.names()?.is_empty();
        if !is_new {
            if !force {
                return Err(Error::ExportExists { dir: top.path().to_owned() });
            }
            check_ours(&top, &files)?;
        }
        let mut exported =
            Exported { dir: top.path().to_owned(), issues: 0, gates: 0, files: 0, removed: 0, skipped };
        let written = write(&top, &snapshot, &files, &mut exported)?;
        exported.files = written.len();
        if !is_new {
            // What cannot be read now is still in the tracker, and its last copy may be this.
            let keeps = |name: &StoredName| written.contains(name) || is_under(&exported.skipped, name);
            exported.removed = remove_others(&top, &keeps)?;
        }
        Ok(exported)
    }
}

/// Git's own folders are git's: a file of ours there may look like a reference.
fn check_outside(repo: &Repo, dir: &Path) -> Result<(), Error> {
    if repo.has_inside(dir) {
        return Err(Error::ExportUnsafe { path: dir.to_owned(), reason: "is inside the git directory" });
    }
    Ok(())
}

/// Refuses to write over what is not of an earlier export.
fn check_ours(top: &Folder, files: &[StoredFile]) -> Result<(), Error> {
    for (folder, files) in by_folder(files) {
        let Some(folder) = open(top, &folder)? else { continue };
        for file in files {
            let name = file.name.file();
            // An issue's name says it all; whether a plain file is there is asked all the same.
            if let StoredName::Issue(_) = file.name {
                folder.has_file(&name)?;
            } else if folder.read(&name)?.is_some_and(|bytes| !file.name.is_plausible(&bytes)) {
                return Err(folder.unsafe_at(&name, "is not a file of a tracker"));
            }
        }
    }
    Ok(())
}

/// Writes `files`; the names of those that are now in the folder.
fn write(
    top: &Folder,
    snapshot: &Snapshot<'_>,
    files: &[StoredFile],
    exported: &mut Exported,
) -> Result<BTreeSet<StoredName>, Error> {
    let mut written = BTreeSet::new();
    for (path, files) in by_folder(files) {
        let mut folder = None;
        for file in files {
            let bytes = match snapshot.read(file) {
                Ok(bytes) => bytes,
                Err(reason) => {
                    exported.skipped.insert(file.name.path(), reason);
                    continue;
                }
            };
            if folder.is_none() {
                folder = Some(open_or_create(top, &path)?);
            }
            let folder = folder.as_ref().unwrap_or(top);
            folder.write(&file.name.file(), &bytes)?;
            match file.name {
                StoredName::Settings | StoredName::Template(_) => {}
                StoredName::Gate(_) => exported.gates += 1,
                StoredName::Issue(_) => exported.issues += 1,
            }
            written.insert(file.name.clone());
        }
    }
    Ok(written)
}

fn by_folder(files: &[StoredFile]) -> BTreeMap<Vec<String>, Vec<&StoredFile>> {
    let mut folders: BTreeMap<Vec<String>, Vec<&StoredFile>> = BTreeMap::new();
    for file in files {
        folders.entry(file.name.folder()).or_default().push(file);
    }
    folders
}

/// Whether the file, or a folder that it is in, is among `paths`.
fn is_under(paths: &BTreeMap<String, String>, name: &StoredName) -> bool {
    let path = name.path();
    path.match_indices('/').any(|(at, _)| paths.contains_key(&path[..at])) || paths.contains_key(&path)
}

/// Removes the files of an earlier export that `keeps` does not keep; how many.
fn remove_others(top: &Folder, keeps: &dyn Fn(&StoredName) -> bool) -> Result<usize, Error> {
    let issues = StoredName::ISSUES;
    top.remove_abandoned()?;
    let mut removed = 0;
    for flat in StoredName::FLAT_FOLDERS {
        if let Some(folder) = own(top.open(flat))?.flatten() {
            removed += remove_files(&folder, &[flat], keeps)?;
        }
    }
    let Some(issues_folder) = own(top.open(issues))?.flatten() else { return Ok(removed) };
    for shard in issues_folder.names()? {
        let Some(shard) = shard.to_str() else { continue };
        if let Some(folder) = own(issues_folder.open(shard))?.flatten() {
            let count = remove_files(&folder, &[issues, shard], keeps)?;
            removed += count;
            if count > 0 {
                issues_folder.remove_if_empty(shard);
            }
        }
    }
    Ok(removed)
}

fn remove_files(folder: &Folder, path: &[&str], keeps: &dyn Fn(&StoredName) -> bool) -> Result<usize, Error> {
    folder.remove_abandoned()?;
    let mut removed = 0;
    for file in folder.names()? {
        let name = file.to_str().and_then(|file| StoredName::of_file(path, file));
        let Some(name) = name.filter(|name| !keeps(name)) else { continue };
        let bytes = own(folder.read(&name.file()))?.flatten();
        if bytes.is_some_and(|bytes| name.is_plausible(&bytes)) {
            folder.remove(&name.file())?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// None in place of the refusal of a link or the like: it is not ours, and nothing was to be
/// written there.
fn own<T>(found: Result<T, Error>) -> Result<Option<T>, Error> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::ExportUnsafe { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Opens a folder below `top`, if it is there.
fn open(top: &Folder, path: &[String]) -> Result<Option<Folder>, Error> {
    let mut folder = top.again()?;
    for name in path {
        match folder.open(name)? {
            Some(next) => folder = next,
            None => return Ok(None),
        }
    }
    Ok(Some(folder))
}

/// Opens a folder below `top`, and makes those that are not there.
fn open_or_create(top: &Folder, path: &[String]) -> Result<Folder, Error> {
    path.iter().try_fold(top.again()?, |folder, name| folder.open_or_create_in(name))
}
