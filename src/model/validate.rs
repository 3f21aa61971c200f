//! Rules that hold over a whole tracker, and where they are broken.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{
    Conflict, ConflictPlace, Damage, GateKey, GateStage, Issue, IssueId, State, Tracker, gate, graph, text,
};

/// A rule that the stored tracker breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A file cannot be read.
    Damaged {
        /// Path in the tracker's tree.
        path: String,
        /// The issue the path names, if it does.
        issue: Option<IssueId>,
        /// What is wrong with it.
        reason: String,
    },
    /// An issue depends on one that does not exist.
    MissingDependency {
        /// The issue.
        issue: IssueId,
        /// What it names.
        on: IssueId,
    },
    /// Dependencies go round in a circle.
    Cycle {
        /// The issues on it, first and last the same.
        path: Vec<IssueId>,
    },
    /// An open or finished issue has a claim, or one in progress has none that its
    /// assignee matches.
    ClaimMismatch {
        /// The issue.
        issue: IssueId,
        /// What is wrong.
        reason: &'static str,
    },
    /// A done issue has a gate that did not pass.
    DoneWithoutGate {
        /// The issue.
        issue: IssueId,
        /// The gate.
        key: GateKey,
    },
    /// A gate that the registry does not have, where the project wants only registered ones.
    UnregisteredGate {
        /// The issue.
        issue: IssueId,
        /// The gate.
        key: GateKey,
    },
    /// A title that could not be entered today.
    BadTitle {
        /// The issue.
        issue: IssueId,
        /// What is wrong with it.
        reason: String,
    },
    /// A merge could not keep a value, and nobody settled it.
    Conflict {
        /// The issue, gate definition or settings.
        place: ConflictPlace,
        /// The field.
        field: String,
    },
}

impl Problem {
    /// The stable name of this kind of problem, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Damaged { .. } => "damaged",
            Self::MissingDependency { .. } => "missing_dependency",
            Self::Cycle { .. } => "cycle",
            Self::ClaimMismatch { .. } => "claim_mismatch",
            Self::DoneWithoutGate { .. } => "done_without_gate",
            Self::UnregisteredGate { .. } => "unregistered_gate",
            Self::BadTitle { .. } => "bad_title",
            Self::Conflict { .. } => "conflict",
        }
    }

    /// The issue it is about, if about one.
    pub fn issue(&self) -> Option<IssueId> {
        match self {
            Self::Damaged { issue, .. } => *issue,
            Self::MissingDependency { issue, .. }
            | Self::ClaimMismatch { issue, .. }
            | Self::DoneWithoutGate { issue, .. }
            | Self::UnregisteredGate { issue, .. }
            | Self::BadTitle { issue, .. } => Some(*issue),
            Self::Conflict { place, .. } => place.issue(),
            Self::Cycle { path } => path.first().copied(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged { path, reason, .. } => write!(f, "{path}: {reason}"),
            Self::MissingDependency { issue, on } => {
                write!(f, "{} depends on {on}, which does not exist", issue.short())
            }
            Self::Cycle { path } => {
                let path: Vec<String> = path.iter().map(|id| id.short()).collect();
                write!(f, "dependencies go in a circle: {}", path.join(" -> "))
            }
            Self::ClaimMismatch { issue, reason } => write!(f, "{} {reason}", issue.short()),
            Self::DoneWithoutGate { issue, key } => {
                write!(f, "{} is done although gate {key} has not passed", issue.short())
            }
            Self::UnregisteredGate { issue, key } => {
                write!(f, "{} requires gate {key}, which is not in the registry", issue.short())
            }
            Self::BadTitle { issue, reason } => write!(f, "{} has a bad title: {reason}", issue.short()),
            Self::Conflict { place, field } => {
                match place {
                    ConflictPlace::Issue(id) => write!(f, "{} has", id.short()),
                    ConflictPlace::Gate(key) => write!(f, "gate {key} has"),
                    ConflictPlace::Template(name) => write!(f, "template {name} has"),
                    ConflictPlace::Settings => f.write_str("the settings have"),
                }?;
                write!(
                    f,
                    " an unsettled conflict in {field}: 'jit conflict show {}' tells more",
                    place.name()
                )
            }
        }
    }
}

/// Every problem of the whole `tracker`.
pub fn validate(tracker: &Tracker) -> Vec<Problem> {
    let (settings, gates, templates) =
        (tracker.settings.clone(), tracker.gates.clone(), tracker.templates.clone());
    let registry = Tracker { settings, gates, templates, ..Tracker::default() };
    let mut validator = Validator::new(registry);
    tracker.issues.values().for_each(|issue| validator.add(issue));
    validator.finish(&tracker.damaged)
}

/// Checks a tracker whose issues it is given one by one, in any order. It keeps no texts.
pub struct Validator {
    /// Settings and gates.
    registry: Tracker,
    dependencies: BTreeMap<IssueId, BTreeSet<IssueId>>,
    /// What an issue tells by itself.
    problems: BTreeMap<IssueId, Vec<Problem>>,
}

impl Validator {
    /// Starts with the settings and gates of `registry`.
    pub fn new(registry: Tracker) -> Self {
        Self { registry, dependencies: BTreeMap::new(), problems: BTreeMap::new() }
    }

    /// Adds an issue.
    pub fn add(&mut self, issue: &Issue) {
        let mut problems: Vec<Problem> = claim_mismatch(issue).into_iter().collect();
        problems.extend(gate_problems(&self.registry, issue));
        if let Err(super::Refusal::Invalid { reason, .. }) = text::check_title(&issue.title) {
            problems.push(Problem::BadTitle { issue: issue.id, reason });
        }
        problems.extend(conflicts(&ConflictPlace::Issue(issue.id), &issue.conflicts));
        if !problems.is_empty() {
            self.problems.insert(issue.id, problems);
        }
        self.dependencies.insert(issue.id, issue.dependencies.clone());
    }

    /// Every problem, now that there are no more issues and `damaged` could not be read.
    pub fn finish(mut self, damaged: &[Damage]) -> Vec<Problem> {
        let unreadable = |damage: &Damage| Problem::Damaged {
            path: damage.path.clone(),
            issue: damage.issue(),
            reason: damage.reason.clone(),
        };
        let mut problems: Vec<Problem> = damaged.iter().map(unreadable).collect();
        let is_known = |id: &IssueId| {
            self.dependencies.contains_key(id) || damaged.iter().any(|damage| damage.hides(*id))
        };
        for (id, dependencies) in &self.dependencies {
            let missing = dependencies.iter().filter(|on| !is_known(on));
            problems.extend(missing.map(|on| Problem::MissingDependency { issue: *id, on: *on }));
            problems.extend(self.problems.remove(id).unwrap_or_default());
        }
        for (key, definition) in &self.registry.gates {
            problems.extend(conflicts(&ConflictPlace::Gate(key.clone()), &definition.conflicts));
        }
        for (name, template) in &self.registry.templates {
            problems.extend(conflicts(&ConflictPlace::Template(name.clone()), &template.conflicts));
        }
        problems.extend(conflicts(&ConflictPlace::Settings, &self.registry.settings.conflicts));
        let ids = self.dependencies.keys().copied().collect();
        let cycle = graph::cycle_along(|id| self.dependencies.get(&id), &ids);
        problems.extend(cycle.map(|path| Problem::Cycle { path }));
        problems
    }
}

fn conflicts(place: &ConflictPlace, conflicts: &[Conflict]) -> Vec<Problem> {
    let problem =
        |conflict: &Conflict| Problem::Conflict { place: place.clone(), field: conflict.field.clone() };
    conflicts.iter().map(problem).collect()
}

fn claim_mismatch(issue: &Issue) -> Option<Problem> {
    let reason = match (&issue.claim, issue.state) {
        (Some(_), State::Open) => "is open but has a claim",
        (Some(_), State::Done | State::Rejected) => "is finished but has a claim",
        (Some(claim), State::InProgress | State::Gated) if issue.assignee.as_ref() != Some(&claim.by) => {
            "is assigned to somebody who does not hold its claim"
        }
        (None, State::InProgress) => "is in progress but nobody holds it",
        _ => return None,
    };
    Some(Problem::ClaimMismatch { issue: issue.id, reason })
}

/// Whether `issue` is done although a post gate has not passed.
pub(crate) fn gates_not_passed(tracker: &Tracker, issue: &Issue) -> bool {
    issue.state == State::Done && gate::pending(tracker, issue, GateStage::Post).next().is_some()
}

fn gate_problems(tracker: &Tracker, issue: &Issue) -> Vec<Problem> {
    let mut problems = Vec::new();
    if issue.state == State::Done {
        problems.extend(
            gate::pending(tracker, issue, GateStage::Post)
                .map(|(key, _)| Problem::DoneWithoutGate { issue: issue.id, key: key.clone() }),
        );
    }
    if tracker.settings.strict_gates {
        let unregistered = issue.gates.keys().filter(|key| !tracker.gates.contains_key(*key));
        problems
            .extend(unregistered.map(|key| Problem::UnregisteredGate { issue: issue.id, key: key.clone() }));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::super::Hidden;
    use super::super::testing::{agent, id, put, require, tracker};
    use super::*;

    fn codes(tracker: &Tracker) -> Vec<&'static str> {
        validate(tracker).iter().map(Problem::code).collect()
    }

    #[test]
    fn a_sound_tracker_has_no_problem() {
        assert_eq!(codes(&tracker(3, &[(1, 2), (2, 3)])), Vec::<&str>::new());
    }

    #[test]
    fn every_broken_rule_is_named() {
        let mut tracker = tracker(5, &[(1, 2), (2, 1), (3, 9), (4, 8)]);
        put(&mut tracker, 4, State::InProgress);
        put(&mut tracker, 5, State::Done);
        require(&mut tracker, 5, "review", GateStage::Post);
        tracker.gates.clear();
        tracker.settings.strict_gates = true;
        tracker.issues.get_mut(&id(1)).unwrap().title = "two\nlines".to_owned();
        let damage =
            Damage { path: "issues/x".to_owned(), hides: Hidden::Issue(id(8)), reason: "torn".to_owned() };
        tracker.damaged.push(damage);
        let expected = [
            "damaged",
            "bad_title",
            "missing_dependency",
            "claim_mismatch",
            "done_without_gate",
            "unregistered_gate",
            "cycle",
        ];
        assert_eq!(codes(&tracker), expected);
    }

    #[test]
    fn conflicts_are_named_wherever_they_are() {
        let mut tracker = tracker(1, &[]);
        require(&mut tracker, 1, "review", GateStage::Post);
        let conflict = Conflict {
            id: uuid::Uuid::nil(),
            field: "title".to_owned(),
            upstream: None,
            local: None,
            by: agent("one"),
            at: super::super::testing::at(5),
            extra: super::super::Extra::new(),
        };
        tracker.settings.conflicts.push(conflict.clone());
        tracker.gates.values_mut().for_each(|gate| gate.conflicts.push(conflict.clone()));
        tracker.issues.values_mut().for_each(|issue| issue.conflicts.push(conflict.clone()));
        let texts: Vec<String> = validate(&tracker).iter().map(ToString::to_string).collect();
        assert!(codes(&tracker).iter().all(|code| *code == "conflict"));
        assert_eq!(texts.len(), 3);
        assert!(texts[0].starts_with("00000001 has") && texts[1].starts_with("gate review has"), "{texts:?}");
        let expected =
            "the settings have an unsettled conflict in title: 'jit conflict show config' tells more";
        assert_eq!(texts[2], expected);
    }

    #[test]
    fn a_claim_must_fit_the_state_and_the_assignee() {
        let mut tracker = tracker(2, &[]);
        let claim = super::super::Claim {
            id: super::super::ClaimId::new(uuid::Uuid::from_u128(1)),
            by: agent("one"),
            at: super::super::testing::at(5),
            expires: None,
            clone: None,
            extra: super::super::Extra::new(),
        };
        let mut hold = |n, state, assignee| {
            let issue: &mut Issue = tracker.issues.get_mut(&id(n)).unwrap();
            issue.claim = Some(claim.clone());
            issue.assignee = assignee;
            issue.state = state;
        };
        hold(1, State::InProgress, Some(agent("one")));
        hold(2, State::InProgress, Some(agent("two")));
        assert_eq!(codes(&tracker), ["claim_mismatch"]);
    }
}
