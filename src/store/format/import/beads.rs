//! Issues of the tracker `bd`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::object::{self, Object, context_key};
use super::{Reading, people};
use crate::model::import::{Foreign, ForeignComment, Incoming, Link, PINNED, Role, Standing};
use crate::model::{AgentId, Priority, Refusal, Timestamp};

/// What stands before the context keys.
const FROM: &str = "beads";
/// What `bd` counts for whoever reads its output.
const COUNTS: [&str; 3] = ["dependency_count", "dependent_count", "comment_count"];

/// Reads one issue.
pub(super) fn read(reading: &mut Reading<'_>, mut object: Object) -> Result<Option<Incoming>, Refusal> {
    let Some(id) = object.text("id", "id")? else { return Err(Refusal::invalid("id", "it is missing")) };
    let mut context = BTreeMap::new();
    let mut adapted = Vec::new();
    let title = object.title(FROM, &mut adapted, &mut context)?;
    let (priority, exact) = priority(&mut object)?;
    context.extend(exact.map(|exact| (context_key(FROM, "priority"), exact)));
    let (labels, is_changed) = labels(&mut object, &mut context)?;
    if is_changed {
        adapted.push("labels do not fit; all of them are in beads.labels".to_owned());
    }
    for key in COUNTS {
        object.drop_key(key, "it is counted");
    }
    let links = links(reading, &mut object, &mut context)?;
    let foreign = Foreign {
        id: reading.name(&id),
        title,
        description: object.text("description", "description")?.unwrap_or_default(),
        issue_type: object.text("issue_type", "type")?,
        standing: standing(reading, &mut object, &mut context)?,
        priority,
        labels,
        assignee: person(&mut object, "assignee", "assignee", &mut context)?,
        created_by: person(&mut object, "created_by", "created", &mut context)?,
        created_at: object.time("created_at", "created")?,
        updated_at: object.time("updated_at", "updated")?,
        comments: comments(&mut object)?,
        links,
        adapted,
        silent_on: BTreeSet::new(),
        context: BTreeMap::new(),
    };
    object.keep_rest(reading, FROM, &mut context);
    Ok(Some(Incoming::Foreign(Box::new(Foreign { context, ..foreign }))))
}

/// 0 is the most urgent, 4 the least. The exact one where jit has no such step.
fn priority(object: &mut Object) -> Result<(Priority, Option<String>), Refusal> {
    let Some(text) = object.text("priority", "priority")? else { return Ok((Priority::Normal, None)) };
    match text.as_str() {
        "0" => Ok((Priority::Critical, None)),
        "1" => Ok((Priority::High, None)),
        "2" => Ok((Priority::Normal, None)),
        "3" => Ok((Priority::Low, None)),
        "4" => Ok((Priority::Low, Some(text))),
        _ => Err(Refusal::invalid("priority", format!("{text:?} is none of 0 to 4"))),
    }
}

fn labels(
    object: &mut Object,
    context: &mut BTreeMap<String, String>,
) -> Result<(BTreeSet<String>, bool), Refusal> {
    let items = object.list("labels", "labels")?;
    let given = Value::Array(items.clone());
    let (labels, is_changed) = object::labels(items)?;
    if is_changed {
        context.insert(context_key(FROM, "labels"), object::aside(given));
    }
    Ok((labels, is_changed))
}

fn standing(
    reading: &Reading<'_>,
    object: &mut Object,
    context: &mut BTreeMap<String, String>,
) -> Result<Standing, Refusal> {
    let status = object.text("status", "state")?.unwrap_or_else(|| "open".to_owned());
    let is_pinned = object.has("pinned") && {
        let pinned = object.take("pinned", "gates");
        if let Some(value) = &pinned {
            context.insert(context_key(FROM, "pinned"), object::aside(value.clone()));
        }
        pinned == Some(Value::Bool(true))
    };
    let until = object.time("defer_until", "gates")?;
    if let Some(until) = until {
        context.insert(context_key(FROM, "defer_until"), crate::model::refusal::rfc3339(&until));
    }
    let standing = match status.as_str() {
        "open" if is_pinned => Standing::Held(PINNED.to_owned()),
        "open" if until.is_some_and(|until| until > reading.request.now) => {
            Standing::Held("deferred".to_owned())
        }
        "open" => Standing::Open,
        "in_progress" | "hooked" => Standing::InProgress,
        "closed" => Standing::Done,
        "tombstone" => Standing::Deleted,
        _ => Standing::Held(status.clone()),
    };
    if !["open", "in_progress", "closed"].contains(&status.as_str()) {
        context.insert(context_key(FROM, "status"), object::aside(status.into()));
    }
    Ok(standing)
}

fn person(
    object: &mut Object,
    key: &'static str,
    field: &'static str,
    context: &mut BTreeMap<String, String>,
) -> Result<Option<AgentId>, Refusal> {
    let Some(name) = object.text(key, field)? else { return Ok(None) };
    if !people::is_kept(&name) {
        context.insert(context_key(FROM, key), object::aside(name.clone().into()));
    }
    Ok(Some(people::agent(&name)))
}

/// Dependencies are kept aside too, as they are: jit knows one kind.
fn links(
    reading: &Reading<'_>,
    object: &mut Object,
    context: &mut BTreeMap<String, String>,
) -> Result<Vec<Link>, Refusal> {
    let mut links = Vec::new();
    let mut kept = Vec::new();
    for mut dependency in object.objects("dependencies", "dependencies")? {
        let Some(to) = dependency.text("depends_on_id", "dependencies")? else {
            return Err(Refusal::invalid("dependencies", "depends_on_id is missing"));
        };
        let kind = dependency.text("type", "dependencies")?.unwrap_or_else(|| "blocks".to_owned());
        dependency.drop_key("issue_id", "it is the issue itself");
        let mut record = json!({"id": to, "type": kind});
        if let Value::Object(rest) = dependency.into_value() {
            let says = |value: &Value| !value.is_null() && !matches!(value.as_str(), Some("" | "{}"));
            for (key, value) in rest.into_iter().filter(|(_, value)| says(value)) {
                record[key] = value;
            }
        }
        kept.push(record);
        links.push(Link { to: reading.name(&to), role: role(&kind), kind });
    }
    if !kept.is_empty() {
        context.insert(context_key(FROM, "dependencies"), Value::Array(kept).to_string());
    }
    if let Some(parent) = object.text("parent", "dependencies")? {
        let parent = reading.name(&parent);
        if !links.iter().any(|link| link.role == Role::PartOf && link.to == parent) {
            context.insert(context_key(FROM, "parent"), parent.clone());
            links.push(Link { to: parent, kind: "parent-child".to_owned(), role: Role::PartOf });
        }
    }
    Ok(links)
}

/// `bd` lets only these hold work up, and jit the parts of an epic.
fn role(kind: &str) -> Role {
    match kind {
        "blocks" | "conditional-blocks" => Role::WaitsFor,
        "parent-child" => Role::PartOf,
        _ => Role::Related,
    }
}

fn comments(object: &mut Object) -> Result<Vec<ForeignComment>, Refusal> {
    let mut comments = Vec::new();
    for (index, mut comment) in object.objects("comments", "comments")?.into_iter().enumerate() {
        let by = comment.text("author", "comments")?.unwrap_or_default();
        let at = comment.time("created_at", "comments")?.unwrap_or(Timestamp::UNIX_EPOCH);
        comments.push(ForeignComment {
            id: comment.text("id", "comments")?.unwrap_or_else(|| index.to_string()),
            by: people::agent(&by),
            at,
            body: comment.text("text", "comments")?.unwrap_or_default(),
        });
    }
    comments.sort_by_key(|comment| comment.at);
    Ok(comments)
}
