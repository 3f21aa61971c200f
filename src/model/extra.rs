//! Fields of a newer version that this one keeps without understanding them.

use std::collections::BTreeMap;

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
