//! What the index keeps of an event: enough to pass over nearly all that a filter does not
//! mean. The events that are left are read and looked at in full.

use crate::model::IssueId;
use crate::store::LoggedEvent;
use crate::store::history::EventFilter;
use crate::store::history::commit::nearest;

/// What the index keeps of one event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::store::history) struct EventKey {
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
    pub(in crate::store::history) fn of(event: &LoggedEvent) -> Self {
        Self {
            issue: key_of(event.issue_id),
            actor: actor_key(&event.actor),
            time: nearest(event.timestamp.timestamp()),
            kind: kind_key(&event.kind),
        }
    }
}

fn key_of(issue: Option<IssueId>) -> u32 {
    issue.map_or(0, issue_key)
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

/// One bit of 64 for a hash: which values a block has, roughly.
pub(super) fn bit(hash: u32) -> u64 {
    1 << (hash % 64)
}

/// A filter in terms of keys. It admits more events than the filter, never less.
pub(in crate::store::history) struct KeyFilter {
    /// The digits that are asked for, and which of them.
    pub(super) issue: Option<(u32, u32)>,
    /// The issues that are asked for, any of these, in order.
    pub(super) among: Option<Vec<u32>>,
    pub(super) actor: Option<u32>,
    /// Any of these; none if all will do.
    pub(super) kinds: Vec<u16>,
    pub(super) since: Option<u32>,
    pub(super) until: Option<u32>,
}

impl KeyFilter {
    pub(in crate::store::history) fn of(filter: &EventFilter) -> Self {
        let issue = filter.issue.as_ref().map(|prefix| {
            let digits: String = format!("{:0<8}", prefix.as_str()).chars().take(8).collect();
            let value = u32::from_str_radix(&digits, 16).expect("a prefix has hexadecimal digits");
            let unknown = 8 - prefix.as_str().len().min(8);
            (value, u32::MAX << (4 * unknown))
        });
        let among = filter.among.as_ref().map(|among| {
            let mut keys: Vec<u32> = among.iter().copied().map(key_of).collect();
            keys.sort_unstable();
            keys
        });
        Self {
            issue,
            among,
            actor: filter.actor.as_deref().map(actor_key),
            kinds: filter.types.iter().map(|kind| kind_key(kind)).collect(),
            since: filter.since.map(|since| nearest(since.timestamp())),
            until: filter.until.map(|until| nearest(until.timestamp())),
        }
    }

    /// Whether an event may be meant.
    pub(in crate::store::history) fn admits(&self, key: &EventKey) -> bool {
        self.issue.is_none_or(|(value, mask)| key.issue & mask == value)
            && self.among.as_ref().is_none_or(|among| among.binary_search(&key.issue).is_ok())
            && self.actor.is_none_or(|actor| key.actor == actor)
            && (self.kinds.is_empty() || self.kinds.contains(&key.kind))
            && self.since.is_none_or(|since| key.time >= since)
            && self.until.is_none_or(|until| key.time <= until)
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
}
