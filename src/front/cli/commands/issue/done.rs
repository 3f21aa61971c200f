use clap::Args;

use super::update::answer;
use crate::front::cli::commands::App;
use crate::front::cli::error::Failure;
use crate::front::cli::input;
use crate::front::cli::respond::Shape;
use crate::model::IdPrefix;
use crate::model::state::{StateRequest, Status};
use crate::model::update::Update;
use crate::ops::Target;

/// Finish issues
///
/// Without an ID: the issue that the current branch is named after, as 'jit start' names it.
///
/// An issue whose gates are pending becomes gated instead (exit status 4), and done when
/// the last of them passes.
#[derive(Args)]
#[command(after_help = "Examples:\n  jit done 3f2a\n  jit done")]
pub(crate) struct DoneArgs {
    /// The issues [default: the one that the current branch is named after]
    #[arg(value_name = "ID")]
    ids: Vec<String>,
}

impl DoneArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let done = Some(StateRequest::Status(Status::Done));
        let update = Update { state: done, ..Update::default() };
        let ids = if self.ids.is_empty() { vec![of_branch(app)?] } else { input::ids(&self.ids)? };
        let shape = Shape::of(&ids);
        let outcome = app.jit.update(&Target::Issues(ids), &update)?;
        answer(app, &outcome, shape, true)
    }
}

/// The issue that the current branch is named after.
fn of_branch(app: &App<'_>) -> Result<IdPrefix, Failure> {
    let message = match app.jit.branch_issue()? {
        (_, Some(id)) => return Ok(IdPrefix::of(id)),
        (Some(branch), None) => format!("no ID is given, and branch {branch} is named after no issue"),
        (None, None) => "no ID is given, and no branch is checked out".to_owned(),
    };
    Err(Failure::Usage { message, hint: Some("name the issue: jit done ID".to_owned()) })
}
