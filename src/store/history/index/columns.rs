//! Commits and the keys of their events, a column each kind of value, lowest rank first.

use gix::ObjectId;
use gix::hash::Kind as HashKind;

use super::key::{EventKey, KeyFilter, bit};
use crate::store::history::rank::Rank;

/// A kind of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// The ids of the commits.
    Id,
    /// When they were made: four bytes.
    Seconds,
    /// Their ranks: eight bytes.
    Rank,
    /// Which commits are joints: a byte each.
    Joint,
    /// The commit that each event is of: its place among those here, two bytes.
    Commit,
    /// See [`EventKey`]; all but the type have four bytes.
    Issue,
    Kind,
    Actor,
    Time,
}

impl Column {
    /// All of them, in the order in which they are stored.
    pub(super) const ALL: [Self; 9] = [
        Self::Id,
        Self::Seconds,
        Self::Rank,
        Self::Joint,
        Self::Commit,
        Self::Issue,
        Self::Kind,
        Self::Actor,
        Self::Time,
    ];

    /// The bytes of all its values.
    pub(super) fn len(self, commits: usize, events: usize, hash: HashKind) -> usize {
        match self {
            Self::Id => commits * hash.len_in_bytes(),
            Self::Seconds => commits * 4,
            Self::Rank => commits * 8,
            Self::Joint => commits,
            Self::Commit | Self::Kind => events * 2,
            Self::Issue | Self::Actor | Self::Time => events * 4,
        }
    }
}

/// What is kept of a commit besides its events.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) id: ObjectId,
    pub(super) seconds: u32,
    pub(super) rank: Rank,
    pub(super) joint: bool,
}

/// Commits in memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    pub(super) entries: Vec<Entry>,
    /// The place of the commit of each event.
    pub(super) commits: Vec<u32>,
    pub(super) keys: Vec<EventKey>,
}

/// From the earliest to the latest time, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: u32,
    pub(super) to: u32,
}

impl Span {
    pub(super) fn has(self, seconds: u32) -> bool {
        self.from <= seconds && seconds <= self.to
    }
}

impl Columns {
    /// Adds a commit after all others.
    pub(super) fn push(&mut self, entry: Entry, keys: &[EventKey]) {
        let place = count(self.entries.len());
        self.entries.push(entry);
        self.keys.extend_from_slice(keys);
        self.commits.resize(self.keys.len(), place);
    }

    /// Drops all but the first `commits`.
    pub(super) fn truncate(&mut self, commits: usize) {
        self.entries.truncate(commits);
        let events = self.commits.partition_point(|commit| (*commit as usize) < commits);
        self.commits.truncate(events);
        self.keys.truncate(events);
    }

    /// The commits with their events, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Entry, &[EventKey])> {
        let mut keys = &self.keys[..];
        let mut commits = &self.commits[..];
        self.entries.iter().zip(0..).map(move |(entry, place)| {
            let own = commits.iter().take_while(|commit| **commit == place).count();
            commits = &commits[own..];
            (entry, keys.split_off(..own).expect("an event has a commit"))
        })
    }

    /// From when to when they were made.
    pub(super) fn span(&self) -> Span {
        let seconds = || self.entries.iter().map(|entry| entry.seconds);
        Span { from: seconds().min().unwrap_or(u32::MAX), to: seconds().max().unwrap_or(0) }
    }

    /// The highest rank; that of the last.
    pub(super) fn last(&self) -> Rank {
        self.entries.last().map_or(Rank::LOWEST, |entry| entry.rank)
    }

    /// The bytes of one column, as they are stored.
    pub(super) fn encode(&self, column: Column) -> Vec<u8> {
        let four =
            |value: fn(&EventKey) -> u32| self.keys.iter().flat_map(|key| value(key).to_le_bytes()).collect();
        match column {
            Column::Id => self.entries.iter().flat_map(|of| of.id.as_slice().iter().copied()).collect(),
            Column::Seconds => self.entries.iter().flat_map(|of| of.seconds.to_le_bytes()).collect(),
            Column::Rank => self.entries.iter().flat_map(|of| of.rank.to_bits().to_le_bytes()).collect(),
            Column::Joint => self.entries.iter().map(|of| u8::from(of.joint)).collect(),
            Column::Commit => self.commits.iter().flat_map(|place| narrow(*place).to_le_bytes()).collect(),
            Column::Kind => self.keys.iter().flat_map(|key| key.kind.to_le_bytes()).collect(),
            Column::Issue => four(|key| key.issue),
            Column::Actor => four(|key| key.actor),
            Column::Time => four(|key| key.time),
        }
    }

    /// Commits from their stored columns.
    pub(super) fn decode(read: &mut impl FnMut(Column) -> Option<Vec<u8>>, hash: HashKind) -> Option<Self> {
        // In the order of [`Column::ALL`], since a stream of them is read too.
        let (id, seconds, rank) = (read(Column::Id)?, read(Column::Seconds)?, read(Column::Rank)?);
        let values = ids(&id, hash).zip(u32s(&seconds)).zip(ranks(&rank)).zip(read(Column::Joint)?);
        let entry = |(((id, seconds), rank), joint)| Entry { id, seconds, rank, joint: joint == 1 };
        let entries = values.map(entry).collect();
        let commits = u16s(&read(Column::Commit)?).map(u32::from).collect();
        let (issues, kinds) = (read(Column::Issue)?, read(Column::Kind)?);
        let (actors, times) = (read(Column::Actor)?, read(Column::Time)?);
        let values = u32s(&issues).zip(u16s(&kinds)).zip(u32s(&actors)).zip(u32s(&times));
        let keys = values.map(|(((issue, kind), actor), time)| EventKey { issue, actor, time, kind });
        Some(Self { entries, commits, keys: keys.collect() })
    }
}

/// A number of things that are in memory.
pub(super) fn count(len: usize) -> u32 {
    u32::try_from(len).expect("there are fewer than four billion of anything")
}

fn narrow(place: u32) -> u16 {
    u16::try_from(place).expect("a block has at most 65,536 commits")
}

pub(super) fn ids(
    bytes: &[u8],
    hash: HashKind,
) -> impl DoubleEndedIterator<Item = ObjectId> + ExactSizeIterator {
    bytes.chunks_exact(hash.len_in_bytes()).map(ObjectId::from_bytes_or_panic)
}

pub(super) fn u16s(bytes: &[u8]) -> impl Iterator<Item = u16> {
    bytes.chunks_exact(2).map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]))
}

pub(super) fn ranks(bytes: &[u8]) -> impl Iterator<Item = Rank> {
    let eight = bytes.chunks_exact(8).filter_map(|bytes| bytes.try_into().ok());
    eight.map(|bytes| Rank::from_bits(u64::from_le_bytes(bytes)))
}

fn u32s(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).map(|bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

/// The places of the events that a filter may admit, oldest first, from the columns that it
/// asks about; none if it asks about nothing, or a column cannot be read.
pub(super) fn matching(
    filter: &KeyFilter,
    read: &mut impl FnMut(Column) -> Option<Vec<u8>>,
) -> Option<Vec<u32>> {
    let mut found: Option<Vec<u32>> = None;
    if let Some((value, mask)) = filter.issue {
        keep(&mut found, u32s(&read(Column::Issue)?), |issue| issue & mask == value);
    }
    if let Some(among) = &filter.among {
        keep(&mut found, u32s(&read(Column::Issue)?), |issue| among.binary_search(&issue).is_ok());
    }
    if let Some(actor) = filter.actor {
        keep(&mut found, u32s(&read(Column::Actor)?), |found| found == actor);
    }
    if !filter.kinds.is_empty() {
        keep(&mut found, u16s(&read(Column::Kind)?), |kind| filter.kinds.contains(&kind));
    }
    if let Some(since) = filter.since {
        keep(&mut found, u32s(&read(Column::Time)?), |time| time >= since);
    }
    if let Some(until) = filter.until {
        keep(&mut found, u32s(&read(Column::Time)?), |time| time <= until);
    }
    found
}

/// How many values are looked at together.
const GROUP: usize = 64;

fn keep<T: Copy>(found: &mut Option<Vec<u32>>, values: impl Iterator<Item = T>, admits: impl Fn(T) -> bool) {
    let values: Vec<T> = values.collect();
    if let Some(found) = found {
        return found.retain(|place| values.get(*place as usize).is_some_and(|value| admits(*value)));
    }
    let mut places = Vec::new();
    for (group, base) in values.chunks(GROUP).zip((0..).step_by(GROUP)) {
        // Mostly there is nothing, and without a branch the machine compares several at once.
        if group.iter().fold(false, |any, value| any | admits(*value)) {
            let admitted = group.iter().zip(base..).filter(|(value, _)| admits(**value));
            places.extend(admitted.map(|(_, place)| place));
        }
    }
    *found = Some(places);
}

/// What a block has, roughly, so that blocks without anything that is asked for are passed
/// over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Summary {
    /// Bits of the types; see [`bit`].
    pub(super) kinds: u64,
    /// Bits of who acted.
    pub(super) actors: u64,
    /// The latest time of an event.
    pub(super) latest: u32,
}

impl Summary {
    pub(super) fn of(keys: &[EventKey]) -> Self {
        keys.iter().fold(Self::default(), |all, key| Self {
            kinds: all.kinds | bit(u32::from(key.kind)),
            actors: all.actors | bit(key.actor),
            latest: all.latest.max(key.time),
        })
    }

    pub(super) fn may_have(&self, filter: &KeyFilter) -> bool {
        (filter.kinds.is_empty() || filter.kinds.iter().any(|kind| self.kinds & bit(u32::from(*kind)) != 0))
            && filter.actor.is_none_or(|actor| self.actors & bit(actor) != 0)
            && filter.since.is_none_or(|since| self.latest >= since)
    }
}
