//! Gates: checks an issue must pass before it starts or finishes.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::{
    AgentId, Conflict, Draft, EventKind, Extra, Issue, IssueId, Refusal, State, Timestamp, Tracker, text,
    transition,
};

/// Names a gate: letters, digits, `.`, `_` and `-`, starting with a letter or digit. It is
/// also a file name in the tracker's tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GateKey(String);

impl GateKey {
    /// Reads a key.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        text::check_key("gate key", text)?;
        Ok(Self(text.to_owned()))
    }

    /// The key as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for GateKey {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::parse(text)
    }
}

impl Borrow<str> for GateKey {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// What a gate holds up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum GateStage {
    /// Starting: an issue is not ready until it passed.
    Pre,
    /// Finishing: an issue is not done until it passed.
    #[default]
    Post,
}

impl GateStage {
    /// The word that is stored and printed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pre => "pre",
            Self::Post => "post",
        }
    }
}

impl fmt::Display for GateStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What the project knows of a gate: an entry of the registry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GateDefinition {
    /// For people; the key is shown where there is none.
    pub title: Option<String>,
    /// What it checks.
    pub description: String,
    /// What it holds up.
    pub stage: GateStage,
    /// Whether a machine rather than a person is to pass it. Informs; does not restrict.
    pub auto: bool,
    /// The program that decides, for `jit gate check`.
    pub checker: Option<Checker>,
    /// Values a merge could not keep.
    pub conflicts: Vec<Conflict>,
    /// Keys of a newer version.
    pub extra: Extra,
}

/// A program that decides whether an issue passes a gate: exit status 0 passes.
#[derive(Clone, Debug, PartialEq)]
pub struct Checker {
    /// A shell command, run at the top of the working tree.
    pub command: String,
    /// Seconds it may take; the project's `gate.timeout` where absent.
    pub timeout_secs: Option<u64>,
    /// Keys of a newer version.
    pub extra: Extra,
}

/// How a required gate stands on one issue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GateState {
    /// The last report.
    pub status: GateStatus,
    /// Who reported it.
    pub by: Option<AgentId>,
    /// When.
    pub at: Option<Timestamp>,
    /// Keys of a newer version.
    pub extra: Extra,
}

/// The last report on a gate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum GateStatus {
    /// No report yet.
    #[default]
    Pending,
    /// It passed.
    Passed,
    /// It failed.
    Failed,
}

impl GateStatus {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Passed, Self::Failed];

    /// The word that is stored and printed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Passed => "passed",
            Self::Failed => "failed",
        }
    }
}

/// A report on a gate, by hand or from a checker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GateResult {
    /// It passed.
    Passed,
    /// It failed, perhaps with a reason.
    Failed {
        /// Why, for the log.
        reason: Option<String>,
    },
}

/// The stage of `key` according to the registry. A key that is not registered acts as a
/// manual post gate.
pub fn stage(tracker: &Tracker, key: &GateKey) -> GateStage {
    stage_in(&tracker.gates, key)
}

/// The same, of the registry alone.
pub fn stage_in(gates: &BTreeMap<GateKey, GateDefinition>, key: &GateKey) -> GateStage {
    gates.get(key).map_or(GateStage::Post, |definition| definition.stage)
}

/// The gates of `issue` at `stage` that have not passed.
pub fn pending<'a>(
    tracker: &'a Tracker,
    issue: &'a Issue,
    at: GateStage,
) -> impl Iterator<Item = (&'a GateKey, &'a GateState)> {
    issue
        .gates
        .iter()
        .filter(move |(key, state)| stage(tracker, key) == at && state.status != GateStatus::Passed)
}

/// Puts a gate into the registry.
pub fn define(draft: &mut Draft, key: &GateKey, definition: GateDefinition) -> Result<(), Refusal> {
    if draft.tracker().gates.contains_key(key) {
        return Err(Refusal::GateExists { key: key.clone() });
    }
    put_definition(draft, key, definition)
}

/// Replaces a gate's entry in the registry.
pub fn redefine(draft: &mut Draft, key: &GateKey, definition: GateDefinition) -> Result<(), Refusal> {
    match draft.tracker().gates.get(key) {
        None => Err(Refusal::GateNotFound { key: key.clone() }),
        Some(current) if *current == definition => Ok(()),
        Some(_) => put_definition(draft, key, definition),
    }
}

fn put_definition(draft: &mut Draft, key: &GateKey, definition: GateDefinition) -> Result<(), Refusal> {
    if let Some(title) = &definition.title {
        text::check_title(title)?;
    }
    text::check_text("description", &definition.description)?;
    if definition.checker.as_ref().is_some_and(|checker| checker.command.trim().is_empty()) {
        return Err(Refusal::invalid("checker", "the command is empty"));
    }
    draft.put_gate(key.clone(), definition.clone());
    draft.record(None, EventKind::GateDefined { key: key.clone(), definition: Box::new(definition) });
    Ok(())
}

/// Takes a gate out of the registry. Issues that require it keep it, as a manual post gate.
pub fn undefine(draft: &mut Draft, key: &GateKey) -> Result<(), Refusal> {
    if !draft.tracker().gates.contains_key(key) {
        return Err(Refusal::GateNotFound { key: key.clone() });
    }
    draft.remove_gate(key);
    draft.record(None, EventKind::GateUndefined { key: key.clone() });
    Ok(())
}

/// Refuses a key that is not registered where the project wants only registered ones.
pub fn check_registered(tracker: &Tracker, key: &GateKey) -> Result<(), Refusal> {
    if tracker.settings.strict_gates && !tracker.gates.contains_key(key) {
        return Err(Refusal::GateNotRegistered { key: key.clone() });
    }
    Ok(())
}

/// Makes issue `id` require a gate.
pub fn add(draft: &mut Draft, id: IssueId, key: &GateKey) -> Result<(), Refusal> {
    check_registered(draft.tracker(), key)?;
    let issue = draft.issue(id)?;
    if issue.gates.contains_key(key) {
        return Err(Refusal::GateAlreadyRequired { issue: id, key: key.clone() });
    }
    if issue.state.is_finished() {
        return Err(Refusal::Finished { issue: id, state: issue.state, action: "require another gate" });
    }
    draft.edit(id)?.gates.insert(key.clone(), GateState::default());
    draft.record(Some(id), EventKind::GateAdded { key: key.clone() });
    Ok(())
}

/// Makes issue `id` not require a gate any more; may complete a gated issue.
pub fn remove(draft: &mut Draft, id: IssueId, key: &GateKey) -> Result<(), Refusal> {
    if !draft.issue(id)?.gates.contains_key(key) {
        return Err(Refusal::GateNotRequired { issue: id, key: key.clone() });
    }
    draft.edit(id)?.gates.remove(key);
    draft.record(Some(id), EventKind::GateRemoved { key: key.clone() });
    transition::complete_if_gates_passed(draft, id)
}

/// Records a report on a gate that issue `id` requires. The last gate to pass completes a
/// gated issue.
pub fn report(draft: &mut Draft, id: IssueId, key: &GateKey, result: GateResult) -> Result<(), Refusal> {
    let issue = draft.issue(id)?;
    if !issue.gates.contains_key(key) {
        return Err(Refusal::GateNotRequired { issue: id, key: key.clone() });
    }
    if issue.state == State::Done && result != GateResult::Passed {
        return Err(Refusal::Finished { issue: id, state: issue.state, action: "fail a gate" });
    }
    let (status, event) = match result {
        GateResult::Passed => (GateStatus::Passed, EventKind::GatePassed { key: key.clone() }),
        GateResult::Failed { reason } => {
            (GateStatus::Failed, EventKind::GateFailed { key: key.clone(), reason })
        }
    };
    let stamp = draft.stamp().clone();
    let state = draft.edit(id)?.gates.entry(key.clone()).or_default();
    state.status = status;
    state.by = Some(stamp.by);
    state.at = Some(stamp.at);
    draft.record(Some(id), event);
    transition::complete_if_gates_passed(draft, id)
}
