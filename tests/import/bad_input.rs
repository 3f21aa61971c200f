use serde_json::Value;

use super::{counts, import, imported, sample, tip};
use crate::support::Sandbox;

/// Insists that `text` is refused with `message`, and that nothing is stored.
#[track_caller]
fn refused(format: &str, text: impl AsRef<[u8]>, message: &str) {
    let sandbox = Sandbox::with_tracker();
    let before = tip(&sandbox);
    let args = ["import", "--from", format, "-"];
    sandbox.jit_with_input(text.as_ref(), args).fails(4, message);
    let ran = sandbox.jit_with_input(text.as_ref(), args.into_iter().chain(["--json"])).exits(4);
    let error = ran.json()["error"].clone();
    assert!(
        error["code"].as_str().is_some_and(|code| code.starts_with("import_") || code == "cycle"),
        "{error}"
    );
    assert_eq!(tip(&sandbox), before);
}

#[test]
fn a_file_that_ends_too_early_is_refused_with_its_last_line() {
    let text = sample("beads.jsonl");
    let lines = text.lines().count();
    refused("beads", &text[..text.len() - 20], &format!("line {lines}: the JSON object on it has no end"));
    refused("github", &sample("github.json")[..500], "has no end; is the file whole?");
    refused("csv", "id,title,state\nA-1,One,open\nA-2,Tw", "line 3: it has 2 columns, and the headings 3");
    refused("csv", "id,title\n1,\"a", "line 2: it ends inside quotes; is the file whole?");
    refused("csv", "id,title\n1,\"a\"\" b\n2,c\n", "line 2: it ends inside quotes; is the file whole?");
    refused("csv", "id,\"title", "line 1: it ends inside quotes; is the file whole?");
    refused("jsonl", "{\"id\":", "line 1: the JSON object on it has no end");
}

#[test]
fn quotes_that_close_or_mean_themselves_end_no_file() {
    for text in [
        "id,title\n1,\"a\"",
        "id,title\n1,\"a\"\"\"\n",
        "id,title\n1,6\" pipe",
        "id,title\r\n\"1\",\"a\r\nb\"\r\n",
    ] {
        let (_, report) = imported("csv", text);
        assert_eq!(counts(&report)[0], 1, "{text:?}");
    }
}

#[test]
fn other_formats_and_encodings_are_named() {
    refused("beads", "id,title\n1,One\n", "line 1: it is not JSON");
    refused("beads", "[1, 2]\n", "it is not JSON with issues");
    refused("beads", "\"text\"\n", "it is JSON, but not an object");
    refused("jit-json", "---\nid: x\n", "it is not JSON with issues");
    refused("csv", "{\"id\":\"1\"}\n", "there is no column \"id\"");
    refused("csv", "id,id,title\n1,2,x\n", "the column \"id\" is there twice");
    let utf16: Vec<u8> = "\u{feff}{\"id\":\"1\"}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for format in ["beads", "github", "csv"] {
        refused(format, &utf16, "it is UTF-16; 'iconv -f UTF-16 -t UTF-8' converts it");
    }
    refused("beads", b"{\"id\":\"1\",\"title\":\"caf\xe9\"}\n", "byte 23 is not UTF-8");
    refused("csv", b"id,title\n1,caf\xe9\n", "it is not UTF-8");
}

#[test]
fn a_mark_of_the_encoding_and_blank_lines_are_no_mistake() {
    let text = format!("\u{feff}{}\n\n", sample("beads.jsonl").replace('\n', "\r\n"));
    let (_, report) = imported("beads", &text);
    assert_eq!(counts(&report), [8, 0, 0, 1]);
    let (_, report) = imported("csv", &format!("\u{feff}{}", sample("table.csv")));
    assert_eq!(counts(&report), [3, 0, 0, 0]);
    for (format, text) in
        [("beads", ""), ("jsonl", "\n"), ("github", "[]\n"), ("jit-json", "{\"issues\":[]}")]
    {
        assert_eq!(imported(format, text).1["read"], 0, "{format}");
    }
    for format in ["github", "jit-json"] {
        refused(format, "", "it is empty, where there should be JSON");
        refused(format, " \n", "it is empty, where there should be JSON");
    }
}

#[test]
fn ids_that_are_missing_twice_or_no_ids_are_refused() {
    refused("beads", "{\"title\":\"x\"}\n", "line 1: invalid id: it is missing");
    let twice =
        "{\"id\":\"a\",\"title\":\"x\"}\n{\"id\":\"b\",\"title\":\"y\"}\n{\"id\":\"a\",\"title\":\"z\"}\n";
    refused("beads", twice, "line 1 and line 3 have the same id \"a\"");
    refused("csv", "id,title\n7,x\n7,y\n", "line 2 and line 3 have the same id \"7\"");
    refused("beads", "{\"id\":\"a b\",\"title\":\"x\"}\n", "is not one word of at most 120 characters");
    refused("github", "[{\"title\":\"x\"}]", "issue 1: invalid number: it is missing");
}

#[test]
fn values_of_the_wrong_kind_are_refused_with_their_line_and_field() {
    for (field, message) in [
        ("\"title\":[1]", "line 1: invalid title: it is a list, not text"),
        ("\"title\":\"x\",\"priority\":9", "line 1: invalid priority: \"9\" is none of 0 to 4"),
        ("\"title\":\"x\",\"created_at\":\"yesterday\"", "line 1: invalid created_at: \"yesterday\" is not"),
        ("\"title\":\"x\",\"labels\":\"a\"", "line 1: invalid labels: it is text, not a list"),
        ("\"title\":\"x\",\"dependencies\":[{}]", "line 1: invalid dependencies: depends_on_id is missing"),
        (
            "\"title\":\"x\",\"comments\":[1]",
            "line 1: invalid comments: it is a number, not a list of objects",
        ),
    ] {
        refused("beads", format!("{{\"id\":\"a\",{field}}}\n"), message);
    }
    refused(
        "csv",
        "id,title,state\n1,x,sideways\n",
        "line 2: invalid state: \"sideways\" is no state that is known",
    );
    refused("jsonl", "{\"id\":\"7\",\"title\":\"x\"}\n", "line 1: invalid id");
}

#[test]
fn circles_lose_the_link_that_closes_them_and_that_is_told() {
    let line = |id: &str, on: &str| {
        format!(
            "{{\"id\":\"{id}\",\"title\":\"{id}\",\"dependencies\":[{{\"depends_on_id\":\"{on}\",\"type\":\"blocks\"}}]}}\n"
        )
    };
    let text = line("a", "b") + &line("b", "c") + &line("c", "a") + &line("d", "d") + &line("e", "a");
    let (sandbox, report) = imported("beads", &text);
    assert_eq!(report["links"]["blocks"], serde_json::json!({"read": 5, "dependencies": 3}));
    let notes: Vec<&str> =
        report["notes"].as_array().unwrap().iter().filter_map(|note| note["text"].as_str()).collect();
    assert_eq!(
        notes,
        [
            "blocks d is kept aside: it is the same issue",
            "blocks a is kept aside: it would close the circle c -> a -> b -> c",
        ]
    );
    assert_eq!(sandbox.json(["validate"])["valid"], true);
    assert_eq!(super::originals(&sandbox.json(["ready"])), ["c", "d"]);
    assert_eq!(counts(&import(&sandbox, "beads", &text).ok().json()), [0, 0, 5, 0]);
}

#[test]
fn a_part_that_waits_for_its_epic_does_so() {
    let text = "{\"id\":\"e\",\"title\":\"Epic\",\"issue_type\":\"epic\"}\n\
        {\"id\":\"e.1\",\"title\":\"Part\",\"dependencies\":[{\"depends_on_id\":\"e\",\"type\":\"parent-child\"},\
        {\"depends_on_id\":\"e\",\"type\":\"blocks\"}]}\n";
    let (sandbox, report) = imported("beads", text);
    assert_eq!(
        report["notes"][0]["text"],
        "parent-child e is kept aside: it would close the circle e -> e.1 -> e"
    );
    assert_eq!(super::originals(&sandbox.json(["ready"])), ["e"]);
}

#[test]
fn circles_of_jits_own_issues_are_refused() {
    let sandbox = Sandbox::with_tracker();
    let one = sandbox.create("One", []);
    let two = sandbox.create("Two", ["--dep", &one]);
    let lines = sandbox.jit(["export", "--to", "jsonl"]).ok().stdout;
    let (first, rest) = lines.split_once('\n').unwrap();
    let closed = first.replace("\"created\":", &format!("\"dependencies\":[\"{two}\"],\"created\":"));
    refused("jsonl", format!("{closed}\n{rest}"), "would depend on itself");
}

#[test]
fn titles_and_labels_that_do_not_fit_are_made_to_and_kept_whole() {
    let long = "é".repeat(600);
    let text = format!(
        "{{\"id\":\"a\",\"title\":\"two\\nlines\",\"labels\":[\"needs work\",\"-x\",\"\"]}}\n{{\"id\":\"b\",\"title\":\"{long}\"}}\n{{\"id\":\"c\",\"title\":\"\"}}\n"
    );
    let (sandbox, report) = imported("beads", &text);
    let issue = sandbox.json(["show", "a"]);
    assert_eq!(
        (&issue["title"], &issue["labels"]),
        (&"two lines".into(), &serde_json::json!(["needs-work", "x"]))
    );
    assert_eq!(issue["context"]["beads.title"], "two\nlines");
    assert_eq!(issue["context"]["beads.labels"], "[\"needs work\",\"-x\",\"\"]");
    assert_eq!(sandbox.json(["show", "b"])["context"]["beads.title"], Value::from(long));
    assert_eq!(sandbox.json(["show", "c"])["title"], "(no title)");
    assert_eq!(report["notes"].as_array().unwrap().len(), 4);
    assert_eq!(sandbox.json(["validate"])["valid"], true);
}

#[test]
fn a_long_text_is_taken_and_one_that_is_too_long_refused() {
    let line = |bytes: usize| {
        format!("{{\"id\":\"a\",\"title\":\"x\",\"description\":\"{}\"}}\n", "y".repeat(bytes))
    };
    let (sandbox, _) = imported("beads", &line(1 << 20));
    assert_eq!(sandbox.json(["show", "a"])["description"].as_str().unwrap().len(), 1 << 20);
    // What is long is not in the log as well.
    assert_eq!(sandbox.events().len(), 2);
    refused("beads", line((4 << 20) + 1), "line 1: invalid description: it has 4194305 bytes");
    refused("beads", line(17 << 20), "is too large: line 1 has more than 16777216 bytes");
}

#[test]
fn a_file_that_is_not_there_a_folder_and_no_tracker_are_told() {
    let sandbox = Sandbox::with_repo();
    sandbox.jit(["import", "--from", "beads", "nowhere.jsonl"]).fails(3, "nowhere.jsonl");
    sandbox.jit(["import", "--from", "beads", "."]).fails(10, "directory");
    sandbox.jit(["import", "--from", "jira", "x"]).exits(2);
    let args = ["import", "--from", "beads", "-"];
    sandbox.jit_with_input(sample("beads.jsonl").as_bytes(), args).fails(3, "jit init");
    assert_eq!(sandbox.git(["for-each-ref", "refs/jit"]).ok().stdout, "");
}

#[test]
fn text_from_elsewhere_does_nothing_to_the_terminal() {
    let text = "{\"id\":\"a\",\"title\":\"x\",\"\\u001b[31mkey\":1,\"dependencies\":[{\"depends_on_id\":\"b\\u001b[0m\",\"type\":\"\\u001b]0;\"}]}\n";
    let sandbox = Sandbox::with_tracker();
    let ran = sandbox.jit_with_input(text.as_bytes(), ["import", "--from", "beads", "-"]).ok();
    assert!(!ran.stdout.contains('\u{1b}') && !ran.stderr.contains('\u{1b}'), "{ran:?}");
}
