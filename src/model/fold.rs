//! Texts as they are compared where people look for something.
//!
//! What looks the same is the same: an accent may be part of its letter or follow it (macOS writes names
//! of files so), and a letter may be a capital.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// `text` with each accent as part of its letter, as far as there are such letters (NFC).
pub fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc(text) { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) }
}

/// `text` composed, in lower case, and with `ss` for `ß`.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let lower = text.to_lowercase().replace('ß', "ss");
    if is_nfc(&lower) { lower } else { lower.nfc().collect() }
}

/// `text` with letters for those with accents, as far as they are such.
pub fn without_accents(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let whole = |c: char| match c {
        'ß' => "ss".to_owned(),
        'æ' | 'Æ' => "ae".to_owned(),
        'œ' | 'Œ' => "oe".to_owned(),
        'ø' | 'Ø' => "o".to_owned(),
        'ł' | 'Ł' => "l".to_owned(),
        other => other.to_string(),
    };
    text.nfd().filter(|c| !is_accent(*c)).map(whole).collect()
}

/// Whether a character is an accent of its own, which belongs to the letter before it.
pub fn is_accent(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_is_the_same() {
        assert_eq!(folded("Cafe\u{301}"), folded("CAF\u{c9}"));
        assert_eq!(folded("STRASSE"), folded("Straße"));
        assert_eq!(composed("e\u{301}"), "\u{e9}");
        assert_ne!(folded("cafe"), folded("café"));
        assert_eq!(without_accents("Über Łódź, Straße"), "Uber lodz, Strasse");
    }
}
