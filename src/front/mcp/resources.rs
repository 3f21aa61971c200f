//! What a client can read by address.

use rmcp::model::{ErrorData, ReadResourceResult, Resource, ResourceContents, ResourceTemplate};
use serde::Serialize;

use crate::front::wire::{EventList, IssueList, PrimeObject, ShownIssue, Told, input};
use crate::model::query::Filter;
use crate::model::state::{StateRequest, Status};
use crate::ops::{CommandExecutor, EventFilter};

const JSON: &str = "application/json";
const MARKDOWN: &str = "text/markdown";
const READY: &str = "jit://ready";
const PRIME: &str = "jit://prime";
const ISSUE: &str = "jit://issue/";
const HISTORY: &str = "/history";

/// Resources that are always there.
pub(super) fn all() -> Vec<Resource> {
    vec![
        Resource::new(READY, "ready").with_description("Issues that can be claimed now").with_mime_type(JSON),
        Resource::new(PRIME, "prime")
            .with_description("How to work on this project")
            .with_mime_type(MARKDOWN),
    ]
}

/// Resources of every issue.
pub(super) fn templates() -> Vec<ResourceTemplate> {
    let template = |name: &str, below: &str, about: &str| {
        ResourceTemplate::new(format!("{ISSUE}{{id}}{below}"), name)
            .with_description(about)
            .with_mime_type(JSON)
    };
    vec![template("issue", "", "An issue"), template("history", HISTORY, "What happened to an issue")]
}

/// Reads the resource at `uri`.
pub(super) fn read(jit: &CommandExecutor, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let Some(text) = find(jit, uri) else {
        let message =
            format!("there is no resource {uri:?}: {READY}, {PRIME}, {ISSUE}ID and {ISSUE}ID{HISTORY}");
        return Err(ErrorData::resource_not_found(message, None));
    };
    let text = text.map_err(|told| refused(uri, told))?;
    let kind = if uri == PRIME { MARKDOWN } else { JSON };
    Ok(ReadResourceResult::new(vec![ResourceContents::text(text, uri).with_mime_type(kind)]))
}

/// The error of the protocol that `told` is; the failure itself is its data.
pub(super) fn refused(what: &str, told: Told) -> ErrorData {
    let object = told.into_object();
    let message = format!("{what}: {}", object.error.message);
    ErrorData::resource_not_found(message, serde_json::to_value(object).ok())
}

fn find(jit: &CommandExecutor, uri: &str) -> Option<Result<String, Told>> {
    match uri {
        READY => return Some(ready(jit)),
        PRIME => return Some(prime(jit)),
        _ => {}
    }
    let id = uri.strip_prefix(ISSUE)?;
    Some(match id.strip_suffix(HISTORY) {
        Some(id) => history(jit, id),
        None => issue(jit, id),
    })
}

fn ready(jit: &CommandExecutor) -> Result<String, Told> {
    let listing = jit.list(&Filter::state(vec![StateRequest::Status(Status::Ready)]), None)?;
    json(&IssueList::new(&listing.tracker, listing.issues()))
}

fn prime(jit: &CommandExecutor) -> Result<String, Told> {
    Ok(PrimeObject::new(&jit.conventions()?, None).text)
}

/// An issue, as `jit show --json` prints it.
pub(super) fn issue(jit: &CommandExecutor, id: &str) -> Result<String, Told> {
    let listing = jit.show(&[input::id(id)?])?;
    let links = jit.links(&listing.tracker, &listing.ids);
    json(&ShownIssue::first(&listing, &links))
}

fn history(jit: &CommandExecutor, id: &str) -> Result<String, Told> {
    let filter = EventFilter { issue: Some(input::id(id)?), ..EventFilter::default() };
    let read = jit.events(&filter, None)?;
    json(&EventList::new(read.events.iter().map(|event| event.json.as_str())))
}

fn json(object: &impl Serialize) -> Result<String, Told> {
    serde_json::to_string(object).map_err(|error| Told::internal("output", error.to_string()))
}
