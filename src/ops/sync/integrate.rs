//! Bringing what a remote has into the tracker here.

use std::collections::{BTreeMap, BTreeSet};

use super::ended::EndedClaim;
use super::report::Moved;
use super::session::Session;
use crate::merge::{Merged, Sides, merge};
use crate::model::{Change, ClaimId, Deletion, EventKind, IssueId, NewEvent, Stamp, Tracker};
use crate::ops::mutate::{ATTEMPTS, back_off};
use crate::ops::{CommandExecutor, Error};
use crate::store::{self, CommitId, RepoLock, Scope, Snapshot, Swap};

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
        let [deleted_there, deleted_here] = self.deletions(base, upstream, local)?;
        let restored = deleted_there.values().chain(deleted_here.values()).flatten();
        let restored = restored.flat_map(|deletion| deletion.last.dependencies.iter().copied());
        let scope = merge_scope(base, upstream, local, &restored.collect());
        let rules_differ = !upstream.has_same_rules(local);
        let since = base.map(Snapshot::commit);
        let changer = |side: &Snapshot<'_>| {
            if rules_differ { self.repo.last_project_change(side.commit(), since) } else { Ok(None) }
        };
        let changers = [changer(upstream)?, changer(local)?];
        let load = |snapshot: &Snapshot<'_>| snapshot.load(&scope);
        let base = base.map_or_else(Tracker::default, load);
        let (mut there, mut here) = (load(upstream), load(local));
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
        base: Option<&Snapshot<'_>>,
        upstream: &Snapshot<'_>,
        local: &Snapshot<'_>,
    ) -> Result<[BTreeMap<IssueId, Vec<Deletion>>; 2], Error> {
        let Some(base) = base else { return Ok([BTreeMap::new(), BTreeMap::new()]) };
        let (there, here) = (base.changed_issues(upstream), base.changed_issues(local));
        let both: Vec<IssueId> = there.intersection(&here).copied().collect();
        let of = |side: &Snapshot<'_>| {
            let gone = both.iter().copied().filter(|id| base.has_issue(*id) && !side.has_issue(*id));
            self.repo.deletions(side.commit(), base.commit(), gone.collect::<Vec<_>>())
        };
        Ok([of(upstream)?, of(local)?])
    }

    fn note_pulled(&mut self, from: Option<CommitId>) -> Result<(), Error> {
        let Some(to) = self.repo.try_tip()? else { return Ok(()) };
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

/// What a merge must read: what changed on either side and what is `restored` besides, all that
/// those depend on, and everything where the rules for all issues changed.
fn merge_scope(
    base: Option<&Snapshot<'_>>,
    upstream: &Snapshot<'_>,
    local: &Snapshot<'_>,
    restored: &BTreeSet<IssueId>,
) -> Scope {
    let Some(base) = base else { return Scope::All };
    if !(base.has_same_rules(upstream) && base.has_same_rules(local)) {
        return Scope::All;
    }
    let changed: BTreeSet<IssueId> =
        base.changed_issues(upstream).into_iter().chain(base.changed_issues(local)).collect();
    let mut ids: BTreeSet<IssueId> = changed.union(restored).copied().collect();
    let seeds: Vec<IssueId> = ids.iter().copied().collect();
    for side in [upstream, local] {
        ids.extend(side.load(&Scope::Closure(seeds.clone())).issues.into_keys());
    }
    Scope::Exactly(ids.into_iter().collect())
}

/// The claims that only `side` shows.
fn claims_only_of(side: &Tracker, base: &Tracker, other: &Tracker) -> BTreeSet<ClaimId> {
    let claims = |tracker: &Tracker| -> BTreeSet<ClaimId> {
        tracker.issues.values().filter_map(|issue| Some(issue.claim.as_ref()?.id)).collect()
    };
    let known: BTreeSet<ClaimId> = claims(base).into_iter().chain(claims(other)).collect();
    claims(side).difference(&known).copied().collect()
}
