//! The index answers as the walk does, whatever happens to history and index, and for less.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::actor::Signature;
use gix::objs::Commit;
use proptest::prelude::*;
use proptest::sample::select;
use tempfile::TempDir;
use uuid::Uuid;

use super::commit::tests::READ;
use super::find::find;
use super::index::Limits;
use super::{EventFilter, LoggedCommit};
use crate::model::{IdPrefix, IssueId, Timestamp};
use crate::store::{Repo, Storage};

/// So small that every history has blocks, and every search an index.
const SMALL: Limits = Limits { block: 4, walk: 6, behind: 1 };
/// The last also stands for commits without events.
const TYPES: [&str; 4] = ["issue_claimed", "comment_added", "invented_tomorrow", "changed_outside"];

/// One commit of a history: how far back its parents are, in seconds by how much it is
/// younger than the commit before, and its events: a type, an issue, who and when.
#[derive(Clone, Debug)]
struct Made {
    parents: Vec<usize>,
    later: i64,
    events: Vec<(usize, u128, u8, i64)>,
}

struct History {
    _dir: TempDir,
    repo: Repo,
    commits: Vec<ObjectId>,
}

fn at(seconds: i64) -> Timestamp {
    chrono::DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
}

fn issue(n: u128) -> IssueId {
    IssueId::new(Uuid::from_u128(0xabcd << 112 | n << 100))
}

/// A history without merges; every tenth commit is of another type than the rest.
fn linear(len: u32) -> Vec<Made> {
    let event = |n: u32| vec![(usize::from(n.is_multiple_of(10)), u128::from(n) % 3, 0, i64::from(n))];
    (0..len).map(|n| Made { parents: vec![1], later: 1, events: event(n) }).collect()
}

fn repository(in_memory: bool) -> History {
    let dir = tempfile::tempdir().unwrap();
    let (mut repo, _) = Storage::new(dir.path()).open_or_create().unwrap();
    if in_memory {
        repo.git.objects.enable_object_memory();
    }
    History { _dir: dir, repo, commits: Vec::new() }
}

/// Makes `tip` what the tracker of a repository is at.
fn go_to(git_dir: &Path, tip: ObjectId) {
    let path = git_dir.join("refs/jit/main");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, format!("{tip}\n")).unwrap();
}

impl History {
    fn of(made: &[Made], in_memory: bool) -> Self {
        let mut history = repository(in_memory);
        let mut seconds = 0;
        for commit in made {
            seconds += commit.later;
            let parents: BTreeSet<usize> =
                commit.parents.iter().filter_map(|back| history.commits.len().checked_sub(*back)).collect();
            history.commit(
                parents.into_iter().map(|at| history.commits[at]).collect(),
                seconds,
                &commit.events,
            );
        }
        history
    }

    fn linear(len: u32) -> Self {
        Self::of(&linear(len), true)
    }

    fn commit(&mut self, parents: Vec<ObjectId>, seconds: i64, events: &[(usize, u128, u8, i64)]) {
        let mut message = format!("commit {}\n\n", self.commits.len());
        for (n, (kind, of, actor, when)) in events.iter().enumerate() {
            let id = Uuid::from_u64_pair(self.commits.len() as u64, n as u64);
            // The last is none.
            let issue = (*of < 3).then(|| issue(*of).to_string());
            let (kind, at) = (TYPES[*kind], at(*when).to_rfc3339());
            let event = serde_json::json!({
                "type": kind, "id": id.to_string(), "issue_id": issue, "timestamp": at, "actor": format!("agent:{actor}"),
            });
            writeln!(message, "Jit-Event: {event}").unwrap();
        }
        let time = gix::date::Time::new(at(seconds).timestamp(), 0);
        let signature = Signature { name: "a".into(), email: "b".into(), time };
        let commit = Commit {
            tree: ObjectId::empty_tree(self.repo.git.object_hash()),
            parents: parents.into(),
            author: signature.clone(),
            committer: signature,
            encoding: None,
            message: message.into(),
            extra_headers: Vec::new(),
        };
        self.commits.push(self.repo.git.write_object(&commit).unwrap().detach());
    }

    fn tip(&self) -> ObjectId {
        *self.commits.last().unwrap()
    }

    /// All that is in the history of `tip`.
    fn below(&self, tip: ObjectId) -> BTreeMap<ObjectId, LoggedCommit> {
        let (mut found, mut left) = (BTreeMap::new(), vec![tip]);
        while let Some(id) = left.pop() {
            found.entry(id).or_insert_with(|| {
                let commit = LoggedCommit::read(&self.repo, id).unwrap();
                left.extend(&commit.parents);
                commit
            });
        }
        found
    }

    /// The log as it is defined: each commit by its time in seconds, and how many steps after it,
    /// but after all it builds on; newest first.
    fn log(&self, tip: ObjectId) -> Vec<LoggedCommit> {
        fn rank(
            id: ObjectId,
            of: &BTreeMap<ObjectId, LoggedCommit>,
            known: &mut BTreeMap<ObjectId, (u32, u32)>,
        ) -> (u32, u32) {
            if let Some(rank) = known.get(&id) {
                return *rank;
            }
            let parents = of[&id].parents.iter().map(|parent| rank(*parent, of, known));
            let after = parents.map(|(seconds, steps)| (seconds, steps + 1)).max();
            let rank = after.map_or((of[&id].seconds, 0), |after| after.max((of[&id].seconds, 0)));
            known.insert(id, rank);
            rank
        }
        let (commits, mut known) = (self.below(tip), BTreeMap::new());
        let mut order: Vec<_> = commits.keys().map(|id| (rank(*id, &commits, &mut known), *id)).collect();
        order.sort();
        let mut commits = commits;
        order.into_iter().rev().map(|(_, id)| commits.remove(&id).unwrap()).collect()
    }

    /// What a search must find.
    fn expected(&self, tip: ObjectId, filter: &EventFilter, limit: usize) -> Vec<Uuid> {
        let events = self.log(tip).into_iter().flat_map(|commit| commit.events.into_iter().rev());
        events.filter(|event| filter.admits(event)).map(|event| event.id).take(limit).collect()
    }

    fn found(&self, limits: Limits, tip: ObjectId, filter: &EventFilter, limit: usize) -> Vec<Uuid> {
        go_to(self.repo.git_dir(), tip);
        self.found_from(limits, tip, filter, limit)
    }

    /// What a search finds that begins at `tip`, wherever the tracker is.
    fn found_from(&self, limits: Limits, tip: ObjectId, filter: &EventFilter, limit: usize) -> Vec<Uuid> {
        let mut found = Vec::new();
        find(&self.repo, limits, tip, filter, |event| {
            found.push(event.id);
            found.len() < limit
        })
        .unwrap();
        found
    }

    fn files(&self) -> Vec<PathBuf> {
        let dir = self.repo.common_dir().join("jit/events");
        let mut files: Vec<_> = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| !file.ends_with("lock"));
        files.sort();
        files
    }
}

fn only(kind: &str) -> EventFilter {
    EventFilter { types: vec![kind.to_owned()], ..EventFilter::default() }
}

/// How many commits `work` reads.
fn reads(work: impl FnOnce()) -> usize {
    READ.set(0);
    work();
    READ.get()
}

fn histories() -> impl Strategy<Value = Vec<Made>> {
    // Most commits are right after the one before; some merge, some begin anew, some clocks are wrong.
    let parents = prop_oneof![
        6 => Just(vec![1]),
        2 => (1..6_usize).prop_map(|back| vec![back]),
        2 => (1..3_usize, 1..9_usize).prop_map(|(a, b)| vec![a, b]),
        1 => Just(vec![]),
    ];
    let later = prop_oneof![6 => Just(1_i64), 3 => Just(0), 1 => -9..9_i64];
    let event = (0..TYPES.len(), 0..4_u128, 0..3_u8, 0..40_i64);
    let made = (parents, later, prop::collection::vec(event, 0..3));
    let made = made.prop_map(|(parents, later, events)| Made { parents, later, events });
    prop::collection::vec(made, 1..50)
}

fn filters() -> impl Strategy<Value = EventFilter> {
    let types = prop::collection::vec(select(&TYPES[..]).prop_map(str::to_owned), 0..2);
    let issues = (0..4_u128, select(vec![4_usize, 5, 32]));
    let issue_named =
        prop::option::of(issues.prop_map(|(n, len)| IdPrefix::parse(&issue(n).digits()[..len]).unwrap()));
    let actor = prop::option::of((0..4_u8).prop_map(|n| format!("agent:{n}")));
    let since = prop::option::of((0..40_i64).prop_map(at));
    let one = prop::option::of((0..4_u128).prop_map(issue));
    let among = prop::option::weighted(0.3, prop::collection::btree_set(one, 0..3));
    let until = prop::option::weighted(0.3, (0..40_i64).prop_map(at));
    (types, issue_named, among, actor, since, until).prop_map(|(types, issue, among, actor, since, until)| {
        EventFilter { types, issue, among, actor, since, until }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_index_answers_as_the_definition_says(
        made in histories(),
        asked in prop::collection::vec((any::<prop::sample::Index>(), filters(), 1..9_usize, any::<bool>()), 1..12),
    ) {
        let history = History::of(&made, true);
        for (tip, filter, limit, moves) in asked {
            let tip = *tip.get(&history.commits);
            let expected = history.expected(tip, &filter, limit);
            if moves {
                go_to(history.repo.git_dir(), tip);
            }
            prop_assert_eq!(history.found_from(SMALL, tip, &filter, limit), expected);
        }
    }

    #[test]
    fn nothing_comes_before_what_it_builds_on(made in histories(), indexed in any::<bool>()) {
        let history = History::of(&made, true);
        let tip = history.tip();
        if indexed {
            history.found(SMALL, tip, &only("nothing"), 1);
        }
        let found = history.found(SMALL, tip, &EventFilter::default(), usize::MAX);
        let place: BTreeMap<Uuid, usize> = found.into_iter().zip(0..).collect();
        let below = history.below(tip);
        prop_assert_eq!(place.len(), below.values().map(|commit| commit.events.len()).sum::<usize>());
        for commit in below.values() {
            for event in &commit.events {
                // Commits without events in between are passed over.
                let mut left = commit.parents.clone();
                while let Some(parent) = left.pop() {
                    let of_parent = &below[&parent].events;
                    prop_assert!(of_parent.iter().all(|before| place[&before.id] > place[&event.id]));
                    if of_parent.is_empty() {
                        left.extend(&below[&parent].parents);
                    }
                }
            }
        }
    }

    #[test]
    fn two_commits_are_the_same_way_round_from_every_tip(made in histories()) {
        let history = History::of(&made, true);
        let all = EventFilter::default();
        let from = |tip: ObjectId| history.found(SMALL, tip, &all, usize::MAX);
        let whole = from(history.tip());
        for tip in history.below(history.tip()).keys() {
            let part = from(*tip);
            let of_whole: Vec<Uuid> = whole.iter().copied().filter(|event| part.contains(event)).collect();
            prop_assert_eq!(part, of_whole);
        }
    }

    #[test]
    fn what_came_since_is_in_order_too(made in histories(), seen in any::<prop::sample::Index>()) {
        let history = History::of(&made, true);
        let below = history.below(history.tip());
        let ids: Vec<ObjectId> = below.keys().copied().collect();
        let seen = *seen.get(&ids);
        let mut place = BTreeMap::new();
        history.repo.walk_events(history.tip(), Some(seen), |event| {
            place.insert(event.id, place.len());
            true
        }).unwrap();
        for commit in below.values() {
            for (event, parent) in commit.events.iter().flat_map(|event| commit.parents.iter().map(move |id| (event, id))) {
                for before in &below[parent].events {
                    let (Some(event), Some(before)) = (place.get(&event.id), place.get(&before.id)) else { continue };
                    prop_assert!(before > event);
                }
            }
        }
    }
}

#[test]
fn what_the_index_has_waits_for_a_newer_commit_that_it_does_not_have() {
    // One line has events at 4 and 6, the other is what the index is made of.
    let back = [1, 1, 1, 1, 1, 1, 1, 1, 3, 1, 1];
    let event = |at: usize| if at == 4 || at == 6 { vec![(0, 0, 0, 0)] } else { vec![] };
    let mut made: Vec<Made> = back
        .iter()
        .enumerate()
        .map(|(at, back)| Made { parents: vec![*back], later: 1, events: event(at) })
        .collect();
    made.push(Made { parents: vec![1, 4], later: 1, events: vec![] });
    let history = History::of(&made, true);
    let claimed = only("issue_claimed");
    assert_eq!(history.found(SMALL, history.commits[8], &claimed, 2).len(), 1);
    let (tip, expected) = (history.tip(), history.expected(history.tip(), &claimed, 1));
    assert_eq!(history.found_from(SMALL, tip, &claimed, 1), expected);
}

#[test]
fn an_index_is_made_once_and_then_only_extended() {
    let mut history = History::linear(100);
    let rare = only("comment_added");
    let query = |history: &History| history.found(SMALL, history.tip(), &rare, 2).len();
    assert_eq!(reads(|| assert_eq!(query(&history), 2)), 100, "the first search reads everything");
    // The tip, and what is found.
    assert_eq!(reads(|| assert_eq!(query(&history), 2)), 1 + 2);
    let tip = history.tip();
    (0..3).for_each(|n| history.commit(vec![history.tip()], 200 + n, &[(0, 1, 1, 1)]));
    assert_eq!(reads(|| assert_eq!(query(&history), 2)), 4 + 2, "what is new is read once");
    assert_eq!(reads(|| assert_eq!(query(&history), 2)), 1 + 2);
    history.commits.push(tip);
    assert_eq!(reads(|| assert_eq!(query(&history), 2)), 1 + 2, "a tip that went back needs nothing new");
    history.commit(vec![history.commits[97]], 300, &[(1, 1, 1, 1)]);
    // The tip, what it builds on, and the former once more because of its event.
    assert_eq!(reads(|| assert_eq!(query(&history), 2)), 2 + 2, "nor does one that went another way");
}

#[test]
fn the_newest_events_of_all_need_no_index() {
    let history = History::linear(100);
    let all = EventFilter::default();
    assert_eq!(reads(|| assert_eq!(history.found(SMALL, history.tip(), &all, 5).len(), 5)), 5);
    assert!(!history.repo.common_dir().join("jit/events").exists());
    let common = only("issue_claimed");
    assert_eq!(reads(|| assert_eq!(history.found(SMALL, history.tip(), &common, 3).len(), 3)), 3);
    assert!(!history.repo.common_dir().join("jit/events").exists(), "nor do events that are near");
}

#[test]
fn an_issue_that_never_was_is_not_looked_for_in_the_history() {
    let history = History::linear(100);
    let nobody = EventFilter { issue: Some(IdPrefix::of(issue(7))), ..EventFilter::default() };
    history.found(SMALL, history.tip(), &nobody, 1);
    assert_eq!(reads(|| assert!(history.found(SMALL, history.tip(), &nobody, 1).is_empty())), 1);
}

#[test]
fn damage_of_any_kind_costs_a_walk_and_nothing_else() {
    let history = History::linear(40);
    let tip = history.tip();
    let filter = EventFilter { issue: Some(IdPrefix::of(issue(1))), ..EventFilter::default() };
    let expected = history.expected(tip, &filter, 99);
    let found = || history.found(SMALL, tip, &filter, 99);
    assert_eq!(found(), expected);
    let files = history.files();
    assert_eq!(files.len(), 2, "{files:?}");
    for file in &files {
        let whole = std::fs::read(file).unwrap();
        let damage = |bytes: &[u8]| {
            std::fs::write(file, bytes).unwrap();
            assert_eq!(found(), expected, "{}", file.display());
            for file in history.files() {
                std::fs::remove_file(file).unwrap();
            }
            assert_eq!(found(), expected);
        };
        for at in (0..whole.len()).step_by(23) {
            let mut changed = whole.clone();
            changed[at] ^= 0x10;
            damage(&changed);
            damage(&whole[..at]);
        }
        damage(&vec![0; whole.len()]);
    }
}

#[test]
fn a_damaged_index_is_made_anew() {
    let history = History::linear(40);
    let rare = only("comment_added");
    let query = || assert_eq!(history.found(SMALL, history.tip(), &rare, 3).len(), 3);
    query();
    for file in history.files() {
        std::fs::write(file, "something else").unwrap();
        assert!(reads(query) >= 40);
        assert_eq!(reads(query), 1 + 3);
    }
    assert_eq!(history.files().len(), 2, "what is out of use is gone");
}

#[test]
fn an_index_of_an_older_layout_is_made_anew() {
    let history = History::linear(40);
    let rare = only("comment_added");
    let query = || assert_eq!(history.found(SMALL, history.tip(), &rare, 3).len(), 3);
    query();
    let file = history.files().into_iter().find(|file| file.ends_with("index")).unwrap();
    let mut older = std::fs::read(&file).unwrap();
    older[7] -= 1;
    let body = older.len() - 4;
    let checksum = crc32fast::hash(&older[..body]);
    older[body..].copy_from_slice(&checksum.to_le_bytes());
    std::fs::write(&file, &older).unwrap();
    assert!(reads(query) >= 40);
    assert_ne!(std::fs::read(&file).unwrap(), older);
    assert_eq!(reads(query), 1 + 3);
}

#[test]
fn lines_that_become_one_again_and_again_cost_what_is_new() {
    // Eight commits in pairs side by side, then one of both; all in one second.
    let made = (0..298).map(|n: usize| {
        let parents = match n % 9 {
            0 => vec![1, 2],
            1 => vec![1],
            _ => vec![2],
        };
        Made { parents, later: 0, events: vec![(usize::from(n == 20), n as u128 % 3, 0, 1)] }
    });
    let mut history = History::of(&made.collect::<Vec<_>>(), true);
    let rare = only("comment_added");
    let all = EventFilter::default();
    let newest = |history: &History| history.found(SMALL, history.tip(), &all, 5).len();
    assert_eq!(reads(|| assert_eq!(newest(&history), 5)), 298 + 5, "the first reads everything");
    assert!(reads(|| assert_eq!(newest(&history), 5)) <= 5 + 3);
    assert_eq!(reads(|| assert_eq!(history.found(SMALL, history.tip(), &rare, 1).len(), 1)), 1 + 1);
    let (tip, beside) = (history.tip(), history.commits[297 - 7]);
    history.commit(vec![tip], 0, &[(0, 1, 1, 1)]);
    history.commit(vec![beside], 0, &[(0, 1, 1, 1)]);
    history.commit(vec![history.commits[299], history.commits[298]], 0, &[(0, 1, 1, 1)]);
    // The tip, to see that it is a merge; three are new, two are known; and those that are shown.
    let cost = reads(|| assert_eq!(newest(&history), 5));
    assert!(cost <= 1 + 3 + 2 + 5, "{cost}");
}

#[test]
fn a_history_that_goes_back_and_forth_does_not_fill_the_disk() {
    let history = History::linear(60);
    let rare = only("comment_added");
    let sizes: Vec<u64> = (0..40)
        .map(|n| {
            history.found(SMALL, history.commits[if n % 2 == 0 { 59 } else { 20 }], &rare, 99);
            history.files().iter().map(|file| file.metadata().unwrap().len()).sum()
        })
        .collect();
    assert!(sizes.iter().max() <= sizes[..4].iter().max().map(|size| 3 * size).as_ref(), "{sizes:?}");
}

#[test]
fn many_at_once_do_not_disturb_each_other() {
    let history = History::of(&linear(60), false);
    let dir = history.repo.git_dir().to_owned();
    let filter = EventFilter { issue: Some(IdPrefix::of(issue(1))), ..EventFilter::default() };
    let (commits, filter) = (&history.commits, &filter);
    let expected: Vec<_> = commits.iter().map(|tip| history.expected(*tip, filter, 99)).collect();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (dir, expected) = (&dir, &expected);
            scope.spawn(move || {
                let repo = Storage::new(dir).open().unwrap();
                for round in 0..30 {
                    let at = (thread * 17 + round * 23) % commits.len();
                    go_to(dir, commits[at]);
                    let mut found = Vec::new();
                    find(&repo, SMALL, commits[at], filter, |event| {
                        found.push(event.id);
                        true
                    })
                    .unwrap();
                    assert_eq!(found, expected[at]);
                }
            });
        }
    });
}
