use clap::{Args, Subcommand};

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::input;
use crate::front::cli::respond::{self, Shape};

/// Manage what issues depend on
#[derive(Subcommand)]
pub(crate) enum DepCommand {
    /// Make an issue depend on others
    ///
    /// All of them or, if one would close a circle, none.
    #[command(after_help = "Examples:\n  jit dep add 3f2a 77b1 9c0d\n  jit dep add 3f2a --on 77b1")]
    Add(DepArgs),
    /// Make an issue not depend on others any more
    #[command(visible_alias = "remove", after_help = "Example:\n  jit dep rm 3f2a 77b1")]
    Rm(DepArgs),
}

/// An issue and those it depends on.
#[derive(Args)]
pub(crate) struct DepArgs {
    /// The issue, then what it depends on
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// Another issue it depends on; can be repeated
    #[arg(long, value_name = "ID")]
    on: Vec<String>,
}

impl DepCommand {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let (Self::Add(args) | Self::Rm(args)) = &self;
        let mut ids = input::ids(&args.ids)?;
        ids.extend(input::ids(&args.on)?);
        let Some((issue, on)) = ids.split_first().filter(|(_, on)| !on.is_empty()) else {
            return Err(Failure::usage("name an issue and at least one that it depends on"));
        };
        match self {
            Self::Add(_) => respond::issues_changed(app.ui, "Updated", &app.jit.dep_add(issue, on)?),
            // What it was gated for may be gone now.
            Self::Rm(_) => respond::issues_moved(app.ui, &app.jit.dep_remove(issue, on)?, Shape::One),
        }
    }
}
