//! Settling conflicts. Whatever is taken goes through the same rules as any other change, so
//! that settling never stores what could not be entered.

use uuid::Uuid;

use super::conflict::{DELETED, IS_DELETED, IS_KEPT};
use super::event::Taken;
use super::query::parse_assignee;
use super::settings::{self, SettingKey};
use super::state::{StateRequest, Status};
use super::template::{self, Template, TemplateName};
use super::update::{self, Update};
use super::{
    Checker, Conflict, ConflictPlace, Draft, EventKind, Extra, GateDefinition, GateKey, GateResult,
    GateStage, IdPrefix, IssueId, Refusal, Tracker, dependency, gate, transition,
};

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
        ConflictPlace::Template(name) => set_template_field(draft, name, &conflict.field, value),
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
        ConflictPlace::Template(name) => {
            let mut template = template_of(draft, name)?;
            template.conflicts.retain(|conflict| conflict.id != id);
            draft.put_template(name.clone(), template);
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

fn template_of(draft: &Draft, name: &TemplateName) -> Result<Template, Refusal> {
    let template = draft.tracker().templates.get(name).cloned();
    template.ok_or_else(|| Refusal::TemplateNotFound { name: name.clone() })
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
                DELETED => Some(IS_KEPT.to_owned()),
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
                DELETED => Some(IS_KEPT.to_owned()),
                "auto" => Some(gate.auto.to_string()),
                _ => merged(),
            })
        }
        ConflictPlace::Template(name) => tracker.templates.get(name).map_or_else(merged, |template| {
            let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            match conflict.field.as_str() {
                "title" => filled(&template.title),
                "description" => filled(&template.description),
                "type" => template.issue_type.clone(),
                "priority" => Some(template.priority.to_string()),
                DELETED => Some(IS_KEPT.to_owned()),
                field => match field.split_once('.') {
                    Some(("context", key)) => template.context.get(key).cloned(),
                    _ => merged(),
                },
            }
        }),
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
        DELETED if is_to_go(value)? => return dependency::delete(draft, id),
        DELETED => return Ok(()),
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

/// Whether the answer to the question if something is deleted is yes.
fn is_to_go(answer: Option<&str>) -> Result<bool, Refusal> {
    match answer {
        Some(IS_DELETED) => Ok(true),
        Some(IS_KEPT) | None => Ok(false),
        Some(other) => {
            Err(Refusal::invalid(DELETED, format!("{other:?} is neither {IS_DELETED} nor {IS_KEPT}")))
        }
    }
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
    if field == DELETED {
        return if is_to_go(value.as_deref())? { gate::undefine(draft, key) } else { Ok(()) };
    }
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

fn set_template_field(
    draft: &mut Draft,
    name: &TemplateName,
    field: &str,
    value: Option<String>,
) -> Result<(), Refusal> {
    if field == DELETED {
        return if is_to_go(value.as_deref())? { template::remove(draft, name) } else { Ok(()) };
    }
    let mut template = template_of(draft, name)?;
    match field {
        "title" => template.title = value.unwrap_or_default(),
        "description" => template.description = value.unwrap_or_default(),
        "type" => template.issue_type = value,
        "priority" => template.priority = value.unwrap_or_default().parse()?,
        _ => match (field.split_once('.'), value) {
            (Some(("context", key)), Some(value)) => drop(template.context.insert(key.to_owned(), value)),
            (Some(("context", key)), None) => drop(template.context.remove(key)),
            _ => return Err(unknown(field)),
        },
    }
    template::put(draft, name, template, true)
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
