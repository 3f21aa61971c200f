//! Whether the remote has it all, once.

use std::collections::BTreeMap;

use super::scene::Scene;

/// Insists that according to the remote each of `ids` was claimed once and finished once,
/// and that no claim is left there.
pub fn remote(scene: &Scene, ids: &[String]) {
    let format = "--format=%(trailers:key=Jit-Event,valueonly)";
    let log = scene.git(&scene.hub(), &["log", format, "refs/jit/main"]);
    let once: BTreeMap<&str, usize> = ids.iter().map(|id| (id.as_str(), 1)).collect();
    for what in ["issue_claimed", "issue_completed"] {
        let events: Vec<serde_json::Value> = log
            .lines()
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_str(line).expect("every event is JSON"))
            .filter(|event: &serde_json::Value| event["type"] == what)
            .collect();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for event in &events {
            *counts.entry(event["issue_id"].as_str().expect("it names its issue")).or_default() += 1;
        }
        assert_eq!(counts, once, "{what}");
    }
    let claims = scene.git(&scene.hub(), &["for-each-ref", "--format=%(refname)", "refs/jit/claims"]);
    assert_eq!(claims, "", "claims are left at the remote");
}
