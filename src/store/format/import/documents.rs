//! JSON documents: lists of objects, objects with such a list in them, or objects, one after
//! the other. Lists are read an item at a time.

use std::fmt;
use std::io::{BufRead, Read};

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::object::Object;
use super::{MAX_FILE_BYTES, ReadObject, Reading};
use crate::model::import::ImportError;

/// The key of a list of issues in an object that is none itself.
const LIST: &str = "issues";

/// Reads every object.
pub(super) fn each_object(
    reading: &mut Reading<'_>,
    input: &mut dyn BufRead,
    read: ReadObject,
) -> Result<(), ImportError> {
    reading.skip_mark(input)?;
    let mut input = input.take(MAX_FILE_BYTES);
    let mut sink = Sink { reading, read, count: 0, failed: None };
    let mut is_empty = true;
    loop {
        if is_at_end(&mut input).map_err(|error| sink.reading.unreadable(error))? {
            break;
        }
        is_empty = false;
        let mut json = serde_json::Deserializer::from_reader(&mut input);
        if let Err(error) = (Each { sink: &mut sink }).deserialize(&mut json) {
            return Err(sink.failed.take().unwrap_or_else(|| failure(sink.reading, error)));
        }
    }
    // A list of no issues is '[]': what printed this has failed.
    if is_empty {
        return Err(reading.syntax("line 1".to_owned(), "it is empty, where there should be JSON"));
    }
    if input.limit() == 0 {
        return Err(reading.too_large(format!("it has more than {MAX_FILE_BYTES} bytes")));
    }
    Ok(())
}

fn is_at_end(input: &mut dyn BufRead) -> std::io::Result<bool> {
    loop {
        let buffer = input.fill_buf()?;
        let blank = buffer.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if buffer.is_empty() {
            return Ok(true);
        }
        if blank < buffer.len() {
            input.consume(blank);
            return Ok(false);
        }
        input.consume(blank);
    }
}

fn failure(reading: &Reading<'_>, error: serde_json::Error) -> ImportError {
    let place = format!("line {}", error.line());
    match error.classify() {
        serde_json::error::Category::Io => reading.unreadable(error.into()),
        serde_json::error::Category::Eof => {
            reading.syntax(place, "the JSON document has no end; is the file whole?")
        }
        _ => reading.syntax(place, format!("it is not JSON with issues: {}", reason(&error))),
    }
}

/// What is wrong, without the place that the library puts behind it.
pub(super) fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((reason, _)) => format!("{reason} (column {})", error.column()),
        None => text,
    }
}

/// Where objects go.
struct Sink<'s, 'r> {
    reading: &'s mut Reading<'r>,
    read: ReadObject,
    count: usize,
    failed: Option<ImportError>,
}

impl Sink<'_, '_> {
    fn take(&mut self, map: Map<String, Value>) -> Result<(), ()> {
        self.count += 1;
        let taken = self.reading.take(format!("issue {}", self.count), Object::new(map), self.read);
        taken.map_err(|error| self.failed = Some(error))
    }
}

/// Reads a value, and hands every object in it to the sink.
struct Each<'e, 's, 'r> {
    sink: &'e mut Sink<'s, 'r>,
}

impl<'de> DeserializeSeed<'de> for Each<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Each<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an issue or a list of issues")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Each { sink: &mut *self.sink })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut object = Map::new();
        let mut has_list = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == LIST && !object.contains_key("title") {
                has_list = true;
                map.next_value_seed(Each { sink: &mut *self.sink })?;
            } else {
                object.insert(key, map.next_value()?);
            }
        }
        if has_list {
            return Ok(());
        }
        self.sink.take(object).map_err(|()| A::Error::custom("refused"))
    }
}
