//! Words, as search knows them.

use std::ops::Range;

use crate::model::fold::{composed, is_accent};

/// Bytes of a word that tell it from others: what is longer is a key or an encoding.
const MOST: usize = 64;

/// Visits the words of a text: where each is, in bytes, and its letters in lower case.
///
/// Letters and digits make words and everything else parts them, so that `user_id` is two. Scripts
/// that do not part words have a word for each sign, and so have pictures.
pub fn for_each_word(text: &str, mut visit: impl FnMut(Range<usize>, &str)) {
    let mut word = String::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        if is_part(c, word.is_empty()) && !is_whole(c) {
            if word.is_empty() {
                start = at;
            }
            push(&mut word, c);
            continue;
        }
        if !word.is_empty() {
            visit(start..at, &composed(&word));
            word.clear();
        }
        if is_whole(c) {
            let mut bytes = [0; 4];
            visit(at..at + c.len_utf8(), c.encode_utf8(&mut bytes));
        }
    }
    if !word.is_empty() {
        visit(start..text.len(), &composed(&word));
    }
}

fn push(word: &mut String, c: char) {
    if word.len() >= MOST {
        return;
    }
    match c {
        'ß' => word.push_str("ss"),
        c if c.is_ascii() => word.push(c.to_ascii_lowercase()),
        c => word.extend(c.to_lowercase()),
    }
}

/// Whether a character belongs to a word.
fn is_part(c: char, is_first: bool) -> bool {
    c.is_alphanumeric() || (!is_first && is_accent(c))
}

/// Whether a character is a word by itself.
fn is_whole(c: char) -> bool {
    let is_script = matches!(u32::from(c), 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff);
    // Clocks and arrows of players, weather to dingbats, stars and circles, and the planes of pictures.
    let is_picture =
        matches!(u32::from(c), 0x2300..=0x23ff | 0x2600..=0x27bf | 0x2b50 | 0x2b55 | 0x1f000..=0x1faff);
    is_script || is_picture
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        for_each_word(text, |range, word| {
            assert!(!text[range].is_empty());
            found.push(word.to_owned());
        });
        found
    }

    #[test]
    fn words_are_letters_and_digits_whatever_their_case() {
        assert_eq!(words("  Rate-limit: user_id=42, ÄRGER!"), ["rate", "limit", "user", "id", "42", "ärger"]);
        assert_eq!(words("e\u{301}a \u{301}"), ["\u{e9}a"]);
        assert_eq!(words("Straße"), ["strasse"]);
        assert_eq!(
            words("ship\u{1f44d}\u{1f3fd} it \u{2764}\u{fe0f}"),
            ["ship", "\u{1f44d}", "\u{1f3fd}", "it", "\u{2764}"]
        );
        assert_eq!(words("修正 bug修"), ["修", "正", "bug", "修"]);
        assert_eq!(words(" \t\n-–…"), [""; 0]);
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "İstanbul x";
        let mut places = Vec::new();
        for_each_word(text, |range, _| places.push(text[range].to_owned()));
        assert_eq!(places, ["İstanbul", "x"]);
    }

    #[test]
    fn a_word_without_end_is_known_by_its_beginning() {
        let long = "x".repeat(100_000);
        assert_eq!(words(&long), ["x".repeat(MOST)]);
    }
}
