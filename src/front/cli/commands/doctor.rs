use clap::Args;

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::render;
use crate::front::wire::{DoctorObject, Exit};
use crate::ops::Level;

/// Look for what may harm or slow the tracker, and repair it
///
/// Looks at the repository, git's settings, the remote, the object store, derived data and
/// what killed programs left. Nothing is changed without --fix. Exit status 4 if there is a
/// problem that was not repaired. With --quiet only warnings and problems are shown.
#[derive(Args)]
#[command(after_help = "Examples:\n  jit doctor\n  jit doctor --fix")]
pub(crate) struct DoctorArgs {
    /// Repair what can be repaired safely
    #[arg(long)]
    fix: bool,
}

impl DoctorArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let diagnosis = app.jit.doctor(self.fix)?;
        if app.ui.is_json() {
            app.ui.json(&DoctorObject::new(&diagnosis))?;
        } else {
            let is_quiet = app.ui.is_quiet();
            let is_bad = |level| matches!(level, Level::Warning | Level::Problem);
            let shown = diagnosis.findings.iter().filter(|finding| !is_quiet || is_bad(finding.level));
            let text = render::doctor::findings(shown);
            if !text.is_empty() {
                app.ui.result(&text)?;
            }
        }
        if diagnosis.is_healthy() { Ok(()) } else { Err(Failure::Told(Exit::Refused)) }
    }
}
