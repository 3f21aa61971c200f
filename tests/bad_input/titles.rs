//! Titles are one visible line, other texts have a limit too.

use super::text::CLASSES;
use super::{refused, tip};
use crate::support::Sandbox;

#[test]
fn titles_are_one_visible_line_of_at_most_500_characters() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    let (longest, long, huge) = ("é".repeat(500), "é".repeat(501), "x".repeat(10_000));
    let mut bad = vec![("", "it is empty"), (" \t ", "it is empty"), ("\u{3000}", "it is empty")];
    bad.extend([(&*long, "501 characters"), (&*huge, "10000 characters")]);
    bad.extend([
        ("a\nb", "more than one line"),
        ("a\n", "more than one line"),
        ("a\r\nb", "more than one line"),
    ]);
    bad.extend([
        ("a\u{7}", "U+0007"),
        ("\u{1b}[31m", "U+001B"),
        ("a\u{7f}", "U+007F"),
        ("a\u{9b}", "U+009B"),
    ]);
    bad.extend(
        CLASSES.iter().filter(|(text, ok)| !ok && !text.contains('\0')).map(|(text, _)| (*text, "title")),
    );
    for (title, message) in bad {
        let option = format!("--title={title}");
        refused(&sandbox, ["create", "--", title], 4, message);
        refused(&sandbox, ["create", &option], 4, message);
        refused(&sandbox, ["update", &id, &option], 4, message);
        refused(&sandbox, ["registry", "add", "x", &option], 4, message);
    }
    sandbox.jit(["update", &id, "--title", &longest]).ok();
    assert_eq!(sandbox.json(["show", &id])["title"], longest);
}

#[test]
fn titles_may_start_with_a_hyphen() {
    let sandbox = Sandbox::with_tracker();
    let ways: [&[&str]; 6] = [
        &["--title", "- x"],
        &["--title=- x"],
        &["-t", "- x"],
        &["--", "- x"],
        &["--title", "--json"],
        &["--title=-x"],
    ];
    for way in ways {
        let id = sandbox.jit([&["-q", "create"], way].concat()).ok().stdout;
        let title = way[way.len() - 1].trim_start_matches("--title=");
        assert_eq!(sandbox.json(["show", &id])["title"], title, "{way:?}");
        sandbox.jit(["update", &id, "--title=-y"]).ok();
        assert_eq!(sandbox.json(["show", &id])["title"], "-y");
    }
}

#[test]
fn a_title_is_one_argument() {
    let sandbox = Sandbox::with_tracker();
    refused(&sandbox, ["create"], 2, "needs a title");
    refused(&sandbox, ["create", "two", "words"], 2, "\"words\": the title is one argument");
    refused(&sandbox, ["create", "--title", "x", "y"], 2, "\"y\": the title is one argument");
}

#[test]
fn text_of_megabytes_is_held_and_more_is_refused() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    let text = "0123456789abcde\n".repeat(4 << 16);
    sandbox.jit_with_input(text.as_bytes(), ["update", &id, "-d", "-"]).ok();
    assert_eq!(sandbox.json(["show", &id])["description"], text);
    let before = tip(&sandbox);
    for args in [&["update", &id, "-d", "-"][..], &["comment", &id, "-"], &["create", "x", "-d", "-"]] {
        sandbox.jit_with_input(format!("{text}.").as_bytes(), args).fails(4, "4194304 is the most");
    }
    assert_eq!(tip(&sandbox), before);
}

#[test]
fn an_empty_comment_is_refused() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    for text in ["", " ", "\n\t\n"] {
        refused(&sandbox, ["comment", &id, text], 4, "invalid comment: it is empty");
    }
}
