//! Commits and the keys of their events, a column each kind of value, oldest first.

use gix::ObjectId;
use gix::hash::Kind as HashKind;

use super::key::{EventKey, KeyFilter, bit};

/// A kind of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// The ids of the commits.
    Id,
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
    pub(super) const ALL: [Self; 7] =
        [Self::Id, Self::Joint, Self::Commit, Self::Issue, Self::Kind, Self::Actor, Self::Time];

    /// The bytes of all its values.
    pub(super) fn len(self, commits: usize, events: usize, hash: HashKind) -> usize {
        match self {
            Self::Id => commits * hash.len_in_bytes(),
            Self::Joint => commits,
            Self::Commit | Self::Kind => events * 2,
            Self::Issue | Self::Actor | Self::Time => events * 4,
        }
    }
}

/// Commits in memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    pub(super) ids: Vec<ObjectId>,
    pub(super) joints: Vec<bool>,
    /// The place of the commit of each event.
    pub(super) commits: Vec<u32>,
    pub(super) keys: Vec<EventKey>,
    /// When they were made, all of them and perhaps more.
    pub(super) span: Span,
}

/// From the earliest to the latest time, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: i64,
    pub(super) to: i64,
}

impl Default for Span {
    fn default() -> Self {
        Self { from: i64::MAX, to: i64::MIN }
    }
}

impl Span {
    pub(super) fn has(self, seconds: i64) -> bool {
        self.from <= seconds && seconds <= self.to
    }

    fn add(&mut self, seconds: i64) {
        *self = Self { from: self.from.min(seconds), to: self.to.max(seconds) };
    }
}

impl Columns {
    /// Adds a commit after all others.
    pub(super) fn push(
        &mut self,
        id: ObjectId,
        seconds: i64,
        joint: bool,
        keys: impl Iterator<Item = EventKey>,
    ) {
        let place = count(self.ids.len());
        self.ids.push(id);
        self.joints.push(joint);
        self.keys.extend(keys);
        self.commits.resize(self.keys.len(), place);
        self.span.add(seconds);
    }

    /// Drops all but the first `commits`.
    pub(super) fn truncate(&mut self, commits: usize) {
        self.ids.truncate(commits);
        self.joints.truncate(commits);
        let events = self.commits.partition_point(|commit| (*commit as usize) < commits);
        self.commits.truncate(events);
        self.keys.truncate(events);
    }

    /// The bytes of one column, as they are stored.
    pub(super) fn encode(&self, column: Column) -> Vec<u8> {
        let four =
            |value: fn(&EventKey) -> u32| self.keys.iter().flat_map(|key| value(key).to_le_bytes()).collect();
        match column {
            Column::Id => self.ids.iter().flat_map(|id| id.as_slice().iter().copied()).collect(),
            Column::Joint => self.joints.iter().map(|joint| u8::from(*joint)).collect(),
            Column::Commit => self.commits.iter().flat_map(|place| narrow(*place).to_le_bytes()).collect(),
            Column::Kind => self.keys.iter().flat_map(|key| key.kind.to_le_bytes()).collect(),
            Column::Issue => four(|key| key.issue),
            Column::Actor => four(|key| key.actor),
            Column::Time => four(|key| key.time),
        }
    }

    /// Commits from their stored columns.
    pub(super) fn decode(
        read: &mut impl FnMut(Column) -> Option<Vec<u8>>,
        hash: HashKind,
        span: Span,
    ) -> Option<Self> {
        let mut columns = Self { span, ..Self::default() };
        // In the order of [`Column::ALL`], since a stream of them is read too.
        columns.ids = ids(&read(Column::Id)?, hash).collect();
        columns.joints = read(Column::Joint)?.iter().map(|joint| *joint == 1).collect();
        columns.commits = u16s(&read(Column::Commit)?).map(u32::from).collect();
        let (issues, kinds) = (read(Column::Issue)?, read(Column::Kind)?);
        let (actors, times) = (read(Column::Actor)?, read(Column::Time)?);
        let values = u32s(&issues).zip(u16s(&kinds)).zip(u32s(&actors)).zip(u32s(&times));
        let keys = values.map(|(((issue, kind), actor), time)| EventKey { issue, actor, time, kind });
        columns.keys = keys.collect();
        Some(columns)
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
    if let Some(actor) = filter.actor {
        keep(&mut found, u32s(&read(Column::Actor)?), |found| found == actor);
    }
    if !filter.kinds.is_empty() {
        keep(&mut found, u16s(&read(Column::Kind)?), |kind| filter.kinds.contains(&kind));
    }
    if let Some(since) = filter.since {
        keep(&mut found, u32s(&read(Column::Time)?), |time| time >= since);
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
