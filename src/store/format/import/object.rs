//! Access to the keys of a foreign record, which notes what becomes of each.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, NaiveDateTime, SubsecRound, Utc};
use serde_json::{Map, Value};

use super::Reading;
use crate::model::import::{FieldUse, Kept};
use crate::model::{Refusal, Timestamp, text};
use crate::store::format::fields::timestamp;

/// The keys of a record that nobody has taken yet.
#[derive(Debug)]
pub(super) struct Object {
    map: Map<String, Value>,
    uses: Vec<(String, Kept)>,
}

impl Object {
    pub(super) fn new(map: Map<String, Value>) -> Self {
        Self { map, uses: Vec::new() }
    }

    /// All that is left, as it is.
    pub(super) fn into_value(self) -> Value {
        Value::Object(self.map)
    }

    /// Whether there is such a key, with whatever value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// The value of a key that becomes part of `field` of jit's. What is null is not there.
    pub(super) fn take(&mut self, key: &str, field: &'static str) -> Option<Value> {
        let value = self.map.shift_remove(key).filter(|value| !value.is_null())?;
        self.uses.push((key.to_owned(), Kept::Mapped(field)));
        Some(value)
    }

    /// Leaves a key out.
    pub(super) fn drop_key(&mut self, key: &str, why: &'static str) {
        if self.map.shift_remove(key).is_some() {
            self.uses.push((key.to_owned(), Kept::Dropped(why)));
        }
    }

    /// Leaves out what is empty text.
    pub(super) fn drop_empty(&mut self) {
        self.map.retain(|_, value| value.as_str() != Some(""));
    }

    /// Text, which may be given as a number; none if it is empty.
    pub(super) fn text(&mut self, key: &str, field: &'static str) -> Result<Option<String>, Refusal> {
        match self.take(key, field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text).filter(|text| !text.is_empty())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(other) => Err(wrong(key, "text", &other)),
        }
    }

    /// The title, made to fit. All of one that does not is kept aside under the keys of `from`,
    /// which is noted.
    pub(super) fn title(
        &mut self,
        from: &str,
        adapted: &mut Vec<String>,
        context: &mut BTreeMap<String, String>,
    ) -> Result<String, Refusal> {
        let given = self.text("title", "title")?.unwrap_or_default();
        let (title, is_changed) = title(&given);
        if is_changed {
            let key = context_key(from, "title");
            adapted.push(format!("the title does not fit; all of it is in {key}"));
            context.insert(key, aside(given.into()));
        }
        Ok(title)
    }

    /// A point in time.
    pub(super) fn time(&mut self, key: &str, field: &'static str) -> Result<Option<Timestamp>, Refusal> {
        let Some(text) = self.text(key, field)? else { return Ok(None) };
        time(&text).map(Some).map_err(|reason| Refusal::invalid(key, reason))
    }

    /// The objects in a list.
    pub(super) fn objects(&mut self, key: &str, field: &'static str) -> Result<Vec<Self>, Refusal> {
        self.list(key, field)?
            .into_iter()
            .map(|item| match item {
                Value::Object(map) => Ok(Self::new(map)),
                other => Err(wrong(key, "a list of objects", &other)),
            })
            .collect()
    }

    /// The items of a list.
    pub(super) fn list(&mut self, key: &str, field: &'static str) -> Result<Vec<Value>, Refusal> {
        match self.take(key, field) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => Ok(items),
            Some(other) => Err(wrong(key, "a list", &other)),
        }
    }

    /// Keeps all that is left aside, under the keys of `from`, and notes what became of all.
    pub(super) fn keep_rest(
        self,
        reading: &mut Reading<'_>,
        from: &str,
        context: &mut BTreeMap<String, String>,
    ) {
        self.keep_rest_as(reading, from, aside, context);
    }

    /// The same, as text that `shown` makes of it.
    pub(super) fn keep_rest_as(
        mut self,
        reading: &mut Reading<'_>,
        from: &str,
        shown: fn(Value) -> String,
        context: &mut BTreeMap<String, String>,
    ) {
        for (key, value) in std::mem::take(&mut self.map) {
            if value.is_null() {
                continue;
            }
            let name = context_key(from, &key);
            self.uses.push((key, Kept::Aside(name.clone())));
            context.insert(name, shown(value));
        }
        for (key, kept) in self.uses {
            let known = reading.batch.fields.entry(key).or_insert(FieldUse { kept, count: 0 });
            known.count += 1;
        }
    }
}

/// A context key for `key` of another tracker.
pub(super) fn context_key(from: &str, key: &str) -> String {
    let visible = |c: char| if text::is_invisible(c) { '-' } else { c };
    format!("{from}.{key}").chars().map(visible).take(text::MAX_NAME_CHARS).collect()
}

/// A value as text: as it is, or as JSON where it is no text, or text that would be taken for that.
pub(super) fn aside(value: Value) -> String {
    match value {
        Value::String(text) if serde_json::from_str::<Value>(&text).is_err() => text,
        other => other.to_string(),
    }
}

/// The value that [`aside`] has made text of.
pub(in crate::store::format) fn from_aside(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// Texts of a list as labels, and whether any had to be changed to be one.
pub(super) fn labels(items: Vec<Value>) -> Result<(BTreeSet<String>, bool), Refusal> {
    let mut labels = BTreeSet::new();
    let mut is_changed = false;
    for item in items {
        let Value::String(text) = item else { return Err(wrong("labels", "a list of texts", &item)) };
        let label = label(&text);
        is_changed |= label != text;
        labels.insert(label);
    }
    labels.remove("");
    Ok((labels, is_changed))
}

fn label(text: &str) -> String {
    let fits = |c: char| if c.is_whitespace() || c == '|' || text::is_invisible(c) { '-' } else { c };
    let label: String = text.trim().chars().map(fits).take(text::MAX_NAME_CHARS).collect();
    label.trim_start_matches('-').to_owned()
}

/// A title that fits, and whether it had to be changed.
fn title(given: &str) -> (String, bool) {
    if text::check_title(given).is_ok() {
        return (given.to_owned(), false);
    }
    let fits = |c: char| if text::is_invisible(c) { ' ' } else { c };
    let line: String = given.chars().map(fits).collect();
    let words: Vec<&str> = line.split_whitespace().collect();
    let title: String = words.join(" ").chars().take(text::MAX_TITLE_CHARS).collect();
    (if title.is_empty() { "(no title)".to_owned() } else { title }, true)
}

fn wrong(key: &str, wanted: &str, found: &Value) -> Refusal {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Refusal::invalid(key, format!("it is {found}, not {wanted}"))
}

/// A point in time, in UTC where it does not say.
pub(super) fn time(given: &str) -> Result<Timestamp, String> {
    let given = given.trim();
    timestamp(given).or_else(|reason| {
        let naive = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(given, format).ok());
        let date = || NaiveDate::parse_from_str(given, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
        let at: DateTime<Utc> = naive.or_else(date).ok_or(reason)?.and_utc();
        Ok(at.trunc_subsecs(3))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_kept_aside_come_back() {
        for value in
            [json!("text"), json!("12"), json!("null"), json!(12), json!({"a": [1, null]}), json!("\"")]
        {
            assert_eq!(from_aside(&aside(value.clone())), value);
        }
        assert_eq!(aside(json!("Ask Grace")), "Ask Grace");
    }

    #[test]
    fn titles_and_labels_are_made_to_fit() {
        assert_eq!(title("as it is "), ("as it is ".to_owned(), false));
        assert_eq!(title(" two\r\nlines\u{7}"), ("two lines".to_owned(), true));
        assert_eq!(title(&"é".repeat(501)).0.chars().count(), 500);
        for (given, expected) in
            [("needs work", "needs-work"), ("a|b", "a-b"), ("--x", "x"), ("ns:x", "ns:x")]
        {
            assert_eq!(label(given), expected);
        }
    }

    #[test]
    fn times_are_read_as_other_trackers_write_them() {
        let expected = "2026-01-02T03:04:05Z".parse::<Timestamp>().unwrap();
        for text in [
            "2026-01-02T03:04:05Z",
            "2026-01-02T04:04:05+01:00",
            "2026-01-02 03:04:05",
            "2026-01-02T03:04:05",
        ] {
            assert_eq!(time(text), Ok(expected), "{text}");
        }
        assert!(time("2026-01-02").is_ok());
        assert!(["", "tomorrow", "02/01/2026", "1767322800"].iter().all(|text| time(text).is_err()));
    }
}
