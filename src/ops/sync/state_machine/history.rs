//! What the remote's history must tell in the end: every commit that any clone accepted,
//! what became of every value, and of every change an event.

use std::collections::{BTreeMap, BTreeSet};

use super::fixture::git;
use super::world::World;
use crate::merge::ledger::{Ledger, Seen, What, between};
use crate::merge::{ConflictPlace, Sides, merge};
use crate::model::conflict::{self, Located};
use crate::model::{ClaimId, Tracker};
use crate::ops::sync::integrate::back_on_both;
use crate::store::{CommitId, LoggedEvent, Repo, Scope, Snapshot, Storage};

/// One commit of the history.
struct Commit {
    parents: Vec<usize>,
    events: Vec<LoggedEvent>,
    tracker: Tracker,
    /// This and all that it continues.
    ancestors: BTreeSet<usize>,
    /// The writes of this and of all that it continues.
    seen: Seen,
}

/// The history of the remote, oldest first.
struct History {
    ids: Vec<CommitId>,
    commits: Vec<Commit>,
    index: BTreeMap<CommitId, usize>,
}

impl History {
    fn read(world: &World, repo: &Repo) -> Self {
        let format = "--format=%x01%H %P%x02%(trailers:key=Jit-Event,valueonly)";
        let log = git(&world.hub(), &["log", "--topo-order", "--reverse", format, "refs/jit/main"]);
        let mut history = Self { ids: Vec::new(), commits: Vec::new(), index: BTreeMap::new() };
        for entry in log.split('\u{1}').skip(1) {
            let (ids, events) = entry.split_once('\u{2}').expect("git prints what it is asked for");
            let ids: Vec<CommitId> = ids.split_whitespace().filter_map(|id| id.parse().ok()).collect();
            let events = events.lines().filter_map(|line| LoggedEvent::from_json(ids[0], line)).collect();
            let parents: Vec<usize> = ids[1..].iter().map(|parent| history.index[parent]).collect();
            let number = history.commits.len();
            let before = parents.iter().flat_map(|parent| history.commits[*parent].ancestors.iter().copied());
            let ancestors = before.chain([number]).collect();
            let tracker = Snapshot::at(repo, ids[0]).expect("it can be read").load(&Scope::All);
            history.index.insert(ids[0], number);
            history.ids.push(ids[0]);
            history.commits.push(Commit { parents, events, tracker, ancestors, seen: Seen::new() });
        }
        history
    }

    /// The last commit that both have in their history. There is one at most: what is merged
    /// is what the remote has, and nothing else ever is.
    fn base(&self, one: usize, other: usize) -> Option<usize> {
        let both = self.commits[one].ancestors.intersection(&self.commits[other].ancestors);
        both.copied().max_by_key(|commit| self.commits[*commit].ancestors.len())
    }

    /// What the clone that made `commit` had last got from the remote.
    fn last_synced(&self, commit: usize, published: &[usize]) -> Tracker {
        let first = published.iter().position(|tip| self.commits[*tip].ancestors.contains(&commit));
        let before = first.and_then(|first| published.get(first.checked_sub(1)?));
        let base = before.and_then(|before| self.base(commit, *before));
        base.map(|base| self.commits[base].tracker.clone()).unwrap_or_default()
    }
}

/// Insists that the history of the remote accounts for all.
pub(super) fn check(world: &World) {
    let repo = Storage::new(world.hub()).open().expect("the remote is there");
    let mut history = History::read(world, &repo);
    for commit in &world.accepted {
        assert!(history.index.contains_key(commit), "commit {commit} was accepted, and is lost");
    }
    let published: Vec<usize> = world.published.iter().map(|tip| history.index[tip]).collect();
    let mut ledger = Ledger::default();
    for number in 0..history.commits.len() {
        let mut seen = Seen::new();
        for parent in history.commits[number].parents.clone() {
            seen.extend(history.commits[parent].seen.iter().copied());
        }
        let commit = &history.commits[number];
        match commit.parents.as_slice() {
            [parent] => {
                let before = &history.commits[*parent].tracker;
                let base = history.last_synced(number, &published);
                ledger.wrote(before, &commit.tracker, &base, &mut seen);
                check_told(before, commit);
            }
            [upstream, local] => {
                note_merge(&history, commit, [*upstream, *local], &mut ledger, &mut seen);
                check_merge(&repo, &history, number, world);
            }
            _ => {}
        }
        commit.events.iter().for_each(|event| note_lost(event, &mut ledger));
        history.commits[number].seen = seen;
    }
    let last = history.commits.last().expect("there is a tracker");
    assert_eq!(ledger.unaccounted(&last.tracker), Vec::<String>::new());
}

/// Notes what a merge says.
fn note_merge(history: &History, merge: &Commit, parents: [usize; 2], ledger: &mut Ledger, seen: &mut Seen) {
    let known = parents.map(|parent| conflict::all(&history.commits[parent].tracker));
    let is_new = |located: &Located| !known.iter().any(|known| known.contains(located));
    for Located { place, conflict } in conflict::all(&merge.tracker).into_iter().filter(is_new) {
        ledger.put_aside(place, &conflict, seen);
    }
    let settles =
        |event: &&LoggedEvent| ["issue_state_changed", "issue_completed"].contains(&event.kind.as_str());
    merge.events.iter().filter(settles).filter_map(|event| event.issue_id).for_each(|id| ledger.settled(id));
}

fn note_lost(event: &LoggedEvent, ledger: &mut Ledger) {
    if event.kind == "claim_lost"
        && let (Some(issue), Some(claim), Some(holder)) =
            (event.issue_id, text(event, "claim_id"), text(event, "holder"))
    {
        ledger.lost(issue, ClaimId::new(claim.parse().expect("it is an id")), holder.to_owned());
    }
}

/// A text in an event whose texts have nothing to escape.
fn text<'e>(event: &'e LoggedEvent, key: &str) -> Option<&'e str> {
    let (_, rest) = event.json.split_once(&format!("\"{key}\":\""))?;
    rest.split('"').next()
}

/// A merge, which reads only what changed, says what one of everything would say.
fn check_merge(repo: &Repo, history: &History, number: usize, world: &World) {
    let commit = &history.commits[number];
    let [upstream, local] = [commit.parents[0], commit.parents[1]];
    let base = history.base(upstream, local);
    let since = base.map(|base| history.ids[base]);
    let released = |side: usize, other: usize| {
        let claims = history.commits[other].tracker.issues.values().filter_map(|issue| issue.claim.as_ref());
        let claims = claims.map(|claim| claim.id).collect();
        repo.released_claims(history.ids[side], since, &claims).expect("the log can be read")
    };
    let deleted = |side: usize, other: usize| {
        let (Some(base), Some(since)) = (base, since) else { return BTreeMap::new() };
        let [was, is, there] = [base, side, other].map(|commit| &history.commits[commit].tracker.issues);
        let gone = was.keys().copied().filter(|id| !is.contains_key(id) && there.get(id) != was.get(id));
        repo.deletions(history.ids[side], since, gone).expect("the history can be read")
    };
    let with_released = |side: usize, other: usize| Tracker {
        released: released(side, other),
        deleted: deleted(side, other),
        ..history.commits[side].tracker.clone()
    };
    let trackers = [with_released(upstream, local), with_released(local, upstream)];
    let sides = trackers.each_ref();
    let rules_differ = sides[0].settings != sides[1].settings || sides[0].gates != sides[1].gates;
    let changer = |side: usize| {
        let changed = repo.last_project_change(history.ids[side], since).expect("the log can be read");
        changed.filter(|_| rules_differ)
    };
    let changers = [changer(upstream), changer(local)];
    let mut known = base.map(|base| history.commits[base].tracker.clone()).unwrap_or_default();
    if let Some(since) = since {
        let back = back_on_both(&known, sides[0], sides[1]);
        known.issues.extend(repo.last_before_deletion(since, &back).expect("the history can be read"));
    }
    let sides = Sides {
        base: &known,
        upstream: sides[0],
        local: sides[1],
        project: changers.each_ref().map(Option::as_ref),
    };
    // Which claims the remote had at that moment is not in the history.
    let is_it = world.holds.iter().any(|holds| {
        let holds = holds.iter().map(|(issue, claim)| (*issue, claim.id)).collect();
        merge(&sides, &holds).tracker == commit.tracker
    });
    assert!(is_it, "{} is not what its parents merge to", history.ids[number]);
}

/// Each value that a commit wrote is told by an event of it.
fn check_told(before: &Tracker, commit: &Commit) {
    for (place, what) in between(before, &commit.tracker) {
        let issue = place.issue();
        let tells = |event: &LoggedEvent| event.issue_id == issue && tells(event, &place, &what);
        assert!(commit.events.iter().any(tells), "no event tells {place:?} {what:?}: {:?}", commit.events);
    }
}

fn tells(event: &LoggedEvent, place: &ConflictPlace, what: &What) -> bool {
    let is_in = |kinds: &[&str]| kinds.contains(&event.kind.as_str());
    let says = |word: &str| event.json.contains(word);
    match what {
        What::Deleted => is_in(&["issue_deleted", "gate_undefined"]),
        What::Member { field: "conflicts", .. } => is_in(&["conflict_resolved"]),
        What::Member { field, member, added } => {
            let kinds: [&str; 2] = match (*field, added) {
                ("labels", true) => ["label_added", "issue_created"],
                ("labels", false) => ["label_removed"; 2],
                ("gates", true) => ["gate_added", "issue_created"],
                ("gates", false) => ["gate_removed"; 2],
                ("comments", _) => ["comment_added"; 2],
                (_, true) => ["dependency_added", "issue_created"],
                (_, false) => ["dependency_removed"; 2],
            };
            is_in(&kinds) && says(member)
        }
        What::Value { field, value, .. } => {
            let word = value.as_deref().unwrap_or("null");
            let kinds: &[&str] = match (place, field.split('.').next().unwrap_or_default()) {
                (ConflictPlace::Settings, _) => &["config_changed"],
                (ConflictPlace::Gate(_), _) => &["gate_defined"],
                (ConflictPlace::Template(_), _) => &["template_defined"],
                (_, "gates") => &["gate_passed", "gate_failed", "gate_removed", "gate_added"],
                (_, "context") => &["context_set", "issue_created"],
                (_, "state") => &[
                    "issue_state_changed",
                    "issue_claimed",
                    "issue_released",
                    "issue_completed",
                    "issue_rejected",
                    "claim_lost",
                ],
                (_, "assignee") => {
                    &["issue_updated", "issue_claimed", "issue_released", "issue_created", "claim_lost"]
                }
                _ => &["issue_updated", "issue_created"],
            };
            let is_named = ["title", "type", "priority", "description"].contains(&field.as_str());
            is_in(kinds) && (!is_named || says(word))
        }
    }
}
