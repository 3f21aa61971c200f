//! Making up a project, to try and to measure on: the same one for the same plan, as real
//! as the rules allow, and by the writers of real ones.

mod history;
mod random;
mod texts;

use std::path::PathBuf;

use super::{CommandExecutor, Error};
use crate::store::{FastImport, RepoLock, Snapshot};
use random::Random;

/// How large a project.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How many issues.
    pub issues: usize,
    /// How many commits change each issue, a thousand issues at a time: at least 1, which
    /// creates it.
    pub commits_per_issue: usize,
    /// How many commits follow that change one issue each. None where there are no issues.
    pub events: usize,
    /// Chooses everything else.
    pub seed: u64,
}

/// What was generated.
#[derive(Debug)]
pub struct Generated {
    /// The repository's git directory.
    pub git_dir: PathBuf,
    /// The reference that holds the tracker.
    pub ref_name: String,
    /// How many issues.
    pub issues: usize,
    /// How many commits.
    pub commits: usize,
}

impl CommandExecutor {
    /// Gives the repository a tracker with a made-up project, through one `git
    /// fast-import`. The repository is made if there is none; with `here`, it is the one of
    /// this very directory, not one around it. Refused where there is a tracker.
    pub fn generate(&self, plan: &Plan, here: bool) -> Result<Generated, Error> {
        let (repo, _) =
            if here { self.storage.open_or_create_here() } else { self.storage.open_or_create() }?;
        let _turn = RepoLock::acquire(&repo)?;
        if Snapshot::try_current(&repo)?.is_some() {
            return Err(Error::TrackerExists { ref_name: repo.ref_name().to_owned() });
        }
        let plan = Plan { events: if plan.issues == 0 { 0 } else { plan.events }, ..plan.clone() };
        let mut commits = 0;
        crate::sync::fast_import(&repo, |out| {
            // Not the source of the history, so that nothing in it depends on how it is stored.
            let mut event_ids = Random::new(!plan.seed);
            let mut import = FastImport::begin(out, repo.ref_name())?;
            history::play(&plan, |change| {
                commits += 1;
                import.commit(change, || event_ids.uuid()).map_err(Failure::Io)
            })
            .map_err(Failure::into_io)?;
            import.end()
        })?;
        Ok(Generated {
            git_dir: repo.git_dir().to_owned(),
            ref_name: repo.ref_name().to_owned(),
            issues: plan.issues,
            commits,
        })
    }
}

/// Why a history was not written to its end.
enum Failure {
    Io(std::io::Error),
    /// A rule refused what was made up, which is a defect of the making up.
    Refused(crate::model::Refusal),
}

impl From<crate::model::Refusal> for Failure {
    fn from(refusal: crate::model::Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Failure {
    fn into_io(self) -> std::io::Error {
        match self {
            Self::Io(error) => error,
            Self::Refused(refusal) => std::io::Error::other(refusal),
        }
    }
}
