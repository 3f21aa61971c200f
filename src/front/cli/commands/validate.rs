use clap::Args;

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::render;
use crate::front::wire::{Exit, ValidationObject};

/// Check the stored tracker against every rule
///
/// Names files that cannot be read, dependencies that are missing or go in circles, claims
/// and gates that do not fit the state, and conflicts nobody settled. Exit status 4 if
/// there are any.
#[derive(Args)]
#[command(after_help = "Example:\n  jit validate")]
pub(crate) struct ValidateArgs {}

impl ValidateArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let validated = app.jit.validate()?;
        if app.ui.is_json() {
            app.ui.json(&ValidationObject::new(&validated.problems))?;
        } else {
            app.ui.result(&render::validate::report(&validated))?;
        }
        if validated.problems.is_empty() { Ok(()) } else { Err(Failure::Told(Exit::Refused)) }
    }
}
