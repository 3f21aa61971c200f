use std::path::PathBuf;

use clap::Args;

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::input;
use crate::front::cli::render::text::{clean, count};
use crate::front::wire::ExportObject;

/// Write the tracker's files into a folder, for tools without jit
///
/// The folder gets config.toml, gates/ and issues/, exactly as they are stored. What cannot
/// be read is left out and named in a warning. Works without history and without write
/// access to the repository.
#[derive(Args)]
#[command(after_help = "Examples:\n  jit export --dir out\n  jit export --dir out --force 'label:auth'")]
pub(crate) struct ExportArgs {
    /// Only issues that match
    #[arg(value_name = "FILTER")]
    terms: Vec<String>,
    /// Only issues that match; can be repeated
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    filter: Vec<String>,
    /// The folder; made if it is not there
    // The global option -C has the name 'dir' already.
    #[arg(id = "folder", long = "dir", value_name = "DIR")]
    folder: PathBuf,
    /// Write over an earlier export; other files in the folder stay as they are
    #[arg(long)]
    force: bool,
}

impl ExportArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let mut filter = input::filter(&self.terms)?;
        filter.and(input::filter(&self.filter)?);
        let exported = app.jit.export(&self.folder, &filter, self.force)?;
        for (path, reason) in &exported.skipped {
            app.ui.warn(&format!("{path} was left out: {reason}"));
        }
        if app.ui.is_json() {
            return Ok(app.ui.json(&ExportObject::from(&exported))?);
        }
        if app.ui.is_quiet() {
            return Ok(());
        }
        let (issues, gates) = (count(exported.issues, "issue"), count(exported.gates, "gate"));
        let dir = exported.dir.display().to_string();
        Ok(app.ui.result(&format!("Exported {issues} and {gates}: {}", clean(&dir)))?)
    }
}
