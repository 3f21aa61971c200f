//! One JSON object a line.

use std::io::{BufRead, Read};

use serde_json::Value;

use super::object::Object;
use super::{MAX_FILE_BYTES, MAX_RECORD_BYTES, ReadObject, Reading, documents};
use crate::model::import::ImportError;

/// Reads every line. A file that begins like a list is one document.
pub(super) fn each_object(
    reading: &mut Reading<'_>,
    input: &mut dyn BufRead,
    read: ReadObject,
) -> Result<(), ImportError> {
    reading.skip_mark(input)?;
    let start = input.fill_buf().map_err(|error| reading.unreadable(error))?;
    if start.trim_ascii_start().starts_with(b"[") {
        return documents::each_object(reading, input, read);
    }
    let mut read_bytes = 0;
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let most = u64::try_from(MAX_RECORD_BYTES + 1).expect("it fits");
        let taken = (&mut *input).take(most).read_until(b'\n', &mut line);
        let taken = taken.map_err(|error| reading.unreadable(error))?;
        read_bytes += u64::try_from(taken).expect("it fits");
        if taken == 0 {
            break;
        }
        let place = format!("line {number}");
        if taken > MAX_RECORD_BYTES {
            return Err(reading.too_large(format!("{place} has more than {MAX_RECORD_BYTES} bytes")));
        }
        if read_bytes > MAX_FILE_BYTES {
            return Err(reading.too_large(format!("it has more than {MAX_FILE_BYTES} bytes")));
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let object = object(reading, &place, &line)?;
        reading.take(place, object, read)?;
    }
    Ok(())
}

fn object(reading: &Reading<'_>, place: &str, line: &[u8]) -> Result<Object, ImportError> {
    let syntax = |reason: String| reading.syntax(place.to_owned(), reason);
    let text = std::str::from_utf8(line).map_err(|error| {
        let byte = error.valid_up_to() + 1;
        syntax(format!("byte {byte} is not UTF-8; 'iconv -f LATIN1 -t UTF-8' converts from Latin-1"))
    })?;
    match serde_json::from_str(text) {
        Ok(Value::Object(map)) => Ok(Object::new(map)),
        Ok(_) => Err(syntax("it is JSON, but not an object".to_owned())),
        Err(error) if error.is_eof() => {
            Err(syntax("the JSON object on it has no end; is the file whole?".to_owned()))
        }
        Err(error) => Err(syntax(format!("it is not JSON: {}", documents::reason(&error)))),
    }
}
