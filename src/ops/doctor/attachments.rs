//! The files that belong to issues: that the commits they are of are here.

use std::collections::BTreeSet;

use super::{Examination, Level, Remedy};
use crate::model::{Attachment, IssueId};

/// So many are named.
const MOST_NAMED: usize = 5;

impl Examination<'_> {
    pub(super) fn attachments(&mut self, all: &[(IssueId, Attachment)]) {
        if all.is_empty() {
            return;
        }
        let commits: BTreeSet<&str> = all.iter().map(|(_, attachment)| attachment.commit()).collect();
        let missing: BTreeSet<&str> =
            commits.into_iter().filter(|commit| !self.repo.has_commit(commit)).collect();
        let is_missing = |(_, attachment): &&(IssueId, Attachment)| missing.contains(attachment.commit());
        let gone: Vec<String> = all.iter().filter(is_missing).map(named).collect();
        if gone.is_empty() {
            self.findings.add(Level::Ok, "attachments", format!("files attached to issues: {}", all.len()));
            return;
        }
        let more = match gone.len().saturating_sub(MOST_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!(
            "attached files whose commit is not in this clone: {}{more}",
            gone[..gone.len().min(MOST_NAMED)].join(", ")
        );
        // What a clone was made without may be in the one that the file was attached in.
        let get = if self.facts.shallow { "git fetch --unshallow" } else { "git fetch --all" };
        let remedy =
            format!("{get}, in case a remote has it; 'jit issue detach ID PATH' removes a link to nothing");
        self.findings.with(Level::Warning, "missing_attachments", message, Remedy::Hand(remedy));
    }
}

/// For people: which file, and of which issue.
fn named((issue, attachment): &(IssueId, Attachment)) -> String {
    format!("{} at {} of {}", attachment.path(), attachment.short_commit(), issue.short())
}
