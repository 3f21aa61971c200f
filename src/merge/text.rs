//! Text that two sides edited: line by line, as git does it.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Most lines that are compared, of both texts together and without those at the beginning
/// and at the end that are the same. Comparing takes time in the square of it, so texts
/// that differ in more are taken to differ everywhere.
const MAX_LINES: usize = 4_000;

/// A part of the base that one side replaced.
#[derive(Debug, PartialEq, Eq)]
struct Hunk<'a> {
    /// Lines of the base, from and to; `to` excluded.
    from: usize,
    to: usize,
    /// What stands there instead.
    lines: Vec<&'a str>,
}

/// The text with the edits of both sides, unless they touch each other.
pub(crate) fn merge(base: &str, upstream: &str, local: &str) -> Option<String> {
    let lines: Vec<&str> = base.split_inclusive('\n').collect();
    let mut hunks = hunks(&lines, upstream)?;
    for hunk in self::hunks(&lines, local)? {
        if !hunks.contains(&hunk) {
            hunks.push(hunk);
        }
    }
    hunks.sort_by_key(|hunk| (hunk.from, hunk.to));
    if hunks.windows(2).any(|pair| pair[1].from <= pair[0].to) {
        return None;
    }
    let mut text = String::new();
    let mut at = 0;
    for hunk in &hunks {
        text.extend(lines[at..hunk.from].iter().copied());
        text.extend(hunk.lines.iter().copied());
        at = hunk.to;
    }
    text.extend(lines[at..].iter().copied());
    Some(text)
}

/// How `text` differs from the lines of the base; none if it differs in too much to tell.
fn hunks<'a>(base: &[&str], text: &'a str) -> Option<Vec<Hunk<'a>>> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let same = |pairs: &mut dyn Iterator<Item = (&&str, &&str)>| pairs.take_while(|(a, b)| a == b).count();
    let head = same(&mut base.iter().zip(&lines));
    let tail = same(&mut base[head..].iter().rev().zip(lines[head..].iter().rev()));
    let (old, new) = (&base[head..base.len() - tail], &lines[head..lines.len() - tail]);
    if old.len() + new.len() > MAX_LINES {
        return None;
    }
    let mut hunks: Vec<Hunk<'a>> = Vec::new();
    for change in capture_diff_slices(Algorithm::Myers, old, new) {
        if matches!(change, DiffOp::Equal { .. }) {
            continue;
        }
        let (old, new) = (change.old_range(), change.new_range());
        let text = &lines[head + new.start..head + new.end];
        match hunks.last_mut() {
            // A removal and an insertion at one place are one change.
            Some(last) if last.to == head + old.start => {
                last.to = head + old.end;
                last.lines.extend(text);
            }
            _ => hunks.push(Hunk { from: head + old.start, to: head + old.end, lines: text.to_vec() }),
        }
    }
    Some(hunks)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "one\ntwo\nthree\nfour\nfive\n";

    #[test]
    fn edits_of_different_lines_are_both_taken() {
        let merged = merge(BASE, "ONE\ntwo\nthree\nfour\nfive\n", "one\ntwo\nthree\nfour\nfive\nsix\n");
        assert_eq!(merged.as_deref(), Some("ONE\ntwo\nthree\nfour\nfive\nsix\n"));
        let merged = merge(BASE, "two\nthree\nfour\nfive\n", "one\ntwo\nthree\nand\nfour\nfive\n");
        assert_eq!(merged.as_deref(), Some("two\nthree\nand\nfour\nfive\n"));
    }

    #[test]
    fn edits_that_overlap_or_touch_are_not() {
        for (upstream, local) in [
            ("one\nTWO\nthree\nfour\nfive\n", "one\nzwei\nthree\nfour\nfive\n"),
            ("one\nTWO\nthree\nfour\nfive\n", "one\ntwo\nTHREE\nfour\nfive\n"),
            ("one\nTWO\nTHREE\nfour\nfive\n", "one\ntwo\nfour\nfive\n"),
            ("zero\none\ntwo\nthree\nfour\nfive\n", "null\none\ntwo\nthree\nfour\nfive\n"),
        ] {
            assert_eq!(merge(BASE, upstream, local), None, "{upstream} {local}");
        }
    }

    #[test]
    fn the_same_edit_on_both_sides_is_one() {
        let both = "one\nTWO\nthree\nfour\nfive\n";
        assert_eq!(merge(BASE, both, &both.replace("five", "FIVE")).unwrap(), both.replace("five", "FIVE"));
    }

    #[test]
    fn the_last_line_may_have_no_end() {
        assert_eq!(
            merge("one\ntwo\nthree", "ONE\ntwo\nthree", "one\ntwo\nthree!").unwrap(),
            "ONE\ntwo\nthree!"
        );
        assert_eq!(merge("", "one", "two"), None);
    }

    #[test]
    fn texts_that_differ_everywhere_are_not_compared() {
        let text = |word: &str| (0..100_000).map(|n| format!("{word} {n}\n")).collect::<Vec<_>>().concat();
        assert_eq!(merge(&text("a"), &text("b"), &text("a")), None);
    }
}
