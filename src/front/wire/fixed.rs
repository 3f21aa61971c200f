//! Values whose text has a fixed length: they are written without memory of their own, which
//! is most of what a long list takes.

use std::str::from_utf8;

use chrono::{Datelike, Timelike};
use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::model::refusal::rfc3339;
use crate::model::{IssueId, Timestamp};

/// A UUID.
#[derive(Clone, Copy, Debug)]
pub(super) struct Id(pub(super) Uuid);

impl From<IssueId> for Id {
    fn from(id: IssueId) -> Self {
        Self(id.uuid())
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
    }
}

/// The first eight digits of a UUID.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShortId(pub(super) Uuid);

impl Serialize for ShortId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.simple().encode_lower(&mut Uuid::encode_buffer())[..8])
    }
}

/// A point in time, as [`rfc3339`] writes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time(pub(super) Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = *b"0000-00-00T00:00:00.000Z";
        if fill(&mut text, &self.0).is_some()
            && let Ok(text) = from_utf8(&text)
        {
            return serializer.serialize_str(text);
        }
        serializer.serialize_str(&rfc3339(&self.0))
    }
}

/// Writes the digits of a time over a text; none if they are not those of an ordinary one.
fn fill(text: &mut [u8; 24], at: &Timestamp) -> Option<()> {
    let year = u32::try_from(at.year()).ok().filter(|year| *year <= 9999)?;
    // More than a second of nanoseconds is how a leap second is told.
    let millis = Some(at.nanosecond() / 1_000_000).filter(|millis| *millis < 1000)?;
    let mut put = |range: std::ops::Range<usize>, mut number: u32| {
        for place in range.rev() {
            text[place] = b"0123456789"[number as usize % 10];
            number /= 10;
        }
    };
    put(0..4, year);
    put(5..7, at.month());
    put(8..10, at.day());
    put(11..13, at.hour());
    put(14..16, at.minute());
    put(17..19, at.second());
    put(20..23, millis);
    Some(())
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;

    #[test]
    fn ids_are_written_as_they_are_shown() {
        let id = IssueId::new(Uuid::from_u128(0x3f2a_9c1e_7d0b_4c52_9a44_0c7f_5f1f_2b11));
        assert_eq!(to_value(Id::from(id)).unwrap(), json!(id.to_string()));
        assert_eq!(to_value(ShortId(id.uuid())).unwrap(), json!(id.short()));
    }

    #[test]
    fn times_are_written_as_everywhere() {
        let seconds = [0, 1, 59, 86_399, 951_782_400, 1_709_164_800, 4_102_444_799, 253_402_300_799];
        let odd = [-1, -62_167_219_200, -62_167_219_201, 253_402_300_800];
        for seconds in seconds.into_iter().chain(odd) {
            for nanos in [0, 999_999, 1_000_000, 123_456_789, 999_999_999, 1_500_000_000] {
                // Only the last second of a minute can be a leap second.
                let Some(at) = Timestamp::from_timestamp(seconds, nanos) else { continue };
                assert_eq!(to_value(Time(at)).unwrap(), json!(rfc3339(&at)), "{seconds} {nanos}");
            }
        }
    }
}
