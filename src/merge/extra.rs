//! Keys of a newer version: merged key by key without being understood.

use std::fmt::Write;

use super::conflict::{Recorder, Side};
use super::value::{self, Choice};
use crate::model::{Extra, ExtraValue};

/// Merges unknown keys; `path` comes before the key in the names of conflicts, such as
/// `extra.`.
pub(super) fn merge(
    path: &str,
    base: Option<&Extra>,
    upstream: &Extra,
    local: &Extra,
    recorder: &mut Recorder,
) -> Extra {
    value::map(base, upstream, local, |key, [base, upstream, local]| {
        // By what is written, since a number that is none is not equal to itself.
        let written = [base, upstream, local].map(|value| value.map(text));
        match value::choose(Some(&written[0]), &written[1], &written[2]) {
            Choice::Upstream => upstream.cloned(),
            Choice::Local => local.cloned(),
            Choice::Clash => {
                let [_, stands, aside] = written;
                recorder.record(format!("{path}{key}"), stands, aside, Side::Local);
                upstream.cloned()
            }
        }
    })
}

/// The value on one line, as JSON but for texts that are not inside of anything.
fn text(value: &ExtraValue) -> String {
    match value {
        ExtraValue::Text(text) => text.clone(),
        other => {
            let mut out = String::new();
            write(&mut out, other);
            out
        }
    }
}

fn write(out: &mut String, value: &ExtraValue) {
    let written = match value {
        ExtraValue::Null => write!(out, "null"),
        ExtraValue::Bool(value) => write!(out, "{value}"),
        ExtraValue::Integer(value) => write!(out, "{value}"),
        ExtraValue::Float(value) => write!(out, "{value:?}"),
        ExtraValue::Text(value) => write!(out, "{value:?}"),
        ExtraValue::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                write(out, item);
            }
            write!(out, "]")
        }
        ExtraValue::Map(entries) => {
            out.push('{');
            for (index, (key, item)) in entries.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                write!(out, "{key:?}: ").expect("writing to a string never fails");
                write(out, item);
            }
            write!(out, "}}")
        }
    };
    written.expect("writing to a string never fails");
}
