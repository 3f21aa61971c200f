use std::path::PathBuf;

use clap::Args;

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::section;
use crate::front::edit::Original;
use crate::front::wire::{PrimeObject, PrimedFile};

/// Print what an agent must know to work on this project
///
/// How to claim and finish issues, the project's gates, labels, leases and remote, in under
/// 60 lines. With --write, that becomes a section of a file such as AGENTS.md, between two
/// marks; run again, it is brought up to date, and the rest of the file stays as it is.
#[derive(Args)]
#[command(after_help = "Examples:\n  jit prime\n  jit prime --write AGENTS.md")]
pub(crate) struct PrimeArgs {
    /// Keep it in a section of this file, which is made if it is not there
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

impl PrimeArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let conventions = app.jit.conventions()?;
        let prime = PrimeObject::new(&conventions, None);
        let Some(path) = self.write else {
            return if app.ui.is_json() { Ok(app.ui.json(&prime)?) } else { Ok(app.ui.data(&prime.text)?) };
        };
        let edit = section::put(Original::read(path)?, &prime.text)?;
        edit.write()?;
        let (path, changed) = (edit.path().display().to_string(), edit.is_change());
        if app.ui.is_json() {
            let file = PrimedFile { path, changed };
            return Ok(app.ui.json(&PrimeObject::new(&conventions, Some(file)))?);
        }
        let verb = if changed { "Updated" } else { "Unchanged" };
        Ok(app.ui.result(&format!("{verb} file: {path}"))?)
    }
}
