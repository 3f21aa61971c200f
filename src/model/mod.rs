//! What a tracker is: values and rules, nothing else.
//!
//! Invariants of this layer:
//!
//! - No IO, clock, randomness, serialization format or git. Time, ids and the acting agent
//!   arrive as values.
//! - Every decision is a function over a [`Draft`]: it either changes the draft and records
//!   the events that say why, or returns a [`Refusal`] and the draft is thrown away.
//! - Readiness is derived from the issues and the gate registry, never stored.

pub mod agent;
pub mod attachment;
pub mod change;
pub mod claim;
pub mod conflict;
pub mod create;
pub mod critical_path;
pub mod dependency;
pub mod event;
pub mod extra;
pub mod field;
pub mod fold;
pub mod form;
pub mod gate;
pub mod graph;
pub mod hold;
pub mod id;
pub mod import;
pub mod issue;
pub mod label;
pub mod link;
pub mod order;
pub mod origin;
pub mod outline;
pub mod priority;
#[cfg(test)]
pub(crate) mod properties;
pub mod query;
pub mod refusal;
pub mod saved;
pub mod search;
pub mod settings;
pub mod settle;
pub mod stale;
pub mod state;
pub mod stats;
pub mod template;
#[cfg(test)]
pub(crate) mod testing;
pub mod text;
pub mod tracker;
pub mod transition;
pub mod undo;
pub mod update;
mod upstream;
pub mod validate;

pub use agent::AgentId;
pub use attachment::Attachment;
pub use change::{Change, Draft, Stamp};
pub use event::{EventKind, NewEvent};
pub use extra::{Extra, ExtraValue};
pub use field::{FieldChange, FieldEdit};
pub use gate::{Checker, GateDefinition, GateKey, GateResult, GateStage, GateState};
pub use hold::Holds;
pub use id::{ClaimId, IdPrefix, IssueId};
pub use issue::{Claim, Comment, Conflict, ConflictPlace, Issue};
pub use order::Order;
pub use outline::Outline;
pub use priority::Priority;
pub use refusal::Refusal;
pub use settings::{Durability, Settings, SyncAuto};
pub use state::{Blocker, State, Status};
pub use tracker::{Damage, Deletion, Hidden, Tracker};

/// A point in time, UTC. Stored with millisecond precision.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
