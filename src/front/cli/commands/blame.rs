use clap::Args;

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::{input, render};
use crate::front::wire::BlameObject;

/// Show who changed each field of an issue last
#[derive(Args)]
#[command(after_help = "Example:\n  jit blame 3f2a")]
pub(crate) struct BlameArgs {
    /// The issue
    id: String,
}

impl BlameArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let blame = app.jit.blame(&input::id(&self.id)?)?;
        if app.ui.is_json() {
            return Ok(app.ui.json(&BlameObject::new(&blame))?);
        }
        let (width, times) = (app.ui.width(), app.ui.times());
        Ok(app.ui.result(&render::change::blame(&blame, width, times))?)
    }
}
