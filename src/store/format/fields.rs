//! Typed access to the keys of one map of a document. Keys that nobody asked for are the
//! unknown ones.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fmt::Display;

use chrono::{DateTime, Datelike, SubsecRound, Utc};

use super::FormatError;
use super::node::{Entries, Node, Value, document};
use crate::model::{Extra, Timestamp};

/// The keys of a map that have not been taken yet.
pub(super) struct Fields<'a> {
    path: String,
    entries: Entries<'a>,
}

impl<'a> Fields<'a> {
    /// The keys of a whole document.
    pub(super) fn of_document(bytes: &'a [u8]) -> Result<Self, FormatError> {
        Ok(Self { path: String::new(), entries: document(bytes)? })
    }

    /// The keys of a map; `path` is its name in messages.
    pub(super) fn of_node(path: String, node: Node<'a>) -> Result<Self, FormatError> {
        map(path, node)
    }

    /// The name of `key` in messages.
    pub(super) fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// A value; none if the key is absent or has no value.
    fn take(&mut self, key: &str) -> Option<Node<'a>> {
        let at = self.entries.iter().position(|(found, _)| found == key)?;
        Some(self.entries.swap_remove(at).1).filter(|node| !node.is_null())
    }

    /// Text, exactly as written, whatever it looks like.
    pub(super) fn text(&mut self, key: &str) -> Result<Option<Cow<'a, str>>, FormatError> {
        self.take(key).map(|node| text(|| self.name(key), node)).transpose()
    }

    /// Text that becomes a value of its own type.
    pub(super) fn parse<T, E: Display>(
        &mut self,
        key: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, FormatError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        parse(&text).map(Some).map_err(|reason| FormatError::invalid(self.name(key), reason.to_string()))
    }

    /// The error that says that `key` must be there.
    pub(super) fn missing(&self, key: &str) -> FormatError {
        FormatError::invalid(self.name(key), "it is missing")
    }

    /// Text that must be there. An unquoted `null` is that word: it cannot mean absence.
    pub(super) fn required_text(&mut self, key: &str) -> Result<String, FormatError> {
        let at = self.entries.iter().position(|(found, _)| found == key);
        match at.map(|at| self.entries.swap_remove(at).1) {
            Some(node) if !node.is_empty() => Ok(text(|| self.name(key), node)?.into_owned()),
            _ => Err(self.missing(key)),
        }
    }

    /// Text that must be there and becomes a value of its own type.
    pub(super) fn required<T, E: Display>(
        &mut self,
        key: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<T, FormatError> {
        self.parse(key, parse)?.ok_or_else(|| self.missing(key))
    }

    /// The keys of a map.
    pub(super) fn map(&mut self, key: &str) -> Result<Option<Self>, FormatError> {
        self.take(key).map(|node| map(self.name(key), node)).transpose()
    }

    /// The maps in a list; none if the key is absent.
    pub(super) fn maps(&mut self, key: &str) -> Result<Vec<Self>, FormatError> {
        let name = self.name(key);
        let items = self.list(key)?.into_iter().enumerate();
        items.map(|(index, node)| map(format!("{name}[{index}]"), node)).collect()
    }

    /// The texts in a list, without order and repetition; none if the key is absent.
    pub(super) fn texts(&mut self, key: &str) -> Result<BTreeSet<String>, FormatError> {
        self.parse_all(key, |text| Ok::<_, Infallible>(text.to_owned()))
    }

    /// The texts in a list as values of their own type.
    pub(super) fn parse_all<T: Ord, E: Display>(
        &mut self,
        key: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<BTreeSet<T>, FormatError> {
        let mut set = BTreeSet::new();
        for (index, node) in self.list(key)?.into_iter().enumerate() {
            let name = || format!("{}[{index}]", self.name(key));
            let item = parse(&text(name, node)?)
                .map_err(|reason| FormatError::invalid(name(), reason.to_string()))?;
            set.insert(item);
        }
        Ok(set)
    }

    fn list(&mut self, key: &str) -> Result<Vec<Node<'a>>, FormatError> {
        match self.take(key).map(|node| node.value) {
            None => Ok(Vec::new()),
            Some(Value::List(items)) => Ok(items),
            Some(_) => Err(FormatError::invalid(self.name(key), "it is not a list")),
        }
    }

    /// All keys with their texts.
    pub(super) fn into_texts(self) -> Result<BTreeMap<String, String>, FormatError> {
        let mut texts = BTreeMap::new();
        for (key, node) in self.entries {
            let value = text(|| format!("{}.{key}", self.path), node)?.into_owned();
            texts.insert(key.into_owned(), value);
        }
        Ok(texts)
    }

    /// All keys, each with its name in messages and its map.
    pub(super) fn into_maps(self) -> Result<Vec<(String, Cow<'a, str>, Self)>, FormatError> {
        let entries = self.entries.into_iter().map(|(key, node)| {
            let name = format!("{}.{key}", self.path);
            let fields = map(name.clone(), node)?;
            Ok((name, key, fields))
        });
        entries.collect()
    }

    /// The keys that nobody took, with their values.
    pub(super) fn rest(self) -> Extra {
        self.entries.into_iter().map(|(key, node)| (key.into_owned(), node.into())).collect()
    }
}

fn text(name: impl Fn() -> String, node: Node<'_>) -> Result<Cow<'_, str>, FormatError> {
    match node.value {
        Value::Scalar { text, .. } => Ok(text),
        Value::List(_) | Value::Map(_) => Err(FormatError::invalid(name(), "it is not text")),
    }
}

fn map(path: String, node: Node<'_>) -> Result<Fields<'_>, FormatError> {
    match node.value {
        Value::Map(entries) => Ok(Fields { path, entries }),
        _ if node.is_null() => Ok(Fields { path, entries: Vec::new() }),
        Value::Scalar { .. } | Value::List(_) => Err(FormatError::invalid(path, "it is not a map")),
    }
}

/// A point in time in RFC 3339 with any offset, cut to the precision that is stored.
pub(super) fn timestamp(text: &str) -> Result<Timestamp, String> {
    let invalid = || format!("{text:?} is not an RFC 3339 time");
    let at = DateTime::parse_from_rfc3339(text).map_err(|_| invalid())?.with_timezone(&Utc);
    // An offset can move the first and last hours of the calendar out of it.
    if (0..=9999).contains(&at.year()) { Ok(at.trunc_subsecs(3)) } else { Err(invalid()) }
}

/// Reads exactly one of the words that `name` gives to `all`.
pub(super) fn one_of<T: Copy>(
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> impl Fn(&str) -> Result<T, String> {
    move |word| {
        all.iter().copied().find(|value| name(*value) == word).ok_or_else(|| {
            let words: Vec<&str> = all.iter().map(|value| name(*value)).collect();
            format!("{word:?} is none of {}", words.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_any_offset_and_precision() {
        let expected = "2026-01-02T03:04:05.678Z".parse::<Timestamp>().unwrap();
        for text in
            ["2026-01-02T04:04:05.678999+01:00", "2026-01-01T22:04:05.678-05:00", "2026-01-02 03:04:05.678Z"]
        {
            assert_eq!(timestamp(text), Ok(expected));
        }
        assert_eq!(timestamp("2026-01-02T03:04:05Z").unwrap().timestamp_subsec_millis(), 0);
    }

    #[test]
    fn a_time_outside_the_calendar_is_refused() {
        for text in [
            "",
            "now",
            "2026-01-02",
            "2026-13-01T00:00:00Z",
            "0000-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00",
        ] {
            assert!(timestamp(text).is_err(), "{text}");
        }
    }

    #[test]
    fn absent_and_null_are_the_same_unless_a_value_must_be_there() {
        let mut fields = Fields::of_document(b"a:\nb: ~\nc: null\nd: ''\n").unwrap();
        assert_eq!([fields.text("a"), fields.text("b"), fields.text("x")], [Ok(None), Ok(None), Ok(None)]);
        assert_eq!(fields.required_text("c"), Ok("null".to_owned()));
        assert_eq!(fields.required_text("d"), Ok(String::new()));
        let missing = FormatError::Invalid { field: "a".to_owned(), reason: "it is missing".to_owned() };
        assert_eq!(fields.required_text("a"), Err(missing));
    }
}
