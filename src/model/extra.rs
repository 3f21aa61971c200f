//! Fields of a newer version that this one keeps without understanding them.

use std::collections::BTreeMap;
use std::fmt::Write;

/// Unknown keys of a document, kept on every rewrite.
pub type Extra = BTreeMap<String, ExtraValue>;

/// A value under an unknown key.
#[derive(Clone, Debug, PartialEq)]
pub enum ExtraValue {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i128),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<ExtraValue>),
    /// A map, in the order it was written.
    Map(Vec<(String, ExtraValue)>),
}

impl ExtraValue {
    /// The value on one line, as JSON but for texts that are not inside of anything.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            other => {
                let mut out = String::new();
                write(&mut out, other);
                out
            }
        }
    }
}

fn write(out: &mut String, value: &ExtraValue) {
    let written = match value {
        ExtraValue::Null => write!(out, "null"),
        ExtraValue::Bool(value) => write!(out, "{value}"),
        ExtraValue::Integer(value) => write!(out, "{value}"),
        ExtraValue::Float(value) => write!(out, "{value:?}"),
        ExtraValue::Text(value) => write!(out, "{value:?}"),
        ExtraValue::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                write(out, item);
            }
            write!(out, "]")
        }
        ExtraValue::Map(entries) => {
            out.push('{');
            for (index, (key, item)) in entries.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                write!(out, "{key:?}: ").expect("writing to a string never fails");
                write(out, item);
            }
            write!(out, "}}")
        }
    };
    written.expect("writing to a string never fails");
}
