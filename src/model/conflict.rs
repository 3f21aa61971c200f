//! Values that merges could not keep: where they are, and how people name them.
//!
//! A conflict stays on what it is about (an issue, a gate of the registry, the settings) until
//! somebody settles it: see [`super::settle`].

use std::fmt;

use super::template::TemplateName;
use super::{Conflict, ConflictPlace, GateKey, IdPrefix, IssueId, Refusal, Tracker};

/// What people type for the settings where they name what a conflict is about.
pub const SETTINGS: &str = "config";
/// The field of a conflict that says that one side deleted what the other changed.
pub const DELETED: &str = "deleted";
/// What stands in that field: it is still there.
pub const IS_KEPT: &str = "no";
/// What was put aside: it was deleted.
pub const IS_DELETED: &str = "yes";
/// What people type before a gate key that could be read as an id.
pub const GATE_PREFIX: &str = "gate:";
/// What people type before the name of a template.
pub const TEMPLATE_PREFIX: &str = "template:";

impl ConflictPlace {
    /// What names it on a command line.
    pub fn name(&self) -> String {
        match self {
            Self::Issue(id) => id.short(),
            Self::Gate(key) if IdPrefix::parse(key.as_str()).is_ok() || key.as_str() == SETTINGS => {
                format!("{GATE_PREFIX}{key}")
            }
            Self::Gate(key) => key.to_string(),
            Self::Template(name) => format!("{TEMPLATE_PREFIX}{name}"),
            Self::Settings => SETTINGS.to_owned(),
        }
    }

    /// Its conflicts in `tracker`.
    pub fn conflicts<'a>(&self, tracker: &'a Tracker) -> &'a [Conflict] {
        match self {
            Self::Issue(id) => tracker.issues.get(id).map_or(&[], |issue| &issue.conflicts),
            Self::Gate(key) => tracker.gates.get(key).map_or(&[], |gate| &gate.conflicts),
            Self::Template(name) => tracker.templates.get(name).map_or(&[], |template| &template.conflicts),
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
            Self::Template(name) => write!(f, "template {name}"),
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

/// The first digits of a conflict's id, for people to read.
pub fn short_id(conflict: &Conflict) -> String {
    let mut digits = conflict.id.simple().to_string();
    digits.truncate(8);
    digits
}

/// Every conflict of `tracker`: those of issues in the order of lists, of gates by key, of
/// templates by name, of the settings.
pub fn all(tracker: &Tracker) -> Vec<Located> {
    let issues = tracker.ranked().into_iter().map(|issue| ConflictPlace::Issue(issue.id));
    let gates = tracker.gates.keys().cloned().map(ConflictPlace::Gate);
    let templates = tracker.templates.keys().cloned().map(ConflictPlace::Template);
    let places = issues.chain(gates).chain(templates).chain([ConflictPlace::Settings]);
    places.flat_map(|place| of(tracker, &place)).collect()
}

/// How many conflicts `tracker` has.
pub fn count(tracker: &Tracker) -> usize {
    let issues: usize = tracker.issues.values().map(|issue| issue.conflicts.len()).sum();
    let gates: usize = tracker.gates.values().map(|gate| gate.conflicts.len()).sum();
    let templates: usize = tracker.templates.values().map(|template| template.conflicts.len()).sum();
    issues + gates + templates + tracker.settings.conflicts.len()
}

fn of(tracker: &Tracker, place: &ConflictPlace) -> Vec<Located> {
    let located = |conflict: &Conflict| Located { place: place.clone(), conflict: conflict.clone() };
    place.conflicts(tracker).iter().map(located).collect()
}

/// The conflicts that `typed` names, at least one: all of an issue (its id or prefix), the one
/// with that id or prefix, all of a gate (its key, or `gate:<key>`), of a template
/// (`template:<name>`), or `config`. What an
/// issue's id begins with is never read as anything else.
pub fn find(tracker: &Tracker, typed: &str) -> Result<Vec<Located>, Refusal> {
    if let Some(id) = issue_of(tracker, typed)? {
        return some_of(tracker, ConflictPlace::Issue(id));
    }
    if let Some(name) = typed.strip_prefix(TEMPLATE_PREFIX) {
        return some_of(tracker, ConflictPlace::Template(TemplateName::parse(name)?));
    }
    let found = match (typed.strip_prefix(GATE_PREFIX), IdPrefix::parse(typed)) {
        (Some(key), _) => of(tracker, &ConflictPlace::Gate(GateKey::parse(key)?)),
        (None, Ok(prefix)) => with_id(tracker, typed, &prefix)?,
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

/// The issue that `typed` names, if any; an issue that cannot be read is a refusal.
fn issue_of(tracker: &Tracker, typed: &str) -> Result<Option<IssueId>, Refusal> {
    let Ok(prefix) = IdPrefix::parse_any(typed) else { return Ok(None) };
    let damaged = tracker.damaged.iter().filter_map(super::Damage::issue);
    match prefix.resolve(tracker.issues.keys().copied().chain(damaged)) {
        Ok(id) => Ok(Some(tracker.issue(id)?.id)),
        Err(Refusal::IssueNotFound { .. } | Refusal::InvalidId { .. }) => Ok(None),
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::testing::{at, id, tracker};
    use super::super::{AgentId, Extra};
    use super::*;

    fn conflict(n: u128, field: &str) -> Conflict {
        let by = AgentId::human("bob");
        Conflict {
            id: Uuid::from_u128(n << 96),
            field: field.to_owned(),
            upstream: None,
            local: None,
            by,
            at: at(0),
            extra: Extra::new(),
        }
    }

    /// Issue 1 has two conflicts, issue 2 one, the gate `abcd` one.
    fn sample() -> Tracker {
        let mut tracker = tracker(3, &[]);
        let mut put = |n, conflicts: Vec<Conflict>| {
            if let Some(issue) = tracker.issues.get_mut(&id(n)) {
                issue.conflicts = conflicts;
            }
        };
        put(1, vec![conflict(0xa1, "title"), conflict(0xa2, "type")]);
        put(2, vec![conflict(0xa3, "title")]);
        let gate =
            super::super::GateDefinition { conflicts: vec![conflict(0xa4, "auto")], ..Default::default() };
        tracker.gates.insert(GateKey::parse("abcd").expect("a key"), gate);
        tracker
    }

    fn found(typed: &str) -> Result<Vec<String>, &'static str> {
        let found = find(&sample(), typed).map_err(|refusal| refusal.code())?;
        Ok(found.iter().map(|located| format!("{} of {}", located.conflict.field, located.place)).collect())
    }

    #[test]
    fn an_issue_comes_before_a_conflict_and_that_before_a_gate() {
        assert_eq!(found("00000001").unwrap(), ["title of 00000001", "type of 00000001"]);
        assert_eq!(found("000000a2").unwrap(), ["type of 00000001"]);
        assert_eq!(found("abcd").unwrap(), ["auto of gate abcd"]);
        assert_eq!(found("gate:abcd").unwrap(), ["auto of gate abcd"]);
        assert_eq!(found("000000a"), Err("ambiguous_conflict"));
        assert_eq!(found("0000000"), Err("ambiguous_id"));
        for none in ["00000003", "config", "other", "ffff", "gate:other"] {
            assert_eq!(found(none), Err("conflict_not_found"), "{none}");
        }
        assert_eq!((all(&sample()).len(), count(&sample())), (4, 4));
    }

    #[test]
    fn one_of_several_is_chosen_by_its_field_or_its_id() {
        let chosen = |which| {
            let chosen =
                choose(find(&sample(), "00000001").unwrap(), &which).map_err(|refusal| refusal.code())?;
            Ok(chosen.iter().map(|located| located.conflict.field.clone()).collect::<Vec<_>>())
        };
        let named = |text: &str| Which::Named(text.to_owned());
        assert_eq!(chosen(Which::All).unwrap(), ["title", "type"]);
        assert_eq!(chosen(named("type")).unwrap(), ["type"]);
        assert_eq!(chosen(named("000000a1")).unwrap(), ["title"]);
        assert_eq!(chosen(Which::Only), Err("ambiguous_conflict"));
        assert_eq!(chosen(named("000000a3")), Err("conflict_not_found"), "that of another issue");
    }

    #[test]
    fn a_gate_whose_key_looks_like_something_else_says_that_it_is_one() {
        let name = |key: &str| ConflictPlace::Gate(GateKey::parse(key).unwrap()).name();
        assert_eq!([name("unit"), name("cafe"), name("config")], ["unit", "gate:cafe", "gate:config"]);
    }
}
