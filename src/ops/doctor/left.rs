//! Files that killed programs have left.

use super::objects::size;
use super::{Examination, Level, Remedy};
use crate::store::{LeftFile, LeftKind};

impl Examination<'_> {
    pub(super) fn left(&mut self) {
        let files = self.repo.left_files(self.now);
        let of = |kind| files.iter().filter(move |file| file.kind == kind).collect::<Vec<&LeftFile>>();
        let locks = [LeftKind::TrackerLock, LeftKind::TrackingLock, LeftKind::MaintenanceLock];
        for file in locks.into_iter().flat_map(of) {
            let message = format!("{} was left by a program that is gone", file.path.display());
            let remedy = self.removal(vec![file]);
            self.findings.with(Level::Warning, "left_lock", message, remedy);
        }
        for file in of(LeftKind::PackedRefsLock) {
            let path = file.path.display();
            let message = format!("{path} is old: git cannot fetch, push or tidy up while it is there");
            let remedy = Remedy::Hand(format!("rm {path}, if no git runs here"));
            self.findings.with(Level::Warning, "packed_refs_lock", message, remedy);
        }
        let ours = of(LeftKind::Temporary);
        if !ours.is_empty() {
            let message = format!("temporary files that killed processes left: {}", amount(&ours));
            let remedy = self.removal(ours);
            self.findings.with(Level::Info, "temporaries", message, remedy);
        }
        let gits = of(LeftKind::GitTemporary);
        if !gits.is_empty() {
            let message =
                format!("temporary objects of git's: {}; its gc removes them in time", amount(&gits));
            self.findings.add(Level::Info, "git_temporaries", message);
        }
    }

    fn removal<'f>(&self, files: Vec<&'f LeftFile>) -> Remedy<'f>
    where
        Self: 'f,
    {
        let (repo, now) = (self.repo, self.now);
        Remedy::Repair(Box::new(move || files.into_iter().try_for_each(|file| repo.remove_left(file, now))))
    }
}

fn amount(files: &[&LeftFile]) -> String {
    let bytes = files.iter().map(|file| file.bytes).sum();
    format!("{} ({})", files.len(), size(bytes))
}
