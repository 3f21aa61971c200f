use serde_json::{Value, json};

use super::{counts, import, imported, originals, sample};

#[test]
fn a_list_of_github_keeps_numbers_people_and_priorities() {
    let (sandbox, report) = imported("github", &sample("github.json"));
    assert_eq!((counts(&report), &report["comments"]), ([2, 0, 0, 0], &json!(1)));
    let bug = sandbox.json(["show", "#12"]);
    let told = ["type", "state", "priority", "assignee", "created_by"].map(|key| bug[key].clone());
    assert_eq!(told, ["bug", "ready", "high", "human:ada", "human:bob"]);
    assert_eq!(
        (&bug["labels"], &bug["description"]),
        (&json!(["bug", "priority:-high"]), &json!("Steps:\r\n1. run it"))
    );
    assert_eq!(bug["context"]["github.assignees"], "ada grace");
    assert_eq!(bug["context"]["github.milestone"], "{\"title\":\"1.0\"}");
    let rejected = sandbox.json(["show", "#9"]);
    assert_eq!((&rejected["state"], &rejected["type"]), (&json!("rejected"), &json!("feature")));
}

#[test]
fn what_the_rest_interface_answers_is_read_page_by_page() {
    let page = |number: u32, more: Value| {
        let mut issue = json!({"number": number, "title": "T", "state": "open", "user": {"login": "bob"},
            "created_at": "2026-01-01T00:00:00Z", "comments": 3});
        issue.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([issue]).to_string()
    };
    let pull = page(3, json!({"pull_request": {"url": "x"}}));
    let pages =
        page(1, json!({"state": "closed", "state_reason": "completed"})) + &page(2, json!({})) + &pull;
    let (sandbox, report) = imported("github", &pages);
    assert_eq!((&report["read"], counts(&report)), (&json!(3), [2, 0, 0, 1]));
    assert_eq!(report["notes"], json!([{"id": "#3", "text": "left out: it is a pull request"}]));
    assert_eq!(sandbox.json(["show", "#1"])["state"], "done");
}

#[test]
fn a_table_is_understood_by_its_headings() {
    let (sandbox, report) = imported("csv", &sample("table.csv"));
    assert_eq!(counts(&report), [3, 0, 0, 0]);
    let done = sandbox.json(["show", "PRJ-1"]);
    let told = ["title", "state", "priority", "assignee", "description"].map(|key| done[key].clone());
    assert_eq!(told, ["Quote \"this\", please", "done", "high", "human:grace-hopper", "two\nlines"]);
    assert_eq!((&done["labels"], &done["context"]["csv.sprint"]), (&json!(["ui", "web"]), &json!("3")));
    assert_eq!(originals(&sandbox.json(["ready"])), ["PRJ-2"]);
    assert_eq!(sandbox.json(["show", "PRJ-3"])["blocked_by"][1], "gate:csv-on_hold");
    assert_eq!(report["notes"][0]["text"], "dependencies PRJ-9 is kept aside: there is no such issue");
    assert_eq!(counts(&import(&sandbox, "csv", &sample("table.csv")).ok().json()), [0, 0, 3, 0]);
}

#[test]
fn columns_that_are_not_there_leave_their_fields_alone() {
    let (sandbox, _) = imported("csv", &sample("table.csv"));
    import(&sandbox, "csv", "id,title\nPRJ-1,Quote that\n").ok();
    let issue = sandbox.json(["show", "PRJ-1"]);
    assert_eq!((&issue["title"], &issue["state"]), (&json!("Quote that"), &json!("done")));
    assert_eq!((&issue["labels"], &issue["description"]), (&json!(["ui", "web"]), &json!("two\nlines")));
}

#[test]
fn two_trackers_with_the_same_ids_are_kept_apart() {
    let (sandbox, _) = imported("csv", "id,title\n1,One\n1234,Many\n");
    import(&sandbox, "beads", "{\"id\":\"1\",\"title\":\"Other\"}\n").exits(4);
    let args = ["import", "--from", "beads", "--prefix", "other-", "-"];
    sandbox.jit_with_input(b"{\"id\":\"1\",\"title\":\"Other\"}\n", args).ok();
    assert_eq!(sandbox.json(["show", "1"])["title"], "One");
    assert_eq!(sandbox.json(["show", "1234"])["title"], "Many");
    assert_eq!(sandbox.json(["show", "other-1"])["title"], "Other");
}

#[test]
fn what_was_deleted_here_stays_away_unless_it_is_asked_for() {
    let table = "id,title,dependencies\nq-1,One,\nq-2,Two,q-1\n";
    let (sandbox, _) = imported("csv", table);
    sandbox.jit(["undo"]).ok();
    assert_eq!(counts(&import(&sandbox, "csv", table).ok().json()), [2, 0, 0, 0], "after an undo");
    sandbox.jit(["delete", "q-1"]).ok();
    let dry =
        sandbox.jit_with_input(table.as_bytes(), ["import", "--from", "csv", "-", "--dry-run", "--json"]);
    let report = import(&sandbox, "csv", table).ok().json();
    assert_eq!((counts(&report)[0], counts(&report)[3]), (0, 1), "{report}");
    assert_eq!(report["notes"][0], json!({"id": "q-1", "text": "left out: it was deleted here"}));
    assert_eq!(dry.ok().json()["notes"], report["notes"]);
    assert_eq!(sandbox.json(["list"])["count"], 1);
    let restored = ["import", "--from", "csv", "-", "--restore", "--json"];
    let report = sandbox.jit_with_input(table.as_bytes(), restored).ok().json();
    assert_eq!((counts(&report)[0], counts(&report)[3]), (1, 0), "{report}");
    assert_eq!(sandbox.json(["show", "q-1"])["title"], "One");
    sandbox.jit(["delete", "q-1"]).ok();
    sandbox.jit(["undo"]).ok();
    assert_eq!(counts(&import(&sandbox, "csv", table).ok().json())[0], 0);
    assert_eq!(sandbox.json(["show", "q-1"])["title"], "One");
}
