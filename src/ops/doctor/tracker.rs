//! The tracker: that it can be read, what is in it, and the log of its reference.

use super::objects::size;
use super::{Examination, Level, MOST_COMMITS, Remedy};
use crate::model::validate::Problem;
use crate::ops::validate::{Validated, validate};
use crate::store::{CommitId, Error, Snapshot};

/// So many files are looked at to tell the size of a tracker.
const MOST_FILES: usize = 1000;

/// A tracker in numbers.
#[derive(Clone, Copy, Debug)]
pub struct TrackerFacts {
    /// The commit it is at.
    pub tip: CommitId,
    /// How many commits are in its history, at most [`MOST_COMMITS`].
    pub commits: usize,
    /// How many issues.
    pub issues: usize,
    /// How many gate definitions.
    pub gates: usize,
    /// How many issues somebody holds.
    pub claimed: usize,
    /// How many values merges could not keep and nobody settled.
    pub conflicts: usize,
    /// How many files cannot be read.
    pub damaged: usize,
    /// The size of all its files in bytes.
    pub bytes: u64,
    /// Whether that is an estimate.
    pub bytes_estimated: bool,
}

impl Examination<'_> {
    pub(super) fn tracker(&mut self) {
        if let Some(other) = self.repo.other_tracker() {
            let message =
                format!("jit.ref is {}; {other} exists as well and is not looked at", self.facts.reference);
            let remedy =
                Remedy::Hand(format!("git config --unset jit.ref, if {other} is the one that is meant"));
            self.findings.with(Level::Warning, "other_tracker", message, remedy);
        }
        match self.repo.try_tip() {
            Ok(None) => return self.no_tracker(),
            Ok(Some(tip)) => self.log(tip),
            Err(error) => return self.unusable(&error),
        }
        let snapshot = match Snapshot::current(self.repo) {
            Ok(snapshot) => snapshot,
            Err(error) => return self.unusable(&error),
        };
        self.facts.durability = self.repo.durability(Some(&snapshot.settings));
        // Not through the cache, which would be brought up to date and might hide damage.
        self.counted(&snapshot, &validate(&snapshot));
    }

    fn no_tracker(&mut self) {
        let message = format!("there is no tracker: {} does not exist", self.facts.reference);
        let how = match self.repo.first_remote() {
            Some(remote) => format!("jit init, which also takes over the tracker of {remote} if it has one"),
            None => "jit init".to_owned(),
        };
        self.findings.with(Level::Info, "no_tracker", message, Remedy::Hand(how));
    }

    /// The reference is there, but what it leads to is not a tracker.
    fn unusable(&mut self, error: &Error) {
        let reference = &self.facts.reference;
        let how = format!(
            "'git reflog {reference}' shows where it was; 'git update-ref {reference} <commit>' goes back there"
        );
        self.findings.failed(error, &how);
    }

    fn log(&mut self, tip: CommitId) {
        let repo = self.repo;
        let reference = &self.facts.reference;
        if !repo.has_log() {
            let message = format!("moves of {reference} by git are not logged, so mistakes cannot be undone");
            let remedy = Remedy::Repair(Box::new(|| repo.create_log()));
            self.findings.with(Level::Warning, "no_log", message, remedy);
        } else if !repo.log_ends_at(tip) {
            let message = format!("the last move of {reference} is not in its log: another program made it");
            self.findings.add(Level::Info, "unlogged_move", message);
        } else {
            let (moves, bytes) = repo.log_size();
            let message = format!("moves of {reference} in its reflog: {moves} ({})", size(bytes));
            self.findings.add(Level::Ok, "log", message);
        }
    }

    fn counted(&mut self, snapshot: &Snapshot<'_>, found: &Validated) {
        let (bytes, bytes_estimated) = snapshot.bytes(MOST_FILES);
        let facts = TrackerFacts {
            tip: snapshot.commit(),
            commits: self.repo.count_ahead(snapshot.commit(), None, MOST_COMMITS),
            issues: found.issues,
            gates: found.gates,
            claimed: found.claimed,
            conflicts: found.conflicts,
            damaged: found.damaged,
            bytes,
            bytes_estimated,
        };
        let more = if facts.commits >= MOST_COMMITS { "+" } else { "" };
        let about = if bytes_estimated { "about " } else { "" };
        let message = format!(
            "{}: issues {}, gates {}, commits {}{more}, {about}{} in files",
            self.facts.reference,
            facts.issues,
            facts.gates,
            facts.commits,
            size(bytes)
        );
        self.findings.add(Level::Ok, "tracker", message);
        self.broken_rules(&found.problems, &facts);
        self.attachments(&found.attachments);
        self.facts.tracker = Some(facts);
    }

    fn broken_rules(&mut self, problems: &[Problem], facts: &TrackerFacts) {
        if facts.damaged > 0 {
            let message = format!("files of the tracker that cannot be read: {}", facts.damaged);
            let remedy = Remedy::Hand("'jit validate' names them".to_owned());
            self.findings.with(Level::Problem, "damaged", message, remedy);
        }
        if facts.conflicts > 0 {
            let message =
                format!("values that a merge could not keep and nobody settled: {}", facts.conflicts);
            let remedy = Remedy::Hand("'jit conflict list' shows them".to_owned());
            self.findings.with(Level::Info, "conflicts", message, remedy);
        }
        let told = |problem: &&Problem| matches!(problem, Problem::Damaged { .. } | Problem::Conflict { .. });
        let broken = problems.iter().filter(|problem| !told(problem)).count();
        if broken > 0 {
            let message = format!("rules that the stored tracker breaks: {broken}");
            let remedy = Remedy::Hand("'jit validate' names them".to_owned());
            self.findings.with(Level::Warning, "broken_rules", message, remedy);
        }
    }
}
