//! Labels: short words that group issues.

use super::{Refusal, text};

/// A label is one visible word. It may not hold white space or `|`, which separate labels
/// in filters, and may not start with `-`, which excludes.
pub fn check(label: &str) -> Result<(), Refusal> {
    text::check_name("label", label)?;
    let reason = if label.chars().any(char::is_whitespace) {
        "it has white space; use '-'"
    } else if label.contains('|') {
        "it has '|', which separates labels in filters"
    } else if label.starts_with('-') {
        "it starts with '-', which excludes in filters"
    } else {
        return Ok(());
    };
    Err(Refusal::invalid("label", format!("{label:?}: {reason}")))
}
