//! Bringing what a remote has into the tracker here.

use std::collections::{BTreeMap, BTreeSet};

use super::ended::EndedClaim;
use super::report::Moved;
use super::session::Session;
use crate::merge::{Merged, Sides, merge};
use crate::model::{Change, ClaimId, Deletion, EventKind, Issue, IssueId, NewEvent, Stamp, Tracker};
use crate::ops::mutate::{ATTEMPTS, back_off};
use crate::ops::{CommandExecutor, Error};
use crate::store::{self, CommitId, Difference, RepoLock, Scope, Snapshot, Swap};

/// How the tracker here stands to the remote's.
enum Relation {
    /// There is none here.
    Absent,
    /// It has everything.
    UpToDate,
    /// It has nothing of its own.
    Behind,
    /// Both have something of their own since this commit, if they share one.
    Diverged(Option<CommitId>),
}

impl Session<'_> {
    /// Brings `upstream` into the tracker here. `rewound_from`: what the remote had before it
    /// went backwards, which is accepted: only what is not published yet is kept then.
    pub(super) fn integrate(
        &mut self,
        upstream: CommitId,
        rewound_from: Option<CommitId>,
        dry_run: bool,
    ) -> Result<(), Error> {
        self.integrate_commit(upstream, rewound_from, dry_run)?;
        if !dry_run {
            self.integrated = Some(upstream);
        }
        Ok(())
    }

    fn integrate_commit(
        &mut self,
        upstream: CommitId,
        rewound_from: Option<CommitId>,
        dry_run: bool,
    ) -> Result<(), Error> {
        let upstream = Snapshot::at(self.repo, upstream)?;
        let turn = (!dry_run).then(|| RepoLock::acquire(self.repo)).transpose()?;
        for attempt in 0..ATTEMPTS {
            back_off(attempt, self.jit.context().new_id());
            let local = Snapshot::try_current(self.repo)?;
            let relation = self.relation(local.as_ref(), &upstream, rewound_from)?;
            let swap = match (relation, &local) {
                (Relation::UpToDate, _) => return Ok(()),
                (Relation::Absent, _) | (_, None) => {
                    self.report.adopted = true;
                    let Some(turn) = &turn else { return Ok(()) };
                    let reason = format!("sync: adopt the tracker of {}", self.remote.name);
                    self.repo.advance(turn, None, &upstream, self.jit.context().now(), &reason)?
                }
                (Relation::Behind, Some(local)) if is_sound(local, &upstream) => {
                    let Some(turn) = &turn else { return Ok(()) };
                    let reason = format!("sync: fast-forward to {}", self.remote.name);
                    let expected = Some(local.commit());
                    self.repo.advance(turn, expected, &upstream, self.jit.context().now(), &reason)?
                }
                (Relation::Behind, Some(local)) => {
                    self.merge(turn.as_ref(), Some(local.commit()), &upstream, local)?
                }
                (Relation::Diverged(base), Some(local)) => {
                    self.merge(turn.as_ref(), base, &upstream, local)?
                }
            };
            if let Swap::Moved { to, warnings } = swap {
                if !dry_run {
                    CommandExecutor::tend(self.repo, to);
                }
                self.report.warnings.extend(warnings);
                self.note_pulled(local.as_ref().map(Snapshot::commit))?;
                if let Some(before) = &local {
                    self.note_ended_elsewhere(before)?;
                }
                return Ok(());
            }
        }
        let reason = format!("another program moved {} {ATTEMPTS} times in a row", self.repo.ref_name());
        Err(store::Error::Contended { reason }.into())
    }

    fn relation(
        &self,
        local: Option<&Snapshot<'_>>,
        upstream: &Snapshot<'_>,
        rewound_from: Option<CommitId>,
    ) -> Result<Relation, Error> {
        let Some(local) = local else { return Ok(Relation::Absent) };
        let (here, there) = (local.commit(), upstream.commit());
        if here == there {
            return Ok(Relation::UpToDate);
        }
        if let Some(was) = rewound_from {
            let base = self.repo.merge_base(was, there)?;
            if base != Some(was) {
                // It did go backwards: what was published here before goes back with it.
                return Ok(if here == was { Relation::Behind } else { Relation::Diverged(Some(was)) });
            }
        }
        Ok(match self.repo.merge_base(there, here)? {
            Some(base) if base == there => Relation::UpToDate,
            Some(base) if base == here => Relation::Behind,
            base => Relation::Diverged(base),
        })
    }

    /// Merges `local` into `upstream`. Without a turn it is only told what would happen.
    fn merge(
        &mut self,
        turn: Option<&RepoLock>,
        base: Option<CommitId>,
        upstream: &Snapshot<'_>,
        local: &Snapshot<'_>,
    ) -> Result<Swap, Error> {
        let base_commit = base;
        let base = base.map(|base| Snapshot::at(self.repo, base)).transpose()?;
        let merged = self.merged(base.as_ref(), upstream, local)?;
        self.report.conflicts.extend(merged.conflicts.iter().cloned());
        let lost = merged.lost_claims.iter().map(|lost| EndedClaim::by_merge(lost, &merged.tracker));
        self.report.claims_lost.extend(lost);
        self.report.dropped_dependencies.extend(merged.dropped_dependencies.iter().copied());
        let Some(turn) = turn else {
            return Ok(Swap::Moved { to: upstream.commit(), warnings: Vec::new() });
        };
        let upstream_commits = self.repo.count_commits(upstream.commit(), base_commit)?;
        let local_commits = self.repo.count_commits(local.commit(), base_commit)?;
        let remote = Some(self.remote.name.clone());
        let first = EventKind::Merged { remote, upstream_commits, local_commits };
        let mut events = vec![NewEvent { issue: None, kind: first }];
        events.extend(merged.events);
        let change = Change {
            stamp: Stamp { by: self.actor(), at: self.jit.context().now() },
            issues: merged.issues,
            removed_issues: merged.removed_issues,
            gates: merged.gates,
            templates: merged.templates,
            settings: merged.settings,
            events,
        };
        let ids = || self.jit.context().new_id();
        let swap = self.repo.store_merge(turn, upstream, local.commit(), &change, ids)?;
        if matches!(swap, Swap::Moved { .. }) {
            self.report.merged = self.repo.try_tip()?;
        }
        Ok(swap)
    }

    fn merged(
        &self,
        base: Option<&Snapshot<'_>>,
        upstream: &Snapshot<'_>,
        local: &Snapshot<'_>,
    ) -> Result<Merged, Error> {
        let changes = base.map(|base| [base.differences(upstream), base.differences(local)]);
        let [deleted_there, deleted_here] = match (base, &changes) {
            (Some(base), Some(changes)) => self.deletions(base.commit(), [upstream, local], changes)?,
            _ => [BTreeMap::new(), BTreeMap::new()],
        };
        let restored = deleted_there.values().chain(deleted_here.values()).flatten();
        let restored = restored.flat_map(|deletion| deletion.last.dependencies.iter().copied());
        let changed = changes.iter().flatten().flat_map(|changes| changes.keys().copied());
        let (changed, restored) = (changed.collect(), restored.collect());
        let rules_differ = !upstream.has_same_rules(local) || !upstream.has_same_templates(local);
        let since = base.map(Snapshot::commit);
        let changer = |side: &Snapshot<'_>| {
            if rules_differ { self.repo.last_project_change(side.commit(), since) } else { Ok(None) }
        };
        let changers = [changer(upstream)?, changer(local)?];
        let [mut base, mut there, mut here] = load_sides(base, [upstream, local], &changed, &restored);
        if let Some(since) = since {
            let back = back_on_both(&base, &there, &here);
            base.issues.extend(self.repo.last_before_deletion(since, &back)?);
        }
        // Nobody who gave a claim up by its record alone has it in the tree.
        let (only_here, only_there) =
            (claims_only_of(&here, &base, &there), claims_only_of(&there, &base, &here));
        there.released = self.repo.released_claims(upstream.commit(), since, &only_here)?;
        here.released = self.repo.released_claims(local.commit(), since, &only_there)?;
        (there.deleted, here.deleted) = (deleted_there, deleted_here);
        let sides = Sides {
            base: &base,
            upstream: &there,
            local: &here,
            project: changers.each_ref().map(Option::as_ref),
        };
        let holds = self.holds().into_iter().map(|(issue, claim)| (issue, claim.id));
        Ok(merge(&sides, &holds.collect()))
    }

    /// The issues that one side deleted and the other changed: upstream's and local's deletions.
    fn deletions(
        &self,
        base: CommitId,
        [upstream, local]: [&Snapshot<'_>; 2],
        [there, here]: &[BTreeMap<IssueId, Difference>; 2],
    ) -> Result<[BTreeMap<IssueId, Vec<Deletion>>; 2], Error> {
        let of = |side: &Snapshot<'_>, changed: &BTreeMap<IssueId, Difference>, others: &BTreeMap<_, _>| {
            let gone = changed.iter().filter(|(_, difference)| **difference == Difference::Removed);
            let gone = gone.map(|(id, _)| *id).filter(|id| others.contains_key(id));
            self.repo.deletions(side.commit(), base, gone)
        };
        Ok([of(upstream, there, here)?, of(local, here, there)?])
    }

    fn note_pulled(&mut self, from: Option<CommitId>) -> Result<(), Error> {
        let Some(to) = self.repo.try_tip()?.filter(|_| self.is_told) else { return Ok(()) };
        let from = self.report.pulled.as_ref().map_or(from, |pulled| pulled.from);
        let commits = self.repo.count_commits(to, from)?;
        self.report.pulled = Some(Moved { from, to, commits });
        Ok(())
    }
}

/// Whether everything that can be read here can be read there.
fn is_sound(local: &Snapshot<'_>, upstream: &Snapshot<'_>) -> bool {
    let changed: Vec<IssueId> = local.changed_issues(upstream).into_iter().collect();
    let there = upstream.load(&Scope::Exactly(changed.clone()));
    if there.damaged.is_empty() {
        return true;
    }
    let here = local.load(&Scope::Exactly(changed));
    there.damaged.iter().all(|damage| here.damaged.iter().any(|known| known.path == damage.path))
}

/// What a merge must read of the base, upstream and here: what is `changed` on either side, what
/// that depends on, everything that a new dependency or one that is `restored` leads to, for it
/// may be part of a circle; and everything where the rules for all issues changed.
fn load_sides(
    base: Option<&Snapshot<'_>>,
    [upstream, local]: [&Snapshot<'_>; 2],
    changed: &BTreeSet<IssueId>,
    restored: &BTreeSet<IssueId>,
) -> [Tracker; 3] {
    let same_rules = |base: &&Snapshot<'_>| base.has_same_rules(upstream) && base.has_same_rules(local);
    let Some(known) = base.filter(same_rules) else {
        let base = base.map_or_else(Tracker::default, |base| base.load(&Scope::All));
        return [base, upstream.load(&Scope::All), local.load(&Scope::All)];
    };
    let exactly = Scope::Exactly(changed.iter().copied().collect());
    let [mut base, mut there, mut here] = [known, upstream, local].map(|side| side.load(&exactly));
    let mut leading: BTreeSet<IssueId> = restored.clone();
    leading.extend(
        dependencies(&there).chain(dependencies(&here)).filter(|edge| !depends(&base, *edge)).map(on),
    );
    let leading = Scope::Closure(leading.into_iter().collect());
    let near: BTreeSet<IssueId> = dependencies(&there).chain(dependencies(&here)).map(on).collect();
    add(&mut there, upstream.load(&leading));
    add(&mut here, local.load(&leading));
    let mut ids: BTreeSet<IssueId> = changed.union(&near).copied().collect();
    ids.extend(there.issues.keys().chain(here.issues.keys()));
    load_missing(&mut there, upstream, &ids);
    // What did not change is the same everywhere, and is read once.
    for (id, issue) in there.issues.iter().filter(|(id, _)| !changed.contains(id)) {
        for side in [&mut base, &mut here] {
            side.issues.entry(*id).or_insert_with(|| issue.clone());
        }
    }
    load_missing(&mut here, local, &ids);
    load_missing(&mut base, known, &ids);
    [base, there, here]
}

/// The issues that both sides have, each in its own way, though the base has not: they were deleted,
/// and came back on either side because somebody had changed them. Both go back to what was deleted.
pub(super) fn back_on_both(base: &Tracker, there: &Tracker, here: &Tracker) -> BTreeSet<IssueId> {
    let is_new = |id: &IssueId| !base.issues.contains_key(id) && base.damage_of(*id).is_none();
    let differs = |(id, issue): &(&IssueId, &Issue)| here.issues.get(id).is_some_and(|here| here != *issue);
    there.issues.iter().filter(differs).map(|(id, _)| *id).filter(is_new).collect()
}

/// An issue, and another that it depends on.
type Edge = (IssueId, IssueId);

fn on((_, on): Edge) -> IssueId {
    on
}

fn dependencies(tracker: &Tracker) -> impl Iterator<Item = Edge> {
    let issues = tracker.issues.values();
    issues.flat_map(|issue| issue.dependencies.iter().map(|on| (issue.id, *on)))
}

fn depends(tracker: &Tracker, (from, on): Edge) -> bool {
    tracker.issues.get(&from).is_some_and(|issue| issue.dependencies.contains(&on))
}

/// Reads those of `ids` that `tracker` does not have yet.
fn load_missing(tracker: &mut Tracker, snapshot: &Snapshot<'_>, ids: &BTreeSet<IssueId>) {
    let missing = ids.iter().filter(|id| !tracker.issues.contains_key(id));
    let missing: Vec<IssueId> = missing.copied().collect();
    if !missing.is_empty() {
        add(tracker, snapshot.load(&Scope::Exactly(missing)));
    }
}

/// Adds what was read besides.
fn add(tracker: &mut Tracker, read: Tracker) {
    tracker.issues.extend(read.issues);
    tracker.damaged.extend(read.damaged);
    tracker.damaged.sort_by(|one, other| one.path.cmp(&other.path));
    tracker.damaged.dedup_by(|one, other| one.path == other.path);
}

/// The claims that only `side` shows.
fn claims_only_of(side: &Tracker, base: &Tracker, other: &Tracker) -> BTreeSet<ClaimId> {
    let claims = |tracker: &Tracker| -> BTreeSet<ClaimId> {
        tracker.issues.values().filter_map(|issue| Some(issue.claim.as_ref()?.id)).collect()
    };
    let known: BTreeSet<ClaimId> = claims(base).into_iter().chain(claims(other)).collect();
    claims(side).difference(&known).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::IdPrefix;
    use crate::model::create::{BatchEntry, NewIssue};
    use crate::store::Storage;
    use crate::store::work::{Step, counted};

    /// A chain of so many issues, each of which needs the one before.
    const CHAIN: usize = 100;

    #[test]
    fn what_a_merge_reads_is_what_changed_and_what_could_close_a_circle() {
        let dir = tempfile::tempdir().unwrap();
        let jit = CommandExecutor::new(Storage::new(dir.path()));
        jit.init().unwrap();
        let entry = |n: usize| BatchEntry {
            key: Some(format!("k{n}")),
            issue: NewIssue { title: format!("Issue {n}"), ..NewIssue::default() },
            dependencies: n.checked_sub(1).map(|on| format!("k{on}")).into_iter().collect(),
        };
        let ids = jit.create_batch("list", (0..=CHAIN).map(entry).collect()).unwrap().ids;
        let first =
            jit.create(&NewIssue { title: "First".to_owned(), ..NewIssue::default() }, &[]).unwrap().ids[0];
        let repo = Storage::new(dir.path()).open().unwrap();
        let now = || Snapshot::current(&repo).unwrap();
        let last = ids[CHAIN];
        let base = now();
        jit.comment(&IdPrefix::of(last), "seen").unwrap();
        let commented = now();
        jit.dep_add(&IdPrefix::of(first), &[IdPrefix::of(last)]).unwrap();
        let depending = now();
        let read = |there: &Snapshot<'_>, here: &Snapshot<'_>| {
            let changed = [there, here].into_iter().flat_map(|side| base.changed_issues(side)).collect();
            let (sides, steps) =
                counted(|| load_sides(Some(&base), [there, here], &changed, &BTreeSet::new()));
            (sides.map(|side| side.issues.len()), steps[&Step::ReadBlob])
        };
        // The issue for each side, and what it needs once.
        let (issues, blobs) = read(&commented, &commented);
        assert_eq!(issues, [2; 3]);
        assert_eq!(blobs, 3 + 1);
        let (issues, _) = read(&commented, &depending);
        assert_eq!(issues, [CHAIN + 2; 3]);
    }
}
