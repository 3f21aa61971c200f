//! A list of issues to create, as YAML or JSON.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt;

use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::FormatError;
use super::fields::Fields;
use super::node::{self, Node, Value};
use crate::model::create::{BatchEntry, BatchError, NewIssue};
use crate::model::{AgentId, GateKey, Priority, Refusal};

/// Reads a list of issues. `origin` names it in errors.
pub fn parse(origin: &str, text: &[u8]) -> Result<Vec<BatchEntry>, BatchError> {
    let syntax =
        |error: FormatError| BatchError::Syntax { origin: origin.to_owned(), reason: error.to_string() };
    let items = items(text).map_err(syntax)?;
    let entries = items.into_iter().enumerate().map(|(index, node)| {
        let entry = index + 1;
        match read_entry(node) {
            Ok(entry) => Ok(entry),
            Err(FormatError::Invalid { field, reason }) if field.is_empty() => {
                Err(BatchError::Entry { entry, refusal: Refusal::invalid("entry", reason) })
            }
            Err(FormatError::Invalid { field, reason }) => {
                Err(BatchError::Entry { entry, refusal: Refusal::invalid(field, reason) })
            }
            Err(error) => Err(syntax(error)),
        }
    });
    entries.collect()
}

/// The items of the list. What looks like JSON and is not may still be a YAML flow list; if
/// it is neither, the error about JSON is the better one.
fn items(text: &[u8]) -> Result<Vec<Node<'_>>, FormatError> {
    if !text.trim_ascii_start().starts_with(b"[") {
        return node::list_document(text);
    }
    match serde_json::from_slice::<Vec<Json>>(text) {
        Ok(items) => Ok(items.into_iter().map(|item| item.0).collect()),
        Err(error) => node::list_document(text)
            .map_err(|_| FormatError::Syntax { line: error.line(), message: error.to_string() }),
    }
}

/// Unknown keys are refused: a misspelt one would be lost silently.
fn read_entry(node: Node<'_>) -> Result<BatchEntry, FormatError> {
    let mut fields = Fields::of_node(String::new(), node)?;
    let (issue, dependencies) = take_issue(&mut fields)?;
    let key = fields.text("key")?.map(Cow::into_owned);
    if let Some(unknown) = fields.rest().into_keys().next() {
        let reason = "there is no such key; there are key, title, description, type, priority, labels, \
                      gates, context, assignee and dependencies";
        return Err(FormatError::invalid(unknown, reason));
    }
    Ok(BatchEntry { key, issue, dependencies })
}

/// Takes the keys of an issue that is to be, and what it is said to depend on.
pub(super) fn take_issue(fields: &mut Fields<'_>) -> Result<(NewIssue, Vec<String>), FormatError> {
    let context = fields.map("context")?.map(Fields::into_texts).transpose()?.unwrap_or_default();
    let issue = NewIssue {
        title: fields.required("title", |text| Ok::<_, Infallible>(text.to_owned()))?,
        description: fields.text("description")?.map(Cow::into_owned).unwrap_or_default(),
        issue_type: fields.text("type")?.map(Cow::into_owned),
        priority: fields.parse("priority", value_of::<Priority>)?.unwrap_or_default(),
        labels: fields.texts("labels")?,
        gates: fields.parse_all("gates", value_of::<GateKey>)?,
        context,
        assignee: fields.parse("assignee", value_of::<AgentId>)?,
        dependencies: BTreeSet::new(),
    };
    Ok((issue, fields.texts("dependencies")?.into_iter().collect()))
}

/// Reads a value; the reason alone where it is refused, since the caller names the field.
fn value_of<T: std::str::FromStr<Err = Refusal>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|refusal| match refusal {
        Refusal::Invalid { reason, .. } => reason,
        other => other.to_string(),
    })
}

/// A JSON value. Unlike most readers of JSON it refuses a key that is there twice, since one
/// of the two would be lost.
struct Json(Node<'static>);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = deserializer.deserialize_any(JsonVisitor)?;
        Ok(Self(Node { line: 1, value }))
    }
}

struct JsonVisitor;

fn plain(text: String) -> Value<'static> {
    Value::Scalar { text: Cow::Owned(text), is_plain: true }
}

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Value<'static>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(plain("null".to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(plain(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(plain(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(plain(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(plain(value.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Value::Scalar { text: Cow::Owned(text.to_owned()), is_plain: false })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Json(item)) = list.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries: Vec<(Cow<'static, str>, Node<'static>)> = Vec::new();
        let mut keys = BTreeSet::new();
        while let Some((key, Json(value))) = map.next_entry::<String, Json>()? {
            if !keys.insert(key.clone()) {
                return Err(A::Error::custom(format!("the key {key:?} is there twice")));
            }
            entries.push((Cow::Owned(key), value));
        }
        Ok(Value::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(text: &str) -> Result<Vec<String>, String> {
        let entries = parse("plan", text.as_bytes()).map_err(|error| error.to_string())?;
        Ok(entries.into_iter().map(|entry| entry.issue.title).collect())
    }

    #[test]
    fn yaml_and_json_say_the_same() {
        let yaml = "- title: no\n  description: ~\n  labels: [a, b]\n- {title: 2026, dependencies: [x]}\n";
        let json = "[\t{\"title\": \"no\", \"labels\": [\"a\"]}, {\"title\": \"\\ud83d\\ude00\"}]";
        assert_eq!(titles(yaml), Ok(vec!["no".to_owned(), "2026".to_owned()]));
        assert_eq!(titles(json), Ok(vec!["no".to_owned(), "😀".to_owned()]));
        assert_eq!(titles("[]"), Ok(vec![]));
    }

    #[test]
    fn mistakes_are_named_with_their_entry() {
        for (text, message) in [
            ("", "plan is not a list of issues: line 1: it is empty"),
            ("title: x", "plan is not a list of issues: line 1: it is not a list"),
            ("- x", "entry 1: invalid entry: it is not a map"),
            ("- title: x\n- labels: []", "entry 2: invalid title: it is missing"),
            ("- title: {}", "entry 1: invalid title: it is not text"),
            ("- title: x\n  priority: soon", "entry 1: invalid priority: \"soon\" is none of"),
            ("- title: x\n  titel: y", "entry 1: invalid titel: there is no such key"),
            ("- title: x\n---\n- title: y", "there is a second document"),
            ("[{\"title\": \"x\"", "plan is not a list of issues: line 1: EOF"),
        ] {
            let error = titles(text).unwrap_err();
            assert!(error.contains(message), "{text:?}: {error}");
        }
    }
}
