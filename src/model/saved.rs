//! Filters that a project gave names to: `@mine`.

use std::collections::BTreeMap;
use std::fmt;

use super::{AgentId, Refusal};

/// The most characters of a name.
const MOST: usize = 32;

/// The name of a saved filter: lower-case letters, digits, `-` and `_`, a letter first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilterName {
    /// Zeros follow it.
    bytes: [u8; MOST],
    len: usize,
}

/// Filters by name, as they were written.
pub type SavedFilters = BTreeMap<FilterName, String>;

impl FilterName {
    /// Reads a name, without the `@`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ['-', '_'].contains(&c);
        let reason = if !text.starts_with(|c: char| c.is_ascii_lowercase()) || !text.chars().all(is_word) {
            "a name has lower-case letters, digits, '-' and '_', and begins with a letter".to_owned()
        } else if text.len() > MOST {
            format!("it has more than {MOST} characters")
        } else {
            let mut bytes = [0; MOST];
            bytes[..text.len()].copy_from_slice(text.as_bytes());
            return Ok(Self { bytes, len: text.len() });
        };
        Err(Refusal::invalid("filter", format!("{text:?} cannot be the name of one: {reason}")))
    }

    /// The name, without the `@`.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).expect("its characters are ASCII")
    }
}

impl fmt::Display for FilterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for FilterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{self}")
    }
}

/// What names in filters stand for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Names<'a> {
    /// The saved filters.
    pub saved: Option<&'a SavedFilters>,
    /// Who `me` is.
    pub me: Option<&'a AgentId>,
}
