use clap::Args;

use super::update::answer;
use crate::front::cli::commands::App;
use crate::front::cli::error::Failure;
use crate::front::cli::input;
use crate::front::cli::respond::Shape;
use crate::model::state::{StateRequest, Status};
use crate::model::update::Update;
use crate::ops::Target;

/// Finish issues
///
/// An issue whose gates are pending becomes gated instead (exit status 4), and done when
/// the last of them passes.
#[derive(Args)]
#[command(after_help = "Example:\n  jit done 3f2a")]
pub(crate) struct DoneArgs {
    /// The issues
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
}

impl DoneArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let done = Some(StateRequest::Status(Status::Done));
        let update = Update { state: done, ..Update::default() };
        let outcome = app.jit.update(&Target::Issues(input::ids(&self.ids)?), &update)?;
        answer(app, &outcome, Shape::of(&self.ids), true)
    }
}
