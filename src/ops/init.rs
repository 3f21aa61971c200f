//! Making a tracker.

use std::path::PathBuf;

use super::{CommandExecutor, Error, RemoteUse};
use crate::model::{Draft, EventKind, Settings, Stamp, Tracker, settings};
use crate::store::{Repo, RepoLock, Snapshot, Swap};

/// What `init` found and made.
#[derive(Debug)]
pub struct Initialized {
    /// The repository's git directory.
    pub git_dir: PathBuf,
    /// The reference that holds the tracker.
    pub ref_name: String,
    /// The remote whose tracker this clone has now.
    pub adopted_from: Option<String>,
    /// Words for the person who asked.
    pub warnings: Vec<String>,
    /// Whether the repository was made as well.
    pub repository_created: bool,
    /// Whether the tracker was made now; false if it existed.
    pub tracker_created: bool,
}

impl CommandExecutor {
    /// Gives the repository a tracker: the one that its remote has, else an empty one; and
    /// makes the repository itself where there is none. Does nothing to a tracker that exists.
    pub fn init(&self) -> Result<Initialized, Error> {
        self.check_present()?;
        let (repo, repository_created) = self.storage.open_or_create()?;
        let mut initialized = Initialized {
            git_dir: repo.git_dir().to_owned(),
            ref_name: repo.ref_name().to_owned(),
            adopted_from: None,
            warnings: Vec::new(),
            repository_created,
            tracker_created: false,
        };
        if Snapshot::try_current(&repo)?.is_some() {
            return Ok(initialized);
        }
        self.adopt(&repo, &mut initialized)?;
        if initialized.adopted_from.is_some() {
            return Ok(initialized);
        }
        let stamp = Stamp { by: self.acting(&repo, None), at: self.context.now() };
        let mut draft = Draft::new(Tracker::default(), stamp);
        draft.put_settings(Settings::default());
        let value = settings::FORMAT.to_string();
        draft.record(None, EventKind::ConfigChanged { key: "format".to_owned(), value });
        let turn = RepoLock::acquire(&repo)?;
        if let Some(change) = draft.finish().change {
            // Losing means that another process made the tracker a moment ago.
            let swap = repo.store(&turn, None, &change, || self.context.new_id())?;
            initialized.tracker_created = matches!(swap, Swap::Moved { .. });
        }
        Ok(initialized)
    }

    /// Takes over the tracker that the remote has, if it has one and can be asked. One that it
    /// keeps where this clone would not look is an error: two trackers are rarely wanted.
    fn adopt(&self, repo: &Repo, initialized: &mut Initialized) -> Result<(), Error> {
        if self.context.remote_use() == RemoteUse::Offline || repo.first_remote().is_none() {
            return Ok(());
        }
        match self.adopt_remote() {
            Ok(Some(remote)) => initialized.adopted_from = Some(remote),
            Ok(None) => self.look_elsewhere(repo)?,
            Err(error) => initialized
                .warnings
                .push(format!("{error}; if it has a tracker, the next 'jit sync' makes one of the two")),
        }
        Ok(())
    }

    /// Fails if the remote, which has nothing in the reference of this clone, has a tracker in
    /// another that trackers are kept in.
    fn look_elsewhere(&self, repo: &Repo) -> Result<(), Error> {
        let Some(remote) = repo.remote(None)? else { return Ok(()) };
        let transport = self.context.transport(repo, &remote);
        match transport.list(&repo.other_usual_refs())?.into_iter().next() {
            Some(reference) => {
                let here = repo.ref_name().to_owned();
                Err(Error::TrackerElsewhere { remote: remote.name, reference, here })
            }
            None => Ok(()),
        }
    }
}
