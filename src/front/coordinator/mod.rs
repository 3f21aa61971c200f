//! The coordinator: hands issues to agents that are programs, watches them, and puts the ends of
//! their work into the tracker.
//!
//! - It is an agent among agents: everything it does to a tracker it does by operations that
//!   everybody has.
//! - One works in a clone at a time; any number of clones may have one.
//! - Killed at any instant, it loses nothing: agents run under supervisors that outlive it, and
//!   the next one takes over what it finds.
//!
//! [`machine`] decides, [`runtime`] does, [`site`] talks to a tracker, [`runs`] looks after agents,
//! and [`supervise`] is the process between the coordinator and an agent.

pub(crate) mod config;
pub(crate) mod config_file;
pub(crate) mod control;
mod error;
mod log;
mod machine;
mod place;
mod recover;
mod report;
mod run;
mod runs;
mod runtime;
mod site;
mod state;
pub(crate) mod supervise;

pub(crate) use error::Error;
pub(crate) use report::{agents, status, summary};
pub(crate) use runtime::{Job, Told, run};
