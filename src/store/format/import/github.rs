//! Issues of GitHub, as `gh issue list --json …` prints them and as its REST interface
//! answers: the same facts under different names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::object::{self, Object, context_key};
use super::{Reading, people};
use crate::model::import::{Foreign, ForeignComment, Incoming, Link, Note, Role, Standing};
use crate::model::{AgentId, Priority, Refusal, State, Timestamp, origin};

/// What stands before the context keys.
const FROM: &str = "github";
/// A pull request is no issue.
const PULL_REQUEST: &str = "pull_request";

/// Reads one issue.
pub(super) fn read(reading: &mut Reading<'_>, mut object: Object) -> Result<Option<Incoming>, Refusal> {
    let Some(number) = object.text("number", "id")? else {
        return Err(Refusal::invalid("number", "it is missing"));
    };
    if object.take(PULL_REQUEST, "id").is_some() {
        let note = Note { id: format!("#{number}"), text: "left out: it is a pull request".to_owned() };
        reading.batch.left_out.push(note);
        return Ok(None);
    }
    let mut own = own(&mut object)?;
    let mut context = BTreeMap::new();
    let mut adapted = Vec::new();
    let silent_on = silent_on(&object);
    let title = object.title(FROM, &mut adapted, &mut context)?;
    let names: Vec<Value> = object.list("labels", "labels")?.into_iter().filter_map(label_name).collect();
    let (mut labels, is_changed) = object::labels(names.clone())?;
    if let Some(priority) = own.priority {
        labels.remove(&format!("priority:{priority}"));
    }
    if is_changed {
        adapted.push("labels do not fit; all of them are in github.labels".to_owned());
        context.insert(context_key(FROM, "labels"), object::aside(Value::Array(names)));
    }
    let standing = standing(&mut object, own.is_started, &mut context)?;
    if own.id.as_deref().is_some_and(origin::is_own) {
        object.drop_key("closedAt", "it follows from the state");
        context.remove(&context_key(FROM, "state_reason"));
    }
    let foreign = Foreign {
        id: own_name(reading, own.id.take().unwrap_or_else(|| format!("#{number}"))),
        title,
        description: object.text("body", "description")?.unwrap_or_default(),
        issue_type: own.issue_type.take().or_else(|| issue_type(&mut object, &labels)),
        standing,
        priority: own.priority.unwrap_or_else(|| priority(&labels)),
        labels,
        assignee: assignee(&mut object, &mut context)?,
        created_by: login(object.take("author", "created"))
            .or(login(object.take("user", "created")))
            .map(|login| people::agent(&login)),
        created_at: either_time(&mut object, ["createdAt", "created_at"], "created")?,
        updated_at: either_time(&mut object, ["updatedAt", "updated_at"], "updated")?,
        comments: comments(&mut object)?,
        links: links(reading, &mut object, own.blocked_by)?,
        adapted,
        silent_on,
        context: BTreeMap::new(),
    };
    object.keep_rest(reading, FROM, &mut context);
    Ok(Some(Incoming::Foreign(Box::new(Foreign { context, ..foreign }))))
}

/// `gh` prints the fields that it is asked for. Of dependencies neither says anything.
fn silent_on(object: &Object) -> BTreeSet<&'static str> {
    let fields = [
        ("body", "description"),
        ("labels", "labels"),
        ("assignees", "assignee"),
        ("state", "state"),
        ("labels", "priority"),
        ("labels", "type"),
    ];
    let missing = fields.into_iter().filter(|(key, _)| !object.has(key)).map(|(_, field)| field);
    let no_links = (!object.has("blockedBy")).then_some("dependencies");
    missing.chain(no_links).collect()
}

fn label_name(label: Value) -> Option<Value> {
    match label {
        Value::Object(mut label) => label.remove("name").filter(Value::is_string),
        Value::String(_) => Some(label),
        _ => None,
    }
}

/// The name of a type of issues, or one of the labels that GitHub gives every repository.
fn issue_type(object: &mut Object, labels: &BTreeSet<String>) -> Option<String> {
    let named = match object.take("type", "type").or(object.take("issueType", "type")) {
        Some(Value::Object(named)) => named.get("name").and_then(Value::as_str).map(str::to_lowercase),
        Some(Value::String(name)) => Some(name.to_lowercase()),
        _ => None,
    };
    let usual = [("bug", "bug"), ("enhancement", "feature")];
    named.or_else(|| {
        usual.into_iter().find(|(label, _)| labels.contains(*label)).map(|(_, name)| name.to_owned())
    })
}

/// Labels like `P1`, `priority:high` or `priority/high` say how urgent an issue is.
fn priority(labels: &BTreeSet<String>) -> Priority {
    let of = |label: &String| {
        let label = label.to_lowercase();
        let word = label
            .strip_prefix("priority")
            .map_or(label.as_str(), |rest| rest.trim_start_matches([':', '/', '-', ' ']));
        let is_named = word.len() < label.len();
        match word {
            "p0" => Some(Priority::Critical),
            "p1" => Some(Priority::High),
            "p2" => Some(Priority::Normal),
            "p3" | "p4" => Some(Priority::Low),
            "critical" | "urgent" if is_named => Some(Priority::Critical),
            "medium" if is_named => Some(Priority::Normal),
            word if is_named => word.parse().ok(),
            _ => None,
        }
    };
    labels.iter().filter_map(of).min().unwrap_or_default()
}

fn standing(
    object: &mut Object,
    is_started: bool,
    context: &mut BTreeMap<String, String>,
) -> Result<Standing, Refusal> {
    let state = object.text("state", "state")?.unwrap_or_else(|| "open".to_owned()).to_lowercase();
    let reason = match object.text("stateReason", "state")? {
        Some(reason) => Some(reason),
        None => object.text("state_reason", "state")?,
    };
    let reason = reason.unwrap_or_default().to_lowercase();
    if !reason.is_empty() {
        context.insert(context_key(FROM, "state_reason"), reason.clone());
    }
    match state.as_str() {
        "open" if is_started => Ok(Standing::InProgress),
        "open" => Ok(Standing::Open),
        "closed" if ["not_planned", "duplicate"].contains(&reason.as_str()) => Ok(Standing::Rejected),
        "closed" => Ok(Standing::Done),
        _ => Err(Refusal::invalid("state", format!("{state:?} is neither open nor closed"))),
    }
}

/// The first of those assigned; the others are kept aside.
fn assignee(object: &mut Object, context: &mut BTreeMap<String, String>) -> Result<Option<AgentId>, Refusal> {
    let single = login(object.take("assignee", "assignee"));
    let logins: Vec<String> =
        object.list("assignees", "assignee")?.into_iter().filter_map(|user| login(Some(user))).collect();
    if logins.len() > 1 {
        context.insert(context_key(FROM, "assignees"), logins.join(" "));
    }
    Ok(logins.into_iter().next().or(single).map(|login| people::agent(&login)))
}

fn login(user: Option<Value>) -> Option<String> {
    match user? {
        Value::Object(mut user) => match user.remove("login")? {
            Value::String(login) if !login.is_empty() => Some(login),
            _ => None,
        },
        Value::String(login) => Some(login).filter(|login| !login.is_empty()),
        _ => None,
    }
}

fn either_time(
    object: &mut Object,
    keys: [&str; 2],
    field: &'static str,
) -> Result<Option<Timestamp>, Refusal> {
    for key in keys {
        if let Some(at) = object.time(key, field)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// What an export of jit's says of dependencies.
fn links(reading: &Reading<'_>, object: &mut Object, own: Option<Vec<String>>) -> Result<Vec<Link>, Refusal> {
    let link = |to| Link { to, kind: "blockedBy".to_owned(), role: Role::WaitsFor };
    let mut links = Vec::new();
    for number in object.list("blockedBy", "dependencies")? {
        let Some(number) = number.as_u64() else {
            return Err(Refusal::invalid("blockedBy", "it is not a list of numbers"));
        };
        links.push(link(reading.name(&format!("#{number}"))));
    }
    Ok(own.map_or(links, |ids| ids.into_iter().map(|id| link(own_name(reading, id))).collect()))
}

/// What an export of jit's says beside GitHub's fields.
#[derive(Default)]
struct Own {
    id: Option<String>,
    issue_type: Option<String>,
    /// The priority that a label stands for which the issue does not have.
    priority: Option<Priority>,
    is_started: bool,
    blocked_by: Option<Vec<String>>,
}

fn own(object: &mut Object) -> Result<Own, Refusal> {
    let mut own = match object.take("jit", "id") {
        None => return Ok(Own::default()),
        Some(Value::Object(map)) => Object::new(map),
        Some(_) => return Err(Refusal::invalid("jit", "it is not an object")),
    };
    let id = |id| match id {
        Value::String(id) => Ok(id),
        _ => Err(Refusal::invalid("jit.blockedBy", "it is not a list of ids")),
    };
    let has_links = own.has("blockedBy");
    let blocked_by: Vec<Value> = own.list("blockedBy", "dependencies")?;
    let blocked_by = blocked_by.into_iter().map(id).collect::<Result<Vec<String>, Refusal>>()?;
    Ok(Own {
        id: own.text("id", "id")?,
        issue_type: own.text("type", "type")?,
        priority: own.text("priority", "priority")?.map(|word| word.parse()).transpose()?,
        is_started: own.text("state", "state")?.is_some_and(|word| word == State::InProgress.as_str()),
        blocked_by: has_links.then_some(blocked_by),
    })
}

/// An id of jit's own as it is, and any other as it is known here.
fn own_name(reading: &Reading<'_>, id: String) -> String {
    if origin::is_own(&id) { id } else { reading.name(&id) }
}

/// The REST interface only says how many there are.
fn comments(object: &mut Object) -> Result<Vec<ForeignComment>, Refusal> {
    let mut comments = Vec::new();
    match object.take("comments", "comments") {
        Some(Value::Array(items)) => {
            for (index, item) in items.into_iter().enumerate() {
                let Value::Object(map) = item else {
                    return Err(Refusal::invalid("comments", "it is not a list of objects"));
                };
                let mut comment = Object::new(map);
                let by =
                    login(comment.take("author", "comments")).or(login(comment.take("user", "comments")));
                comments.push(ForeignComment {
                    id: comment.text("id", "comments")?.unwrap_or_else(|| index.to_string()),
                    by: people::agent(&by.unwrap_or_default()),
                    at: either_time(&mut comment, ["createdAt", "created_at"], "comments")?
                        .unwrap_or(Timestamp::UNIX_EPOCH),
                    body: comment.text("body", "comments")?.unwrap_or_default(),
                });
            }
        }
        Some(Value::Number(_)) | None => {}
        Some(_) => return Err(Refusal::invalid("comments", "it is not a list")),
    }
    comments.sort_by_key(|comment| comment.at);
    Ok(comments)
}
