use super::{counts, import, imported, sample, tip, tree};
use crate::support::Sandbox;

/// A tracker with one of everything.
fn varied() -> Sandbox {
    let (sandbox, _) = imported("beads", &sample("beads.jsonl"));
    sandbox.jit(["gate", "define", "review", "--title", "Review"]).ok();
    let one = sandbox
        .create("Title: with \"quotes\", #hash", ["--desc", "a\n\n\tb  \n- c\r\n", "--gate", "review"]);
    let two = sandbox.create("名前 😀", ["--dep", &one, "--label", "ns:value", "--context", "k=1\n2"]);
    sandbox.jit(["claim", &one, "agent:x", "--ttl", "4h"]).ok();
    sandbox.jit(["comment", &two, "--", "- not a list\n: no map"]).ok();
    sandbox.jit(["issue", "attach", &two, "README"]).ok();
    sandbox.jit(["gate", "fail", &one, "review"]).ok();
    let gone = sandbox.create("Never", []);
    sandbox.jit(["reject", &gone]).ok();
    sandbox
}

#[test]
fn lines_of_json_make_the_same_tree_of_issues() {
    let sandbox = varied();
    let lines = sandbox.jit(["export", "--to", "jsonl"]).ok().stdout;
    let (copy, report) = imported("jsonl", &lines);
    assert_eq!((tree(&copy), counts(&report)), (tree(&sandbox), [11, 0, 0, 0]));
    assert_eq!(copy.jit(["export", "--to", "jsonl"]).ok().stdout, lines);
    let before = tip(&copy);
    assert_eq!(counts(&import(&copy, "jsonl", &lines).ok().json()), [0, 0, 11, 0]);
    assert_eq!(tip(&copy), before);
}

#[test]
fn what_a_list_prints_as_json_makes_the_same_tree_of_issues() {
    let sandbox = varied();
    let list = sandbox.jit(["issue", "list", "--json"]).ok().stdout;
    let (copy, _) = imported("jit-json", &list);
    assert_eq!(tree(&copy), tree(&sandbox));
    let one = copy.jit(["show", "bd-c3", "--json"]).ok().stdout;
    assert_eq!(counts(&import(&copy, "jit-json", &one).ok().json()), [0, 0, 1, 0]);
}

#[test]
fn keys_of_a_newer_version_come_along() {
    let (sandbox, _) = imported("beads", &sample("beads.jsonl"));
    let lines = sandbox.jit(["export", "--to", "jsonl"]).ok().stdout;
    let newer = lines.replace("\"updated\":", "\"estimate\":{\"hours\":[1,2.5,null,true]},\"updated\":");
    let (copy, _) = imported("jsonl", &newer);
    let exported = copy.jit(["export", "--to", "jsonl"]).ok().stdout;
    assert!(exported.contains("\"estimate\":{\"hours\":[1,2.5,null,true]}"), "{exported}");
}

#[test]
fn what_came_from_beads_goes_back_with_all_it_had() {
    let (sandbox, _) = imported("beads", &sample("beads.jsonl"));
    let lines = sandbox.jit(["export", "--to", "beads"]).ok().stdout;
    for part in [
        "\"id\":\"bd-a1b2.1\"",
        "\"status\":\"deferred\"",
        "\"notes\":\"Ask Grace about wording\"",
        "\"estimate\":90",
        "\"priority\":4",
        "\"depends_on_id\":\"bd-zzzz\"",
        "\"type\":\"discovered-from\"",
        "\"text\":\"Argon2id it is.\"",
        "\"close_reason\":\"merged\"",
    ] {
        assert!(lines.contains(part), "{part} is not in {lines}");
    }
    let (copy, _) = imported("beads", &lines);
    assert_eq!(copy.json(["ready"])["count"], sandbox.json(["ready"])["count"]);
    sandbox.jit(["gate", "pass", "bd-d4", "beads-deferred"]).ok();
    sandbox.jit(["claim", "bd-d4", "agent:x"]).ok();
    sandbox.jit(["dep", "add", "bd-a1b2", "bd-f6"]).ok();
    let lines = sandbox.jit(["export", "--to", "beads"]).ok().stdout;
    assert!(!lines.contains("\"deferred\""), "{lines}");
    assert!(
        lines.contains("\"issue_id\":\"bd-a1b2\",\"depends_on_id\":\"bd-f6\",\"type\":\"blocks\""),
        "{lines}"
    );
}

#[test]
fn a_table_and_a_list_of_github_come_back_as_far_as_they_tell() {
    let sandbox = varied();
    for format in ["csv", "github"] {
        let file = sandbox.jit(["export", "--to", format]).ok().stdout;
        let (copy, report) = imported(format, &file);
        assert_eq!(counts(&report), [11, 0, 0, 0], "{format}");
        let titles = |sandbox: &Sandbox| {
            let list = sandbox.json(["list"]);
            let issues = list["issues"].as_array().unwrap().iter();
            let mut titles: Vec<String> = issues.map(|issue| issue["title"].to_string()).collect();
            titles.sort();
            titles
        };
        assert_eq!(titles(&copy), titles(&sandbox), "{format}");
        assert_eq!(counts(&import(&copy, format, &file).ok().json()), [0, 0, 11, 0], "{format}");
    }
}

#[test]
fn a_table_of_issues_that_are_here_changes_what_was_edited_in_it() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("Old title", ["--desc", "Text", "--label", "a", "--label", "b"]);
    sandbox.jit(["comment", &id, "stays"]).ok();
    let table = sandbox.jit(["export", "--to", "csv"]).ok().stdout;
    let before = tip(&sandbox);
    assert_eq!(counts(&import(&sandbox, "csv", &table).ok().json()), [0, 0, 1, 0]);
    assert_eq!(tip(&sandbox), before);
    import(&sandbox, "csv", &table.replace("Old title", "New title")).ok();
    let issue = sandbox.json(["show", &id]);
    assert_eq!((&issue["title"], &issue["description"]), (&"New title".into(), &"Text".into()));
    assert_eq!(issue["comments"][0]["body"], "stays");
}

#[test]
fn every_format_takes_a_filter_and_is_one_document_with_json() {
    let (sandbox, _) = imported("beads", &sample("beads.jsonl"));
    for format in ["jsonl", "csv", "github", "beads", "markdown", "yaml"] {
        let file = sandbox.jit(["export", "--to", format, "state:done"]).ok().stdout;
        assert!(file.contains("User model") && !file.contains("Dark mode"), "{file}");
        let document = sandbox.json(["export", "--to", format, "state:done"]);
        assert_eq!((&document["format"], &document["issues"]), (&format.into(), &1.into()));
        assert_eq!(document["content"], file);
        sandbox.jit(["export", "--to", format, "state:rejected"]).ok();
    }
    sandbox.jit(["export"]).exits(2);
    sandbox.jit(["export", "--to", "jsonl", "--dir", "out"]).exits(2);
}

#[test]
fn a_markdown_document_reads_well() {
    let (sandbox, _) = imported("beads", &sample("beads.jsonl"));
    let text = sandbox.jit(["export", "--to", "markdown", "state:done"]).ok().stdout;
    assert_eq!(
        text,
        "# Issues\n\n## User model\n\n- Id: bd-a1b2.1\n- State: done\n- Type: task\n- Priority: critical\n\
         - Labels: auth, db\n- Created: 2026-01-05T08:10:00.000Z by human:ada\n\
         - Finished: 2026-01-07T12:00:00.000Z\n\n**agent:crew/worker-1**, 2026-01-06T08:00:00.000Z:\n\n\
         > Argon2id it is.\n\n**human:ada-lovelace**, 2026-01-06T09:00:00.000Z:\n\n> Good.\n> Ship it.\n"
    );
}

#[test]
fn numbers_for_github_mean_the_same_issue_in_every_file() {
    let sandbox = Sandbox::with_tracker();
    let [a, b, c] = ["A", "B", "C"].map(|title| sandbox.create(title, ["--priority", "high"]));
    sandbox.jit(["update", &c, "--type", "epic"]).ok();
    sandbox.jit(["dep", "add", &b, &a]).ok();
    sandbox.jit(["claim", &c, "agent:x"]).ok();
    sandbox.jit(["comment", &c, "remark"]).ok();
    let whole = sandbox.jit(["export", "--to", "github"]).ok().stdout;
    let (copy, _) = imported("github", &whole);
    assert_eq!(copy.jit(["export", "--to", "github"]).ok().stdout, whole);
    assert_eq!(copy.json(["show", &b])["dependencies"][0], a.as_str());
    // Where it came from it changes nothing.
    let before = tip(&sandbox);
    assert_eq!(counts(&import(&sandbox, "github", &whole).ok().json()), [0, 0, 3, 0]);
    assert_eq!(tip(&sandbox), before);
    sandbox.jit(["done", &a]).ok();
    for filter in ["state:done", "state:ready"] {
        let part = sandbox.jit(["export", "--to", "github", filter]).ok().stdout;
        import(&copy, "github", &part).ok();
    }
    sandbox.jit(["delete", &a]).ok();
    import(&copy, "github", &sandbox.jit(["export", "--to", "github"]).ok().stdout).ok();
    let titles = [&a, &b, &c].map(|id| copy.json(["show", id])["title"].clone());
    assert_eq!(titles, ["A", "B", "C"]);
    assert_eq!(
        (&copy.json(["show", &a])["state"], &copy.json(["list"])["count"]),
        (&"done".into(), &3.into())
    );
}

#[test]
fn what_came_from_github_goes_out_by_number_and_is_the_same_every_time() {
    let (sandbox, _) = imported("github", &sample("github.json"));
    let args = ["import", "--from", "github", "--prefix", "web-", "-"];
    sandbox.jit_with_input(sample("github.json").as_bytes(), args).ok();
    sandbox.jit(["dep", "add", "#12", "web-#9"]).ok();
    let file = sandbox.jit(["export", "--to", "github"]).ok().stdout;
    let numbers: Vec<u64> = serde_json::from_str::<Vec<serde_json::Value>>(&file)
        .expect("it is a list")
        .iter()
        .filter_map(|issue| issue["number"].as_u64())
        .collect();
    assert_eq!(numbers, [9, 9, 12, 12]);
    let (copy, _) = imported("github", &file);
    assert_eq!(copy.jit(["export", "--to", "github"]).ok().stdout, file);
    assert_eq!(copy.json(["show", "web-#12"])["title"], "Crash on empty input");
}

#[test]
fn labels_with_what_parts_them_in_a_cell_come_back() {
    let sandbox = Sandbox::with_tracker();
    let labels = ["area,ui", "x;y", "\"quoted\"", "6\"", "plain"];
    let id = sandbox.create("t", labels.into_iter().flat_map(|label| ["-l", label]));
    let table = sandbox.jit(["export", "--to", "csv"]).ok().stdout;
    assert_eq!(counts(&import(&sandbox, "csv", &table).ok().json()), [0, 0, 1, 0]);
    let (copy, _) = imported("csv", &table);
    assert_eq!(copy.json(["show", &id])["labels"], sandbox.json(["show", &id])["labels"]);
    // Files from before have no quotes.
    let (old, _) = imported("csv", "id,title,labels\n1,x,\"a, b;c d\"\n");
    assert_eq!(old.json(["show", "1"])["labels"], serde_json::json!(["a", "b", "c", "d"]));
}
