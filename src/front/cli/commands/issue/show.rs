use clap::Args;

use crate::front::cli::commands::App;
use crate::front::cli::error::Failure;
use crate::front::cli::respond::{self, Shape};
use crate::front::cli::{input, render};

/// Show issues
#[derive(Args)]
#[command(after_help = "Example:\n  jit issue show 3f2a")]
pub(crate) struct ShowArgs {
    /// The issues
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
}

impl ShowArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let listing = app.jit.show(&input::ids(&self.ids)?)?;
        if app.ui.is_json() {
            return respond::issues_json(app.ui, &listing.tracker, &listing.ids, Shape::of(&self.ids));
        }
        for (index, issue) in listing.issues().enumerate() {
            if app.ui.is_quiet() {
                app.ui.result(&issue.id.to_string())?;
                continue;
            }
            if index > 0 {
                app.ui.result("")?;
            }
            app.ui.result(&render::issue::show(&listing.tracker, issue, None))?;
        }
        Ok(())
    }
}
