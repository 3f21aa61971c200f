//! The writer: a tree -> the bytes of a document. The only one there is, so that equal
//! trees are equal bytes. It never folds, wraps or aligns.

use std::borrow::Cow;

use serde_json::Value;

use super::scalar::{self, Place};
use crate::model::{Extra, ExtraValue};

/// A value to write.
pub(super) enum Tree<'a> {
    /// Text that every reader shall see as exactly this string.
    Text(Cow<'a, str>),
    /// A number, boolean or null, spelled as readers expect it.
    Atom(String),
    /// A list with one item a line.
    List(Vec<Tree<'a>>),
    /// A map with one key a line.
    Map(Map<'a>),
    /// A map on one line, and everything in it.
    Flow(Map<'a>),
}

/// The keys of a map in the order to write.
#[derive(Default)]
pub(super) struct Map<'a>(Vec<(Cow<'a, str>, Tree<'a>)>);

impl<'a> Map<'a> {
    /// Adds a key.
    pub(super) fn put(&mut self, key: &'a str, value: impl Into<Tree<'a>>) {
        self.0.push((key.into(), value.into()));
    }

    /// Adds a key if there is a value.
    pub(super) fn put_some(&mut self, key: &'a str, value: Option<impl Into<Tree<'a>>>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }

    /// Adds a key if its list, map or text has anything in it.
    pub(super) fn put_filled(&mut self, key: &'a str, value: impl Into<Tree<'a>>) {
        let value = value.into();
        if !value.is_empty() {
            self.put(key, value);
        }
    }

    /// Adds the keys of a newer version, but for those that are `known`.
    pub(super) fn put_extra(&mut self, extra: &'a Extra, known: &[&str]) {
        for (key, value) in extra {
            if !known.contains(&key.as_str()) {
                self.put(key, value);
            }
        }
    }

    /// The whole document.
    pub(super) fn render(&self) -> String {
        let mut out = String::new();
        map(&mut out, self, 0);
        out
    }
}

impl From<&Map<'_>> for Value {
    fn from(map: &Map<'_>) -> Self {
        map.0.iter().map(|(key, value)| (key.to_string(), Self::from(value))).collect()
    }
}

impl From<&Tree<'_>> for Value {
    /// The same as JSON. A number that JSON does not have becomes its digits.
    fn from(tree: &Tree<'_>) -> Self {
        match tree {
            Tree::Text(text) => Self::String(text.to_string()),
            Tree::Atom(text) => serde_json::from_str(text).unwrap_or_else(|_| Self::String(text.clone())),
            Tree::List(items) => items.iter().map(Self::from).collect(),
            Tree::Map(map) | Tree::Flow(map) => Self::from(map),
        }
    }
}

impl<'a> FromIterator<(&'a str, Tree<'a>)> for Map<'a> {
    fn from_iter<T: IntoIterator<Item = (&'a str, Tree<'a>)>>(entries: T) -> Self {
        Self(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }
}

impl<'a> From<&'a str> for Tree<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Tree<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<&'a ExtraValue> for Tree<'a> {
    fn from(value: &'a ExtraValue) -> Self {
        match value {
            ExtraValue::Null => Self::Atom("null".to_owned()),
            ExtraValue::Bool(value) => Self::Atom(value.to_string()),
            ExtraValue::Integer(value) => Self::Atom(value.to_string()),
            ExtraValue::Float(value) => Self::Atom(float(*value)),
            ExtraValue::Text(text) => text.as_str().into(),
            ExtraValue::List(items) => Self::List(items.iter().map(Self::from).collect()),
            ExtraValue::Map(entries) => {
                Self::Map(entries.iter().map(|(key, value)| (key.as_str(), value.into())).collect())
            }
        }
    }
}

impl Tree<'_> {
    fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Atom(_) => false,
            Self::List(items) => items.is_empty(),
            Self::Map(map) | Self::Flow(map) => map.0.is_empty(),
        }
    }

    /// Whether it takes lines of its own below its key.
    fn is_block(&self) -> bool {
        matches!(self, Self::List(_) | Self::Map(_)) && !self.is_empty()
    }
}

/// A number that YAML 1.1 takes for a float too: it wants a point, and a sign in the
/// exponent.
fn float(number: f64) -> String {
    if number.is_nan() {
        return ".nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { ".inf".to_owned() } else { "-.inf".to_owned() };
    }
    let text = format!("{number:?}");
    let Some((digits, exponent)) = text.split_once('e') else { return text };
    let point = if digits.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    format!("{digits}{point}e{sign}{exponent}")
}

/// The lines of a map at `column`, where the first one already is.
fn map(out: &mut String, map: &Map<'_>, column: usize) {
    for (index, (name, value)) in map.0.iter().enumerate() {
        if index > 0 {
            indent(out, column);
        }
        key(out, name, Place::Key);
        if is_explicit(name) {
            out.push('\n');
            indent(out, column);
        }
        out.push(':');
        if value.is_block() {
            out.push('\n');
            indent(out, column + 2);
            block(out, value, column + 2);
        } else {
            out.push(' ');
            inline(out, value, Place::Block(column));
            out.push('\n');
        }
    }
}

/// The lines of a list at `column`, where the first one already is.
fn list(out: &mut String, items: &[Tree<'_>], column: usize) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            indent(out, column);
        }
        out.push_str("- ");
        if item.is_block() {
            block(out, item, column + 2);
        } else {
            inline(out, item, Place::Block(column));
            out.push('\n');
        }
    }
}

fn block(out: &mut String, value: &Tree<'_>, column: usize) {
    match value {
        Tree::List(items) => list(out, items, column),
        Tree::Map(entries) => map(out, entries, column),
        Tree::Text(_) | Tree::Atom(_) | Tree::Flow(_) => unreachable!("only lists and maps are blocks"),
    }
}

fn inline(out: &mut String, value: &Tree<'_>, place: Place) {
    match value {
        Tree::Text(text) => scalar::write(out, text, place),
        Tree::Atom(text) => out.push_str(text),
        Tree::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                inline(out, item, Place::Flow);
            }
            out.push(']');
        }
        Tree::Map(map) | Tree::Flow(map) => {
            out.push('{');
            for (index, (name, value)) in map.0.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                key(out, name, Place::Flow);
                out.push_str(if is_explicit(name) { " : " } else { ": " });
                inline(out, value, Place::Flow);
            }
            out.push('}');
        }
    }
}

fn key(out: &mut String, name: &str, place: Place) {
    if is_explicit(name) {
        out.push_str("? ");
    }
    scalar::write(out, name, place);
}

/// Readers look for the colon after a key in the next 1024 characters only, and a
/// character can take ten when it is escaped. A longer key says that it is one.
fn is_explicit(name: &str) -> bool {
    name.len() > 100
}

fn indent(out: &mut String, column: usize) {
    out.extend(std::iter::repeat_n(' ', column));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> ExtraValue {
        ExtraValue::Text(text.to_owned())
    }

    fn rendered(value: ExtraValue) -> String {
        let extra = Extra::from([("k".to_owned(), value)]);
        let mut map = Map::default();
        map.put_extra(&extra, &[]);
        map.render()
    }

    #[test]
    fn lists_and_maps_nest_by_two_columns() {
        let inner = ExtraValue::Map(vec![
            ("a".to_owned(), text("x\ny")),
            (
                "b".to_owned(),
                ExtraValue::List(vec![text("1"), ExtraValue::List(vec![text("x\n"), ExtraValue::Null])]),
            ),
        ]);
        let expected = "k:\n  - a: |-\n      x\n      y\n    b:\n      - \"1\"\n      - - |\n          x\n        - null\n";
        assert_eq!(rendered(ExtraValue::List(vec![inner])), expected);
    }

    #[test]
    fn what_is_empty_stays_on_its_line() {
        let empty = vec![ExtraValue::List(vec![]), ExtraValue::Map(vec![]), text("")];
        assert_eq!(rendered(ExtraValue::List(empty)), "k:\n  - []\n  - {}\n  - \"\"\n");
    }

    #[test]
    fn a_long_key_is_marked_as_one() {
        let long = "x".repeat(101);
        let value = ExtraValue::Map(vec![(long.clone(), ExtraValue::Map(vec![("a".to_owned(), text("b"))]))]);
        assert_eq!(rendered(value.clone()), format!("k:\n  ? {long}\n  :\n    a: b\n"));
        let mut flow = String::new();
        inline(&mut flow, &(&value).into(), Place::Flow);
        assert_eq!(flow, format!("{{? {long} : {{a: b}}}}"));
    }

    #[test]
    fn numbers_are_spelled_for_both_versions_of_yaml() {
        let floats = [(1.0, "1.0"), (-0.0, "-0.0"), (0.1, "0.1"), (1e300, "1.0e+300"), (1.5e-9, "1.5e-9")];
        for (number, expected) in floats {
            assert_eq!(float(number), expected);
        }
        assert_eq!(
            [float(f64::NAN), float(f64::INFINITY), float(f64::NEG_INFINITY)],
            [".nan", ".inf", "-.inf"]
        );
        assert_eq!(rendered(ExtraValue::Integer(i128::MIN)), format!("k: {}\n", i128::MIN));
    }
}
