//! Markdown on a terminal, and nowhere else.

use crate::support::Sandbox;
use crate::support::terminal::run_on_terminal_of;

const TEXT: &str = "# Plan\n\nSome **bold** and `code`.\n\n- first\n- second\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n\u{1b}[31mred\u{7}\n";

fn issue() -> (Sandbox, String) {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("one", ["--desc", TEXT]);
    sandbox.jit(["comment", &id, "*remark*"]).ok();
    (sandbox, id)
}

fn on_terminal(sandbox: &Sandbox, args: &[&str], color: bool) -> String {
    let mut command = sandbox.jit_command(args);
    command.env("TERM", "xterm-256color");
    if !color {
        command.env("NO_COLOR", "1");
    }
    let (code, told) = run_on_terminal_of((80, 24), &mut command);
    assert_eq!(code, 0, "{told}");
    told.replace('\r', "")
}

#[test]
fn a_terminal_shows_markdown_as_it_is_meant() {
    let (sandbox, id) = issue();
    let shown = on_terminal(&sandbox, &["show", &id], true);
    assert!(
        !shown.contains("**bold**") && !shown.contains("*remark*") && !shown.contains("`code`"),
        "{shown}"
    );
    assert!(
        shown.contains("bold") && shown.contains("- first") && shown.contains("\u{1b}[1mPlan"),
        "{shown}"
    );
    assert!(!shown.contains("\u{1b}[31mred") && !shown.contains('\u{7}'), "{shown:?}");
    assert!(shown.contains("\\u{1b}[31mred\\u{7}"), "{shown:?}");
}

#[test]
fn without_colour_all_marks_are_left() {
    let (sandbox, id) = issue();
    let shown = on_terminal(&sandbox, &["show", &id], false);
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
    assert!(shown.contains("  # Plan\n") && shown.contains("Some **bold** and `code`."), "{shown}");
}

#[test]
fn what_is_copied_from_a_terminal_is_what_was_written() {
    let sandbox = Sandbox::with_tracker();
    let long = format!("    curl {}", "--header x ".repeat(12).trim_end());
    let text = format!(
        "SELECT * FROM t WHERE a*b > 2 and char *p, *q;\n\n1. rm *.o *.a\n   ```python\n   def f():\n       \
         return 1\n   ```\n\n~~~sh\n{long}\n~~~\n"
    );
    let id = sandbox.create("one", ["--desc", &text]);
    let shown = on_terminal(&sandbox, &["show", &id], true);
    let (_, shown) = shown.split_once("Description:").expect("it has a description");
    let shown = anstream::adapter::strip_str(shown).to_string();
    let lines: Vec<&str> =
        shown.lines().skip(1).map(|line| line.strip_prefix("  ").unwrap_or(line)).collect();
    assert_eq!(lines.join("\n").trim_end(), text.trim_end());
}

#[test]
fn pipes_and_raw_get_what_was_written() {
    let (sandbox, id) = issue();
    let piped = sandbox.jit(["show", &id]).ok().stdout;
    assert!(piped.contains("  Some **bold** and `code`.\n") && piped.contains("    *remark*\n"), "{piped}");
    let colored = sandbox.jit(["show", &id, "--color", "always"]).ok().stdout;
    assert!(colored.contains("  Some **bold** and `code`.\n"), "{colored}");
    let raw = on_terminal(&sandbox, &["show", &id, "--raw"], true);
    assert!(raw.contains("  # Plan\n") && raw.contains("Some **bold** and `code`."), "{raw}");
}
