//! Full-text search: what is found, in which order, and where it says it is.

use serde_json::{Value, json};

use crate::support::Sandbox;
use crate::support::terminal::run_on_terminal_of;

/// A tracker with issues about a few things; with their ids.
fn sample() -> (Sandbox, Vec<String>) {
    let sandbox = Sandbox::with_tracker();
    let ids = vec![
        sandbox.create("Login page", ["--desc", "It has a rate limit, and a limit of sessions."]),
        sandbox.create("Rate limit for the API", ["--priority", "low"]),
        sandbox.create("Write the manual", ["--desc", "Nothing about limits", "--label", "docs"]),
        sandbox.create("Limit what is logged", ["--context", "note=rate of lines"]),
    ];
    sandbox.jit(["comment", &ids[2], "Say what the rate is"]).ok();
    (sandbox, ids)
}

fn found(sandbox: &Sandbox, args: &[&str]) -> Vec<String> {
    let ran = sandbox.jit([&["search", "--format", "{title}"], args].concat()).ok();
    ran.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn all_words_must_be_found_wherever_they_are() {
    let (sandbox, _) = sample();
    assert_eq!(found(&sandbox, &["RATE", "page"]), ["Login page"]);
    assert_eq!(found(&sandbox, &["rate lines"]), ["Limit what is logged"]);
    assert_eq!(found(&sandbox, &["docs"]), ["Write the manual"]);
    assert_eq!(found(&sandbox, &["say"]), ["Write the manual"]);
    assert_eq!(found(&sandbox, &["sessions", "manual"]), [""; 0]);
    let none = sandbox.jit(["search", "nowhere"]).ok();
    assert_eq!((none.stdout.as_str(), none.stderr.as_str()), ("", "no issue matches\n"));
}

#[test]
fn the_last_word_may_be_the_beginning_of_one_and_no_other() {
    let (sandbox, _) = sample();
    assert_eq!(found(&sandbox, &["pag"]), ["Login page"]);
    assert_eq!(found(&sandbox, &["log"]).len(), 2);
    assert_eq!(found(&sandbox, &["pag limit"]), [""; 0]);
    assert_eq!(found(&sandbox, &["\"pag\""]), [""; 0]);
    assert_eq!(found(&sandbox, &["pag "]), [""; 0]);
}

#[test]
fn words_are_excluded_and_beginnings_found_whether_indexed_or_not() {
    let (sandbox, _) = sample();
    for _ in 0..2 {
        assert_eq!(found(&sandbox, &["limi* page"]), ["Login page"]);
        assert_eq!(found(&sandbox, &["rate -api -manual -lines"]), ["Login page"]);
        assert_eq!(found(&sandbox, &["limit -\"rate limit\""]), ["Limit what is logged"]);
        assert_eq!(found(&sandbox, &["rate -\"limit of sessions\" -man* -api"]), ["Limit what is logged"]);
        // Once more with an issue that the index does not know.
        sandbox.create("Rate of the API", []);
    }
    sandbox.jit(["search", "--", "-rate"]).fails(4, "only says what must not be found");
}

#[test]
fn what_looks_the_same_is_found_and_pictures_are_words() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("Cafe\u{301} \u{1f44d}\u{1f3fd}", ["--label", "e\u{301}"]);
    sandbox.create("Caf\u{e9} in der Straße", []);
    for text in ["caf\u{e9}", "CAFE\u{301}", "cafe\u{301} "] {
        assert_eq!(found(&sandbox, &[text]).len(), 2, "{text:?}");
        assert_eq!(sandbox.json(["list", text])["count"], 2, "{text:?}");
    }
    assert_eq!(found(&sandbox, &["strasse"]).len(), 1);
    assert_eq!(found(&sandbox, &["\u{1f44d}"]).len(), 1);
    assert_eq!(sandbox.json(["list", "label:\u{e9}"])["count"], 1);
}

#[test]
fn quoted_words_must_stand_in_a_row() {
    let (sandbox, _) = sample();
    let both = ["Rate limit for the API", "Login page"];
    assert_eq!(found(&sandbox, &["\"rate limit\""]), both);
    assert_eq!(found(&sandbox, &["\"limit rate\""]), [""; 0]);
    assert_eq!(found(&sandbox, &["\"rate-limit\" sess"]), ["Login page"]);
    assert_eq!(found(&sandbox, &["rate-lim"]), both, "what is written together belongs together");
}

#[test]
fn the_best_answer_comes_first_unless_another_order_is_asked_for() {
    let (sandbox, ids) = sample();
    assert_eq!(found(&sandbox, &["rate limit"])[0], "Rate limit for the API", "both words are in its title");
    let limit = found(&sandbox, &["limit"]);
    assert_eq!(limit.last().unwrap(), "Write the manual", "it only has a longer word, in its description");
    let json = sandbox.json(["search", "limit"]);
    let scores: Vec<f64> =
        json["issues"].as_array().unwrap().iter().map(|issue| issue["score"].as_f64().unwrap()).collect();
    assert!(
        scores.is_sorted_by(|one, next| one >= next) && scores.iter().all(|score| *score > 0.0),
        "{scores:?}"
    );
    assert_eq!(found(&sandbox, &["limit", "-n", "1"]), limit[..1]);
    assert_eq!(
        found(&sandbox, &["rate", "--sort", "title", "-n", "2"]),
        ["Limit what is logged", "Login page"]
    );
    assert_eq!(found(&sandbox, &["rate", "--filter", "priority:low"]), ["Rate limit for the API"]);
    let quiet = sandbox.jit(["-q", "search", "lines"]).ok().stdout;
    assert_eq!(quiet.trim(), ids[3]);
}

#[test]
fn json_says_where_it_was_found() {
    let (sandbox, ids) = sample();
    let found = sandbox.json(["search", "rate", "limit"]);
    assert_eq!(found["count"], 4);
    let of = |id: &str| -> Value {
        let issues = found["issues"].as_array().unwrap();
        issues.iter().find(|issue| issue["id"] == id).unwrap()["matches"].clone()
    };
    assert_eq!(
        of(&ids[0]),
        json!([{"field": "description", "name": null, "start": 0, "cut": false,
            "excerpt": "It has a rate limit, and a limit of sessions.",
            "highlights": [{"start": 9, "end": 13}, {"start": 14, "end": 19}, {"start": 27, "end": 32}]}])
    );
    assert_eq!(of(&ids[3])[1]["field"], "context");
    assert_eq!(of(&ids[3])[1]["name"], "note");
    let comment = sandbox.json(["search", "what the rate"]);
    assert_eq!(comment["issues"][0]["matches"][0]["field"], "title");
    assert_eq!(comment["issues"][0]["matches"][1]["field"], "comment");
    assert_eq!(comment["issues"][0]["matches"][1]["name"].as_str().map(str::len), Some(36));
}

#[test]
fn places_are_counted_in_characters() {
    let sandbox = Sandbox::with_tracker();
    let text = format!("{}\n\tü😀 Nadel {}", "ä ".repeat(300), "z ".repeat(300));
    sandbox.create("x", ["--desc", &text]);
    let found = sandbox.json(["search", "nadel"]);
    let hit = &found["issues"][0]["matches"][0];
    let (start, excerpt) = (hit["start"].as_u64().unwrap(), hit["excerpt"].as_str().unwrap());
    let place = &hit["highlights"][0];
    let (from, to) = (place["start"].as_u64().unwrap(), place["end"].as_u64().unwrap());
    let cut = |text: &str, from: u64, to: u64| -> String {
        text.chars().skip(from.try_into().unwrap()).take((to - from).try_into().unwrap()).collect()
    };
    assert_eq!(cut(excerpt, from, to), "Nadel");
    assert_eq!(cut(&text, start + from, start + to), "Nadel");
    assert_eq!(hit["cut"], true);
}

#[test]
fn excerpts_are_below_and_marked_on_a_terminal_alone() {
    let (sandbox, _) = sample();
    let piped = sandbox.jit(["search", "rate", "sessions"]).ok().stdout;
    let lines: Vec<&str> = piped.lines().collect();
    assert_eq!(lines[2], "  description: It has a rate limit, and a limit of sessions.");
    assert!(!piped.contains('\u{1b}'), "{piped:?}");
    let search = || sandbox.jit_command(["search", "rate", "sessions"]);
    let (_, shown) = run_on_terminal_of((120, 40), search().env("TERM", "xterm"));
    assert!(shown.contains("\u{1b}[1m\u{1b}[33mrate\u{1b}[0m"), "{shown:?}");
    let (_, plain) = run_on_terminal_of((120, 40), search().env("TERM", "xterm").env("NO_COLOR", "1"));
    assert!(!plain.contains("33m"), "{plain:?}");
    let (_, narrow) = run_on_terminal_of((20, 40), search().env("NO_COLOR", "1"));
    assert!(narrow.lines().all(|line| line.trim_end().chars().count() <= 20), "{narrow}");
}

#[test]
fn a_search_for_nothing_is_refused() {
    let (sandbox, _) = sample();
    for (text, reason) in
        [("", "has no word in it"), ("-- …", "has no word in it"), ("\"rate", "without its partner")]
    {
        let refused = sandbox.jit(["search", "--", text]).fails(4, reason);
        assert!(refused.stderr.starts_with("error: invalid search: "), "{refused:?}");
    }
    sandbox.jit(["search"]).exits(2);
}

#[test]
fn odd_texts_are_found_and_shown_harmlessly() {
    let sandbox = Sandbox::with_tracker();
    let long = "lorem ipsum ".repeat(90_000) + "needle";
    let mut create = sandbox.jit_command(["create", "long", "--desc", "-"]);
    crate::support::run_with_input(&mut create, long.as_bytes()).ok();
    sandbox.create("修正する", ["--desc", "evil \u{1b}]0;x\u{7} needle"]);
    assert_eq!(found(&sandbox, &["needle"]).len(), 2);
    assert_eq!(found(&sandbox, &["正す"]), ["修正する"]);
    assert_eq!(found(&sandbox, &["す正"]), [""; 0]);
    let shown = sandbox.jit(["search", "needle"]).ok().stdout;
    assert!(shown.contains("evil \\u{1b}]0;x\\u{7} needle") && !shown.contains('\u{1b}'), "{shown:?}");
}

#[test]
fn what_changed_since_the_index_was_made_is_found_as_it_is() {
    let (sandbox, ids) = sample();
    assert_eq!(found(&sandbox, &["sessions"]), ["Login page"]);
    sandbox.jit(["update", &ids[0], "--desc", "nothing more"]).ok();
    assert_eq!(found(&sandbox, &["sessions"]), [""; 0]);
    assert_eq!(found(&sandbox, &["\"nothing more\""]), ["Login page"]);
    sandbox.jit(["delete", &ids[1]]).ok();
    assert_eq!(found(&sandbox, &["api"]), [""; 0]);
    sandbox.create("API tokens", []);
    assert_eq!(found(&sandbox, &["api"]), ["API tokens"]);
    assert_eq!(found(&sandbox, &["sessions", "--at", "HEAD~3"]), ["Login page"]);
    assert_eq!(found(&sandbox, &["api"]), ["API tokens"], "the past is for nobody else");
}

#[test]
fn nothing_needs_to_be_written_to_be_found() {
    use std::os::unix::fs::PermissionsExt;
    let (sandbox, _) = sample();
    let private = sandbox.repo().join(".git/jit");
    let expected = sandbox.jit(["search", "limit", "--json"]).ok().stdout;
    assert!(private.join("cache/text").exists());
    std::fs::remove_dir_all(private.join("cache")).unwrap();
    std::fs::write(private.join("cache"), "in the way").unwrap();
    assert_eq!(sandbox.jit(["search", "limit", "--json"]).ok().stdout, expected);
    std::fs::remove_file(private.join("cache")).unwrap();
    std::fs::set_permissions(&private, std::fs::Permissions::from_mode(0o555)).unwrap();
    assert_eq!(sandbox.jit(["search", "limit", "--json"]).ok().stdout, expected);
    std::fs::set_permissions(&private, std::fs::Permissions::from_mode(0o755)).unwrap();
}
