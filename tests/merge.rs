//! The rules of merging, as scenarios that can be checked by hand: `fixtures/merge/*.yaml`.
//!
//! A scenario has a `title`, and `base`, `upstream` and `local`: trackers of which only what
//! matters is written. `upstream` and `local` start from `base` and say what differs; `null`
//! deletes. Issues are named by a letter. A side's `released` are the claims that its log ends
//! though its trees never showed them; its `deleted` are issues as they were when they were
//! deleted on it, a list where that was done more than once, and their `dependents`. `expect` says what the merge gives: `issues`,
//! `gates` and `settings` as far as they matter, all `conflicts` (`place field: stands <-
//! put aside`) and all `events` (`type place`).

mod scenario;

use std::fs;
use std::path::Path;

use scenario::Scenario;

#[test]
fn every_scenario_merges_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/merge");
    let mut used = 0;
    let mut failures = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it is readable").path();
        let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
        assert!(path.extension().is_some_and(|extension| extension == "yaml"), "{name} is no scenario");
        let text = fs::read_to_string(&path).expect("it is readable");
        for scenario in Scenario::read_all(&name, &text) {
            failures
                .extend(scenario.check().into_iter().map(|why| format!("{name}, {}: {why}", scenario.title)));
            used += 1;
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(used >= 30, "only {used} scenarios");
}
