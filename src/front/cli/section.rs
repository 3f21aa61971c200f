//! A section of a file that is kept up to date, between two marks; the rest is somebody's own.

use crate::front::edit::{Edit, EditError, Original};

/// What the line before the section begins with.
const BEGIN: &str = "<!-- jit:begin";
/// The line before the section.
const BEGIN_LINE: &str = "<!-- jit:begin: 'jit prime --write' keeps this section up to date -->";
/// The line after it.
const END: &str = "<!-- jit:end -->";

/// The file with `section`, lines that each end with a line break, in place of what is between
/// its marks, or at its end if it has no marks.
pub(super) fn put(original: Original, section: &str) -> Result<Edit, EditError> {
    let text = original.text();
    let line = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let section = format!("{BEGIN_LINE}\n{section}{END}\n").replace('\n', line);
    let new = match find(text) {
        Ok(Some((start, end))) => [&text[..start], &section, &text[end..]].concat(),
        Ok(None) => [text, gap(text, line).as_str(), &section].concat(),
        Err(reason) => {
            let hint =
                format!("put it right by hand: one line '{BEGIN} -->' before one line '{END}', or neither");
            return Err(original.refused(reason, Some(hint)));
        }
    };
    Ok(original.to(new))
}

/// Where the section with its marks begins and ends, if there is one.
fn find(text: &str) -> Result<Option<(usize, usize)>, String> {
    let (mut begins, mut ends, mut at) = (Vec::new(), Vec::new(), 0);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let end = at + line.len();
        if line.starts_with(BEGIN) {
            begins.push((index + 1, at));
        } else if line.trim_end() == END {
            ends.push((index + 1, end));
        }
        at = end;
    }
    match (begins.as_slice(), ends.as_slice()) {
        ([], []) => Ok(None),
        ([(_, start)], [(_, end)]) if start < end => Ok(Some((*start, *end))),
        ([(line, _)], []) => Err(format!("begins a section of jit on line {line} and never ends it")),
        ([], [(line, _), ..]) => Err(format!("ends a section of jit on line {line} that never begins")),
        ([(begin, _)], [(end, _)]) => {
            Err(format!("ends a section of jit on line {end} before it begins on line {begin}"))
        }
        ([_, (line, _), ..], _) => Err(format!("begins a section of jit again on line {line}")),
        ([_], [_, (line, _), ..]) => Err(format!("ends a section of jit again on line {line}")),
    }
}

/// What sets a new section off from what is there.
fn gap(text: &str, line: &str) -> String {
    let blank = [line, line].concat();
    match text {
        "" => String::new(),
        text if text.ends_with(&blank) => String::new(),
        text if text.ends_with('\n') => line.to_owned(),
        _ => blank,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> (tempfile::TempDir, Original) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("AGENTS.md"), text).unwrap();
        let original = Original::read(dir.path().join("AGENTS.md")).unwrap();
        (dir, original)
    }

    fn after(text: &str, section: &str) -> String {
        let (dir, original) = file(text);
        put(original, section).unwrap().write().unwrap();
        std::fs::read_to_string(dir.path().join("AGENTS.md")).unwrap()
    }

    #[test]
    fn the_rest_stays_byte_for_byte() {
        for rest in ["", "# Mine", "# Mine\n", "# Mine\n\n", "# Mine\r\nTwo\r\n", "\u{feff}# Mine\n\n\n"] {
            let first = after(rest, "one\n");
            assert!(first.starts_with(rest), "{first:?}");
            assert_eq!(after(&first, "one\n"), first, "once is enough");
            let tail = format!("{first}\tmore  \nno line break");
            let second = after(&tail, "two\nthree\n");
            assert!(second.starts_with(rest) && second.ends_with("\tmore  \nno line break"), "{second:?}");
            assert!(second.contains("three") && !second.contains("one\n"), "{second:?}");
        }
    }

    #[test]
    fn a_section_is_set_off_by_one_blank_line() {
        for rest in ["# Mine", "# Mine\n", "# Mine\n\n"] {
            assert!(after(rest, "one\n").starts_with("# Mine\n\n<!-- jit:begin"), "{rest:?}");
        }
        assert!(after("# Mine\r\n", "one\n").ends_with("\r\none\r\n<!-- jit:end -->\r\n"));
    }

    #[test]
    fn marks_that_do_not_match_are_refused() {
        let begin = "<!-- jit:begin -->\n";
        let end = "<!-- jit:end -->\n";
        for (text, reason) in [
            (begin.to_owned(), "never ends it"),
            (end.to_owned(), "that never begins"),
            (format!("{end}{begin}"), "on line 1 before it begins on line 2"),
            (format!("{begin}{begin}{end}"), "again on line 2"),
            (format!("{begin}{end}{end}"), "again on line 3"),
        ] {
            let (_dir, original) = file(&text);
            let refused = put(original, "one\n").err();
            let Some(EditError::Refused { reason: found, .. }) = refused else { panic!("{text:?}") };
            assert!(found.contains(reason), "{found}");
        }
    }
}
