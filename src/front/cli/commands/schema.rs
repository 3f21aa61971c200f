use clap::Args;

use super::App;
use crate::front::cli::error::Failure;
use crate::front::wire;

/// Print the JSON Schemas of all output
#[derive(Args)]
#[command(after_help = "Example:\n  jit schema")]
pub(crate) struct SchemaArgs {}

impl SchemaArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        Ok(app.ui.json(&wire::schema())?)
    }
}
