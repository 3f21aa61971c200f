//! How JSON is laid out.
//!
//! JSON must escape only the first 32 control characters. The others are just as unwelcome on
//! a terminal, so they are escaped as well: inside strings, where alone they can be, an
//! escape means the same.

use std::io::{self, Write};

use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::render::text::escape_json;

/// On one line, for programs.
pub(super) struct Compact;

/// Indented, for people.
#[derive(Default)]
pub(super) struct Indented(PrettyFormatter<'static>);

impl Formatter for Compact {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, text: &str) -> io::Result<()> {
        CompactFormatter.write_string_fragment(out, &escape_json(text))
    }
}

impl Formatter for Indented {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, text: &str) -> io::Result<()> {
        self.0.write_string_fragment(out, &escape_json(text))
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde_json::{Serializer, Value, json};

    use super::*;

    fn sample() -> Value {
        json!({"a\u{9b}": "x\u{202e}y\n\u{1b}z\u{7f}", "b": [], "c": {}, "d": [1, {"e": "\u{e9} \u{2028}"}]})
    }

    fn written<F: Formatter>(formatter: F) -> String {
        let mut out = Vec::new();
        sample().serialize(&mut Serializer::with_formatter(&mut out, formatter)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn it_is_the_usual_layout_with_more_escapes() {
        let compact = serde_json::to_string(&sample()).unwrap();
        let indented = serde_json::to_string_pretty(&sample()).unwrap();
        assert_eq!(written(Compact), escape_json(&compact));
        assert_eq!(written(Indented::default()), escape_json(&indented));
        assert!(written(Compact).contains(r#""x\u202ey\n\u001bz\u007f""#), "{}", written(Compact));
        assert_eq!(serde_json::from_str::<Value>(&written(Compact)).unwrap(), sample());
    }
}
