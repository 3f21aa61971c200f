use serde_json::{Value, json};

use super::{counts, import, imported, originals, sample, tip};

fn issue(sandbox: &crate::support::Sandbox, id: &str) -> Value {
    sandbox.json(["show", id])
}

#[test]
fn every_issue_comment_and_dependency_is_accounted_for() {
    let (sandbox, report) = imported("beads", &sample("beads.jsonl"));
    assert_eq!((&report["read"], counts(&report)), (&json!(9), [8, 0, 0, 1]));
    assert_eq!(report["comments"], 2);
    assert_eq!(report["links"]["blocks"], json!({"read": 5, "dependencies": 3}));
    assert_eq!(report["links"]["parent-child"], json!({"read": 2, "dependencies": 2}));
    assert_eq!(report["links"]["discovered-from"], json!({"read": 1, "dependencies": 0}));
    let note = |id: &str| {
        let notes = report["notes"].as_array().unwrap().iter();
        notes.filter(|note| note["id"] == id).map(|note| note["text"].as_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(note("bd-h8"), ["left out: it is deleted there"]);
    assert_eq!(note("bd-a1b2.2"), ["blocks bd-zzzz is kept aside: there is no such issue"]);
    assert_eq!(note("bd-f6"), ["blocks bd-e5 is kept aside: what is pinned holds nothing up"]);
    assert_eq!(report["fields"]["notes"]["context"], "beads.notes");
    assert_eq!(report["fields"]["comment_count"]["left_out"], "it is counted");
    assert_eq!(sandbox.json(["list"])["count"], 8);
    assert_eq!(sandbox.json(["validate"])["valid"], true);
}

#[test]
fn ready_work_is_what_it_was() {
    let (sandbox, _) = imported("beads", &sample("beads.jsonl"));
    assert_eq!(originals(&sandbox.json(["ready"])), ["bd-a1b2.2", "bd-f6"]);
    sandbox.jit(["claim", "bd-a1b2.2", "agent:x"]).ok();
    sandbox.jit(["done", "bd-a1b2.2"]).ok();
    sandbox.jit(["gate", "pass", "bd-d4", "beads-deferred"]).ok();
    assert_eq!(originals(&sandbox.json(["ready"])), ["bd-a1b2", "bd-d4", "bd-f6"]);
}

#[test]
fn an_issue_keeps_its_id_times_people_and_what_jit_has_no_field_for() {
    let (sandbox, _) = imported("beads", &sample("beads.jsonl"));
    let done = issue(&sandbox, "bd-a1b2.1");
    assert_eq!(done["created_at"], "2026-01-05T08:10:00.000Z");
    assert_eq!((&done["state"], &done["priority"]), (&json!("done"), &json!("critical")));
    assert_eq!((&done["created_by"], &done["labels"]), (&json!("human:ada"), &json!(["auth", "db"])));
    assert_eq!(done["context"]["beads.close_reason"], "merged");
    let comments = done["comments"].as_array().unwrap();
    let told = |n: usize| [&comments[n]["by"], &comments[n]["at"], &comments[n]["body"]].map(Value::clone);
    assert_eq!(told(0), ["agent:crew/worker-1", "2026-01-06T08:00:00.000Z", "Argon2id it is."]);
    assert_eq!(told(1), ["human:ada-lovelace", "2026-01-06T09:00:00.000Z", "Good.\nShip it."]);
    let page = issue(&sandbox, "bd-a1b2.2");
    assert_eq!(
        (&page["context"]["beads.notes"], &page["context"]["beads.estimate"]),
        (&json!("Ask Grace about wording"), &json!("90"))
    );
    let kinds: Value = serde_json::from_str(page["context"]["beads.dependencies"].as_str().unwrap()).unwrap();
    assert_eq!(kinds[2], json!({"id": "bd-zzzz", "type": "blocks", "created_at": "2026-01-05T09:22:00Z"}));
    let held = issue(&sandbox, "bd-c3");
    assert_eq!(
        (&held["state"], &held["claim"]["by"]),
        (&json!("in_progress"), &json!("agent:crew/worker-1"))
    );
    assert_eq!((&held["priority"], &held["context"]["beads.priority"]), (&json!("low"), &json!("4")));
}

#[test]
fn an_original_id_is_taken_wherever_an_id_is() {
    let (sandbox, _) = imported("beads", &sample("beads.jsonl"));
    for command in [
        &["show", "bd-g7"][..],
        &["comment", "bd-g7", "hello"],
        &["update", "bd-g7", "--title", "Release it", "--dep", "bd-c3"],
        &["dep", "add", "bd-a1b2", "bd-f6"],
        &["dep", "rm", "bd-a1b2", "bd-f6"],
        &["graph", "show", "bd-g7"],
        &["log", "bd-g7"],
        &["create", "Announce", "--dep", "bd-g7"],
        &["reject", "bd-g7"],
        &["issue", "delete", "bd-g7"],
        &["events", "query", "--issue", "bd-g7"],
    ] {
        sandbox.jit(command).ok();
    }
    sandbox.jit(["show", "bd-g7"]).fails(2, "is not an issue id");
}

#[test]
fn one_commit_has_all_of_it_and_the_log_says_so() {
    let sandbox = crate::support::Sandbox::with_tracker();
    let before = tip(&sandbox);
    import(&sandbox, "beads", &sample("beads.jsonl")).ok();
    assert_eq!(sandbox.git(["rev-parse", "refs/jit/main^"]).ok().stdout, before);
    let events = sandbox.events();
    let types: Vec<&str> = events.iter().filter_map(|event| event["type"].as_str()).collect();
    assert_eq!(types[1..4], ["imported", "gate_defined", "gate_defined"]);
    assert_eq!((&events[1]["count"], &events[1]["source"]), (&json!(8), &json!("-")));
    assert_eq!(types.iter().filter(|kind| **kind == "issue_created").count(), 8);
    assert_eq!(types.iter().filter(|kind| **kind == "comment_added").count(), 2);
}

#[test]
fn many_issues_are_one_event_and_one_pack() {
    let sandbox = crate::support::Sandbox::with_tracker();
    let line = |n: usize| format!("{{\"id\":\"x-{n}\",\"title\":\"Issue {n}\"}}\n");
    let report = import(&sandbox, "beads", &(0..600).map(line).collect::<String>()).ok().json();
    assert_eq!(counts(&report), [600, 0, 0, 0]);
    let events = sandbox.events();
    assert_eq!((events.len(), &events[1]["type"], &events[1]["count"]), (2, &json!("imported"), &json!(600)));
    let packs = std::fs::read_dir(sandbox.repo().join(".git/objects/pack")).unwrap();
    let packs =
        packs.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|ext| ext == "pack"));
    assert_eq!(packs.count(), 1);
}

#[test]
fn the_same_again_changes_nothing_and_a_newer_file_what_is_newer() {
    let (sandbox, _) = imported("beads", &sample("beads.jsonl"));
    let first = tip(&sandbox);
    let again = import(&sandbox, "beads", &sample("beads.jsonl")).ok().json();
    assert_eq!((counts(&again), tip(&sandbox)), ([0, 0, 8, 1], first));
    // What is done here stays, where it has not changed there.
    sandbox.jit(["update", "bd-f6", "--title", "Mine", "--label", "local"]).ok();
    sandbox.jit(["update", "bd-a1b2.2", "--context", "agent_notes=half done", "--priority", "high"]).ok();
    sandbox.jit(["comment", "bd-a1b2.2", "from here"]).ok();
    let newer = sample("beads.jsonl")
        .replace("Login page", "Login form")
        .replace("\"status\":\"in_progress\"", "\"status\":\"closed\"");
    let report = import(&sandbox, "beads", &newer).ok().json();
    assert_eq!(counts(&report), [0, 2, 6, 1]);
    assert_eq!(issue(&sandbox, "bd-f6")["title"], "Mine");
    let page = issue(&sandbox, "bd-a1b2.2");
    assert_eq!((&page["title"], &page["priority"]), (&json!("Login form"), &json!("normal")));
    assert_eq!(
        (&page["context"]["agent_notes"], &page["comments"][0]["body"]),
        (&json!("half done"), &json!("from here"))
    );
    let finished = issue(&sandbox, "bd-c3");
    assert_eq!((&finished["state"], &finished["claim"]), (&json!("done"), &Value::Null));
    let second = tip(&sandbox);
    import(&sandbox, "beads", &newer).ok();
    assert_eq!(tip(&sandbox), second);
}

#[test]
fn work_that_has_begun_here_is_not_taken_away() {
    let (sandbox, _) = imported("beads", &sample("beads.jsonl"));
    sandbox.jit(["claim", "bd-f6", "agent:here"]).ok();
    let newer = sample("beads.jsonl").replace("Read how we work", "Read it");
    import(&sandbox, "beads", &newer).ok();
    let held = issue(&sandbox, "bd-f6");
    assert_eq!((&held["title"], &held["claim"]["by"]), (&json!("Read it"), &json!("agent:here")));
    sandbox.jit(["done", "bd-f6"]).ok();
    import(&sandbox, "beads", &newer.replace("Read it", "Read it all")).ok();
    assert_eq!(issue(&sandbox, "bd-f6")["state"], "done");
}

#[test]
fn a_look_stores_nothing_and_says_the_same() {
    let sandbox = crate::support::Sandbox::with_tracker();
    let before = tip(&sandbox);
    let args = ["import", "--from", "beads", "-", "--json"];
    let look =
        sandbox.jit_with_input(sample("beads.jsonl").as_bytes(), args.into_iter().chain(["--dry-run"]));
    let mut look = look.ok().json();
    assert_eq!((tip(&sandbox), &look["dry_run"]), (before, &json!(true)));
    look["dry_run"] = json!(false);
    assert_eq!(import(&sandbox, "beads", &sample("beads.jsonl")).ok().json(), look);
}

#[test]
fn the_report_for_people_names_what_became_of_everything() {
    let sandbox = crate::support::Sandbox::with_tracker();
    let args = ["import", "--from", "beads", "-"];
    let text = sandbox.jit_with_input(sample("beads.jsonl").as_bytes(), args).ok().stdout;
    for part in [
        "Imported 9 issues from -: 8 created, 0 updated, 0 unchanged, 1 left out\n",
        "blocks 5 (2 only kept in the context)",
        "Comments: 2\n",
        "status 9 (to state)",
        "beads.notes 1",
        "comment_count 1 (it is counted)",
        "bd-h8: left out: it is deleted there\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
}
