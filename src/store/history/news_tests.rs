//! The new commits are those of one history and not of the other, whatever the clocks say.

use std::collections::BTreeSet;

use gix::ObjectId;
use gix::actor::Signature;
use gix::objs::Commit;
use proptest::prelude::*;
use tempfile::TempDir;

use crate::store::{Repo, Storage};

struct History {
    _dir: TempDir,
    repo: Repo,
    commits: Vec<(ObjectId, Vec<usize>)>,
}

/// A commit: how far back its parents are, and the seconds of its time.
type Made = (Vec<usize>, i64);

impl History {
    fn of(made: &[Made]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (mut repo, _) = Storage::new(dir.path()).open_or_create().unwrap();
        repo.git.objects.enable_object_memory();
        let mut history = Self { _dir: dir, repo, commits: Vec::new() };
        for (parents, seconds) in made {
            let at = history.commits.len();
            let parents: BTreeSet<usize> = parents.iter().filter_map(|back| at.checked_sub(*back)).collect();
            history.commit(parents.into_iter().collect(), *seconds);
        }
        history
    }

    fn commit(&mut self, parents: Vec<usize>, seconds: i64) {
        let time = gix::date::Time::new(1_700_000_000 + seconds, 0);
        let signature = Signature { name: "a".into(), email: "b".into(), time };
        let commit = Commit {
            tree: ObjectId::empty_tree(self.repo.git.object_hash()),
            parents: parents.iter().map(|at| self.commits[*at].0).collect(),
            author: signature.clone(),
            committer: signature,
            encoding: None,
            message: format!("commit {}", self.commits.len()).into(),
            extra_headers: Vec::new(),
        };
        self.commits.push((self.repo.git.write_object(&commit).unwrap().detach(), parents));
    }

    /// All that leads to a commit, itself included.
    fn reachable(&self, from: usize) -> BTreeSet<usize> {
        let (mut found, mut left) = (BTreeSet::new(), vec![from]);
        while let Some(at) = left.pop() {
            if found.insert(at) {
                left.extend(&self.commits[at].1);
            }
        }
        found
    }

    fn news(&self, tip: usize, seen: &[usize]) -> Vec<usize> {
        let seen: Vec<ObjectId> = seen.iter().map(|at| self.commits[*at].0).collect();
        let news = self.repo.news(self.commits[tip].0, &seen).unwrap();
        assert!(!news.is_anew);
        let place = |id| self.commits.iter().position(|commit| commit.0 == id).unwrap();
        news.commits.iter().map(|commit| place(commit.id)).collect()
    }

    fn check(&self, tip: usize, seen: &[usize]) {
        let found = self.news(tip, seen);
        let known: BTreeSet<usize> = seen.iter().flat_map(|at| self.reachable(*at)).collect();
        let expected: BTreeSet<usize> = self.reachable(tip).difference(&known).copied().collect();
        assert_eq!(found.iter().copied().collect::<BTreeSet<_>>(), expected);
        assert_eq!(found.len(), expected.len(), "none comes twice");
        let is_before = |child: usize, parent: usize| {
            let place = |of| found.iter().position(|at| *at == of);
            place(parent).is_none_or(|parent| Some(parent) < place(child))
        };
        assert!(found.iter().all(|at| self.commits[*at].1.iter().all(|parent| is_before(*at, *parent))));
    }
}

fn histories() -> impl Strategy<Value = Vec<Made>> {
    let parents =
        prop_oneof![6 => Just(vec![1]), 3 => prop::collection::vec(1..6_usize, 1..3), 1 => Just(vec![])];
    // Clocks that are right, a little wrong, and of another age.
    let seconds = prop_oneof![4 => Just(0_i64), 2 => -20..20_i64, 1 => -100_000..100_000_i64];
    prop::collection::vec((parents, seconds), 1..40)
        .prop_map(|made| (0..).zip(made).map(|(n, (parents, off))| (parents, n * 3 + off)).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn news_is_the_difference_of_two_histories_parents_first(
        made in histories(),
        tip in any::<prop::sample::Index>(),
        seen in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
    ) {
        let history = History::of(&made);
        let seen: Vec<usize> = seen.iter().map(|seen| seen.index(made.len())).collect();
        history.check(tip.index(made.len()), &seen);
    }
}

#[test]
fn a_clock_at_the_beginning_of_time_tells_nothing_twice() {
    let mut made: Vec<Made> = (0..500).map(|n| (vec![1], n)).collect();
    made.push((vec![1], -1_600_000_000));
    made.push((vec![2], 600));
    made.push((vec![1, 2], 601));
    let history = History::of(&made);
    assert_eq!(history.news(502, &[500]), [501, 502]);
    history.check(502, &[500]);
}

#[test]
fn a_change_costs_the_same_however_long_the_history_is() {
    let made: Vec<Made> = (0..3000).map(|n| (vec![1], n)).collect();
    let history = History::of(&made);
    super::commit::tests::READ.set(0);
    assert_eq!(history.news(2999, &[2998]), [2999]);
    assert!(super::commit::tests::READ.get() < 100, "{}", super::commit::tests::READ.get());
}

#[test]
fn what_is_gone_counts_as_not_seen() {
    let history = History::of(&[(vec![], 0), (vec![1], 1)]);
    let gone = ObjectId::from_hex(b"0123456789012345678901234567890123456789").unwrap();
    let news = history.repo.news(history.commits[1].0, &[gone]).unwrap();
    assert!(news.is_anew && news.commits.len() == 2);
    let news = history.repo.news(history.commits[1].0, &[gone, history.commits[0].0]).unwrap();
    assert!(!news.is_anew && news.commits.len() == 1);
}
