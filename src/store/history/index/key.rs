//! What the index keeps of an event: enough to pass over nearly all that a filter does not
//! mean. The events that are left are read and looked at in full.

use crate::model::IssueId;
use crate::store::LoggedEvent;
use crate::store::history::EventFilter;

/// What the index keeps of one event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct EventKey {
    /// The first eight digits of the issue; 0 where there is none.
    pub(super) issue: u32,
    /// A hash of who acted.
    pub(super) actor: u32,
    /// When, in seconds since 1970, or the nearest that there is.
    pub(super) time: u32,
    /// A hash of the type.
    pub(super) kind: u16,
}

impl EventKey {
    pub(super) fn of(event: &LoggedEvent) -> Self {
        Self {
            issue: event.issue_id.map_or(0, issue_key),
            actor: actor_key(&event.actor),
            time: time_key(event.timestamp.timestamp()),
            kind: kind_key(&event.kind),
        }
    }
}

fn issue_key(id: IssueId) -> u32 {
    // Ids are random, so their beginning is as good as a hash, and it knows prefixes.
    id.uuid().as_fields().0
}

fn actor_key(actor: &str) -> u32 {
    crc32fast::hash(actor.as_bytes())
}

fn kind_key(kind: &str) -> u16 {
    (crc32fast::hash(kind.as_bytes()) >> 16) as u16
}

/// Keeps the order of times, so that nothing since a time is passed over.
fn time_key(seconds: i64) -> u32 {
    u32::try_from(seconds.max(0)).unwrap_or(u32::MAX)
}

/// One bit of 64 for a hash: which values a block has, roughly.
pub(super) fn bit(hash: u32) -> u64 {
    1 << (hash % 64)
}

/// A filter in terms of keys. It admits more events than the filter, never less.
pub(super) struct KeyFilter {
    /// The digits that are asked for, and which of them.
    pub(super) issue: Option<(u32, u32)>,
    pub(super) actor: Option<u32>,
    /// Any of these; none if all will do.
    pub(super) kinds: Vec<u16>,
    pub(super) since: Option<u32>,
}

impl KeyFilter {
    pub(super) fn of(filter: &EventFilter) -> Self {
        let issue = filter.issue.as_ref().map(|prefix| {
            let digits: String = format!("{:0<8}", prefix.as_str()).chars().take(8).collect();
            let value = u32::from_str_radix(&digits, 16).expect("a prefix has hexadecimal digits");
            let unknown = 8 - prefix.as_str().len().min(8);
            (value, u32::MAX << (4 * unknown))
        });
        Self {
            issue,
            actor: filter.actor.as_deref().map(actor_key),
            kinds: filter.types.iter().map(|kind| kind_key(kind)).collect(),
            since: filter.since.map(|since| time_key(since.timestamp())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::IdPrefix;

    #[test]
    fn a_prefix_of_any_length_admits_the_ids_that_begin_with_it() {
        let id: IssueId = "3f2a9c1e-7d0b-4c52-9a44-0c7f5f1f2b11".parse().unwrap();
        for (prefix, expected) in [
            ("3f2a", true),
            ("3f2a9", true),
            ("3f2a9c1e", true),
            ("3f2a9c1e7", true),
            ("3f2b", false),
            ("3f2a8", false),
            ("3f2a9c1f", false),
        ] {
            let issue = Some(IdPrefix::parse(prefix).unwrap());
            let (value, mask) =
                KeyFilter::of(&EventFilter { issue, ..EventFilter::default() }).issue.unwrap();
            assert_eq!(issue_key(id) & mask == value, expected, "{prefix}");
        }
    }

    #[test]
    fn times_keep_their_order_at_the_ends_of_what_can_be_kept() {
        let times = [i64::MIN, -1, 0, 1, i64::from(u32::MAX) - 1, i64::from(u32::MAX), i64::MAX];
        assert!(times.map(time_key).is_sorted());
    }
}
