//! How one text is written as a YAML scalar, so that readers of version 1.1 and 1.2 agree
//! on it.

/// Where a scalar stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A value of a block map or list at this column.
    Block(usize),
    /// A key of a block map.
    Key,
    /// Anything inside `{}` or `[]`.
    Flow,
}

/// Writes `text` in the plainest style that no reader can take for something else.
pub(super) fn write(out: &mut String, text: &str, place: Place) {
    if is_plain(text, place) {
        out.push_str(text);
        return;
    }
    match (place, header(text)) {
        (Place::Block(column), Some(header)) => literal(out, text, header, column + 2),
        _ => quoted(out, text),
    }
}

/// Whether `text` needs no quotes. Errs on the side of quotes: it must begin with a letter,
/// so it is no number, date or indicator, and must not be a word that some reader types.
fn is_plain(text: &str, place: Place) -> bool {
    if is_uuid(text) {
        return true;
    }
    let is_inner = |c: char| match c {
        ',' | '[' | ']' | '{' | '}' | ':' | '#' | '?' | '\'' | '"' => matches!(place, Place::Block(_)),
        ' '..='~' => true,
        _ => c.is_alphanumeric() || (!c.is_ascii() && is_printable(c) && !c.is_whitespace()),
    };
    text.starts_with(|c: char| c.is_alphabetic() && is_printable(c))
        && text.chars().all(is_inner)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !is_reserved(text)
}

/// Whether some reader takes this word for a boolean, null or number. One reader takes an
/// exponent without digits before it for a number.
fn is_reserved(text: &str) -> bool {
    const WORDS: [&str; 12] =
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "inf", "infinity", "nan"];
    let is_exponent = |rest: &str| rest.bytes().all(|b| b.is_ascii_digit() || b"+-._".contains(&b));
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
        || text.strip_prefix(['e', 'E']).is_some_and(is_exponent)
}

/// A hyphenated UUID is plain although it may begin with a digit: no number or date looks
/// like it.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => matches!(b, b'0'..=b'9' | b'a'..=b'f'),
        })
}

/// Whether every reader takes `c` as it is, and a person sees what it is. Not for tabs and
/// line feeds, which depend on where they stand.
fn is_printable(c: char) -> bool {
    let is_noncharacter = u32::from(c) & 0xFFFE == 0xFFFE || ('\u{fdd0}'..='\u{fdef}').contains(&c);
    !is_noncharacter && !crate::model::text::is_invisible(c)
}

/// The header of the literal block that can hold `text`, if one can: it must have several
/// lines, be printable, and end in a line with something on it, since some readers take
/// white space on the last line for the end of the block.
fn header(text: &str) -> Option<&'static str> {
    let body = text.trim_end_matches('\n');
    let last_line = body.rsplit('\n').next().unwrap_or(body);
    let is_literal = text.contains('\n')
        && text.chars().all(|c| matches!(c, '\n' | '\t') || is_printable(c))
        && last_line.contains(|c: char| !c.is_whitespace());
    if !is_literal {
        return None;
    }
    // A reader finds the indentation by itself only where the first line shows it.
    let is_indented = text.starts_with([' ', '\t', '\n']);
    Some(match (is_indented, text.len() - body.len()) {
        (false, 0) => "|-",
        (false, 1) => "|",
        (false, _) => "|+",
        (true, 0) => "|2-",
        (true, 1) => "|2",
        (true, _) => "|2+",
    })
}

fn literal(out: &mut String, text: &str, header: &str, column: usize) {
    out.push_str(header);
    let text = text.strip_suffix('\n').unwrap_or(text);
    for line in text.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', column));
            out.push_str(line);
        }
    }
}

fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_printable(c) => out.push(c),
            c => out.push_str(&escape(c)),
        }
    }
    out.push('"');
}

fn escape(c: char) -> String {
    match u32::from(c) {
        code @ ..=0xFF => format!("\\x{code:02X}"),
        code @ ..=0xFFFF => format!("\\u{code:04X}"),
        code => format!("\\U{code:08X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, place: Place) -> String {
        let mut out = String::new();
        write(&mut out, text, place);
        out
    }

    #[test]
    fn what_some_reader_takes_for_something_else_is_quoted() {
        let lookalikes = [
            "",
            " ",
            "~",
            "null",
            "True",
            "y",
            "NO",
            "on",
            "1e3",
            "12e4567",
            "e5",
            "1_000",
            "12:30:45",
            "0x1F",
            ".5",
            "2026-01-01",
            "2026-01-01T00:00:00.000Z",
            "=",
            "<<",
            ": x",
            "x:",
            "a: b",
            "# x",
            "a #b",
            "- x",
            "? x",
            " a",
            "a ",
            "[a]",
            "{a}",
            "&a",
            "*a",
            "!a",
            "|",
            ">",
            "%a",
            "@a",
            "`a",
            "'a'",
            "---",
            "...",
            "a\tb",
        ];
        for text in lookalikes {
            for place in [Place::Block(0), Place::Key, Place::Flow] {
                assert!(written(text, place).starts_with('"'), "{text:?}");
            }
        }
    }

    #[test]
    fn words_sentences_and_ids_are_plain() {
        let sentence = "Don't panic: it's a \"test\" (of 3), isn't it?";
        assert_eq!(written(&sentence.replace(": ", " "), Place::Block(0)), sentence.replace(": ", " "));
        for text in ["open", "in_progress", "naïve 名前 😀 — x", "3f2a9c1e-7d0b-4c52-9a44-0c7f5f1f2b11"]
        {
            for place in [Place::Block(0), Place::Key, Place::Flow] {
                assert_eq!(written(text, place), text);
            }
        }
    }

    #[test]
    fn an_agent_is_plain_in_a_block_and_quoted_in_a_flow_map() {
        assert_eq!(written("copilot:worker-1", Place::Block(0)), "copilot:worker-1");
        assert_eq!(written("copilot:worker-1", Place::Flow), "\"copilot:worker-1\"");
    }

    #[test]
    fn several_lines_are_a_literal_block() {
        let blocks = [
            ("a\nb", "|-\n  a\n  b"),
            ("a\nb\n", "|\n  a\n  b"),
            ("a\n\n\n", "|+\n  a\n\n"),
            ("a\n\n \n\tb  \n", "|\n  a\n\n   \n  \tb  "),
            (" a\nb", "|2-\n   a\n  b"),
            ("\ta\n", "|2\n  \ta"),
            ("\n\na\n\n", "|2+\n\n\n  a\n"),
        ];
        for (text, expected) in blocks {
            assert_eq!(written(text, Place::Block(0)), expected);
            assert!(written(text, Place::Flow).starts_with('"'));
        }
    }

    #[test]
    fn lines_on_which_readers_disagree_are_quoted() {
        let texts =
            ["\n", " \n\t\n", "a\n ", "a\n\t\n\n", "a\r\nb", "a\nb\u{85}", "a\n\u{2028}", "\u{feff}a\nb"];
        for text in texts {
            assert!(written(text, Place::Block(0)).starts_with('"'), "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        let text = "\0\t\r\n\u{1b}\u{7f}\u{85}\u{2028}\u{202e}\u{feff}\u{fffe}\u{1ffff}\"\\é😀";
        let expected = r#""\x00\t\r\n\x1B\x7F\x85\u2028\u202E\uFEFF\uFFFE\U0001FFFF\"\\é😀""#;
        assert_eq!(written(text, Place::Block(0)), expected);
    }
}
