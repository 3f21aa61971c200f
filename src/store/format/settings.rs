//! `config.toml`: the format of the tracker and the project's settings.

use toml::{Table, Value};

use super::{FormatError, conflict, decode};
use crate::model::ExtraValue;
use crate::model::Refusal;
use crate::model::saved::{FilterName, SavedFilters};
use crate::model::settings::{
    Durability, FORMAT, Settings, SyncAuto, format_secs, parse_secs, parse_secs_or_zero,
};

/// The document of the settings. Those at their default are left out.
pub fn to_toml(settings: &Settings) -> String {
    let mut table = Table::new();
    for (key, value) in &settings.extra {
        table.extend(to_value(value).map(|value| (key.clone(), value)));
    }
    table.remove("format");
    let conflicts = &settings.conflicts;
    set(&mut table, conflict::KEY, (!conflicts.is_empty()).then(|| conflict::to_toml(conflicts)));
    set(&mut table, "strict_gates", settings.strict_gates.then_some(Value::Boolean(true)));
    let durability = settings.durability;
    set(&mut table, "durability", (durability != Durability::default()).then(|| durability.as_str().into()));
    let skew = settings.claim_skew_secs;
    let is_default = skew == Settings::default().claim_skew_secs;
    for (name, filter) in &settings.filters {
        set_in(&mut table, "filter", name.as_str(), Some(filter.as_str().into()));
    }
    set_in(&mut table, "claim", "skew", (!is_default).then(|| format_secs(skew).into()));
    let ttl = settings.claim_ttl_secs.map(|secs| format_secs(secs).into());
    set_in(&mut table, "claim", "ttl", ttl);
    let timeout = settings.gate_timeout_secs;
    let is_default = timeout == Settings::default().gate_timeout_secs;
    set_in(&mut table, "gate", "timeout", (!is_default).then(|| format_secs(timeout).into()));
    let auto = settings.sync_auto;
    set_in(&mut table, "sync", "auto", (auto != SyncAuto::default()).then(|| auto.as_str().into()));
    format!("format = {FORMAT}\n{table}")
}

fn set(table: &mut Table, key: &str, value: Option<Value>) {
    match value {
        Some(value) => table.insert(key.to_owned(), value),
        None => table.remove(key),
    };
}

fn set_in(table: &mut Table, section: &str, key: &str, value: Option<Value>) {
    if !matches!(table.get(section), Some(Value::Table(_))) {
        table.insert(section.to_owned(), Value::Table(Table::new()));
    }
    if let Some(Value::Table(inner)) = table.get_mut(section) {
        set(inner, key, value);
        if inner.is_empty() {
            table.remove(section);
        }
    }
}

/// Reads the settings, after the format, of a tracker.
pub fn from_toml(bytes: &[u8]) -> Result<Settings, FormatError> {
    let text = decode(bytes)?;
    let mut table: Table = text.parse().map_err(|error| syntax_error(text, &error))?;
    check_format(table.remove("format"))?;
    let mut settings = Settings::default();
    if let Some(value) = table.remove("strict_gates") {
        settings.strict_gates =
            value.as_bool().ok_or_else(|| FormatError::invalid("strict_gates", "it is not true or false"))?;
    }
    if let Some(value) = table.remove("durability") {
        settings.durability = value
            .as_str()
            .and_then(Durability::parse)
            .ok_or_else(|| FormatError::invalid("durability", "it is neither \"full\" nor \"fast\""))?;
    }
    if let Some(secs) = duration(&mut table, "claim", "skew", parse_secs_or_zero)? {
        settings.claim_skew_secs = secs;
    }
    settings.claim_ttl_secs = duration(&mut table, "claim", "ttl", parse_secs)?;
    if let Some(secs) = duration(&mut table, "gate", "timeout", parse_secs)? {
        settings.gate_timeout_secs = secs;
    }
    settings.filters = filters(table.remove("filter"))?;
    settings.conflicts = conflict::from_toml(table.remove(conflict::KEY))?;
    if let Some(value) = take_in(&mut table, "sync", "auto")? {
        settings.sync_auto = value
            .as_str()
            .and_then(SyncAuto::parse)
            .ok_or_else(|| FormatError::invalid("sync.auto", "it is neither \"claims\" nor \"mutation\""))?;
    }
    settings.extra = table.into_iter().map(|(key, value)| (key, to_extra(value))).collect();
    Ok(settings)
}

/// Filters by name.
fn filters(value: Option<Value>) -> Result<SavedFilters, FormatError> {
    let filters = match value {
        None => return Ok(SavedFilters::new()),
        Some(Value::Table(filters)) => filters,
        Some(_) => return Err(FormatError::invalid("filter", "it is not a table")),
    };
    let filter = |(name, value): (String, Value)| {
        let invalid = |reason: String| FormatError::invalid(format!("filter.{name}"), reason);
        let key = FilterName::parse(&name).map_err(|refusal| invalid(refusal.to_string()))?;
        match value {
            Value::String(text) => Ok((key, text)),
            _ => Err(invalid("it is not text".to_owned())),
        }
    };
    filters.into_iter().map(filter).collect()
}

fn syntax_error(text: &str, error: &toml::de::Error) -> FormatError {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    FormatError::Syntax { line: before.matches('\n').count() + 1, message: error.message().to_owned() }
}

/// Before anything else: another format may mean anything by the other keys.
fn check_format(found: Option<Value>) -> Result<(), FormatError> {
    match found {
        Some(Value::Integer(format)) if u64::try_from(format) == Ok(FORMAT) => Ok(()),
        Some(found) => Err(FormatError::UnknownFormat { found: found.to_string() }),
        None => Err(FormatError::UnknownFormat { found: "(none)".to_owned() }),
    }
}

/// Takes a key out of a section, and the section too if nothing else is in it.
fn take_in(table: &mut Table, section: &str, key: &str) -> Result<Option<Value>, FormatError> {
    let inner = match table.get_mut(section) {
        None => return Ok(None),
        Some(Value::Table(inner)) => inner,
        Some(_) => return Err(FormatError::invalid(section, "it is not a table")),
    };
    let value = inner.remove(key);
    if inner.is_empty() {
        table.remove(section);
    }
    Ok(value)
}

fn duration(
    table: &mut Table,
    section: &str,
    key: &str,
    parse: fn(&str, &str) -> Result<u64, Refusal>,
) -> Result<Option<u64>, FormatError> {
    let field = format!("{section}.{key}");
    match take_in(table, section, key)? {
        None => Ok(None),
        Some(Value::String(text)) => match parse(&field, &text) {
            Ok(secs) => Ok(Some(secs)),
            Err(refusal) => Err(FormatError::invalid(field, refusal.to_string())),
        },
        Some(_) => Err(FormatError::invalid(field, "it is not text such as \"4h\"")),
    }
}

/// TOML's own dates become text; nothing of ours is one.
pub(super) fn to_extra(value: Value) -> ExtraValue {
    match value {
        Value::String(text) => ExtraValue::Text(text),
        Value::Integer(number) => ExtraValue::Integer(number.into()),
        Value::Float(number) => ExtraValue::Float(number),
        Value::Boolean(value) => ExtraValue::Bool(value),
        Value::Datetime(at) => ExtraValue::Text(at.to_string()),
        Value::Array(items) => ExtraValue::List(items.into_iter().map(to_extra).collect()),
        Value::Table(table) => {
            ExtraValue::Map(table.into_iter().map(|(key, value)| (key, to_extra(value))).collect())
        }
    }
}

/// TOML has no null, and integers of 64 bits only: neither ever comes out of it.
pub(super) fn to_value(value: &ExtraValue) -> Option<Value> {
    Some(match value {
        ExtraValue::Null => return None,
        ExtraValue::Bool(value) => Value::Boolean(*value),
        ExtraValue::Integer(number) => match i64::try_from(*number) {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::String(number.to_string()),
        },
        ExtraValue::Float(number) => Value::Float(*number),
        ExtraValue::Text(text) => Value::String(text.clone()),
        ExtraValue::List(items) => Value::Array(items.iter().filter_map(to_value).collect()),
        ExtraValue::Map(entries) => Value::Table(
            entries.iter().filter_map(|(key, value)| Some((key.clone(), to_value(value)?))).collect(),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_left_out() {
        assert_eq!(to_toml(&Settings::default()), "format = 1\n");
        assert_eq!(from_toml(b"format = 1\n"), Ok(Settings::default()));
    }

    #[test]
    fn what_is_set_and_what_is_unknown_comes_back() {
        let text = "format = 1\ncolour = \"red\"\ndurability = \"fast\"\nstrict_gates = true\n\n[claim]\n\
                    renew = true\nskew = \"0s\"\nttl = \"4h\"\n\n[filter]\nmine = \"assignee:me\"\n\n[gate]\ntimeout = \"1m 30s\"\n\n\
                    [sync]\nauto = \"mutation\"\n\n[zone]\nx = [1, 2.5]\n";
        let settings = from_toml(text.as_bytes()).unwrap();
        assert_eq!((settings.claim_ttl_secs, settings.gate_timeout_secs), (Some(14_400), 90));
        assert_eq!((settings.claim_skew_secs, settings.sync_auto), (0, SyncAuto::Mutation));
        assert!(settings.strict_gates && settings.durability == Durability::Fast);
        assert_eq!(settings.extra.keys().collect::<Vec<_>>(), ["claim", "colour", "zone"]);
        assert_eq!(to_toml(&settings), text);
    }

    #[test]
    fn conflicts_are_tables_of_their_own() {
        let text = "format = 1\n[[conflicts]]\nat = \"2026-01-02T03:04:05.678Z\"\nby = \"human:unknown\"\n\
                    field = \"claim.ttl\"\nid = \"3f2a9c1e-7d0b-4c52-9a44-0c7f5f1f2b11\"\nlocal = \"4h\"\nseen = true\n";
        let settings = from_toml(text.as_bytes()).unwrap();
        let conflict = &settings.conflicts[0];
        assert_eq!((conflict.field.as_str(), conflict.local.as_deref()), ("claim.ttl", Some("4h")));
        assert_eq!((&conflict.upstream, conflict.extra.len()), (&None, 1));
        assert_eq!(to_toml(&settings), text);
    }

    #[test]
    fn the_format_is_checked_before_anything_else() {
        for (text, found) in [
            ("format = 2\nstrict_gates = \"maybe\"\n", "2"),
            ("format = \"1\"\n", "\"1\""),
            ("format = -1\n", "-1"),
            ("strict_gates = 7\n", "(none)"),
            ("", "(none)"),
        ] {
            assert_eq!(
                from_toml(text.as_bytes()),
                Err(FormatError::UnknownFormat { found: found.to_owned() })
            );
        }
    }

    #[test]
    fn a_value_that_is_not_understood_is_an_error() {
        for (line, field) in [
            ("strict_gates = \"yes\"", "strict_gates"),
            ("durability = \"slow\"", "durability"),
            ("claim = 4", "claim"),
            ("claim.ttl = 4", "claim.ttl"),
            ("claim.ttl = \"0s\"", "claim.ttl"),
            ("claim.skew = 30", "claim.skew"),
            ("claim.skew = \"-1s\"", "claim.skew"),
            ("sync = true", "sync"),
            ("sync.auto = \"often\"", "sync.auto"),
            ("gate.timeout = \"soon\"", "gate.timeout"),
            ("filter = \"mine\"", "filter"),
            ("filter.mine = 1", "filter.mine"),
            ("filter.Mine = \"state:ready\"", "filter.Mine"),
            ("conflicts = 1", "conflicts"),
            ("conflicts = [1]", "conflicts[0]"),
            ("conflicts = [{}]", "conflicts[0].id"),
            ("conflicts = [{id = 1}]", "conflicts[0].id"),
        ] {
            let error = from_toml(format!("format = 1\n{line}\n").as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{field}: ")), "{error}");
        }
        let error = from_toml(b"format = 1\n\nx = \n").unwrap_err();
        assert!(matches!(error, FormatError::Syntax { line: 3, .. }), "{error}");
    }
}
