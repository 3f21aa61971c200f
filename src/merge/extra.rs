//! Keys of a newer version: merged key by key without being understood.

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
        let written = [base, upstream, local].map(|value| value.map(ExtraValue::text));
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
