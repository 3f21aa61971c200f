//! The JSON contract: what `--json` prints.
//!
//! - Every key of an object is always present; what is absent is `null` or empty.
//! - Keys keep their names and meaning. New ones may be added.
//! - These types are made from model values by hand, so that a field can change its name
//!   in the model without changing here. The comments on their fields are the descriptions
//!   that `jit schema` prints.

mod blocker;
mod change;
mod check;
mod code;
mod config;
mod conflict;
#[cfg(feature = "coordinator")]
mod coordinator;
mod deleted;
mod doctor;
mod error;
mod event;
mod exit;
mod export;
mod failure;
mod fixed;
mod found;
mod gate;
mod generated;
mod graph;
mod hint;
mod import;
mod init;
pub(crate) mod input;
mod install;
mod issue;
mod man;
mod prime;
#[cfg(test)]
pub(crate) mod sample;
mod schema;
mod stats;
mod status;
mod sync;
mod template;
mod validate;
mod watch;

pub(crate) use change::{BlameObject, ChangeObject, DiffObject, UndoObject};
pub(crate) use check::{CheckReport, failed_checks};
pub(crate) use code::{ClosedObject, HookObject, REPLAYED, ShownIssue, ShownIssueList, StartedObject};
pub(crate) use config::{SettingList, SettingObject};
pub(crate) use conflict::ConflictList;
#[cfg(feature = "coordinator")]
pub(crate) use coordinator::{
    CoordinatorAgent, CoordinatorAgentList, CoordinatorConfig, CoordinatorObject, CoordinatorProcess,
    CoordinatorResult, CoordinatorRun, CoordinatorSummary,
};
pub(crate) use deleted::Deleted;
pub(crate) use doctor::DoctorObject;
pub(crate) use error::ErrorObject;
pub(crate) use event::{ChangedEventList, EventList, parse_event};
pub(crate) use exit::Exit;
pub(crate) use export::{ExportFileObject, ExportObject};
pub(crate) use failure::Told;
pub(crate) use found::FoundList;
pub(crate) use gate::{GateList, GateObject};
pub(crate) use generated::GeneratedObject;
pub(crate) use graph::{Edge, Graph, Node};
pub(crate) use import::ImportObject;
pub(crate) use init::InitObject;
pub(crate) use install::{ClientSetup, ClientSetupList};
pub(crate) use issue::{IssueList, IssueObject};
pub(crate) use man::ManObject;
pub(crate) use prime::{PrimeObject, PrimedFile};
pub(crate) use schema::schema;
pub(crate) use stats::{StatsObject, burn_up_csv, groups_csv};
pub(crate) use status::{ClaimedIssue, StatusObject};
pub(crate) use sync::SyncObject;
pub(crate) use template::{TemplateList, TemplateObject};
pub(crate) use validate::ValidationObject;
pub(crate) use watch::WatchObject;

use crate::model::Timestamp;
#[cfg(feature = "mcp")]
use crate::model::Tracker;
use crate::model::refusal::rfc3339;

/// Says that some files could not be read, so that no list is silently short.
#[cfg(feature = "mcp")]
pub(crate) fn damage(tracker: &Tracker) -> Option<String> {
    unreadable(tracker.damaged.len())
}

/// Says that `count` files could not be read.
pub(crate) fn unreadable(count: usize) -> Option<String> {
    let files = if count == 1 { "file" } else { "files" };
    (count > 0).then(|| format!("{count} {files} of the tracker cannot be read; 'jit validate' names them"))
}

fn time(at: Option<Timestamp>) -> Option<String> {
    at.as_ref().map(rfc3339)
}
