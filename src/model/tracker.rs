//! The value all decisions read.

use std::collections::{BTreeMap, BTreeSet};

use super::template::{Template, TemplateName};
use super::{
    Blocker, Claim, ClaimId, GateDefinition, GateKey, GateStage, Holds, Issue, IssueId, Outline, Refusal,
    Settings, Stamp, State, Status, Timestamp, gate,
};

/// The issues, gate registry and settings of one commit, or the part of them that a
/// decision needs: for every issue loaded, its direct dependencies are loaded too, or are
/// known to be finished.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tracker {
    /// The project's settings.
    pub settings: Settings,
    /// The gate registry.
    pub gates: BTreeMap<GateKey, GateDefinition>,
    /// What new issues can begin with.
    pub templates: BTreeMap<TemplateName, Template>,
    /// Issues by id.
    pub issues: BTreeMap<IssueId, Issue>,
    /// Issues that are finished and not among those loaded: all that some lists need to know
    /// of a dependency.
    pub finished: BTreeSet<IssueId>,
    /// Files that could not be read.
    pub damaged: Vec<Damage>,
    /// When it was read: whether a claim has expired is told by it.
    pub as_of: Timestamp,
    /// Issues claimed in this clone that the shared remote does not know of yet: another
    /// clone may turn out to have been first.
    pub provisional: BTreeSet<IssueId>,
    /// Claims that only the shared remote has a record of.
    pub holds: Holds,
    /// Those of them that were given up in this clone, which the remote does not know yet.
    pub given_up: BTreeSet<IssueId>,
    /// For a merge: claims that were given up on this side though no tree of it showed them.
    /// Whoever did knew them by the remote's record only.
    pub released: BTreeSet<ClaimId>,
    /// For a merge: issues that were deleted on this side since the base, as far as the other
    /// side changed them meanwhile; each as often as that was done by clones that did not know
    /// of each other.
    pub deleted: BTreeMap<IssueId, Vec<Deletion>>,
}

/// An issue that is not there any more.
#[derive(Clone, Debug, PartialEq)]
pub struct Deletion {
    /// What it was at last.
    pub last: Issue,
    /// What it was where the history of its deletion left that of the merge's base: the base's,
    /// unless whoever deleted it did not know that yet. None if it was not there then.
    pub base: Option<Issue>,
    /// Who deleted it, and when.
    pub stamp: Stamp,
    /// The issues that depended on it, and no longer do for that reason.
    pub dependents: BTreeSet<IssueId>,
}

/// A file of the tracker that cannot be read. Everything else stays readable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Path in the tracker's tree.
    pub path: String,
    /// The issues that cannot be read because of it.
    pub hides: Hidden,
    /// What is wrong with it.
    pub reason: String,
}

/// The issues that a damaged file or directory keeps from being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// None.
    Nothing,
    /// One.
    Issue(IssueId),
    /// All whose id begins with these digits.
    BeginningWith(String),
}

impl Damage {
    /// Whether issue `id` cannot be read because of it.
    pub fn hides(&self, id: IssueId) -> bool {
        match &self.hides {
            Hidden::Nothing => false,
            Hidden::Issue(hidden) => *hidden == id,
            Hidden::BeginningWith(digits) => id.digits().starts_with(digits),
        }
    }

    /// The issue it is about, if about one.
    pub fn issue(&self) -> Option<IssueId> {
        match self.hides {
            Hidden::Issue(id) => Some(id),
            Hidden::Nothing | Hidden::BeginningWith(_) => None,
        }
    }
}

impl Tracker {
    /// An issue, or why there is none.
    pub fn issue(&self, id: IssueId) -> Result<&Issue, Refusal> {
        self.issues.get(&id).ok_or_else(|| match self.damage_of(id) {
            Some(damage) => {
                Refusal::IssueDamaged { issue: id, path: damage.path.clone(), reason: damage.reason.clone() }
            }
            None => Refusal::IssueNotFound { typed: id.to_string() },
        })
    }

    /// What keeps issue `id` from being read.
    pub fn damage_of(&self, id: IssueId) -> Option<&Damage> {
        self.damaged.iter().find(|damage| damage.hides(id))
    }

    /// The claim on `issue`: the later one, where the shared remote has a record of another
    /// than is here.
    pub fn claim_of<'a>(&'a self, issue: &'a Issue) -> Option<&'a Claim> {
        let held = self.holds.get(&issue.id).filter(|_| !issue.state.is_finished());
        match (&issue.claim, held) {
            (Some(claim), Some(held)) if held.id != claim.id && held.at > claim.at => Some(held),
            (Some(claim), _) => Some(claim),
            (None, held) => held.filter(|_| issue.state == State::Open),
        }
    }

    /// Whether `claim` has expired by the time the tracker was read, so that others may take
    /// the issue over: the project's allowance for clocks that differ has passed as well.
    pub fn is_expired(&self, claim: &Claim) -> bool {
        claim.is_expired(self.as_of, self.settings.claim_skew_secs)
    }

    /// What keeps `issue` from starting: unfinished dependencies, then pre gates.
    pub fn blockers(&self, issue: &Issue) -> Vec<Blocker> {
        let mut blockers = self.unfinished_dependencies(issue);
        blockers.extend(
            gate::pending(self, issue, GateStage::Pre)
                .map(|(key, state)| Blocker::Gate { key: key.clone(), status: state.status }),
        );
        blockers
    }

    /// The dependencies of `issue` that are not finished. One that is missing or damaged
    /// counts: it never unblocks silently.
    pub fn unfinished_dependencies(&self, issue: &Issue) -> Vec<Blocker> {
        let unfinished = |id: &IssueId| match self.issues.get(id) {
            None if self.finished.contains(id) => None,
            Some(dependency) if dependency.state.is_finished() => None,
            Some(dependency) => Some(Blocker::Dependency {
                id: *id,
                title: dependency.title.clone(),
                state: dependency.state,
            }),
            None if self.damage_of(*id).is_some() => Some(Blocker::DamagedDependency { id: *id }),
            None => Some(Blocker::MissingDependency { id: *id }),
        };
        issue.dependencies.iter().filter_map(unfinished).collect()
    }

    /// What holds up `issue` in the state it is in: an open one all its blockers, one that
    /// was started its unfinished dependencies, a finished one nothing.
    pub fn current_blockers(&self, issue: &Issue) -> Vec<Blocker> {
        match issue.state.minds() {
            [true, true] => self.blockers(issue),
            [true, false] => self.unfinished_dependencies(issue),
            [false, _] => Vec::new(),
        }
    }

    /// The derived status of `issue`.
    pub fn status(&self, issue: &Issue) -> Status {
        self.outline(issue).status()
    }

    /// Whether anything keeps `issue` from starting.
    pub fn is_blocked(&self, issue: &Issue) -> bool {
        self.outline(issue).is_blocked()
    }

    /// What can be told of `issue` without its texts; its direct dependencies must be here.
    pub fn outline(&self, issue: &Issue) -> Outline {
        Outline::of(issue, |id| self.state(id), |key| gate::stage(self, key))
    }

    /// The stored state of an issue, as far as it is known; of one that is only known to be
    /// finished, that it is done.
    fn state(&self, id: IssueId) -> Option<State> {
        let loaded = self.issues.get(&id).map(|issue| issue.state);
        loaded.or_else(|| self.finished.contains(&id).then_some(State::Done))
    }

    /// All issues in the order of lists: most urgent first, then oldest.
    pub fn ranked(&self) -> Vec<&Issue> {
        let mut issues: Vec<&Issue> = self.issues.values().collect();
        issues.sort_by_key(|issue| issue.rank());
        issues
    }
}
