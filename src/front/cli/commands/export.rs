use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{ArgGroup, Args};

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::render::text::{clean, count};
use crate::front::wire::{ExportFileObject, ExportObject, unreadable};
use crate::model::query::Filter;
use crate::ops::ExportFormat;

/// Write issues for other tools: into a folder as they are stored, or as one file
///
/// With --dir, the folder gets config.toml, gates/ and issues/, exactly as they are stored.
/// With --to, one file is printed; jsonl has all of each issue, and `jit import --from jsonl`
/// makes the same issues of it. What cannot be read is left out and named in a warning. Works
/// without history and without write access to the repository.
#[derive(Args)]
#[command(group = ArgGroup::new("target").required(true).args(["folder", "format"]))]
#[command(after_help = "Examples:\n  jit export --dir out\n  jit export --dir out --force 'label:auth'\n  \
                        jit export --to jsonl > issues.jsonl\n  jit export --to csv state:done")]
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
    folder: Option<PathBuf>,
    /// The format of the file
    #[arg(id = "format", long = "to", value_name = "FORMAT")]
    #[arg(value_parser = PossibleValuesParser::new(ExportFormat::ALL.map(ExportFormat::as_str)))]
    format: Option<String>,
    /// Write over an earlier export; other files in the folder stay as they are
    #[arg(long, requires = "folder")]
    force: bool,
}

impl ExportArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let filter = app.filter(self.terms.iter().chain(&self.filter))?;
        match (&self.folder, &self.format) {
            (Some(folder), _) => self.write_folder(app, folder, &filter),
            (None, Some(format)) => write_file(app, format.parse()?, &filter),
            (None, None) => Err(Failure::usage("say where to: --dir DIR or --to FORMAT")),
        }
    }

    fn write_folder(&self, app: &mut App<'_>, folder: &Path, filter: &Filter) -> Result<(), Failure> {
        let exported = app.jit.export(folder, filter, self.force)?;
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

fn write_file(app: &mut App<'_>, format: ExportFormat, filter: &Filter) -> Result<(), Failure> {
    let file = app.jit.export_file(format, filter)?;
    if let Some(warning) = unreadable(file.damaged()) {
        app.ui.warn(&warning);
    }
    if app.ui.is_json() {
        return Ok(app.ui.json(&ExportFileObject::new(format.as_str(), &file))?);
    }
    for part in file.parts() {
        app.ui.data(&part)?;
    }
    Ok(())
}
