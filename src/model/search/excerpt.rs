//! The part of a text in which something was found.

use std::ops::Range;

use super::query::SearchQuery;
use super::texts::{Text, texts};
use crate::model::Issue;

/// Characters of an excerpt.
const LENGTH: usize = 96;
/// Characters before the first place, unless the text begins there.
const BEFORE: usize = 24;
/// Texts of one issue that are excerpted.
const MOST: usize = 4;

/// A part of a text, and where in it something was found. All places are counted in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt<'a> {
    /// What it is from.
    pub text: Text<'a>,
    /// The part, on one line: white space is a space each.
    pub part: String,
    /// Where in the text it begins.
    pub start: usize,
    /// Whether the text goes on after it.
    pub is_cut: bool,
    /// Where in the part something was found.
    pub places: Vec<Range<usize>>,
}

/// Parts of the texts of `issue` in which something was found, the title first.
pub fn excerpts<'a>(query: &SearchQuery, issue: &'a Issue) -> Vec<Excerpt<'a>> {
    texts(issue).filter_map(|(kind, text)| excerpt(query, kind, text)).take(MOST).collect()
}

fn excerpt<'a>(query: &SearchQuery, kind: Text<'a>, text: &str) -> Option<Excerpt<'a>> {
    let places = in_characters(text, &query.places(text));
    let first = places.first()?.start;
    let fits = |start: usize| {
        places.iter().filter(|place| place.start >= start && place.end <= start + LENGTH).count()
    };
    // The part in which most was found; of several the first.
    let starts = places.iter().map(|place| place.start.saturating_sub(BEFORE));
    let start =
        starts.fold(
            first.saturating_sub(BEFORE),
            |best, start| {
                if fits(start) > fits(best) { start } else { best }
            },
        );
    let flat = |c: char| if c.is_whitespace() { ' ' } else { c };
    let part: String = text.chars().skip(start).take(LENGTH).map(flat).collect();
    let length = part.chars().count();
    let within = |place: &Range<usize>| {
        let shown = place.start.max(start)..place.end.min(start + length);
        (shown.start < shown.end).then(|| shown.start - start..shown.end - start)
    };
    let places = places.iter().filter_map(within).collect();
    Some(Excerpt { text: kind, part, start, is_cut: text.chars().nth(start + length).is_some(), places })
}

/// Places in bytes, first to last, as places in characters.
fn in_characters(text: &str, places: &[Range<usize>]) -> Vec<Range<usize>> {
    let (mut byte, mut count) = (0, 0);
    let mut character = |at: usize| {
        count += text[byte..at].chars().count();
        byte = at;
        count
    };
    places.iter().map(|place| character(place.start)..character(place.end)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::{id, tracker};

    fn found(query: &str, description: &str) -> Vec<(String, usize, bool, Vec<String>)> {
        let mut tracker = tracker(1, &[]);
        let issue = tracker.issues.get_mut(&id(1)).unwrap();
        issue.title = "needle".to_owned();
        issue.description = description.to_owned();
        let query = SearchQuery::parse(query).unwrap();
        let shown = |excerpt: Excerpt<'_>| {
            let cut = |place: &Range<usize>| {
                excerpt.part.chars().skip(place.start).take(place.len()).collect::<String>()
            };
            let places = excerpt.places.iter().map(cut).collect();
            (excerpt.part.clone(), excerpt.start, excerpt.is_cut, places)
        };
        excerpts(&query, issue).into_iter().map(shown).collect()
    }

    #[test]
    fn an_excerpt_is_on_one_line_and_says_where() {
        let [title, description] = &found("needle", "ä\n\tneedle here")[..] else { panic!("two texts") };
        assert_eq!(title, &("needle".to_owned(), 0, false, vec!["needle".to_owned()]));
        assert_eq!(description, &("ä  needle here".to_owned(), 0, false, vec!["needle".to_owned()]));
    }

    #[test]
    fn of_a_long_text_the_part_with_most_in_it_is_shown() {
        let text = format!("one {} one two one {}", "x ".repeat(200), "y ".repeat(200));
        let excerpt = &found("one two", &text)[0];
        assert_eq!(excerpt.3, ["one", "two", "one"]);
        assert_eq!((excerpt.0.chars().count(), excerpt.2), (LENGTH, true));
        assert!(excerpt.1 > 300, "{excerpt:?}");
    }

    #[test]
    fn a_place_that_is_longer_than_an_excerpt_is_cut() {
        let excerpt = &found("z", &"z".repeat(1000))[0];
        assert_eq!(excerpt.3, ["z".repeat(LENGTH)]);
    }
}
