//! Everything that faces a person, an agent or a program: parse, call one operation,
//! render. No rules of the tracker live here.

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "coordinator")]
pub(crate) mod coordinator;
#[cfg(feature = "cli")]
pub(crate) mod edit;
#[cfg(feature = "mcp")]
pub(crate) mod mcp;
#[cfg(feature = "cli")]
pub(crate) mod wire;
