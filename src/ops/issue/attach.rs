//! Attaching files to issues.

use crate::model::{IdPrefix, Refusal, attachment};
use crate::ops::mutate::{Outcome, Reach};
use crate::ops::{CommandExecutor, Error};

impl CommandExecutor {
    /// Attaches files that the repository has, each named as `path` (at `HEAD`) or
    /// `path@revision`, to an issue: all of them or none.
    pub fn attach(&self, issue: &IdPrefix, files: &[String]) -> Result<Outcome, Error> {
        let repo = self.storage.open()?;
        let found = files.iter().map(|file| Ok(repo.find_file(file)??)).collect::<Result<Vec<_>, Error>>()?;
        self.mutate(None, std::slice::from_ref(issue), Reach::Named, |draft, ids| {
            found.iter().try_for_each(|file| attachment::attach(draft, ids[0], file))
        })
    }

    /// Detaches files from an issue, each named as `path` or `path@revision`, with the path as the
    /// issue shows it or as it is seen from here: all of them or none.
    pub fn detach(&self, issue: &IdPrefix, files: &[String]) -> Result<Outcome, Error> {
        let repo = self.storage.open()?;
        self.mutate(None, std::slice::from_ref(issue), Reach::Named, |draft, ids| {
            files.iter().try_for_each(|file| {
                let refusal = match attachment::detach(draft, ids[0], file) {
                    Err(refusal @ Refusal::NotAttached { .. }) => refusal,
                    other => return other,
                };
                let seen = repo.path_from_top(file).filter(|path| path != file);
                let readings = seen.into_iter().chain(repo.with_commit(file));
                let mut detached = readings.map(|reading| attachment::detach(draft, ids[0], &reading));
                detached.find(Result::is_ok).unwrap_or(Err(refusal))
            })
        })
    }
}
