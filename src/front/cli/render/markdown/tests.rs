//! What texts look like.

use proptest::prelude::*;

use super::*;

fn stripped(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| anstream::adapter::strip_str(line).to_string()).collect()
}

fn plain(text: &str, width: usize) -> Vec<String> {
    stripped(&Prose::Markdown(width).lines(text))
}

/// Shows that `text` is shown as it was written.
fn stays(text: &str) {
    assert_eq!(plain(text, 80), text.lines().collect::<Vec<_>>());
}

#[test]
fn marks_become_what_they_mean() {
    assert_eq!(plain("# Plan\n\n- one\n- *two*\n", 40), ["Plan", "", "- one", "- two"]);
    let styled = Prose::Markdown(40).lines("**a** *b* ~~c~~ `d e`");
    assert_eq!(styled, ["\u{1b}[1ma\u{1b}[0m \u{1b}[3mb\u{1b}[0m \u{1b}[9mc\u{1b}[0m \u{1b}[2md e\u{1b}[0m"]);
    assert!(plain(&"word ".repeat(20), 30).iter().all(|line| line.len() <= 30));
}

#[test]
fn stars_without_a_partner_are_stars() {
    stays("SELECT * FROM t WHERE a*b > 2 and char *p, *q;\n\nUse *.c and *.h. 2 * 3 * 4");
    stays("rm *.o *.a; ~5 or ~6~; snake_case_name, C:\\*\\_x, \\d+\\.\\d+, a &lt; b, &#27;[2J");
    stays("one\n\n* * *\n\n---\n\n___\n\ntwo");
}

#[test]
fn code_keeps_its_lines_and_its_indent() {
    stays("1. first\n   ```python\n   def f():\n       return 1\n   ```\n- item\n  ```\n    x\n\n  y\n  ```");
    stays("~~~sh\nrm *.o *.a\n~~~");
    let long = format!("```\n{}\nshort\n```", "word ".repeat(30).trim_end());
    assert_eq!(plain(&long, 20), long.lines().collect::<Vec<_>>());
    stays("text\n\n    code *a*\n      more\n\ntext");
    assert_eq!(plain("```\nopen", 40), ["```", "open"]);
}

#[test]
fn lists_keep_their_marks_and_their_place() {
    let nested =
        "* one\n  - nested\n    1. deep\n    3. deeper\n- two\n\n  more\n- [x] done\n10) ten\n-\n- - x";
    stays(nested);
    assert_eq!(
        plain("- one two three four\n  - five six seven", 12),
        ["- one two", "  three four", "  - five six", "    seven"]
    );
    stays("first\n  continued\n    more");
    stays("  a   1\n  bb  2");
    stays("- first\n  second\n    third");
}

#[test]
fn quotes_and_html_stay_what_they_are() {
    stays("> one\n> > two\n>\n> - three\n>   four\n\nfive");
    stays("<details>\n<summary>*x*</summary>\n</details>\n\nA <b>word</b>.");
    assert_eq!(plain("> one two three", 9), ["> one two", "> three"]);
}

#[test]
fn links_show_where_they_lead() {
    stays(
        "See [the *guide*](https://example.org \"Title\") and <https://example.org>."
            .replace('*', "")
            .as_str(),
    );
    stays("![image](a.png) and [ref][a] and [a] and [none]\n\n[a]: https://example.org\n[a]: second");
    stays("- [b]: only\n\n> [c]: this\n\n[d]: last");
}

#[test]
fn headings_of_either_kind_are_shown() {
    assert_eq!(
        plain("## Two ##\ntext\n\nUnder\n-----\nof\n# of\n#5 fix", 40),
        ["Two", "text", "", "Under", "-----", "of", "of", "#5 fix"]
    );
}

#[test]
fn tables_are_aligned_where_they_fit() {
    let table = "| a | long |\n|---|:-:|\n| *one* | 2 |\n| 3 |\n";
    assert_eq!(plain(table, 40), ["a   | long", "----|-----", "one | 2", "3   |"]);
    assert_eq!(plain(table, 8), table.lines().collect::<Vec<_>>());
    stays("| a | b |\n|---|---|\n| 1 | 2 | three |");
}

#[test]
fn what_a_terminal_would_obey_is_shown() {
    assert_eq!(plain("a \u{1b}]0;x\u{7} b", 60), ["a \\u{1b}]0;x\\u{7} b"]);
}

#[test]
fn text_fits_into_narrow_terminals() {
    let text = "Some words that are **bold and many** with `a bit of code`.\n\n- a list of some words\n";
    for width in [18, 20, 38, 40] {
        let wide = plain(text, width).into_iter().filter(|line| line.chars().count() > width);
        assert_eq!(wide.collect::<Vec<_>>(), [""; 0], "{width}");
    }
}

#[test]
fn nothing_is_too_narrow_or_too_odd() {
    let odd = "| a | b |\n|---|\n| 1 |\n```\nopen\n> > # - * _x\n1) \u{1f600}é\n****\n[](\n|||\n";
    for width in [0, 1, 3, 19, 20, 21, 80, 1000] {
        plain(odd, width);
        plain("", width);
        plain(&"x".repeat(300), width);
    }
}

#[test]
fn what_is_raw_is_as_it_was_written() {
    assert_eq!(Prose::Raw.lines("# a\n\n**b**\n"), ["# a", "", "**b**"]);
    assert_eq!(Prose::Raw.narrower(4), Prose::Raw);
}

#[cfg(feature = "board")]
#[test]
fn what_is_plain_is_only_wrapped() {
    assert_eq!(Prose::Plain(12).narrower(2).lines("**b** and c\n\n  - *"), ["**b** and", "c", "", "  - *"]);
}

/// Text without blanks and without all that may be a mark, or the rule of a table.
fn words(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !"*_`~#>|-+=:".contains(*c)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn no_word_is_lost_or_moved(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("\n"), Just("\n\n"), Just(" "), Just("    "), Just("- "), Just("1. "), Just("2) "), Just("> "),
                Just("# "), Just("```"), Just("~~~"), Just("*"), Just("**"), Just("_"), Just("~~"), Just("~"), Just("`"),
                Just("["), Just("]"), Just("(x)"), Just("![i](u \"t\")"), Just("[r]: u\n"), Just("<b>"), Just("<!--"),
                Just("\\"), Just("&amp;"), Just("| a | b |\n|---|---|\n"), Just("|"), Just("---"), Just("==="),
                Just("<http://x.y>"), Just("word"), Just("é宽"), Just("5."), Just("\t"), Just("!"), Just("\"")
            ],
            0..24,
        ),
        width in 8_usize..60,
    ) {
        let text = parts.concat();
        let shown = plain(&text, width).join("\n");
        prop_assert_eq!(words(&shown), words(text.trim_end()), "{:?} became\n{}", text, shown);
    }
}
