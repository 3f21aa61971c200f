//! Derived data: how current it is.

use super::objects::size;
use super::{Examination, Level, Remedy};
use crate::store::DerivedState;

impl Examination<'_> {
    pub(super) fn derived(&mut self) {
        let Ok(Some(tip)) = self.repo.try_tip() else { return };
        let repo = self.repo;
        for file in repo.derived_files(tip) {
            let (name, path) = (file.name, file.path.display());
            match file.state {
                DerivedState::Absent => {
                    let message = format!("{name}: none yet; the next reader makes it");
                    self.findings.add(Level::Info, "derived", message);
                }
                DerivedState::Broken => {
                    let message = format!("{name}: {path} cannot be used and is made anew when needed");
                    let remedy = Remedy::Repair(Box::new(|| repo.remove_derived(&file)));
                    self.findings.with(Level::Warning, "derived_broken", message, remedy);
                }
                state => {
                    let word = if state == DerivedState::Current { "current" } else { "behind" };
                    let message = format!("{name}: {word}, {}", size(file.bytes));
                    self.findings.add(Level::Ok, "derived", message);
                }
            }
            self.facts.derived.push(file);
        }
        self.unknown_private();
    }

    fn unknown_private(&mut self) {
        let unknown = self.repo.unknown_private();
        if let Some((path, _)) = unknown.first() {
            let bytes = unknown.iter().map(|(_, bytes)| bytes).sum();
            let (count, path) = (unknown.len(), path.display());
            let message =
                format!("files that this version does not know: {count} ({}), {path} the first", size(bytes));
            self.findings.add(Level::Info, "unknown_files", message);
        }
    }
}
