//! Finding and opening the repository, and refusing the kinds that could be harmed.

use std::path::{Path, PathBuf};

use gix::bstr::ByteSlice;

use super::sharing::Sharing;
use super::{Error, Progress, layout};
use crate::model::Durability;

/// Bytes of delta bases kept while many packed objects are read; a cold read of 10,000
/// packed issues takes six times as long without.
const PACK_CACHE_BYTES: usize = 32 << 20;

/// Bytes of objects kept, so that one operation reads no tree twice.
const OBJECT_CACHE_BYTES: usize = 1 << 20;

/// Extensions that do not change how objects and references are stored, or that the git
/// library handles. Anything else might: such a repository is refused.
const KNOWN_EXTENSIONS: [&str; 7] = [
    "noop",
    "objectformat",
    "partialclone",
    "preciousobjects",
    "refstorage",
    "relativeworktrees",
    "worktreeconfig",
];

/// Who the repository's user is, as git knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// `user.name` and its overrides.
    pub name: Option<String>,
    /// `user.email` and its overrides.
    pub email: Option<String>,
}

/// How many packs the library makes room for at least. It does so once, when it opens a
/// repository; every fetch can add one while we wait for our turn.
const PACKS: usize = 512;

fn open_options() -> gix::sec::trust::Mapping<gix::open::Options> {
    let slots = gix::odb::store::init::Slots::AsNeededByDiskState { multiplier: 2.0, minimum: PACKS };
    let usual = gix::sec::trust::Mapping::<gix::open::Options>::default();
    gix::sec::trust::Mapping {
        full: usual.full.object_store_slots(slots),
        reduced: usual.reduced.object_store_slots(slots),
    }
}

/// An open repository.
pub(crate) struct Repo {
    pub(super) git: gix::Repository,
    /// The reference that holds the tracker.
    pub(super) ref_name: String,
    /// The permissions of new files.
    pub(super) sharing: Sharing,
    /// Where long work is told.
    pub(super) progress: Progress,
}

impl Repo {
    /// Finds the repository that `dir` is in, and reads how it is configured.
    pub(super) fn discover(dir: PathBuf) -> Result<gix::ThreadSafeRepository, Error> {
        // git, too, overlooks ceilings that are not above the directory.
        let search =
            gix::discover::upwards::Options { match_ceiling_dir_or_error: false, ..Default::default() };
        gix::ThreadSafeRepository::discover_with_environment_overrides_opts(&dir, search, open_options())
            .map_err(|error| if error.is_not_found() { not_found(dir) } else { Error::git(error) })
    }

    /// Wraps an open repository, unless it is of a kind that could be harmed.
    pub(super) fn new(mut git: gix::Repository) -> Result<Self, Error> {
        git.object_cache_size_if_unset(OBJECT_CACHE_BYTES);
        check_owner(&git)?;
        check_extensions(&git)?;
        let ref_name = ref_name(&git)?;
        check_not_checked_out(&git, &ref_name)?;
        let sharing = Sharing::of(&git);
        Ok(Self { git, ref_name, sharing, progress: Progress::default() })
    }

    /// The same repository with nothing read of it; none if it cannot be opened any more.
    pub(super) fn reopened(&self) -> Option<Self> {
        let git = gix::open_opts(self.git.git_dir(), self.git.open_options().clone()).ok()?;
        let (ref_name, sharing, progress) = (self.ref_name.clone(), self.sharing, self.progress.clone());
        Some(Self { git, ref_name, sharing, progress })
    }

    /// Makes a repository with a working tree in `dir`; false if another process has just
    /// made one. It appears complete or not at all.
    pub(super) fn create(dir: &Path) -> Result<bool, Error> {
        remove_abandoned(dir);
        let staging = dir.join(format!("{STAGING}{}", std::process::id()));
        std::fs::create_dir_all(&staging).map_err(Error::io("create", &staging))?;
        let options = gix::create::Options::default();
        let made = gix::ThreadSafeRepository::init(&staging, gix::create::Kind::WithWorktree, options)
            .map_err(Error::git)
            .and_then(|_| publish(&staging.join(".git"), &dir.join(".git")));
        std::fs::remove_dir_all(&staging).map_err(Error::io("remove", &staging))?;
        made
    }

    /// Makes a directory below the common directory, and those it is in.
    pub(super) fn create_dirs(&self, dir: &Path) -> Result<(), Error> {
        if dir.is_dir() {
            return Ok(());
        }
        let missing = dir.ancestors().take_while(|dir| !dir.is_dir()).count();
        std::fs::create_dir_all(dir).map_err(Error::io("create", dir))?;
        dir.ancestors().take(missing).for_each(|dir| self.sharing.apply(dir));
        Ok(())
    }

    /// The directory that linked worktrees share.
    pub(super) fn common_dir(&self) -> &Path {
        self.git.common_dir()
    }

    /// What this clone keeps for itself. Absolute; it need not exist yet.
    pub(crate) fn private_dir(&self) -> PathBuf {
        let common_dir = self.common_dir();
        common_dir.canonicalize().unwrap_or_else(|_| common_dir.to_owned()).join(layout::PRIVATE_DIR)
    }

    /// The git directory, for people.
    pub(crate) fn git_dir(&self) -> &Path {
        self.git.git_dir()
    }

    /// Whether `path`, or where it would be made, is inside a git directory of this
    /// repository.
    pub(crate) fn has_inside(&self, path: &Path) -> bool {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let real = absolute.ancestors().find_map(|path| path.canonicalize().ok());
        let dirs = [self.git.git_dir(), self.git.common_dir()].map(Path::canonicalize);
        real.is_some_and(|real| dirs.iter().flatten().any(|dir| real.starts_with(dir)))
    }

    /// The reference that holds the tracker.
    pub(crate) fn ref_name(&self) -> &str {
        &self.ref_name
    }

    /// Where programs of the project run: the top of the working tree, or the git directory
    /// of a bare repository.
    pub(crate) fn work_dir(&self) -> PathBuf {
        self.git.workdir().unwrap_or_else(|| self.git.git_dir()).to_owned()
    }

    /// A remote that may have a tracker, if the repository has any remote.
    pub(crate) fn first_remote(&self) -> Option<String> {
        let mut names = self.remote_names();
        names.sort_by_key(|name| name != "origin");
        names.into_iter().next()
    }

    /// The remote that a partial clone left objects at.
    pub(super) fn partial_clone_remote(&self) -> Option<String> {
        let remote = self.first_remote()?;
        let promisor = format!("remote.{remote}.promisor");
        self.git.config_snapshot().boolean(promisor.as_str()).unwrap_or(false).then_some(remote)
    }

    /// The error that says that there is no tracker.
    pub(super) fn no_tracker(&self) -> Error {
        Error::NoTracker { name: self.ref_name.clone(), remote: self.first_remote() }
    }

    /// Who the user is, without the cost of asking for the time zone as well.
    pub(crate) fn identity(&self) -> Identity {
        let config = self.git.config_snapshot();
        let first = |keys: [&str; 4]| {
            let mut values = keys.into_iter().filter_map(|key| config.string(key));
            values.find(|value| !value.trim().is_empty()).map(|value| value.to_str_lossy().into_owned())
        };
        Identity {
            name: first([
                "gitoxide.committer.nameFallback",
                "committer.name",
                "user.name",
                "gitoxide.author.nameFallback",
            ]),
            email: first([
                "gitoxide.committer.emailFallback",
                "committer.email",
                "user.email",
                "gitoxide.author.emailFallback",
            ]),
        }
    }

    /// What this machine says of durability, if anything.
    pub(super) fn durability_override(&self) -> Option<Durability> {
        let value = self.git.config_snapshot().string(layout::DURABILITY_CONFIG_KEY)?;
        Durability::parse(&value.to_str_lossy())
    }

    /// Whether the user leaves it to programs such as this one to start git's maintenance.
    pub(crate) fn wants_maintenance(&self) -> bool {
        let config = self.git.config_snapshot();
        config.boolean("maintenance.auto") != Some(false)
            && config.integer("gc.auto").is_none_or(|objects| objects > 0)
    }

    /// How long git keeps entries of the log of the tracker's reference, in git's words.
    pub(crate) fn log_expiry(&self) -> String {
        let set = self.git.config_snapshot().string("gc.reflogExpire");
        set.map_or_else(|| "90.days".to_owned(), |value| value.to_str_lossy().into_owned())
    }

    /// Prepares for reading many objects.
    pub(crate) fn prepare_bulk_read(&mut self) {
        self.prepare_bulk_read_on(1);
    }

    /// Prepares for reading many objects on one of so many threads.
    pub(super) fn prepare_bulk_read_on(&mut self, threads: usize) {
        // Every object is read once, so keeping them only costs.
        self.git.object_cache_size(None);
        self.git.objects.set_pack_cache(move || {
            Box::new(gix::odb::pack::cache::lru::MemoryCappedHashmap::new(PACK_CACHE_BYTES / threads))
        });
    }
}

/// Where a repository is made before it appears; the process's number follows.
pub(super) const STAGING: &str = ".jit-init-";

/// Removes what processes left that were killed while they made a repository.
fn remove_abandoned(dir: &Path) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let process = entry.file_name().to_str().and_then(|name| name.strip_prefix(STAGING)?.parse().ok());
        let is_gone = |id| nix::sys::signal::kill(nix::unistd::Pid::from_raw(id), None).is_err();
        if process.is_some_and(is_gone) {
            // It is in nobody's way if it stays.
            std::fs::remove_dir_all(entry.path()).ok();
        }
    }
}

fn publish(from: &Path, to: &Path) -> Result<bool, Error> {
    match std::fs::rename(from, to) {
        Ok(()) => Ok(true),
        Err(_) if to.join("HEAD").exists() => Ok(false),
        Err(source) => Err(Error::Io { action: "create", path: to.to_owned(), source }),
    }
}

fn not_found(dir: PathBuf) -> Error {
    if let Some(git_dir) = gix::path::env::var("GIT_DIR") {
        return Error::BadGitDir { path: PathBuf::from(git_dir) };
    }
    let broken = dir.join(".git");
    if broken.symlink_metadata().is_ok() {
        Error::BrokenRepository { path: broken }
    } else {
        Error::NotARepository { dir }
    }
}

fn check_owner(git: &gix::Repository) -> Result<(), Error> {
    if git.git_dir_trust() == gix::sec::Trust::Full {
        return Ok(());
    }
    Err(Error::Untrusted { path: git.workdir().unwrap_or_else(|| git.git_dir()).to_owned() })
}

fn check_extensions(git: &gix::Repository) -> Result<(), Error> {
    let config = git.config_snapshot();
    let unsupported = |reason: String| Err(Error::Unsupported { reason });
    // git looks at extensions only in repositories of version 1, and only in their own file.
    if config.integer("core.repositoryFormatVersion").unwrap_or(0) < 1 {
        return Ok(());
    }
    for section in config.plumbing().sections_by_name("extensions").into_iter().flatten() {
        if section.meta().source.kind() != gix::config::source::Kind::Repository {
            continue;
        }
        for name in section.value_names() {
            let name = name.to_lowercase();
            if !KNOWN_EXTENSIONS.contains(&name.as_str()) {
                return unsupported(format!("uses the extension {name:?}, which jit does not know"));
            }
        }
    }
    match config.string("extensions.refStorage") {
        Some(storage) if !storage.eq_ignore_ascii_case(b"files") => unsupported(format!(
            "keeps its references as {:?}; jit needs 'files' ('git refs migrate --ref-format=files' converts)",
            storage.to_str_lossy()
        )),
        _ => Ok(()),
    }
}

/// References that git keeps apart for every working tree.
const PER_WORKTREE: [&str; 3] = ["refs/bisect/", "refs/rewritten/", "refs/worktree/"];

/// Refuses a branch that a working tree has checked out: every mutation would look like a
/// change to its files.
fn check_not_checked_out(git: &gix::Repository, name: &str) -> Result<(), Error> {
    if !name.starts_with("refs/heads/") {
        return Ok(());
    }
    let worktrees = std::fs::read_dir(git.common_dir().join("worktrees"));
    let linked = worktrees.into_iter().flatten().flatten().map(|entry| entry.path());
    let mut dirs = linked.chain([git.common_dir().to_owned()]);
    let is_head = |dir: PathBuf| {
        let head = std::fs::read_to_string(dir.join("HEAD")).unwrap_or_default();
        head.strip_prefix("ref:").is_some_and(|target| target.trim() == name)
    };
    if dirs.any(is_head) {
        return Err(Error::CheckedOut { name: name.to_owned() });
    }
    Ok(())
}

fn ref_name(git: &gix::Repository) -> Result<String, Error> {
    let Some(name) = git.config_snapshot().string(layout::REF_CONFIG_KEY) else {
        return Ok(layout::MAIN_REF.to_owned());
    };
    let valid = name.starts_with(b"refs/")
        && name.split_str("/").count() > 2
        && !PER_WORKTREE.iter().any(|prefix| name.starts_with(prefix.as_bytes()))
        && gix::validate::reference::name(name.as_bstr()).is_ok();
    match name.to_str() {
        Ok(text) if valid => Ok(text.to_owned()),
        _ => Err(Error::BadRefName { name: name.to_str_lossy().into_owned() }),
    }
}
