use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::render;
use crate::front::wire::ImportObject;
use crate::ops::ImportFormat;

/// Take in issues from another tracker, or from an export of this one
///
/// All of the file is taken in, in one commit, or nothing. Issues are found by the ids that
/// they had (`jit show bd-a1b2`). What jit has no field for is kept in the context.
/// The same file again changes nothing; a newer one changes what has changed in it, and
/// leaves all else as it is here. What was deleted here stays away.
#[derive(Args)]
#[command(after_help = "Examples:\n  jit import --from beads issues.jsonl --dry-run\n  \
                        jit import --from beads issues.jsonl\n  \
                        gh api --paginate 'repos/{owner}/{repo}/issues?state=all' | jit import --from github -")]
pub(crate) struct ImportArgs {
    /// The file; '-' reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What the file is
    #[arg(long, value_name = "FORMAT")]
    #[arg(value_parser = PossibleValuesParser::new(ImportFormat::ALL.map(ImportFormat::as_str)))]
    from: String,
    /// Show what would be done, and store nothing
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Put this before each id, where two trackers use the same
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    prefix: String,
    /// Take in again what was deleted here
    #[arg(long)]
    restore: bool,
}

impl ImportArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let file = self.file.display().to_string();
        let mut input = open(&self.file)?;
        let batch = app.jit.read_import(self.from.parse()?, &file, &self.prefix, &mut *input)?;
        let report = if self.dry_run {
            app.jit.plan_import(&batch, self.restore)?
        } else {
            let outcome = app.jit.import(&batch, self.restore)?;
            outcome.warnings.iter().for_each(|warning| app.ui.warn(warning));
            outcome.value
        };
        if app.ui.is_json() {
            return Ok(app.ui.json(&ImportObject::new(&report, &file, self.dry_run))?);
        }
        if app.ui.is_quiet() {
            return Ok(());
        }
        Ok(app.ui.result(&render::import::report(&report, &file, self.dry_run))?)
    }
}

fn open(path: &Path) -> Result<Box<dyn BufRead>, Failure> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let open = |path: &Path| {
        let file = std::fs::File::open(path)?;
        let is_folder = file.metadata()?.is_dir();
        if is_folder { Err(io::ErrorKind::IsADirectory.into()) } else { Ok(file) }
    };
    let file = open(path).map_err(|source| Failure::File { path: path.to_owned(), source })?;
    Ok(Box::new(BufReader::new(file)))
}
