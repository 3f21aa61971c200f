//! Values that merges could not keep, and settling them.
//!
//! A conflict stays on what it is about (an issue, a gate of the registry, the settings) until
//! somebody decides. Whatever is taken goes through the same rules as any other change, so
//! that settling never stores what could not be entered.

use std::fmt;

use uuid::Uuid;

use super::event::Taken;
use super::query::parse_assignee;
use super::settings::{self, SettingKey};
use super::state::{StateRequest, Status};
use super::update::{self, Update};
use super::{
    Checker, Conflict, ConflictPlace, Draft, EventKind, Extra, GateDefinition, GateKey, GateResult,
    GateStage, IdPrefix, IssueId, Refusal, Tracker, gate, transition,
};

/// What people type for the settings where they name what a conflict is about.
pub const SETTINGS: &str = "config";
/// What people type before a gate key that could be read as an id.
pub const GATE_PREFIX: &str = "gate:";

impl ConflictPlace {
    /// What names it on a command line.
    pub fn name(&self) -> String {
        match self {
            Self::Issue(id) => id.short(),
            Self::Gate(key) if IdPrefix::parse(key.as_str()).is_ok() || key.as_str() == SETTINGS => {
                format!("{GATE_PREFIX}{key}")
            }
            Self::Gate(key) => key.to_string(),
            Self::Settings => SETTINGS.to_owned(),
        }
    }

    /// Its conflicts in `tracker`.
    pub fn conflicts<'a>(&self, tracker: &'a Tracker) -> &'a [Conflict] {
        match self {
            Self::Issue(id) => tracker.issues.get(id).map_or(&[], |issue| &issue.conflicts),
            Self::Gate(key) => tracker.gates.get(key).map_or(&[], |gate| &gate.conflicts),
            Self::Settings => &tracker.settings.conflicts,
        }
    }
}

/// As people read it: `3f2a9c1e`, `gate unit-tests`, `config`.
impl fmt::Display for ConflictPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Issue(id) => f.write_str(&id.short()),
            Self::Gate(key) => write!(f, "gate {key}"),
            Self::Settings => f.write_str(SETTINGS),
        }
    }
}

/// A conflict and what it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    /// What it is about.
    pub place: ConflictPlace,
    /// The conflict.
    pub conflict: Conflict,
}

/// Which conflicts of one place are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// The only one there is.
    Only,
    /// The one in this field, or whose id begins with this.
    Named(String),
    /// All.
    All,
}

/// What is to stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Take {
    /// What stands now: the value upstream had, unless it was changed since the merge.
    Upstream,
    /// The value that was put aside.
    Local,
    /// Another value, as text.
    Value(String),
}

/// The first digits of a conflict's id, for people to read.
pub fn short_id(conflict: &Conflict) -> String {
    let mut digits = conflict.id.simple().to_string();
    digits.truncate(8);
    digits
}

/// Every conflict of `tracker`: those of issues in the order of lists, of gates by key, of
/// the settings.
pub fn all(tracker: &Tracker) -> Vec<Located> {
    let issues = tracker.ranked().into_iter().map(|issue| ConflictPlace::Issue(issue.id));
    let gates = tracker.gates.keys().cloned().map(ConflictPlace::Gate);
    let places = issues.chain(gates).chain([ConflictPlace::Settings]);
    places.flat_map(|place| of(tracker, &place)).collect()
}

/// How many conflicts `tracker` has.
pub fn count(tracker: &Tracker) -> usize {
    let issues: usize = tracker.issues.values().map(|issue| issue.conflicts.len()).sum();
    let gates: usize = tracker.gates.values().map(|gate| gate.conflicts.len()).sum();
    issues + gates + tracker.settings.conflicts.len()
}

fn of(tracker: &Tracker, place: &ConflictPlace) -> Vec<Located> {
    let located = |conflict: &Conflict| Located { place: place.clone(), conflict: conflict.clone() };
    place.conflicts(tracker).iter().map(located).collect()
}

/// The conflicts that `typed` names, at least one: all of an issue (its id or prefix), the one
/// with that id or prefix, all of a gate (its key, or `gate:<key>`), or `config`. What an
/// issue's id begins with is never read as anything else.
pub fn find(tracker: &Tracker, typed: &str) -> Result<Vec<Located>, Refusal> {
    let found = match (typed.strip_prefix(GATE_PREFIX), IdPrefix::parse(typed)) {
        (Some(key), _) => of(tracker, &ConflictPlace::Gate(GateKey::parse(key)?)),
        (None, Ok(prefix)) => match issue_of(tracker, &prefix)? {
            Some(id) => return some_of(tracker, ConflictPlace::Issue(id)),
            None => with_id(tracker, typed, &prefix)?,
        },
        (None, Err(_)) if typed == SETTINGS => return some_of(tracker, ConflictPlace::Settings),
        (None, Err(_)) => Vec::new(),
    };
    if !found.is_empty() {
        return Ok(found);
    }
    match GateKey::parse(typed.strip_prefix(GATE_PREFIX).unwrap_or(typed)) {
        Ok(key) if tracker.gates.contains_key(&key) => some_of(tracker, ConflictPlace::Gate(key)),
        Ok(_) | Err(_) => Err(Refusal::ConflictNotFound { place: None, named: Some(typed.to_owned()) }),
    }
}

/// The issue that a prefix names, if any; an issue that cannot be read is a refusal.
fn issue_of(tracker: &Tracker, prefix: &IdPrefix) -> Result<Option<IssueId>, Refusal> {
    let damaged = tracker.damaged.iter().filter_map(super::Damage::issue);
    match prefix.resolve(tracker.issues.keys().copied().chain(damaged)) {
        Ok(id) => Ok(Some(tracker.issue(id)?.id)),
        Err(Refusal::IssueNotFound { .. }) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

fn with_id(tracker: &Tracker, typed: &str, prefix: &IdPrefix) -> Result<Vec<Located>, Refusal> {
    let mut found = all(tracker);
    found.retain(|located| has_id(&located.conflict, prefix));
    match found.len() {
        0 | 1 => Ok(found),
        _ => Err(ambiguous(typed, &found)),
    }
}

fn has_id(conflict: &Conflict, prefix: &IdPrefix) -> bool {
    conflict.id.simple().to_string().starts_with(prefix.as_str())
}

fn some_of(tracker: &Tracker, place: ConflictPlace) -> Result<Vec<Located>, Refusal> {
    let found = of(tracker, &place);
    if found.is_empty() {
        return Err(Refusal::ConflictNotFound { place: Some(place), named: None });
    }
    Ok(found)
}

/// Those of `found` that are meant, at least one. `found` must not be empty.
pub fn choose(found: Vec<Located>, which: &Which) -> Result<Vec<Located>, Refusal> {
    let name = found.first().map(|located| located.place.name()).unwrap_or_default();
    let chosen: Vec<Located> = match which {
        Which::All => return Ok(found),
        Which::Only => found,
        Which::Named(named) => {
            let place = found.first().map(|located| located.place.clone());
            let chosen = called(found, named);
            if chosen.is_empty() {
                return Err(Refusal::ConflictNotFound { place, named: Some(named.clone()) });
            }
            chosen
        }
    };
    if chosen.len() > 1 { Err(ambiguous(&name, &chosen)) } else { Ok(chosen) }
}

/// Those in a field of that name, else those whose id begins so.
fn called(found: Vec<Located>, named: &str) -> Vec<Located> {
    let (in_field, others): (Vec<Located>, Vec<Located>) =
        found.into_iter().partition(|located| located.conflict.field == named);
    match IdPrefix::parse(named) {
        Ok(prefix) if in_field.is_empty() => {
            others.into_iter().filter(|located| has_id(&located.conflict, &prefix)).collect()
        }
        _ => in_field,
    }
}

fn ambiguous(typed: &str, found: &[Located]) -> Refusal {
    let conflicts = found.iter().map(|located| (located.conflict.field.clone(), short_id(&located.conflict)));
    Refusal::ConflictAmbiguous { typed: typed.to_owned(), conflicts: conflicts.collect() }
}

/// Settles the conflict `id` of `place`: what is taken stands afterwards, and the conflict is
/// gone. An edge that is taken back needs all that the other issue depends on.
pub fn resolve(draft: &mut Draft, place: &ConflictPlace, id: Uuid, take: &Take) -> Result<(), Refusal> {
    let conflict = place.conflicts(draft.tracker()).iter().find(|conflict| conflict.id == id).cloned();
    let conflict = conflict.ok_or_else(|| {
        let named = Some(id.to_string());
        Refusal::ConflictNotFound { place: Some(place.clone()), named }
    })?;
    remove(draft, place, id)?;
    let (taken, value) = match take {
        Take::Upstream => (Taken::Upstream, standing(draft.tracker(), place, &conflict)),
        Take::Local => (Taken::Local, conflict.local.clone()),
        Take::Value(value) => (Taken::Value, Some(value.clone())),
    };
    let (place_of, field) = (place.clone(), conflict.field.clone());
    let event =
        EventKind::ConflictResolved { place: place_of, conflict: id, field, value: value.clone(), taken };
    draft.record(place.issue(), event);
    if *take == Take::Upstream {
        return Ok(());
    }
    match place {
        ConflictPlace::Issue(issue) => set_field(draft, *issue, &conflict, value.as_deref()),
        ConflictPlace::Gate(key) => set_gate_field(draft, key, &conflict.field, value),
        ConflictPlace::Settings => set_setting(draft, &conflict.field, value),
    }
}

fn remove(draft: &mut Draft, place: &ConflictPlace, id: Uuid) -> Result<(), Refusal> {
    match place {
        ConflictPlace::Issue(issue) => draft.edit(*issue)?.conflicts.retain(|conflict| conflict.id != id),
        ConflictPlace::Gate(key) => {
            let mut gate = gate_of(draft, key)?;
            gate.conflicts.retain(|conflict| conflict.id != id);
            draft.put_gate(key.clone(), gate);
        }
        ConflictPlace::Settings => {
            let mut settings = draft.tracker().settings.clone();
            settings.conflicts.retain(|conflict| conflict.id != id);
            draft.put_settings(settings);
        }
    }
    Ok(())
}

fn gate_of(draft: &Draft, key: &GateKey) -> Result<GateDefinition, Refusal> {
    let gate = draft.tracker().gates.get(key).cloned();
    gate.ok_or_else(|| Refusal::GateNotFound { key: key.clone() })
}

/// What stands now in the field of `conflict`, as text; what the merge let stand where this
/// version cannot tell.
pub fn standing(tracker: &Tracker, place: &ConflictPlace, conflict: &Conflict) -> Option<String> {
    let merged = || conflict.upstream.clone();
    match place {
        ConflictPlace::Issue(id) => {
            tracker.issues.get(id).map_or_else(merged, |issue| match conflict.field.as_str() {
                "title" => Some(issue.title.clone()),
                "description" => Some(issue.description.clone()).filter(|text| !text.is_empty()),
                "type" => Some(issue.issue_type.clone()),
                "priority" => Some(issue.priority.to_string()),
                "assignee" => issue.assignee.as_ref().map(ToString::to_string),
                "state" => Some(issue.state.to_string()),
                field => match field.split_once('.') {
                    Some(("context", key)) => issue.context.get(key).cloned(),
                    Some(("gates", key)) => {
                        issue.gates.get(key).map(|state| state.status.as_str().to_owned())
                    }
                    _ => merged(),
                },
            })
        }
        ConflictPlace::Gate(key) => {
            tracker.gates.get(key).map_or_else(merged, |gate| match conflict.field.as_str() {
                "title" => gate.title.clone(),
                "description" => Some(gate.description.clone()).filter(|text| !text.is_empty()),
                "stage" => Some(gate.stage.to_string()),
                "auto" => Some(gate.auto.to_string()),
                _ => merged(),
            })
        }
        ConflictPlace::Settings => match SettingKey::parse(&conflict.field) {
            Ok(key) => Some(tracker.settings.get(key)),
            Err(_) => merged(),
        },
    }
}

/// Makes `value` stand in the field of an issue; absent empties it.
fn set_field(
    draft: &mut Draft,
    id: IssueId,
    conflict: &Conflict,
    value: Option<&str>,
) -> Result<(), Refusal> {
    let text = || value.unwrap_or_default().to_owned();
    let mut change = Update::default();
    match conflict.field.as_str() {
        "title" => change.title = Some(text()),
        "description" => change.description = Some(text()),
        "type" => change.issue_type = Some(text()),
        "priority" => change.priority = Some(text().parse()?),
        "assignee" => change.assignee = Some(value.map_or(Ok(None), parse_assignee)?),
        "state" => return set_state(draft, id, &text()),
        "dependencies" => match (value, &conflict.upstream) {
            (Some(on), _) => change.add_dependencies.push(IdPrefix::parse(on)?),
            (None, Some(on)) => change.remove_dependencies.push(IdPrefix::parse(on)?),
            (None, None) => {}
        },
        field => match (field.split_once('.'), value) {
            (Some(("context", key)), Some(value)) => {
                change.set_context.push((key.to_owned(), value.to_owned()));
            }
            (Some(("context", key)), None) => change.remove_context.push(key.to_owned()),
            (Some(("gates", key)), value) => return set_gate(draft, id, &GateKey::parse(key)?, value),
            (Some(("comments", _)), _) => {
                let reason =
                    "a remark is never changed; '--take upstream' keeps it, 'jit comment' adds another";
                return Err(Refusal::invalid(field, reason));
            }
            _ => return Err(unknown(field)),
        },
    }
    update::update(draft, id, &change, || unreachable!("no state is asked for"))
}

/// Moves an issue to a state as [`transition::request`] allows it. One that is finished
/// otherwise is opened first: somebody decides anew how it ended.
fn set_state(draft: &mut Draft, id: IssueId, state: &str) -> Result<(), Refusal> {
    let to: StateRequest = state.parse()?;
    if to == StateRequest::Status(Status::InProgress) {
        // Who holds an issue is settled between all clones, never by one of them alone.
        let reason = "in_progress is taken by a claim; take 'open' here, and 'jit issue claim' the issue";
        return Err(Refusal::invalid("state", reason));
    }
    let before = draft.issue(id)?.state;
    let claimant = draft.stamp().by.clone();
    let mut request = |to| {
        transition::request(draft, id, to, claimant.clone(), || unreachable!("claims were refused above"))
    };
    if before.is_finished() && before.as_str() != state {
        request(StateRequest::Open)?;
    }
    request(to)?;
    let gates = transition::pending_gates(draft, id)?;
    if to == StateRequest::Status(Status::Done) && !gates.is_empty() {
        draft.warn(Refusal::GatesPending { issue: id, gates }.to_string());
    }
    Ok(())
}

/// Makes a gate of an issue stand as `value` says; absent, the issue does not require it.
fn set_gate(draft: &mut Draft, id: IssueId, key: &GateKey, value: Option<&str>) -> Result<(), Refusal> {
    let required = draft.issue(id)?.gates.get(key).map(|state| state.status);
    let Some(word) = value else {
        return if required.is_some() { gate::remove(draft, id, key) } else { Ok(()) };
    };
    if required.is_none() {
        gate::add(draft, id, key)?;
    }
    if required.unwrap_or_default().as_str() == word {
        return Ok(());
    }
    let result = match word {
        "passed" => GateResult::Passed,
        "failed" => GateResult::Failed { reason: None },
        _ => {
            let reason = format!("{word:?} cannot be reported; passed and failed can");
            return Err(Refusal::invalid(format!("gates.{key}"), reason));
        }
    };
    gate::report(draft, id, key, result)
}

fn set_gate_field(
    draft: &mut Draft,
    key: &GateKey,
    field: &str,
    value: Option<String>,
) -> Result<(), Refusal> {
    let mut gate = gate_of(draft, key)?;
    match field {
        "title" => gate.title = value,
        "description" => gate.description = value.unwrap_or_default(),
        "stage" => gate.stage = stage(value.as_deref())?,
        "auto" => gate.auto = auto(value.as_deref())?,
        "checker" => gate.checker = value.map(|command| checker(gate.checker, command)),
        "checker.timeout" => match &mut gate.checker {
            Some(checker) => checker.timeout_secs = value.as_deref().map(timeout).transpose()?,
            None => return Err(Refusal::NoChecker { key: key.clone() }),
        },
        _ => return Err(unknown(field)),
    }
    gate::redefine(draft, key, gate)
}

fn stage(value: Option<&str>) -> Result<GateStage, Refusal> {
    let Some(word) = value else { return Ok(GateStage::default()) };
    let known = [GateStage::Pre, GateStage::Post].into_iter().find(|stage| stage.as_str() == word);
    known.ok_or_else(|| Refusal::invalid("stage", format!("{word:?} is neither pre nor post")))
}

fn auto(value: Option<&str>) -> Result<bool, Refusal> {
    let Some(word) = value else { return Ok(false) };
    word.parse().map_err(|_| Refusal::invalid("auto", format!("{word:?} is neither true nor false")))
}

fn checker(current: Option<Checker>, command: String) -> Checker {
    match current {
        Some(current) => Checker { command, ..current },
        None => Checker { command, timeout_secs: None, extra: Extra::new() },
    }
}

/// Seconds, or a time span such as `20m`.
fn timeout(text: &str) -> Result<u64, Refusal> {
    text.parse().or_else(|_| settings::parse_secs("checker.timeout", text))
}

fn set_setting(draft: &mut Draft, field: &str, value: Option<String>) -> Result<(), Refusal> {
    let Ok(key) = SettingKey::parse(field) else { return Err(unknown(field)) };
    let value = value.unwrap_or_else(|| settings::Settings::default().get(key));
    settings::set(draft, key, &value)
}

/// A field of a newer version: it is kept as it is, and cannot be changed.
fn unknown(field: &str) -> Refusal {
    let reason = "this version of jit does not know the field; '--take upstream' keeps what stands";
    Refusal::invalid(field, reason)
}
