//! Settings of git's that may cost work.

use super::{Examination, Level, Remedy};
use crate::model::Durability;

/// What a time of git's may be that leaves objects no time at all.
const AT_ONCE: [&str; 3] = ["now", "all", "0"];

impl Examination<'_> {
    pub(super) fn settings(&mut self) {
        self.pruning();
        self.log_expiry();
        self.durability();
    }

    fn at_once(&self, key: &str) -> bool {
        let value = self.repo.git_setting(key);
        value.is_some_and(|value| AT_ONCE.contains(&value.trim().to_ascii_lowercase().as_str()))
    }

    fn pruning(&mut self) {
        if self.at_once("gc.pruneExpire") {
            let message =
                "gc.pruneExpire leaves no time: a gc beside a mutation removes what is being written";
            let remedy = Remedy::Hand("git config --unset gc.pruneExpire, for two weeks".to_owned());
            self.findings.with(Level::Problem, "gc_prunes_at_once", message, remedy);
        }
    }

    fn log_expiry(&mut self) {
        let own = format!("gc.{}.", self.facts.reference);
        for name in ["reflogExpire", "reflogExpireUnreachable"] {
            for key in [format!("gc.{name}"), format!("{own}{name}")] {
                if self.at_once(&key) {
                    let message =
                        format!("{key} leaves no time: what a mistake removed cannot be found again");
                    let remedy = Remedy::Hand(format!("git config --unset {key}"));
                    self.findings.with(Level::Warning, "log_expires_at_once", message, remedy);
                }
            }
        }
    }

    fn durability(&mut self) {
        if let Some(text) = self.repo.configured_durability().filter(|text| Durability::parse(text).is_none())
        {
            let message =
                format!("jit.durability is {text:?}, which is neither 'full' nor 'fast': it is ignored");
            let remedy = Remedy::Hand("git config --unset jit.durability".to_owned());
            self.findings.with(Level::Warning, "bad_durability", message, remedy);
        }
        if self.facts.durability == Durability::Fast {
            let message = "durability is 'fast': a power cut may lose or damage recent changes";
            let remedy = Remedy::Hand(
                "jit config set durability full, or git config --unset jit.durability".to_owned(),
            );
            self.findings.with(Level::Info, "fast", message, remedy);
        }
    }
}
