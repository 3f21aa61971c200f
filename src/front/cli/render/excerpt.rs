//! Where something was found, below the issue and in its title.

use anstyle::{AnsiColor, Style};

use super::list::Painted;
use super::table;
use super::text::{FAINT, clean, paint};
use crate::model::Issue;
use crate::model::search::{Excerpt, SearchQuery, Text, excerpts};

const MARK: Style = AnsiColor::Yellow.on_default().bold();
/// Lines below an issue.
const MOST: usize = 2;

/// The parts of texts in which something was found, a line each. The title is above them already.
pub(super) fn lines(query: &SearchQuery, issue: &Issue) -> Vec<Painted> {
    let below = |excerpt: &Excerpt<'_>| !matches!(excerpt.text, Text::Title | Text::Label);
    excerpts(query, issue).into_iter().filter(below).take(MOST).map(|excerpt| line(&excerpt)).collect()
}

fn line(excerpt: &Excerpt<'_>) -> Painted {
    let from = match excerpt.text {
        Text::Title => "title",
        Text::Description => "description",
        Text::Comment(_) => "comment",
        Text::Context(key) => key,
        Text::Label => "label",
    };
    let before = if excerpt.start > 0 { "…" } else { "" };
    let mut line = vec![(FAINT, format!("  {}: {before}", clean(from)))];
    let characters: Vec<char> = excerpt.part.chars().collect();
    let piece = |from: usize, to: usize| clean(&characters[from..to].iter().collect::<String>()).into_owned();
    let mut at = 0;
    for place in &excerpt.places {
        line.push((FAINT, piece(at, place.start)));
        line.push((MARK, piece(place.start, place.end)));
        at = place.end;
    }
    let after = if excerpt.is_cut { "…" } else { "" };
    line.push((FAINT, piece(at, characters.len()).trim_end().to_owned() + after));
    line
}

/// `line` with what was found marked from column `at` on.
pub(super) fn marked(query: &SearchQuery, line: &str, at: usize) -> String {
    let Some((before, rest)) = table::byte_at(line, at).and_then(|at| line.split_at_checked(at)) else {
        return line.to_owned();
    };
    let mut text = before.to_owned();
    let mut copied = 0;
    for place in query.places(rest) {
        text.push_str(&rest[copied..place.start]);
        text.push_str(&paint(MARK, &rest[place.clone()]));
        copied = place.end;
    }
    text + &rest[copied..]
}

#[cfg(test)]
mod tests {
    use super::super::list::{Layout, List};
    use super::super::times::Times;
    use super::*;
    use crate::front::wire::sample::{issue, tracker};

    fn found(search: &str, width: Option<usize>) -> String {
        let mut one = issue(1, "Limit the rate", &[]);
        one.description = "All about a rate\u{1b}[31m limit".to_owned();
        let tracker = tracker([one]);
        let mut list = List::new(Layout::Found(SearchQuery::parse(search).unwrap()), Times::EXACT);
        tracker.issues.values().for_each(|issue| list.add(&tracker, issue));
        list.lines(width).skip(1).collect()
    }

    #[test]
    fn what_was_found_is_marked_in_the_title_and_below() {
        let mark = |word: &str| paint(MARK, word);
        let text = found("rate", None);
        let [title, below] = text.lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
        assert!(title.ends_with(&format!("Limit the {}", mark("rate"))), "{title:?}");
        assert!(below.contains(&mark("rate")), "{below:?}");
        let plain = anstream::adapter::strip_str(below).to_string();
        assert_eq!(plain, "  description: All about a rate\\u{1b}[31m limit");
    }

    #[test]
    fn excerpts_fit_the_terminal() {
        for width in [1, 7, 20, 30] {
            let text = anstream::adapter::strip_str(&found("rate limit", Some(width))).to_string();
            assert!(text.lines().all(|line| table::columns(line) <= width), "{width}: {text}");
        }
    }
}
