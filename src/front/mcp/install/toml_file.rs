//! Adding a server to a TOML file, without touching what is there.

use serde_json::{Map, Value};
use toml::Table;

/// Where the servers are.
const KEY: &str = "mcp_servers";

/// A file with the server alone.
pub(super) fn document(name: &str, entry: &Map<String, Value>) -> String {
    let entry = Table::try_from(entry).unwrap_or_default();
    let servers = Table::from_iter([(name.to_owned(), entry.into())]);
    Table::from_iter([(KEY.to_owned(), toml::Value::from(servers))]).to_string()
}

/// `text` with the server; an error says why it cannot have it, following the file's name.
pub(super) fn add(text: &str, name: &str, entry: &Map<String, Value>) -> Result<String, String> {
    let wanted = document(name, entry);
    let parse = |text: &str| text.parse::<Table>().map_err(|error| one_line(&error.to_string()));
    let old = parse(text).map_err(|error| format!("is not TOML: {error}"))?;
    let (added, server) = (parse(&wanted)?, |table: &Table| table.get(KEY)?.get(name).cloned());
    match server(&old) {
        Some(there) if Some(&there) == server(&added).as_ref() => return Ok(text.to_owned()),
        Some(_) => return Err(format!("has another [{KEY}.{name}]")),
        None => {}
    }
    let gap = match text {
        "" => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let new = format!("{text}{gap}{wanted}");
    let mut expected = old;
    let servers = expected.entry(KEY).or_insert_with(|| Table::new().into());
    let (Some(servers), Some(server)) = (servers.as_table_mut(), server(&added)) else {
        return Err(format!("has a {KEY} that is no table"));
    };
    servers.insert(name.to_owned(), server);
    if parse(&new).as_ref() == Ok(&expected) {
        Ok(new)
    } else {
        Err(format!("has {KEY} on one line, which cannot be continued"))
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry() -> Map<String, Value> {
        json!({"command": "jit", "args": ["mcp"], "env": {"JIT_AGENT": "agent:x"}})
            .as_object()
            .unwrap()
            .clone()
    }

    #[test]
    fn what_is_there_stays_byte_for_byte() {
        for text in ["", "# mine\nmodel = 'x' # yes\n\n[mcp_servers.other]\ncommand = \"o\"", "a = 1\n"] {
            let new = add(text, "jit", &entry()).unwrap();
            assert!(new.starts_with(text), "{new}");
            assert_eq!(add(&new, "jit", &entry()).unwrap(), new, "once is enough");
        }
    }

    #[test]
    fn what_cannot_be_added_to_is_refused() {
        let refused = |text: &str| add(text, "jit", &entry()).unwrap_err();
        assert!(refused("a = ").starts_with("is not TOML: "));
        assert!(!refused("a = ").contains('\n'));
        assert_eq!(refused("[mcp_servers.jit]\ncommand = 'other'"), "has another [mcp_servers.jit]");
        assert_eq!(refused("mcp_servers = 7"), "has a mcp_servers that is no table");
        let inline = refused("mcp_servers = {other = {command = 'o'}}");
        assert_eq!(inline, "has mcp_servers on one line, which cannot be continued");
    }
}
