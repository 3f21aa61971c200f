//! What is true of a repository, for whoever judges whether that is good. Nothing here
//! writes but what says that it repairs.

mod left;
mod objects;
mod place;
mod private;
mod settings;

pub(crate) use left::{LeftFile, LeftKind};
