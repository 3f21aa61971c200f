//! What an examination found.

use crate::store;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// As it should be.
    Ok,
    /// Good to know.
    Info,
    /// It may do harm some day, or costs time.
    Warning,
    /// It does harm: work is lost or cannot be done.
    Problem,
}

impl Level {
    /// The word for programs and people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is, before a repair.
    pub level: Level,
    /// The stable name of what was found, for programs.
    pub code: &'static str,
    /// One line for people.
    pub message: String,
    /// What to do about it, if anything.
    pub remedy: Option<String>,
    /// Whether a repair may be asked for.
    pub fixable: bool,
    /// Whether it was repaired now.
    pub fixed: bool,
}

/// What can be done about a finding.
pub(super) enum Remedy<'f> {
    /// By hand, like this.
    Hand(String),
    /// By a repair, if one is asked for.
    Repair(Box<dyn FnOnce() -> Result<(), store::Error> + 'f>),
}

/// Collects findings.
pub(super) struct Findings {
    pub(super) all: Vec<Finding>,
    fix: bool,
}

impl Findings {
    pub(super) fn new(fix: bool) -> Self {
        Self { all: Vec::new(), fix }
    }

    /// Adds one that needs no remedy.
    pub(super) fn add(&mut self, level: Level, code: &'static str, message: impl Into<String>) {
        self.push(level, code, message.into(), None);
    }

    /// Adds one with what to do about it. Asked to, repairs it at once.
    pub(super) fn with(
        &mut self,
        level: Level,
        code: &'static str,
        message: impl Into<String>,
        remedy: Remedy<'_>,
    ) {
        let message = message.into();
        let repair = match remedy {
            Remedy::Hand(how) => return self.push(level, code, message, Some(how)),
            Remedy::Repair(repair) => repair,
        };
        let outcome = self.fix.then(repair);
        let (remedy, fixed) = match outcome {
            None => (Some("jit doctor --fix".to_owned()), false),
            Some(Ok(())) => (None, true),
            Some(Err(error)) => (Some(format!("it could not be repaired: {error}")), false),
        };
        self.all.push(Finding { level, code, message, remedy, fixable: true, fixed });
    }

    /// Adds a failure of the store.
    pub(super) fn failed(&mut self, error: &store::Error, remedy: &str) {
        self.push(Level::Problem, error.code(), error.to_string(), Some(remedy.to_owned()));
    }

    fn push(&mut self, level: Level, code: &'static str, message: String, remedy: Option<String>) {
        self.all.push(Finding { level, code, message, remedy, fixable: false, fixed: false });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(fix: bool, outcome: Result<(), store::Error>) -> Finding {
        let mut findings = Findings::new(fix);
        findings.with(Level::Problem, "x", "x is wrong", Remedy::Repair(Box::new(|| outcome)));
        findings.all.remove(0)
    }

    #[test]
    fn nothing_is_repaired_unasked() {
        let mut findings = Findings::new(false);
        let never = || panic!("it was not asked for");
        findings.with(Level::Warning, "x", "x", Remedy::Repair(Box::new(never)));
        let finding = &findings.all[0];
        assert!(finding.fixable && !finding.fixed);
        assert_eq!(finding.remedy.as_deref(), Some("jit doctor --fix"));
    }

    #[test]
    fn a_repair_that_failed_leaves_the_problem() {
        assert!(found(true, Ok(())).fixed);
        let failed = found(true, Err(store::Error::Contended { reason: "too busy".into() }));
        assert!(!failed.fixed && failed.remedy.unwrap().contains("too busy"));
    }
}
