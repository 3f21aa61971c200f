//! Output for people, as text. No decisions and no printing: values in, text out.
//!
//! Every text ends with a line break unless it is empty or said to be one line.

pub(crate) mod change;
pub(crate) mod check;
mod claim;
pub(crate) mod code;
pub(crate) mod column;
pub(crate) mod config;
pub(crate) mod conflict;
#[cfg(feature = "coordinator")]
pub(crate) mod coordinator;
mod diff;
pub(crate) mod doctor;
pub(crate) mod event;
mod excerpt;
pub(crate) mod gate;
pub(crate) mod graph;
pub(crate) mod import;
pub(crate) mod issue;
pub(crate) mod line_format;
pub(crate) mod list;
pub(crate) mod markdown;
pub(crate) mod stats;
pub(crate) mod status;
pub(crate) mod sync;
mod table;
pub(crate) mod template;
pub(crate) mod text;
pub(crate) mod times;
pub(crate) mod validate;
