use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::{input, render, respond};
use crate::front::wire::StartedObject;
use crate::ops::{Place, StartRequest};

/// Claim an issue and check out a branch for it
///
/// The branch is named after the issue, such as 3f2a9c1e-create-user-model, and is made at the
/// current commit unless it is there. An issue that you hold already is not claimed again. git
/// itself makes and checks out the branch, with your hooks, as if you had typed it.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  jit start 3f2a\n  jit start 3f2a --worktree\n  jit start 3f2a --worktree ../login --branch login"
)]
pub(crate) struct StartArgs {
    /// The issue
    id: String,
    /// Check it out in a new working tree [default: beside this one]
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = "")]
    worktree: Option<OsString>,
    /// The name of the branch [default: the beginning of the issue's id, and its title]
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,
    /// How long the claim lasts unless renewed [default: the project's claim.ttl]
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
    ttl: Option<String>,
}

impl StartArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let request = StartRequest {
            issue: input::id(&self.id)?,
            ttl_secs: input::secs("ttl", self.ttl.as_deref())?,
            branch: self.branch,
            place: self.worktree.map_or(Place::Here, |dir| {
                Place::Worktree(Some(PathBuf::from(dir)).filter(|dir| !dir.as_os_str().is_empty()))
            }),
        };
        let outcome = app.jit.start(&request)?;
        if app.ui.is_json() {
            respond::warnings(app.ui, &outcome);
            return Ok(app.ui.json(&StartedObject::new(&outcome))?);
        }
        respond::issues_changed(app.ui, "Started", &outcome)?;
        if app.ui.is_quiet() { Ok(()) } else { Ok(app.ui.result(&render::code::started(&outcome.value))?) }
    }
}
