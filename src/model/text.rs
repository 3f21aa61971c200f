//! What text an issue may carry.

use std::collections::{BTreeMap, BTreeSet};

use super::{Refusal, label};

/// Longest title, in characters.
pub const MAX_TITLE_CHARS: usize = 500;
/// Longest description, comment or context value, in bytes.
pub const MAX_TEXT_BYTES: usize = 4 << 20;
/// Longest label, context key or issue type, in characters.
pub const MAX_NAME_CHARS: usize = 120;
/// Longest key of a gate, or name of a template.
pub const MAX_KEY_CHARS: usize = 64;

/// Whether `c` is a control character or one that changes how neighbours are shown
/// without being seen itself (a line or paragraph separator, a bidirectional override).
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A title is one visible line: not blank, no control characters but tabs, at most
/// [`MAX_TITLE_CHARS`]. It is kept exactly as given.
pub fn check_title(title: &str) -> Result<(), Refusal> {
    let invalid = |reason: String| Err(Refusal::invalid("title", reason));
    if title.trim().is_empty() {
        return invalid("it is empty".to_owned());
    }
    if title.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        return invalid("it has more than one line; put details in the description".to_owned());
    }
    if let Some(c) = title.chars().find(|c| *c != '\t' && c.is_control()) {
        return invalid(format!("it has the control character U+{:04X}", u32::from(c)));
    }
    let chars = title.chars().count();
    if chars > MAX_TITLE_CHARS {
        return invalid(format!(
            "it has {chars} characters, {MAX_TITLE_CHARS} is the most; put details in the description"
        ));
    }
    Ok(())
}

/// A description, comment or context value is any text up to [`MAX_TEXT_BYTES`].
pub fn check_text(field: &str, text: &str) -> Result<(), Refusal> {
    if text.len() > MAX_TEXT_BYTES {
        let reason = format!("it has {} bytes, {MAX_TEXT_BYTES} is the most", text.len());
        return Err(Refusal::invalid(field, reason));
    }
    Ok(())
}

/// A key is a name for files too: 1 to [`MAX_KEY_CHARS`] letters, digits, `.`, `_` and `-`, of
/// which the first is a letter or digit and the last is no `.`.
pub fn check_key(field: &str, key: &str) -> Result<(), Refusal> {
    let is_valid = key.starts_with(|c: char| c.is_ascii_alphanumeric())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        && !key.ends_with('.')
        && key.len() <= MAX_KEY_CHARS;
    if is_valid {
        return Ok(());
    }
    let reason = format!(
        "{key:?} must be 1 to {MAX_KEY_CHARS} letters, digits, '.', '_' or '-', starting with a letter or digit"
    );
    Err(Refusal::invalid(field, reason))
}

/// A context key or issue type is a short visible word or phrase.
pub fn check_name(field: &str, name: &str) -> Result<(), Refusal> {
    let reason = if name.trim().is_empty() {
        "it is empty".to_owned()
    } else if let Some(c) = name.chars().find(|c| is_invisible(*c)) {
        format!("it has the control character U+{:04X}", u32::from(c))
    } else if name.chars().count() > MAX_NAME_CHARS {
        format!("it has more than {MAX_NAME_CHARS} characters")
    } else {
        return Ok(());
    };
    Err(Refusal::invalid(field, reason))
}

/// Checks what an issue, or what issues begin with, says besides its title.
pub fn check_all(
    description: &str,
    issue_type: Option<&str>,
    labels: &BTreeSet<String>,
    context: &BTreeMap<String, String>,
) -> Result<(), Refusal> {
    check_text("description", description)?;
    issue_type.map_or(Ok(()), |name| check_name("type", name))?;
    labels.iter().try_for_each(|word| label::check(word))?;
    context.iter().try_for_each(|(key, value)| {
        check_name("context key", key)?;
        check_text("context value", value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_one_visible_line() {
        for good in ["x", "- dash", "no", "tab\there", "trailing ", "名前 😀", &"é".repeat(500)] {
            assert!(check_title(good).is_ok(), "{good:?}");
        }
        for bad in ["", "  ", "a\nb", "a\r", "a\u{2028}b", "bell\u{7}", "\u{1b}[31m", &"é".repeat(501)] {
            assert!(check_title(bad).is_err(), "{bad:?}");
        }
    }
}
