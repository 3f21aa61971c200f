//! Letting git tidy up the object store in the background.

use super::git;
use crate::store::Repo;

/// Starts `git maintenance run --auto`, which packs loose objects where there are many and
/// otherwise ends at once. Nobody waits for it, and two never run at once: git's own lock
/// is held until it ends, since it is told not to go to the background by itself. Whatever
/// becomes of it is no concern of the command that started it.
pub(crate) fn start(repo: &Repo) {
    let mut settings = vec!["gc.autoDetach=false".to_owned(), "maintenance.autoDetach=false".to_owned()];
    settings.extend(log_settings(repo.ref_name(), &repo.log_expiry()));
    let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
    // Where git cannot be started, the next command of the user's that needs it says so.
    git::start_detached(repo, &settings, &["maintenance", "run", "--auto", "--quiet"]).unwrap_or_default();
}

/// Settings that keep git from walking the history for entries of the tracker's log that it
/// does not reach: it holds the lock on the reference meanwhile, which mutations wait for.
/// Only entries that are too old go.
fn log_settings(reference: &str, expiry: &str) -> Vec<String> {
    // The first one ends the name of a setting.
    if reference.contains('=') {
        return Vec::new();
    }
    vec![
        format!("gc.{reference}.reflogExpire={expiry}"),
        format!("gc.{reference}.reflogExpireUnreachable=never"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_a_log_name_its_reference() {
        let settings = log_settings("refs/jit/main", "90.days");
        assert_eq!(settings[0], "gc.refs/jit/main.reflogExpire=90.days");
        assert_eq!(settings[1], "gc.refs/jit/main.reflogExpireUnreachable=never");
        assert!(log_settings("refs/jit/a=b", "90.days").is_empty());
    }
}
