//! Claims that came to nothing: which, and by whose doing.

use std::collections::BTreeMap;

use super::session::Session;
use crate::merge::LostClaim;
use crate::model::{AgentId, Claim, IssueId, State, Tracker};
use crate::ops::Error;
use crate::store::{CommitId, LoggedEvent, Scope, Snapshot};

/// A claim that did not stand, or that somebody else ended.
#[derive(Clone, Debug, PartialEq)]
pub struct EndedClaim {
    /// The issue.
    pub issue: IssueId,
    /// The claim.
    pub claim: Claim,
    /// What became of the issue instead.
    pub end: End,
    /// Who did that, where it is known.
    pub by: Option<AgentId>,
}

/// How a claim ended that its holder did not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Somebody else holds the issue.
    Claimed,
    /// The issue is done.
    Done,
    /// The issue is rejected.
    Rejected,
    /// The issue is deleted.
    Deleted,
    /// Nobody holds the issue.
    Released,
}

impl End {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Claimed, Self::Done, Self::Rejected, Self::Deleted, Self::Released];

    /// The word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Done => "done",
            Self::Rejected => "rejected",
            Self::Deleted => "deleted",
            Self::Released => "released",
        }
    }

    /// The events that say so.
    fn events(self) -> &'static [&'static str] {
        match self {
            Self::Claimed => &["issue_claimed"],
            Self::Done => &["issue_completed"],
            Self::Rejected => &["issue_rejected"],
            Self::Deleted => &["issue_deleted"],
            Self::Released => &["issue_released", "issue_deleted"],
        }
    }
}

impl EndedClaim {
    /// The claim that another one, `winner`, stands against.
    pub(super) fn to_another(issue: IssueId, claim: Claim, winner: &Claim) -> Self {
        Self { issue, claim, end: End::Claimed, by: Some(winner.by.clone()) }
    }

    /// The claim `lost` by a merge, as the issue is in `now`.
    pub(super) fn by_merge(lost: &LostClaim, now: &Tracker) -> Self {
        let claim = lost.claim.clone();
        match &lost.winner {
            Some(winner) => Self::to_another(lost.issue, claim, winner),
            None => Self { issue: lost.issue, claim, end: end_of(now, lost.issue), by: None },
        }
    }

    /// What is told of it, after the name of the holder and the issue.
    pub(crate) fn reason(&self) -> String {
        match (&self.by, self.end) {
            (Some(by), End::Claimed) => format!("{by} holds it"),
            (Some(by), End::Done) => format!("{by} has finished it"),
            (Some(by), End::Rejected) => format!("{by} has rejected it"),
            (Some(by), End::Deleted) => format!("{by} has deleted it"),
            (Some(by), End::Released) => format!("{by} has ended the claim"),
            (None, End::Claimed) => "somebody else holds it".to_owned(),
            (None, End::Done | End::Rejected | End::Deleted) => format!("it is {}", self.end.as_str()),
            (None, End::Released) => "the claim was ended in another clone".to_owned(),
        }
    }
}

impl Session<'_> {
    /// Notes the claims of this clone that were there `before`, and that somebody has ended
    /// elsewhere by what the remote's tracker brought; and who did.
    pub(super) fn note_ended_elsewhere(&mut self, before: &Snapshot<'_>) -> Result<(), Error> {
        let now = Snapshot::current(self.repo)?;
        let mut ended = self.ended_since(before, &now);
        let known: Vec<_> = self.report.claims_lost.iter().map(|known| known.claim.id).collect();
        ended.retain(|ended| !known.contains(&ended.claim.id));
        let first = self.report.claims_lost.len();
        self.report.claims_lost.append(&mut ended);
        self.name_who_ended(now.commit(), before.commit())?;
        // Whoever finishes what they hold, in whatever clone, has not lost it.
        let mut place = 0..;
        self.report.claims_lost.retain(|ended| {
            let is_new = place.next().is_some_and(|place| place >= first);
            !(is_new && ended.end == End::Done && ended.by.as_ref() == Some(&ended.claim.by))
        });
        Ok(())
    }

    /// The claims of this clone that are not there any more.
    fn ended_since(&self, before: &Snapshot<'_>, now: &Snapshot<'_>) -> Vec<EndedClaim> {
        let Some(clone) = self.repo.known_clone_id() else { return Vec::new() };
        let scope = Scope::Exactly(self.repo.claimed().into_iter().collect());
        let (was, now) = (before.load(&scope), now.load(&scope));
        let ended = |(id, issue): (IssueId, crate::model::Issue)| {
            let claim = issue.claim.filter(|claim| claim.clone == Some(clone))?;
            match now.issues.get(&id).and_then(|issue| issue.claim.as_ref()) {
                Some(same) if same.id == claim.id => None,
                Some(winner) => Some(EndedClaim::to_another(id, claim, winner)),
                // The holder has finished the work, and the last gate has passed since.
                None if issue.state == State::Gated && end_of(&now, id) == End::Done => None,
                None => Some(EndedClaim { issue: id, claim, end: end_of(&now, id), by: None }),
            }
        };
        was.issues.into_iter().filter_map(ended).collect()
    }

    /// Finds in the log who ended the claims of which that is not known.
    fn name_who_ended(&mut self, tip: CommitId, since: CommitId) -> Result<(), Error> {
        let nameless = self.report.claims_lost.iter_mut().filter(|ended| ended.by.is_none());
        let mut nameless: BTreeMap<IssueId, &mut EndedClaim> =
            nameless.map(|ended| (ended.issue, ended)).collect();
        if nameless.is_empty() {
            return Ok(());
        }
        Ok(self.repo.walk_events(tip, Some(since), |event| {
            name(&mut nameless, &event);
            !nameless.is_empty()
        })?)
    }
}

fn name(nameless: &mut BTreeMap<IssueId, &mut EndedClaim>, event: &LoggedEvent) {
    let Some(issue) = event.issue_id else { return };
    let is_it = |ended: &&mut EndedClaim| ended.end.events().contains(&event.kind.as_str());
    if nameless.get(&issue).is_some_and(is_it)
        && let Some(ended) = nameless.remove(&issue)
    {
        ended.by = AgentId::parse(&event.actor).ok();
    }
}

/// What became of an issue that nobody holds.
fn end_of(now: &Tracker, issue: IssueId) -> End {
    match now.issues.get(&issue).map(|issue| issue.state) {
        None => End::Deleted,
        Some(State::Done) => End::Done,
        Some(State::Rejected) => End::Rejected,
        Some(_) => End::Released,
    }
}
