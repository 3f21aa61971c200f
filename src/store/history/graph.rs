//! Commits in memory, as little of each as their order and a search need.
//!
//! A million commits with one event each take some 80 MB here.

use std::ops::Range;

use gix::ObjectId;
use gix::hash::Kind as HashKind;
use hashbrown::HashTable;

use super::commit::LoggedCommit;
use super::index::EventKey;
use super::rank::{Position, Rank};

/// Commits, and the commits that those build on. They are numbered in the order in which they
/// are mentioned first, and described in the same order.
pub(super) struct Graph {
    hash: HashKind,
    ids: Vec<u8>,
    numbers: HashTable<u32>,
    /// When each was made, in seconds since 1970.
    seconds: Vec<u32>,
    /// What they build on, and where what each builds on ends.
    parents: Vec<u32>,
    parents_end: Vec<u32>,
    /// Their events, and where those of each end.
    keys: Vec<EventKey>,
    keys_end: Vec<u32>,
    /// Those whose rank is known; what they build on is not here. In the order of numbers.
    known: Vec<(u32, Rank)>,
}

impl Graph {
    /// With nothing but a commit to begin at, number 0.
    pub(super) fn new(tip: ObjectId) -> Self {
        let mut graph = Self {
            hash: tip.kind(),
            ids: Vec::new(),
            numbers: HashTable::new(),
            seconds: Vec::new(),
            parents: Vec::new(),
            parents_end: Vec::new(),
            keys: Vec::new(),
            keys_end: Vec::new(),
            known: Vec::new(),
        };
        graph.mention(tip);
        graph
    }

    /// How many commits are described.
    pub(super) fn len(&self) -> usize {
        self.seconds.len()
    }

    /// How many commits are mentioned but not described.
    pub(super) fn pending(&self) -> usize {
        self.ids.len() / self.hash.len_in_bytes() - self.len()
    }

    /// The commit to be described next.
    pub(super) fn next(&self) -> Option<ObjectId> {
        (self.pending() > 0).then(|| self.id(as_number(self.len())))
    }

    /// Describes the next commit.
    pub(super) fn push(&mut self, commit: &LoggedCommit) {
        for parent in &commit.parents {
            let parent = self.mention(*parent);
            self.parents.push(parent);
        }
        self.keys.extend(commit.events.iter().map(EventKey::of));
        self.describe(commit.seconds);
    }

    /// Describes the next commit by its rank alone.
    pub(super) fn push_known(&mut self, rank: Rank) {
        self.known.push((as_number(self.len()), rank));
        self.describe(0);
    }

    fn describe(&mut self, seconds: u32) {
        self.seconds.push(seconds);
        self.parents_end.push(as_number(self.parents.len()));
        self.keys_end.push(as_number(self.keys.len()));
    }

    fn mention(&mut self, id: ObjectId) -> u32 {
        let Self { hash, ids, numbers, .. } = self;
        let len = hash.len_in_bytes();
        let at = |number: &u32| &ids[*number as usize * len..][..len];
        if let Some(number) = numbers.find(hash_of(id.as_slice()), |number| at(number) == id.as_slice()) {
            return *number;
        }
        let number = as_number(ids.len() / len);
        numbers.insert_unique(hash_of(id.as_slice()), number, |number| hash_of(at(number)));
        ids.extend_from_slice(id.as_slice());
        number
    }

    /// The id of a commit.
    pub(super) fn id(&self, number: u32) -> ObjectId {
        let len = self.hash.len_in_bytes();
        ObjectId::from_bytes_or_panic(&self.ids[number as usize * len..][..len])
    }

    /// When a commit was made.
    pub(super) fn seconds(&self, number: u32) -> u32 {
        self.seconds[number as usize]
    }

    /// What a commit builds on.
    pub(super) fn parents(&self, number: u32) -> &[u32] {
        &self.parents[range(&self.parents_end, number)]
    }

    /// The events of a commit, in order.
    pub(super) fn keys(&self, number: u32) -> &[EventKey] {
        &self.keys[range(&self.keys_end, number)]
    }

    /// The commits that are described by more than a rank, newest first.
    pub(super) fn order(&self) -> Order {
        let ranks = self.ranks();
        let mut numbers: Vec<u32> = (0..as_number(self.len())).collect();
        let mut known = self.known.iter().map(|(number, _)| *number).peekable();
        numbers.retain(|number| known.next_if_eq(number).is_none());
        numbers.sort_unstable_by(|one, other| {
            let of = |number: u32| (ranks[number as usize], self.id(number));
            of(*other).cmp(&of(*one))
        });
        Order { ranks, numbers }
    }

    fn ranks(&self) -> Vec<Rank> {
        let mut ranks = vec![Rank::LOWEST; self.len()];
        let mut states = vec![State::New; self.len()];
        for (number, rank) in &self.known {
            ranks[*number as usize] = *rank;
            states[*number as usize] = State::Ranked;
        }
        let mut waiting: Vec<u32> = Vec::new();
        for number in 0..as_number(self.len()) {
            waiting.push(number);
            while let Some(number) = waiting.last().copied() {
                let parents = self.parents(number).iter().copied();
                match states[number as usize] {
                    State::New => {
                        states[number as usize] = State::Waiting;
                        // One that waits already is here only where objects are replaced so
                        // that a commit builds on itself.
                        waiting.extend(parents.filter(|parent| states[*parent as usize] == State::New));
                    }
                    State::Waiting => {
                        let parents = parents.map(|parent| ranks[parent as usize]);
                        ranks[number as usize] = Rank::above(self.seconds(number), parents);
                        states[number as usize] = State::Ranked;
                    }
                    State::Ranked => drop(waiting.pop()),
                }
            }
        }
        ranks
    }
}

/// How far the rank of a commit is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    /// For the ranks of its parents.
    Waiting,
    Ranked,
}

/// Commits of a graph in the order of the log.
pub(super) struct Order {
    ranks: Vec<Rank>,
    /// Their numbers, newest first.
    numbers: Vec<u32>,
}

impl Order {
    /// The numbers of the commits, newest first.
    pub(super) fn numbers(&self) -> &[u32] {
        &self.numbers
    }

    /// Where a commit of `graph` comes.
    pub(super) fn position(&self, graph: &Graph, number: u32) -> Position {
        (self.ranks[number as usize], graph.id(number))
    }
}

fn hash_of(id: &[u8]) -> u64 {
    // Ids are hashes, so their beginning is one.
    u64::from_le_bytes(id[..8].try_into().expect("ids have twenty bytes or more"))
}

fn range(ends: &[u32], number: u32) -> Range<usize> {
    let number = number as usize;
    let start = number.checked_sub(1).map_or(0, |before| ends[before]);
    start as usize..ends[number] as usize
}

fn as_number(len: usize) -> u32 {
    u32::try_from(len).expect("there are fewer than four billion of anything")
}
