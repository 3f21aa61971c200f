//! Adding a server to a JSON file, without touching what is there: the text is changed where
//! the server goes, and nowhere else.

use std::ops::Range;

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Map, Value, json};

/// How far each level is set off, where a file does not show it.
const INDENT: &str = "  ";

/// A file with the server alone.
pub(super) fn document(key: &str, name: &str, entry: &Map<String, Value>) -> String {
    pretty(&json!({key: {name: entry}}), INDENT) + "\n"
}

/// `text` with the server at `key`; an error says why it cannot have it, following the file's
/// name.
pub(super) fn add(text: &str, key: &str, name: &str, entry: &Map<String, Value>) -> Result<String, String> {
    if text.trim().is_empty() {
        return Ok(document(key, name, entry));
    }
    let mut expected: Value =
        serde_json::from_str(text).map_err(|error| format!("is not JSON without comments: {error}"))?;
    let root = expected.as_object_mut().ok_or("is JSON, but no object")?;
    let servers = root.entry(key).or_insert_with(|| json!({}));
    let servers = servers.as_object_mut().ok_or_else(|| format!("has a {key:?} that is no object"))?;
    if servers.get(name).is_some_and(|there| there.as_object() == Some(entry)) {
        return Ok(text.to_owned());
    }
    servers.insert(name.to_owned(), Value::Object(entry.clone()));
    let new = place(text, key, name, entry)?;
    // Whatever the text looked like, nothing else may come of it than this.
    match serde_json::from_str::<Value>(&new) {
        Ok(found) if found == expected => Ok(new),
        _ => Err("is written in a way that is not understood".to_owned()),
    }
}

/// Changes the text, which is an object.
fn place(text: &str, key: &str, name: &str, entry: &Map<String, Value>) -> Result<String, String> {
    let start = text.find('{').ok_or("is JSON, but no object")?;
    let root = Object::at(text, start);
    let unit = root.members.first().and_then(|member| indent_of(text, member.start)).unwrap_or(INDENT);
    let entry = Value::Object(entry.clone());
    let Some(servers) = root.member(text, key)? else {
        return Ok(root.insert(text, key, &json!({name: entry}), unit, unit));
    };
    let below = Object::at(text, servers.value.start);
    let own = indent_of(text, servers.start).unwrap_or_default();
    let sibling = below.members.first().and_then(|member| indent_of(text, member.start));
    let indent = sibling.map_or_else(|| format!("{own}{unit}"), str::to_owned);
    Ok(match below.member(text, name)? {
        Some(there) => splice(text, there.value.clone(), &set_off(text, &entry, unit, &indent)),
        None => below.insert(text, name, &entry, unit, &indent),
    })
}

/// An object in a text: where its members are, and where it ends.
struct Object {
    start: usize,
    members: Vec<Member>,
    close: usize,
}

struct Member {
    /// Where its key begins.
    start: usize,
    key: Range<usize>,
    value: Range<usize>,
}

impl Object {
    /// The object that begins at `start`, of a text that is JSON.
    fn at(text: &str, start: usize) -> Self {
        let bytes = text.as_bytes();
        let mut members = Vec::new();
        let mut at = skip_space(bytes, start + 1);
        while bytes.get(at) == Some(&b'"') {
            let key = at..skip_value(bytes, at);
            let value = skip_space(bytes, skip_space(bytes, key.end) + 1);
            let value = value..skip_value(bytes, value);
            at = skip_space(bytes, value.end);
            members.push(Member { start: key.start, key, value });
            if bytes.get(at) == Some(&b',') {
                at = skip_space(bytes, at + 1);
            }
        }
        Self { start, members, close: at }
    }

    fn member(&self, text: &str, key: &str) -> Result<Option<&Member>, String> {
        let is_named = |member: &&Member| {
            serde_json::from_str::<String>(&text[member.key.clone()]).is_ok_and(|found| found == key)
        };
        let mut named = self.members.iter().filter(is_named);
        let first = named.next();
        if named.next().is_some() {
            return Err(format!("has {key:?} twice"));
        }
        Ok(first)
    }

    /// The text with a member more, as the last.
    fn insert(&self, text: &str, key: &str, value: &Value, unit: &str, indent: &str) -> String {
        let line = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let member = format!("{}: {}", json!(key), set_off(text, value, unit, indent));
        match self.members.last() {
            Some(last) if indent_of(text, last.start).is_some() => {
                splice(text, last.value.end..last.value.end, &format!(",{line}{indent}{member}"))
            }
            // All on one line, which it stays.
            Some(last) => splice(text, last.value.end..last.value.end, &format!(", {}: {value}", json!(key))),
            None => {
                let outer = indent.strip_suffix(unit).unwrap_or_default();
                splice(text, self.start + 1..self.close, &format!("{line}{indent}{member}{line}{outer}"))
            }
        }
    }
}

fn splice(text: &str, range: Range<usize>, new: &str) -> String {
    [&text[..range.start], new, &text[range.end..]].concat()
}

/// The white space before what begins at `at`, if that is all there is on the line.
fn indent_of(text: &str, at: usize) -> Option<&str> {
    let (_, line) = text[..at].rsplit_once('\n')?;
    line.chars().all(char::is_whitespace).then_some(line)
}

/// A value whose lines after the first are set off by `indent`, each level by `unit`.
fn set_off(text: &str, value: &Value, unit: &str, indent: &str) -> String {
    let line = if text.contains("\r\n") { "\r\n" } else { "\n" };
    pretty(value, unit).replace('\n', &format!("{line}{indent}"))
}

fn pretty(value: &Value, unit: &str) -> String {
    let mut bytes = Vec::new();
    let mut serializer =
        Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(unit.as_bytes()));
    value.serialize(&mut serializer).expect("memory takes it");
    String::from_utf8(bytes).expect("JSON is text")
}

fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// Where the value that begins at `at` ends, in a text that is JSON.
fn skip_value(bytes: &[u8], at: usize) -> usize {
    let (mut depth, mut end) = (0_usize, at);
    loop {
        match bytes.get(end) {
            None => return end,
            Some(b'"') => end = skip_string(bytes, end),
            Some(b'{' | b'[') => (depth, end) = (depth + 1, end + 1),
            Some(b'}' | b']') if depth > 0 => (depth, end) = (depth - 1, end + 1),
            Some(b',' | b'}' | b']' | b':') if depth == 0 => return end,
            Some(byte) if byte.is_ascii_whitespace() && depth == 0 => return end,
            Some(_) => end += 1,
        }
        if depth == 0 && matches!(bytes.get(end - 1), Some(b'"' | b'}' | b']')) {
            return end;
        }
    }
}

fn skip_string(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while let Some(byte) = bytes.get(end) {
        match byte {
            b'\\' => end += 2,
            b'"' => return end + 1,
            _ => end += 1,
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Map<String, Value> {
        json!({"command": "jit", "args": ["mcp"]}).as_object().unwrap().clone()
    }

    fn added(text: &str) -> String {
        let new = add(text, "mcpServers", "jit", &entry()).unwrap();
        assert_eq!(add(&new, "mcpServers", "jit", &entry()).unwrap(), new, "once is enough");
        new
    }

    const SERVER: &str =
        "\"jit\": {\n      \"command\": \"jit\",\n      \"args\": [\n        \"mcp\"\n      ]\n    }";

    #[test]
    fn a_new_file_has_the_server_alone() {
        let expected = format!("{{\n  \"mcpServers\": {{\n    {SERVER}\n  }}\n}}\n");
        assert_eq!(added(""), expected);
        assert_eq!(added("{}\n"), expected);
        assert_eq!(added("{\n  \"mcpServers\": {}\n}\n"), expected);
    }

    #[test]
    fn what_is_there_stays_as_it_is_written() {
        let text = "{ \"a\" : [1.0,\t2e3, \"}\\\"{\"],\n  \"mcpServers\": {\n    \"x\": {\"command\":\"y\"}\n  },\n\n  \"z\": null}";
        let new = added(text);
        let at = text.find("\"y\"}").unwrap() + 4;
        assert_eq!(new, format!("{},\n    {SERVER}{}", &text[..at], &text[at..]));
    }

    #[test]
    fn the_style_of_the_file_is_kept() {
        let tabs = added("{\r\n\t\"theme\": \"dark\"\r\n}\r\n");
        assert!(
            tabs.starts_with("{\r\n\t\"theme\": \"dark\",\r\n\t\"mcpServers\": {\r\n\t\t\"jit\": {\r\n"),
            "{tabs:?}"
        );
        assert!(!tabs.replace("\r\n", "").contains('\n'));
        let line = added(r#"{"mcpServers":{"x":{}}}"#);
        assert_eq!(line, r#"{"mcpServers":{"x":{}, "jit": {"command":"jit","args":["mcp"]}}}"#);
    }

    #[test]
    fn another_server_of_the_name_is_replaced() {
        let text = "{\n  \"mcpServers\": {\n    \"jit\": {\"command\": \"old\"},\n    \"x\": {}\n  }\n}\n";
        let new = added(text);
        assert_eq!(new, text.replace("\"jit\": {\"command\": \"old\"}", SERVER));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let refused = |text: &str| add(text, "mcpServers", "jit", &entry()).unwrap_err();
        for text in ["{ // mine\n}", "{\"a\": 1,}", "{\"a\"", "/* */ {}", "{} {}"] {
            assert!(refused(text).starts_with("is not JSON without comments: "), "{text}");
        }
        assert_eq!(refused("[]"), "is JSON, but no object");
        assert_eq!(refused("{\"mcpServers\": []}"), "has a \"mcpServers\" that is no object");
        let twice = "{\"mcpServers\": {\"a\": 1}, \"mcpServers\": {\"b\": 1}}";
        assert_eq!(refused(twice), "has \"mcpServers\" twice");
    }
}
