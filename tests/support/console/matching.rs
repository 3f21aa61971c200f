//! Whether output is as expected.

use super::ids::{Bindings, Token, tokens};

/// Whether `got` is what `expected` describes. Only then ids are bound.
pub fn matches(expected: &[String], got: &[String], bindings: &mut Bindings) -> bool {
    let Some((first, rest)) = expected.split_first() else { return got.is_empty() };
    let mut attempt = |skipped: usize, line: Option<&str>| {
        let mut trial = bindings.clone();
        let after = skipped + usize::from(line.is_some());
        let fits = line.is_none_or(|line| line_matches(line, &got[skipped], &mut trial))
            && matches(rest, &got[after..], &mut trial);
        if fits {
            *bindings = trial;
        }
        fits
    };
    match first.as_str() {
        "..." => (0..=got.len()).any(|skipped| attempt(skipped, None)),
        line => !got.is_empty() && attempt(0, Some(line)),
    }
}

fn line_matches(expected: &str, got: &str, bindings: &mut Bindings) -> bool {
    let parts: Vec<Vec<Token>> = expected.split("[..]").map(tokens).collect();
    parts_match(&parts, &tokens(got), true, bindings)
}

/// Whether `got` has the parts in order, with anything in between; the first one at its very
/// beginning if `at_start`.
fn parts_match(parts: &[Vec<Token>], got: &[Token], at_start: bool, bindings: &mut Bindings) -> bool {
    let Some((part, rest)) = parts.split_first() else { return got.is_empty() };
    let last = got.len().saturating_sub(part.len());
    let starts = match (at_start, rest.is_empty()) {
        (true, _) => 0..1,
        (false, true) => last..last + 1,
        (false, false) => 0..last + 1,
    };
    for start in starts {
        let mut trial = bindings.clone();
        let Some(here) = got.get(start..start + part.len()) else { continue };
        let after = &got[start + part.len()..];
        let ends = !rest.is_empty() || after.is_empty();
        if ends
            && part_matches(part, here, &mut trial)
            && (rest.is_empty() || parts_match(rest, after, false, &mut trial))
        {
            *bindings = trial;
            return true;
        }
    }
    false
}

fn part_matches(expected: &[Token], got: &[Token], bindings: &mut Bindings) -> bool {
    expected.iter().zip(got).all(|(expected, got)| match (expected, got) {
        (Token::Id(written), Token::Id(real)) => bindings.unify(written, real),
        (Token::Time(written), Token::Time(real)) => written.len() == real.len(),
        (expected, got) => expected == got,
    })
}

/// Both texts, as a person compares them: what only one of them has is marked.
pub fn difference(expected: &[String], got: &[String], bindings: &Bindings) -> String {
    let same = |(expected, got): &(&String, &String)| line_matches(expected, got, &mut bindings.clone());
    let before = expected.iter().zip(got).take_while(same).count();
    let (expected_rest, got_rest) = (&expected[before..], &got[before..]);
    let after = expected_rest.iter().rev().zip(got_rest.iter().rev()).take_while(same).count();
    let marked = |mark: &'static str| move |line: &String| format!("  {mark} {line}\n");
    let written = |line: &String| bindings.to_written(line);
    let mut text: String = expected[..before].iter().map(marked(" ")).collect();
    text.extend(expected_rest[..expected_rest.len() - after].iter().map(marked("-")));
    text.extend(got_rest[..got_rest.len() - after].iter().map(written).map(|line| marked("+")(&line)));
    text.extend(expected_rest[expected_rest.len() - after..].iter().map(marked(" ")));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "3f2a9c1e-7d0b-4c52-9a44-0c7f5f1f2b11";
    const B: &str = "77b10a3d-5b1e-4b56-8a0e-9f3c1d2e4f50";

    fn fits(expected: &[&str], got: &[&str]) -> bool {
        let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        matches(&owned(expected), &owned(got), &mut Bindings::default())
    }

    #[test]
    fn text_and_the_number_of_lines_must_be_the_same() {
        assert!(fits(&["a", "b"], &["a", "b"]));
        assert!(!fits(&["a"], &["a", "b"]) && !fits(&["a", "b"], &["a"]) && !fits(&["a"], &["ab"]));
    }

    #[test]
    fn dots_stand_for_lines_and_brackets_for_text() {
        assert!(fits(&["a", "...", "c"], &["a", "b", "b", "c"]) && fits(&["...", "a"], &["a"]));
        assert!(!fits(&["...", "c"], &["a", "c", "d"]));
        assert!(fits(&["a[..]c[..]e"], &["abcde"]) && fits(&["[..]"], &[""]) && fits(&["a[..]a"], &["aa"]));
        assert!(
            !fits(&["a[..]a"], &["a"]) && !fits(&["a[..]c"], &["abcd"]) && !fits(&["[..]x[..]"], &["abc"])
        );
    }

    #[test]
    fn an_id_stands_for_one_id_however_it_is_written() {
        let (short_a, short_b) = (&A[..8], &B[..8]);
        assert!(fits(&[A, short_a], &[B, short_b]) && fits(&[short_a, short_b], &[short_b, short_a]));
        assert!(!fits(&[A, short_a], &[B, short_a]), "one id stands for two");
        assert!(!fits(&[short_a, short_b], &[short_a, short_a]), "two ids stand for one");
        assert!(!fits(&[A], &[short_a]), "it is written in another way");
    }

    #[test]
    fn a_time_stands_for_any_of_its_spelling() {
        let (stored, shown) = ("at 2025-01-02T03:04:05.678Z", "at 2025-01-02 03:04:05 UTC");
        assert!(fits(&[stored], &["at 2026-11-12T13:14:15.000Z"]) && !fits(&[stored], &[shown]));
    }
}
