//! Why a decision said no.

use super::saved::FilterName;
use super::state::Blocker;
use super::template::TemplateName;
use super::{AgentId, Claim, ClaimId, ConflictPlace, GateKey, IssueId, State, Timestamp, Tracker};

/// A rule that a request broke. Data, so that every front end can explain it its own way;
/// the message is one line for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The text cannot name an issue.
    #[error("{typed:?} is not an issue id: {reason}")]
    InvalidId {
        /// What was typed.
        typed: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No issue has this id or prefix.
    #[error("no issue {typed}")]
    IssueNotFound {
        /// What was typed.
        typed: String,
    },
    /// Several issues begin with this prefix.
    #[error("{typed} is ambiguous: {}", join(candidates.iter().map(ToString::to_string)))]
    AmbiguousId {
        /// What was typed.
        typed: String,
        /// All it may mean.
        candidates: Vec<IssueId>,
    },
    /// The issue's file cannot be read.
    #[error("issue {} cannot be read: {path}: {reason}", issue.short())]
    IssueDamaged {
        /// The issue.
        issue: IssueId,
        /// Path in the tracker's tree.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The text cannot name an agent.
    #[error("{typed:?} is not an agent: {reason}")]
    InvalidAgent {
        /// What was typed.
        typed: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A value breaks the rules of its field.
    #[error("invalid {field}: {reason}")]
    Invalid {
        /// The field.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Somebody holds the issue.
    #[error("{} is claimed by {holder} since {}{}", issue.short(), rfc3339(since), ended(*expires, *free_from))]
    AlreadyClaimed {
        /// The issue.
        issue: IssueId,
        /// Who holds it.
        holder: super::AgentId,
        /// The hold.
        claim: ClaimId,
        /// Since when.
        since: Timestamp,
        /// When the hold ends unless renewed.
        expires: Option<Timestamp>,
        /// From when on others may take the issue over, where the hold has ended already.
        free_from: Option<Timestamp>,
    },
    /// Somebody else has claimed the issue since the request was made.
    #[error("{} is not {asked}'s any more: {holder} has claimed it since {}", issue.short(), rfc3339(since))]
    HeldByAnother {
        /// The issue.
        issue: IssueId,
        /// Who was thought to hold it.
        asked: super::AgentId,
        /// Who holds it.
        holder: super::AgentId,
        /// The hold.
        claim: ClaimId,
        /// Since when.
        since: Timestamp,
    },
    /// The issue was released in this clone, and the remote does not know yet.
    #[error("{} was released here, but the remote still has it as {holder}'s", issue.short())]
    ReleaseUnpublished {
        /// The issue.
        issue: IssueId,
        /// Who holds it there.
        holder: super::AgentId,
        /// The hold.
        claim: ClaimId,
    },
    /// The issue is held by nobody, so there is nothing to renew or release.
    #[error("{} is not claimed", issue.short())]
    NotClaimed {
        /// The issue.
        issue: IssueId,
    },
    /// Something must happen before the issue can go on.
    #[error("{} is blocked by {}", issue.short(), join(blockers.iter().map(ToString::to_string)))]
    Blocked {
        /// The issue.
        issue: IssueId,
        /// What blocks it.
        blockers: Vec<Blocker>,
    },
    /// Nothing blocks the issue, so it cannot be moved to the backlog.
    #[error("{} has nothing that blocks it", issue.short())]
    NotBlocked {
        /// The issue.
        issue: IssueId,
    },
    /// The issue is finished, and this is only done to unfinished ones.
    #[error("{} is {state}: cannot {action}", issue.short())]
    Finished {
        /// The issue.
        issue: IssueId,
        /// Its state.
        state: State,
        /// What was asked.
        action: &'static str,
    },
    /// The stored state does not allow what was asked.
    #[error("{} is {from}: cannot move it to {to}", issue.short())]
    BadTransition {
        /// The issue.
        issue: IssueId,
        /// Its state.
        from: State,
        /// The state asked for.
        to: &'static str,
    },
    /// The work is finished, gates are pending.
    #[error("{} waits for {}: it is gated, not done", issue.short(), gate_list(gates))]
    GatesPending {
        /// The issue.
        issue: IssueId,
        /// The gates that have not passed.
        gates: Vec<GateKey>,
    },
    /// An issue may not depend on itself, directly or through others.
    #[error("{} would depend on itself: {}", path[0].short(), chain(path))]
    Cycle {
        /// The issues on the circle, first and last the same.
        path: Vec<IssueId>,
    },
    /// The issue does not depend on that one.
    #[error("{} does not depend on {on}", issue.short())]
    NotADependency {
        /// The issue.
        issue: IssueId,
        /// The other, as it was named.
        on: String,
    },
    /// The registry has this gate already.
    #[error("gate {key} exists already")]
    GateExists {
        /// The gate.
        key: GateKey,
    },
    /// The registry does not have this gate.
    #[error("no gate {key} in the registry")]
    GateNotFound {
        /// The gate.
        key: GateKey,
    },
    /// The project allows only registered gates.
    #[error("gate {key} is not in the registry, and strict_gates is on")]
    GateNotRegistered {
        /// The gate.
        key: GateKey,
    },
    /// The issue requires this gate already.
    #[error("{} requires gate {key} already", issue.short())]
    GateAlreadyRequired {
        /// The issue.
        issue: IssueId,
        /// The gate.
        key: GateKey,
    },
    /// The issue does not require this gate.
    #[error("{} does not require gate {key}", issue.short())]
    GateNotRequired {
        /// The issue.
        issue: IssueId,
        /// The gate.
        key: GateKey,
    },
    /// The gate has no checker to run.
    #[error("gate {key} has no checker")]
    NoChecker {
        /// The gate.
        key: GateKey,
    },
    /// A checker ran and said no.
    #[error("{}: {} failed", issue.short(), gate_list(gates))]
    CheckFailed {
        /// The issue.
        issue: IssueId,
        /// The gates that failed.
        gates: Vec<GateKey>,
    },
    /// A change cannot be taken back.
    #[error("{commit} cannot be undone: {}", few(reasons))]
    NotUndoable {
        /// What was to be undone.
        commit: String,
        /// Why not.
        reasons: Vec<String>,
    },
    /// There are not so many changes to take back.
    #[error("{by} has made {} that can be undone", changes(*found))]
    NothingToUndo {
        /// Whose changes were to be undone.
        by: AgentId,
        /// How many there are.
        found: usize,
    },
    /// No event or commit of the tracker has this id.
    #[error("no event {typed}")]
    EventNotFound {
        /// What was typed.
        typed: String,
    },
    /// No such setting.
    #[error("no setting {key:?}")]
    SettingNotFound {
        /// What was typed.
        key: String,
    },
    /// No filter was saved under this name.
    #[error("no saved filter @{name}")]
    FilterNotFound {
        /// The name.
        name: String,
    },
    /// A saved filter stands for itself, directly or through others.
    #[error("saved filter @{} refers to itself: {}", path[0], path.iter().map(|name| format!("@{name}")).collect::<Vec<_>>().join(" -> "))]
    FilterCycle {
        /// The names on the circle, first and last the same.
        path: Vec<FilterName>,
    },
    /// Others kept claiming it and giving it up.
    #[error("{} could not be claimed: somebody else was first, and is gone again", issue.short())]
    ClaimContended {
        /// The issue.
        issue: IssueId,
    },
    /// Nothing has a conflict of that name.
    #[error("{}", no_conflict(place.as_ref(), named.as_deref()))]
    ConflictNotFound {
        /// What was looked at, if it is there.
        place: Option<ConflictPlace>,
        /// What was typed for the conflict.
        named: Option<String>,
    },
    /// Several conflicts are meant.
    #[error("{typed} has {} conflicts: {}", conflicts.len(), join(conflicts.iter().map(field_and_id)))]
    ConflictAmbiguous {
        /// What was typed.
        typed: String,
        /// The field of each, and the first digits of its id.
        conflicts: Vec<(String, String)>,
    },
    /// There is a template of that name.
    #[error("template {name} exists already")]
    TemplateExists {
        /// Its name.
        name: TemplateName,
    },
    /// There is no template of that name.
    #[error("there is no template {name}")]
    TemplateNotFound {
        /// What was asked for.
        name: TemplateName,
    },
    /// The issue has no such file.
    #[error("{named:?} is not attached to {}", issue.short())]
    NotAttached {
        /// The issue.
        issue: IssueId,
        /// What was typed for the file.
        named: String,
    },
    /// Others changed the same fields while somebody edited the issue.
    #[error("{} was changed meanwhile, in {}", issue.short(), fields.join(", "))]
    EditedMeanwhile {
        /// The issue.
        issue: IssueId,
        /// The fields that both have changed, differently.
        fields: Vec<String>,
    },
    /// No issue is ready to claim, or none that the filter admits.
    #[error("nothing to claim: no issue is ready{}", if *filtered { " that matches the filter" } else { "" })]
    NothingToClaim {
        /// Whether a filter was given.
        filtered: bool,
    },
}

impl Refusal {
    /// A value that breaks the rules of its field.
    pub fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), reason: reason.into() }
    }

    /// Somebody's claim stands against it.
    pub fn already_claimed(issue: IssueId, claim: &Claim) -> Self {
        Self::AlreadyClaimed {
            issue,
            holder: claim.by.clone(),
            claim: claim.id,
            since: claim.at,
            expires: claim.expires,
            free_from: None,
        }
    }

    /// That somebody holds the issue of `tracker`; and, where that has ended, when others may have it.
    pub fn held(tracker: &Tracker, issue: IssueId, claim: &Claim) -> Self {
        let has_ended = claim.expires.is_some_and(|end| end <= tracker.as_of);
        let from = has_ended.then(|| claim.free_from(tracker.settings.claim_skew_secs)).flatten();
        match Self::already_claimed(issue, claim) {
            Self::AlreadyClaimed { issue, holder, claim, since, expires, .. } => {
                Self::AlreadyClaimed { issue, holder, claim, since, expires, free_from: from }
            }
            other => other,
        }
    }

    /// The stable name of this refusal, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidId { .. } => "invalid_id",
            Self::IssueNotFound { .. } => "issue_not_found",
            Self::AmbiguousId { .. } => "ambiguous_id",
            Self::IssueDamaged { .. } => "issue_damaged",
            Self::InvalidAgent { .. } => "invalid_agent",
            Self::Invalid { .. } => "invalid_value",
            Self::AlreadyClaimed { .. } => "already_claimed",
            Self::HeldByAnother { .. } => "held_by_another",
            Self::ReleaseUnpublished { .. } => "release_unpublished",
            Self::NotClaimed { .. } => "not_claimed",
            Self::Blocked { .. } => "blocked",
            Self::NotBlocked { .. } => "not_blocked",
            Self::Finished { .. } => "finished",
            Self::BadTransition { .. } => "bad_transition",
            Self::GatesPending { .. } => "gates_pending",
            Self::Cycle { .. } => "cycle",
            Self::NotADependency { .. } => "not_a_dependency",
            Self::GateExists { .. } => "gate_exists",
            Self::GateNotFound { .. } => "gate_not_found",
            Self::GateNotRegistered { .. } => "gate_not_registered",
            Self::GateAlreadyRequired { .. } => "gate_already_required",
            Self::GateNotRequired { .. } => "gate_not_required",
            Self::NoChecker { .. } => "no_checker",
            Self::CheckFailed { .. } => "check_failed",
            Self::NotUndoable { .. } => "not_undoable",
            Self::NothingToUndo { .. } => "nothing_to_undo",
            Self::EventNotFound { .. } => "event_not_found",
            Self::SettingNotFound { .. } => "setting_not_found",
            Self::FilterNotFound { .. } => "filter_not_found",
            Self::FilterCycle { .. } => "filter_cycle",
            Self::ClaimContended { .. } => "claim_contended",
            Self::ConflictNotFound { .. } => "conflict_not_found",
            Self::ConflictAmbiguous { .. } => "ambiguous_conflict",
            Self::TemplateExists { .. } => "template_exists",
            Self::TemplateNotFound { .. } => "template_not_found",
            Self::NotAttached { .. } => "not_attached",
            Self::EditedMeanwhile { .. } => "edited_meanwhile",
            Self::NothingToClaim { .. } => "nothing_to_claim",
        }
    }
}

/// The first of many reasons, on one line.
fn few(reasons: &[String]) -> String {
    const MOST: usize = 5;
    let more = reasons.len().saturating_sub(MOST);
    let named = reasons.iter().take(MOST).cloned();
    named.chain((more > 0).then(|| format!("and {more} more"))).collect::<Vec<_>>().join("; ")
}

fn changes(found: usize) -> String {
    match found {
        0 => "no change".to_owned(),
        1 => "only one change".to_owned(),
        found => format!("only {found} changes"),
    }
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

fn field_and_id((field, id): &(String, String)) -> String {
    format!("{field} ({id})")
}

fn no_conflict(place: Option<&ConflictPlace>, named: Option<&str>) -> String {
    match (place, named) {
        (Some(place), Some(named)) => format!("{place} has no conflict {named:?}"),
        (Some(place), None) => format!("{place} has no conflict"),
        (None, named) => format!("nothing named {:?} has a conflict", named.unwrap_or_default()),
    }
}

fn gate_list(gates: &[GateKey]) -> String {
    let word = if gates.len() == 1 { "gate" } else { "gates" };
    format!("{word} {}", join(gates.iter().map(ToString::to_string)))
}

/// The way round a circle; the middle of one that nobody would read to the end is counted.
fn chain(path: &[IssueId]) -> String {
    const WHOLE: usize = 64;
    const ENDS: usize = 4;
    let names = |part: &[IssueId]| part.iter().map(|id| id.short()).collect::<Vec<_>>().join(" -> ");
    if path.len() <= WHOLE {
        return names(path);
    }
    let (start, end) = (&path[..ENDS], &path[path.len() - ENDS..]);
    format!("{} -> ({} more) -> {}", names(start), path.len() - 2 * ENDS, names(end))
}

/// RFC 3339 in UTC with milliseconds, as stored and printed everywhere.
pub fn rfc3339(at: &Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
/// What is said of a hold that has ended, though others may not have the issue yet.
fn ended(expires: Option<Timestamp>, free_from: Option<Timestamp>) -> String {
    let (Some(expires), Some(from)) = (expires, free_from) else { return String::new() };
    format!("; that ended at {}, and others may take it over from {} on", rfc3339(&expires), rfc3339(&from))
}
