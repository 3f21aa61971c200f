//! YAML text -> a tree of nodes, with every scalar still as written: `title: 2026` is the
//! text "2026" because it is read as text, and only scalars under unknown keys are typed at
//! all. Stands on the event parser inside `serde_yaml`.

use std::borrow::Cow;

use serde_yaml::granit_parser::{self, Event, Parser, ScalarStyle, StrInput};

use super::plain::{is_null, resolve};
use super::{FormatError, decode};
use crate::model::ExtraValue;

/// How deep maps and lists may nest.
const MAX_DEPTH: usize = 64;
/// How many values a document may have.
const MAX_NODES: usize = 1_000_000;

/// A value, and the line it begins on.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) line: usize,
    pub(super) value: Value<'a>,
}

#[derive(Debug)]
pub(super) enum Value<'a> {
    /// The text, and whether it stood without quotes.
    Scalar { text: Cow<'a, str>, is_plain: bool },
    /// A list.
    List(Vec<Node<'a>>),
    /// A map with distinct keys, in the order written.
    Map(Entries<'a>),
}

pub(super) type Entries<'a> = Vec<(Cow<'a, str>, Node<'a>)>;

/// Reads the one document in `bytes`, which must be a map.
pub(super) fn document(bytes: &[u8]) -> Result<Entries<'_>, FormatError> {
    match root(bytes)?.map(|node| node.value) {
        Some(Value::Map(entries)) => Ok(entries),
        _ => Err(FormatError::Syntax { line: 1, message: "the document is not a map".to_owned() }),
    }
}

/// Reads the one document in `bytes`, which must be a list.
pub(super) fn list_document(bytes: &[u8]) -> Result<Vec<Node<'_>>, FormatError> {
    let wrong = |message: &str| Err(FormatError::Syntax { line: 1, message: message.to_owned() });
    match root(bytes)? {
        Some(Node { value: Value::List(items), .. }) => Ok(items),
        Some(node) if !node.is_null() => wrong("it is not a list"),
        _ => wrong("it is empty"),
    }
}

fn root(bytes: &[u8]) -> Result<Option<Node<'_>>, FormatError> {
    let text = decode(bytes)?;
    let options = granit_parser::options! { emit_comments: false, disallow_directives: true };
    let parser = Parser::new_from_str_with_options(text, options);
    let mut reader = Reader { parser, line: 1, nodes: 0, is_nothing: false };
    reader.document()
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    line: usize,
    nodes: usize,
    /// Whether nothing is written where the last event is. The parser gives a value that is
    /// left out as `~`.
    is_nothing: bool,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Option<Node<'a>>, FormatError> {
        let mut root = None;
        loop {
            match self.next()? {
                Event::StreamStart | Event::DocumentEnd => {}
                Event::DocumentStart(..) if root.is_some() => {
                    return Err(self.error("there is a second document"));
                }
                Event::DocumentStart(..) => {
                    let event = self.next()?;
                    root = Some(self.node(event, 0)?);
                }
                Event::StreamEnd => break,
                _ => return Err(self.error("unexpected content")),
            }
        }
        Ok(root)
    }

    fn next(&mut self) -> Result<Event<'a>, FormatError> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                self.line = span.start.line();
                self.is_nothing = span.start.index() == span.end.index();
                Ok(event)
            }
            Some(Err(error)) => {
                Err(FormatError::Syntax { line: error.marker().line(), message: error.info() })
            }
            None => Err(self.error("the document ends too early")),
        }
    }

    fn node(&mut self, event: Event<'a>, depth: usize) -> Result<Node<'a>, FormatError> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(self.error("the document has too many values"));
        }
        if depth > MAX_DEPTH {
            return Err(self.error("the document is nested too deeply"));
        }
        let line = self.line;
        let value = match event {
            Event::Scalar(text, style, 0, None) => {
                let is_plain = style == ScalarStyle::Plain;
                let text = if is_plain && self.is_nothing { Cow::Borrowed("") } else { text };
                Value::Scalar { text, is_plain }
            }
            Event::SequenceStart(_, 0, None) => Value::List(self.list(depth)?),
            Event::MappingStart(_, 0, None) => Value::Map(self.map(depth)?),
            _ => return Err(self.error("anchors, aliases and tags are not allowed")),
        };
        Ok(Node { line, value })
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node<'a>>, FormatError> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                Event::SequenceEnd => return Ok(items),
                event => items.push(self.node(event, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Entries<'a>, FormatError> {
        let mut entries = Vec::new();
        loop {
            match self.next()? {
                Event::MappingEnd => break,
                event => {
                    let key = self.key(event, depth)?;
                    let event = self.next()?;
                    entries.push((key, self.node(event, depth + 1)?));
                }
            }
        }
        check_distinct(&entries)?;
        Ok(entries)
    }

    fn key(&mut self, event: Event<'a>, depth: usize) -> Result<Cow<'a, str>, FormatError> {
        match self.node(event, depth + 1)?.value {
            // Other readers would merge the value into the map.
            Value::Scalar { text, is_plain: true } if text == "<<" => {
                Err(self.error("merge keys are not allowed"))
            }
            Value::Scalar { text, .. } => Ok(text),
            Value::List(_) | Value::Map(_) => Err(self.error("a key is not text")),
        }
    }

    fn error(&self, message: &str) -> FormatError {
        FormatError::Syntax { line: self.line, message: message.to_owned() }
    }
}

fn check_distinct(entries: &Entries<'_>) -> Result<(), FormatError> {
    let mut keys: Vec<(&str, usize)> = entries.iter().map(|(key, node)| (&**key, node.line)).collect();
    keys.sort_unstable();
    match keys.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(FormatError::Syntax {
            line: pair[1].1,
            message: format!("the key {:?} is there twice", pair[1].0),
        }),
        None => Ok(()),
    }
}

impl Node<'_> {
    /// Whether nothing is written.
    pub(super) fn is_empty(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, is_plain: true } if text.is_empty())
    }

    /// Whether nothing, or a word for nothing, is written.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, is_plain: true } if is_null(text))
    }
}

impl From<serde_json::Value> for Node<'static> {
    fn from(json: serde_json::Value) -> Self {
        let plain = |text: String| Value::Scalar { text: Cow::Owned(text), is_plain: true };
        let value = match json {
            serde_json::Value::Null => plain("null".to_owned()),
            serde_json::Value::Bool(value) => plain(value.to_string()),
            serde_json::Value::Number(number) => plain(number.to_string()),
            serde_json::Value::String(text) => Value::Scalar { text: Cow::Owned(text), is_plain: false },
            serde_json::Value::Array(items) => Value::List(items.into_iter().map(Self::from).collect()),
            serde_json::Value::Object(map) => {
                Value::Map(map.into_iter().map(|(key, value)| (Cow::Owned(key), Self::from(value))).collect())
            }
        };
        Self { line: 1, value }
    }
}

impl From<Node<'_>> for ExtraValue {
    fn from(node: Node<'_>) -> Self {
        match node.value {
            Value::Scalar { text, is_plain: true } => resolve(text),
            Value::Scalar { text, is_plain: false } => Self::Text(text.into_owned()),
            Value::List(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Value::Map(entries) => Self::Map(
                entries.into_iter().map(|(key, node)| (key.into_owned(), Self::from(node))).collect(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        document(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn what_is_not_plain_data_is_refused_with_its_line() {
        let refused = [
            ("a: 1\nb: [\n", "line "),
            ("a: &x 1\n", "line 1: anchors, aliases and tags are not allowed"),
            ("a: 1\nb: !t 1\n", "line 2: anchors, aliases and tags are not allowed"),
            ("a: 1\nb: 2\na: 3\n", "line 3: the key \"a\" is there twice"),
            ("a: 1\n<<: {b: 1}\n", "line 2: merge keys are not allowed"),
            ("[a]: 1\n", "line 1: a key is not text"),
            ("a: 1\n---\nb: 1\n", "line 2: there is a second document"),
            ("%YAML 1.1\n---\na: 1\n", "line 1: "),
            ("", "line 1: the document is not a map"),
            ("- a\n", "line 1: the document is not a map"),
        ];
        for (text, expected) in refused {
            let message = message(text);
            assert!(message.starts_with(expected), "{text:?}: {message}");
        }
    }

    #[test]
    fn depth_number_and_size_are_bounded() {
        let nested = |depth: usize| format!("a: {}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(document(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert!(message(&nested(MAX_DEPTH + 1)).contains("too deeply"));
        assert!(message(&"- ".repeat(200_000)).contains("too deeply"));
        assert!(message(&"- a\n".repeat(MAX_NODES)).contains("too many values"));
        let bytes = super::super::MAX_BYTES + 1;
        assert_eq!(document(&vec![b' '; bytes]).unwrap_err(), FormatError::TooLarge { bytes });
        assert_eq!(document(b"a: \xff\n").unwrap_err(), FormatError::NotUtf8);
    }
}
